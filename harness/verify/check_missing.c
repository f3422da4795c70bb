// SPDX-License-Identifier: GPL-2.0-only
/* The reverse of the other checks: what vmlinux has, BTF has, or a rule says why not. */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verify/absence.h"
#include "verify/checks.h"

/* The variables of one blob by the place they claim, for looking up symbols. */
struct place_index {
	VEC(const struct variable *) sorted;
};

static int compare_place(uint32_t section_a, uint64_t offset_a, uint32_t section_b,
			 uint64_t offset_b)
{
	if (section_a != section_b)
		return section_a < section_b ? -1 : 1;
	return offset_a < offset_b ? -1 : offset_a > offset_b;
}

static int by_place(const void *a, const void *b)
{
	const struct variable *x = *(const struct variable *const *)a;
	const struct variable *y = *(const struct variable *const *)b;

	return compare_place(x->section->index, x->info.offset, y->section->index, y->info.offset);
}

static void index_places(struct place_index *index, const struct check_run *run,
			 const struct blob *blob)
{
	check_for_each_variable(var, run)
		if (var->blob == blob && var->section)
			vec_push(&index->sorted, var);
	if (index->sorted.len)
		qsort(index->sorted.data, index->sorted.len, sizeof(*index->sorted.data), by_place);
}

/* The variable at a symbol's place: one of its name if there is, else any. NULL: none. */
static const struct variable *variable_at(const struct place_index *index,
					  const struct elf_symbol *symbol,
					  const struct elf_section *section)
{
	uint64_t offset = symbol_offset(symbol, section);
	size_t low = 0, high = index->sorted.len;
	const struct variable *any = NULL;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct variable *var = index->sorted.data[mid];

		if (compare_place(var->section->index, var->info.offset, section->index, offset) <
		    0)
			low = mid + 1;
		else
			high = mid;
	}
	for (size_t i = low; i < index->sorted.len; i++) {
		const struct variable *var = index->sorted.data[i];

		if (compare_place(var->section->index, var->info.offset, section->index, offset))
			break;
		if (str_eq(var->name, symbol->name))
			return var;
		any = any ? any : var;
	}
	return any;
}

/*
 * A VAR of this name in this section whose offset fits no symbol of that name: it is there, and its
 * offset is another check's finding.
 */
static bool is_misplaced(const struct check_run *run, const struct blob *blob,
			 const struct absentee *absentee)
{
	check_for_each_variable(var, run) {
		if (var->blob == blob && var->section == absentee->section && var->symbol &&
		    symbol_offset(var->symbol, var->section) != var->info.offset &&
		    str_eq(var->name, absentee->symbol->name))
			return true;
	}
	return false;
}

static void report_missing(struct check_run *run, const struct blob *blob,
			   const struct absentee *absentee, const struct absence_rule *rule)
{
	const struct elf_symbol *symbol = absentee->symbol;

	check_report(run, blob->image, symbol->name,
		     xasprintf("a VAR for the symbol at offset %#" PRIx64 " of %s, %" PRIu64
			       " bytes; DWARF has '%s' there (%s)%s%s",
			       symbol_offset(symbol, absentee->section), absentee->section->name,
			       symbol->size, absentee->dwarf->name, absentee->dwarf->unit,
			       rule ? "; " : "", rule ? rule->explains : ""),
		     absentee->variable_there ? xasprintf("'%s' there, and no VAR of that name",
							  absentee->variable_there->name)
					      : xstrdup("no VAR"));
}

static void explain_or_report(struct check_run *run, const struct blob *blob,
			      struct absentee *absentee)
{
	const struct elf_symbol *symbol = absentee->symbol;
	const struct absence_rule *rule;

	absentee->nr_dwarf =
		dwarf_variables_at(blob->of->dwarf,
				   blob_dwarf_address(blob->of, symbol->shndx, symbol->value),
				   &absentee->dwarf);
	rule = absence_explain(run->evidence, absentee);
	if (rule) {
		struct explained_absence absence = {
			.image = xstrdup(blob->image),
			.symbol = xstrdup(symbol->name),
			.rule = rule->id,
		};

		vec_push(&run->result->absences, absence);
	}
	if (rule ? rule->is_fault : !is_misplaced(run, blob, absentee))
		report_missing(run, blob, absentee, rule);
}

static bool section_in_scope(const struct check_run *run, const struct blob *blob,
			     const struct elf_section *section)
{
	bool percpu = section == blob->of->percpu;

	if (run->check->scope == SCOPE_PERCPU)
		return percpu;
	return !percpu && section->flags & SHF_ALLOC && !(section->flags & SHF_EXECINSTR);
}

static void check_section(struct check_run *run, const struct blob *blob,
			  const struct place_index *index, const struct elf_section *section)
{
	const struct elf_symbol *const *symbols;
	size_t n = elf_symbols_in_section(blob->of->elf, section->index, &symbols);

	for (size_t i = 0; i < n; i++) {
		struct absentee absentee = {
			.of = blob->of,
			.symbol = symbols[i],
			.section = section,
		};

		/* only objects: labels and section bounds are no variables */
		if (symbols[i]->type != STT_OBJECT)
			continue;
		check_item(run);
		absentee.variable_there = variable_at(index, symbols[i], section);
		if (!absentee.variable_there ||
		    !str_eq(absentee.variable_there->name, symbols[i]->name))
			explain_or_report(run, blob, &absentee);
	}
}

static void check_blob(struct check_run *run, const struct blob *blob)
{
	const struct elf_image *elf = blob->of->elf;
	struct place_index index = { 0 };

	index_places(&index, run, blob);
	for (size_t i = 0; i < elf->nr_sections; i++)
		if (section_in_scope(run, blob, &elf->sections[i]))
			check_section(run, blob, &index, &elf->sections[i]);
	vec_free(&index.sorted);
}

void check_none_missing(struct check_run *run)
{
	check_for_each_blob(blob, run)
		if (evidence_owes(run->evidence, blob, run->check->scope))
			check_blob(run, blob);
}
