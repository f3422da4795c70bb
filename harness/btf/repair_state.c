// SPDX-License-Identifier: GPL-2.0-only
#include "btf/repair_state.h"

#include <elf.h>
#include <stdlib.h>

void repair_note(struct repair *rp, enum btf_repair_kind kind, const struct repair_entry *entry,
		 const char *kept, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct btf_repair repair = {
		.kind = kind,
		.section = xstrdup(rp->datasecs.data[entry->from].name),
		.variable = xstrdup(entry->name),
		.offset = entry->old_offset,
		.kept = xstrdup(kept),
		.reason = xvasprintf(fmt, args),
	};
	va_end(args);
	vec_push(&rp->repairs->list, repair);
}

void repair_drop(struct repair *rp, struct repair_entry *entry)
{
	entry->dropped = true;
	rp->datasecs.data[entry->from].changed = true;
	rp->datasecs.data[entry->to].changed = true;
}

uint64_t repair_symbol_offset(const struct repair *rp, const struct elf_symbol *symbol)
{
	const struct elf_section *section = elf_section_by_index(rp->elf, symbol->shndx);

	if (rp->elf->type == ET_REL || !section)
		return symbol->value;
	return symbol->value - section->addr;
}

bool repair_is_object(const struct elf_symbol *symbol)
{
	return symbol->type == STT_OBJECT && symbol->size;
}

bool repair_is_in(const struct elf_symbol *symbol, const struct elf_section *section)
{
	return section && symbol->shndx == section->index;
}

static int compare_entries(const void *a, const void *b)
{
	const struct repair_entry *x = *(struct repair_entry *const *)a,
				  *y = *(struct repair_entry *const *)b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if (x->info.offset != y->info.offset)
		return x->info.offset < y->info.offset ? -1 : 1;
	/* pahole's order among equals */
	return (x > y) - (x < y);
}

void repair_sort(struct repair *rp)
{
	rp->sorted = xrealloc_array(rp->sorted, rp->entries.len, sizeof(*rp->sorted));
	rp->nr_sorted = 0;
	vec_for_each(entry, &rp->entries)
		if (!entry->dropped)
			rp->sorted[rp->nr_sorted++] = entry;
	if (rp->nr_sorted)
		qsort(rp->sorted, rp->nr_sorted, sizeof(*rp->sorted), compare_entries);
}
