// SPDX-License-Identifier: GPL-2.0-only
#include "verify/copied.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "verify/reached.h"
#include "verify/redundancy.h"

struct names {
	VEC(const char *) sorted;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_functions(const struct btf_image *btf, struct names *ret)
{
	btf_for_each_type(type, btf)
		if (type.kind == BTF_KIND_FUNC)
			vec_push(&ret->sorted, btf_type_name(&type));
	if (ret->sorted.len)
		qsort(ret->sorted.data, ret->sorted.len, sizeof(*ret->sorted.data), by_name);
}

static bool has_name(const struct names *names, const char *name)
{
	return names->sorted.len &&
	       bsearch(&name, names->sorted.data, names->sorted.len, sizeof(name), by_name);
}

struct marks {
	const struct btf_image *split;
	bool *copied;
};

static void mark_same(void *user, const struct btf_type_view *type, uint32_t base_id)
{
	struct marks *marks = user;

	(void)base_id;
	marks->copied[type->id - marks->split->first_id] = true;
}

static void mark_functions(struct marks *marks)
{
	struct names names = { 0 };

	list_functions(marks->split->base, &names);
	btf_for_each_type(type, marks->split)
		if (type.kind == BTF_KIND_FUNC && has_name(&names, btf_type_name(&type)))
			mark_same(marks, &type, 0);
	vec_free(&names.sorted);
}

static void mark_tags(struct marks *marks)
{
	const struct btf_image *split = marks->split;

	btf_for_each_type(type, split)
		if (type.kind == BTF_KIND_DECL_TAG &&
		    (type.size_or_type < split->first_id ||
		     (type.size_or_type - split->first_id < split->nr_types &&
		      marks->copied[type.size_or_type - split->first_id])))
			mark_same(marks, &type, 0);
}

bool *copied_types(const struct btf_image *split)
{
	_cleanup_free_ bool *copied = xcalloc(split->nr_types, sizeof(*copied));
	struct marks marks = { split, copied };

	if (split->base) {
		/* what it did not come to is not proved, and so is not marked */
		(void)redundancy_find(split, mark_same, &marks);
		mark_functions(&marks);
		mark_tags(&marks);
		btf_mark_reached(split, copied);
	}
	return return_ptr(copied);
}
