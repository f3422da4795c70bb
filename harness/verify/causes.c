// SPDX-License-Identifier: GPL-2.0-only
#include "verify/causes.h"

#include <elf.h>
#include <string.h>

#include "core/mem.h"
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

static bool is_smaller_there(const struct variable *var)
{
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
static bool is_misplaced(const struct variable *var)
{
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

static bool is_changed_there(const struct variable *var)
{
	const struct dwarf_variable *dwarf =
		var->section ? definition_at(var, place_of(var)) : NULL;

	return dwarf && dwarf->at.is_changed;
}

static bool always(const struct evidence *evidence, const struct variable *var)
{
	(void)evidence, (void)var;
	return true;
}

static bool has_no_symbol(const struct variable *var)
{
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
	if (!var->blob->of->dwarf)
		return false;
	return (definition_at(var, place_of(var)) && !has_prefixed_object(var)) ||
	       is_merged_from(var, blob_dwarf_address(var->blob->of, var->section->index,
						      place_of(var)));
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

const struct cause causes[] = {
	{ "merged",
	  "the compiler put it behind the symbol of another, at whose address pahole takes it to "
	  "be",
	  place_checks, is_misplaced, is_merged },
	{ "shrunk", "the compiler stores it in fewer bytes than its type has", size_checks,
	  is_smaller_there, has_type_of_dwarf },
	{ "re-coded", "the compiler stores another value, from which its own is computed",
	  type_checks, is_changed_there, always },
	{ "split", "the compiler made variables of its parts", symbol_checks, has_no_symbol,
	  is_split },
	{ "nameless", "the compiler or the linker left out its symbol", symbol_checks,
	  has_no_symbol, has_no_name },
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
		      const struct finding *finding)
{
	bool some = false;

	vec_for_each(var, &evidence->variables) {
		if (!str_eq(var->name, finding->variable) ||
		    !str_eq(var->blob->image, finding->image) || !cause->concerns(var))
			continue;
		if (!cause->holds(evidence, var))
			return false;
		some = true;
	}
	return some;
}

void causes_assign(const struct evidence *evidence, struct verify_result *result)
{
	vec_for_each(finding, &result->findings)
		for (size_t i = 0; !finding->cause && i < nr_causes; i++)
			if (is_of(&causes[i], finding) && is_proved(&causes[i], evidence, finding))
				finding->cause = causes[i].id;
}
