// SPDX-License-Identifier: GPL-2.0-only
#include "verify/well_formed.h"

#include <linux/btf.h>
#include <stdlib.h>

#include "btf/btf_layout.h"
#include "core/mem.h"
#include "verify/judge.h"
#include "verify/type_loops.h"

enum {
	/* bits of btf_type.info that have no meaning */
	INFO_UNUSED = 0x60000000,
};

static bool judge_func(const struct judge *judge, const struct btf_type_view *type)
{
	struct btf_type_view proto;

	if (type->vlen > BTF_FUNC_GLOBAL)
		return judge_fault(judge, type, "linkage static or global", "linkage %u",
				   type->vlen);
	if (!btf_type_get(judge->btf, type->size_or_type, &proto) ||
	    proto.kind != BTF_KIND_FUNC_PROTO)
		return judge_fault(judge, type, "a func_proto for its type", "type %u",
				   type->size_or_type);
	for (uint32_t i = 0; i < proto.vlen; i++) {
		struct btf_member_view param = btf_param(&proto, i);

		if (param.type && !judge_name_ok(judge, &proto, param.name_off, NAME_IDENTIFIER,
						 "a parameter of a function"))
			return false;
	}
	return true;
}

static bool judge_func_proto(const struct judge *judge, const struct btf_type_view *type)
{
	if (type->size_or_type &&
	    !judge_sized_ref_ok(judge, type, type->size_or_type, "what it returns", NULL))
		return false;
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_member_view param = btf_param(type, i);

		if (!param.type && i == type->vlen - 1 && !param.name_off)
			return true;
		if (!judge_sized_ref_ok(judge, type, param.type, "a parameter", NULL) ||
		    !judge_name_ok(judge, type, param.name_off, NAME_OPTIONAL, "a parameter"))
			return false;
	}
	return true;
}

static bool judge_var(const struct judge *judge, const struct btf_type_view *type)
{
	if (btf_var_linkage(type) > BTF_VAR_GLOBAL_ALLOCATED)
		return judge_fault(judge, type, "linkage static or global", "linkage %u",
				   btf_var_linkage(type));
	return judge_sized_ref_ok(judge, type, type->size_or_type, "it", NULL);
}

static bool secinfo_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t i,
		       uint64_t last_end)
{
	struct btf_secinfo info = btf_secinfo(type, i);
	struct btf_type_view var;
	uint64_t size;

	if (!btf_type_get(judge->btf, info.type, &var) || var.kind != BTF_KIND_VAR)
		return judge_fault(judge, type, "variables for entries", "entry %u is type %u", i,
				   info.type);
	if (info.offset < last_end || info.offset >= type->size_or_type)
		return judge_fault(judge, type, "entries one behind the other, inside the section",
				   "entry %u, '%s', at offset %u: the one before ends at %llu, the "
				   "section at %u (Invalid offset)",
				   i, btf_type_name(&var), info.offset,
				   (unsigned long long)last_end, type->size_or_type);
	if (!info.size || (uint64_t)info.offset + info.size > type->size_or_type)
		return judge_fault(
			judge, type, "entries inside the section",
			"entry %u, '%s', offset %u, %u bytes of %u (Invalid offset+size)", i,
			btf_type_name(&var), info.offset, info.size, type->size_or_type);
	if (btf_type_size(judge->btf, var.size_or_type, judge->pointer_size, &size) &&
	    info.size < size)
		return judge_fault(judge, type, "entries as large as their variables' types",
				   "entry %u, '%s', %u bytes, its type %llu (Invalid size)", i,
				   btf_type_name(&var), info.size, (unsigned long long)size);
	return true;
}

static bool judge_datasec(const struct judge *judge, const struct btf_type_view *type)
{
	uint64_t last_end = 0;

	if (!type->size_or_type)
		return judge_fault(judge, type, "a size", "size 0");
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_secinfo info = btf_secinfo(type, i);

		if (!secinfo_ok(judge, type, i, last_end))
			return false;
		last_end = (uint64_t)info.offset + info.size;
	}
	return true;
}

/* Number of things a component index can point into; -1 where the kind has none. */
static int64_t nr_components(const struct judge *judge, const struct btf_type_view *target)
{
	struct btf_type_view proto;

	switch (target->kind) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return target->vlen;
	case BTF_KIND_FUNC:
		return btf_type_get(judge->btf, target->size_or_type, &proto) ? proto.vlen : 0;
	default:
		return -1;
	}
}

static bool judge_decl_tag(const struct judge *judge, const struct btf_type_view *type)
{
	int32_t component = (int32_t)btf_get32(type->tail, type->btf->big_endian);
	struct btf_type_view target;
	int64_t n;

	if (!btf_type_get(judge->btf, type->size_or_type, &target))
		return judge_fault(judge, type, "ids of types that are there", "type %u",
				   type->size_or_type);
	n = nr_components(judge, &target);
	if (n < 0 && target.kind != BTF_KIND_VAR && target.kind != BTF_KIND_TYPEDEF)
		return judge_fault(judge, type, "a struct, union, func, var or typedef to tag",
				   "[%u], a %s", target.id, btf_kind_name(target.kind));
	if (component < -1 || (component >= 0 && component >= n))
		return judge_fault(judge, type, "a component of what it tags",
				   "component %d of %lld", component, (long long)n);
	return true;
}

/* Per kind: its name, whether vlen and kind_flag have a meaning, and the rest. */
static const struct {
	enum name_rule name;
	bool vlen, kind_flag;
	bool (*judge)(const struct judge *judge, const struct btf_type_view *type);
} kinds[] = {
	[BTF_KIND_INT] = { NAME_ANY, false, false, judge_int },
	[BTF_KIND_PTR] = { NAME_NONE, false, false, judge_reference },
	[BTF_KIND_ARRAY] = { NAME_NONE, false, false, judge_array },
	[BTF_KIND_STRUCT] = { NAME_OPTIONAL, true, true, judge_composite },
	[BTF_KIND_UNION] = { NAME_OPTIONAL, true, true, judge_composite },
	[BTF_KIND_ENUM] = { NAME_OPTIONAL, true, true, judge_enum },
	[BTF_KIND_FWD] = { NAME_IDENTIFIER, false, true, judge_fwd },
	[BTF_KIND_TYPEDEF] = { NAME_IDENTIFIER, false, false, judge_modifier },
	[BTF_KIND_VOLATILE] = { NAME_NONE, false, false, judge_modifier },
	[BTF_KIND_CONST] = { NAME_NONE, false, false, judge_modifier },
	[BTF_KIND_RESTRICT] = { NAME_NONE, false, false, judge_modifier },
	[BTF_KIND_FUNC] = { NAME_IDENTIFIER, true, false, judge_func },
	[BTF_KIND_FUNC_PROTO] = { NAME_NONE, true, false, judge_func_proto },
	[BTF_KIND_VAR] = { NAME_IDENTIFIER, false, false, judge_var },
	[BTF_KIND_DATASEC] = { NAME_SECTION, true, false, judge_datasec },
	[BTF_KIND_FLOAT] = { NAME_ANY, false, false, judge_float },
	/* Linux 6.16 gave the flag a meaning in tags: an attribute and not a tag */
	[BTF_KIND_DECL_TAG] = { NAME_TEXT, false, true, judge_decl_tag },
	[BTF_KIND_TYPE_TAG] = { NAME_TEXT, false, true, judge_reference },
	[BTF_KIND_ENUM64] = { NAME_OPTIONAL, true, true, judge_enum },
};

static bool judge_type(const struct judge *judge, const struct btf_type_view *type)
{
	if (type->kind >= ARRAY_SIZE(kinds) || !kinds[type->kind].judge)
		return judge_fault(judge, type, "a known kind", "kind %u", type->kind);
	if (btf_get32(type->tail - BTF_TYPE_SIZE + 4, type->btf->big_endian) & INFO_UNUSED)
		return judge_fault(judge, type, "no bits of info but those defined", "info %#x",
				   btf_get32(type->tail - BTF_TYPE_SIZE + 4,
					     type->btf->big_endian));
	if (type->vlen && !kinds[type->kind].vlen)
		return judge_fault(judge, type, "vlen 0", "vlen %u", type->vlen);
	if (type->kind_flag && !kinds[type->kind].kind_flag)
		return judge_fault(judge, type, "no kind_flag", "kind_flag set");
	return judge_name_ok(judge, type, type->name_off, kinds[type->kind].name, "it") &&
	       kinds[type->kind].judge(judge, type);
}

static void report_loop(void *user, uint32_t id)
{
	const struct judge *judge = user;
	struct btf_type_view type;

	if (btf_type_get(judge->btf, id, &type))
		judge_fault(judge, &type, "types that do not contain themselves",
			    "it comes back to itself");
}

void btf_judge(const struct btf_image *btf, uint32_t pointer_size, well_formed_report report,
	       void *user)
{
	struct judge judge = {
		.btf = btf,
		.pointer_size = pointer_size,
		.report = report,
		.user = user,
		.identifiers = xcalloc(((size_t)btf->str_start + btf->str_len) / 8 + 1, 1),
		.targets = xcalloc(btf_nr_ids(btf), sizeof(*judge.targets)),
		.nr_ids = btf_nr_ids(btf),
	};

	btf_for_each_type(type, btf)
		judge_type(&judge, &type);
	btf_find_loops(btf, report_loop, &judge);
	free(judge.identifiers);
	free(judge.targets);
}
