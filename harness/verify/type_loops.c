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
	/* the same, and reported: more of its loops would say nothing new */
	GREY_REPORTED,
	/* done with all below it */
	BLACK,
};

struct step {
	uint32_t id, next_edge;
};

static bool is_modifier(uint32_t kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

/*
 * Two searches, each with its edges: the @i-th type that @type contains by value, or that it names in a
 * chain of pointers and modifiers. Apart, since a struct that a pointer leads to ends the chain. False
 * when there is none left.
 */
typedef bool (*edge_fn)(const struct btf_type_view *type, uint32_t i, uint32_t *ret);

static bool value_edge(const struct btf_type_view *type, uint32_t i, uint32_t *ret)
{
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
	default:
		*ret = type->size_or_type;
		return i == 0 && is_modifier(type->kind);
	}
}

static bool chain_edge(const struct btf_type_view *type, uint32_t i, uint32_t *ret)
{
	*ret = type->size_or_type;
	return i == 0 && (type->kind == BTF_KIND_PTR || is_modifier(type->kind));
}

struct search {
	const struct btf_image *btf;
	edge_fn edge;
	uint8_t *colours;
	VEC(struct step) path;
};

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

	if (!btf_type_get(search->btf, step->id, &type) ||
	    !search->edge(&type, step->next_edge, &next)) {
		*colour_of(search, step->id) = BLACK;
		search->path.len--;
		return;
	}
	step->next_edge++;
	colour = colour_of(search, next);
	if (!colour)
		return;
	if (*colour == GREY) {
		*colour = GREY_REPORTED;
		report(user, next);
	} else if (*colour == WHITE) {
		enter(search, next);
	}
}

static void run_search(const struct btf_image *btf, edge_fn edge,
		       void (*report)(void *user, uint32_t id), void *user)
{
	struct search search = { .btf = btf, .edge = edge };

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

void btf_find_loops(const struct btf_image *btf, void (*report)(void *user, uint32_t id),
		    void *user)
{
	if (!btf->nr_types)
		return;
	run_search(btf, value_edge, report, user);
	run_search(btf, chain_edge, report, user);
}
