// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_repair.h"

#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>

#include "btf/repair_state.h"

static void repair_release(struct repair *rp)
{
	btf_edit_free(rp->edit);
	btf_dwarf_close(rp->dwarf);
	vec_free(&rp->datasecs);
	vec_free(&rp->entries);
	free(rp->sorted);
}

/* Sections, files and functions have symbols too; what assembly defines may have no type. */
static bool is_data_symbol(const struct elf_symbol *symbol)
{
	return symbol->type == STT_OBJECT || symbol->type == STT_NOTYPE ||
	       symbol->type == STT_TLS || symbol->type == STT_COMMON;
}

static const struct elf_symbol *symbol_at(const struct repair *rp, const char *name,
					  const struct elf_section *section, uint32_t offset)
{
	const struct elf_symbol *const *symbols;
	size_t count = elf_symbols_by_name(rp->elf, name, &symbols);
	const struct elf_symbol *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (repair_is_in(symbols[i], section) && is_data_symbol(symbols[i]) &&
		    repair_symbol_offset(rp, symbols[i]) == offset &&
		    (!best || (!repair_is_object(best) && repair_is_object(symbols[i]))))
			best = symbols[i];
	return best;
}

static void find_symbol(struct repair *rp, struct repair_entry *entry)
{
	entry->symbol = symbol_at(rp, entry->name, rp->datasecs.data[entry->to].section,
				  entry->info.offset);
}

static void load_datasec(struct repair *rp, const struct btf_type_view *type)
{
	const char *name = btf_type_name(type);
	struct repair_datasec datasec = {
		.id = type->id,
		.name = name,
		.section = elf_section_by_name(rp->elf, name),
		.size = type->size_or_type,
	};

	vec_push(&rp->datasecs, datasec);
	for (uint32_t i = 0; i < type->vlen; i++) {
		struct btf_secinfo info = btf_secinfo(type, i);
		struct btf_type_view var;
		bool is_var = btf_type_get(rp->btf, info.type, &var) && var.kind == BTF_KIND_VAR &&
			      *btf_type_name(&var);
		struct repair_entry entry = {
			.from = rp->datasecs.len - 1,
			.to = rp->datasecs.len - 1,
			.info = info,
			.old_offset = info.offset,
			.name = is_var ? btf_type_name(&var) : "",
			.type = is_var ? var.size_or_type : 0,
			.linkage = is_var ? btf_var_linkage(&var) : 0,
			.opaque = !is_var,
		};

		if (is_var &&
		    !btf_type_size(rp->btf, entry.type, rp->elf->bits / 8, &entry.type_size))
			entry.type_size = 0;
		if (is_var)
			find_symbol(rp, &entry);
		vec_push(&rp->entries, entry);
	}
}

static void note_unsorted(struct repair *rp)
{
	for (size_t i = 1; i < rp->entries.len; i++) {
		const struct repair_entry *entry = &rp->entries.data[i], *before = entry - 1;

		if (entry->from != before->from || entry->old_offset >= before->old_offset)
			continue;

		struct repair_entry section = { .from = entry->from,
						.name = "",
						.old_offset = entry->old_offset };
		repair_note(rp, REPAIR_UNSORTED, &section, "",
			    "%s at offset 0x%x is listed behind %s at 0x%x", entry->name,
			    entry->old_offset, before->name, before->old_offset);
		rp->datasecs.data[entry->from].changed = true;
		while (i + 1 < rp->entries.len && rp->entries.data[i + 1].from == section.from)
			i++;
	}
}

/* Drops the VARs that no DATASEC lists any more, and writes down the new lists. */
static void write_edit(struct repair *rp)
{
	uint32_t first = rp->btf->first_id;
	_cleanup_free_ bool *listed = xcalloc(rp->btf->nr_types, sizeof(bool));
	struct btf_secinfo *infos;

	repair_sort(rp);
	for (size_t i = 0; i < rp->nr_sorted; i++) {
		uint32_t id = rp->sorted[i]->info.type;

		if (id >= first && id - first < rp->btf->nr_types)
			listed[id - first] = true;
	}
	vec_for_each(entry, &rp->entries) {
		uint32_t id = entry->info.type;

		if (entry->dropped && id >= first && !listed[id - first])
			btf_edit_drop(rp->edit, id);
	}

	infos = xcalloc(rp->nr_sorted, sizeof(*infos));
	for (size_t d = 0, i = 0; d < rp->datasecs.len; d++) {
		const struct repair_datasec *datasec = &rp->datasecs.data[d];
		uint32_t count = 0, size = datasec->size;
		uint64_t end = 0;

		/* in the order of DATASECs, then offsets */
		for (; i < rp->nr_sorted && rp->sorted[i]->to == d; i++)
			infos[count++] = rp->sorted[i]->info;
		/* pahole ends it with its last variable, which may have been dropped */
		for (uint32_t k = 0; k < count; k++)
			if ((uint64_t)infos[k].offset + infos[k].size > end)
				end = (uint64_t)infos[k].offset + infos[k].size;
		if (datasec->section && size != datasec->section->size && end && end < size)
			size = (uint32_t)end;
		if (datasec->changed && datasec->id)
			btf_edit_set_datasec(rp->edit, datasec->id, size, infos, count);
		else if (datasec->changed && count)
			btf_edit_add_datasec(rp->edit, datasec->name, size, infos, count);
	}
	free(infos);
}

struct error *btf_repair(const struct btf_image *btf, const struct elf_image *elf,
			 struct btf_repairs *repairs, uint8_t **blob_ret, size_t *len_ret)
{
	_cleanup_(repair_release) struct repair rp = {
		.btf = btf,
		.elf = elf,
		.repairs = repairs,
		.edit = btf_edit_new(btf),
	};
	size_t before = repairs->list.len;

	*blob_ret = NULL;
	*len_ret = 0;
	btf_for_each_type(type, btf)
		if (type.kind == BTF_KIND_DATASEC)
			load_datasec(&rp, &type);

	repair_places(&rp);
	repair_overlaps(&rp);
	note_unsorted(&rp);
	if (repairs->list.len == before)
		return NULL;
	write_edit(&rp);
	return btf_edit_apply(rp.edit, blob_ret, len_ret);
}
