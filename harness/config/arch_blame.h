/* SPDX-License-Identifier: GPL-2.0-only */
/* Which line of an architecture's descriptor a failure points at. Pure but for reading the descriptor. */
#ifndef BTFMATRIX_CONFIG_ARCH_BLAME_H
#define BTFMATRIX_CONFIG_ARCH_BLAME_H

#include <stddef.h>

#include "config/arch.h"
#include "core/mem.h"

/* What a message says if a key of the descriptor is wrong. */
struct arch_blame_rule {
	/* as it stands in the message */
	const char *text;
	const char *section, *key;
	/* what to look at */
	const char *why;
};

/** "FILE:LINE: [section] key: what is wrong with it", the caller's to free. */
printf_like(4, 5) char *arch_blame(const struct arch *arch, const char *section, const char *key,
				   const char *fmt, ...);

/** The first of the rules whose text is in @message, as arch_blame() has it; NULL: none. The caller frees it. */
char *arch_blame_message(const struct arch *arch, const struct arch_blame_rule *rules,
			 size_t nr_rules, const char *message);

/** The line of the descriptor with CONFIG_@symbol (@len bytes, without the prefix); 0: it has none. */
unsigned int arch_kconfig_line(const struct arch *arch, const char *symbol, size_t len);

#endif
