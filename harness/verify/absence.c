// SPDX-License-Identifier: GPL-2.0-only
#include "verify/absence.h"

#include <ctype.h>
#include <dwarf.h>
#include <elf.h>
#include <string.h>

#include "verify/dwarf_die.h"

/*
 * pahole finds variables by address in sections that hold data, and in no others. Where BTF has variables of
 * another all the same (sparc64's .notes), it was taken for one, and has to have them all.
 */
static bool symbol_in_other_section(const struct evidence *evidence,
				    const struct absentee *absentee)
{
	const struct elf_section *section = absentee->section;

	if (section->type == SHT_PROGBITS || section->type == SHT_NOBITS)
		return false;
	vec_for_each(sec, &evidence->datasecs)
		if (sec->section == section && sec->nr_variables)
			return false;
	return true;
}

/* Defined in C, and its DWARF has no address for it: pahole cannot tell where it is. */
static bool symbol_has_no_location(const struct evidence *evidence, const struct absentee *absentee)
{
	(void)evidence;
	return !absentee->nr_dwarf &&
	       dwarf_has_unlocated(absentee->of->dwarf, absentee->symbol->name);
}

/*
 * Written in assembly, by a linker script, or made by the compiler without a variable in the source (a
 * switch's table, a string, a profile): no DWARF variable has this address.
 */
static bool symbol_has_no_dwarf(const struct evidence *evidence, const struct absentee *absentee)
{
	(void)evidence;
	return !absentee->nr_dwarf;
}

/* The DWARF variable is in BTF, under its own name; the symbol is another name of its place. */
static bool is_in_btf(const struct evidence *evidence, const struct absentee *absentee,
		      const struct dwarf_variable *dwarf)
{
	(void)evidence;
	return absentee->variable_there && !str_eq(dwarf->name, absentee->symbol->name) &&
	       str_eq(dwarf->name, absentee->variable_there->name);
}

static bool is_in_function(const struct evidence *evidence, const struct absentee *absentee,
			   const struct dwarf_variable *dwarf)
{
	(void)evidence, (void)absentee;
	return !dwarf->file_scope;
}

static bool is_artificial(const struct evidence *evidence, const struct absentee *absentee,
			  const struct dwarf_variable *dwarf)
{
	(void)evidence, (void)absentee;
	return dwarf->artificial;
}

/*
 * Names that pahole takes for generated, since 1.28; the last since 1.30. What begins so is left out
 * whatever it is.
 */
static bool has_filtered_prefix(const struct evidence *evidence, const struct absentee *absentee,
				const struct dwarf_variable *dwarf)
{
	static const char *const prefixes[] = {
		"__UNIQUE_ID",          "__tpstrtab_",
		"__exitcall_",          "__func_stack_frame_non_standard_",
		"__gendwarfksyms_ptr_",
	};

	(void)evidence, (void)absentee;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_starts(dwarf->name, prefixes[i]))
			return true;
	return false;
}

static bool has_invalid_name(const struct evidence *evidence, const struct absentee *absentee,
			     const struct dwarf_variable *dwarf)
{
	(void)evidence, (void)absentee;
	if (!isalpha((unsigned char)dwarf->name[0]) && dwarf->name[0] != '_')
		return true;
	for (const char *p = dwarf->name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return true;
	return false;
}

/* Size of the definition's type; 0 for none. */
static uint64_t defined_size(const struct evidence *evidence, const struct dwarf_variable *dwarf)
{
	uint64_t size;

	return dwarf->has_type && dwarf_type_size(&dwarf->type, evidence->pointer_size, &size)
		       ? size
		       : 0;
}

/* `struct lock_class_key { };`: complete, and clang still gives it a byte in .bss. */
static bool is_empty(const struct evidence *evidence, const struct dwarf_variable *dwarf)
{
	Dwarf_Die type;
	uint64_t size;

	return dwarf->has_type && dwarf_strip(&dwarf->type, &type) &&
	       (dwarf_tag(&type) == DW_TAG_structure_type ||
		dwarf_tag(&type) == DW_TAG_union_type) &&
	       dwarf_type_size(&type, evidence->pointer_size, &size) && size == 0;
}

/* Compilers put a dot and a number behind the name of a static variable to make it unique. */
static bool is_name_of(const struct dwarf_variable *dwarf, const struct elf_symbol *symbol)
{
	size_t len = strlen(dwarf->name);

	return str_starts(symbol->name, dwarf->name) &&
	       (symbol->name[len] == '\0' || symbol->name[len] == '.');
}

/* An empty variable has the address of whatever follows. */
static bool is_empty_symbol(const struct evidence *evidence, const struct absentee *absentee,
			    const struct dwarf_variable *dwarf)
{
	(void)evidence;
	return absentee->symbol->size == 0 && !is_name_of(dwarf, absentee->symbol);
}

static bool has_no_bytes(const struct evidence *evidence, const struct absentee *absentee,
			 const struct dwarf_variable *dwarf)
{
	if (is_empty(evidence, dwarf))
		return true;
	/* another variable may begin where one without bytes is, and then the symbol may be its */
	return !defined_size(evidence, dwarf) &&
	       (absentee->symbol->size == 0 || !str_eq(dwarf->name, absentee->symbol->name));
}

/* The compiler never completed the type: `static int x[];` before `static int x[] = { ... };`. */
static bool has_incomplete_type(const struct evidence *evidence, const struct absentee *absentee,
				const struct dwarf_variable *dwarf)
{
	return !defined_size(evidence, dwarf) && absentee->symbol->size != 0;
}

/*
 * `extern int x[];` in a header and `int x[4];` in the source: pahole takes the type of the declaration,
 * which has no size yet, for that of the variable. See docs/findings.md.
 */
static bool is_declared_incomplete(const struct evidence *evidence, const struct absentee *absentee,
				   const struct dwarf_variable *dwarf)
{
	uint64_t size;

	(void)absentee;
	return defined_size(evidence, dwarf) && dwarf->has_declared_type &&
	       (!dwarf_type_size(&dwarf->declared_type, evidence->pointer_size, &size) ||
		size == 0);
}

/*
 * pahole looks for a variable's section by address, also among sections that are not in memory, whose
 * address is 0. In a relocatable file addresses begin there too, and of several sections the first is
 * taken. See docs/findings.md.
 */
static bool is_claimed_by_debugging(const struct evidence *evidence,
				    const struct absentee *absentee,
				    const struct dwarf_variable *dwarf)
{
	const struct elf_image *elf = absentee->of->elf;

	if (!defined_size(evidence, dwarf) || elf->type != ET_REL)
		return false;
	for (uint32_t i = 1; i < absentee->section->index; i++) {
		const struct elf_section *section = &elf->sections[i];

		if (section->type == SHT_PROGBITS && !(section->flags & SHF_ALLOC) &&
		    section->size > dwarf->at.address)
			return true;
	}
	return false;
}

/* There is less than the variable, or something else, so that no VAR could be right. */
static bool is_computed(const struct evidence *evidence, const struct absentee *absentee,
			const struct dwarf_variable *dwarf)
{
	(void)absentee;
	return dwarf->at.computed_from &&
	       (dwarf->at.is_changed || dwarf->at.computed_from != defined_size(evidence, dwarf));
}

/* The symbol is of a part: clang made variables of those members of a static one that are used. */
static bool symbol_is_part(const struct evidence *evidence, const struct absentee *absentee)
{
	const char *name = absentee->symbol->name, *dot = strrchr(name, '.');
	_cleanup_free_ char *whole = dot ? xstrndup(name, (size_t)(dot - name)) : NULL;

	(void)evidence;
	return whole && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1) &&
	       dwarf_has_split(absentee->of->dwarf, whole);
}

static bool symbol_is_merged_whole(const struct evidence *evidence, const struct absentee *absentee)
{
	(void)evidence;
	return strstr(absentee->symbol->name, ".L_MergedGlobals") != NULL;
}

/*
 * Behind one symbol with others: clang's GlobalMerge. pahole before 1.32 takes the address in the location and not what
 * is added to it, which puts the variable where the first of them is. See docs/findings.md.
 */
static bool is_merged(const struct evidence *evidence, const struct absentee *absentee,
		      const struct dwarf_variable *dwarf)
{
	const char *name = absentee->symbol->name;

	return defined_size(evidence, dwarf) && dwarf->at.added && *dwarf->name &&
	       (is_name_of(dwarf, absentee->symbol) ||
		/* objcopy --prefix-symbols */
		(str_starts(name, "__") && str_ends(name, dwarf->name)));
}

/*
 * Its definition refers to a declaration, and pahole before 1.30 then takes its address of 0 for none. See
 * docs/findings.md.
 */
static bool is_at_address_zero(const struct evidence *evidence, const struct absentee *absentee,
			       const struct dwarf_variable *dwarf)
{
	(void)absentee;
	return dwarf->at.address == 0 && dwarf->has_declared_type && defined_size(evidence, dwarf);
}

/*
 * At the start of its section pahole takes a variable only if the symbol there has its very name, since in other files
 * an address of 0 stands for what was discarded. objcopy --prefix-symbols gives another one. See docs/findings.md.
 */
static bool is_first_and_renamed(const struct evidence *evidence, const struct absentee *absentee,
				 const struct dwarf_variable *dwarf)
{
	return symbol_offset(absentee->symbol, absentee->section) == 0 && *dwarf->name &&
	       defined_size(evidence, dwarf) && !str_eq(dwarf->name, absentee->symbol->name) &&
	       str_ends(absentee->symbol->name, dwarf->name);
}

static bool is_oversized(const struct evidence *evidence, const struct absentee *absentee,
			 const struct dwarf_variable *dwarf)
{
	(void)absentee;
	return defined_size(evidence, dwarf) > UINT32_MAX;
}

const struct absence_rule absence_rules[] = {
	{ "section-type", "in a section that is neither PROGBITS nor NOBITS",
	  .of_symbol = symbol_in_other_section },
	{ "no-location", "its DWARF has no address", .of_symbol = symbol_has_no_location },
	{ "merged-whole", "clang's name for all of the variables that it merged",
	  .of_symbol = symbol_is_merged_whole },
	{ "part", "a part of a variable that the compiler split", .of_symbol = symbol_is_part },
	{ "no-dwarf", "no DWARF variable is at its address: assembly, or the compiler's own",
	  .of_symbol = symbol_has_no_dwarf },
	{ "function-static", "declared in a function: pahole takes file scope alone",
	  .of_dwarf = is_in_function },
	{ "artificial", "made by the compiler, says its DWARF", .of_dwarf = is_artificial },
	{ "filtered-prefix", "its name begins as generated names do, which pahole leaves out",
	  .of_dwarf = has_filtered_prefix },
	{ "invalid-name", "its name is no C identifier, which BTF demands",
	  .of_dwarf = has_invalid_name },
	{ "zero-size", "its type has no bytes", .of_dwarf = has_no_bytes },
	{ "alias", "another name of a variable that is in BTF", .of_dwarf = is_in_btf },
	{ "empty-symbol", "its symbol has no bytes, and the variable there is another",
	  .of_dwarf = is_empty_symbol },
	{ "incomplete-dwarf", "its DWARF has an array type without bounds", .is_fault = true,
	  .of_dwarf = has_incomplete_type },
	{ "declared-incomplete",
	  "pahole takes the type of its declaration, an array without bounds and so without bytes",
	  .is_fault = true, .of_dwarf = is_declared_incomplete },
	{ "claimed-by-debugging",
	  "pahole takes it for a part of a section that is not in memory, such as .debug_info",
	  .is_fault = true, .of_dwarf = is_claimed_by_debugging },
	{ "computed", "what is stored is not it: DWARF computes its value from that",
	  .of_dwarf = is_computed },
	{ "merged", "merged with another by the compiler, at whose address pahole takes it to be",
	  .is_fault = true, .of_dwarf = is_merged },
	{ "address-zero",
	  "it is at address 0 and declared apart, which pahole before 1.30 takes for no address",
	  .is_fault = true, .of_dwarf = is_at_address_zero },
	{ "first-renamed",
	  "the first of its section, where pahole wants the symbol's very name, which has a prefix",
	  .is_fault = true, .of_dwarf = is_first_and_renamed },
	{ "oversized", "its type has 4 GiB or more", .of_dwarf = is_oversized },
};

const size_t nr_absence_rules = ARRAY_SIZE(absence_rules);

static const struct absence_rule *explain_dwarf(const struct evidence *evidence,
						const struct absentee *absentee,
						const struct dwarf_variable *dwarf)
{
	for (size_t i = 0; i < nr_absence_rules; i++)
		if (absence_rules[i].of_dwarf &&
		    absence_rules[i].of_dwarf(evidence, absentee, dwarf))
			return &absence_rules[i];
	return NULL;
}

const struct absence_rule *absence_explain(const struct evidence *evidence,
					   const struct absentee *absentee)
{
	const struct absence_rule *first = NULL, *own = NULL;

	for (size_t i = 0; i < nr_absence_rules; i++)
		if (absence_rules[i].of_symbol && absence_rules[i].of_symbol(evidence, absentee))
			return &absence_rules[i];
	for (size_t i = 0; i < absentee->nr_dwarf; i++) {
		const struct dwarf_variable *dwarf = &absentee->dwarf[i];
		const struct absence_rule *rule = explain_dwarf(evidence, absentee, dwarf);

		if (!rule)
			return NULL;
		first = first ? first : rule;
		own = own || !is_name_of(dwarf, absentee->symbol) ? own : rule;
	}
	return own ? own : first;
}
