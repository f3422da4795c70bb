// SPDX-License-Identifier: GPL-2.0-only
#include "nightly/disk_budget.h"

#include <dirent.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"

enum {
	/* of st_blocks, by POSIX */
	BLOCK = 512
};

uint64_t disk_usage(const char *path)
{
	char *const roots[] = { (char *)(uintptr_t)path, NULL };
	_cleanup_fts_ FTS *fts = fts_open(roots, FTS_PHYSICAL, NULL);
	uint64_t bytes = 0;

	for (FTSENT *entry; fts && (entry = fts_read(fts));)
		if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS)
			bytes += (uint64_t)entry->fts_statp->st_blocks * BLOCK;
	return bytes;
}

void disk_budget_add(struct disk_budget *budget, const char *dir, const char *pattern,
		     const char *keep)
{
	_cleanup_closedir_ DIR *opened = opendir(dir);

	for (struct dirent *entry; opened && (entry = readdir(opened));)
		if (entry->d_name[0] != '.' && fnmatch(pattern, entry->d_name, 0) == 0 &&
		    !(keep && str_eq(keep, entry->d_name)))
			vec_push(&budget->expendable, xasprintf("%s/%s", dir, entry->d_name));
}

struct aged {
	const char *path;
	struct timespec time;
};

static int oldest_first(const void *a, const void *b)
{
	const struct aged *x = a, *y = b;

	if (x->time.tv_sec != y->time.tv_sec)
		return x->time.tv_sec < y->time.tv_sec ? -1 : 1;
	return (x->time.tv_nsec > y->time.tv_nsec) - (x->time.tv_nsec < y->time.tv_nsec);
}

static uint64_t count(const struct disk_budget *budget)
{
	uint64_t bytes = 0;

	vec_for_each(path, &budget->counted)
		bytes += disk_usage(*path);
	return bytes;
}

struct error *disk_budget_keep(struct disk_budget *budget, uint64_t *over_ret)
{
	VEC(struct aged) aged = { 0 };
	uint64_t used = count(budget);
	struct error *err = NULL;

	vec_for_each(path, &budget->expendable) {
		struct stat st;

		if (!lstat(*path, &st))
			vec_push(&aged, (struct aged){ *path, st.st_mtim });
	}
	if (aged.len)
		qsort(aged.data, aged.len, sizeof(*aged.data), oldest_first);
	for (size_t i = 0; !err && used > budget->max_bytes && i < aged.len; i++) {
		log_info("removing %s to keep the disk budget", aged.data[i].path);
		err = tree_remove(aged.data[i].path);
		used = count(budget);
	}
	*over_ret = used > budget->max_bytes ? used - budget->max_bytes : 0;
	vec_free(&aged);
	return err;
}

void disk_budget_release(struct disk_budget *budget)
{
	vec_for_each(path, &budget->expendable)
		free(*path);
	vec_free(&budget->expendable);
	vec_free(&budget->counted);
}
