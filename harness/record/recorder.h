/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record as a run writes it. A record that cannot be written is said to be, once, and the run goes on:
 * its verdicts are on the terminal and in the cells' JSON all the same.
 */
#ifndef BTFMATRIX_RECORD_RECORDER_H
#define BTFMATRIX_RECORD_RECORDER_H

#include <stdbool.h>

#include "core/cleanup.h"
#include "record/from_run.h"
#include "record/record.h"

struct recorder;

/** Opens the record in @folder. Never NULL. */
struct recorder *recorder_open(const char *folder);
void recorder_free(struct recorder *recorder);
DEFINE_CLEANUP_PTR(recorder, struct recorder, recorder_free);

/** The run begins: its plan and tools are known. */
void recorder_begin(struct recorder *recorder, const struct run *run);
/** A cell is done; @source is NULL where there was none. */
void recorder_cell(struct recorder *recorder, const struct run *run, const struct outcome *outcome,
		   const struct kernel_source *source);
void recorder_end(struct recorder *recorder, const struct run *run);

/** All was written. */
bool recorder_is_whole(const struct recorder *recorder);

/** The run as recorded so far, with what the record knows of it from other runs; borrowed. */
struct rec_run *recorder_run(struct recorder *recorder);
/** The database; NULL where it cannot be used. */
struct db *recorder_db(struct recorder *recorder);

#endif
