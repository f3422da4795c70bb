/* SPDX-License-Identifier: GPL-2.0-only */
/* What a build leaves, kept in the cache under the digest of all that went into it. */
#ifndef BTFMATRIX_BUILD_ARTEFACTS_H
#define BTFMATRIX_BUILD_ARTEFACTS_H

#include <stdbool.h>

#include "build/build.h"
#include "build/object_tree.h"

/**
 * Looks for a finished build with @result's key. Sets @found_ret, and fills in @result's paths and figures
 * where there is one. One that is damaged is said to be, and counts as none.
 */
must_check struct error *artefacts_find(const struct build_request *request,
					struct build_result *result, bool *found_ret);

/**
 * Copies vmlinux, image, module, .config, repair reports and the log @log_name (below @tree) out of @tree
 * and fills in @result's paths. The record that makes it count as finished is written last. Older builds of the same cell but
 * for the newest few are removed.
 */
must_check struct error *artefacts_keep(const struct build_request *request,
					const struct object_tree *tree, const char *log_name,
					struct build_result *result);

#endif
