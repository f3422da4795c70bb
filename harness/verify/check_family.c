// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of a cell against the other modes of its family: the mode says which variables BTF has, and
 * nothing else about the kernel. A cell is held against those that were built before it, so that of each
 * pair the later one has the finding.
 */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "verify/checks.h"
#include "verify/sibling.h"

/* Calls @judge for each sibling that can be read. */
static void for_each_sibling(struct check_run *run, bool (*is_wanted)(enum btf_mode mode),
			     void (*judge)(struct check_run *run, const struct sibling *sibling))
{
	const struct verify_input *input = run->evidence->input;

	for (size_t i = 0; i < input->nr_siblings; i++) {
		_cleanup_(sibling_close) struct sibling sibling = { 0 };
		struct error *err;

		if (input->siblings[i].mode == input->mode || !is_wanted(input->siblings[i].mode))
			continue;
		err = sibling_open(&input->siblings[i], &sibling);
		if (err) {
			check_skip(run, "mode %s: %s", btf_mode_name(input->siblings[i].mode),
				   err->message);
			error_free(err);
			return;
		}
		judge(run, &sibling);
	}
	if (!run->nr_items && !run->nr_findings)
		check_not_applicable(run, "no other mode was built before it");
}

/* A per-CPU variable, of either image. */
struct percpu_var {
	const struct btf_image *btf;
	const char *name;
	struct btf_secinfo info;
	/* of the VAR: its type, BTF_VAR_* */
	uint32_t type, linkage;
};

struct percpu_list {
	VEC(struct percpu_var) list;
};

static int by_name(const void *a, const void *b)
{
	const struct percpu_var *x = a, *y = b;
	int order = strncmp(x->name, y->name, BTF_NAME_MAX);

	if (order)
		return order;
	return (x->info.offset > y->info.offset) - (x->info.offset < y->info.offset);
}

static void collect(const struct btf_image *btf, struct percpu_list *ret)
{
	btf_for_each_type(datasec, btf) {
		if (datasec.kind != BTF_KIND_DATASEC ||
		    !str_eq(btf_type_name(&datasec), PERCPU_SECTION))
			continue;
		for (uint32_t i = 0; i < datasec.vlen; i++) {
			struct percpu_var var = { btf, .info = btf_secinfo(&datasec, i) };
			struct btf_type_view view;

			if (!btf_type_get(btf, var.info.type, &view) || view.kind != BTF_KIND_VAR)
				continue;
			var.name = btf_type_name(&view);
			var.type = view.size_or_type;
			var.linkage = btf_var_linkage(&view);
			vec_push(&ret->list, var);
		}
	}
	if (ret->list.len)
		qsort(ret->list.data, ret->list.len, sizeof(*ret->list.data), by_name);
}

static char *describe(const struct percpu_var *var)
{
	_cleanup_free_ char *type = btf_type_describe(var->btf, var->type);

	return xasprintf("offset %#x, %u bytes, linkage %u, %s", var->info.offset, var->info.size,
			 var->linkage, type);
}

static void report(struct check_run *run, const struct sibling *sibling, const char *name,
		   const struct percpu_var *theirs, const struct percpu_var *ours)
{
	_cleanup_free_ char *there = theirs ? describe(theirs) : xstrdup("no such variable");

	check_report(run, IMAGE_VMLINUX, name,
		     xasprintf("%s, as in mode %s", there, btf_mode_name(sibling->mode)),
		     ours ? describe(ours) : xstrdup("no such variable"));
}

/* By what a reader is told: two that are described alike may differ in the insides of a struct. */
static bool same(const struct percpu_var *a, const struct percpu_var *b)
{
	_cleanup_free_ char *x = describe(a);
	_cleanup_free_ char *y = describe(b);

	return str_eq(x, y);
}

static void compare_percpu(struct check_run *run, const struct sibling *sibling)
{
	struct percpu_list ours = { 0 }, theirs = { 0 };
	size_t i = 0, j = 0;

	collect(run->evidence->vmlinux->btf, &ours);
	collect(sibling->btf, &theirs);
	while (i < ours.list.len || j < theirs.list.len) {
		const struct percpu_var *a = i < ours.list.len ? &ours.list.data[i] : NULL;
		const struct percpu_var *b = j < theirs.list.len ? &theirs.list.data[j] : NULL;
		int order = !a ? 1 : !b ? -1 : strncmp(a->name, b->name, BTF_NAME_MAX);

		check_item(run);
		if (order < 0)
			report(run, sibling, a->name, NULL, a);
		else if (order > 0)
			report(run, sibling, b->name, b, NULL);
		else if (!same(a, b))
			report(run, sibling, a->name, b, a);
		i += order <= 0;
		j += order >= 0;
	}
	vec_free(&ours.list);
	vec_free(&theirs.list);
}

static bool is_any(enum btf_mode mode)
{
	(void)mode;
	return true;
}

void check_family_percpu(struct check_run *run)
{
	for_each_sibling(run, is_any, compare_percpu);
}

/* The first type that is not the same, byte for byte; 0: none. */
static uint32_t first_difference(const struct btf_image *a, const struct btf_image *b)
{
	/* bytes mean the same, and so have the same length, in one byte order alone */
	if (a->big_endian != b->big_endian)
		return 1;
	for (uint32_t id = 1; id < btf_nr_ids(a) && id < btf_nr_ids(b); id++) {
		struct btf_type_view x, y;
		const struct btf_kind_layout *layout;
		size_t len;

		if (!btf_type_get(a, id, &x) || !btf_type_get(b, id, &y))
			return id;
		layout = btf_kind_layout(x.kind);
		len = layout->fixed + (size_t)layout->entry * x.vlen;
		if (memcmp(x.tail - BTF_TYPE_SIZE, y.tail - BTF_TYPE_SIZE, BTF_TYPE_SIZE) != 0 ||
		    memcmp(x.tail, y.tail, len) != 0)
			return id;
	}
	return 0;
}

static void compare_bytes(struct check_run *run, const struct sibling *sibling)
{
	const struct blob *blob = run->evidence->vmlinux;
	uint32_t id;

	check_item(run);
	if (blob->raw_len == sibling->raw_len &&
	    memcmp(blob->raw, sibling->raw, blob->raw_len) == 0)
		return;
	id = first_difference(blob->btf, sibling->btf);

	_cleanup_free_ char *ours = id ? btf_type_describe(blob->btf, id) : xstrdup("none");
	_cleanup_free_ char *theirs = id ? btf_type_describe(sibling->btf, id) : xstrdup("none");

	check_report(run, blob->image, BTF_SECTION,
		     xasprintf("the %zu bytes, %u types of mode %s", sibling->raw_len,
			       sibling->btf->nr_types, btf_mode_name(sibling->mode)),
		     xasprintf("%zu bytes, %u types; the first that differs: [%u] %s, not %s",
			       blob->raw_len, blob->btf->nr_types, id, ours, theirs));
}

/* vmlinux has the same BTF in the modes in which the global variables are not in it. */
static bool is_without_globals(enum btf_mode mode)
{
	return mode != BTF_MODE_Y;
}

void check_family_base(struct check_run *run)
{
	if (!is_without_globals(run->evidence->input->mode)) {
		check_not_applicable(run, "in mode y vmlinux's BTF has the global variables too");
		return;
	}
	for_each_sibling(run, is_without_globals, compare_bytes);
}
