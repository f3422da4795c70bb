// SPDX-License-Identifier: GPL-2.0-only
/* What was repaired, for people and machines. */
#include <stdlib.h>

#include "btf/btf_repair.h"
#include "core/json_text.h"

static const char *const kind_names[REPAIR_KIND_COUNT] = {
	[REPAIR_WRONG_SECTION] = "wrong-section",
	[REPAIR_RENAMED] = "renamed",
	[REPAIR_ZERO_SIZE] = "zero-size",
	[REPAIR_DUPLICATE_VAR] = "duplicate-var",
	[REPAIR_ALIAS] = "alias",
	[REPAIR_OVERLAP] = "overlap",
	[REPAIR_UNSORTED] = "unsorted",
	[REPAIR_BASE_TYPE] = "base-type",
	[REPAIR_FUNCTION] = "function",
};

const char *btf_repair_kind_name(enum btf_repair_kind kind)
{
	return kind_names[kind];
}

void btf_repairs_release(struct btf_repairs *repairs)
{
	vec_for_each(repair, &repairs->list) {
		free(repair->section);
		free(repair->variable);
		free(repair->kept);
		free(repair->reason);
	}
	vec_free(&repairs->list);
}

json_t *btf_repairs_to_json(const struct btf_repairs *repairs, const char *image,
			    const char *pahole_version)
{
	json_t *list = json_array(), *counts = json_object(), *report = json_object();
	size_t nr[REPAIR_KIND_COUNT] = { 0 };

	for (size_t i = 0; i < repairs->list.len; i++) {
		const struct btf_repair *repair = &repairs->list.data[i];
		json_t *one = json_object();

		json_object_set_new(one, "kind", json_string(kind_names[repair->kind]));
		json_object_set_new(one, "section", json_text(repair->section));
		json_object_set_new(one, "variable", json_text(repair->variable));
		json_object_set_new(one, "offset", json_integer(repair->offset));
		json_object_set_new(one, "kept", json_text(repair->kept));
		json_object_set_new(one, "reason", json_text(repair->reason));
		json_array_append_new(list, one);
		nr[repair->kind]++;
	}
	for (size_t kind = 0; kind < REPAIR_KIND_COUNT; kind++)
		if (nr[kind])
			json_object_set_new(counts, kind_names[kind],
					    json_integer((json_int_t)nr[kind]));

	json_object_set_new(report, "image", json_text(image));
	json_object_set_new(report, "pahole", json_text(pahole_version));
	json_object_set_new(report, "repairs", list);
	json_object_set_new(report, "counts", counts);
	return report;
}
