// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_layout.h"

#include <linux/btf.h>

#include "core/mem.h"

#define NO_IDS .fixed_id = { -1, -1 }, .entry_id = -1, .entry_name = -1

/* A kind that has nothing behind struct btf_type. */
#define PLAIN(kind_name, is_ref)                                \
	{                                                       \
		.name = (kind_name), .refers = (is_ref), NO_IDS \
	}
/* name, then a type id, then possibly more */
#define NAME_TYPE(kind_name, is_ref, size)                                                        \
	{                                                                                         \
		.name = (kind_name), .entry = (size), .refers = (is_ref), .fixed_id = { -1, -1 }, \
		.entry_id = 4, .entry_name = 0                                                    \
	}
/* name, then a value */
#define NAME_VALUE(kind_name, size)                                                           \
	{                                                                                     \
		.name = (kind_name), .entry = (size), .fixed_id = { -1, -1 }, .entry_id = -1, \
		.entry_name = 0                                                               \
	}

static const struct btf_kind_layout layouts[] = {
	[BTF_KIND_INT] = { .name = "int", .fixed = 4, NO_IDS },
	[BTF_KIND_PTR] = PLAIN("ptr", true),
	[BTF_KIND_ARRAY] = { .name = "array",
			     .fixed = 12,
			     .fixed_id = { 0, 4 },
			     .entry_id = -1,
			     .entry_name = -1 },
	[BTF_KIND_STRUCT] = NAME_TYPE("struct", false, BTF_MEMBER_SIZE),
	[BTF_KIND_UNION] = NAME_TYPE("union", false, BTF_MEMBER_SIZE),
	[BTF_KIND_ENUM] = NAME_VALUE("enum", 8),
	[BTF_KIND_FWD] = PLAIN("fwd", false),
	[BTF_KIND_TYPEDEF] = PLAIN("typedef", true),
	[BTF_KIND_VOLATILE] = PLAIN("volatile", true),
	[BTF_KIND_CONST] = PLAIN("const", true),
	[BTF_KIND_RESTRICT] = PLAIN("restrict", true),
	/* vlen is the linkage here: no entries */
	[BTF_KIND_FUNC] = PLAIN("func", true),
	[BTF_KIND_FUNC_PROTO] = NAME_TYPE("func_proto", true, BTF_PARAM_SIZE),
	[BTF_KIND_VAR] = { .name = "var", .fixed = 4, .refers = true, NO_IDS },
	[BTF_KIND_DATASEC] = { .name = "datasec",
			       .entry = BTF_SECINFO_SIZE,
			       .fixed_id = { -1, -1 },
			       .entry_id = 0,
			       .entry_name = -1 },
	[BTF_KIND_FLOAT] = PLAIN("float", false),
	[BTF_KIND_DECL_TAG] = { .name = "decl_tag", .fixed = 4, .refers = true, NO_IDS },
	[BTF_KIND_TYPE_TAG] = PLAIN("type_tag", true),
	[BTF_KIND_ENUM64] = NAME_VALUE("enum64", 12),
};

const struct btf_kind_layout *btf_kind_layout(uint32_t kind)
{
	return kind < ARRAY_SIZE(layouts) && layouts[kind].name ? &layouts[kind] : NULL;
}

enum btf_word btf_word_at(const struct btf_kind_layout *layout, size_t off)
{
	if (off < layout->fixed)
		return layout->fixed_id[0] == (int)off || layout->fixed_id[1] == (int)off
			       ? BTF_WORD_ID
			       : BTF_WORD_VALUE;
	off = (off - layout->fixed) % layout->entry;
	if (layout->entry_id == (int)off)
		return BTF_WORD_ID;
	return layout->entry_name == (int)off ? BTF_WORD_NAME : BTF_WORD_VALUE;
}
