// SPDX-License-Identifier: GPL-2.0-only
#include "verify/live_symbols.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	const struct guest_symbol *x = *(const struct guest_symbol *const *)a;
	const struct guest_symbol *y = *(const struct guest_symbol *const *)b;

	return strcmp(x->name, y->name);
}

void live_symbols_load(struct live_symbols *live, const struct guest_report *guest)
{
	vec_for_each(symbol, &guest->symbols)
		if (!symbol->module || !*symbol->module)
			vec_push(&live->sorted, symbol);
	if (live->sorted.len)
		qsort(live->sorted.data, live->sorted.len, sizeof(*live->sorted.data), by_name);
}

void live_symbols_release(struct live_symbols *live)
{
	vec_free(&live->sorted);
}

size_t live_find(const struct live_symbols *live, const char *name,
		 const struct guest_symbol *const **first_ret)
{
	size_t low = 0, high = live->sorted.len, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(live->sorted.data[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < live->sorted.len; end++)
		if (!str_eq(live->sorted.data[end]->name, name))
			break;
	*first_ret = live->sorted.data ? (const struct guest_symbol *const *)live->sorted.data + low
				       : NULL;
	return end - low;
}

bool live_address(const struct live_symbols *live, const char *name, uint64_t *ret)
{
	const struct guest_symbol *const *symbols;

	if (live_find(live, name, &symbols) != 1)
		return false;
	*ret = symbols[0]->address;
	return true;
}
