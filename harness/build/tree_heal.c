// SPDX-License-Identifier: GPL-2.0-only
#include "build/tree_heal.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"

#define MARK "btfmatrix/unfinished"

/* What a rule without a .cmd file writes in place; all other generated files are written beside and renamed. */
static const char *const object_suffixes[] = { ".o", ".a", ".ko", ".s", ".mod.c", ".symvers" };
static const char *const object_names[] = { "vmlinux", ".tmp_vmlinux", "System.map" };

static char *boot_id(void)
{
	char *id = NULL;
	struct error *err = file_read("/proc/sys/kernel/random/boot_id", 256, &id, NULL);

	error_free(err);
	return err ? xstrdup("unknown") : id;
}

static bool is_older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static bool is_object(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(object_suffixes); i++)
		if (str_ends(name, object_suffixes[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(object_names); i++)
		if (str_starts(name, object_names[i]))
			return true;
	return false;
}

/* Whether the file may be half-written. */
static bool is_doubtful(const FTSENT *entry, bool power_was_lost)
{
	size_t dir_len = entry->fts_pathlen - entry->fts_namelen;
	_cleanup_free_ char *cmd =
		xasprintf("%.*s.%s.cmd", (int)dir_len, entry->fts_path, entry->fts_name);
	struct stat st;

	if (stat(cmd, &st))
		return is_object(entry->fts_name);
	return power_was_lost || is_older(&st.st_mtim, &entry->fts_statp->st_mtim);
}

static struct error *heal(const char *dir, const struct timespec *since, bool power_was_lost)
{
	char *const roots[] = { (char *)(uintptr_t)dir, NULL };
	_cleanup_fts_ FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t nr_removed = 0;

	if (!fts)
		return error_errno(errno, "cannot read %s", dir);
	for (FTSENT *entry; (entry = fts_read(fts));) {
		if (entry->fts_info != FTS_F || str_ends(entry->fts_name, ".cmd") ||
		    is_older(&entry->fts_statp->st_mtim, since) ||
		    !is_doubtful(entry, power_was_lost))
			continue;
		if (unlink(entry->fts_path) && errno != ENOENT)
			return error_errno(errno, "cannot remove %s", entry->fts_path);
		nr_removed++;
	}
	log_info("%s: a make was cut short here; %zu files that it may have left half-written are "
		 "made again",
		 dir, nr_removed);
	return NULL;
}

struct error *tree_heal_begin(const char *dir)
{
	_cleanup_free_ char *mark = xasprintf("%s/" MARK, dir), *id = boot_id(), *old = NULL;
	_cleanup_error_ struct error *missing = file_read(mark, 256, &old, NULL);
	struct stat st;
	struct error *err = NULL;

	if (!missing && !stat(mark, &st))
		err = heal(dir, &st.st_mtim, !str_eq(old, id));
	return err ?: file_write_atomic(mark, id, strlen(id), 0644);
}

struct error *tree_heal_end(const char *dir)
{
	_cleanup_free_ char *mark = xasprintf("%s/" MARK, dir);

	if (unlink(mark) && errno != ENOENT)
		return error_errno(errno, "cannot remove %s", mark);
	return NULL;
}
