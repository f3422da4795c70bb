// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/fingerprint.h"

#include <fts.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "source/user_tree.h"

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

void fingerprint_files(const char *path, struct strbuf *sb)
{
	char *const roots[] = { (char *)(uintptr_t)path, NULL };
	_cleanup_fts_ FTS *fts = fts_open(roots, FTS_LOGICAL, by_name);
	_cleanup_strbuf_ struct strbuf list = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];

	for (FTSENT *entry; fts && (entry = fts_read(fts));)
		if (entry->fts_info == FTS_F)
			strbuf_addf(&list, "%s %lld %lld.%09ld\n", entry->fts_path,
				    (long long)entry->fts_statp->st_size,
				    (long long)entry->fts_statp->st_mtim.tv_sec,
				    entry->fts_statp->st_mtim.tv_nsec);
	sha256_hex(strbuf_str(&list), list.len, hex);
	strbuf_addf(sb, "%s %s\n", path, hex);
}

struct error *fingerprint_tree(const char *dir, struct strbuf *sb)
{
	_cleanup_free_ char *cache = NULL, *scratch = NULL;
	_cleanup_(user_tree_release) struct user_tree tree = { 0 };
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	scratch = xasprintf("%s/bisect-scratch-%d", cache, (int)getpid());
	err = user_tree_open(dir, scratch, &tree);
	if (!err)
		strbuf_addf(sb, "%s %s\n", dir, tree.digest);
	return err;
}
