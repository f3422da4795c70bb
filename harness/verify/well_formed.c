// SPDX-License-Identifier: GPL-2.0-only
#include "verify/well_formed.h"

#include <linux/btf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/mem.h"
#include "verify/name_rules.h"
#include "verify/type_loops.h"

enum {
	/* bits of a 128-bit integer, the largest there is */
	MAX_INT_BITS = 128,
	/* a longer chain of qualifiers and typedefs is a loop */
	MAX_CHAIN = 512,
	/* bits of btf_type.info that have no meaning */
	INFO_UNUSED = 0x60000000,
};

struct judge {
	const struct btf_image *btf;
	uint32_t pointer_size;
	well_formed_report report;
	void *user;
};

/* Reports and yields false, for `return fault(...)`. */
static printf_like(4, 5) bool fault(const struct judge *judge, const struct btf_type_view *type,
				    const char *rule, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	judge->report(judge->user, type, rule, text);
	return false;
}

static bool name_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t name_off,
		    enum name_rule rule, const char *whose)
{
	const char *name = btf_string(type->btf, name_off);

	if (!name)
		return fault(judge, type, "a name offset in the string section",
			     "%s name at %u, beyond its end", whose, name_off);
	if (!name_off) {
		if (name_may_lack(rule))
			return true;
		return fault(judge, type, name_rule_text(rule), "%s has no name", whose);
	}
	if (!name_is_valid(rule, name))
		return fault(judge, type, name_rule_text(rule), "%s is called '%.80s'", whose,
			     name);
	return true;
}

static bool is_modifier(uint32_t kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

/* Variables, sections, functions and tags are no types; only a section or a tag may refer to them. */
static bool is_no_type(uint32_t kind)
{
	return kind == BTF_KIND_VAR || kind == BTF_KIND_DATASEC || kind == BTF_KIND_DECL_TAG ||
	       kind == BTF_KIND_FUNC;
}

/* A type, of whatever size. */
static bool ref_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t id,
		   const char *whose)
{
	struct btf_type_view target;

	if (!btf_type_get(judge->btf, id, &target))
		return fault(judge, type, "ids of types that are there",
			     "%s refers to type %u of %u", whose, id, btf_nr_ids(judge->btf));
	if (is_no_type(target.kind))
		return fault(judge, type, "references to types", "%s refers to [%u], a %s", whose,
			     id, btf_kind_name(target.kind));
	return true;
}

/* A type that has a size: of a member, an element, a parameter. */
static bool sized_ref_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t id,
			 const char *whose, uint64_t *size_ret)
{
	uint64_t size;

	if (!ref_ok(judge, type, id, whose))
		return false;
	if (!btf_type_size(judge->btf, id, judge->pointer_size, &size))
		return fault(judge, type, "a type with a size", "%s has type %u, which has none",
			     whose, id);
	if (size_ret)
		*size_ret = size;
	return true;
}

static bool judge_int(const struct judge *judge, const struct btf_type_view *type)
{
	uint32_t data = btf_get32(type->tail, type->btf->big_endian);
	uint32_t encoding = BTF_INT_ENCODING(data);
	uint32_t bits = BTF_INT_BITS(data) + BTF_INT_OFFSET(data);

	if (data & ~0x0fff00ffu)
		return fault(judge, type, "no bits of an int's data but those defined", "data %#x",
			     data);
	if (bits > MAX_INT_BITS || (bits + 7) / 8 > type->size_or_type)
		return fault(judge, type, "bits that fit into the size",
			     "%u bits, offset included, in %u bytes", bits, type->size_or_type);
	if (encoding != 0 && encoding != BTF_INT_SIGNED && encoding != BTF_INT_CHAR &&
	    encoding != BTF_INT_BOOL)
		return fault(judge, type, "one encoding at most", "encoding %#x", encoding);
	return true;
}

/* The type behind typedefs and qualifiers; false for an id that is none, or a loop. */
static bool strip(const struct judge *judge, uint32_t id, struct btf_type_view *ret)
{
	for (int i = 0; i < MAX_CHAIN && btf_type_get(judge->btf, id, ret); i++) {
		if (!is_modifier(ret->kind))
			return true;
		id = ret->size_or_type;
	}
	return false;
}

/* An int that is all of its bytes, not an old-style bit field: btf_type_int_is_regular(). */
static bool is_regular_int(const struct btf_type_view *type)
{
	uint32_t data, bits;

	/* void has nothing behind it */
	if (type->kind != BTF_KIND_INT)
		return false;
	data = btf_get32(type->tail, type->btf->big_endian);
	bits = BTF_INT_BITS(data);
	return !BTF_INT_OFFSET(data) &&
	       (bits == 8 || bits == 16 || bits == 32 || bits == 64 || bits == 128);
}

/* What a qualifier or typedef leads to; Linux wants type tags first, before all qualifiers. */
static bool judge_modifier(const struct judge *judge, const struct btf_type_view *type)
{
	struct btf_type_view target;

	if (!ref_ok(judge, type, type->size_or_type, "it"))
		return false;
	if (btf_type_get(judge->btf, type->size_or_type, &target) &&
	    target.kind == BTF_KIND_TYPE_TAG)
		return fault(judge, type, "type tags before qualifiers and typedefs",
			     "it qualifies [%u], a type_tag", target.id);
	return true;
}

static bool judge_reference(const struct judge *judge, const struct btf_type_view *type)
{
	return ref_ok(judge, type, type->size_or_type, "it");
}

static bool judge_array(const struct judge *judge, const struct btf_type_view *type)
{
	struct btf_array_view array = btf_array(type);
	struct btf_type_view index, elem;
	uint64_t size;

	if (type->size_or_type)
		return fault(judge, type, "no size of its own", "size %u", type->size_or_type);
	if (!sized_ref_ok(judge, type, array.elem_type, "its element", &size) ||
	    !ref_ok(judge, type, array.index_type, "its index"))
		return false;
	if (!strip(judge, array.index_type, &index) || !is_regular_int(&index))
		return fault(judge, type, "a regular int for an index", "its index is [%u], a %s",
			     array.index_type, btf_kind_name(index.kind));
	if (strip(judge, array.elem_type, &elem) && elem.kind == BTF_KIND_INT &&
	    !is_regular_int(&elem))
		return fault(judge, type, "elements of whole bytes", "its element [%u] has not",
			     array.elem_type);
	if (size * array.nr_elems > UINT32_MAX)
		return fault(judge, type, "at most 4 GiB", "%u elements of %llu bytes",
			     array.nr_elems, (unsigned long long)size);
	return true;
}

/* Of btf_*_check_kflag_member(): only ints and enums are bit fields, and no wider than they are. */
static bool bitfield_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t i,
			const struct btf_member_view *member, uint64_t size)
{
	struct btf_type_view of;
	bool integral =
		strip(judge, member->type, &of) &&
		(of.kind == BTF_KIND_INT || of.kind == BTF_KIND_ENUM || of.kind == BTF_KIND_ENUM64);

	if (member->bitfield_size && !integral)
		return fault(judge, type, "bit fields of ints and enums", "member %u is a %s", i,
			     btf_kind_name(of.kind));
	if (member->bitfield_size > size * 8)
		return fault(judge, type, "bit fields no wider than their type",
			     "member %u has %u bits of %llu", i, member->bitfield_size,
			     (unsigned long long)size * 8);
	/* without kind_flag an int may be an old-style bit field and says so itself */
	if (!member->bitfield_size && member->bit_offset % 8 && (type->kind_flag || !integral))
		return fault(judge, type, "members that begin at a byte", "member %u at bit %u", i,
			     member->bit_offset);
	return true;
}

static bool member_fits(const struct judge *judge, const struct btf_type_view *type, uint32_t i)
{
	struct btf_member_view member = btf_member(type, i);
	uint64_t size, end;

	if (!sized_ref_ok(judge, type, member.type, "a member", &size) ||
	    !bitfield_ok(judge, type, i, &member, size))
		return false;
	end = (uint64_t)member.bit_offset +
	      (member.bitfield_size ? member.bitfield_size : size * 8);
	/*
	 * A member of an integer type without kind_flag may be an old-style bit field, whose int says
	 * how many bits it has: then the storage may reach beyond the end.
	 */
	if (end > (uint64_t)type->size_or_type * 8 &&
	    (type->kind_flag || member.bit_offset % 8 == 0))
		return fault(judge, type, "members inside it", "member %u ends at bit %llu of %llu",
			     i, (unsigned long long)end,
			     (unsigned long long)type->size_or_type * 8);
	return true;
}

static bool judge_composite(const struct judge *judge, const struct btf_type_view *type)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_member_view member = btf_member(type, i);

		if (!name_ok(judge, type, member.name_off, NAME_OPTIONAL, "a member"))
			return false;
		if (type->kind == BTF_KIND_UNION && member.bit_offset)
			return fault(judge, type, "members of a union at its start",
				     "member %u at bit %u", i, member.bit_offset);
		if (member.bit_offset < last)
			return fault(judge, type, "members in the order of their offsets",
				     "member %u at bit %u, the one before at %u", i,
				     member.bit_offset, last);
		if (!member_fits(judge, type, i))
			return false;
		last = member.bit_offset;
	}
	return true;
}

static bool judge_enum(const struct judge *judge, const struct btf_type_view *type)
{
	uint32_t entry = btf_kind_layout(type->kind)->entry, size = type->size_or_type;

	if (!size || size > 8 || (size & (size - 1)))
		return fault(judge, type, "1, 2, 4 or 8 bytes", "%u bytes", size);
	for (uint32_t i = 0; i < type->vlen; i++) {
		uint32_t name_off =
			btf_get32(type->tail + (size_t)i * entry, type->btf->big_endian);

		if (!name_ok(judge, type, name_off, NAME_IDENTIFIER, "an enumerator"))
			return false;
	}
	return true;
}

static bool judge_fwd(const struct judge *judge, const struct btf_type_view *type)
{
	if (type->size_or_type)
		return fault(judge, type, "no type", "type %u", type->size_or_type);
	return true;
}

static bool judge_func(const struct judge *judge, const struct btf_type_view *type)
{
	struct btf_type_view proto;

	if (type->vlen > BTF_FUNC_GLOBAL)
		return fault(judge, type, "linkage static or global", "linkage %u", type->vlen);
	if (!btf_type_get(judge->btf, type->size_or_type, &proto) ||
	    proto.kind != BTF_KIND_FUNC_PROTO)
		return fault(judge, type, "a func_proto for its type", "type %u",
			     type->size_or_type);
	for (uint32_t i = 0; i < proto.vlen; i++) {
		struct btf_member_view param = btf_param(&proto, i);

		if (param.type && !name_ok(judge, &proto, param.name_off, NAME_IDENTIFIER,
					   "a parameter of a function"))
			return false;
	}
	return true;
}

static bool judge_func_proto(const struct judge *judge, const struct btf_type_view *type)
{
	if (type->size_or_type &&
	    !sized_ref_ok(judge, type, type->size_or_type, "what it returns", NULL))
		return false;
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_member_view param = btf_param(type, i);

		if (!param.type && i == type->vlen - 1 && !param.name_off)
			return true;
		if (!sized_ref_ok(judge, type, param.type, "a parameter", NULL) ||
		    !name_ok(judge, type, param.name_off, NAME_OPTIONAL, "a parameter"))
			return false;
	}
	return true;
}

static bool judge_var(const struct judge *judge, const struct btf_type_view *type)
{
	if (btf_var_linkage(type) > BTF_VAR_GLOBAL_ALLOCATED)
		return fault(judge, type, "linkage static or global", "linkage %u",
			     btf_var_linkage(type));
	return sized_ref_ok(judge, type, type->size_or_type, "it", NULL);
}

static bool secinfo_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t i,
		       uint64_t last_end)
{
	struct btf_secinfo info = btf_secinfo(type, i);
	struct btf_type_view var;
	uint64_t size;

	if (!btf_type_get(judge->btf, info.type, &var) || var.kind != BTF_KIND_VAR)
		return fault(judge, type, "variables for entries", "entry %u is type %u", i,
			     info.type);
	if (info.offset < last_end || info.offset >= type->size_or_type)
		return fault(judge, type, "entries one behind the other, inside the section",
			     "entry %u, '%s', at offset %u: the one before ends at %llu, the "
			     "section at %u (Invalid offset)",
			     i, btf_type_name(&var), info.offset, (unsigned long long)last_end,
			     type->size_or_type);
	if (!info.size || (uint64_t)info.offset + info.size > type->size_or_type)
		return fault(judge, type, "entries inside the section",
			     "entry %u, '%s', offset %u, %u bytes of %u (Invalid offset+size)", i,
			     btf_type_name(&var), info.offset, info.size, type->size_or_type);
	if (btf_type_size(judge->btf, var.size_or_type, judge->pointer_size, &size) &&
	    info.size < size)
		return fault(judge, type, "entries as large as their variables' types",
			     "entry %u, '%s', %u bytes, its type %llu (Invalid size)", i,
			     btf_type_name(&var), info.size, (unsigned long long)size);
	return true;
}

static bool judge_datasec(const struct judge *judge, const struct btf_type_view *type)
{
	uint64_t last_end = 0;

	if (!type->size_or_type)
		return fault(judge, type, "a size", "size 0");
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_secinfo info = btf_secinfo(type, i);

		if (!secinfo_ok(judge, type, i, last_end))
			return false;
		last_end = (uint64_t)info.offset + info.size;
	}
	return true;
}

static bool judge_float(const struct judge *judge, const struct btf_type_view *type)
{
	uint32_t size = type->size_or_type;

	if (size != 2 && size != 4 && size != 8 && size != 12 && size != 16)
		return fault(judge, type, "2, 4, 8, 12 or 16 bytes", "%u bytes", size);
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
		return fault(judge, type, "ids of types that are there", "type %u",
			     type->size_or_type);
	n = nr_components(judge, &target);
	if (n < 0 && target.kind != BTF_KIND_VAR && target.kind != BTF_KIND_TYPEDEF)
		return fault(judge, type, "a struct, union, func, var or typedef to tag",
			     "[%u], a %s", target.id, btf_kind_name(target.kind));
	if (component < -1 || (component >= 0 && component >= n))
		return fault(judge, type, "a component of what it tags", "component %d of %lld",
			     component, (long long)n);
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
		return fault(judge, type, "a known kind", "kind %u", type->kind);
	if (btf_get32(type->tail - BTF_TYPE_SIZE + 4, type->btf->big_endian) & INFO_UNUSED)
		return fault(judge, type, "no bits of info but those defined", "info %#x",
			     btf_get32(type->tail - BTF_TYPE_SIZE + 4, type->btf->big_endian));
	if (type->vlen && !kinds[type->kind].vlen)
		return fault(judge, type, "vlen 0", "vlen %u", type->vlen);
	if (type->kind_flag && !kinds[type->kind].kind_flag)
		return fault(judge, type, "no kind_flag", "kind_flag set");
	return name_ok(judge, type, type->name_off, kinds[type->kind].name, "it") &&
	       kinds[type->kind].judge(judge, type);
}

static void report_loop(void *user, uint32_t id)
{
	const struct judge *judge = user;
	struct btf_type_view type;

	if (btf_type_get(judge->btf, id, &type))
		fault(judge, &type, "types that do not contain themselves",
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
	};

	btf_for_each_type(type, btf)
		judge_type(&judge, &type);
	btf_find_loops(btf, report_loop, &judge);
}
