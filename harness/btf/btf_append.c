// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_append.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	MAX_VLEN = 0xffffff
};

struct btf_append {
	const struct btf_image *base;
	uint32_t next_id;
	/* own strings count from here */
	uint32_t str_start;
	struct strbuf types, strings;
	/* offsets of strings of the base and of ours, hashed; 0: free */
	uint32_t *table;
	size_t cap, len;
};

static const char *string_at(const struct btf_append *append, uint32_t off)
{
	if (off < append->str_start)
		return btf_string(append->base, off);
	return append->strings.data + (off - append->str_start);
}

/* FNV-1a */
static size_t hash_of(const char *s)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 0x100000001b3u;
	return (size_t)(hash ^ hash >> 32);
}

/* Where a string is in the table, or the free place where it would go. */
static uint32_t *place_of(const struct btf_append *append, const char *s)
{
	size_t i = hash_of(s) & (append->cap - 1);

	while (append->table[i] && !str_eq(string_at(append, append->table[i]), s))
		i = (i + 1) & (append->cap - 1);
	return &append->table[i];
}

static void grow(struct btf_append *append)
{
	uint32_t *old = append->table;
	size_t old_cap = append->cap;

	append->cap = old_cap ? old_cap * 2 : 4096;
	append->table = xcalloc(append->cap, sizeof(*append->table));
	for (size_t i = 0; i < old_cap; i++)
		if (old[i])
			*place_of(append, string_at(append, old[i])) = old[i];
	free(old);
}

static void note_string(struct btf_append *append, uint32_t off)
{
	uint32_t *place;

	if (append->len * 2 >= append->cap)
		grow(append);
	place = place_of(append, string_at(append, off));
	if (*place)
		return;
	*place = off;
	append->len++;
}

/* The strings from @start on, which end with a NUL. The empty one has no place of its own. */
static void note_strings(struct btf_append *append, uint32_t start, uint32_t end)
{
	for (uint32_t off = start; off < end;) {
		uint32_t len = (uint32_t)strlen(string_at(append, off));

		if (len)
			note_string(append, off);
		off += len + 1;
	}
}

struct btf_append *btf_append_new(const struct btf_image *base)
{
	struct btf_append *append = xcalloc(1, sizeof(*append));

	append->base = base;
	append->next_id = btf_nr_ids(base);
	append->str_start = base->str_start + base->str_len;
	note_strings(append, 0, append->str_start);
	return append;
}

void btf_append_free(struct btf_append *append)
{
	if (!append)
		return;
	strbuf_release(&append->types);
	strbuf_release(&append->strings);
	free(append->table);
	free(append);
}

void btf_append_types(struct btf_append *append, const struct btf_image *split, uint32_t nr_types)
{
	uint32_t end = nr_types < split->nr_types ? split->type_pos[nr_types]
						  : split->type_start + split->type_len;

	strbuf_add(&append->types, split->data + split->type_start, end - split->type_start);
	strbuf_add(&append->strings, split->data + split->str_data_start, split->str_len);
	append->next_id += nr_types;
	note_strings(append, append->str_start, append->str_start + (uint32_t)append->strings.len);
}

static uint32_t add_string(struct btf_append *append, const char *s)
{
	uint32_t off = append->str_start + (uint32_t)append->strings.len;
	const uint32_t *place;

	if (!*s)
		return 0;
	if (!append->cap)
		grow(append);
	place = place_of(append, s);
	if (*place)
		return *place;
	strbuf_add(&append->strings, s, strlen(s) + 1);
	note_string(append, off);
	return off;
}

static void put_word(struct btf_append *append, uint32_t word)
{
	uint8_t bytes[4];

	btf_put32(bytes, word, append->base->big_endian);
	strbuf_add(&append->types, bytes, sizeof(bytes));
}

uint32_t btf_append_var(struct btf_append *append, const char *name, uint32_t type,
			uint32_t linkage)
{
	put_word(append, add_string(append, name));
	put_word(append, (uint32_t)BTF_KIND_VAR << 24);
	put_word(append, type);
	put_word(append, linkage);
	return append->next_id++;
}

void btf_append_datasec(struct btf_append *append, const char *name, uint32_t size,
			const struct btf_secinfo *infos, uint32_t nr_infos)
{
	put_word(append, add_string(append, name));
	put_word(append, (uint32_t)BTF_KIND_DATASEC << 24 | (nr_infos & MAX_VLEN));
	put_word(append, size);
	for (uint32_t i = 0; i < nr_infos; i++) {
		put_word(append, infos[i].type);
		put_word(append, infos[i].offset);
		put_word(append, infos[i].size);
	}
	append->next_id++;
}

/* A header of @hdr_len bytes for types, layout and strings, one behind the other. */
static void put_header(uint8_t *blob, const struct btf_image *base, uint32_t hdr_len,
		       uint32_t types, uint32_t layout, uint32_t strings)
{
	bool big_endian = base->big_endian;

	memcpy(blob, base->data, hdr_len);
	btf_put32(blob + BTF_HDR_HDR_LEN, hdr_len, big_endian);
	btf_put32(blob + BTF_HDR_TYPE_OFF, 0, big_endian);
	btf_put32(blob + BTF_HDR_TYPE_LEN, types, big_endian);
	btf_put32(blob + BTF_HDR_STR_OFF, types + layout, big_endian);
	btf_put32(blob + BTF_HDR_STR_LEN, strings, big_endian);
	if (hdr_len >= BTF_HDR_WITH_LAYOUT) {
		btf_put32(blob + BTF_HDR_LAYOUT_OFF, layout ? types : 0, big_endian);
		btf_put32(blob + BTF_HDR_LAYOUT_LEN, layout, big_endian);
	}
}

static struct error *too_large(const struct btf_append *append)
{
	return error_new(ERROR_INPUT, "%s: with variables it exceeds the 4 GiB of BTF",
			 append->base->label);
}

static void add_bytes(uint8_t **at, const void *data, size_t len)
{
	if (len)
		memcpy(*at, data, len);
	*at += len;
}

struct error *btf_append_split(const struct btf_append *append, uint8_t **blob_ret, size_t *len_ret)
{
	uint64_t len = BTF_HDR_MIN + (uint64_t)append->types.len + append->strings.len;
	uint8_t *blob, *at;

	if (append->str_start + len > UINT32_MAX)
		return too_large(append);
	blob = xcalloc(1, len);
	put_header(blob, append->base, BTF_HDR_MIN, (uint32_t)append->types.len, 0,
		   (uint32_t)append->strings.len);
	at = blob + BTF_HDR_MIN;
	add_bytes(&at, append->types.data, append->types.len);
	add_bytes(&at, append->strings.data, append->strings.len);
	*blob_ret = blob;
	*len_ret = len;
	return NULL;
}

/* The kind layout of Linux 7.x; nothing where the header has none. */
static struct error *find_layout(const struct btf_image *base, const uint8_t **layout_ret,
				 uint32_t *len_ret)
{
	uint64_t off, len;

	*layout_ret = NULL;
	*len_ret = 0;
	if (base->hdr_len < BTF_HDR_WITH_LAYOUT)
		return NULL;
	off = base->hdr_len +
	      (uint64_t)btf_get32(base->data + BTF_HDR_LAYOUT_OFF, base->big_endian);
	len = btf_get32(base->data + BTF_HDR_LAYOUT_LEN, base->big_endian);
	if (off > base->len || len > base->len - off)
		return error_new(ERROR_INPUT, "%s: offset %d: the kind layout ends beyond the blob",
				 base->label, BTF_HDR_LAYOUT_OFF);
	*layout_ret = base->data + off;
	*len_ret = (uint32_t)len;
	return NULL;
}

struct error *btf_append_merged(const struct btf_append *append, uint8_t **blob_ret,
				size_t *len_ret)
{
	const struct btf_image *base = append->base;
	const uint8_t *layout;
	uint32_t layout_len, hdr_len = base->hdr_len;
	struct error *err = find_layout(base, &layout, &layout_len);
	uint64_t types = (uint64_t)base->type_len + append->types.len;
	uint64_t strings = (uint64_t)base->str_len + append->strings.len;
	uint64_t len = hdr_len + types + layout_len + strings;
	uint8_t *blob, *at;

	if (!err && len > UINT32_MAX)
		err = too_large(append);
	if (err)
		return err;
	blob = xcalloc(1, len);
	put_header(blob, base, hdr_len, (uint32_t)types, layout_len, (uint32_t)strings);
	at = blob + hdr_len;
	add_bytes(&at, base->data + base->type_start, base->type_len);
	add_bytes(&at, append->types.data, append->types.len);
	add_bytes(&at, layout, layout_len);
	add_bytes(&at, base->data + base->str_data_start, base->str_len);
	add_bytes(&at, append->strings.data, append->strings.len);
	*blob_ret = blob;
	*len_ret = len;
	return NULL;
}
