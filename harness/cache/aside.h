/* SPDX-License-Identifier: GPL-2.0-only */
/* What is found damaged in the cache is kept, out of the way. */
#ifndef BTFMATRIX_CACHE_ASIDE_H
#define BTFMATRIX_CACHE_ASIDE_H

#include "core/error.h"

/**
 * Moves @path, a file or folder of the cache, to the cache's folder damaged/, under its path with '-' for '/' and the
 * time, and says where it is.
 */
must_check struct error *cache_move_aside(const char *path);

#endif
