/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ownership by scope. A local that owns something says so in its declaration:
 *
 *	_cleanup_free_ char *path = xasprintf(...);
 *	_cleanup_close_ int fd = open(...);
 *
 * and `return return_ptr(path);` hands it to the caller. A type with a destructor defines its own
 * attribute with DEFINE_CLEANUP beside it, e.g. `_cleanup_(strbuf_release)`.
 */
#ifndef BTFMATRIX_CORE_CLEANUP_H
#define BTFMATRIX_CORE_CLEANUP_H

#include <dirent.h>
#include <fts.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/error.h"

/** Calls @fn with the variable's address when it goes out of scope. */
#define _cleanup_(fn) __attribute__((cleanup(fn)))

/**
 * DEFINE_CLEANUP_PTR() - Make `NAME_cleanup()` for pointers of @type freed by @fn.
 *
 * Use as: `_cleanup_(NAME_cleanup) struct thing *thing = NULL;`
 */
#define DEFINE_CLEANUP_PTR(name, type, fn)          \
	static inline void name##_cleanup(type **p) \
	{                                           \
		if (*p)                             \
			fn(*p);                     \
	}                                           \
	struct name##_cleanup_needs_semicolon

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void cleanup_fts(FTS **fts)
{
	if (*fts)
		fts_close(*fts);
}

static inline void cleanup_error(struct error **err)
{
	error_free(*err);
}

#define _cleanup_free_     _cleanup_(cleanup_free)
#define _cleanup_close_    _cleanup_(cleanup_close)
#define _cleanup_fclose_   _cleanup_(cleanup_fclose)
#define _cleanup_closedir_ _cleanup_(cleanup_closedir)
#define _cleanup_fts_      _cleanup_(cleanup_fts)
#define _cleanup_globfree_ _cleanup_(globfree)
#define _cleanup_error_    _cleanup_(cleanup_error)

/** Gives up a local's ownership and yields its value: `return return_ptr(path);` */
#define return_ptr(p)                            \
	({                                       \
		__typeof__(p) return_ptr_ = (p); \
		(p) = NULL;                      \
		return_ptr_;                     \
	})

#endif
