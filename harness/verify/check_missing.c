// SPDX-License-Identifier: GPL-2.0-only
/* The reverse of the other checks: what vmlinux has, BTF has, or a rule says why not. */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verify/absence.h"
#include "verify/checks.h"

/* The variables of one blob, for looking up symbols. */
struct variable_index {
	/* by the place they claim, then by name */
	VEC(const struct variable *) by_place;
	/* those whose offset fits no symbol of their name, by section and name */
	VEC(const struct variable *) misplaced;
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
	int order =
		compare_place(x->section->index, x->info.offset, y->section->index, y->info.offset);

	return order ? order : strcmp(x->name, y->name);
}

static int by_section_and_name(const void *a, const void *b)
{
	const struct variable *x = *(const struct variable *const *)a;
	const struct variable *y = *(const struct variable *const *)b;

	if (x->section->index != y->section->index)
		return x->section->index < y->section->index ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool is_misplaced(const struct variable *var)
{
	return var->symbol && symbol_offset(var->symbol, var->section) != var->info.offset;
}

static void index_variables(struct variable_index *index, const struct check_run *run,
			    const struct blob *blob)
{
	check_for_each_variable(var, run) {
		if (var->blob != blob || !var->section)
			continue;
		vec_push(&index->by_place, var);
		if (is_misplaced(var))
			vec_push(&index->misplaced, var);
	}
	if (index->by_place.len)
		qsort(index->by_place.data, index->by_place.len, sizeof(*index->by_place.data),
		      by_place);
	if (index->misplaced.len)
		qsort(index->misplaced.data, index->misplaced.len, sizeof(*index->misplaced.data),
		      by_section_and_name);
}

/* The first variable of the index that is not before the place and name. */
static size_t find_place(const struct variable_index *index, uint32_t section, uint64_t offset,
			 const char *name)
{
	size_t low = 0, high = index->by_place.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct variable *var = index->by_place.data[mid];
		int order = compare_place(var->section->index, var->info.offset, section, offset);

		if ((order ? order : strcmp(var->name, name)) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The variable at a symbol's place: one of its name if there is, else any. NULL: none. */
static const struct variable *variable_at(const struct variable_index *index,
					  const struct elf_symbol *symbol,
					  const struct elf_section *section)
{
	const char *names[] = { symbol->name, "" };
	uint64_t offset = symbol_offset(symbol, section);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t at = find_place(index, section->index, offset, names[i]);
		const struct variable *var;

		if (at == index->by_place.len)
			continue;
		var = index->by_place.data[at];
		if (!compare_place(var->section->index, var->info.offset, section->index, offset) &&
		    (!*names[i] || str_eq(var->name, names[i])))
			return var;
	}
	return NULL;
}

/*
 * A VAR of this name in this section whose offset fits no symbol of that name: it is there, and its
 * offset is another check's finding.
 */
static bool is_there_misplaced(const struct variable_index *index, const struct absentee *absentee)
{
	const struct variable key = {
		.section = absentee->section,
		.name = absentee->symbol->name,
	};
	const struct variable *wanted = &key;

	return index->misplaced.len &&
	       bsearch(&wanted, index->misplaced.data, index->misplaced.len,
		       sizeof(*index->misplaced.data), by_section_and_name) != NULL;
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
	check_set_cause(run, rule ? rule->id : NULL);
}

static void explain_or_report(struct check_run *run, const struct blob *blob,
			      const struct variable_index *index, struct absentee *absentee)
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
	if ((!rule || rule->is_fault) && !is_there_misplaced(index, absentee))
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
			  const struct variable_index *index, const struct elf_section *section)
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
			explain_or_report(run, blob, index, &absentee);
	}
}

static void check_blob(struct check_run *run, const struct blob *blob)
{
	const struct elf_image *elf = blob->of->elf;
	struct variable_index index = { 0 };

	index_variables(&index, run, blob);
	for (size_t i = 0; i < elf->nr_sections; i++)
		if (section_in_scope(run, blob, &elf->sections[i]))
			check_section(run, blob, &index, &elf->sections[i]);
	vec_free(&index.by_place);
	vec_free(&index.misplaced);
}

void check_none_missing(struct check_run *run)
{
	check_for_each_blob(blob, run)
		if (evidence_owes(run->evidence, blob, run->check->scope))
			check_blob(run, blob);
}
