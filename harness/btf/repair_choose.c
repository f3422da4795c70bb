// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two at one place. Which of them is true is decided by the first criterion that tells them apart;
 * each is about what can be read off the ELF file, and higher is better.
 */
#include "btf/repair_state.h"

#include <elf.h>
#include <linux/btf.h>

/* longer chains of pointers, arrays and qualifiers are taken for a loop */
enum {
	MAX_CHAIN = 256
};

static int rank_symbol(struct repair *rp, const struct repair_entry *entry)
{
	(void)rp;
	return !entry->symbol ? 0 : repair_is_object(entry->symbol) ? 2 : 1;
}

int repair_binding(const struct repair_entry *entry)
{
	static const int ranks[] = { [STB_LOCAL] = 1, [STB_GLOBAL] = 3, [STB_WEAK] = 2 };

	if (!entry->symbol || entry->symbol->bind >= ARRAY_SIZE(ranks))
		return 0;
	return ranks[entry->symbol->bind];
}

static int rank_binding(struct repair *rp, const struct repair_entry *entry)
{
	(void)rp;
	return repair_binding(entry);
}

static int rank_size(struct repair *rp, const struct repair_entry *entry)
{
	(void)rp;
	if (!entry->symbol || !entry->symbol->size)
		return 0;
	/* smaller may be right: a flexible array member is in the symbol's size and not in the type's */
	return entry->type_size == entry->symbol->size  ? 3
	       : entry->type_size < entry->symbol->size ? 2
							: 1;
}

static int rank_linkage(struct repair *rp, const struct repair_entry *entry)
{
	bool is_static = entry->linkage == BTF_VAR_STATIC;

	(void)rp;
	return entry->symbol && is_static == (entry->symbol->bind == STB_LOCAL);
}

/* The type's name without pointers, arrays and qualifiers, as btf_dwarf_confirms() wants it. */
static const char *base_name(const struct btf_image *btf, uint32_t id)
{
	struct btf_type_view type;

	for (int i = 0; i < MAX_CHAIN && btf_type_get(btf, id, &type); i++) {
		switch (type.kind) {
		case BTF_KIND_ARRAY:
			id = btf_array(&type).elem_type;
			break;
		case BTF_KIND_PTR:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = type.size_or_type;
			break;
		default:
			return btf_type_name(&type);
		}
	}
	return "";
}

/* The definition's own unit is the one whose other variables lie around it. */
static int rank_dwarf(struct repair *rp, const struct repair_entry *entry)
{
	const struct elf_section *section = rp->datasecs.data[entry->to].section;

	if (!entry->symbol || !section)
		return 0;
	if (!rp->dwarf_tried) {
		rp->dwarf_tried = true;
		rp->dwarf = btf_dwarf_open(rp->elf->path);
	}
	return rp->dwarf && btf_dwarf_confirms(rp->dwarf, entry->symbol, section, entry->type_size,
					       base_name(rp->btf, entry->type));
}

static const struct criterion {
	int (*rank)(struct repair *rp, const struct repair_entry *entry);
	/* for the report */
	const char *reason;
} criteria[] = {
	{ rank_symbol, "it is the one that has a symbol here" },
	{ rank_binding, "its symbol is the more global one" },
	{ rank_size, "its type's size fits the symbol" },
	{ rank_linkage, "its linkage is the symbol's" },
};

static const struct criterion by_dwarf = {
	rank_dwarf, "DWARF has it in the unit whose other variables lie around it"
};

struct repair_entry *repair_choose(struct repair *rp, struct repair_entry *a,
				   struct repair_entry *b, const char **reason_ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(criteria); i++) {
		int x = criteria[i].rank(rp, a), y = criteria[i].rank(rp, b);

		*reason_ret = criteria[i].reason;
		if (x != y)
			return x > y ? a : b;
	}
	if (str_eq(a->name, b->name) && a->type == b->type) {
		*reason_ret = "two definitions of one type, of which the linker took one";
		return a;
	}

	int x = by_dwarf.rank(rp, a), y = by_dwarf.rank(rp, b);
	*reason_ret = x == y ? "nothing tells them apart, and the kernel takes only one"
			     : by_dwarf.reason;
	return y > x ? b : a;
}
