// SPDX-License-Identifier: GPL-2.0-only
#include "verify/causes.h"

#include <elf.h>
#include <string.h>

#include "core/mem.h"
#include "verify/cause_twice.h"
#include "verify/copied.h"
#include "verify/dwarf_die.h"

/* The one definition of the VAR's name at file scope that DWARF has at @value of its section; NULL: none, or several. */
static const struct dwarf_variable *definition_at(const struct variable *var, uint64_t value)
{
	const struct blob *of = var->blob->of;
	const struct dwarf_variable *there, *found = NULL;
	size_t n;

	if (!of->dwarf || !var->section)
		return NULL;
	n = dwarf_variables_at(of->dwarf, blob_dwarf_address(of, var->section->index, value),
			       &there);
	for (size_t i = 0; i < n; i++) {
		if (!there[i].file_scope || !str_eq(there[i].name, var->name))
			continue;
		if (found)
			return NULL;
		found = &there[i];
	}
	return found;
}

static uint64_t place_of(const struct variable *var)
{
	return var->section->addr + var->info.offset;
}

static bool is_smaller_there(const struct evidence *evidence, const struct variable *var)
{
	(void)evidence;
	return var->symbol && symbol_offset(var->symbol, var->section) == var->info.offset &&
	       var->symbol->size < var->info.size;
}

/* The type is DWARF's for this very place, and there are fewer bytes. */
static bool has_type_of_dwarf(const struct evidence *evidence, const struct variable *var)
{
	const struct dwarf_variable *dwarf = definition_at(var, place_of(var));
	uint64_t size;

	return dwarf && dwarf->has_type &&
	       dwarf_type_size(&dwarf->type, evidence->pointer_size, &size) &&
	       size == var->info.size &&
	       (!dwarf->at.computed_from || dwarf->at.computed_from == var->symbol->size);
}

/* pahole took the address in its location without what is added to it. */
static bool is_misplaced(const struct evidence *evidence, const struct variable *var)
{
	(void)evidence;
	return var->symbol && symbol_offset(var->symbol, var->section) != var->info.offset;
}

static bool is_merged(const struct evidence *evidence, const struct variable *var)
{
	const struct dwarf_variable *dwarf = definition_at(var, var->symbol->value);

	(void)evidence;
	return dwarf && dwarf->at.added &&
	       blob_dwarf_address(var->blob->of, var->section->index, place_of(var)) +
			       dwarf->at.added ==
		       dwarf->at.address;
}

static bool is_changed_there(const struct evidence *evidence, const struct variable *var)
{
	const struct dwarf_variable *dwarf =
		var->section ? definition_at(var, place_of(var)) : NULL;

	(void)evidence;
	return dwarf && dwarf->at.is_changed;
}

static bool always(const struct evidence *evidence, const struct variable *var)
{
	(void)evidence, (void)var;
	return true;
}

static bool has_no_symbol(const struct evidence *evidence, const struct variable *var)
{
	(void)evidence;
	return var->section && !var->symbol;
}

/* An object where the VAR is, whose name begins with @name and a dot; NULL: none. */
static const struct elf_symbol *object_at(const struct variable *var, const char *name)
{
	const struct elf_symbol *const *symbols;
	size_t n = elf_symbols_in_section(var->blob->of->elf, var->section->index, &symbols);
	size_t low = 0, high = n, len = strlen(name);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (symbol_offset(symbols[mid], var->section) < var->info.offset)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < n && symbol_offset(symbols[low], var->section) == var->info.offset; low++)
		if (symbols[low]->type == STT_OBJECT &&
		    (!name ||
		     (str_starts(symbols[low]->name, name) && symbols[low]->name[len] == '.')))
			return symbols[low];
	return NULL;
}

/* DWARF has it in pieces, or has it where the symbol is a part of it by its name: of a union that can be all of it. */
static bool is_split(const struct evidence *evidence, const struct variable *var)
{
	const struct elf_symbol *part = object_at(var, var->name);

	(void)evidence;
	return (var->blob->of->dwarf && dwarf_has_split(var->blob->of->dwarf, var->name)) ||
	       (part && part->size <= var->info.size && definition_at(var, place_of(var)));
}

/* Of what is merged, where pahole before 1.32 takes it to be: what the location adds is left out. */
static bool is_merged_from(const struct variable *var, uint64_t address)
{
	const struct dwarf_variable *const *named;
	size_t n = dwarf_variables_by_name(var->blob->of->dwarf, var->name, &named);

	return n == 1 && named[0]->at.added && named[0]->at.address == address + named[0]->at.added;
}

/* An object there that has its name behind a prefix, as objcopy(1) gives them. */
static bool has_prefixed_object(const struct variable *var)
{
	const struct elf_symbol *const *symbols;
	size_t n = elf_symbols_in_section(var->blob->of->elf, var->section->index, &symbols);

	for (size_t i = 0; i < n; i++)
		if (symbols[i]->type == STT_OBJECT && str_ends(symbols[i]->name, var->name) &&
		    symbol_offset(symbols[i], var->section) == var->info.offset)
			return true;
	return false;
}

/* DWARF has it there, and no symbol of its name is; nor anywhere else, as it has none. */
static bool has_no_name(const struct evidence *evidence, const struct variable *var)
{
	(void)evidence;
	if (!var->blob->of->dwarf || !(var->section->flags & SHF_ALLOC))
		return false;
	return (definition_at(var, place_of(var)) && !has_prefixed_object(var)) ||
	       is_merged_from(var, blob_dwarf_address(var->blob->of, var->section->index,
						      place_of(var)));
}

/* objcopy changes symbols and not DWARF. */
static bool is_renamed(const struct evidence *evidence, const struct variable *var)
{
	(void)evidence;
	return has_prefixed_object(var) && definition_at(var, place_of(var));
}

/* Sections that are not loaded have the address 0: by its number alone the variable's is in one of them. */
static bool is_in_debugging(const struct evidence *evidence, const struct variable *var)
{
	const struct elf_image *elf = var->blob->of->elf;
	const struct elf_symbol *const *symbols;
	size_t n = elf_symbols_by_name(elf, var->name, &symbols);

	(void)evidence;
	if (elf->type == ET_REL || var->section->flags & SHF_ALLOC ||
	    !definition_at(var, place_of(var)))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct elf_section *home = elf_section_by_index(elf, symbols[i]->shndx);

		if (symbols[i]->value == place_of(var) && home && home->flags & SHF_ALLOC)
			return true;
	}
	return false;
}

/* A DATASEC of such a section has no VAR that is in it. */
static bool has_no_own(const struct evidence *evidence, const struct verify_result *result,
		       const struct finding *finding)
{
	bool some = false;

	(void)result;
	vec_for_each(sec, &evidence->datasecs) {
		if (!str_eq(sec->blob->image, finding->image) ||
		    !str_eq(sec->name, finding->variable))
			continue;
		if (sec->nr_bad_entries || !sec->section)
			return false;
		for (size_t i = 0; i < sec->nr_variables; i++)
			if (!is_in_debugging(evidence,
					     &evidence->variables.data[sec->first_variable + i]))
				return false;
		some |= sec->nr_variables > 0;
	}
	return some;
}

static const char *const size_checks[] = { "percpu.symbol-size", "global.symbol-size", NULL };
static const char *const type_checks[] = { "percpu.type-matches-dwarf", "global.type-matches-dwarf",
					   NULL };
static const char *const symbol_checks[] = { "percpu.symbol-exists", "global.symbol-exists",
					     "live.kallsyms-percpu", "live.kallsyms-global",
					     "live.every-ksym",      NULL };

static const char *const place_checks[] = { "percpu.offset-matches-symbol",
					    "global.offset-matches-symbol", "live.kallsyms-percpu",
					    "live.kallsyms-global", NULL };

static const char *const twice_checks[] = { "percpu.unique", "global.unique", "percpu.no-overlap",
					    "global.no-overlap", NULL };
static const char *const well_formed_checks[] = { "format.btf-is-well-formed", NULL };
static const char *const refusal_checks[] = { "live.btf-accepted", "live.sysfs-btf-is-image",
					      "live.no-complaints", NULL };
static const char *const memory_checks[] = { "global.section-in-memory", NULL };
static const char *const copy_checks[] = { "mode.extra-kinds", "mode.extra-redundancy",
					   "mode.extra-percpu", NULL };

/* What is behind a refusal is asked after what is behind that which the kernel refuses: see causes_assign(). */
const struct cause causes[] = {
	{ "merged",
	  "the compiler put it behind the symbol of another, at whose address pahole takes it to "
	  "be",
	  place_checks, .concerns = is_misplaced, .holds = is_merged },
	{ "shrunk", "the compiler stores it in fewer bytes than its type has", size_checks,
	  .concerns = is_smaller_there, .holds = has_type_of_dwarf },
	{ "re-coded", "the compiler stores another value, from which its own is computed",
	  type_checks, .concerns = is_changed_there, .holds = always },
	{ "split", "the compiler made variables of its parts", symbol_checks,
	  .concerns = has_no_symbol, .holds = is_split },
	{ "claimed-by-debugging",
	  "pahole takes it for a part of a section that is not in memory, such as .debug_info",
	  symbol_checks, .concerns = has_no_symbol, .holds = is_in_debugging },
	{ "claimed-by-debugging", "pahole takes variables for parts of it", memory_checks,
	  .is_behind = has_no_own },
	{ "renamed", "its symbol was given a prefix that DWARF does not have", symbol_checks,
	  .concerns = has_no_symbol, .holds = is_renamed },
	{ CAUSE_TWICE, "pahole made a VAR of its weak definition and one of its strong",
	  twice_checks, .concerns = twice_concerns, .holds = twice_holds },
	{ CAUSE_TWICE, "two VARs of one variable are what breaks the rule", well_formed_checks,
	  .is_behind = twice_is_behind_section },
	{ CAUSE_TWICE, "the kernel refuses two VARs of one variable", refusal_checks,
	  .is_behind = twice_is_behind_refusal },
	/* which these checks prove themselves */
	{ CAUSE_COPIED, "pahole wrote all of vmlinux's types, and deduplication left it",
	  copy_checks, .is_behind = NULL },
	{ "nameless", "the compiler or the linker left out its symbol", symbol_checks,
	  .concerns = has_no_symbol, .holds = has_no_name },
};

const size_t nr_causes = ARRAY_SIZE(causes);

static bool is_of(const struct cause *cause, const struct finding *finding)
{
	for (const char *const *check = cause->checks; *check; check++)
		if (str_eq(*check, finding->check))
			return true;
	return false;
}

static bool is_proved(const struct cause *cause, const struct evidence *evidence,
		      const struct verify_result *result, const struct finding *finding)
{
	bool some = false;

	if (cause->is_behind)
		return cause->is_behind(evidence, result, finding);
	if (!cause->concerns)
		return false;

	vec_for_each(var, &evidence->variables) {
		if (!str_eq(var->name, finding->variable) ||
		    !str_eq(var->blob->image, finding->image) || !cause->concerns(evidence, var))
			continue;
		if (!cause->holds(evidence, var))
			return false;
		some = true;
	}
	return some;
}

/* Findings are in the order of the catalogue, in which checks of the format come before those of a running kernel. */
void causes_assign(const struct evidence *evidence, struct verify_result *result)
{
	vec_for_each(finding, &result->findings)
		for (size_t i = 0; !finding->cause && i < nr_causes; i++)
			if (is_of(&causes[i], finding) &&
			    is_proved(&causes[i], evidence, result, finding))
				finding->cause = causes[i].id;
}
