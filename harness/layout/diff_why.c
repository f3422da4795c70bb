// SPDX-License-Identifier: GPL-2.0-only
#include "layout/diff_why.h"

#include <elf.h>
#include <stdlib.h>

#include "verify/absence.h"
#include "verify/checks.h"

/* The image that lacks variables, with its VARs by section and offset. */
struct lacking {
	const struct evidence *evidence;
	VEC(const struct variable *) by_place;
};

static int compare_place(const struct variable *var, const char *section, uint32_t offset)
{
	int order = image_name_compare(var->section_name, section);

	return order ? order : (var->info.offset > offset) - (var->info.offset < offset);
}

static int by_place(const void *a, const void *b)
{
	const struct variable *x = *(const struct variable *const *)a;
	const struct variable *y = *(const struct variable *const *)b;
	int order = compare_place(x, y->section_name, y->info.offset);

	return order ? order : image_name_compare(x->name, y->name);
}

static void lacking_index(struct lacking *lacking)
{
	vec_for_each(var, &lacking->evidence->variables)
		vec_push(&lacking->by_place, var);
	if (lacking->by_place.len)
		qsort(lacking->by_place.data, lacking->by_place.len,
		      sizeof(*lacking->by_place.data), by_place);
}

/* A VAR of the image at that place of that section; @name: and of that name, NULL: of any. */
static const struct variable *find_variable(const struct lacking *lacking, const char *section,
					    uint32_t offset, const char *name)
{
	const struct variable *const *vars = lacking->by_place.data;
	size_t low = 0, high = lacking->by_place.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_place(vars[middle], section, offset);

		if (!order && name)
			order = image_name_compare(vars[middle]->name, name);
		if (!order)
			return vars[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * The variable's symbol in @section: the one at its offset, or, where other code or another kernel puts it elsewhere,
 * the first of that name.
 */
static const struct elf_symbol *find_symbol(const struct elf_image *elf,
					    const struct elf_section *section,
					    const struct image_var *var)
{
	const struct elf_symbol *const *symbols;
	size_t n = elf_symbols_at(elf, section->index, section->addr + var->offset, &symbols);

	for (size_t i = 0; i < n; i++)
		if (symbol_is_data(symbols[i]) &&
		    image_name_compare(symbols[i]->name, var->name) == 0)
			return symbols[i];
	n = elf_symbols_by_name(elf, var->name, &symbols);
	for (size_t i = 0; i < n; i++)
		if (symbols[i]->shndx == section->index && symbol_is_data(symbols[i]))
			return symbols[i];
	return NULL;
}

static char *explain_symbol(const struct lacking *lacking, const struct elf_section *section,
			    const struct elf_symbol *symbol)
{
	const struct evidence *evidence = lacking->evidence;
	const struct blob *vmlinux = evidence->vmlinux;
	struct absentee absentee = { .of = vmlinux, .symbol = symbol, .section = section };
	const struct absence_rule *rule;
	const struct variable *there;

	if (!vmlinux->dwarf)
		return xasprintf("it has the symbol, and no DWARF that would tell more: %s",
				 vmlinux->dwarf_problem ?: "none was read");
	absentee.nr_dwarf =
		dwarf_variables_at(vmlinux->dwarf,
				   blob_dwarf_address(vmlinux, symbol->shndx, symbol->value),
				   &absentee.dwarf);
	there = find_variable(lacking, section->name, (uint32_t)symbol_offset(symbol, section),
			      NULL);
	absentee.variable_there = there;
	rule = absence_explain(evidence, &absentee);
	if (rule)
		return xasprintf("%s (%s)", rule->explains, rule->id);
	if (there)
		return xasprintf("it has '%s' there", there->name);
	return xstrdup("it has the symbol and its DWARF; no rule explains it");
}

static char *explain(const struct lacking *lacking, const struct image_var *var)
{
	const struct evidence *evidence = lacking->evidence;
	const struct elf_image *elf = evidence->vmlinux->elf;
	const struct elf_section *section = elf ? elf_section_by_name(elf, var->section) : NULL;
	const struct elf_symbol *symbol;

	if (!elf)
		return xasprintf("its ELF file cannot be read: %s", evidence->vmlinux->elf_problem);
	if (find_variable(lacking, var->section, var->offset, var->name))
		return xstrdup("it has the VAR once, and the other twice");
	if (!section)
		return xasprintf("it has no section %s", var->section);
	if (!(section->flags & SHF_ALLOC))
		return xasprintf("%s is no section that is in memory", var->section);
	symbol = find_symbol(elf, section, var);
	if (!symbol)
		return xasprintf("%s has no symbol of that name", var->section);
	return explain_symbol(lacking, section, symbol);
}

struct error *diff_why(const char *vmlinux, const char *module, struct diff_list *list)
{
	const struct verify_input input = {
		.mode_unknown = true,
		.vmlinux = vmlinux,
		.extra_module = module,
	};
	_cleanup_(evidence_cleanup) struct evidence *evidence = NULL;
	struct lacking lacking = { 0 };
	struct error *err = evidence_load(&input, &evidence);

	if (err)
		return err;
	lacking.evidence = evidence;
	lacking_index(&lacking);
	vec_for_each(entry, &list->list) {
		_cleanup_free_ char *why = explain(&lacking, entry->a ?: entry->b);

		free(entry->why);
		/* names are out of untrusted files */
		entry->why = image_printable(why);
	}
	vec_free(&lacking.by_place);
	return NULL;
}
