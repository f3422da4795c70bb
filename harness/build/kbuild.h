/* SPDX-License-Identifier: GPL-2.0-only */
/* Running the kernel's make in an object tree. */
#ifndef BTFMATRIX_BUILD_KBUILD_H
#define BTFMATRIX_BUILD_KBUILD_H

#include <stddef.h>

#include "build/build.h"
#include "build/object_tree.h"

struct kbuild_run {
	double wall_s, cpu_s;
	/* "CC" and "AS" lines */
	size_t nr_compiled;
	/* "PATH=..." where make needs another; NULL: ours. Borrowed. */
	const char *path_env;
	/* for ccache: ccache_depend_mode(); NULL: nothing */
	const char *ccache_env;
};

/**
 * Writes the request for Kconfig into @tree, runs allnoconfig on it, or adapts what it made of a sibling's
 * (build/granted_config.h), and proves that all was granted. A .config that would be the same is left as it is. @run's
 * figures are added to.
 */
must_check struct error *kbuild_configure(const struct build_request *request,
					  const struct object_tree *tree,
					  const char *config_request, const char *log_path,
					  struct kbuild_run *run);

/** Builds the image and the modules. @run's figures are added to. */
must_check struct error *kbuild_make(const struct build_request *request,
				     const struct object_tree *tree, const char *log_path,
				     struct kbuild_run *run);

/** The command line of kbuild_make(), for people. The caller frees it. */
char *kbuild_describe(const struct build_request *request, const struct object_tree *tree);

#endif
