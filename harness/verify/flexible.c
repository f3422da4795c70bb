// SPDX-License-Identifier: GPL-2.0-only
#include "verify/flexible.h"

#include <linux/btf.h>

/*
 * Types looked at before giving up: unions nested in unions could else be made to take for ever. It
 * bounds the recursion too.
 */
enum {
	MAX_TYPES = 512
};

/* Every member of a union is its last one. */
static bool composite_ends_flexible(const struct btf_type_view *type, int *budget);

static bool ends_flexible(const struct btf_image *btf, uint32_t id, int *budget)
{
	struct btf_type_view type;

	while ((*budget)-- > 0 && btf_type_get(btf, id, &type)) {
		switch (type.kind) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = type.size_or_type;
			continue;
		case BTF_KIND_ARRAY:
			return btf_array(&type).nr_elems == 0;
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			return composite_ends_flexible(&type, budget);
		default:
			return false;
		}
	}
	return false;
}

static bool composite_ends_flexible(const struct btf_type_view *type, int *budget)
{
	uint32_t first = type->kind == BTF_KIND_UNION || !type->vlen ? 0 : type->vlen - 1;

	for (uint32_t i = first; i < type->vlen; i++)
		if (ends_flexible(type->btf, btf_member(type, i).type, budget))
			return true;
	return false;
}

bool type_ends_flexible(const struct btf_image *btf, uint32_t id)
{
	int budget = MAX_TYPES;

	return ends_flexible(btf, id, &budget);
}
