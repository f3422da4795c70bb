/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BTFMATRIX_VERIFY_NAME_RULES_H
#define BTFMATRIX_VERIFY_NAME_RULES_H

#include <stdbool.h>

/**
 * What a kind wants of a name. Source: btf_name_valid_identifier() and btf_name_valid_section() of
 * kernel/bpf/btf.c.
 */
enum name_rule {
	NAME_NONE,
	NAME_OPTIONAL,
	NAME_IDENTIFIER,
	NAME_SECTION,
	NAME_TEXT,
	/* whatever is in the string section */
	NAME_ANY,
};

/** Whether name offset 0, no name, is right. */
bool name_may_lack(enum name_rule rule);
/** Whether @name, at an offset other than 0, is right. */
bool name_is_valid(enum name_rule rule, const char *name);
/** The rule in words; static. */
const char *name_rule_text(enum name_rule rule);

#endif
