// SPDX-License-Identifier: GPL-2.0-only
#include "targets.h"

#include <linux/btf.h>
#include <stdlib.h>

enum {
	/* how far into a variable's type a target is looked for */
	MAX_DEPTH = 8,
	MAX_VISITS = 300,
};

static bool read_place(const struct subject *subject, const struct btf_type_view *datasec,
		       uint32_t index, struct place *place)
{
	const struct elf_section *section =
		elf_section_by_name(subject->vmlinux, btf_type_name(datasec));
	const struct elf_symbol *const *symbols;
	const char *name;

	*place = (struct place){
		.datasec = *datasec,
		.index = index,
		.info = btf_secinfo(datasec, index),
	};
	if (!section || !btf_type_get(subject->btf, place->info.type, &place->var))
		return false;
	name = btf_type_name(&place->var);
	return elf_symbols_by_name(subject->vmlinux, name, &symbols) == 1 &&
	       symbols[0]->shndx == section->index &&
	       symbols[0]->value - section->addr == place->info.offset &&
	       subject->is_sound(subject, name);
}

/* The DATASECs that damage on this ground may be done to. */
static bool is_on_ground(const struct btf_type_view *type, unsigned int ground)
{
	bool percpu = str_eq(btf_type_name(type), PERCPU_SECTION);

	if (type->kind != BTF_KIND_DATASEC)
		return false;
	if (ground & (PERCPU_VARIABLES | M_BASE))
		return percpu;
	return ground & ALL_TYPES || !percpu;
}

static uint64_t count_entries(const struct subject *subject, unsigned int ground)
{
	uint64_t n = 0;

	btf_for_each_type(type, subject->btf)
		if (is_on_ground(&type, ground))
			n += type.vlen;
	return n;
}

/* xorshift64, so that a kernel gives the same mutants each time. */
static uint64_t next_random(struct subject *subject)
{
	uint64_t x = subject->random * 0x9e3779b97f4a7c15;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9;
	x ^= x >> 32;
	subject->random++;
	return x;
}

typedef bool (*place_visit)(const struct subject *subject, const struct place *place, void *user);

/* Calls @visit with each sound variable from the @from th entry to the @to th, until it says true. */
static bool visit_range(const struct subject *subject, unsigned int ground, uint64_t from,
			uint64_t to, place_visit visit, void *user)
{
	uint64_t n = 0;

	btf_for_each_type(type, subject->btf) {
		if (!is_on_ground(&type, ground))
			continue;
		for (uint32_t i = 0; i < type.vlen; i++, n++) {
			struct place place;

			if (n >= from && n < to && read_place(subject, &type, i, &place) &&
			    visit(subject, &place, user))
				return true;
		}
	}
	return false;
}

/* Calls @visit with each sound variable, from one chosen at random round to it, until it says true. */
static bool any_place(struct subject *subject, unsigned int ground, place_visit visit, void *user)
{
	uint64_t n = count_entries(subject, ground), start;

	if (!n)
		return false;
	start = next_random(subject) % n;
	return visit_range(subject, ground, start, n, visit, user) ||
	       visit_range(subject, ground, 0, start, visit, user);
}

static void name_variable(struct subject *subject, const struct btf_type_view *var)
{
	free(subject->named);
	subject->named = xstrdup(btf_type_name(var));
}

struct place_search {
	place_test test;
	struct place *ret;
};

static bool visit_place(const struct subject *subject, const struct place *place, void *user)
{
	struct place_search *search = user;

	if (search->test && !search->test(subject, place))
		return false;
	*search->ret = *place;
	return true;
}

bool find_place(struct subject *subject, place_test test, struct place *ret)
{
	struct place_search search = { .test = test, .ret = ret };

	if (!any_place(subject, subject->ground, visit_place, &search))
		return false;
	name_variable(subject, &ret->var);
	return true;
}

struct type_search {
	type_test test;
	struct btf_type_view *ret;
	struct btf_type_view var;
	int visits;
	bool by_value;
};

static bool search_type(const struct subject *subject, struct type_search *search, uint32_t id,
			int depth, bool behind_pointer)
{
	struct btf_type_view type;

	if (depth > MAX_DEPTH || search->visits++ > MAX_VISITS ||
	    !btf_type_get(subject->btf, id, &type) || !id)
		return false;
	if (id >= subject->btf->first_id && search->test(subject, &type)) {
		*search->ret = type;
		return true;
	}
	switch (type.kind) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
		return search_type(subject, search, type.size_or_type, depth + 1, behind_pointer);
	case BTF_KIND_PTR:
		return !behind_pointer && !search->by_value &&
		       search_type(subject, search, type.size_or_type, depth + 1, true);
	case BTF_KIND_ARRAY:
		return search_type(subject, search, btf_array(&type).elem_type, depth + 1,
				   behind_pointer);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (uint32_t i = 0; !behind_pointer && i < type.vlen; i++)
			if (search_type(subject, search, btf_member(&type, i).type, depth + 1,
					false))
				return true;
		return false;
	default:
		return false;
	}
}

static bool visit_for_type(const struct subject *subject, const struct place *place, void *user)
{
	struct type_search *search = user;

	search->visits = 0;
	search->var = place->var;
	return search_type(subject, search, place->var.size_or_type, 0, false);
}

static bool run_search(struct subject *subject, struct type_search *search)
{
	if (!any_place(subject, ALL_TYPES, visit_for_type, search))
		return false;
	name_variable(subject, &search->var);
	return true;
}

bool find_type(struct subject *subject, type_test test, struct btf_type_view *ret)
{
	return run_search(subject, &(struct type_search){ .test = test, .ret = ret });
}

bool find_member_type(struct subject *subject, type_test test, struct btf_type_view *ret)
{
	return run_search(subject,
			  &(struct type_search){ .test = test, .ret = ret, .by_value = true });
}

bool find_other_datasec(const struct subject *subject, uint32_t id, struct btf_type_view *ret)
{
	btf_for_each_type(type, subject->btf) {
		if (type.kind != BTF_KIND_DATASEC || type.id == id ||
		    str_eq(btf_type_name(&type), PERCPU_SECTION))
			continue;
		*ret = type;
		return true;
	}
	return false;
}

uint32_t find_same_size(const struct subject *subject, uint32_t id)
{
	struct btf_type_view type, other;
	uint64_t size, other_size;

	if (!btf_type_get(subject->btf, id, &type) ||
	    !btf_type_size(subject->btf, id, subject->pointer_size, &size))
		return 0;
	for (uint32_t i = 1; i < btf_nr_ids(subject->btf); i++)
		if (btf_type_get(subject->btf, i, &other) && other.kind != type.kind &&
		    other.kind != BTF_KIND_VAR && other.kind != BTF_KIND_DATASEC &&
		    btf_type_size(subject->btf, i, subject->pointer_size, &other_size) &&
		    other_size == size)
			return i;
	return 0;
}
