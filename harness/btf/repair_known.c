// SPDX-License-Identifier: GPL-2.0-only
/* Types that were copied into split BTF although the base has them. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_edit.h"
#include "btf/btf_known.h"
#include "btf/btf_repair.h"
#include "core/strbuf.h"

static void note(struct btf_repairs *repairs, enum btf_repair_kind kind, const char *name,
		 char *reason)
{
	vec_push(&repairs->list, (struct btf_repair){
					 .kind = kind,
					 .section = xstrdup(""),
					 .variable = xstrdup(name),
					 .kept = xstrdup("the base's"),
					 .reason = reason,
				 });
}

/* "10456 types: 1155 struct, 131 union" */
static char *describe(const struct btf_image *split, const uint32_t *base_ids, size_t nr)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	size_t counts[BTF_KIND_MAX + 1] = { 0 };
	bool first = true;

	btf_for_each_type(type, split)
		if (base_ids[type.id - split->first_id] && type.kind <= BTF_KIND_MAX)
			counts[type.kind]++;
	strbuf_addf(&sb, "%zu types that the base has, in all they refer to:", nr);
	for (uint32_t kind = 0; kind <= BTF_KIND_MAX; kind++) {
		if (!counts[kind])
			continue;
		strbuf_addf(&sb, "%s %zu %s", first ? "" : ",", counts[kind], btf_kind_name(kind));
		first = false;
	}
	return strbuf_detach(&sb);
}

struct error *btf_repair_known(const struct btf_image *split, bool of_base,
			       struct btf_repairs *repairs, uint8_t **blob_ret, size_t *len_ret)
{
	_cleanup_free_ uint32_t *base_ids = xcalloc(split->nr_types, sizeof(*base_ids));
	_cleanup_(btf_edit_cleanup) struct btf_edit *edit = btf_edit_new(split);
	size_t before = repairs->list.len, nr = btf_known_find(split, base_ids);

	*blob_ret = NULL;
	*len_ret = 0;
	if (!split->base)
		return NULL;
	if (nr)
		note(repairs, REPAIR_BASE_TYPE, "", describe(split, base_ids, nr));
	btf_for_each_type(type, split) {
		uint32_t base_id = base_ids[type.id - split->first_id];

		if (base_id) {
			btf_edit_redirect(edit, type.id, base_id);
		} else if (of_base && type.kind == BTF_KIND_FUNC) {
			note(repairs, REPAIR_FUNCTION, btf_type_name(&type),
			     xstrdup("a function of the image whose BTF is the base, encoded "
				     "again"));
			btf_edit_drop(edit, type.id);
		} else if (of_base && type.kind == BTF_KIND_DECL_TAG &&
			   type.size_or_type < split->first_id) {
			note(repairs, REPAIR_FUNCTION, btf_type_name(&type),
			     xstrdup("a tag on a type of the base, which has its own"));
			btf_edit_drop(edit, type.id);
		}
	}
	if (repairs->list.len == before)
		return NULL;
	return btf_edit_apply(edit, blob_ret, len_ret);
}
