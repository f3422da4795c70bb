/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A .config that was granted before in the same object tree, for a request that differs in the feature's line alone.
 *
 * Kconfig asks the compiler some two hundred questions each time it runs, 2 CPU seconds, and the way from a request to
 * a built kernel runs it two times: allnoconfig, and syncconfig before the compile. From a sibling's .config with its
 * one line changed syncconfig alone comes to the same: symbols that are visible in both have their values, one that is
 * not visible any more is dropped, and a new one is asked for, which ends syncconfig with an error; then it is
 * allnoconfig's turn after all.
 */
#ifndef BTFMATRIX_BUILD_GRANTED_CONFIG_H
#define BTFMATRIX_BUILD_GRANTED_CONFIG_H

#include <stdbool.h>

#include "build/build.h"
#include "build/object_tree.h"

/**
 * Makes the .config in @tree that of @config_request, if what is remembered there differs from it in the feature's
 * line alone, compiler, linker and pahole are the same, and the .config is as it was then. *done_ret says whether it
 * did; *changed_ret whether syncconfig has to run for it.
 */
must_check struct error *granted_config_adapt(const struct build_request *request,
					      const struct object_tree *tree,
					      const char *config_request, bool *done_ret,
					      bool *changed_ret);

/** Remembers that the .config in @tree is what Kconfig made of @config_request. */
must_check struct error *granted_config_note(const struct build_request *request,
					     const struct object_tree *tree,
					     const char *config_request);

#endif
