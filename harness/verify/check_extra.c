// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what the extra module repeats of vmlinux. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "verify/checks.h"
#include "verify/copied.h"
#include "verify/redundancy.h"

static void report_redundant(void *user, const struct btf_type_view *type, uint32_t base_id)
{
	struct check_run *run = user;
	_cleanup_free_ char *name = btf_type_describe(type->btf, type->id);

	check_report(run, run->evidence->extra->image, name,
		     xasprintf("[%u], which vmlinux has", base_id),
		     xasprintf("the same again as [%u]", type->id));
	check_set_cause(run, CAUSE_COPIED);
}

void check_mode_extra_redundancy(struct check_run *run)
{
	const struct btf_image *btf = run->evidence->extra->btf;

	if (!btf->base) {
		check_skip(run, "it is no split BTF");
		return;
	}
	run->nr_items += btf->nr_types;
	if (!redundancy_find(btf, report_redundant, run))
		check_skip(run, "its types are too entangled to be compared with vmlinux's");
}

struct variable_list {
	VEC(const struct variable *) sorted;
};

static int by_place(const void *a, const void *b)
{
	const struct variable *x = *(const struct variable *const *)a;
	const struct variable *y = *(const struct variable *const *)b;

	if (x->info.offset != y->info.offset)
		return x->info.offset < y->info.offset ? -1 : 1;
	return strncmp(x->name, y->name, BTF_NAME_MAX);
}

static void list_percpu(const struct evidence *evidence, struct variable_list *ret)
{
	vec_for_each(var, &evidence->variables)
		if (var->blob == evidence->vmlinux && var->scope == SCOPE_PERCPU)
			vec_push(&ret->sorted, var);
	if (ret->sorted.len)
		qsort(ret->sorted.data, ret->sorted.len, sizeof(*ret->sorted.data), by_place);
}

static const struct variable *find_in(const struct variable_list *list, const struct variable *var)
{
	const struct variable *const *found =
		list->sorted.len ? bsearch(&var, list->sorted.data, list->sorted.len,
					   sizeof(*list->sorted.data), by_place)
				 : NULL;

	return found ? *found : NULL;
}

/*
 * pahole writes the per-CPU DATASEC into the module once more. A kernel looks up a per-CPU variable in
 * whichever BTF a program names: both must say the same.
 */
void check_mode_extra_percpu(struct check_run *run)
{
	const struct evidence *evidence = run->evidence;
	struct variable_list percpu = { 0 };

	list_percpu(evidence, &percpu);
	vec_for_each(var, &evidence->variables) {
		const struct variable *other;

		if (var->blob != evidence->extra || var->scope != SCOPE_PERCPU)
			continue;
		check_item(run);
		other = find_in(&percpu, var);
		if (other && other->info.size == var->info.size && other->type_id == var->type_id &&
		    other->linkage == var->linkage)
			continue;

		_cleanup_free_ char *type = btf_type_describe(var->blob->btf, var->type_id);

		check_report(run, var->blob->image, var->name,
			     other ? xasprintf("%u bytes, type [%u], linkage %u, as in vmlinux",
					       other->info.size, other->type_id, other->linkage)
				   : xasprintf("a VAR '%s' at offset %#x in vmlinux too", var->name,
					       var->info.offset),
			     xasprintf("%u bytes, type [%u] %s, linkage %u", var->info.size,
				       var->type_id, type, var->linkage));
	}
	vec_free(&percpu.sorted);
	if (!run->nr_items)
		check_not_applicable(run, "it repeats no per-CPU variable");
}
