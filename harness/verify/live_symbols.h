/* SPDX-License-Identifier: GPL-2.0-only */
/* kallsyms of a running vmlinux, by name. */
#ifndef BTFMATRIX_VERIFY_LIVE_SYMBOLS_H
#define BTFMATRIX_VERIFY_LIVE_SYMBOLS_H

#include "boot/guest_report.h"

struct live_symbols {
	VEC(const struct guest_symbol *) sorted;
};

void live_symbols_load(struct live_symbols *live, const struct guest_report *guest);
void live_symbols_release(struct live_symbols *live);

/** All lines of @name, adjacent; their number. */
size_t live_find(const struct live_symbols *live, const char *name,
		 const struct guest_symbol *const **first_ret);

/** The address of @name; false where there is none or more than one. */
bool live_address(const struct live_symbols *live, const char *name, uint64_t *ret);

#endif
