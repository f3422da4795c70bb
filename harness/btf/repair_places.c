// SPDX-License-Identifier: GPL-2.0-only
/* The repair of entries that are wrong by themselves. */
#include "btf/repair_state.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

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
		if (repair_is_in(symbols[i], section))
			return true;
	return false;
}

/*
 * The one sized object at the entry's place; NULL where there is none or more than one. What clang calls the whole of
 * variables that it merged is none.
 */
static const struct elf_symbol *only_object_at(const struct repair *rp,
					       const struct elf_section *section, uint32_t offset)
{
	const struct elf_symbol *const *symbols;
	size_t low = 0, high = elf_symbols_in_section(rp->elf, section->index, &symbols),
	       end = high;
	const struct elf_symbol *found = NULL;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (repair_symbol_offset(rp, symbols[middle]) < offset)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < end && repair_symbol_offset(rp, symbols[low]) == offset; low++) {
		if (!repair_is_object(symbols[low]) || strstr(symbols[low]->name, "_MergedGlobals"))
			continue;
		if (found)
			return NULL;
		found = symbols[low];
	}
	return found;
}

/* The symbol that is the entry's but for a prefix; NULL: none. */
static const struct elf_symbol *renamed_symbol(const struct repair *rp,
					       const struct repair_entry *entry)
{
	const struct elf_section *section = rp->datasecs.data[entry->to].section;
	const struct elf_symbol *symbol;

	if (entry->symbol || !section || has_symbol_in(rp, entry->name, section))
		return NULL;
	symbol = only_object_at(rp, section, entry->info.offset);
	/* a flexible array member is in the symbol's size and not in the type's */
	return symbol && entry->type_size && symbol->size >= entry->type_size &&
			       str_ends(symbol->name, entry->name)
		       ? symbol
		       : NULL;
}

/*
 * Wrong section: pahole takes a section for a variable's because its range of addresses has the
 * variable's in it, and sections that are not loaded have the address 0.
 */

/* The one data symbol that has the entry's name; NULL where there is none, or one in its section. */
static const struct elf_symbol *only_symbol_elsewhere(const struct repair *rp,
						      const struct repair_entry *entry)
{
	const struct elf_symbol *const *symbols;
	size_t count = elf_symbols_by_name(rp->elf, entry->name, &symbols);
	const struct elf_symbol *found = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct elf_section *home = elf_section_by_index(rp->elf, symbols[i]->shndx);

		/* by name, because object files may have several sections of one name */
		if (home && str_eq(home->name, rp->datasecs.data[entry->from].name))
			return NULL;
		if (!repair_is_object(symbols[i]) || !home)
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
	struct repair_datasec datasec = {
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

/* The kernel wants each entry to end inside; pahole takes the end of the last one for the size. */
static void widen(struct repair_datasec *datasec, const struct btf_secinfo *info)
{
	uint64_t end = (uint64_t)info->offset + info->size;

	datasec->changed = true;
	if (end > datasec->size && end <= datasec->section->size)
		datasec->size = (uint32_t)end;
}

static void mend_wrong_section(struct repair *rp, struct repair_entry *entry)
{
	const struct elf_symbol *symbol = only_symbol_elsewhere(rp, entry);
	_cleanup_free_ char *kept = NULL;

	/* one that was renamed has a namesake elsewhere: riscv's EFI stub has a _ctype of its own */
	if (!symbol || renamed_symbol(rp, entry))
		return;

	const struct elf_section *right = elf_section_by_index(rp->elf, symbol->shndx);
	const struct elf_section *wrong = rp->datasecs.data[entry->from].section;
	uint64_t offset = repair_symbol_offset(rp, symbol);
	bool listed = is_listed(rp, entry->name, right, offset);
	/* another variable of that name may have lost its symbol: then this one is not it */
	bool same_place = wrong && rp->elf->type != ET_REL &&
			  wrong->addr + entry->info.offset == symbol->value;

	if (!listed && !same_place && entry->type_size != symbol->size)
		return;
	if (entry->type_size > symbol->size || offset > UINT32_MAX || right->size > UINT32_MAX)
		return;

	kept = xasprintf("%s@%s+0x%llx", entry->name, right->name, (unsigned long long)offset);
	repair_note(rp, REPAIR_WRONG_SECTION, entry, kept,
		    "%s: its one symbol is in %s at offset 0x%llx, size %llu%s",
		    !wrong                        ? "no such section in the file"
		    : !(wrong->flags & SHF_ALLOC) ? "not a section that is loaded"
						  : "no symbol of that name in this section",
		    right->name, (unsigned long long)offset, (unsigned long long)symbol->size,
		    listed ? ", where BTF has it too" : "");
	if (listed) {
		repair_drop(rp, entry);
		return;
	}
	rp->datasecs.data[entry->from].changed = true;
	entry->to = datasec_for(rp, right);
	entry->info.offset = (uint32_t)offset;
	entry->symbol = symbol;
	widen(&rp->datasecs.data[entry->to], &entry->info);
}

static void mend_renamed(struct repair *rp, struct repair_entry *entry)
{
	const struct elf_symbol *symbol = renamed_symbol(rp, entry);

	if (!symbol)
		return;

	repair_note(rp, REPAIR_RENAMED, entry, symbol->name,
		    "the one symbol at this place, size %llu (the type's is %llu), is called %s",
		    (unsigned long long)symbol->size, (unsigned long long)entry->type_size,
		    symbol->name);
	btf_edit_rename(rp->edit, entry->info.type, symbol->name);
	rp->datasecs.data[entry->to].changed = true;
	entry->name = symbol->name;
	entry->symbol = symbol;
}

static void mend_zero_size(struct repair *rp, struct repair_entry *entry)
{
	if (entry->info.size || entry->type_size)
		return;
	repair_note(rp, REPAIR_ZERO_SIZE, entry, "",
		    "its type has no size, and the kernel refuses entries of size 0");
	repair_drop(rp, entry);
}

static void mend_each(struct repair *rp,
		      void (*mend)(struct repair *rp, struct repair_entry *entry))
{
	/* by index: what is pushed to meanwhile are DATASECs, never entries */
	for (size_t i = 0; i < rp->entries.len; i++)
		if (!rp->entries.data[i].dropped && !rp->entries.data[i].opaque)
			mend(rp, &rp->entries.data[i]);
}

void repair_places(struct repair *rp)
{
	mend_each(rp, mend_wrong_section);
	mend_each(rp, mend_renamed);
	mend_each(rp, mend_zero_size);
}
