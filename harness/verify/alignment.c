// SPDX-License-Identifier: GPL-2.0-only
#include "verify/alignment.h"

#include <linux/btf.h>
#include <stdlib.h>

#include "core/mem.h"

enum {
	/* a longer chain of typedefs, qualifiers and arrays is a loop */
	MAX_CHAIN = 256,
	/* structs in structs; the kernel has fewer than 20 */
	MAX_DEPTH = 64,
	/* the largest alignment an ABI gives to anything that BTF tells of */
	MAX_ALIGNMENT = 8,
	/* Packed structs with pointers: one scalar in 300 on x86-64. Percent of what may be misplaced. */
	MAX_MISPLACED = 2,
};

/* Behind typedefs, qualifiers and arrays; false for an invalid id or a loop. */
static bool strip(const struct btf_image *btf, uint32_t id, struct btf_type_view *ret)
{
	for (int i = 0; i < MAX_CHAIN && btf_type_get(btf, id, ret); i++) {
		switch (ret->kind) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = ret->size_or_type;
			break;
		case BTF_KIND_ARRAY:
			id = btf_array(ret).elem_type;
			break;
		default:
			return true;
		}
	}
	return false;
}

static bool is_composite(const struct btf_type_view *type)
{
	return type->kind == BTF_KIND_STRUCT || type->kind == BTF_KIND_UNION;
}

/* The alignment that the size suggests: the largest power of two in it. 0: no scalar. */
static uint32_t scalar_alignment(const struct btf_type_view *type, uint32_t pointer_size)
{
	uint32_t size = type->size_or_type;

	switch (type->kind) {
	case BTF_KIND_PTR:
		return pointer_size;
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
		return size & -size;
	default:
		return 0;
	}
}

static bool has_pointer(const struct btf_type_view *type)
{
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_type_view member;

		if (strip(type->btf, btf_member(type, i).type, &member) &&
		    member.kind == BTF_KIND_PTR)
			return true;
	}
	return false;
}

/* Scalars in structs of C, by what their size suggests: how many, and how many are not so placed. */
struct census {
	size_t nr[MAX_ALIGNMENT + 1], misplaced[MAX_ALIGNMENT + 1];
};

static void count_members(struct census *census, const struct btf_type_view *type,
			  uint32_t pointer_size)
{
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_member_view member = btf_member(type, i);
		struct btf_type_view of;
		uint32_t suggested;

		if (member.bitfield_size || !strip(type->btf, member.type, &of))
			continue;
		suggested = scalar_alignment(&of, pointer_size);
		for (uint32_t align = 2; align <= MAX_ALIGNMENT && align <= suggested; align *= 2) {
			census->nr[align]++;
			census->misplaced[align] += member.bit_offset / 8 % align != 0;
		}
	}
}

static uint32_t deduce_max(const struct btf_image *btf, uint32_t pointer_size)
{
	struct census census = { 0 };
	uint32_t max = 1;

	/* the base has far more types, and they are the same compiler's */
	while (btf->base)
		btf = btf->base;
	btf_for_each_type(type, btf)
		if (type.kind == BTF_KIND_STRUCT && has_pointer(&type))
			count_members(&census, &type, pointer_size);
	while (max < MAX_ALIGNMENT && max < pointer_size &&
	       census.misplaced[max * 2] * 100 <= census.nr[max * 2] * MAX_MISPLACED)
		max *= 2;
	return max;
}

void alignment_init(struct alignment *alignment, const struct btf_image *btf, uint32_t pointer_size)
{
	*alignment = (struct alignment){
		.btf = btf,
		.pointer_size = pointer_size,
		.max = deduce_max(btf, pointer_size),
		.known = xcalloc(btf_nr_ids(btf), sizeof(*alignment->known)),
	};
}

void alignment_release(struct alignment *alignment)
{
	free(alignment->known);
	*alignment = (struct alignment){ 0 };
}

/* What is found out about a struct on the way through its members. */
struct finding_out {
	uint32_t align;
	/* a pointer in it; all members where C puts them */
	bool pointer, natural;
};

static struct finding_out look_at(struct alignment *alignment, uint32_t id, int depth);

static struct finding_out look_at_members(struct alignment *alignment,
					  const struct btf_type_view *type, int depth)
{
	struct finding_out all = { .align = 1, .natural = true };

	for (uint32_t i = 0; i < type->vlen && all.natural; i++) {
		struct btf_member_view member = btf_member(type, i);
		struct finding_out one;

		if (member.bitfield_size)
			continue;
		one = look_at(alignment, member.type, depth + 1);
		all.pointer |= one.pointer;
		all.natural = one.natural && member.bit_offset / 8 % one.align == 0;
		all.align = one.align > all.align ? one.align : all.align;
	}
	all.natural &= type->size_or_type % all.align == 0;
	return all;
}

/* Of a struct or union, packed in three bits and a power of two, so that each is walked once. */
static struct finding_out unpack(uint8_t known)
{
	return (struct finding_out){ known & 0xf, known & 0x20, known & 0x40 };
}

static uint8_t pack(const struct finding_out *found)
{
	return (uint8_t)(found->align | (found->pointer ? 0x20 : 0) | (found->natural ? 0x40 : 0) |
			 0x80);
}

static struct finding_out look_at(struct alignment *alignment, uint32_t id, int depth)
{
	struct finding_out found = { .align = 1 };
	struct btf_type_view type;

	if (depth > MAX_DEPTH || !strip(alignment->btf, id, &type))
		return found;
	if (is_composite(&type)) {
		if (alignment->known[type.id])
			return unpack(alignment->known[type.id]);
		/* a struct that contains itself has no layout: what is asked meanwhile is that */
		alignment->known[type.id] = pack(&found);
		found = look_at_members(alignment, &type, depth);
		alignment->known[type.id] = pack(&found);
		return found;
	}

	uint32_t align = scalar_alignment(&type, alignment->pointer_size);

	found.natural = align != 0;
	found.pointer = type.kind == BTF_KIND_PTR;
	if (align)
		found.align = align < alignment->max ? align : alignment->max;
	return found;
}

uint32_t alignment_of(struct alignment *alignment, uint32_t id)
{
	struct finding_out found = look_at(alignment, id, 0);
	struct btf_type_view type;

	if (!strip(alignment->btf, id, &type))
		return 1;
	if (is_composite(&type) && !(found.pointer && found.natural))
		return 1;
	return found.align;
}
