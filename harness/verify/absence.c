// SPDX-License-Identifier: GPL-2.0-only
#include "verify/absence.h"

#include <ctype.h>
#include <elf.h>

/* pahole finds variables by address in sections that hold data, and in no others. */
static bool proves_section_type(const struct evidence *evidence, const struct absentee *absentee)
{
	(void)evidence;
	return absentee->section->type != SHT_PROGBITS && absentee->section->type != SHT_NOBITS;
}

/* Whether there is DWARF at the address, and all of it is so. */
static bool all_dwarf(const struct absentee *absentee,
		      bool (*is)(const struct evidence *evidence, const struct dwarf_variable *var),
		      const struct evidence *evidence)
{
	for (size_t i = 0; i < absentee->nr_dwarf; i++)
		if (!is(evidence, &absentee->dwarf[i]))
			return false;
	return absentee->nr_dwarf > 0;
}

static bool in_function(const struct evidence *evidence, const struct dwarf_variable *var)
{
	(void)evidence;
	return !var->file_scope;
}

static bool proves_function_static(const struct evidence *evidence, const struct absentee *absentee)
{
	return all_dwarf(absentee, in_function, evidence);
}

static bool is_artificial(const struct evidence *evidence, const struct dwarf_variable *var)
{
	(void)evidence;
	return var->artificial;
}

static bool proves_artificial(const struct evidence *evidence, const struct absentee *absentee)
{
	return all_dwarf(absentee, is_artificial, evidence);
}

/*
 * Names that pahole takes for generated, since 1.28; the last since 1.30. What begins so is left out
 * whatever it is.
 */
static bool has_filtered_prefix(const struct evidence *evidence, const struct dwarf_variable *var)
{
	static const char *const prefixes[] = {
		"__UNIQUE_ID",          "__tpstrtab_",
		"__exitcall_",          "__func_stack_frame_non_standard_",
		"__gendwarfksyms_ptr_",
	};

	(void)evidence;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_starts(var->name, prefixes[i]))
			return true;
	return false;
}

static bool proves_filtered_prefix(const struct evidence *evidence, const struct absentee *absentee)
{
	return all_dwarf(absentee, has_filtered_prefix, evidence);
}

static bool has_invalid_name(const struct evidence *evidence, const struct dwarf_variable *var)
{
	(void)evidence;
	if (!isalpha((unsigned char)var->name[0]) && var->name[0] != '_')
		return true;
	for (const char *p = var->name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return true;
	return false;
}

static bool proves_invalid_name(const struct evidence *evidence, const struct absentee *absentee)
{
	return all_dwarf(absentee, has_invalid_name, evidence);
}

static bool has_no_size(const struct evidence *evidence, const struct dwarf_variable *var)
{
	uint64_t size;

	return !var->has_type || !dwarf_type_size(&var->type, evidence->pointer_size, &size) ||
	       size == 0;
}

static bool proves_zero_size(const struct evidence *evidence, const struct absentee *absentee)
{
	return all_dwarf(absentee, has_no_size, evidence);
}

/*
 * `extern int x[];` in a header and `int x[4];` in the source: pahole takes the type of the declaration,
 * which has no size yet, for that of the variable. See docs/findings.md.
 */
static bool is_declared_incomplete(const struct evidence *evidence,
				   const struct dwarf_variable *var)
{
	uint64_t size;

	return !has_no_size(evidence, var) && var->has_declared_type &&
	       (!dwarf_type_size(&var->declared_type, evidence->pointer_size, &size) || size == 0);
}

static bool proves_declared_incomplete(const struct evidence *evidence,
				       const struct absentee *absentee)
{
	return all_dwarf(absentee, is_declared_incomplete, evidence);
}

static bool is_oversized(const struct evidence *evidence, const struct dwarf_variable *var)
{
	uint64_t size;

	return var->has_type && dwarf_type_size(&var->type, evidence->pointer_size, &size) &&
	       size > UINT32_MAX;
}

static bool proves_oversized(const struct evidence *evidence, const struct absentee *absentee)
{
	return all_dwarf(absentee, is_oversized, evidence);
}

/*
 * A second name of a variable that is in BTF: DWARF has a definition at this address, under the name
 * BTF has, and none under this one.
 */
static bool proves_alias(const struct evidence *evidence, const struct absentee *absentee)
{
	bool defined = false;

	(void)evidence;
	if (!absentee->variable_there)
		return false;
	for (size_t i = 0; i < absentee->nr_dwarf; i++) {
		if (str_eq(absentee->dwarf[i].name, absentee->symbol->name))
			return false;
		defined |= str_eq(absentee->dwarf[i].name, absentee->variable_there->name);
	}
	return defined;
}

/* Defined in C, and its DWARF has no address for it: pahole cannot tell where it is. */
static bool proves_no_location(const struct evidence *evidence, const struct absentee *absentee)
{
	return !absentee->nr_dwarf && dwarf_has_unlocated(evidence->dwarf, absentee->symbol->name);
}

/*
 * Written in assembly, by a linker script, or made by the compiler without a variable in the source (a
 * switch's table, a string, a profile): no DWARF variable has this address.
 */
static bool proves_no_dwarf(const struct evidence *evidence, const struct absentee *absentee)
{
	(void)evidence;
	return !absentee->nr_dwarf;
}

const struct absence_rule absence_rules[] = {
	{ "section-type", "in a section that is neither PROGBITS nor NOBITS", proves_section_type },
	{ "function-static", "declared in a function: pahole takes file scope alone",
	  proves_function_static },
	{ "artificial", "made by the compiler, says its DWARF", proves_artificial },
	{ "filtered-prefix", "its name begins as generated names do, which pahole leaves out",
	  proves_filtered_prefix },
	{ "invalid-name", "its name is no C identifier, which BTF demands", proves_invalid_name },
	{ "zero-size", "its type has no bytes", proves_zero_size },
	{ "declared-incomplete",
	  "pahole takes the type of its declaration, an array without bounds and so without bytes",
	  proves_declared_incomplete },
	{ "oversized", "its type has 4 GiB or more", proves_oversized },
	{ "alias", "another name of a variable that is in BTF", proves_alias },
	{ "no-location", "its DWARF has no address", proves_no_location },
	{ "no-dwarf", "no DWARF variable is at its address: assembly, or the compiler's own",
	  proves_no_dwarf },
};

const size_t nr_absence_rules = ARRAY_SIZE(absence_rules);

const struct absence_rule *absence_explain(const struct evidence *evidence,
					   const struct absentee *absentee)
{
	for (size_t i = 0; i < nr_absence_rules; i++)
		if (absence_rules[i].proves(evidence, absentee))
			return &absence_rules[i];
	return NULL;
}
