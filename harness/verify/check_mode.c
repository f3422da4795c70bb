// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what CONFIG_DEBUG_INFO_BTF_VARS promises: which blob has which variables. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "verify/checks.h"
#include "verify/copied.h"
#include "verify/expected.h"
#include "verify/reached.h"

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

/*
 * Nearly all types are vmlinux's. A variable may have one that vmlinux lacks (its array has no bounds in
 * DWARF, so that no unit has the type); whether it does lack it is check_mode_extra_redundancy()'s. What no
 * variable has is no business of this module.
 */
void check_mode_extra_kinds(struct check_run *run)
{
	const struct blob *extra = run->evidence->extra;
	const struct btf_image *btf = extra->btf;
	_cleanup_free_ bool *of_variables = xcalloc(btf->nr_types, sizeof(*of_variables));
	_cleanup_free_ bool *copied = NULL;

	btf_for_each_type(var, btf)
		of_variables[var.id - btf->first_id] = var.kind == BTF_KIND_VAR;
	btf_mark_reached(btf, of_variables);
	btf_for_each_type(type, btf) {
		check_item(run);
		if (type.kind == BTF_KIND_DATASEC || of_variables[type.id - btf->first_id])
			continue;

		_cleanup_free_ char *name = btf_type_describe(btf, type.id);
		check_report(run, extra->image, name,
			     xstrdup("no kinds but var, datasec and types of variables"),
			     xasprintf("[%u] %s %s, which no variable has", type.id,
				       btf_kind_name(type.kind), name));
		copied = copied ?: copied_types(btf);
		if (copied[type.id - btf->first_id])
			check_set_cause(run, CAUSE_COPIED);
	}
}
