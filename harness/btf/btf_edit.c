// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_edit.h"

#include <stdlib.h>

#include "btf/btf_edit_state.h"

struct btf_edit *btf_edit_new(const struct btf_image *btf)
{
	struct btf_edit *edit = xcalloc(1, sizeof(*edit));

	edit->btf = btf;
	edit->changes = xcalloc(btf->nr_types, sizeof(*edit->changes));
	return edit;
}

void btf_edit_free(struct btf_edit *edit)
{
	if (!edit)
		return;
	for (uint32_t i = 0; i < edit->btf->nr_types; i++) {
		free(edit->changes[i].name);
		free(edit->changes[i].infos);
	}
	vec_for_each(datasec, &edit->added) {
		free(datasec->name);
		free(datasec->infos);
	}
	vec_free(&edit->added);
	free(edit->changes);
	free(edit);
}

static struct btf_change *change_of(const struct btf_edit *edit, uint32_t id)
{
	uint32_t first = edit->btf->first_id;

	return id >= first && id - first < edit->btf->nr_types ? &edit->changes[id - first] : NULL;
}

void btf_edit_drop(struct btf_edit *edit, uint32_t id)
{
	struct btf_change *change = change_of(edit, id);

	if (change)
		change->drop = true;
}

void btf_edit_redirect(struct btf_edit *edit, uint32_t id, uint32_t to)
{
	struct btf_change *change = change_of(edit, id);

	if (!change)
		return;
	change->drop = true;
	change->redirect = to;
}

void btf_edit_keep_types(struct btf_edit *edit)
{
	edit->keep_types = true;
}

void btf_edit_rename(struct btf_edit *edit, uint32_t id, const char *name)
{
	struct btf_change *change = change_of(edit, id);

	if (!change)
		return;
	free(change->name);
	change->name = xstrdup(name);
}

void btf_edit_set_datasec(struct btf_edit *edit, uint32_t id, uint32_t size,
			  const struct btf_secinfo *infos, uint32_t nr_infos)
{
	struct btf_change *change = change_of(edit, id);

	if (!change)
		return;
	free(change->infos);
	change->replaced = true;
	change->size = size;
	change->infos = nr_infos ? xmemdup(infos, nr_infos * sizeof(*infos)) : NULL;
	change->nr_infos = nr_infos;
}

void btf_edit_add_datasec(struct btf_edit *edit, const char *name, uint32_t size,
			  const struct btf_secinfo *infos, uint32_t nr_infos)
{
	struct btf_new_datasec datasec = {
		.name = xstrdup(name),
		.size = size,
		.infos = nr_infos ? xmemdup(infos, nr_infos * sizeof(*infos)) : NULL,
		.nr_infos = nr_infos,
	};

	vec_push(&edit->added, datasec);
}
