/* SPDX-License-Identifier: GPL-2.0-only */
/* A run that is to be joined with others: all that the record of its folder has of it. */
#ifndef BTFMATRIX_MERGE_SHARD_RUN_H
#define BTFMATRIX_MERGE_SHARD_RUN_H

#include "core/cleanup.h"
#include "core/error.h"
#include "record/model.h"

struct shard_run {
	/* as the user named it */
	char *name;
	/* the folder of the run, in the folder that has the record */
	char *dir;
	struct rec_run run;
};

/**
 * Loads the newest run of a results folder, or the run whose own folder @path is. The record may be anybody's:
 * ERROR_INPUT and ERROR_SYSTEM where it is damaged, or has what no run leaves. shard_run_release() frees it,
 * also after an error.
 */
must_check struct error *shard_run_load(const char *path, struct shard_run *ret);

/** Loads the run called @run from the record in @folder; *@found_ret is false where there is none. */
must_check struct error *shard_run_load_named(const char *folder, const char *run,
					      struct shard_run *ret, bool *found_ret);
void shard_run_release(struct shard_run *shard);

/** Whether @name can be that of a folder we make: no path, not hidden, no control characters. */
bool is_plain_name(const char *name);

#endif
