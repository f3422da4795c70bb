/* SPDX-License-Identifier: GPL-2.0-only */
/* Kconfig expressions, as far as is needed to say why one of them is not met. */
#ifndef BTFMATRIX_BUILD_KCONFIG_EXPR_H
#define BTFMATRIX_BUILD_KCONFIG_EXPR_H

#include <stdbool.h>
#include <stddef.h>

enum kconfig_truth {
	KCONFIG_FALSE,
	KCONFIG_TRUE,
	/* a macro such as $(success,...), or a text that is no expression */
	KCONFIG_UNKNOWN,
};

/**
 * The value of a symbol, @name of @len bytes without CONFIG_, for @user; the caller frees it. NULL: it is unset.
 */
typedef char *(*kconfig_value_fn)(void *user, const char *name, size_t len);

/**
 * Whether @text of @len bytes is met: y and m are true, n and unset are false. Operators are
 * those of Documentation/kbuild/kconfig-language.rst.
 */
enum kconfig_truth kconfig_evaluate(const char *text, size_t len, kconfig_value_fn value,
				    void *user);

/**
 * The next operand of @text's outermost "&&", where *pos is 0 at first. False at the end.
 */
bool kconfig_next_clause(const char *text, size_t len, size_t *pos, const char **clause_ret,
			 size_t *clause_len_ret);

/** The next symbol in @text, where *pos is 0 at first; macros, constants and texts are stepped over. False at the end. */
bool kconfig_next_symbol(const char *text, size_t len, size_t *pos, const char **name_ret,
			 size_t *name_len_ret);

#endif
