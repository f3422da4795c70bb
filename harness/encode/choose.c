// SPDX-License-Identifier: GPL-2.0-only
#include "encode/choose.h"

#include <ctype.h>
#include <dwarf.h>
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "encode/dwarf_type.h"

static const struct {
	const char *name, *text;
} reasons[LEFT_OUT_REASON_COUNT] = {
	[LEFT_OUT_FUNCTION_STATIC] = { "function-static", "declared in a function" },
	[LEFT_OUT_ARTIFICIAL] = { "artificial", "made by the compiler, says its DWARF" },
	[LEFT_OUT_GENERATED_NAME] = { "generated-name", "its name begins as generated names do" },
	[LEFT_OUT_INVALID_NAME] = { "invalid-name", "its name is no C identifier" },
	[LEFT_OUT_ZERO_SIZE] = { "zero-size", "its type has no bytes" },
	[LEFT_OUT_INCOMPLETE] = { "incomplete",
				  "its type has no size, and the symbol does not tell it" },
	[LEFT_OUT_COMPUTED] = { "computed",
				"what is stored is not it: its value is computed from that" },
	[LEFT_OUT_OVERSIZED] = { "oversized", "its type or its offset has 4 GiB or more" },
	[LEFT_OUT_OTHER_NAME] = { "other-name", "no symbol at its place has its name" },
	[LEFT_OUT_ALIAS] = { "alias", "another name of a variable that is encoded" },
	[LEFT_OUT_OVERLAP] = { "overlap", "it reaches into another variable" },
	[LEFT_OUT_TYPE] = { "type", "BTF cannot express its type" },
};

const char *left_out_reason_name(enum left_out_reason reason)
{
	return reasons[reason].name;
}

const char *left_out_reason_text(enum left_out_reason reason)
{
	return reasons[reason].text;
}

/* Everything at one address of one section. */
struct place {
	const struct elf_section *section;
	const struct elf_symbol *const *symbols;
	size_t nr_symbols;
	const struct dwarf_variable *dwarf;
	size_t nr_dwarf;
};

struct chooser {
	const struct elf_image *elf;
	const struct dwarf_index *dwarf;
	uint32_t pointer_size;
	struct choice *choice;
	/* places with DWARF of the section at hand */
	VEC(struct place) places;
};

static bool has_generated_name(const char *name)
{
	/* as pahole has them: what begins so is left out whatever it is */
	static const char *const prefixes[] = {
		"__UNIQUE_ID",          "__tpstrtab_",
		"__exitcall_",          "__func_stack_frame_non_standard_",
		"__gendwarfksyms_ptr_",
	};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_starts(name, prefixes[i]))
			return true;
	return false;
}

static bool has_valid_name(const char *name)
{
	if (!isalpha((unsigned char)name[0]) && name[0] != '_')
		return false;
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
	return true;
}

/* An object, or what assembly or a linker script defines without saying what it is. */
static bool is_data(const struct elf_symbol *symbol)
{
	return symbol->type == STT_OBJECT || symbol->type == STT_NOTYPE ||
	       symbol->type == STT_COMMON;
}

/* The symbol at a place that a DWARF variable's name stands for; NULL: none. */
static const struct elf_symbol *symbol_of(const struct place *place, const char *name)
{
	const struct elf_symbol *best = NULL, *prefixed = NULL;
	size_t nr_objects = 0;

	for (size_t i = 0; i < place->nr_symbols; i++) {
		const struct elf_symbol *symbol = place->symbols[i];
		bool is_object = symbol->type == STT_OBJECT && symbol->size;

		if (is_data(symbol) && str_eq(symbol->name, name) && (!best || is_object))
			best = symbol;
		/* objcopy --prefix-symbols changes symbols and not DWARF: arm64's __pi_ */
		if (is_object && str_starts(symbol->name, "__") && str_ends(symbol->name, name))
			prefixed = symbol;
		nr_objects += is_object;
	}
	if (best)
		return best;
	return nr_objects == 1 && has_valid_name(prefixed ? prefixed->name : "") ? prefixed : NULL;
}

/* Bytes of an array without bounds by its symbol: the elements' times @count_ret. 0: cannot be told. */
static uint64_t sized_by_symbol(const struct chooser *chooser, const struct dwarf_variable *dwarf,
				const struct elf_symbol *symbol, uint32_t *count_ret)
{
	struct dwarf_dimensions dims;
	Dwarf_Die array, elem;
	uint64_t size;

	if (!dwarf_strip(&dwarf->type, &array) || dwarf_tag(&array) != DW_TAG_array_type ||
	    !dwarf_array_dimensions(&array, &dims) || !dims.unbounded ||
	    !dwarf_target(&array, &elem) || !dwarf_type_size(&elem, chooser->pointer_size, &size) ||
	    !size || !symbol->size || symbol->size % size || symbol->size / size > UINT32_MAX)
		return 0;
	*count_ret = (uint32_t)(symbol->size / size);
	return symbol->size;
}

/* A DWARF variable at a place, judged. */
struct candidate {
	struct encode_variable variable;
	enum left_out_reason reason;
	bool fit;
	/* the better one is the higher, compared in this order */
	int ranks[6];
};

static bool unfit(struct candidate *candidate, enum left_out_reason reason)
{
	candidate->reason = reason;
	return false;
}

static bool has_size(const struct chooser *chooser, const struct place *place,
		     struct candidate *candidate)
{
	struct encode_variable *var = &candidate->variable;
	uint64_t size = 0, offset = var->symbol->value - place->section->addr;
	bool known = dwarf_type_size(&var->dwarf->type, chooser->pointer_size, &size);

	if (!known || !size)
		size = sized_by_symbol(chooser, var->dwarf, var->symbol, &var->count);
	if (!size)
		return unfit(candidate, known && !var->symbol->size ? LEFT_OUT_ZERO_SIZE
					: var->symbol->size         ? LEFT_OUT_INCOMPLETE
								    : LEFT_OUT_ZERO_SIZE);
	if (size > UINT32_MAX || offset > UINT32_MAX || place->section->size > UINT32_MAX)
		return unfit(candidate, LEFT_OUT_OVERSIZED);
	var->size = (uint32_t)size;
	var->offset = (uint32_t)offset;
	return true;
}

static bool is_fit(const struct chooser *chooser, const struct place *place,
		   const struct dwarf_variable *dwarf, struct candidate *candidate)
{
	struct encode_variable *var = &candidate->variable;

	if (!dwarf->file_scope)
		return unfit(candidate, LEFT_OUT_FUNCTION_STATIC);
	if (dwarf->artificial)
		return unfit(candidate, LEFT_OUT_ARTIFICIAL);
	if (!has_valid_name(dwarf->name))
		return unfit(candidate, LEFT_OUT_INVALID_NAME);
	if (has_generated_name(dwarf->name))
		return unfit(candidate, LEFT_OUT_GENERATED_NAME);
	var->symbol = symbol_of(place, dwarf->name);
	if (!var->symbol)
		return unfit(candidate, LEFT_OUT_OTHER_NAME);
	if (!dwarf->has_type)
		return unfit(candidate, LEFT_OUT_INCOMPLETE);
	var->name = var->symbol->name;
	if (!has_size(chooser, place, candidate))
		return false;
	if (dwarf->at.computed_from &&
	    (dwarf->at.is_changed || dwarf->at.computed_from != var->size))
		return unfit(candidate, LEFT_OUT_COMPUTED);
	return true;
}

static int rank_binding(const struct elf_symbol *symbol)
{
	static const int ranks[] = { [STB_LOCAL] = 1, [STB_GLOBAL] = 3, [STB_WEAK] = 2 };

	return symbol->bind < ARRAY_SIZE(ranks) ? ranks[symbol->bind] : 0;
}

/* Smaller may be right: a flexible array member is in the symbol's size and not in the type's. */
static int rank_size(const struct encode_variable *var)
{
	uint64_t size = var->symbol->size;

	if (!size || var->count)
		return 1;
	return var->size == size ? 3 : var->size < size ? 2 : 0;
}

static bool has_unit(const struct place *place, const char *unit)
{
	for (size_t i = 0; i < place->nr_dwarf; i++)
		if (str_eq(place->dwarf[i].unit, unit))
			return true;
	return false;
}

/*
 * A linker puts what one object file has for a section in one piece: of a weak and a strong definition
 * of one size, the one that was taken is that of the unit whose other variables lie around it.
 */
static bool is_in_its_unit(const struct chooser *chooser, const struct place *place,
			   const struct dwarf_variable *dwarf)
{
	const struct place *first = chooser->places.data;
	const struct place *end = first + chooser->places.len;

	return (place > first && has_unit(place - 1, dwarf->unit)) ||
	       (place + 1 < end && has_unit(place + 1, dwarf->unit));
}

static void rank(const struct chooser *chooser, const struct place *place,
		 struct candidate *candidate)
{
	const struct encode_variable *var = &candidate->variable;
	bool is_global = var->symbol->bind != STB_LOCAL;

	candidate->ranks[0] = var->symbol->type == STT_OBJECT;
	candidate->ranks[1] = str_eq(var->name, var->dwarf->name);
	candidate->ranks[2] = rank_binding(var->symbol);
	candidate->ranks[3] = rank_size(var);
	candidate->ranks[4] = is_global == var->dwarf->external;
	candidate->ranks[5] = is_in_its_unit(chooser, place, var->dwarf);
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(a->ranks); i++)
		if (a->ranks[i] != b->ranks[i])
			return a->ranks[i] > b->ranks[i];
	return false;
}

static void leave_out(struct choice *choice, const char *name, const struct elf_section *section,
		      enum left_out_reason reason)
{
	const struct left_out left_out = { .name = name, .section = section, .reason = reason };

	vec_push(&choice->left_out, left_out);
}

/* The linker makes hidden symbols local: then it is DWARF that knows. */
static uint32_t linkage_of(const struct encode_variable *var)
{
	bool is_global = var->symbol->bind != STB_LOCAL;

	if (!is_global && var->symbol->visibility != STV_DEFAULT)
		is_global = var->dwarf->external;
	return is_global ? BTF_VAR_GLOBAL_ALLOCATED : BTF_VAR_STATIC;
}

static void choose_at(struct chooser *chooser, const struct place *place)
{
	struct candidate best = { 0 }, other = { 0 };

	for (size_t i = 0; i < place->nr_dwarf; i++) {
		struct candidate candidate = {
			.variable = { .section = place->section, .dwarf = &place->dwarf[i] },
		};

		candidate.fit = is_fit(chooser, place, &place->dwarf[i], &candidate);
		if (!candidate.fit) {
			other = candidate;
			continue;
		}
		rank(chooser, place, &candidate);
		if (best.fit && !str_eq(best.variable.name, candidate.variable.name))
			leave_out(chooser->choice,
				  is_better(&candidate, &best) ? best.variable.name
							       : candidate.variable.name,
				  place->section, LEFT_OUT_ALIAS);
		if (!best.fit || is_better(&candidate, &best))
			best = candidate;
	}
	if (!best.fit) {
		leave_out(chooser->choice, other.variable.dwarf->name, place->section,
			  other.reason);
		return;
	}
	best.variable.linkage = linkage_of(&best.variable);
	vec_push(&chooser->choice->variables, best.variable);
}

static bool has_data(const struct place *place)
{
	for (size_t i = 0; i < place->nr_symbols; i++)
		if (is_data(place->symbols[i]))
			return true;
	return false;
}

/* Of two that share bytes, one is not a variable of its own: a name for a part of the other. */
static bool yields_to(const struct encode_variable *second, const struct encode_variable *first)
{
	if (first->symbol->size && first->size > first->symbol->size)
		return false;
	return rank_binding(second->symbol) <= rank_binding(first->symbol);
}

static void drop_overlaps(struct choice *choice, size_t from)
{
	size_t kept = from;

	for (size_t i = from; i < choice->variables.len; i++) {
		const struct encode_variable *var = &choice->variables.data[i];
		struct encode_variable *last = &choice->variables.data[kept - 1];

		if (kept > from && (uint64_t)last->offset + last->size > var->offset) {
			const struct encode_variable *gone = yields_to(var, last) ? var : last;

			leave_out(choice, gone->name, gone->section, LEFT_OUT_OVERLAP);
			if (gone == last)
				*last = *var;
			continue;
		}
		choice->variables.data[kept++] = *var;
	}
	choice->variables.len = kept;
}

static void choose_in_section(struct chooser *chooser, const struct elf_section *section)
{
	const struct elf_symbol *const *symbols;
	size_t count = elf_symbols_in_section(chooser->elf, section->index, &symbols);
	size_t first_variable = chooser->choice->variables.len;

	chooser->places.len = 0;
	for (size_t i = 0, end; i < count; i = end) {
		struct place place = { .section = section, .symbols = symbols + i };
		uint64_t address = symbols[i]->value;

		for (end = i; end < count && symbols[end]->value == address; end++)
			;
		place.nr_symbols = end - i;
		if (address < section->addr || address - section->addr >= section->size ||
		    !has_data(&place))
			continue;
		place.nr_dwarf = dwarf_variables_at(chooser->dwarf, address, &place.dwarf);
		if (place.nr_dwarf)
			vec_push(&chooser->places, place);
	}
	vec_for_each(place, &chooser->places)
		choose_at(chooser, place);
	drop_overlaps(chooser->choice, first_variable);
}

void choose_variables(const struct elf_image *elf, const struct dwarf_index *dwarf,
		      uint32_t pointer_size, struct choice *choice)
{
	struct chooser chooser = {
		.elf = elf,
		.dwarf = dwarf,
		.pointer_size = pointer_size,
		.choice = choice,
	};

	for (size_t i = 1; i < elf->nr_sections; i++) {
		const struct elf_section *section = &elf->sections[i];

		/* what is loaded, and once: variables of threads have no address */
		if (section->flags & SHF_ALLOC && !(section->flags & SHF_TLS))
			choose_in_section(&chooser, section);
	}
	vec_free(&chooser.places);
}

void choice_release(struct choice *choice)
{
	vec_free(&choice->variables);
	vec_free(&choice->left_out);
}
