/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cell asks of Kconfig, and the proof that it was granted. */
#ifndef BTFMATRIX_BUILD_KCONFIG_H
#define BTFMATRIX_BUILD_KCONFIG_H

#include "core/error.h"
#include "core/strbuf.h"
#include "plan/cell.h"

/**
 * Appends everything @cell asks for: configs/kernel/base.config, the architecture's and the kernel line's lines, the profile's, and
 * the feature's symbol in the mode's state. A later line overrides an earlier one. ERROR_INPUT with FILE:LINE for a line that is neither
 * CONFIG_FOO=value, "# CONFIG_FOO is not set" nor a comment.
 */
must_check struct error *kconfig_request(const struct cell *cell, struct strbuf *request);

/**
 * Checks each line of @request against the .config at @config_path. A symbol that is asked to be unset is
 * granted by being absent. ERROR_INPUT names every symbol not granted, with what it is instead, and
 * whether the tree at @source_dir knows it at all.
 */
must_check struct error *kconfig_prove(const char *request, const char *config_path,
				       const char *source_dir);

#endif
