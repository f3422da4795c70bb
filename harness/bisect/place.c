// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/place.h"

#include <string.h>

#include "bisect/git.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

enum {
	/* of a digest in a folder's name */
	ID_DIGITS = 12
};

struct error *place_of(const char *what, char **ret)
{
	_cleanup_free_ char *cache = NULL, *folder = NULL;
	char hex[SHA256_HEX_SIZE];
	struct error *err = cache_dir(&cache);

	if (err)
		return err;
	sha256_hex(what, strlen(what), hex);
	folder = xasprintf("%s/bisect/%.*s", cache, ID_DIGITS, hex);
	err = dir_make(folder);
	if (!err)
		*ret = return_ptr(folder);
	return err;
}

char *place_repo(const char *place)
{
	return xasprintf("%s/repo.git", place);
}

char *place_tree(const char *place, unsigned int slot)
{
	return xasprintf("%s/tree-%u", place, slot);
}

struct error *place_open(const char *place, const char *objects)
{
	_cleanup_free_ char *repo = place_repo(place);

	return git_make(repo, objects, NULL);
}

struct error *place_lock_tree(const char *place, unsigned int slot, int *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/tree-%u.lock", place, slot);

	return file_lock(path, "waiting for another bisection of this repository", ret);
}

struct error *place_checkout(const char *place, unsigned int slot, const char *rev)
{
	_cleanup_free_ char *tree = place_tree(place, slot);
	_cleanup_free_ char *git_dir = xasprintf("%s.git", tree);
	_cleanup_free_ char *repo = place_repo(place);
	_cleanup_free_ char *objects = xasprintf("%s/objects", repo);
	struct error *err = git_make(git_dir, objects, tree);

	return err ?: git_checkout(git_dir, rev);
}
