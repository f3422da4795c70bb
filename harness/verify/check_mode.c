// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what CONFIG_DEBUG_INFO_BTF_VARS promises: which blob has which variables. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "verify/checks.h"
#include "verify/expected.h"

static int by_name(const void *a, const void *b)
{
	const struct datasec *x = *(const struct datasec *const *)a;
	const struct datasec *y = *(const struct datasec *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->id > y->id) - (x->id < y->id);
}

/* Each section's DATASEC is there once: the kernel would look at the first only. */
static void check_datasecs_once(struct check_run *run, const struct blob *blob)
{
	VEC(const struct datasec *) sorted = { 0 };

	vec_for_each(sec, &run->evidence->datasecs) {
		if (sec->blob != blob)
			continue;
		check_item(run);
		vec_push(&sorted, sec);
	}
	if (sorted.len)
		qsort(sorted.data, sorted.len, sizeof(*sorted.data), by_name);
	for (size_t i = 1; i < sorted.len; i++)
		if (str_eq(sorted.data[i - 1]->name, sorted.data[i]->name))
			check_report(run, blob->image, sorted.data[i]->name,
				     xasprintf("one DATASEC '%s'", sorted.data[i]->name),
				     xasprintf("[%u] and [%u]", sorted.data[i - 1]->id,
					       sorted.data[i]->id));
	vec_free(&sorted);
}

void check_mode_datasecs(struct check_run *run)
{
	const struct evidence *evidence = run->evidence;
	const struct blob *vmlinux = evidence->vmlinux, *extra = evidence->extra;

	expected_datasecs(run, vmlinux, EXPECT_VMLINUX_PERCPU, SCOPE_PERCPU);
	expected_datasecs(run, vmlinux, EXPECT_VMLINUX_GLOBALS, SCOPE_GLOBAL);
	check_datasecs_once(run, vmlinux);
	if (extra && extra->btf) {
		expected_datasecs(run, extra, EXPECT_MODULE_PERCPU, SCOPE_PERCPU);
		expected_datasecs(run, extra, EXPECT_MODULE_GLOBALS, SCOPE_GLOBAL);
		check_datasecs_once(run, extra);
	}
}

void check_mode_extra_presence(struct check_run *run)
{
	expected_module(run);
}

/* The own types that VARs of a split BTF lead to. */
struct reached {
	const struct btf_image *btf;
	bool *own;
	VEC(uint32_t) todo;
};

static void reach(struct reached *reached, uint32_t id)
{
	uint32_t i = id - reached->btf->first_id;

	if (id < reached->btf->first_id || i >= reached->btf->nr_types || reached->own[i])
		return;
	reached->own[i] = true;
	vec_push(&reached->todo, id);
}

static void reach_from(struct reached *reached, const struct btf_type_view *type)
{
	const struct btf_kind_layout *layout = btf_kind_layout(type->kind);
	bool big_endian = type->btf->big_endian;

	if (layout->refers)
		reach(reached, type->size_or_type);
	for (size_t i = 0; i < ARRAY_SIZE(layout->fixed_id); i++)
		if (layout->fixed_id[i] >= 0)
			reach(reached, btf_get32(type->tail + layout->fixed_id[i], big_endian));
	for (uint32_t i = 0; layout->entry_id >= 0 && i < type->vlen; i++)
		reach(reached, btf_get32(type->tail + layout->fixed + (size_t)i * layout->entry +
						 layout->entry_id,
					 big_endian));
}

/* Not recursive: a hostile blob can nest as deep as it has types. */
static void reach_from_variables(struct reached *reached)
{
	btf_for_each_type(var, reached->btf)
		if (var.kind == BTF_KIND_VAR)
			reach(reached, var.size_or_type);
	while (reached->todo.len) {
		struct btf_type_view type;

		if (btf_type_get(reached->btf, reached->todo.data[--reached->todo.len], &type))
			reach_from(reached, &type);
	}
	vec_free(&reached->todo);
}

/*
 * Nearly all types are vmlinux's. A variable may have one that vmlinux lacks (its array has no bounds in
 * DWARF, so that no unit has the type); whether it does lack it is check_mode_extra_redundancy()'s. What no
 * variable has is no business of this module.
 */
void check_mode_extra_kinds(struct check_run *run)
{
	const struct blob *extra = run->evidence->extra;
	_cleanup_free_ bool *own = xcalloc(extra->btf->nr_types, sizeof(*own));
	struct reached reached = { .btf = extra->btf, .own = own };

	reach_from_variables(&reached);
	btf_for_each_type(type, extra->btf) {
		check_item(run);
		if (type.kind == BTF_KIND_VAR || type.kind == BTF_KIND_DATASEC ||
		    own[type.id - extra->btf->first_id])
			continue;

		_cleanup_free_ char *name = btf_type_describe(extra->btf, type.id);
		check_report(run, extra->image, name,
			     xstrdup("no kinds but var, datasec and types of variables"),
			     xasprintf("[%u] %s %s, which no variable has", type.id,
				       btf_kind_name(type.kind), name));
	}
}
