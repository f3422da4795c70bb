/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An outcome as text, whole: between the worker that did a stage and its driver, and in the cell cache. Not for people:
 * they get report/cell_json.h.
 */
#ifndef BTFMATRIX_RUN_OUTCOME_JSON_H
#define BTFMATRIX_RUN_OUTCOME_JSON_H

#include <jansson.h>

#include "core/error.h"
#include "run/outcome.h"

/** All of @outcome but its cell; of the guest's report what reports tell of it. Never NULL. */
json_t *outcome_to_json(const struct outcome *outcome);

/**
 * Fills in @outcome, which has its cell and nothing else, from what outcome_to_json() made. ERROR_INPUT where it is
 * something else, or names a check or rule that this program does not have.
 */
must_check struct error *outcome_from_json(const json_t *json, struct outcome *outcome);

/**
 * Fills in @boot, which is all zero, from what outcome_to_json() made, by whatever version of this program: of the
 * outcome's other parts nothing is read. ERROR_INPUT where the boot's own part has another form; boot_result_release()
 * frees what is in @boot in any case.
 */
must_check struct error *outcome_boot_from_json(const json_t *json, struct boot_result *boot);

#endif
