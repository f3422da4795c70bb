// SPDX-License-Identifier: GPL-2.0-only
/* From a blob and an edit to a new blob. */
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_edit_state.h"
#include "btf/btf_layout.h"
#include "core/strbuf.h"

/* Everything btf_edit_apply() works with. Arrays have an element for each own type. */
struct rewrite {
	const struct btf_edit *edit;
	const struct btf_image *btf;
	bool *drop;
	/* led to by a dropped type; led to by one that stays whatever happens */
	bool *suspect, *needed;
	uint32_t *new_id;
	/* own string offsets in use, then sorted and unique, and where they go */
	VEC(uint32_t) old_str;
	uint32_t *new_str;
	struct strbuf types, strings;
};

static void rewrite_release(struct rewrite *rw)
{
	free(rw->drop);
	free(rw->suspect);
	free(rw->needed);
	free(rw->new_id);
	free(rw->new_str);
	vec_free(&rw->old_str);
	strbuf_release(&rw->types);
	strbuf_release(&rw->strings);
}

/* Index of own type @id, or -1 for void and types of the base. */
static int64_t own_index(const struct rewrite *rw, uint32_t id)
{
	return id >= rw->btf->first_id && id - rw->btf->first_id < rw->btf->nr_types
		       ? (int64_t)(id - rw->btf->first_id)
		       : -1;
}

static bool is_replaced(const struct rewrite *rw, const struct btf_type_view *type)
{
	return rw->edit->changes[type->id - rw->btf->first_id].replaced;
}

/* Calls @fn with each type id that a type has in it, as it was before the edit. */
static void for_each_ref(struct rewrite *rw, const struct btf_type_view *type,
			 void (*fn)(struct rewrite *rw, uint32_t id, void *arg), void *arg)
{
	const struct btf_kind_layout *layout = btf_kind_layout(type->kind);
	bool big_endian = rw->btf->big_endian;

	if (layout->refers)
		fn(rw, type->size_or_type, arg);
	for (size_t i = 0; i < ARRAY_SIZE(layout->fixed_id); i++)
		if (layout->fixed_id[i] >= 0)
			fn(rw, btf_get32(type->tail + layout->fixed_id[i], big_endian), arg);
	if (layout->entry_id < 0)
		return;
	for (uint32_t i = 0; i < type->vlen; i++)
		fn(rw,
		   btf_get32(type->tail + layout->fixed + (size_t)i * layout->entry +
				     layout->entry_id,
			     big_endian),
		   arg);
}

/* A set of types that grows by what its members refer to. */
struct closure {
	bool *member;
	VEC(uint32_t) todo;
};

static void closure_add(struct rewrite *rw, uint32_t id, void *arg)
{
	struct closure *closure = arg;
	int64_t i = own_index(rw, id);

	if (i < 0 || closure->member[i])
		return;
	closure->member[i] = true;
	vec_push(&closure->todo, id);
}

/* Not recursive: a hostile blob can nest as deep as it has types. */
static void closure_finish(struct rewrite *rw, struct closure *closure)
{
	while (closure->todo.len) {
		struct btf_type_view type;

		if (btf_type_get(rw->btf, closure->todo.data[--closure->todo.len], &type))
			for_each_ref(rw, &type, closure_add, closure);
	}
	vec_free(&closure->todo);
}

static void drop_tags_of_dropped(struct rewrite *rw)
{
	btf_for_each_type(type, rw->btf) {
		int64_t target = own_index(rw, type.size_or_type);

		if (type.kind == BTF_KIND_DECL_TAG && target >= 0 && rw->drop[target])
			rw->drop[type.id - rw->btf->first_id] = true;
	}
}

static uint32_t nr_kept_secinfos(const struct rewrite *rw, const struct btf_secinfo *infos,
				 uint32_t nr_infos)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < nr_infos; i++) {
		int64_t var = own_index(rw, infos[i].type);

		kept += var < 0 || !rw->drop[var];
	}
	return kept;
}

/* What a DATASEC will list, dropped VARs still among them; the caller frees. */
static struct btf_secinfo *secinfos_of(const struct rewrite *rw, const struct btf_type_view *type,
				       uint32_t *nr_ret)
{
	const struct btf_change *change = &rw->edit->changes[type->id - rw->btf->first_id];
	uint32_t count = change->replaced ? change->nr_infos : type->vlen;
	struct btf_secinfo *infos = xcalloc(count, sizeof(*infos));

	for (uint32_t i = 0; i < count; i++)
		infos[i] = change->replaced ? change->infos[i] : btf_secinfo(type, i);
	*nr_ret = count;
	return infos;
}

static void drop_emptied_datasecs(struct rewrite *rw)
{
	btf_for_each_type(type, rw->btf) {
		if (type.kind != BTF_KIND_DATASEC || (!type.vlen && !is_replaced(rw, &type)))
			continue;

		uint32_t count;
		_cleanup_free_ struct btf_secinfo *infos = secinfos_of(rw, &type, &count);
		if (!nr_kept_secinfos(rw, infos, count))
			rw->drop[type.id - rw->btf->first_id] = true;
	}
}

/*
 * A type goes if dropped types lead to it and nothing else does. Types that nothing referred to in the
 * first place are what pahole wanted to describe, and stay. A tag alone does not hold a type.
 */
static void drop_orphans(struct rewrite *rw)
{
	struct closure suspects = { .member = rw->suspect };
	struct closure needed = { .member = rw->needed };
	uint32_t first = rw->btf->first_id;

	btf_for_each_type(type, rw->btf) {
		/* an emptied DATASEC led to VARs that may have moved; those that have not were dropped */
		if (rw->drop[type.id - first] && type.kind != BTF_KIND_DATASEC)
			for_each_ref(rw, &type, closure_add, &suspects);
	}
	closure_finish(rw, &suspects);

	btf_for_each_type(type, rw->btf) {
		uint32_t i = type.id - first;

		if (!rw->drop[i] && !rw->suspect[i] && type.kind != BTF_KIND_DECL_TAG &&
		    type.kind != BTF_KIND_DATASEC)
			closure_add(rw, type.id, &needed);
	}
	closure_finish(rw, &needed);

	for (uint32_t i = 0; i < rw->btf->nr_types; i++)
		if (rw->suspect[i] && !rw->needed[i])
			rw->drop[i] = true;
	drop_tags_of_dropped(rw);
}

static struct error *number_types(struct rewrite *rw)
{
	uint32_t next = rw->btf->first_id;

	for (uint32_t i = 0; i < rw->btf->nr_types; i++)
		rw->new_id[i] = rw->drop[i] ? 0 : next++;
	if (UINT32_MAX - next < rw->edit->added.len)
		return error_new(ERROR_INPUT, "%s: no ids left", rw->btf->label);
	return NULL;
}

static void note_string(struct rewrite *rw, uint32_t off)
{
	if (off >= rw->btf->str_start && off)
		vec_push(&rw->old_str, off);
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void collect_strings(struct rewrite *rw)
{
	btf_for_each_type(type, rw->btf) {
		const struct btf_kind_layout *layout = btf_kind_layout(type.kind);
		uint32_t index = type.id - rw->btf->first_id;

		if (rw->drop[index])
			continue;
		if (!rw->edit->changes[index].name)
			note_string(rw, type.name_off);
		for (uint32_t i = 0; layout->entry_name >= 0 && i < type.vlen; i++)
			note_string(rw, btf_get32(type.tail + layout->fixed +
							  (size_t)i * layout->entry +
							  layout->entry_name,
						  rw->btf->big_endian));
	}
}

/* Copies the strings in use, in their order. A name may be the end of another one: it stays so. */
static struct error *write_strings(struct rewrite *rw)
{
	const struct btf_image *btf = rw->btf;
	uint32_t last_old = 0, last_end = 0, last_new = 0;
	size_t unique = 0;

	collect_strings(rw);
	if (rw->old_str.len)
		qsort(rw->old_str.data, rw->old_str.len, sizeof(uint32_t), compare_u32);
	rw->new_str = xcalloc(rw->old_str.len, sizeof(uint32_t));
	if (!btf->base)
		strbuf_addc(&rw->strings, '\0');

	for (size_t i = 0; i < rw->old_str.len; i++) {
		uint32_t off = rw->old_str.data[i];

		if (unique && off == rw->old_str.data[unique - 1])
			continue;
		if (off >= last_end) {
			const char *s = btf_string(btf, off);

			if (!s)
				return error_new(ERROR_INPUT,
						 "%s: a name is at offset %u, outside the strings",
						 btf->label, off);
			last_old = off;
			last_new = btf->str_start + (uint32_t)rw->strings.len;
			strbuf_add(&rw->strings, s, strlen(s) + 1);
			last_end = off + (uint32_t)strlen(s) + 1;
		}
		rw->old_str.data[unique] = off;
		rw->new_str[unique++] = last_new + (off - last_old);
	}
	rw->old_str.len = unique;
	return NULL;
}

static uint32_t map_string(const struct rewrite *rw, uint32_t off)
{
	const uint32_t *found = NULL;

	if (rw->old_str.len)
		found = bsearch(&off, rw->old_str.data, rw->old_str.len, sizeof(off), compare_u32);
	/* void of a name, and names of the base */
	return found ? rw->new_str[found - rw->old_str.data] : off;
}

static uint32_t add_string(struct rewrite *rw, const char *s)
{
	uint32_t off = rw->btf->str_start + (uint32_t)rw->strings.len;

	strbuf_add(&rw->strings, s, strlen(s) + 1);
	return off;
}

static struct error *map_id(const struct rewrite *rw, uint32_t from, uint32_t id, uint32_t *ret)
{
	int64_t i = own_index(rw, id);

	if (i < 0 && id >= rw->btf->first_id)
		return error_new(ERROR_INPUT, "%s: type %u refers to the id %u, which nobody has",
				 rw->btf->label, from, id);
	if (i >= 0 && rw->edit->changes[i].redirect) {
		*ret = rw->edit->changes[i].redirect;
		return NULL;
	}
	if (i >= 0 && rw->drop[i])
		return error_new(ERROR_INPUT,
				 "%s: type %u refers to type %u, which was to be removed",
				 rw->btf->label, from, id);
	*ret = i < 0 ? id : rw->new_id[i];
	return NULL;
}

static void put_word(struct rewrite *rw, uint32_t word)
{
	uint8_t bytes[4];

	btf_put32(bytes, word, rw->btf->big_endian);
	strbuf_add(&rw->types, bytes, sizeof(bytes));
}

/* Replaces the id at @pos, a place in the new types, by the one the type has now. */
static struct error *patch_id(struct rewrite *rw, uint32_t from, size_t pos)
{
	uint8_t *p = (uint8_t *)rw->types.data + pos;
	uint32_t id = 0;
	struct error *err = map_id(rw, from, btf_get32(p, rw->btf->big_endian), &id);

	if (!err)
		btf_put32(p, id, rw->btf->big_endian);
	return err;
}

static struct error *put_datasec(struct rewrite *rw, uint32_t from, uint32_t name_off,
				 uint32_t info, uint32_t size, const struct btf_secinfo *infos,
				 uint32_t nr_infos)
{
	put_word(rw, name_off);
	put_word(rw, (info & ~0xffffffU) | nr_kept_secinfos(rw, infos, nr_infos));
	put_word(rw, size);
	for (uint32_t i = 0; i < nr_infos; i++) {
		int64_t var = own_index(rw, infos[i].type);
		struct error *err;
		uint32_t id = 0;

		if (var >= 0 && rw->drop[var])
			continue;
		err = map_id(rw, from, infos[i].type, &id);
		if (err)
			return err;
		put_word(rw, id);
		put_word(rw, infos[i].offset);
		put_word(rw, infos[i].size);
	}
	return NULL;
}

static struct error *put_type(struct rewrite *rw, const struct btf_type_view *type)
{
	const struct btf_kind_layout *layout = btf_kind_layout(type->kind);
	const struct btf_change *change = &rw->edit->changes[type->id - rw->btf->first_id];
	const uint8_t *old = type->tail - BTF_TYPE_SIZE;
	size_t tail = layout->fixed + (size_t)layout->entry * type->vlen;
	size_t pos = rw->types.len, tail_pos = pos + BTF_TYPE_SIZE;
	uint32_t name =
		change->name ? add_string(rw, change->name) : map_string(rw, type->name_off);
	struct error *err = NULL;

	if (type->kind == BTF_KIND_DATASEC) {
		uint32_t count;
		_cleanup_free_ struct btf_secinfo *infos = secinfos_of(rw, type, &count);

		return put_datasec(rw, type->id, name, btf_get32(old + 4, rw->btf->big_endian),
				   change->replaced ? change->size : type->size_or_type, infos,
				   count);
	}

	strbuf_add(&rw->types, old, BTF_TYPE_SIZE + tail);
	btf_put32((uint8_t *)rw->types.data + pos, name, rw->btf->big_endian);
	if (layout->refers)
		err = patch_id(rw, type->id, pos + 8);
	for (size_t i = 0; !err && i < ARRAY_SIZE(layout->fixed_id); i++)
		if (layout->fixed_id[i] >= 0)
			err = patch_id(rw, type->id, tail_pos + (size_t)layout->fixed_id[i]);
	for (uint32_t i = 0; !err && i < type->vlen && layout->entry; i++) {
		size_t entry = tail_pos + layout->fixed + (size_t)i * layout->entry;

		if (layout->entry_name >= 0) {
			uint8_t *p = (uint8_t *)rw->types.data + entry + layout->entry_name;

			btf_put32(p, map_string(rw, btf_get32(p, rw->btf->big_endian)),
				  rw->btf->big_endian);
		}
		if (layout->entry_id >= 0)
			err = patch_id(rw, type->id, entry + (size_t)layout->entry_id);
	}
	return err;
}

static struct error *put_types(struct rewrite *rw)
{
	const struct btf_edit *edit = rw->edit;

	btf_for_each_type(type, rw->btf) {
		if (rw->drop[type.id - rw->btf->first_id])
			continue;

		struct error *err = put_type(rw, &type);
		if (err)
			return err;
	}
	for (size_t i = 0; i < edit->added.len; i++) {
		const struct btf_new_datasec *datasec = &edit->added.data[i];
		struct error *err =
			put_datasec(rw, btf_nr_ids(rw->btf), add_string(rw, datasec->name),
				    (uint32_t)BTF_KIND_DATASEC << 24, datasec->size, datasec->infos,
				    datasec->nr_infos);
		if (err)
			return err;
	}
	return NULL;
}

/* The kind layout section of a header that has one; other fields beyond the first 24 bytes must be 0. */
static struct error *find_layout(const struct btf_image *btf, uint32_t *off_ret, uint32_t *len_ret)
{
	uint32_t known = BTF_HDR_MIN;

	*off_ret = *len_ret = 0;
	if (btf->hdr_len >= BTF_HDR_WITH_LAYOUT) {
		uint64_t off = btf_get32(btf->data + BTF_HDR_LAYOUT_OFF, btf->big_endian);
		uint64_t len = btf_get32(btf->data + BTF_HDR_LAYOUT_LEN, btf->big_endian);

		if (btf->hdr_len + off > btf->len || len > btf->len - btf->hdr_len - off)
			return error_new(ERROR_INPUT,
					 "%s: offset %d: the kind layout ends beyond the blob",
					 btf->label, BTF_HDR_LAYOUT_OFF);
		*off_ret = btf->hdr_len + (uint32_t)off;
		*len_ret = (uint32_t)len;
		known = BTF_HDR_WITH_LAYOUT;
	}
	for (uint32_t i = known; i < btf->hdr_len; i++)
		if (btf->data[i])
			return error_new(
				ERROR_INPUT,
				"%s: offset %u: header fields beyond the first %u bytes are "
				"not known, so it cannot be rewritten",
				btf->label, i, known);
	return NULL;
}

static struct error *assemble(const struct rewrite *rw, uint8_t **blob_ret, size_t *len_ret)
{
	const struct btf_image *btf = rw->btf;
	uint32_t layout_off, layout_len;
	struct error *err = find_layout(btf, &layout_off, &layout_len);

	if (err)
		return err;

	size_t layout_pos = btf->hdr_len + rw->types.len;
	size_t str_pos = layout_pos + layout_len;
	size_t len = str_pos + rw->strings.len;
	if (len > UINT32_MAX)
		return error_new(ERROR_INPUT, "%s: too large to be rewritten", btf->label);

	uint8_t *blob = xcalloc(1, len);
	memcpy(blob, btf->data, btf->hdr_len);
	btf_put32(blob + BTF_HDR_TYPE_OFF, 0, btf->big_endian);
	btf_put32(blob + BTF_HDR_TYPE_LEN, (uint32_t)rw->types.len, btf->big_endian);
	btf_put32(blob + BTF_HDR_STR_OFF, (uint32_t)(str_pos - btf->hdr_len), btf->big_endian);
	btf_put32(blob + BTF_HDR_STR_LEN, (uint32_t)rw->strings.len, btf->big_endian);
	/* an empty one is somewhere too, perhaps beyond the new blob's end */
	if (btf->hdr_len >= BTF_HDR_WITH_LAYOUT)
		btf_put32(blob + BTF_HDR_LAYOUT_OFF, layout_len ? (uint32_t)rw->types.len : 0,
			  btf->big_endian);
	if (layout_len)
		memcpy(blob + layout_pos, btf->data + layout_off, layout_len);
	if (rw->types.len)
		memcpy(blob + btf->hdr_len, rw->types.data, rw->types.len);
	if (rw->strings.len)
		memcpy(blob + str_pos, rw->strings.data, rw->strings.len);
	*blob_ret = blob;
	*len_ret = len;
	return NULL;
}

struct error *btf_edit_apply(const struct btf_edit *edit, uint8_t **blob_ret, size_t *len_ret)
{
	const struct btf_image *btf = edit->btf;
	_cleanup_(rewrite_release) struct rewrite rw = {
		.edit = edit,
		.btf = btf,
		.drop = xcalloc(btf->nr_types, sizeof(bool)),
		.suspect = xcalloc(btf->nr_types, sizeof(bool)),
		.needed = xcalloc(btf->nr_types, sizeof(bool)),
		.new_id = xcalloc(btf->nr_types, sizeof(uint32_t)),
	};

	for (uint32_t i = 0; i < btf->nr_types; i++)
		rw.drop[i] = edit->changes[i].drop;
	drop_tags_of_dropped(&rw);
	drop_emptied_datasecs(&rw);
	if (!edit->keep_types)
		drop_orphans(&rw);

	struct error *err = number_types(&rw);
	if (!err)
		err = write_strings(&rw);
	if (!err)
		err = put_types(&rw);
	if (!err)
		err = assemble(&rw, blob_ret, len_ret);
	return err;
}
