/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a boot that went well has left, kept beside the build it booted, under the digest of all that decides it: a
 * changed check then verifies anew what the guest said, without booting it again.
 */
#ifndef BTFMATRIX_RUN_KEPT_BOOT_H
#define BTFMATRIX_RUN_KEPT_BOOT_H

#include <stdbool.h>

#include "run/run_cell.h"

/**
 * The digest of what decides @outcome's boot: the build, the architecture's descriptor, QEMU, the probe with its
 * compiler, the values it is asked for. Sets outcome->qemu_version. The caller frees the key.
 */
must_check struct error *kept_boot_key(const struct cell_context *context, struct outcome *outcome,
				       char **key_ret);

/**
 * Looks for a boot kept under @key, and makes it @outcome's, with its logs in context->dir. One that is damaged is moved
 * aside and counts as none; so does one that another version of btfmatrix kept in a form that this one cannot read, which
 * stays until kept_boot_store() puts its own there.
 */
must_check struct error *kept_boot_find(const struct cell_context *context, const char *key,
					struct outcome *outcome, bool *found_ret);

/** Keeps @outcome's boot, if it went well at the first try. */
must_check struct error *kept_boot_store(const struct cell_context *context, const char *key,
					 const struct outcome *outcome);

/** Whether a boot is kept under @key, with all its files as they were. */
bool kept_boot_is_whole(const struct outcome *outcome, const char *key);

/** The folder of the boot kept under @key, there or not; the caller frees it. */
char *kept_boot_dir(const struct outcome *outcome, const char *key);

#endif
