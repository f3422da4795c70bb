// SPDX-License-Identifier: GPL-2.0-only
/* Checks of single variables against vmlinux's symbol table. */
#include <elf.h>
#include <inttypes.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "verify/checks.h"
#include "verify/flexible.h"

/* Where else the name is, for a VAR whose section has no such symbol. */
static char *describe_symbols_elsewhere(const struct blob *of, const char *name)
{
	const struct elf_symbol *const *symbols;
	size_t n = elf_symbols_by_name(of->elf, name, &symbols);

	for (size_t i = 0; i < n; i++) {
		const struct elf_section *section =
			elf_section_by_index(of->elf, symbols[i]->shndx);

		if (section)
			return xasprintf("it is in %s", section->name);
		if (symbols[i]->shndx == SHN_ABS)
			return xasprintf("it is an absolute symbol, %#" PRIx64, symbols[i]->value);
	}
	return xasprintf("nor anywhere else in %s", of->image);
}

void check_symbol_exists(struct check_run *run)
{
	check_for_each_variable(var, run) {
		if (!var->section)
			continue;
		check_item(run);
		if (var->symbol)
			continue;

		_cleanup_free_ char *elsewhere =
			describe_symbols_elsewhere(var->blob->of, var->name);
		check_report(run, var->blob->image, var->name,
			     xasprintf("no such symbol in %s; %s", var->section_name, elsewhere),
			     xasprintf("VAR '%s' at offset %#x of %s", var->name, var->info.offset,
				       var->section_name));
	}
}

void check_offset(struct check_run *run)
{
	check_for_each_variable(var, run) {
		if (!var->symbol)
			continue;
		check_item(run);

		uint64_t expected = symbol_offset(var->symbol, var->section);
		if (var->info.offset != expected)
			check_report(run, var->blob->image, var->name,
				     xasprintf("offset %#" PRIx64 " (symbol at %#" PRIx64
					       " - %s at %#" PRIx64 ")",
					       expected, var->symbol->value, var->section_name,
					       var->section->addr),
				     xasprintf("offset %#x", var->info.offset));
	}
}

void check_size_matches_type(struct check_run *run)
{
	check_for_each_variable(var, run) {
		_cleanup_free_ char *type = NULL;

		check_item(run);
		if (var->has_size && var->info.size == var->size)
			continue;
		type = btf_type_describe(var->blob->btf, var->type_id);
		check_report(run, var->blob->image, var->name,
			     var->has_size
				     ? xasprintf("%" PRIu64 " bytes, the size of type [%u] %s",
						 var->size, var->type_id, type)
				     : xasprintf("a type with a size, not [%u] %s", var->type_id,
						 type),
			     xasprintf("DATASEC entry of %u bytes", var->info.size));
	}
}

void check_symbol_size(struct check_run *run)
{
	check_for_each_variable(var, run) {
		/* of a wrong offset the symbol may be another one's: that is check_offset()'s */
		if (!var->symbol || symbol_offset(var->symbol, var->section) != var->info.offset)
			continue;
		check_item(run);

		uint64_t size = var->symbol->size;
		if (size == var->info.size)
			continue;
		/* an initialised flexible array member is part of the symbol and not of the type */
		if (size > var->info.size && type_ends_flexible(var->blob->btf, var->type_id))
			continue;

		_cleanup_free_ char *type = btf_type_describe(var->blob->btf, var->type_id);
		check_report(run, var->blob->image, var->name,
			     xasprintf("symbol of %" PRIu64 " bytes", size),
			     xasprintf("%u bytes, type %s", var->info.size, type));
	}
}

void check_inside_section(struct check_run *run)
{
	check_for_each_variable(var, run) {
		uint64_t end = (uint64_t)var->info.offset + var->info.size;

		if (!var->section)
			continue;
		check_item(run);
		if (end > var->section->size)
			check_report(run, var->blob->image, var->name,
				     xasprintf("an end within the %" PRIu64 " bytes of %s",
					       var->section->size, var->section_name),
				     xasprintf("%#x + %u bytes = %#" PRIx64, var->info.offset,
					       var->info.size, end));
	}
}

static int by_place(const void *a, const void *b)
{
	const struct variable *x = *(const struct variable *const *)a;
	const struct variable *y = *(const struct variable *const *)b;

	if (x->blob != y->blob)
		return x->blob < y->blob ? -1 : 1;
	if (x->datasec_id != y->datasec_id)
		return x->datasec_id < y->datasec_id ? -1 : 1;
	if (x->info.offset != y->info.offset)
		return x->info.offset < y->info.offset ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* One place in memory is one variable, whatever it is called. */
void check_unique(struct check_run *run)
{
	VEC(const struct variable *) sorted = { 0 };

	check_for_each_variable(var, run) {
		check_item(run);
		vec_push(&sorted, var);
	}
	if (sorted.len)
		qsort(sorted.data, sorted.len, sizeof(*sorted.data), by_place);
	for (size_t i = 1; i < sorted.len; i++) {
		const struct variable *first = sorted.data[i - 1], *var = sorted.data[i];

		if (first->blob == var->blob && first->datasec_id == var->datasec_id &&
		    first->info.offset == var->info.offset)
			check_report(run, var->blob->image, var->name,
				     xasprintf("one VAR at offset %#x of %s", var->info.offset,
					       var->section_name),
				     xasprintf("'%s' there (place %u) and '%s' (place %u)",
					       first->name, first->index, var->name, var->index));
	}
	vec_free(&sorted);
}

/*
 * A global or weak symbol is global in BTF. The reverse can be told only of default visibility: the
 * linker makes hidden symbols local, and DWARF then still says external.
 */
void check_linkage(struct check_run *run)
{
	check_for_each_variable(var, run) {
		if (!var->symbol || symbol_offset(var->symbol, var->section) != var->info.offset)
			continue;

		bool local = var->symbol->bind == STB_LOCAL;
		if (local && var->symbol->visibility != STV_DEFAULT)
			continue;
		check_item(run);

		uint32_t expected = local ? BTF_VAR_STATIC : BTF_VAR_GLOBAL_ALLOCATED;
		if (var->linkage != expected)
			check_report(run, var->blob->image, var->name,
				     xasprintf("linkage %u: the symbol is %s", expected,
					       local ? "local" : "global or weak"),
				     xasprintf("linkage %u", var->linkage));
	}
}
