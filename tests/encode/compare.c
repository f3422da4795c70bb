// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare [--base FILE] VMLINUX OURS THEIRS: two BTFs of one vmlinux's variables, ours and pahole's, variable
 * by variable and type by type. Every difference must be of a class that vmlinux's symbols, sections or DWARF
 * prove; the classes are printed with their counts, and what is in none of them by name.
 *
 * Exit status: 0 all is explained, 1 not, 2 could not be compared.
 */
#include <elf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_file.h"
#include "btf/btf_layout.h"
#include "core/mem.h"
#include "elf/elf_image.h"
#include "encode/pair_map.h"
#include "verify/dwarf_index.h"

enum {
	SAME = 1,
	DIFFERS = 2,
	/* what lies deeper is taken for the same */
	MAX_DEPTH = 400,
};

/* A VAR in a DATASEC. */
struct var {
	const char *section, *name;
	uint32_t offset, size, type, linkage;
};

struct vars {
	const struct btf_image *btf;
	VEC(struct var) list;
};

enum difference {
	IDENTICAL,
	DECLARED_WITHOUT_BOUNDS,
	ARRAY_WITHOUT_BOUNDS,
	AT_ADDRESS_0,
	IN_A_NOTE,
	LEFT_TO_BASE,
	SECOND_DEFINITION,
	WRONG_SECTION,
	PREFIXED,
	LINKAGE,
	OTHER_DEFINITION,
	ARRAYS_OF_ARRAYS,
	UNEXPLAINED,
	CLASS_COUNT,
};

static const char *const classes[CLASS_COUNT] = {
	[IDENTICAL] = "the same: name, place, size, linkage and type",
	[DECLARED_WITHOUT_BOUNDS] = "ours alone: its declaration has no bounds, its definition has",
	[ARRAY_WITHOUT_BOUNDS] = "ours alone: its DWARF has no bounds, its symbol has a size",
	[AT_ADDRESS_0] = "ours alone: at address 0, where pahole before 1.30 sees nothing",
	[IN_A_NOTE] = "ours alone: in a note, where pahole looks for no variables",
	[LEFT_TO_BASE] = "pahole's alone: per-CPU, which the base has",
	[SECOND_DEFINITION] = "pahole's alone: the definition that the linker did not take",
	[WRONG_SECTION] = "pahole's alone: in a section that is not loaded",
	[PREFIXED] = "another name: ours is the symbol's, which objcopy prefixed",
	[LINKAGE] = "another linkage: ours is the symbol's",
	[OTHER_DEFINITION] = "another type: ours has the symbol's size, pahole's has not",
	[ARRAYS_OF_ARRAYS] =
		"the same, but that pahole's has arrays of arrays where the base has one",
	[UNEXPLAINED] = "unexplained",
};

struct comparison {
	const struct elf_image *elf;
	const struct dwarf_index *dwarf;
	struct vars ours, theirs;
	/* types below this id are the base's, which both share */
	uint32_t nr_shared;
	size_t counts[CLASS_COUNT];
	/* pairs of ids to SAME or DIFFERS */
	struct pair_map known;
	VEC(struct pair_map_entry) assumed;
	size_t nr_types;
	/* an array of all elements was met with arrays of arrays: in this comparison; of these pairs of ids */
	bool met_arrays;
	struct pair_map arrays;
};

static void die(struct error *err)
{
	fprintf(stderr, "compare: %s\n", err->message);
	error_free(err);
	exit(2);
}

/* Split BTF's own DATASECs; for merged BTF all there are. */
static void load(struct vars *vars)
{
	btf_for_each_type(datasec, vars->btf) {
		if (datasec.kind != BTF_KIND_DATASEC)
			continue;
		for (uint32_t i = 0; i < datasec.vlen; i++) {
			struct btf_secinfo info = btf_secinfo(&datasec, i);
			struct btf_type_view type;

			if (!btf_type_get(vars->btf, info.type, &type) || type.kind != BTF_KIND_VAR)
				continue;
			vec_push(&vars->list, (struct var){
						      .section = btf_type_name(&datasec),
						      .name = btf_type_name(&type),
						      .offset = info.offset,
						      .size = info.size,
						      .type = type.size_or_type,
						      .linkage = btf_var_linkage(&type),
					      });
		}
	}
}

static int by_place(const void *a, const void *b)
{
	const struct var *x = a, *y = b;
	int order = strcmp(x->section, y->section);

	if (order)
		return order;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Types, side by side. */

static bool same(struct comparison *cmp, uint32_t a, uint32_t b, int depth);

static bool same_name(const struct btf_type_view *a, uint32_t off_a, const struct btf_type_view *b,
		      uint32_t off_b)
{
	const char *x = btf_string(a->btf, off_a), *y = btf_string(b->btf, off_b);

	return x && y && str_eq(x, y);
}

/* Everything of a type but its references is equal, and what it refers to is the same. */
static bool same_parts(struct comparison *cmp, const struct btf_type_view *a,
		       const struct btf_type_view *b, int depth)
{
	const struct btf_kind_layout *layout = btf_kind_layout(a->kind);
	bool big_endian = a->btf->big_endian;

	if (layout->refers ? !same(cmp, a->size_or_type, b->size_or_type, depth)
			   : a->size_or_type != b->size_or_type)
		return false;
	for (uint32_t at = 0; at < layout->fixed; at += 4) {
		uint32_t x = btf_get32(a->tail + at, big_endian);
		uint32_t y = btf_get32(b->tail + at, big_endian);
		bool is_id = (int)at == layout->fixed_id[0] || (int)at == layout->fixed_id[1];

		if (is_id ? !same(cmp, x, y, depth) : x != y)
			return false;
	}
	for (uint32_t i = 0; i < a->vlen; i++)
		for (uint32_t at = 0; at < layout->entry; at += 4) {
			size_t pos = layout->fixed + (size_t)i * layout->entry + at;
			uint32_t x = btf_get32(a->tail + pos, big_endian);
			uint32_t y = btf_get32(b->tail + pos, big_endian);

			if ((int)at == layout->entry_id     ? !same(cmp, x, y, depth)
			    : (int)at == layout->entry_name ? !same_name(a, x, b, y)
							    : x != y)
				return false;
		}
	return true;
}

/* What is not defined in some unit may be defined in another's. */
static bool same_forward(const struct btf_type_view *a, const struct btf_type_view *b)
{
	const struct btf_type_view *fwd = a->kind == BTF_KIND_FWD ? a : b;
	const struct btf_type_view *other = fwd == a ? b : a;

	return fwd->kind == BTF_KIND_FWD && same_name(a, a->name_off, b, b->name_off) &&
	       other->kind == (fwd->kind_flag ? BTF_KIND_UNION : BTF_KIND_STRUCT);
}

/* pahole before 1.31 writes `int x[2][3]` as int[6]. Both are taken down to what is no array. */
static bool same_flattened(struct comparison *cmp, const struct btf_type_view *a,
			   const struct btf_type_view *b, int depth)
{
	uint64_t total_a = 1, total_b = 1;
	struct btf_type_view x = *a, y = *b;
	uint32_t id_a = a->id, id_b = b->id;

	for (int i = 0; i < 32 && x.kind == BTF_KIND_ARRAY; i++) {
		total_a *= btf_array(&x).nr_elems;
		id_a = btf_array(&x).elem_type;
		if (!btf_type_get(cmp->ours.btf, id_a, &x))
			return false;
	}
	for (int i = 0; i < 32 && y.kind == BTF_KIND_ARRAY; i++) {
		total_b *= btf_array(&y).nr_elems;
		id_b = btf_array(&y).elem_type;
		if (!btf_type_get(cmp->theirs.btf, id_b, &y))
			return false;
	}
	return total_a == total_b && same(cmp, id_a, id_b, depth);
}

static int nr_dimensions(const struct btf_type_view *array)
{
	struct btf_type_view type = *array;
	int n = 0;

	while (n < 32 && type.kind == BTF_KIND_ARRAY) {
		n++;
		if (!btf_type_get(array->btf, btf_array(&type).elem_type, &type))
			break;
	}
	return n;
}

static bool same_either_way(struct comparison *cmp, const struct btf_type_view *a,
			    const struct btf_type_view *b, int depth)
{
	if (a->kind != BTF_KIND_ARRAY || nr_dimensions(a) == nr_dimensions(b))
		return same_parts(cmp, a, b, depth);
	cmp->met_arrays = true;
	return same_flattened(cmp, a, b, depth);
}

static bool same(struct comparison *cmp, uint32_t a, uint32_t b, int depth)
{
	struct btf_type_view x, y;
	uint32_t known;

	if ((a == b && a < cmp->nr_shared) || depth > MAX_DEPTH)
		return true;
	known = pair_map_get(&cmp->known, a, b);
	if (known)
		return known == SAME;
	if (!btf_type_get(cmp->ours.btf, a, &x) || !btf_type_get(cmp->theirs.btf, b, &y))
		return false;
	cmp->nr_types++;
	if (x.kind != y.kind)
		return same_forward(&x, &y);
	if (!x.kind)
		return true;
	pair_map_put(&cmp->known, a, b, SAME);
	vec_push(&cmp->assumed, (struct pair_map_entry){ .a = a, .b = b });
	if (same_name(&x, x.name_off, &y, y.name_off) && x.vlen == y.vlen &&
	    x.kind_flag == y.kind_flag && same_either_way(cmp, &x, &y, depth + 1))
		return true;
	pair_map_put(&cmp->known, a, b, DIFFERS);
	return false;
}

static bool same_type(struct comparison *cmp, const struct var *ours, const struct var *theirs)
{
	bool result;

	cmp->met_arrays = false;
	result = same(cmp, ours->type, theirs->type, 0);
	if (cmp->met_arrays)
		pair_map_put(&cmp->arrays, ours->type, theirs->type, 1);
	cmp->met_arrays = pair_map_get(&cmp->arrays, ours->type, theirs->type);

	if (!result)
		vec_for_each(pair, &cmp->assumed)
			if (pair_map_get(&cmp->known, pair->a, pair->b) == SAME)
				pair_map_put(&cmp->known, pair->a, pair->b, 0);
	cmp->assumed.len = 0;
	return result;
}

/* What vmlinux says of a place. */

static size_t dwarf_at(const struct comparison *cmp, const struct var *var,
		       const struct dwarf_variable **ret)
{
	const struct elf_section *section = elf_section_by_name(cmp->elf, var->section);

	return section ? dwarf_variables_at(cmp->dwarf, section->addr + var->offset, ret) : 0;
}

static const struct elf_symbol *symbol_of(const struct comparison *cmp, const struct var *var)
{
	const struct elf_section *section = elf_section_by_name(cmp->elf, var->section);
	const struct elf_symbol *const *symbols;
	size_t n = elf_symbols_by_name(cmp->elf, var->name, &symbols);

	for (size_t i = 0; section && i < n; i++)
		if (symbols[i]->shndx == section->index &&
		    symbols[i]->value == section->addr + var->offset)
			return symbols[i];
	return NULL;
}

/* Whether the DWARF there has no size for the variable: in a declaration, or anywhere. */
static bool has_no_bounds(const struct comparison *cmp, const struct var *var, bool declared)
{
	const struct dwarf_variable *dwarf;
	size_t n = dwarf_at(cmp, var, &dwarf);

	for (size_t i = 0; i < n; i++) {
		bool has = declared ? dwarf[i].has_declared_type : dwarf[i].has_type;
		const Dwarf_Die *type = declared ? &dwarf[i].declared_type : &dwarf[i].type;
		uint64_t size;

		if (has && (!dwarf_type_size(type, cmp->elf->bits / 8, &size) || !size))
			return true;
	}
	return false;
}

static enum difference why_ours_alone(const struct comparison *cmp, const struct var *var)
{
	const struct elf_section *section = elf_section_by_name(cmp->elf, var->section);

	if (!section)
		return UNEXPLAINED;
	if (section->type == SHT_NOTE)
		return IN_A_NOTE;
	if (has_no_bounds(cmp, var, true))
		return DECLARED_WITHOUT_BOUNDS;
	if (has_no_bounds(cmp, var, false))
		return ARRAY_WITHOUT_BOUNDS;
	return section->addr + var->offset == 0 ? AT_ADDRESS_0 : UNEXPLAINED;
}

static enum difference why_theirs_alone(const struct comparison *cmp, const struct var *var,
					bool ours_there)
{
	const struct elf_section *section = elf_section_by_name(cmp->elf, var->section);
	const struct dwarf_variable *dwarf;

	if (!section || !(section->flags & SHF_ALLOC))
		return WRONG_SECTION;
	/* several definitions of one name, at the place of the one that is there */
	if (ours_there && dwarf_at(cmp, var, &dwarf) > 1)
		return SECOND_DEFINITION;
	if (str_eq(var->section, ".data..percpu") && cmp->nr_shared > 1)
		return LEFT_TO_BASE;
	return UNEXPLAINED;
}

static enum difference why_different(struct comparison *cmp, const struct var *ours,
				     const struct var *theirs)
{
	const struct elf_symbol *symbol = symbol_of(cmp, ours);

	if (!str_eq(ours->name, theirs->name))
		return symbol && !symbol_of(cmp, theirs) && str_ends(ours->name, theirs->name) &&
				       ours->size == theirs->size && same_type(cmp, ours, theirs)
			       ? PREFIXED
			       : UNEXPLAINED;
	if (ours->size != theirs->size)
		return symbol && symbol->size == ours->size ? OTHER_DEFINITION : UNEXPLAINED;
	if (!same_type(cmp, ours, theirs))
		return UNEXPLAINED;
	if (ours->linkage != theirs->linkage)
		return symbol && (symbol->bind != STB_LOCAL) ==
					       (ours->linkage == BTF_VAR_GLOBAL_ALLOCATED)
			       ? LINKAGE
			       : UNEXPLAINED;
	return cmp->met_arrays ? ARRAYS_OF_ARRAYS : IDENTICAL;
}

static void count(struct comparison *cmp, enum difference kind, const struct var *var)
{
	cmp->counts[kind]++;
	if (kind == UNEXPLAINED)
		printf("unexplained: %s at %s+%#x\n", var->name, var->section, var->offset);
}

static bool at_one_place(const struct var *a, const struct var *b)
{
	return a->offset == b->offset && str_eq(a->section, b->section);
}

/* Of several of theirs at one place, the one that ours is. */
static const struct var *best_of(struct comparison *cmp, const struct var *ours,
				 const struct var *theirs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (why_different(cmp, ours, &theirs[i]) != UNEXPLAINED)
			return &theirs[i];
	return theirs;
}

static void compare(struct comparison *cmp)
{
	const struct var *ours = cmp->ours.list.data, *theirs = cmp->theirs.list.data;
	size_t nr_ours = cmp->ours.list.len, nr_theirs = cmp->theirs.list.len;

	for (size_t i = 0, j = 0; i < nr_ours || j < nr_theirs;) {
		size_t n = 0;

		if (i < nr_ours)
			while (j + n < nr_theirs && at_one_place(&ours[i], &theirs[j + n]))
				n++;
		if (n) {
			const struct var *best = best_of(cmp, &ours[i], &theirs[j], n);

			count(cmp, why_different(cmp, &ours[i], best), &ours[i]);
			for (size_t k = 0; k < n; k++)
				if (&theirs[j + k] != best)
					count(cmp, why_theirs_alone(cmp, &theirs[j + k], true),
					      &theirs[j + k]);
			i++;
			j += n;
		} else if (j == nr_theirs || (i < nr_ours && by_place(&ours[i], &theirs[j]) < 0)) {
			count(cmp, why_ours_alone(cmp, &ours[i]), &ours[i]);
			i++;
		} else {
			count(cmp, why_theirs_alone(cmp, &theirs[j], false), &theirs[j]);
			j++;
		}
	}
}

static void print(const struct comparison *cmp)
{
	printf("ours %zu, pahole's %zu, %zu pairs of types compared\n", cmp->ours.list.len,
	       cmp->theirs.list.len, cmp->nr_types);
	for (size_t i = 0; i < CLASS_COUNT; i++)
		if (cmp->counts[i])
			printf("%7zu %s\n", cmp->counts[i], classes[i]);
}

static void sort(struct vars *vars)
{
	if (vars->list.len)
		qsort(vars->list.data, vars->list.len, sizeof(*vars->list.data), by_place);
}

int main(int argc, char **argv)
{
	_cleanup_(dwarf_index_cleanup) struct dwarf_index *dwarf = NULL;
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *base = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *ours = NULL, *theirs = NULL;
	struct comparison cmp = { 0 };
	struct error *err = NULL;

	if (argc == 6 && str_eq(argv[1], "--base")) {
		err = btf_file_read(argv[2], NULL, &base);
		argv += 2;
	} else if (argc != 4) {
		fprintf(stderr, "usage: compare [--base FILE] VMLINUX OURS THEIRS\n");
		return 2;
	}
	err = err ?: elf_image_open(argv[1], &elf);
	err = err ?: dwarf_index_open(argv[1], &dwarf);
	err = err ?: btf_file_read(argv[2], base, &ours);
	err = err ?: btf_file_read(argv[3], base, &theirs);
	if (err)
		die(err);
	cmp.elf = elf;
	cmp.dwarf = dwarf;
	cmp.ours.btf = ours;
	cmp.theirs.btf = theirs;
	cmp.nr_shared = base ? btf_nr_ids(base) : 1;
	load(&cmp.ours);
	load(&cmp.theirs);
	sort(&cmp.ours);
	sort(&cmp.theirs);
	compare(&cmp);
	print(&cmp);
	vec_free(&cmp.ours.list);
	vec_free(&cmp.theirs.list);
	vec_free(&cmp.assumed);
	pair_map_release(&cmp.known);
	pair_map_release(&cmp.arrays);
	return cmp.counts[UNEXPLAINED] ? 1 : 0;
}
