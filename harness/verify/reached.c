// SPDX-License-Identifier: GPL-2.0-only
#include "verify/reached.h"

#include "btf/btf_layout.h"
#include "core/mem.h"

struct walk {
	const struct btf_image *btf;
	bool *marked;
	VEC(uint32_t) todo;
};

static void reach(struct walk *walk, uint32_t id)
{
	uint32_t i = id - walk->btf->first_id;

	if (id < walk->btf->first_id || i >= walk->btf->nr_types || walk->marked[i])
		return;
	walk->marked[i] = true;
	vec_push(&walk->todo, id);
}

static void reach_from(struct walk *walk, const struct btf_type_view *type)
{
	const struct btf_kind_layout *layout = btf_kind_layout(type->kind);
	bool big_endian = type->btf->big_endian;

	if (layout->refers)
		reach(walk, type->size_or_type);
	for (size_t i = 0; i < ARRAY_SIZE(layout->fixed_id); i++)
		if (layout->fixed_id[i] >= 0)
			reach(walk, btf_get32(type->tail + layout->fixed_id[i], big_endian));
	for (uint32_t i = 0; layout->entry_id >= 0 && i < type->vlen; i++)
		reach(walk, btf_get32(type->tail + layout->fixed + (size_t)i * layout->entry +
					      layout->entry_id,
				      big_endian));
}

/* Not recursive: a hostile blob can nest as deep as it has types. */
void btf_mark_reached(const struct btf_image *btf, bool *marked)
{
	struct walk walk = { .btf = btf, .marked = marked };
	struct btf_type_view type;

	btf_for_each_type(root, btf)
		if (marked[root.id - btf->first_id])
			vec_push(&walk.todo, root.id);
	while (walk.todo.len)
		if (btf_type_get(btf, walk.todo.data[--walk.todo.len], &type))
			reach_from(&walk, &type);
	vec_free(&walk.todo);
}
