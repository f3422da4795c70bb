// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what the extra module repeats of vmlinux. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/mem.h"
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

/* Of each own type of the module, by id less first_id, the base's that is the same. */
struct originals {
	const struct btf_image *split;
	/* NULL: not asked for yet */
	uint32_t *ids;
};

static void note_original(void *user, const struct btf_type_view *type, uint32_t base_id)
{
	struct originals *originals = user;

	originals->ids[type->id - originals->split->first_id] = base_id;
}

/* Whether @id is an own type of the split BTF that is the same as @base_id, of its base, down to the last member. */
static bool is_copy_of(struct originals *originals, uint32_t id, uint32_t base_id)
{
	const struct btf_image *split = originals->split;

	if (!split->base || !base_id || id < split->first_id ||
	    id - split->first_id >= split->nr_types)
		return false;
	if (!originals->ids) {
		originals->ids = xcalloc(split->nr_types, sizeof(*originals->ids));
		/* what it did not come to is not proved */
		(void)redundancy_find(split, note_original, originals);
	}
	return originals->ids[id - split->first_id] == base_id;
}

static bool is_same_but_type(const struct variable *x, const struct variable *y)
{
	return x->info.size == y->info.size && x->linkage == y->linkage;
}

/*
 * pahole writes the per-CPU DATASEC into the module once more. A kernel looks up a per-CPU variable in
 * whichever BTF a program names: both must say the same.
 */
void check_mode_extra_percpu(struct check_run *run)
{
	const struct evidence *evidence = run->evidence;
	struct originals originals = { .split = evidence->extra->btf };
	struct variable_list percpu = { 0 };

	list_percpu(evidence, &percpu);
	vec_for_each(var, &evidence->variables) {
		const struct variable *other;

		if (var->blob != evidence->extra || var->scope != SCOPE_PERCPU)
			continue;
		check_item(run);
		other = find_in(&percpu, var);
		if (other && is_same_but_type(other, var) && other->type_id == var->type_id)
			continue;

		_cleanup_free_ char *type = btf_type_describe(var->blob->btf, var->type_id);

		check_report(run, var->blob->image, var->name,
			     other ? xasprintf("%u bytes, type [%u], linkage %u, as in vmlinux",
					       other->info.size, other->type_id, other->linkage)
				   : xasprintf("a VAR '%s' at offset %#x in vmlinux too", var->name,
					       var->info.offset),
			     xasprintf("%u bytes, type [%u] %s, linkage %u", var->info.size,
				       var->type_id, type, var->linkage));
		if (other && is_same_but_type(other, var) &&
		    is_copy_of(&originals, var->type_id, other->type_id))
			check_set_cause(run, CAUSE_COPIED);
	}
	free(originals.ids);
	vec_free(&percpu.sorted);
	if (!run->nr_items)
		check_not_applicable(run, "it repeats no per-CPU variable");
}
