// SPDX-License-Identifier: GPL-2.0-only
/* Damage to a variable: its VAR, the entry that lists it, and its DATASEC. */
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "damage_edit.h"

/* Of one variable: the entry of its DATASEC. */

static bool change_secinfo(struct subject *s, size_t field, int by)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	add(s, p.datasec.id, ENTRY(p.index) + field, by);
	return true;
}

bool offset_plus_1(struct subject *s)
{
	return change_secinfo(s, SECINFO_OFFSET, 1);
}

bool offset_plus_align(struct subject *s)
{
	return change_secinfo(s, SECINFO_OFFSET, 8);
}

bool size_plus_1(struct subject *s)
{
	return change_secinfo(s, SECINFO_SIZE, 1);
}

bool size_minus_1(struct subject *s)
{
	return change_secinfo(s, SECINFO_SIZE, -1);
}

bool far_offset(struct subject *s)
{
	return change_secinfo(s, SECINFO_OFFSET, 0x40000000);
}

bool offsets_swapped(struct subject *s)
{
	struct place p;

	if (!find_place(s, has_next, &p))
		return false;
	swap(s, p.datasec.id, ENTRY(p.index) + SECINFO_OFFSET, ENTRY(p.index + 1) + SECINFO_OFFSET);
	return true;
}

/* Both entries stay right by themselves; the second is the one in the wrong place. */
bool unsorted(struct subject *s)
{
	struct place p;

	if (!find_place(s, has_next, &p))
		return false;
	for (size_t field = 0; field < BTF_SECINFO_SIZE; field += 4)
		swap(s, p.datasec.id, ENTRY(p.index) + field, ENTRY(p.index + 1) + field);
	return true;
}

static bool is_behind_another(const struct subject *s, const struct place *place)
{
	(void)s;
	return place->index && btf_secinfo(&place->datasec, place->index - 1).size > 1;
}

bool overlap(struct subject *s)
{
	struct place p;

	if (!find_place(s, is_behind_another, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, ENTRY(p.index) + SECINFO_OFFSET,
		  btf_secinfo(&p.datasec, p.index - 1).offset + 1);
	return true;
}

bool twice_in_datasec(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_insert_secinfo(&s->parts, p.datasec.id, p.index + 1, p.info);
	return true;
}

bool in_two_datasecs(struct subject *s)
{
	struct btf_type_view other;
	struct place p;

	if (!find_place(s, NULL, &p) || !find_other_datasec(s, p.datasec.id, &other))
		return false;
	parts_insert_secinfo(&s->parts, other.id, other.vlen, p.info);
	return true;
}

bool in_other_datasec(struct subject *s)
{
	struct btf_type_view other;
	struct place p;

	if (!find_place(s, NULL, &p) || !find_other_datasec(s, p.datasec.id, &other))
		return false;
	parts_remove_entry(&s->parts, p.datasec.id, p.index, BTF_SECINFO_SIZE);
	parts_insert_secinfo(&s->parts, other.id, other.vlen, p.info);
	return true;
}

bool in_no_datasec(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_remove_entry(&s->parts, p.datasec.id, p.index, BTF_SECINFO_SIZE);
	return true;
}

bool lost(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_remove_entry(&s->parts, p.datasec.id, p.index, BTF_SECINFO_SIZE);
	parts_remove_type(&s->parts, p.var.id);
	return true;
}

static uint32_t invent(struct subject *s, const struct place *p, const char *name)
{
	uint32_t id = parts_copy_type(&s->parts, p->var.id);

	parts_put(&s->parts, id, TYPE_NAME, parts_add_string(&s->parts, name));
	set_named(s, name);
	return id;
}

bool invented(struct subject *s)
{
	struct btf_secinfo info;
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	info = p.info;
	info.type = invent(s, &p, "invented_by_mutation");
	parts_insert_secinfo(&s->parts, p.datasec.id, p.index + 1, info);
	return true;
}

bool invented_and_in_no_datasec(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	invent(s, &p, "invented_by_mutation");
	return true;
}

bool entry_of_no_variable(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, ENTRY(p.index) + SECINFO_TYPE, p.var.size_or_type);
	return true;
}

/* Of one variable: its VAR. */

static bool set_name(struct subject *s, const char *name)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_NAME, parts_add_string(&s->parts, name));
	set_named(s, name);
	return true;
}

bool renamed(struct subject *s)
{
	return set_name(s, "renamed_by_mutation");
}

bool no_identifier(struct subject *s)
{
	return set_name(s, "no-identifier");
}

bool no_name(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_NAME, 0);
	set_named(s, "(anonymous)");
	return true;
}

bool name_out_of_range(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_NAME, NO_OFFSET);
	set_named(s, "<bad name>");
	return true;
}

/* The name of another variable of the section, which then seems to be there twice. */
bool names_swapped(struct subject *s)
{
	struct place p;
	uint32_t next;

	if (!find_place(s, has_next, &p))
		return false;
	next = btf_secinfo(&p.datasec, p.index + 1).type;
	parts_put(&s->parts, p.var.id, TYPE_NAME, parts_get(&s->parts, next, TYPE_NAME));
	parts_put(&s->parts, next, TYPE_NAME, p.var.name_off);
	return true;
}

static bool has_binding(const struct subject *s, const struct place *p, bool local)
{
	const struct elf_symbol *const *symbols;

	return elf_symbols_by_name(s->vmlinux, btf_type_name(&p->var), &symbols) &&
	       (symbols[0]->bind == STB_LOCAL) == local;
}

static bool is_local(const struct subject *s, const struct place *p)
{
	return has_binding(s, p, true);
}

static bool is_not_local(const struct subject *s, const struct place *p)
{
	return has_binding(s, p, false);
}

static bool set_linkage(struct subject *s, place_test test, uint32_t linkage)
{
	struct place p;

	if (!find_place(s, test, &p))
		return false;
	parts_put(&s->parts, p.var.id, BTF_TYPE_SIZE, linkage);
	return true;
}

bool global_as_static(struct subject *s)
{
	return set_linkage(s, is_not_local, BTF_VAR_STATIC);
}

bool static_as_global(struct subject *s)
{
	return set_linkage(s, is_local, BTF_VAR_GLOBAL_ALLOCATED);
}

bool linkage_unknown(struct subject *s)
{
	return set_linkage(s, NULL, 7);
}

/* Of a DATASEC. */

static bool change_datasec(struct subject *s, struct place *p)
{
	if (!find_place(s, NULL, p))
		return false;
	set_named(s, btf_type_name(&p->datasec));
	return true;
}

bool datasec_size(struct subject *s)
{
	struct place p;

	if (!change_datasec(s, &p))
		return false;
	/* no padding is of so many bytes: with it the size would be the section's, which is right too */
	add(s, p.datasec.id, TYPE_SIZE, 4093);
	return true;
}

bool datasec_too_small(struct subject *s)
{
	struct place p;

	if (!change_datasec(s, &p))
		return false;
	add(s, p.datasec.id, TYPE_SIZE, -1);
	return true;
}

bool datasec_renamed(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, TYPE_NAME,
		  parts_add_string(&s->parts, ".data..by_mutation"));
	set_named(s, ".data..by_mutation");
	return true;
}

bool datasec_lost(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_remove_type(&s->parts, p.datasec.id);
	return true;
}

bool datasec_twice(struct subject *s)
{
	struct place p;

	if (!change_datasec(s, &p))
		return false;
	parts_copy_type(&s->parts, p.datasec.id);
	return true;
}

bool datasec_vlen(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	add(s, p.datasec.id, TYPE_INFO, 0x1000);
	set_named(s, ".BTF");
	return true;
}

/* Further damage to the entry, the VAR and the DATASEC. */

bool size_0(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, ENTRY(p.index) + SECINFO_SIZE, 0);
	return true;
}

/* As GlobalMerge made it. */
bool offset_of_next(struct subject *s)
{
	struct place p;

	if (!find_place(s, has_next, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, ENTRY(p.index) + SECINFO_OFFSET,
		  btf_secinfo(&p.datasec, p.index + 1).offset);
	return true;
}

/* Each entry is right but for whose it is. */
bool entries_exchange_vars(struct subject *s)
{
	struct place p;

	if (!find_place(s, has_next, &p))
		return false;
	swap(s, p.datasec.id, ENTRY(p.index) + SECINFO_TYPE, ENTRY(p.index + 1) + SECINFO_TYPE);
	return true;
}

/* The section's address not taken off. */
bool section_shifted(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	for (uint32_t i = 0; i < p.datasec.vlen; i++)
		add(s, p.datasec.id, ENTRY(i) + SECINFO_OFFSET, 0x10000);
	return true;
}

static bool is_first(const struct subject *s, const struct place *place)
{
	(void)s;
	return !place->index;
}

static bool is_last(const struct subject *s, const struct place *place)
{
	return !has_next(s, place);
}

static bool lose(struct subject *s, place_test test)
{
	struct place p;

	if (!find_place(s, test, &p))
		return false;
	parts_remove_entry(&s->parts, p.datasec.id, p.index, BTF_SECINFO_SIZE);
	parts_remove_type(&s->parts, p.var.id);
	return true;
}

bool first_lost(struct subject *s)
{
	return lose(s, is_first);
}

bool last_lost(struct subject *s)
{
	return lose(s, is_last);
}

static bool has_long_name(const struct subject *s, const struct place *place)
{
	(void)s;
	return strlen(btf_type_name(&place->var)) > 2;
}

/* A string's end is a string too. */
bool name_offset_plus_1(struct subject *s)
{
	struct place p;

	if (!find_place(s, has_long_name, &p))
		return false;
	add(s, p.var.id, TYPE_NAME, 1);
	set_named(s, btf_type_name(&p.var) + 1);
	return true;
}

bool name_of_next(struct subject *s)
{
	struct btf_type_view next;
	struct place p;

	if (!find_place(s, has_next, &p) ||
	    !btf_type_get(s->btf, btf_secinfo(&p.datasec, p.index + 1).type, &next))
		return false;
	parts_put(&s->parts, p.var.id, TYPE_NAME, next.name_off);
	set_named(s, btf_type_name(&next));
	return true;
}

bool second_var(struct subject *s)
{
	struct btf_secinfo info;
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	info = p.info;
	info.type = parts_copy_type(&s->parts, p.var.id);
	parts_insert_secinfo(&s->parts, p.datasec.id, p.index + 1, info);
	return true;
}

/* 65,536 more than 16 bits count: none of these is in the DATASEC. */
bool counted_in_16_bits(struct subject *s)
{
	struct place p;
	uint32_t name;

	if (!find_place(s, NULL, &p))
		return false;
	name = parts_add_string(&s->parts, "uncounted_by_mutation");
	for (uint32_t i = 0; i < 0x10000; i++)
		parts_put(&s->parts, parts_copy_type(&s->parts, p.var.id), TYPE_NAME, name);
	set_named(s, "uncounted_by_mutation");
	return true;
}

static bool flip_info(struct subject *s, uint32_t id, uint32_t bits)
{
	parts_put(&s->parts, id, TYPE_INFO, parts_get(&s->parts, id, TYPE_INFO) ^ bits);
	return true;
}

bool var_vlen(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) && flip_info(s, p.var.id, 1);
}

bool var_kind_flag(struct subject *s)
{
	struct place p;

	return find_place(s, NULL, &p) && flip_info(s, p.var.id, KIND_FLAG);
}

bool datasec_kind_flag(struct subject *s)
{
	struct place p;

	return change_datasec(s, &p) && flip_info(s, p.datasec.id, KIND_FLAG);
}

bool datasec_without_name(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	parts_put(&s->parts, p.datasec.id, TYPE_NAME, 0);
	set_named(s, "(anonymous)");
	return true;
}

bool whole_datasec_lost(struct subject *s)
{
	struct place p;

	if (!change_datasec(s, &p))
		return false;
	parts_remove_type(&s->parts, p.datasec.id);
	return true;
}
