/* SPDX-License-Identifier: GPL-2.0-only */
/* Why Kconfig did not grant a symbol, by the tree's own Kconfig files. */
#ifndef BTFMATRIX_BUILD_KCONFIG_WHY_H
#define BTFMATRIX_BUILD_KCONFIG_WHY_H

#include <stdbool.h>
#include <stddef.h>

#include "build/kconfig_expr.h"

/**
 * The dependency of @symbol (@len bytes, without CONFIG_) that the values of @value do not meet, in words: "it
 * depends on NET, which is n". Where what it depends on is itself settled by an expression, that is told too. The caller
 * frees it. NULL where no such dependency is found: it may be in a menu or an "if" around the symbol. @knows_ret: whether
 * the tree at @source_dir defines the symbol.
 */
char *kconfig_why(const char *source_dir, const char *symbol, size_t len, bool *knows_ret,
		  kconfig_value_fn value, void *user);

#endif
