// SPDX-License-Identifier: GPL-2.0-only
/* The repair of entries that share bytes. */
#include "btf/repair_state.h"

#include <stdlib.h>

/* "__efistub_x" is x, where objcopy(1) gave all symbols of an object file a prefix. */
static bool is_prefixed(const char *symbol, const char *name)
{
	return str_starts(symbol, "__") && str_ends(symbol, name);
}

/*
 * The one object of its name in its section, where it is not there but elsewhere: clang merges variables behind one
 * symbol, and pahole before 1.32 puts all of them where the first is. NULL: there is none, or several.
 */
static const struct elf_symbol *symbol_elsewhere(const struct repair *rp,
						 const struct repair_entry *entry)
{
	const struct elf_section *section = rp->datasecs.data[entry->to].section;
	const struct elf_symbol *const *symbols, *found = NULL;
	size_t count;

	if (entry->symbol || !section)
		return NULL;
	count = elf_symbols_in_section(rp->elf, section->index, &symbols);
	for (size_t i = 0; i < count; i++) {
		if (!repair_is_object(symbols[i]) || (!str_eq(symbols[i]->name, entry->name) &&
						      !is_prefixed(symbols[i]->name, entry->name)))
			continue;
		if (found)
			return NULL;
		found = symbols[i];
	}
	return found && found->size >= entry->type_size &&
			       repair_symbol_offset(rp, found) != entry->info.offset
		       ? found
		       : NULL;
}

/* Drops an entry that is in the way of @other and is elsewhere; where it is alone, it stays to be found. */
static bool drop_if_elsewhere(struct repair *rp, struct repair_entry *entry,
			      const struct repair_entry *other)
{
	const struct elf_symbol *symbol = symbol_elsewhere(rp, entry);

	if (!symbol)
		return false;
	repair_note(rp, REPAIR_OVERLAP, entry, other->name,
		    "overlaps %s at offset 0x%x: its own symbol is at offset 0x%llx", other->name,
		    other->info.offset, (unsigned long long)repair_symbol_offset(rp, symbol));
	repair_drop(rp, entry);
	return true;
}

static void mend_same_place(struct repair *rp, struct repair_entry *a, struct repair_entry *b)
{
	bool same_name = str_eq(a->name, b->name);

	/* the file knows neither: which is true cannot be told from it, unless they say the same */
	if (!a->symbol && !b->symbol && !(same_name && a->type == b->type)) {
		if (!drop_if_elsewhere(rp, b, a))
			drop_if_elsewhere(rp, a, b);
		return;
	}

	const char *reason;
	struct repair_entry *kept = repair_choose(rp, a, b, &reason);
	struct repair_entry *other = kept == a ? b : a;
	_cleanup_free_ char *kept_type = btf_type_describe(rp->btf, kept->type);

	if (same_name)
		repair_note(rp, REPAIR_DUPLICATE_VAR, other, kept->name, "kept as %s: %s",
			    kept_type, reason);
	else
		repair_note(rp, REPAIR_ALIAS, other, kept->name, "%s (%s) is at the same place: %s",
			    kept->name, kept_type, reason);
	repair_drop(rp, other);
}

/*
 * One reaches into the next. Either its type is not that of the symbol, or the symbols overlap too,
 * as an array and a name for a part of it do.
 */
static void mend_overlap(struct repair *rp, struct repair_entry *first, struct repair_entry *second)
{
	struct repair_entry *gone = NULL;
	const char *reason = NULL;

	if (!first->symbol != !second->symbol) {
		gone = first->symbol ? second : first;
		reason = "only the other one has a symbol here";
	} else if (!first->symbol || !first->symbol->size) {
		/* else there is nothing to prove it from */
		if (!second->symbol && !drop_if_elsewhere(rp, second, first))
			drop_if_elsewhere(rp, first, second);
		return;
	} else if (first->info.size > first->symbol->size) {
		/* the type's size fits, and only the entry's is wrong */
		if (first->type_size && first->type_size <= first->symbol->size) {
			repair_note(rp, REPAIR_OVERLAP, first, first->name,
				    "size %u, but type and symbol have %llu and %llu",
				    first->info.size, (unsigned long long)first->type_size,
				    (unsigned long long)first->symbol->size);
			first->info.size = (uint32_t)first->type_size;
			rp->datasecs.data[first->to].changed = true;
			return;
		}
		gone = first;
		reason = "its type is larger than its symbol, so it is another definition's";
	} else {
		int x = repair_binding(first), y = repair_binding(second);

		gone = y > x ? first : second;
		reason = x == y ? "its symbol is inside the other one's"
				: "the other one's symbol is the more global one";
	}
	repair_note(rp, REPAIR_OVERLAP, gone, gone == first ? second->name : first->name,
		    "overlaps %s at offset 0x%x: %s", gone == first ? second->name : first->name,
		    gone == first ? second->info.offset : first->info.offset, reason);
	repair_drop(rp, gone);
}

/* Everything at one place against one that has a symbol there, or against the first. */
static void mend_places(struct repair *rp)
{
	repair_sort(rp);
	for (size_t i = 0, end; i < rp->nr_sorted; i = end) {
		struct repair_entry *holder = NULL;

		for (end = i; end < rp->nr_sorted && rp->sorted[end]->to == rp->sorted[i]->to &&
			      rp->sorted[end]->info.offset == rp->sorted[i]->info.offset;
		     end++)
			if (!rp->sorted[end]->opaque &&
			    (!holder || (!holder->symbol && rp->sorted[end]->symbol)))
				holder = rp->sorted[end];
		for (size_t k = i; k < end; k++) {
			struct repair_entry *entry = rp->sorted[k];

			if (entry == holder || entry->opaque || entry->dropped)
				continue;
			mend_same_place(rp, holder, entry);
			if (holder->dropped)
				holder = entry;
		}
	}
}

/* Each against the next that it reaches into. */
static void mend_neighbours(struct repair *rp)
{
	struct repair_entry *last = NULL;

	repair_sort(rp);
	for (size_t i = 0; i < rp->nr_sorted; i++) {
		struct repair_entry *entry = rp->sorted[i];

		if (entry->opaque)
			continue;
		if (last && last->to == entry->to &&
		    entry->info.offset < (uint64_t)last->info.offset + last->info.size)
			mend_overlap(rp, last, entry);
		if (!entry->dropped)
			last = entry;
	}
}

void repair_overlaps(struct repair *rp)
{
	mend_places(rp);
	mend_neighbours(rp);
}
