// SPDX-License-Identifier: GPL-2.0-only
/* Variables' types against vmlinux's DWARF. */
#include <inttypes.h>
#include <stdlib.h>

#include "verify/checks.h"
#include "verify/type_match.h"

/* Whether the image has a symbol of this name where @place is. */
static bool has_symbol_at(const struct blob *of, const char *name, const struct elf_symbol *place)
{
	const struct elf_symbol *const *symbols;
	size_t n = elf_symbols_by_name(of->elf, name, &symbols);

	for (size_t i = 0; i < n; i++)
		if (symbols[i]->shndx == place->shndx && symbols[i]->value == place->value)
			return true;
	return false;
}

/*
 * The kernel builds some objects with objcopy --prefix-symbols (arm64's and riscv's __pi_): then the
 * symbol has a prefix and DWARF has not, and no symbol of DWARF's name is at that place.
 */
static bool is_prefixed(const struct variable *var, const struct dwarf_variable *dwarf)
{
	return *dwarf->name && str_starts(var->name, "__") && str_ends(var->name, dwarf->name) &&
	       !has_symbol_at(var->blob->of, dwarf->name, var->symbol);
}

/* A DWARF variable that may be the VAR's: at file scope, of its name. */
static bool is_candidate(const struct variable *var, const struct dwarf_variable *dwarf)
{
	return dwarf->file_scope && (str_eq(dwarf->name, var->name) || is_prefixed(var, dwarf));
}

static bool size_is(const struct dwarf_variable *dwarf, uint32_t pointer_size, uint64_t size)
{
	uint64_t dwarf_size;

	return dwarf->has_type && dwarf_type_size(&dwarf->type, pointer_size, &dwarf_size) &&
	       dwarf_size == size;
}

/*
 * A weak and a strong definition are both in DWARF, at the one address the linker chose: where a
 * candidate has the size of the symbol, those of another size are of the definition that lost.
 */
static bool some_candidate_has_size(const struct check_run *run, const struct variable *var,
				    const struct dwarf_variable *dwarf, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_candidate(var, &dwarf[i]) &&
		    size_is(&dwarf[i], run->evidence->pointer_size, var->symbol->size))
			return true;
	return false;
}

static void check_one(struct check_run *run, const struct variable *var)
{
	uint32_t pointer_size = run->evidence->pointer_size;
	_cleanup_free_ char *difference = NULL;
	const struct dwarf_variable *dwarf;
	const struct blob *of = var->blob->of;
	uint64_t address = blob_dwarf_address(of, var->symbol->shndx, var->symbol->value);
	size_t n = dwarf_variables_at(of->dwarf, address, &dwarf);
	bool by_size = some_candidate_has_size(run, var, dwarf, n);
	const char *unit = NULL;

	for (size_t i = 0; i < n; i++) {
		char *differs;

		if (!is_candidate(var, &dwarf[i]) ||
		    (by_size && !size_is(&dwarf[i], pointer_size, var->symbol->size)))
			continue;
		differs = type_differs(var->blob->btf, var->type_id,
				       dwarf[i].has_type ? &dwarf[i].type : NULL, pointer_size);
		if (!differs)
			return;
		free(difference);
		difference = differs;
		unit = dwarf[i].unit;
	}

	_cleanup_free_ char *type = btf_type_describe(var->blob->btf, var->type_id);
	check_report(run, var->blob->image, var->name,
		     difference ? xasprintf("as defined in %s: %s", unit, difference)
				: xasprintf("a definition at file scope at %#" PRIx64
					    ": DWARF has none",
					    address),
		     xasprintf("type [%u] %s", var->type_id, type));
}

/* Which of several static variables of one name a VAR with a wrong offset means cannot be told. */
static bool is_ambiguous(const struct variable *var)
{
	const struct elf_symbol *const *symbols;

	return symbol_offset(var->symbol, var->section) != var->info.offset &&
	       elf_symbols_by_name(var->blob->of->elf, var->name, &symbols) > 1;
}

void check_type_matches_dwarf(struct check_run *run)
{
	check_for_each_variable(var, run) {
		if (!var->symbol || is_ambiguous(var))
			continue;
		check_item(run);
		check_one(run, var);
	}
}
