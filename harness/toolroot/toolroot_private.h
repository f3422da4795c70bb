/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of a tool root's making share. */
#ifndef BTFMATRIX_TOOLROOT_TOOLROOT_PRIVATE_H
#define BTFMATRIX_TOOLROOT_TOOLROOT_PRIVATE_H

#include "toolroot/toolroot.h"

/** Unpacks @config's packages into @dir/root and lists them in @dir/packages. @wanted as toolroot_open() has it. */
must_check struct error *toolroot_unpack(const struct toolroot_config *config, const char *dir,
					 const char *log_path, const char *const *wanted);

/** Writes @dir/enter and a wrapper below @dir/run for each program of the root. */
must_check struct error *toolroot_write_wrappers(const char *dir);

/** Writes @dir/files and @dir/stamp, which makes the root count as finished. @key is of its descriptor. */
must_check struct error *toolroot_seal(const char *dir, const char *key);

/** Whether the root in @dir is as toolroot_seal() left it; NULL in @why_ret if so, else one line, the caller's. */
must_check struct error *toolroot_check(const char *dir, const char *key, char **why_ret);

#endif
