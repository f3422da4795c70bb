// SPDX-License-Identifier: GPL-2.0-only
#include "verify/type_loops.h"

#include <linux/btf.h>
#include <stdlib.h>

#include "core/mem.h"

/* The colours of a depth-first search. */
enum colour {
	/* not seen */
	WHITE,
	/* on the path we came by */
	GREY,
	/* done with all below it */
	BLACK,
};

struct step {
	uint32_t id, next_edge;
};

struct search {
	const struct btf_image *btf;
	uint8_t *colours;
	VEC(struct step) path;
};

static bool is_chain(uint32_t kind)
{
	return kind == BTF_KIND_PTR || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST ||
	       kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

/* The @i-th type that @type contains; false when there is none left. */
static bool edge(const struct btf_type_view *type, uint32_t i, uint32_t *ret)
{
	struct btf_type_view target;

	switch (type->kind) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (i >= type->vlen)
			return false;
		*ret = btf_member(type, i).type;
		return true;
	case BTF_KIND_ARRAY:
		*ret = i ? btf_array(type).index_type : btf_array(type).elem_type;
		return i < 2;
	case BTF_KIND_PTR:
		*ret = type->size_or_type;
		return i == 0 && btf_type_get(type->btf, type->size_or_type, &target) &&
		       is_chain(target.kind);
	case BTF_KIND_VAR:
		*ret = type->size_or_type;
		return i == 0;
	default:
		*ret = type->size_or_type;
		return i == 0 && is_chain(type->kind);
	}
}

/* Own types alone: a base cannot refer to what is split from it. */
static uint8_t *colour_of(struct search *search, uint32_t id)
{
	const struct btf_image *btf = search->btf;

	if (id < btf->first_id || id - btf->first_id >= btf->nr_types)
		return NULL;
	return &search->colours[id - btf->first_id];
}

static void enter(struct search *search, uint32_t id)
{
	*colour_of(search, id) = GREY;
	vec_push(&search->path, (struct step){ .id = id });
}

/* Takes one edge of the path's last type, or leaves that. */
static void take_step(struct search *search, void (*report)(void *user, uint32_t id), void *user)
{
	struct step *step = &search->path.data[search->path.len - 1];
	struct btf_type_view type;
	uint8_t *colour;
	uint32_t next;

	if (!btf_type_get(search->btf, step->id, &type) || !edge(&type, step->next_edge, &next)) {
		*colour_of(search, step->id) = BLACK;
		search->path.len--;
		return;
	}
	step->next_edge++;
	colour = colour_of(search, next);
	if (!colour)
		return;
	if (*colour == GREY)
		report(user, next);
	else if (*colour == WHITE)
		enter(search, next);
}

void btf_find_loops(const struct btf_image *btf, void (*report)(void *user, uint32_t id),
		    void *user)
{
	struct search search = { .btf = btf };

	if (!btf->nr_types)
		return;
	search.colours = xcalloc(btf->nr_types, 1);
	for (uint32_t i = 0; i < btf->nr_types; i++) {
		if (search.colours[i] != WHITE)
			continue;
		enter(&search, btf->first_id + i);
		while (search.path.len)
			take_step(&search, report, user);
	}
	vec_free(&search.path);
	free(search.colours);
}
