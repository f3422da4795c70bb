// SPDX-License-Identifier: GPL-2.0-only
/* The rules of each kind that is a type. Source: kernel/bpf/btf.c. */
#include <linux/btf.h>

#include "btf/btf_layout.h"
#include "verify/judge.h"

enum {
	/* bits of a 128-bit integer, the largest there is */
	MAX_INT_BITS = 128,
	/* a longer chain of qualifiers and typedefs is a loop */
	MAX_CHAIN = 512,
};

bool judge_int(const struct judge *judge, const struct btf_type_view *type)
{
	uint32_t data = btf_get32(type->tail, type->btf->big_endian);
	uint32_t encoding = BTF_INT_ENCODING(data);
	uint32_t bits = BTF_INT_BITS(data) + BTF_INT_OFFSET(data);

	if (data & ~0x0fff00ffu)
		return judge_fault(judge, type, "no bits of an int's data but those defined",
				   "data %#x", data);
	if (bits > MAX_INT_BITS || (bits + 7) / 8 > type->size_or_type)
		return judge_fault(judge, type, "bits that fit into the size",
				   "%u bits, offset included, in %u bytes", bits,
				   type->size_or_type);
	if (encoding != 0 && encoding != BTF_INT_SIGNED && encoding != BTF_INT_CHAR &&
	    encoding != BTF_INT_BOOL)
		return judge_fault(judge, type, "one encoding at most", "encoding %#x", encoding);
	return true;
}

/* The type behind typedefs and qualifiers; false for an id that is none, or a loop. */
static bool strip(const struct judge *judge, uint32_t id, struct btf_type_view *ret)
{
	for (int i = 0; i < MAX_CHAIN && btf_type_get(judge->btf, id, ret); i++) {
		if (!judge_is_modifier(ret->kind))
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
bool judge_modifier(const struct judge *judge, const struct btf_type_view *type)
{
	struct btf_type_view target;

	if (!judge_ref_ok(judge, type, type->size_or_type, "it"))
		return false;
	if (btf_type_get(judge->btf, type->size_or_type, &target) &&
	    target.kind == BTF_KIND_TYPE_TAG)
		return judge_fault(judge, type, "type tags before qualifiers and typedefs",
				   "it qualifies [%u], a type_tag", target.id);
	return true;
}

bool judge_reference(const struct judge *judge, const struct btf_type_view *type)
{
	return judge_ref_ok(judge, type, type->size_or_type, "it");
}

bool judge_array(const struct judge *judge, const struct btf_type_view *type)
{
	struct btf_array_view array = btf_array(type);
	struct btf_type_view index, elem;
	uint64_t size;

	if (type->size_or_type)
		return judge_fault(judge, type, "no size of its own", "size %u",
				   type->size_or_type);
	if (!judge_sized_ref_ok(judge, type, array.elem_type, "its element", &size) ||
	    !judge_ref_ok(judge, type, array.index_type, "its index"))
		return false;
	if (!strip(judge, array.index_type, &index) || !is_regular_int(&index))
		return judge_fault(judge, type, "a regular int for an index",
				   "its index is [%u], a %s", array.index_type,
				   btf_kind_name(index.kind));
	if (strip(judge, array.elem_type, &elem) && elem.kind == BTF_KIND_INT &&
	    !is_regular_int(&elem))
		return judge_fault(judge, type, "elements of whole bytes",
				   "its element [%u] has not", array.elem_type);
	if (size * array.nr_elems > UINT32_MAX)
		return judge_fault(judge, type, "at most 4 GiB", "%u elements of %llu bytes",
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
		return judge_fault(judge, type, "bit fields of ints and enums", "member %u is a %s",
				   i, btf_kind_name(of.kind));
	if (member->bitfield_size > size * 8)
		return judge_fault(judge, type, "bit fields no wider than their type",
				   "member %u has %u bits of %llu", i, member->bitfield_size,
				   (unsigned long long)size * 8);
	/* without kind_flag an int may be an old-style bit field and says so itself */
	if (!member->bitfield_size && member->bit_offset % 8 && (type->kind_flag || !integral))
		return judge_fault(judge, type, "members that begin at a byte",
				   "member %u at bit %u", i, member->bit_offset);
	return true;
}

static bool member_fits(const struct judge *judge, const struct btf_type_view *type, uint32_t i)
{
	struct btf_member_view member = btf_member(type, i);
	uint64_t size, end;

	if (!judge_sized_ref_ok(judge, type, member.type, "a member", &size) ||
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
		return judge_fault(judge, type, "members inside it",
				   "member %u ends at bit %llu of %llu", i, (unsigned long long)end,
				   (unsigned long long)type->size_or_type * 8);
	return true;
}

bool judge_composite(const struct judge *judge, const struct btf_type_view *type)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_member_view member = btf_member(type, i);

		if (!judge_name_ok(judge, type, member.name_off, NAME_OPTIONAL, "a member"))
			return false;
		if (type->kind == BTF_KIND_UNION && member.bit_offset)
			return judge_fault(judge, type, "members of a union at its start",
					   "member %u at bit %u", i, member.bit_offset);
		if (member.bit_offset < last)
			return judge_fault(judge, type, "members in the order of their offsets",
					   "member %u at bit %u, the one before at %u", i,
					   member.bit_offset, last);
		if (!member_fits(judge, type, i))
			return false;
		last = member.bit_offset;
	}
	return true;
}

bool judge_enum(const struct judge *judge, const struct btf_type_view *type)
{
	uint32_t entry = btf_kind_layout(type->kind)->entry, size = type->size_or_type;

	if (!size || size > 8 || (size & (size - 1)))
		return judge_fault(judge, type, "1, 2, 4 or 8 bytes", "%u bytes", size);
	for (uint32_t i = 0; i < type->vlen; i++) {
		uint32_t name_off =
			btf_get32(type->tail + (size_t)i * entry, type->btf->big_endian);

		if (!judge_name_ok(judge, type, name_off, NAME_IDENTIFIER, "an enumerator"))
			return false;
	}
	return true;
}

bool judge_fwd(const struct judge *judge, const struct btf_type_view *type)
{
	if (type->size_or_type)
		return judge_fault(judge, type, "no type", "type %u", type->size_or_type);
	return true;
}

bool judge_float(const struct judge *judge, const struct btf_type_view *type)
{
	uint32_t size = type->size_or_type;

	if (size != 2 && size != 4 && size != 8 && size != 12 && size != 16)
		return judge_fault(judge, type, "2, 4, 8, 12 or 16 bytes", "%u bytes", size);
	return true;
}
