/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the project's own files and the cache are. */
#ifndef BTFMATRIX_CONFIG_PROJECT_H
#define BTFMATRIX_CONFIG_PROJECT_H

#include "core/error.h"

/**
 * The folder that holds arches/, configs/, patches/ and harness/probe/: $BTFMATRIX_DIR, or found beside
 * the running executable (a build tree), or where `make install` put it. The caller frees it.
 */
must_check struct error *project_dir(char **ret);

/** A path below project_dir(), printf-like; the caller frees it. */
must_check printf_like(2, 3) struct error *project_path(char **ret, const char *fmt, ...);

/** $XDG_CACHE_HOME/btfmatrix or ~/.cache/btfmatrix, made if missing. The caller frees it. */
must_check struct error *cache_dir(char **ret);

/** $XDG_CONFIG_HOME/btfmatrix/@name or ~/.config/btfmatrix/@name, which may not exist. The caller frees it. */
must_check struct error *config_path(char **ret, const char *name);

#endif
