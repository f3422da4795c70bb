// SPDX-License-Identifier: GPL-2.0-only
/* Variables' types against vmlinux's DWARF. */
#include <inttypes.h>
#include <stdlib.h>

#include "verify/checks.h"
#include "verify/dwarf_die.h"
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

/* A variable whose type is compared, kept while what its type points to is still to be compared. */
struct subject {
	struct type_match_root root;
	const struct variable *variable;
};

/* The variables of the images that share one DWARF. */
struct type_check {
	struct check_run *run;
	struct type_match *match;
	/* as many as there are variables, so that they stay where they are */
	struct subject *subjects;
	size_t nr_subjects;
	/* variables that DWARF gives a type that cannot be read */
	size_t nr_unreadable;
};

static void report_type(struct check_run *run, const struct variable *var, char *expected,
			const struct btf_image *btf, uint32_t id)
{
	_cleanup_free_ char *type = btf_type_describe(btf, id);

	check_report(run, var->blob->image, var->name, expected,
		     xasprintf("type [%u] %s", id, type));
}

static void report_pointee(void *user, const struct type_match_pointee *pointee)
{
	struct type_check *check = user;
	const struct subject *subject = pointee->root->user;

	report_type(check->run, subject->variable,
		    xasprintf("as defined in %s: %s", pointee->unit, pointee->difference),
		    pointee->btf, pointee->id);
}

/* The variable's definitions: those where its symbol is, else those of its name. */
struct definitions {
	/* one of the two is NULL */
	const struct dwarf_variable *there;
	const struct dwarf_variable *const *elsewhere;
	size_t n;
};

static const struct dwarf_variable *definition(const struct definitions *definitions, size_t i)
{
	return definitions->there ? &definitions->there[i] : definitions->elsewhere[i];
}

static uint64_t symbol_dwarf_address(const struct variable *var)
{
	return blob_dwarf_address(var->blob->of, var->symbol->shndx, var->symbol->value);
}

/* The DWARF variables where the symbol is, or none if none of them may be the VAR's. */
static size_t variables_at_symbol(const struct variable *var,
				  const struct dwarf_variable **first_ret)
{
	size_t n = dwarf_variables_at(var->blob->of->dwarf, symbol_dwarf_address(var), first_ret);

	for (size_t i = 0; i < n; i++)
		if (is_candidate(var, &(*first_ret)[i]))
			return n;
	return 0;
}

static struct definitions find_definitions(const struct variable *var)
{
	struct definitions ret = { 0 };

	ret.n = variables_at_symbol(var, &ret.there);
	if (!ret.n) {
		ret.there = NULL;
		ret.n = dwarf_variables_by_name(var->blob->of->dwarf, var->name, &ret.elsewhere);
	}
	return ret;
}

static void check_one(struct type_check *check, const struct variable *var)
{
	uint32_t pointer_size = check->run->evidence->pointer_size;
	struct definitions definitions = find_definitions(var);
	bool by_size = definitions.there &&
		       some_candidate_has_size(check->run, var, definitions.there, definitions.n);
	struct subject *subject = &check->subjects[check->nr_subjects++];
	_cleanup_free_ char *difference = NULL;
	const char *unit = NULL;

	*subject = (struct subject){ { var->name, subject }, var };
	for (size_t i = 0; i < definitions.n; i++) {
		const struct dwarf_variable *dwarf = definition(&definitions, i);
		char *differs;

		if (!is_candidate(var, dwarf) ||
		    (by_size && !size_is(dwarf, pointer_size, var->symbol->size)))
			continue;
		if (dwarf->type_is_unreadable) {
			check->nr_unreadable++;
			return;
		}
		differs = type_match_variable(check->match, &subject->root, var->blob->btf,
					      var->type_id, dwarf->has_type ? &dwarf->type : NULL);
		if (!differs) {
			if (dwarf->at.is_changed)
				report_type(check->run, var,
					    xasprintf("a value that %s computes from the %u bytes "
						      "there and is not in them",
						      dwarf->unit, dwarf->at.computed_from),
					    var->blob->btf, var->type_id);
			return;
		}
		free(difference);
		difference = differs;
		unit = dwarf->unit;
	}
	report_type(check->run, var,
		    difference ? xasprintf("as defined in %s: %s", unit, difference)
			       : xstrdup("a definition at file scope: DWARF has none of this name"),
		    var->blob->btf, var->type_id);
}

/* Which of several static variables of one name a VAR with a wrong offset means cannot be told. */
static bool is_ambiguous(const struct variable *var)
{
	const struct elf_symbol *const *symbols;

	return symbol_offset(var->symbol, var->section) != var->info.offset &&
	       elf_symbols_by_name(var->blob->of->elf, var->name, &symbols) > 1;
}

/* Says what could not be compared, so that it does not count as compared. */
static void say_not_compared(const struct type_check *check, const struct blob *of)
{
	const char *reason;
	size_t n = type_match_not_compared(check->match, &reason) + check->nr_unreadable;

	if (n)
		check_skip(
			check->run,
			"%s: %zu types could not be compared: %s, %zu of variables not to be read",
			of->image, n, reason, check->nr_unreadable);
}

static void check_variables_of(struct check_run *run, const struct blob *of)
{
	const struct type_match_config config = {
		.dwarf = of->dwarf,
		.foreign = of->base ? of->base->btf : NULL,
		.pointer_size = run->evidence->pointer_size,
		.big_endian = of->elf->big_endian,
	};
	_cleanup_(type_match_cleanup) struct type_match *match = type_match_new(&config);
	struct type_check check = { .run = run, .match = match };

	check.subjects = xcalloc(run->evidence->variables.len, sizeof(*check.subjects));
	check_for_each_variable(var, run) {
		if (var->blob->of != of || !var->symbol || is_ambiguous(var))
			continue;
		check_item(run);
		check_one(&check, var);
	}
	type_match_pointees(match, report_pointee, &check);
	say_not_compared(&check, of);
	free(check.subjects);
}

void check_type_matches_dwarf(struct check_run *run)
{
	evidence_for_each_blob(of, run->evidence)
		if (of->of == of && of->dwarf)
			check_variables_of(run, of);
}

/*
 * Where DWARF says a variable is. A definition without a fixed address says nothing, and where there is
 * none of the name, that is a finding about its type.
 */
void check_dwarf_location(struct check_run *run)
{
	check_for_each_variable(var, run) {
		const struct dwarf_variable *const *named;
		const struct dwarf_variable *there;

		if (!var->symbol || is_ambiguous(var))
			continue;
		if (variables_at_symbol(var, &there)) {
			check_item(run);
			continue;
		}
		if (!dwarf_variables_by_name(var->blob->of->dwarf, var->name, &named))
			continue;
		check_item(run);
		check_report(run, var->blob->image, var->name,
			     xasprintf("%#" PRIx64 ", where %s defines it", named[0]->at.address,
				       named[0]->unit),
			     xasprintf("the symbol at %#" PRIx64, symbol_dwarf_address(var)));
	}
}
