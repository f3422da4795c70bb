// SPDX-License-Identifier: GPL-2.0-only
/* A root's seal: what files it has, and that it was finished. */
#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/strbuf.h"
#include "toolroot/toolroot_private.h"

enum {
	FILES_MAX = 64 << 20
};

static struct error *list_files(const char *dir, struct strbuf *list)
{
	char *root = xasprintf("%s/root", dir), *run = xasprintf("%s/run", dir);
	char *const places[] = { root, run, NULL };
	_cleanup_fts_ FTS *fts = fts_open(places, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	struct error *err = NULL;

	if (!fts)
		err = error_errno(errno, "cannot read %s", dir);
	for (FTSENT *entry; !err && (entry = fts_read(fts));) {
		const char *path = entry->fts_path + strlen(dir) + 1;

		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			err = error_errno(entry->fts_errno, "cannot read %s", entry->fts_path);
		/* a name with a line break in it would spoil the list; no package has one */
		else if ((entry->fts_info == FTS_F || entry->fts_info == FTS_SL ||
			  entry->fts_info == FTS_SLNONE) &&
			 !strchr(path, '\n'))
			strbuf_addf(list, "%jd %s\n", (intmax_t)entry->fts_statp->st_size, path);
	}
	free(root);
	free(run);
	return err;
}

/* What the stamp holds: the descriptor's key and the digests of both lists. */
static struct error *make_stamp(const char *dir, const char *key, char **ret)
{
	static const char *const names[] = { "files", "packages" };
	_cleanup_strbuf_ struct strbuf stamp = STRBUF_INIT;
	struct error *err = NULL;

	strbuf_addf(&stamp, "%s\n", key);
	for (size_t i = 0; !err && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]);
		char hex[SHA256_HEX_SIZE];

		err = file_sha256(path, hex);
		if (!err)
			strbuf_addf(&stamp, "%s %s\n", hex, names[i]);
	}
	if (!err)
		*ret = strbuf_detach(&stamp);
	return err;
}

struct error *toolroot_seal(const char *dir, const char *key)
{
	_cleanup_free_ char *files = xasprintf("%s/files", dir), *stamp = NULL;
	_cleanup_free_ char *stamp_path = xasprintf("%s/stamp", dir);
	_cleanup_strbuf_ struct strbuf list = STRBUF_INIT;
	struct error *err = list_files(dir, &list);

	if (!err)
		err = file_write_atomic(files, strbuf_str(&list), list.len, 0644);
	if (!err)
		err = make_stamp(dir, key, &stamp);
	if (!err)
		err = file_write_atomic(stamp_path, stamp, strlen(stamp), 0644);
	return err;
}

static bool is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* One line "SIZE PATH" of the list; NULL: as it was when the root was finished, at @sealed. */
static char *check_file(const char *dir, const char *line, const struct timespec *sealed)
{
	char *end;
	intmax_t size = strtoimax(line, &end, 10);
	struct stat st;

	if (*end != ' ')
		return xasprintf("its list of files is damaged: '%.80s'", line);
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, end + 1);
	if (lstat(path, &st))
		return xasprintf("%s is missing", end + 1);
	if (st.st_size != size)
		return xasprintf("%s has %jd bytes, not %jd", end + 1, (intmax_t)st.st_size, size);
	if (is_later(&st.st_mtim, sealed))
		return xasprintf("%s was written to since", end + 1);
	return NULL;
}

static struct error *check_files(const char *dir, const struct timespec *sealed, char **why_ret)
{
	_cleanup_free_ char *path = xasprintf("%s/files", dir), *text = NULL;
	struct error *err = file_read(path, FILES_MAX, &text, NULL);
	char *save = NULL;

	if (err)
		return err;
	for (char *line = strtok_r(text, "\n", &save); line && !*why_ret;
	     line = strtok_r(NULL, "\n", &save))
		*why_ret = check_file(dir, line, sealed);
	return NULL;
}

struct error *toolroot_check(const char *dir, const char *key, char **why_ret)
{
	_cleanup_free_ char *path = xasprintf("%s/stamp", dir), *have = NULL, *want = NULL;
	_cleanup_error_ struct error *no_stamp = file_read(path, 1 << 16, &have, NULL);
	struct stat st;

	*why_ret = NULL;
	if (no_stamp || stat(path, &st)) {
		*why_ret = xstrdup("it was never finished: it has no stamp");
		return NULL;
	}
	_cleanup_error_ struct error *no_lists = make_stamp(dir, key, &want);
	if (no_lists)
		*why_ret = xstrdup(no_lists->message);
	else if (!str_eq(have, want))
		*why_ret = xstrdup("its stamp is not that of its descriptor and lists");
	return *why_ret ? NULL : check_files(dir, &st.st_mtim, why_ret);
}
