// SPDX-License-Identifier: GPL-2.0-only
#include "verify/dwarf_walk.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "verify/dwarf_die.h"

enum {
	/* nesting of blocks in a function beyond which the file is taken for damaged */
	MAX_BLOCK_DEPTH = 512,
};

/* A table of where DIEs that hold other DIEs may hide variables. */
static bool tag_is_block(int tag)
{
	static const int tags[] = {
		DW_TAG_subprogram, DW_TAG_lexical_block, DW_TAG_inlined_subroutine,
		DW_TAG_try_block,  DW_TAG_catch_block,   DW_TAG_with_stmt,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (tags[i] == tag)
			return true;
	return false;
}

static bool tag_is_definition(int tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
	       tag == DW_TAG_enumeration_type || tag == DW_TAG_class_type;
}

struct dwarf_definition *definition_slot(const struct definition_table *table, int tag,
					 const char *name)
{
	size_t mask = table->nr_slots - 1, i;

	if (!table->nr_slots)
		return NULL;
	for (i = (hash_string(name) + (unsigned int)tag) & mask; table->slots[i].name;
	     i = (i + 1) & mask)
		if (dwarf_tag(&table->slots[i].die) == tag && str_eq(table->slots[i].name, name))
			break;
	return &table->slots[i];
}

static void grow(struct definition_table *table)
{
	struct definition_table old = *table;

	table->nr_slots = hash_table_size(old.nr_slots * 2);
	table->slots = xcalloc(table->nr_slots, sizeof(*table->slots));
	for (size_t i = 0; i < old.nr_slots; i++)
		if (old.slots[i].name)
			*definition_slot(table, dwarf_tag(&old.slots[i].die), old.slots[i].name) =
				old.slots[i];
	free(old.slots);
}

void definition_add(struct definition_table *table, const struct dwarf_definition *definition)
{
	struct dwarf_definition *slot;

	if (table->used * 2 >= table->nr_slots)
		grow(table);
	slot = definition_slot(table, dwarf_tag((Dwarf_Die *)&definition->die), definition->name);
	if (!slot->name)
		table->used++;
	if (!slot->name || (uintptr_t)definition->die.addr < (uintptr_t)slot->die.addr)
		*slot = *definition;
}

static void find_declared_type(Dwarf_Die *die, struct dwarf_variable *var)
{
	Dwarf_Attribute attr;
	Dwarf_Die declaration;

	if (!dwarf_formref_die(dwarf_attr(die, DW_AT_specification, &attr), &declaration))
		return;
	var->has_declared_type = dwarf_formref_die(dwarf_attr(&declaration, DW_AT_type, &attr),
						   &var->declared_type) != NULL;
}

static void add_variable(struct dwarf_walk *walk, Dwarf_Die *die, const char *unit, bool file_scope)
{
	struct dwarf_variable var = { .unit = unit, .file_scope = file_scope };

	if (!dwarf_place_of(die, &var.at)) {
		if (file_scope && !dwarf_flag(die, DW_AT_declaration)) {
			const char *name = dwarf_name_of(die);

			if (*name)
				vec_push(&walk->unlocated, name);
			if (*name && var.at.in_parts)
				vec_push(&walk->split, name);
		}
		return;
	}
	var.name = dwarf_name_of(die);
	var.place = (uintptr_t)die->addr;
	var.external = dwarf_flag(die, DW_AT_external);
	var.artificial = dwarf_flag(die, DW_AT_artificial);
	var.type_is_unreadable = dwarf_type_is_unreadable(die);
	var.has_type = !var.type_is_unreadable && dwarf_type_of(die, &var.type);
	find_declared_type(die, &var);
	vec_push(&walk->variables, var);
}

static void add_definition(struct dwarf_walk *walk, Dwarf_Die *die, const char *unit)
{
	struct dwarf_definition definition = { .unit = unit, .die = *die };
	Dwarf_Attribute attr;

	definition.name = dwarf_formstring(dwarf_attr(die, DW_AT_name, &attr));
	if (!definition.name || dwarf_hasattr(die, DW_AT_declaration))
		return;
	if (walk->all_definitions)
		vec_push(&walk->every, definition);
	else
		definition_add(&walk->definitions, &definition);
}

static bool damaged(struct dwarf_walk *walk, const Dwarf_Die *die, const char *what)
{
	if (!walk->err)
		walk->err = error_new(ERROR_INPUT, "damaged DWARF: entry at offset %#llx: %s",
				      (unsigned long long)dwarf_dieoffset((Dwarf_Die *)die), what);
	return false;
}

/* Whatever is not read ends the walk: an index with holes would call things missing that are there. */
static bool walk_children(struct dwarf_walk *walk, Dwarf_Die *parent, const char *unit, int depth)
{
	Dwarf_Die die;
	int more = dwarf_child(parent, &die);

	if (depth > MAX_BLOCK_DEPTH)
		return damaged(walk, parent, "blocks are nested too deeply");
	while (more == 0) {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_invalid)
			return damaged(walk, &die, dwarf_errmsg(-1));
		if (depth == 0 && tag_is_definition(tag))
			add_definition(walk, &die, unit);
		else if (walk->all_definitions)
			;
		else if (tag == DW_TAG_variable)
			add_variable(walk, &die, unit, depth == 0);
		else if (tag_is_block(tag) && !walk_children(walk, &die, unit, depth + 1))
			return false;
		more = dwarf_siblingof(&die, &die);
	}
	return more > 0 || damaged(walk, parent, dwarf_errmsg(-1));
}

void dwarf_walk(struct dwarf_walk *walk)
{
	Dwarf_CU *cu = NULL;
	uint8_t type;
	Dwarf_Die die;
	int more;

	for (size_t i = 0;
	     (more = dwarf_get_units(walk->dwarf, cu, &cu, NULL, &type, &die, NULL)) == 0; i++) {
		if (i % walk->step != walk->first)
			continue;
		if (type == DW_UT_skeleton) {
			walk->err = error_new(ERROR_INPUT,
					      "split DWARF, whose .dwo files are not read");
			return;
		}
		if (!walk_children(walk, &die, dwarf_name_of(&die), 0))
			return;
	}
	if (more < 0)
		walk->err = error_new(ERROR_INPUT, "damaged DWARF: %s", dwarf_errmsg(-1));
}

void dwarf_walk_release(struct dwarf_walk *walk)
{
	vec_free(&walk->variables);
	vec_free(&walk->unlocated);
	vec_free(&walk->split);
	vec_free(&walk->every);
	free(walk->definitions.slots);
	error_free(walk->err);
	dwarf_end(walk->dwarf);
}
