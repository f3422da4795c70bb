// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_repair.h"

#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_dwarf.h"
#include "btf/btf_edit.h"
#include "core/strbuf.h"

/* longer chains of pointers, arrays and qualifiers are taken for a loop */
enum {
	MAX_CHAIN = 256
};

/* One entry of a DATASEC, and what is known about it. */
struct entry {
	/* the DATASEC pahole put it in, and the one it belongs to: indices into repair.datasecs */
	size_t from, to;
	struct btf_secinfo info;
	/* where pahole put it */
	uint32_t old_offset;
	/* the name it goes by: the VAR's, or the one of the symbol it was renamed to */
	const char *name;
	/* the symbol of that name at that place; NULL: none */
	const struct elf_symbol *symbol;
	/* of the VAR */
	uint32_t type, linkage;
	/* of the type; 0 where it has none */
	uint64_t type_size;
	bool dropped;
	/* not a VAR with a name: left as it is */
	bool opaque;
};

struct datasec {
	/* 0: to be added */
	uint32_t id;
	const char *name;
	/* NULL: the file has no section of that name */
	const struct elf_section *section;
	uint32_t size;
	bool changed;
};

struct repair {
	const struct btf_image *btf;
	const struct elf_image *elf;
	struct btf_repairs *repairs;
	struct btf_edit *edit;
	VEC(struct datasec) datasecs;
	VEC(struct entry) entries;
	/* pointers to the entries not dropped, by place */
	struct entry **sorted;
	size_t nr_sorted;
	/* opened when first asked for */
	struct btf_dwarf *dwarf;
	bool dwarf_tried;
};

static void repair_release(struct repair *rp)
{
	btf_edit_free(rp->edit);
	btf_dwarf_close(rp->dwarf);
	vec_free(&rp->datasecs);
	vec_free(&rp->entries);
	free(rp->sorted);
}

printf_like(5, 6) static void note(struct repair *rp, enum btf_repair_kind kind,
				   const struct entry *entry, const char *kept, const char *fmt,
				   ...)
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

static void drop(struct repair *rp, struct entry *entry)
{
	entry->dropped = true;
	rp->datasecs.data[entry->from].changed = true;
	rp->datasecs.data[entry->to].changed = true;
}

/* Bytes from the section's start. */
static uint64_t symbol_offset(const struct repair *rp, const struct elf_symbol *symbol)
{
	const struct elf_section *section = elf_section_by_index(rp->elf, symbol->shndx);

	if (rp->elf->type == ET_REL || !section)
		return symbol->value;
	return symbol->value - section->addr;
}

/* Sections, files and functions have symbols too; what assembly defines may have no type. */
static bool is_data_symbol(const struct elf_symbol *symbol)
{
	return symbol->type == STT_OBJECT || symbol->type == STT_NOTYPE ||
	       symbol->type == STT_TLS || symbol->type == STT_COMMON;
}

static bool is_sized_object(const struct elf_symbol *symbol)
{
	return symbol->type == STT_OBJECT && symbol->size;
}

static bool is_in(const struct elf_symbol *symbol, const struct elf_section *section)
{
	return section && symbol->shndx == section->index;
}

static const struct elf_symbol *symbol_at(const struct repair *rp, const char *name,
					  const struct elf_section *section, uint32_t offset)
{
	const struct elf_symbol *const *symbols;
	size_t count = elf_symbols_by_name(rp->elf, name, &symbols);
	const struct elf_symbol *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (is_in(symbols[i], section) && is_data_symbol(symbols[i]) &&
		    symbol_offset(rp, symbols[i]) == offset &&
		    (!best || (!is_sized_object(best) && is_sized_object(symbols[i]))))
			best = symbols[i];
	return best;
}

static void find_symbol(struct repair *rp, struct entry *entry)
{
	entry->symbol = symbol_at(rp, entry->name, rp->datasecs.data[entry->to].section,
				  entry->info.offset);
}

static void load_datasec(struct repair *rp, const struct btf_type_view *type)
{
	const char *name = btf_type_name(type);
	struct datasec datasec = {
		.id = type->id,
		.name = name,
		.section = elf_section_by_name(rp->elf, name),
		.size = type->size_or_type,
	};

	vec_push(&rp->datasecs, datasec);
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_secinfo info = btf_secinfo(type, i);
		struct btf_type_view var;
		bool is_var = btf_type_get(rp->btf, info.type, &var) && var.kind == BTF_KIND_VAR &&
			      *btf_type_name(&var);
		struct entry entry = {
			.from = rp->datasecs.len - 1,
			.to = rp->datasecs.len - 1,
			.info = info,
			.old_offset = info.offset,
			.name = is_var ? btf_type_name(&var) : "",
			.type = is_var ? var.size_or_type : 0,
			.linkage = is_var ? btf_var_linkage(&var) : 0,
			.opaque = !is_var,
		};

		if (is_var &&
		    !btf_type_size(rp->btf, entry.type, rp->elf->bits / 8, &entry.type_size))
			entry.type_size = 0;
		if (is_var)
			find_symbol(rp, &entry);
		vec_push(&rp->entries, entry);
	}
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if (x->info.offset != y->info.offset)
		return x->info.offset < y->info.offset ? -1 : 1;
	/* pahole's order among equals */
	return (x > y) - (x < y);
}

static void sort_entries(struct repair *rp)
{
	rp->sorted = xrealloc_array(rp->sorted, rp->entries.len, sizeof(*rp->sorted));
	rp->nr_sorted = 0;
	vec_for_each(entry, &rp->entries)
		if (!entry->dropped)
			rp->sorted[rp->nr_sorted++] = entry;
	if (rp->nr_sorted)
		qsort(rp->sorted, rp->nr_sorted, sizeof(*rp->sorted), compare_entries);
}

/*
 * Wrong section: pahole takes a section for a variable's because its range of addresses has the
 * variable's in it, and sections that are not loaded have the address 0.
 */

/* The one data symbol that has the entry's name; NULL where there is none, or one in its section. */
static const struct elf_symbol *only_symbol_elsewhere(const struct repair *rp,
						      const struct entry *entry)
{
	const struct elf_symbol *const *symbols;
	size_t count = elf_symbols_by_name(rp->elf, entry->name, &symbols);
	const struct elf_symbol *found = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct elf_section *home = elf_section_by_index(rp->elf, symbols[i]->shndx);

		/* by name, because object files may have several sections of one name */
		if (home && str_eq(home->name, rp->datasecs.data[entry->from].name))
			return NULL;
		if (!is_sized_object(symbols[i]) || !home)
			continue;
		if (found)
			return NULL;
		found = symbols[i];
	}
	return found;
}

/* The DATASEC for a section; one to be added if there is none. */
static size_t datasec_for(struct repair *rp, const struct elf_section *section)
{
	struct datasec datasec = {
		.name = section->name,
		.section = section,
		.size = (uint32_t)section->size,
		.changed = true,
	};

	for (size_t i = 0; i < rp->datasecs.len; i++)
		if (str_eq(rp->datasecs.data[i].name, section->name))
			return i;
	vec_push(&rp->datasecs, datasec);
	return rp->datasecs.len - 1;
}

static bool is_listed(const struct repair *rp, const char *name, const struct elf_section *section,
		      uint64_t offset)
{
	vec_for_each(entry, &rp->entries)
		if (!entry->dropped && entry->info.offset == offset && str_eq(entry->name, name) &&
		    str_eq(rp->datasecs.data[entry->to].name, section->name))
			return true;
	return false;
}

static void mend_wrong_section(struct repair *rp, struct entry *entry)
{
	const struct elf_symbol *symbol = only_symbol_elsewhere(rp, entry);
	_cleanup_free_ char *kept = NULL;

	if (!symbol)
		return;

	const struct elf_section *right = elf_section_by_index(rp->elf, symbol->shndx);
	const struct elf_section *wrong = rp->datasecs.data[entry->from].section;
	uint64_t offset = symbol_offset(rp, symbol);
	bool listed = is_listed(rp, entry->name, right, offset);
	/* another variable of that name may have lost its symbol: then this one is not it */
	bool same_place = wrong && rp->elf->type != ET_REL &&
			  wrong->addr + entry->info.offset == symbol->value;

	if (!listed && !same_place && entry->type_size != symbol->size)
		return;
	if (entry->type_size > symbol->size || offset > UINT32_MAX || right->size > UINT32_MAX)
		return;

	kept = xasprintf("%s@%s+0x%llx", entry->name, right->name, (unsigned long long)offset);
	note(rp, REPAIR_WRONG_SECTION, entry, kept,
	     "%s: its one symbol is in %s at offset 0x%llx, size %llu%s",
	     !wrong                        ? "no such section in the file"
	     : !(wrong->flags & SHF_ALLOC) ? "not a section that is loaded"
					   : "no symbol of that name in this section",
	     right->name, (unsigned long long)offset, (unsigned long long)symbol->size,
	     listed ? ", where BTF has it too" : "");
	if (listed) {
		drop(rp, entry);
		return;
	}
	rp->datasecs.data[entry->from].changed = true;
	entry->to = datasec_for(rp, right);
	rp->datasecs.data[entry->to].changed = true;
	entry->info.offset = (uint32_t)offset;
	entry->symbol = symbol;
}

/*
 * Renamed: code that runs before relocation is compiled, then all its symbols get a prefix
 * (objcopy --prefix-symbols). DWARF keeps the names of the source, kallsyms has the prefixed ones.
 */

static bool has_symbol_in(const struct repair *rp, const char *name,
			  const struct elf_section *section)
{
	const struct elf_symbol *const *symbols;
	size_t count = elf_symbols_by_name(rp->elf, name, &symbols);

	for (size_t i = 0; i < count; i++)
		if (is_in(symbols[i], section))
			return true;
	return false;
}

/* The one sized object at the entry's place; NULL where there is none or more than one. */
static const struct elf_symbol *only_object_at(const struct repair *rp,
					       const struct elf_section *section, uint32_t offset)
{
	const struct elf_symbol *const *symbols;
	size_t low = 0, high = elf_symbols_in_section(rp->elf, section->index, &symbols),
	       end = high;
	const struct elf_symbol *found = NULL;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbol_offset(rp, symbols[middle]) < offset)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < end && symbol_offset(rp, symbols[low]) == offset; low++) {
		if (!is_sized_object(symbols[low]))
			continue;
		if (found)
			return NULL;
		found = symbols[low];
	}
	return found;
}

static void mend_renamed(struct repair *rp, struct entry *entry)
{
	const struct elf_section *section = rp->datasecs.data[entry->to].section;
	const struct elf_symbol *symbol;

	if (entry->symbol || !section || has_symbol_in(rp, entry->name, section))
		return;
	symbol = only_object_at(rp, section, entry->info.offset);
	/* a flexible array member is in the symbol's size and not in the type's */
	if (!symbol || !entry->type_size || symbol->size < entry->type_size ||
	    !str_ends(symbol->name, entry->name))
		return;

	note(rp, REPAIR_RENAMED, entry, symbol->name,
	     "the one symbol at this place, size %llu (the type's is %llu), is called %s",
	     (unsigned long long)symbol->size, (unsigned long long)entry->type_size, symbol->name);
	btf_edit_rename(rp->edit, entry->info.type, symbol->name);
	rp->datasecs.data[entry->to].changed = true;
	entry->name = symbol->name;
	entry->symbol = symbol;
}

static void mend_zero_size(struct repair *rp, struct entry *entry)
{
	if (entry->info.size || entry->type_size)
		return;
	note(rp, REPAIR_ZERO_SIZE, entry, "",
	     "its type has no size, and the kernel refuses entries of size 0");
	drop(rp, entry);
}

/*
 * Two at one place. Which of them is true is decided by the first criterion that tells them apart;
 * each is about what can be read off the ELF file, and higher is better.
 */

static int rank_symbol(struct repair *rp, const struct entry *entry)
{
	(void)rp;
	return !entry->symbol ? 0 : is_sized_object(entry->symbol) ? 2 : 1;
}

static int rank_binding(struct repair *rp, const struct entry *entry)
{
	static const int ranks[] = { [STB_LOCAL] = 1, [STB_GLOBAL] = 3, [STB_WEAK] = 2 };

	(void)rp;
	return entry->symbol && entry->symbol->bind < ARRAY_SIZE(ranks) ? ranks[entry->symbol->bind]
									: 0;
}

static int rank_size(struct repair *rp, const struct entry *entry)
{
	(void)rp;
	if (!entry->symbol || !entry->symbol->size)
		return 0;
	/* smaller may be right: a flexible array member is in the symbol's size and not in the type's */
	return entry->type_size == entry->symbol->size  ? 3
	       : entry->type_size < entry->symbol->size ? 2
							: 1;
}

static int rank_linkage(struct repair *rp, const struct entry *entry)
{
	bool is_static = entry->linkage == BTF_VAR_STATIC;

	(void)rp;
	return entry->symbol && is_static == (entry->symbol->bind == STB_LOCAL);
}

/* The type's name without pointers, arrays and qualifiers, as btf_dwarf_confirms() wants it. */
static const char *base_name(const struct btf_image *btf, uint32_t id)
{
	struct btf_type_view type;

	for (int i = 0; i < MAX_CHAIN && btf_type_get(btf, id, &type); i++) {
		switch (type.kind) {
		case BTF_KIND_ARRAY:
			id = btf_array(&type).elem_type;
			break;
		case BTF_KIND_PTR:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = type.size_or_type;
			break;
		default:
			return btf_type_name(&type);
		}
	}
	return "";
}

/* The definition's own unit is the one whose other variables lie around it. */
static int rank_dwarf(struct repair *rp, const struct entry *entry)
{
	const struct elf_section *section = rp->datasecs.data[entry->to].section;

	if (!entry->symbol || !section)
		return 0;
	if (!rp->dwarf_tried) {
		rp->dwarf_tried = true;
		rp->dwarf = btf_dwarf_open(rp->elf->path);
	}
	return rp->dwarf && btf_dwarf_confirms(rp->dwarf, entry->symbol, section, entry->type_size,
					       base_name(rp->btf, entry->type));
}

static const struct criterion {
	int (*rank)(struct repair *rp, const struct entry *entry);
	/* for the report */
	const char *reason;
} criteria[] = {
	{ rank_symbol, "it is the one that has a symbol here" },
	{ rank_binding, "its symbol is the more global one" },
	{ rank_size, "its type's size fits the symbol" },
	{ rank_linkage, "its linkage is the symbol's" },
};

static const struct criterion by_dwarf = {
	rank_dwarf, "DWARF has it in the unit whose other variables lie around it"
};

/* Which of two to keep, and why. */
static struct entry *choose(struct repair *rp, struct entry *a, struct entry *b,
			    const char **reason_ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(criteria); i++) {
		int x = criteria[i].rank(rp, a), y = criteria[i].rank(rp, b);

		*reason_ret = criteria[i].reason;
		if (x != y)
			return x > y ? a : b;
	}
	if (str_eq(a->name, b->name) && a->type == b->type) {
		*reason_ret = "two definitions of one type, of which the linker took one";
		return a;
	}

	int x = by_dwarf.rank(rp, a), y = by_dwarf.rank(rp, b);
	*reason_ret = x == y ? "nothing tells them apart, and the kernel takes only one"
			     : by_dwarf.reason;
	return y > x ? b : a;
}

static void mend_same_place(struct repair *rp, struct entry *a, struct entry *b)
{
	/* two strangers: the file has nothing to say about either */
	if (!a->symbol && !b->symbol && !str_eq(a->name, b->name))
		return;

	const char *reason;
	struct entry *kept = choose(rp, a, b, &reason);
	struct entry *other = kept == a ? b : a;
	bool same_name = str_eq(a->name, b->name);
	_cleanup_free_ char *kept_type = btf_type_describe(rp->btf, kept->type);

	if (same_name)
		note(rp, REPAIR_DUPLICATE_VAR, other, kept->name, "kept as %s: %s", kept_type,
		     reason);
	else
		note(rp, REPAIR_ALIAS, other, kept->name, "%s (%s) is at the same place: %s",
		     kept->name, kept_type, reason);
	drop(rp, other);
}

/*
 * One reaches into the next. Either its type is not that of the symbol, or the symbols overlap too,
 * as an array and a name for a part of it do.
 */
static void mend_overlap(struct repair *rp, struct entry *first, struct entry *second)
{
	struct entry *gone = NULL;
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
			note(rp, REPAIR_OVERLAP, first, first->name,
			     "size %u, but type and symbol have %llu and %llu", first->info.size,
			     (unsigned long long)first->type_size,
			     (unsigned long long)first->symbol->size);
			first->info.size = (uint32_t)first->type_size;
			rp->datasecs.data[first->to].changed = true;
			return;
		}
		gone = first;
		reason = "its type is larger than its symbol, so it is another definition's";
	} else {
		int x = rank_binding(rp, first), y = rank_binding(rp, second);

		gone = y > x ? first : second;
		reason = x == y ? "its symbol is inside the other one's"
				: "the other one's symbol is the more global one";
	}
	note(rp, REPAIR_OVERLAP, gone, gone == first ? second->name : first->name,
	     "overlaps %s at offset 0x%x: %s", gone == first ? second->name : first->name,
	     gone == first ? second->info.offset : first->info.offset, reason);
	drop(rp, gone);
}

/* Calls @mend on each two entries that touch, until there are none left or it leaves them alone. */
static void mend_neighbours(struct repair *rp, bool same_place,
			    void (*mend)(struct repair *rp, struct entry *a, struct entry *b))
{
	struct entry *last = NULL;

	sort_entries(rp);
	for (size_t i = 0; i < rp->nr_sorted; i++) {
		struct entry *entry = rp->sorted[i];

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

static void note_unsorted(struct repair *rp)
{
	for (size_t i = 1; i < rp->entries.len; i++) {
		const struct entry *entry = &rp->entries.data[i], *before = entry - 1;

		if (entry->from != before->from || entry->old_offset >= before->old_offset)
			continue;

		struct entry section = { .from = entry->from,
					 .name = "",
					 .old_offset = entry->old_offset };
		note(rp, REPAIR_UNSORTED, &section, "",
		     "%s at offset 0x%x is listed behind %s at 0x%x", entry->name,
		     entry->old_offset, before->name, before->old_offset);
		rp->datasecs.data[entry->from].changed = true;
		while (i + 1 < rp->entries.len && rp->entries.data[i + 1].from == section.from)
			i++;
	}
}

/* Drops the VARs that no DATASEC lists any more, and writes down the new lists. */
static void write_edit(struct repair *rp)
{
	uint32_t first = rp->btf->first_id;
	_cleanup_free_ bool *listed = xcalloc(rp->btf->nr_types, sizeof(bool));
	struct btf_secinfo *infos;

	sort_entries(rp);
	for (size_t i = 0; i < rp->nr_sorted; i++) {
		uint32_t id = rp->sorted[i]->info.type;

		if (id >= first && id - first < rp->btf->nr_types)
			listed[id - first] = true;
	}
	vec_for_each(entry, &rp->entries) {
		uint32_t id = entry->info.type;

		if (entry->dropped && id >= first && !listed[id - first])
			btf_edit_drop(rp->edit, id);
	}

	infos = xcalloc(rp->nr_sorted, sizeof(*infos));
	for (size_t d = 0; d < rp->datasecs.len; d++) {
		const struct datasec *datasec = &rp->datasecs.data[d];
		uint32_t count = 0;

		if (!datasec->changed)
			continue;
		for (size_t i = 0; i < rp->nr_sorted; i++)
			if (rp->sorted[i]->to == d)
				infos[count++] = rp->sorted[i]->info;
		if (datasec->id)
			btf_edit_set_secinfos(rp->edit, datasec->id, infos, count);
		else if (count)
			btf_edit_add_datasec(rp->edit, datasec->name, datasec->size, infos, count);
	}
	free(infos);
}

static void mend_each(struct repair *rp, void (*mend)(struct repair *rp, struct entry *entry))
{
	/* by index: what is pushed to meanwhile are DATASECs, never entries */
	for (size_t i = 0; i < rp->entries.len; i++)
		if (!rp->entries.data[i].dropped && !rp->entries.data[i].opaque)
			mend(rp, &rp->entries.data[i]);
}

struct error *btf_repair(const struct btf_image *btf, const struct elf_image *elf,
			 struct btf_repairs *repairs, uint8_t **blob_ret, size_t *len_ret)
{
	_cleanup_(repair_release) struct repair rp = {
		.btf = btf,
		.elf = elf,
		.repairs = repairs,
		.edit = btf_edit_new(btf),
	};
	size_t before = repairs->list.len;

	*blob_ret = NULL;
	*len_ret = 0;
	btf_for_each_type(type, btf)
		if (type.kind == BTF_KIND_DATASEC)
			load_datasec(&rp, &type);

	mend_each(&rp, mend_wrong_section);
	mend_each(&rp, mend_renamed);
	mend_each(&rp, mend_zero_size);
	mend_neighbours(&rp, true, mend_same_place);
	mend_neighbours(&rp, false, mend_overlap);
	note_unsorted(&rp);
	if (repairs->list.len == before)
		return NULL;
	write_edit(&rp);
	return btf_edit_apply(rp.edit, blob_ret, len_ret);
}
