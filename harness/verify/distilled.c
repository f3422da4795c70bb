// SPDX-License-Identifier: GPL-2.0-only
#include "verify/distilled.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/mem.h"

struct named {
	const char *name;
	uint32_t id;
};

struct name_list {
	VEC(struct named) list;
};

static int by_name(const void *a, const void *b)
{
	return strncmp(((const struct named *)a)->name, ((const struct named *)b)->name,
		       BTF_NAME_MAX);
}

static bool is_composite(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* What a distilled base may hold. */
static bool is_distilled_kind(uint32_t kind)
{
	return kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT || kind == BTF_KIND_ENUM ||
	       kind == BTF_KIND_FWD || is_composite(kind);
}

static void list_names(const struct btf_image *base, struct name_list *ret)
{
	btf_for_each_type(type, base)
		if (type.name_off && (is_distilled_kind(type.kind) || type.kind == BTF_KIND_ENUM64))
			vec_push(&ret->list, (struct named){ btf_type_name(&type), type.id });
	if (ret->list.len)
		qsort(ret->list.data, ret->list.len, sizeof(*ret->list.data), by_name);
}

static uint32_t int_data(const struct btf_type_view *type)
{
	return btf_get32(type->tail, type->btf->big_endian);
}

static bool matches(const struct btf_type_view *distilled, const struct btf_type_view *type)
{
	bool is_union = type->kind == BTF_KIND_UNION;

	switch (distilled->kind) {
	case BTF_KIND_FWD:
		return type->kind == BTF_KIND_FWD
			       ? type->kind_flag == distilled->kind_flag
			       : is_composite(type->kind) && is_union == distilled->kind_flag;
	case BTF_KIND_ENUM:
		/* an enum64 is distilled to an enum of its size */
		return (type->kind == BTF_KIND_ENUM || type->kind == BTF_KIND_ENUM64) &&
		       type->size_or_type == distilled->size_or_type;
	case BTF_KIND_INT:
		return type->kind == BTF_KIND_INT && int_data(type) == int_data(distilled) &&
		       type->size_or_type == distilled->size_or_type;
	default:
		return type->kind == distilled->kind &&
		       type->size_or_type == distilled->size_or_type;
	}
}

static bool is_in_base(const struct name_list *names, const struct btf_image *base,
		       const struct btf_type_view *distilled)
{
	const struct named key = { .name = btf_type_name(distilled) };
	const struct named *found, *end;
	struct btf_type_view type;

	if (!names->list.len)
		return false;
	end = names->list.data + names->list.len;
	found = bsearch(&key, names->list.data, names->list.len, sizeof(*names->list.data),
			by_name);
	if (!found)
		return false;
	while (found > names->list.data && by_name(found - 1, &key) == 0)
		found--;
	for (; found < end && by_name(found, &key) == 0; found++)
		if (btf_type_get(base, found->id, &type) && matches(distilled, &type))
			return true;
	return false;
}

void distilled_judge(const struct btf_image *distilled, const struct btf_image *base,
		     distilled_report report, void *user)
{
	struct name_list names = { 0 };

	list_names(base, &names);
	btf_for_each_type(type, distilled) {
		if (!is_distilled_kind(type.kind))
			report(user, &type, "a kind that no distilled base has");
		else if (!type.name_off)
			report(user, &type, "no name to find it by");
		else if (!is_in_base(&names, base, &type))
			report(user, &type,
			       "no type of its name, kind and size in the BTF of vmlinux");
	}
	vec_free(&names.list);
}
