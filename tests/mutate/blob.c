// SPDX-License-Identifier: GPL-2.0-only
#include "blob.h"

#include <stdlib.h>
#include <string.h>

void parts_init(struct blob_parts *parts, const struct btf_image *btf)
{
	*parts = (struct blob_parts){
		.big_endian = btf->big_endian,
		.first_id = btf->first_id,
		.str_start = btf->str_start,
	};
	memcpy(parts->header, btf->data, sizeof(parts->header));
	strbuf_add(&parts->strings, btf->data + btf->str_data_start, btf->str_len);
	for (uint32_t i = 0; i < btf->nr_types; i++) {
		uint32_t start = btf->type_pos[i];
		uint32_t end = i + 1 < btf->nr_types ? btf->type_pos[i + 1]
						     : btf->type_start + btf->type_len;
		struct strbuf type = STRBUF_INIT;

		strbuf_add(&type, btf->data + start, end - start);
		vec_push(&parts->types, type);
	}
}

void parts_release(struct blob_parts *parts)
{
	vec_for_each(type, &parts->types)
		strbuf_release(type);
	vec_free(&parts->types);
	strbuf_release(&parts->strings);
}

static uint8_t *at(const struct strbuf *type, size_t off)
{
	if (off + 4 > type->len)
		abort();
	return (uint8_t *)type->data + off;
}

static struct strbuf *own_type(const struct blob_parts *parts, uint32_t id)
{
	if (id < parts->first_id || id - parts->first_id >= parts->types.len)
		abort();
	return &parts->types.data[id - parts->first_id];
}

uint32_t parts_get(const struct blob_parts *parts, uint32_t id, size_t off)
{
	return btf_get32(at(own_type(parts, id), off), parts->big_endian);
}

void parts_put(struct blob_parts *parts, uint32_t id, size_t off, uint32_t value)
{
	btf_put32(at(own_type(parts, id), off), value, parts->big_endian);
}

uint32_t parts_add_string(struct blob_parts *parts, const char *string)
{
	uint32_t off = parts->str_start + (uint32_t)parts->strings.len;

	strbuf_add(&parts->strings, string, strlen(string) + 1);
	return off;
}

static void add_word(const struct blob_parts *parts, struct strbuf *to, uint32_t word)
{
	uint8_t bytes[4];

	btf_put32(bytes, word, parts->big_endian);
	strbuf_add(to, bytes, sizeof(bytes));
}

static struct strbuf make_type(const struct blob_parts *parts, uint32_t name, uint32_t info,
			       uint32_t size)
{
	struct strbuf type = STRBUF_INIT;

	add_word(parts, &type, name);
	add_word(parts, &type, info);
	add_word(parts, &type, size);
	return type;
}

uint32_t parts_add_type(struct blob_parts *parts, uint32_t name, uint32_t info, uint32_t size,
			const uint32_t *tail, size_t nr_words)
{
	struct strbuf type = make_type(parts, name, info, size);

	for (size_t i = 0; i < nr_words; i++)
		add_word(parts, &type, tail[i]);
	vec_push(&parts->types, type);
	return parts->first_id + (uint32_t)parts->types.len - 1;
}

void parts_add_bytes(struct blob_parts *parts, const void *bytes, size_t len)
{
	struct strbuf type = STRBUF_INIT;

	strbuf_add(&type, bytes, len);
	vec_push(&parts->types, type);
}

uint32_t parts_copy_type(struct blob_parts *parts, uint32_t id)
{
	struct strbuf *from = own_type(parts, id), type = STRBUF_INIT;

	strbuf_add(&type, from->data, from->len);
	vec_push(&parts->types, type);
	return parts->first_id + (uint32_t)parts->types.len - 1;
}

static void shift_id(const struct blob_parts *parts, struct strbuf *type, size_t off, uint32_t from,
		     int by)
{
	uint32_t id = btf_get32(at(type, off), parts->big_endian);

	if (id >= from)
		btf_put32(at(type, off), id + (uint32_t)by, parts->big_endian);
}

/* All references to ids from @from on. */
static void shift_ids(struct blob_parts *parts, uint32_t from, int by)
{
	vec_for_each(type, &parts->types) {
		uint32_t info = btf_get32(at(type, TYPE_INFO), parts->big_endian);
		const struct btf_kind_layout *layout = btf_kind_layout(BTF_INFO_TO_KIND(info));
		size_t off = BTF_TYPE_SIZE;

		if (layout->refers)
			shift_id(parts, type, TYPE_SIZE, from, by);
		for (int i = 0; i < 2; i++)
			if (layout->fixed && layout->fixed_id[i] >= 0)
				shift_id(parts, type, off + (size_t)layout->fixed_id[i], from, by);
		off += layout->fixed;
		for (; layout->entry && off < type->len; off += layout->entry)
			if (layout->entry_id >= 0)
				shift_id(parts, type, off + (size_t)layout->entry_id, from, by);
	}
}

void parts_remove_type(struct blob_parts *parts, uint32_t id)
{
	struct strbuf *type = own_type(parts, id);

	strbuf_release(type);
	parts->types.len--;
	memmove(type, type + 1,
		(size_t)(parts->types.data + parts->types.len - type) * sizeof(*type));
	shift_ids(parts, id + 1, -1);
}

void parts_push_front(struct blob_parts *parts, uint32_t name, uint32_t info, uint32_t size)
{
	struct strbuf type = make_type(parts, name, info, size);

	shift_ids(parts, parts->first_id, 1);
	vec_push(&parts->types, type);
	memmove(parts->types.data + 1, parts->types.data, (parts->types.len - 1) * sizeof(type));
	parts->types.data[0] = type;
}

static void add_vlen(struct blob_parts *parts, uint32_t id, int by)
{
	parts_put(parts, id, TYPE_INFO, parts_get(parts, id, TYPE_INFO) + (uint32_t)by);
}

void parts_remove_entry(struct blob_parts *parts, uint32_t id, uint32_t index, size_t size)
{
	struct strbuf *type = own_type(parts, id);
	size_t off = BTF_TYPE_SIZE + index * size;

	memmove(type->data + off, type->data + off + size, type->len - off - size);
	type->len -= size;
	add_vlen(parts, id, -1);
}

void parts_insert_secinfo(struct blob_parts *parts, uint32_t id, uint32_t index,
			  struct btf_secinfo info)
{
	struct strbuf *type = own_type(parts, id);
	size_t off = BTF_TYPE_SIZE + (size_t)index * BTF_SECINFO_SIZE;

	add_word(parts, type, 0);
	add_word(parts, type, 0);
	add_word(parts, type, 0);
	memmove(type->data + off + BTF_SECINFO_SIZE, type->data + off,
		type->len - off - BTF_SECINFO_SIZE);
	add_vlen(parts, id, 1);
	parts_put(parts, id, off, info.type);
	parts_put(parts, id, off + 4, info.offset);
	parts_put(parts, id, off + 8, info.size);
}

void parts_write(const struct blob_parts *parts, struct strbuf *out)
{
	size_t types = 0;
	uint8_t *header;

	strbuf_add(out, parts->header, sizeof(parts->header));
	vec_for_each(type, &parts->types) {
		strbuf_add(out, type->data, type->len);
		types += type->len;
	}
	strbuf_add(out, parts->strings.data, parts->strings.len);
	header = (uint8_t *)out->data;
	btf_put32(header + BTF_HDR_TYPE_OFF, 0, parts->big_endian);
	btf_put32(header + BTF_HDR_TYPE_LEN, (uint32_t)types, parts->big_endian);
	btf_put32(header + BTF_HDR_STR_OFF, (uint32_t)types, parts->big_endian);
	btf_put32(header + BTF_HDR_STR_LEN, (uint32_t)parts->strings.len, parts->big_endian);
}
