// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what CONFIG_DEBUG_INFO_BTF_VARS promises: which blob has which variables. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "verify/checks.h"

static size_t count_datasecs(const struct evidence *evidence, const struct blob *blob,
			     enum scope scope)
{
	size_t n = 0;

	vec_for_each(sec, &evidence->datasecs)
		n += sec->blob == blob && sec->scope == scope;
	return n;
}

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

static void demand_percpu(struct check_run *run, const struct blob *blob)
{
	const struct arch *arch = run->evidence->input->arch;
	bool expected = arch ? arch->percpu_section : blob->percpu && blob->percpu->size;
	size_t n = count_datasecs(run->evidence, blob, SCOPE_PERCPU);

	/* without ELF nobody knows whether the kernel is for one CPU */
	if (!arch && !blob->elf)
		return;
	check_item(run);
	if (expected != (n > 0))
		check_report(run, blob->image, PERCPU_SECTION,
			     xasprintf("%s DATASEC '" PERCPU_SECTION "' on %s",
				       expected ? "a" : "no", arch ? arch->name : "this kernel"),
			     xasprintf("%zu of them", n));
}

static void demand_globals(struct check_run *run, const struct blob *blob, bool expected)
{
	const struct evidence *evidence = run->evidence;
	size_t n = count_datasecs(evidence, blob, SCOPE_GLOBAL);

	check_item(run);
	if (expected && !n)
		check_report(run, blob->image, "(sections)",
			     xasprintf("DATASECs of global variables in mode %s",
				       btf_mode_name(evidence->input->mode)),
			     xstrdup("none"));
	if (expected)
		return;
	vec_for_each(sec, &evidence->datasecs)
		if (sec->blob == blob && sec->scope == SCOPE_GLOBAL)
			check_report(run, blob->image, sec->name,
				     xasprintf("no DATASEC but '" PERCPU_SECTION "' in mode %s",
					       btf_mode_name(evidence->input->mode)),
				     xasprintf("DATASEC [%u] '%s' with %zu variables", sec->id,
					       sec->name, sec->nr_variables));
}

void check_mode_datasecs(struct check_run *run)
{
	const struct evidence *evidence = run->evidence;
	const struct blob *holder = evidence_global_blob(evidence);

	demand_percpu(run, evidence->vmlinux);
	demand_globals(run, evidence->vmlinux, holder == evidence->vmlinux);
	check_datasecs_once(run, evidence->vmlinux);
	if (evidence->extra && evidence->extra->btf) {
		demand_globals(run, evidence->extra, holder == evidence->extra);
		check_datasecs_once(run, evidence->extra);
	}
}

void check_mode_extra_presence(struct check_run *run)
{
	const struct verify_input *input = run->evidence->input;
	const struct blob *extra = run->evidence->extra;
	bool expected = input->mode == BTF_MODE_M;

	check_item(run);
	if (expected != (extra != NULL))
		check_report(run, IMAGE_EXTRA, IMAGE_EXTRA ".ko",
			     xasprintf("%s module in mode %s", expected ? "a" : "no",
				       btf_mode_name(input->mode)),
			     xstrdup(!extra        ? "none was built"
				     : extra->path ? extra->path
						   : extra->raw_path));
}

/* All types are vmlinux's: what else is here was not deduplicated, or is no business of this module. */
void check_mode_extra_kinds(struct check_run *run)
{
	const struct blob *extra = run->evidence->extra;

	btf_for_each_type(type, extra->btf) {
		check_item(run);
		if (type.kind == BTF_KIND_VAR || type.kind == BTF_KIND_DATASEC)
			continue;

		_cleanup_free_ char *name = btf_type_describe(extra->btf, type.id);
		check_report(run, extra->image, name,
			     xstrdup("no kinds but var and datasec: all types are in vmlinux"),
			     xasprintf("[%u] %s %s", type.id, btf_kind_name(type.kind), name));
	}
}
