// SPDX-License-Identifier: GPL-2.0-only
/* The repair of entries that share bytes. */
#include "btf/repair_state.h"

#include <stdlib.h>

static void mend_same_place(struct repair *rp, struct repair_entry *a, struct repair_entry *b)
{
	bool same_name = str_eq(a->name, b->name);

	/* the file knows neither: which is true cannot be told from it, unless they say the same */
	if (!a->symbol && !b->symbol && !(same_name && a->type == b->type))
		return;

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
		/* nothing to prove it from */
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

/* Calls @mend on each two entries that touch, until there are none left or it leaves them alone. */
static void mend_neighbours(struct repair *rp, bool same_place,
			    void (*mend)(struct repair *rp, struct repair_entry *a,
					 struct repair_entry *b))
{
	struct repair_entry *last = NULL;

	repair_sort(rp);
	for (size_t i = 0; i < rp->nr_sorted; i++) {
		struct repair_entry *entry = rp->sorted[i];

		if (entry->opaque)
			continue;
		if (last && last->to == entry->to) {
			uint64_t end = (uint64_t)last->info.offset + last->info.size;
			bool touches = same_place ? last->info.offset == entry->info.offset
						  : entry->info.offset < end;

			if (touches)
				mend(rp, last, entry);
		}
		if (!entry->dropped)
			last = entry;
	}
}

void repair_overlaps(struct repair *rp)
{
	mend_neighbours(rp, true, mend_same_place);
	mend_neighbours(rp, false, mend_overlap);
}
