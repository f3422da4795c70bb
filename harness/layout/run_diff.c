// SPDX-License-Identifier: GPL-2.0-only
#include "layout/run_diff.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/json_text.h"

/* Both are sorted: what is in one alone, as often as it is there more. */
static void compare_findings(struct cell_diff *diff)
{
	const struct finding_names *a = &diff->a->findings, *b = &diff->b->findings;
	size_t i = 0, j = 0;

	while (i < a->list.len || j < b->list.len) {
		int order = i == a->list.len   ? 1
			    : j == b->list.len ? -1
					       : strcmp(a->list.data[i], b->list.data[j]);

		if (order < 0)
			vec_push(&diff->gone.list, a->list.data[i]);
		if (order > 0)
			vec_push(&diff->appeared.list, b->list.data[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

static struct error *open_images(const struct run_cell_files *cell, struct image_vars **ret)
{
	if (!cell->vmlinux)
		return error_new(ERROR_INPUT, "it was not built");
	return image_vars_open(cell->vmlinux, cell->extra_module, ret);
}

static void compare_cell(struct cell_diff *diff, cell_diff_visit visit, void *user)
{
	_cleanup_(image_diff_release) struct image_diff images = { 0 };
	_cleanup_(image_vars_cleanup) struct image_vars *a = NULL;
	_cleanup_(image_vars_cleanup) struct image_vars *b = NULL;
	_cleanup_error_ struct error *err = NULL;

	if (diff->a && diff->b) {
		compare_findings(diff);
		err = error_wrap(open_images(diff->a, &a), "A");
		if (!err)
			err = error_wrap(open_images(diff->b, &b), "B");
		if (!err)
			image_diff_make(a, b, &images);
		diff->problem = err ? err->message : NULL;
		diff->images = err ? NULL : &images;
	}
	visit(user, diff);
	vec_free(&diff->appeared.list);
	vec_free(&diff->gone.list);
}

void run_diff_make(const struct run_cells *a, const struct run_cells *b, const char *cell,
		   cell_diff_visit visit, void *user)
{
	size_t i = 0, j = 0;

	while (i < a->list.len || j < b->list.len) {
		const struct run_cell_files *x = i < a->list.len ? &a->list.data[i] : NULL;
		const struct run_cell_files *y = j < b->list.len ? &b->list.data[j] : NULL;
		int order = !x ? 1 : !y ? -1 : strcmp(x->name, y->name);
		struct cell_diff diff = { .a = order <= 0 ? x : NULL, .b = order >= 0 ? y : NULL };

		diff.name = diff.a ? diff.a->name : diff.b->name;
		if (!cell || str_eq(cell, diff.name))
			compare_cell(&diff, visit, user);
		i += order <= 0;
		j += order >= 0;
	}
}

bool cell_diff_is_empty(const struct cell_diff *diff)
{
	return diff->a && diff->b && str_eq(diff->a->verdict, diff->b->verdict) &&
	       !diff->appeared.list.len && !diff->gone.list.len &&
	       (!diff->images || image_diff_is_empty(diff->images));
}

static void print_findings(FILE *out, const char *what, const struct finding_list *findings,
			   size_t limit)
{
	if (findings->list.len)
		fprintf(out, "findings %s: %zu\n", what, findings->list.len);
	for (size_t i = 0; i < findings->list.len; i++) {
		_cleanup_free_ char *text = image_printable(findings->list.data[i]);

		if (limit && i == limit) {
			fprintf(out, "  ... and %zu more\n", findings->list.len - i);
			break;
		}
		fprintf(out, "  %s\n", text);
	}
}

void cell_diff_print_text(FILE *out, const struct cell_diff *diff, size_t limit)
{
	_cleanup_free_ char *name = image_printable(diff->name);
	_cleanup_free_ char *before = image_printable(diff->a ? diff->a->verdict : "not there");
	_cleanup_free_ char *after = image_printable(diff->b ? diff->b->verdict : "not there");

	if (str_eq(before, after))
		fprintf(out, "%s: %s in both\n", name, after);
	else
		fprintf(out, "%s: %s -> %s\n", name, before, after);
	print_findings(out, "gone", &diff->gone, limit);
	print_findings(out, "new", &diff->appeared, limit);
	if (diff->problem)
		fprintf(out, "the variables cannot be compared: %s\n", diff->problem);
	if (diff->images)
		image_diff_print_text(out, diff->images, limit);
	fputc('\n', out);
}

static json_t *findings_to_json(const struct finding_list *findings)
{
	json_t *list = json_array();

	vec_for_each(text, &findings->list)
		json_array_append_new(list, json_text(*text));
	return list;
}

json_t *cell_diff_to_json(const struct cell_diff *diff)
{
	json_t *root = json_object();

	json_object_set_new(root, "cell", json_text(diff->name));
	json_object_set_new(root, "verdict_a", json_text(diff->a ? diff->a->verdict : NULL));
	json_object_set_new(root, "verdict_b", json_text(diff->b ? diff->b->verdict : NULL));
	json_object_set_new(root, "findings_gone", findings_to_json(&diff->gone));
	json_object_set_new(root, "findings_new", findings_to_json(&diff->appeared));
	json_object_set_new(root, "problem", json_text(diff->problem));
	json_object_set_new(root, "variables",
			    diff->images ? image_diff_to_json(diff->images) : json_null());
	return root;
}
