// SPDX-License-Identifier: GPL-2.0-only
/* A struct image_diff for people and for machines. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/json_text.h"
#include "layout/image_diff.h"

static const char *const kind_names[] = {
	[DIFF_ADDED] = "added",     [DIFF_REMOVED] = "removed", [DIFF_MOVED] = "moved",
	[DIFF_RESIZED] = "resized", [DIFF_RETYPED] = "retyped",
};

const char *diff_kind_name(enum diff_kind kind)
{
	return kind_names[kind];
}

static char *describe(const struct image_var *var)
{
	_cleanup_free_ char *type = btf_type_describe(var->btf, var->type);

	return image_printable(type);
}

static void print_alone(FILE *out, const struct image_var *var)
{
	_cleanup_free_ char *type = describe(var);

	fprintf(out, " +0x%" PRIx32 " size %" PRIu32 " %s\n", var->offset, var->size, type);
}

static void print_removed(FILE *out, const struct diff_entry *entry)
{
	print_alone(out, entry->a);
}

static void print_added(FILE *out, const struct diff_entry *entry)
{
	print_alone(out, entry->b);
}

static void print_moved(FILE *out, const struct diff_entry *entry)
{
	_cleanup_free_ char *section = image_printable(entry->b->section);

	fprintf(out, " +0x%" PRIx32 " -> ", entry->a->offset);
	if (image_name_compare(entry->a->section, entry->b->section) != 0)
		fprintf(out, "%s +0x%" PRIx32 "\n", section, entry->b->offset);
	else
		fprintf(out, "+0x%" PRIx32 " (%+" PRId64 ")\n", entry->b->offset,
			(int64_t)entry->b->offset - (int64_t)entry->a->offset);
}

static void print_resized(FILE *out, const struct diff_entry *entry)
{
	_cleanup_free_ char *type = describe(entry->b);

	fprintf(out, " %" PRIu32 " -> %" PRIu32 " %s\n", entry->a->size, entry->b->size, type);
}

static void print_retyped(FILE *out, const struct diff_entry *entry)
{
	_cleanup_free_ char *before = describe(entry->a);
	_cleanup_free_ char *after = describe(entry->b);

	fprintf(out, " %s -> %s\n", before, after);
}

static void (*const print_entry[])(FILE *out, const struct diff_entry *entry) = {
	[DIFF_ADDED] = print_added,     [DIFF_REMOVED] = print_removed, [DIFF_MOVED] = print_moved,
	[DIFF_RESIZED] = print_resized, [DIFF_RETYPED] = print_retyped,
};

static bool same_section(const struct diff_entry *entry)
{
	return image_name_compare(entry->a->section, entry->b->section) == 0;
}

static int64_t shift_of(const struct diff_entry *entry)
{
	return (int64_t)entry->b->offset - (int64_t)entry->a->offset;
}

static int by_shift(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* One variable that grows shifts all behind it: the shifts that are shared say more than each does. */
static void print_common_shift(FILE *out, const struct diff_list *moved)
{
	VEC(int64_t) shifts = { 0 };
	size_t best = 0, best_len = 0, nr_shifts = 0;

	vec_for_each(entry, &moved->list)
		if (same_section(entry))
			vec_push(&shifts, shift_of(entry));
	if (shifts.len)
		qsort(shifts.data, shifts.len, sizeof(*shifts.data), by_shift);
	for (size_t i = 0, n; i < shifts.len; i += n) {
		for (n = 1; i + n < shifts.len && shifts.data[i + n] == shifts.data[i]; n++)
			;
		nr_shifts++;
		if (n > best_len) {
			best = i;
			best_len = n;
		}
	}
	if (shifts.len)
		fprintf(out,
			"  %zu to another section; the others by %zu distances, %zu by %+" PRId64
			"\n",
			moved->list.len - shifts.len, nr_shifts, best_len, shifts.data[best]);
	else if (moved->list.len)
		fputs("  all to another section\n", out);
	vec_free(&shifts);
}

static void print_kind(FILE *out, const struct image_diff *diff, enum diff_kind kind, size_t limit)
{
	const struct diff_list *entries = &diff->kinds[kind];

	if (!entries->list.len)
		return;
	fprintf(out, "%s: %zu\n", kind_names[kind], entries->list.len);
	if (kind == DIFF_MOVED)
		print_common_shift(out, entries);
	for (size_t i = 0; i < entries->list.len; i++) {
		const struct diff_entry *entry = &entries->list.data[i];
		const struct image_var *var = entry->a ? entry->a : entry->b;

		if (limit && i == limit) {
			fprintf(out, "  ... and %zu more\n", entries->list.len - i);
			break;
		}
		_cleanup_free_ char *section = image_printable(var->section);
		_cleanup_free_ char *name = image_printable(var->name);

		fprintf(out, "  %s %s:", section, name);
		print_entry[kind](out, entry);
		if (entry->why)
			fprintf(out, "    not in %s: %s\n", entry->a ? "B" : "A", entry->why);
	}
	fputc('\n', out);
}

/* How many have each reason, for the first hundred reasons. */
enum {
	MAX_REASONS = 100
};

static void print_reasons(FILE *out, const struct image_diff *diff, enum diff_kind kind)
{
	VEC(const char *) seen = { 0 };

	vec_for_each(entry, &diff->kinds[kind].list) {
		size_t n = 0;
		bool before = false;

		vec_for_each(text, &seen)
			before |= entry->why && str_eq(*text, entry->why);
		if (!entry->why || before)
			continue;
		if (seen.len == MAX_REASONS)
			break;
		vec_push(&seen, entry->why);
		vec_for_each(other, &diff->kinds[kind].list)
			n += other->why && str_eq(other->why, entry->why);
		fprintf(out, "%6zu not in %s: %s\n", n, kind == DIFF_ADDED ? "A" : "B", entry->why);
	}
	vec_free(&seen);
}

void image_diff_print_text(FILE *out, const struct image_diff *diff, size_t limit)
{
	for (size_t kind = 0; kind < DIFF_KIND_COUNT; kind++)
		print_kind(out, diff, (enum diff_kind)kind, limit);
	print_reasons(out, diff, DIFF_ADDED);
	print_reasons(out, diff, DIFF_REMOVED);
	fprintf(out, "%zu and %zu variables, %zu of them the same;", diff->nr_a, diff->nr_b,
		diff->nr_same);
	for (size_t kind = 0; kind < DIFF_KIND_COUNT; kind++)
		fprintf(out, "%s %zu %s", kind ? "," : "", diff->kinds[kind].list.len,
			kind_names[kind]);
	fputc('\n', out);
}

static json_t *side_to_json(const struct image_var *var)
{
	_cleanup_free_ char *type = NULL;
	json_t *object;

	if (!var)
		return json_null();
	type = btf_type_describe(var->btf, var->type);
	object = json_object();
	json_object_set_new(object, "section", json_text(var->section));
	json_object_set_new(object, "offset", json_integer(var->offset));
	json_object_set_new(object, "size", json_integer(var->size));
	json_object_set_new(object, "type", json_text(type));
	return object;
}

static json_t *entry_to_json(const struct diff_entry *entry)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", json_text((entry->a ? entry->a : entry->b)->name));
	json_object_set_new(object, "a", side_to_json(entry->a));
	json_object_set_new(object, "b", side_to_json(entry->b));
	if (entry->why)
		json_object_set_new(object, "why", json_text(entry->why));
	return object;
}

json_t *image_diff_to_json(const struct image_diff *diff)
{
	json_t *root = json_object();

	json_object_set_new(root, "variables_a", json_integer((json_int_t)diff->nr_a));
	json_object_set_new(root, "variables_b", json_integer((json_int_t)diff->nr_b));
	json_object_set_new(root, "same", json_integer((json_int_t)diff->nr_same));
	for (size_t kind = 0; kind < DIFF_KIND_COUNT; kind++) {
		json_t *list = json_array();

		vec_for_each(entry, &diff->kinds[kind].list)
			json_array_append_new(list, entry_to_json(entry));
		json_object_set_new(root, kind_names[kind], list);
	}
	return root;
}
