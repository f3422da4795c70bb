// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_image.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/mem.h"

/* a chain of typedefs, qualifiers and arrays longer than this is taken for a loop */
enum {
	MAX_CHAIN = 256,
};

static uint32_t get32(const struct btf_image *btf, const uint8_t *p)
{
	return btf_get32(p, btf->big_endian);
}

static struct error *parse_header(struct btf_image *btf)
{
	const uint8_t *data = btf->data;

	if (btf->len < BTF_HDR_MIN)
		return error_new(ERROR_INPUT, "%s: %zu bytes are too few for a BTF header (%d)",
				 btf->label, btf->len, BTF_HDR_MIN);
	if (data[0] == (BTF_MAGIC & 0xff) && data[1] == BTF_MAGIC >> 8)
		btf->big_endian = false;
	else if (data[0] == BTF_MAGIC >> 8 && data[1] == (BTF_MAGIC & 0xff))
		btf->big_endian = true;
	else
		return error_new(ERROR_INPUT, "%s: offset 0: no BTF magic (bytes %02x %02x)",
				 btf->label, data[0], data[1]);
	if (data[2] != BTF_VERSION)
		return error_new(ERROR_INPUT, "%s: offset 2: BTF version %u, only %d is known",
				 btf->label, data[2], BTF_VERSION);

	btf->hdr_len = get32(btf, data + BTF_HDR_HDR_LEN);
	if (btf->hdr_len < BTF_HDR_MIN || btf->hdr_len > btf->len)
		return error_new(
			ERROR_INPUT,
			"%s: offset %d: header length %u, not between %d and the blob's %zu",
			btf->label, BTF_HDR_HDR_LEN, btf->hdr_len, BTF_HDR_MIN, btf->len);
	return NULL;
}

/* Reads an (offset, length) pair of the header; the offset counts from the header's end. */
static struct error *parse_section(const struct btf_image *btf, unsigned int field,
				   const char *what, uint32_t *start_ret, uint32_t *len_ret)
{
	uint64_t off = get32(btf, btf->data + field);
	uint64_t len = get32(btf, btf->data + field + 4);
	uint64_t start = btf->hdr_len + off;

	if (start > btf->len || len > btf->len - start)
		return error_new(ERROR_INPUT,
				 "%s: offset %u: %s section (offset %llu, length %llu) ends beyond "
				 "the blob's %zu bytes",
				 btf->label, field, what, (unsigned long long)off,
				 (unsigned long long)len, btf->len);
	*start_ret = (uint32_t)start;
	*len_ret = (uint32_t)len;
	return NULL;
}

static struct error *parse_strings(struct btf_image *btf)
{
	const uint8_t *str = btf->data + btf->str_data_start;

	if (btf->base) {
		uint64_t start = (uint64_t)btf->base->str_start + btf->base->str_len;

		if (start + btf->str_len > UINT32_MAX)
			return error_new(ERROR_INPUT, "%s: its strings and the base's exceed 4 GiB",
					 btf->label);
		btf->str_start = (uint32_t)start;
		/* a split BTF may find all names in its base */
		if (!btf->str_len)
			return NULL;
	}
	if (!btf->str_len)
		return error_new(ERROR_INPUT, "%s: offset %u: the string section is empty",
				 btf->label, btf->str_data_start);
	if (!btf->base && str[0])
		return error_new(ERROR_INPUT, "%s: offset %u: the first string is not empty",
				 btf->label, btf->str_data_start);
	if (str[btf->str_len - 1])
		return error_new(ERROR_INPUT,
				 "%s: offset %u: the string section does not end with a NUL",
				 btf->label, btf->str_data_start + btf->str_len - 1);
	return NULL;
}

/* Finds where each type begins; after this every type, with its tail, is known to be inside. */
static struct error *index_types(struct btf_image *btf)
{
	const uint8_t *types = btf->data + btf->type_start;
	uint32_t first = btf->base ? btf_nr_ids(btf->base) : 1;
	VEC(uint32_t) pos = { 0 };
	struct error *err = NULL;
	uint32_t off = 0;

	btf->first_id = first;
	while (off < btf->type_len) {
		uint32_t left = btf->type_len - off;
		uint32_t id = first + (uint32_t)pos.len;

		if (left < BTF_TYPE_SIZE) {
			err = error_new(ERROR_INPUT,
					"%s: offset %u: type %u is cut off: %u of %d bytes",
					btf->label, btf->type_start + off, id, left, BTF_TYPE_SIZE);
			break;
		}

		uint32_t info = get32(btf, types + off + 4);
		const struct btf_kind_layout *layout = btf_kind_layout(BTF_INFO_TO_KIND(info));
		if (!layout) {
			err = error_new(ERROR_INPUT,
					"%s: offset %u: type %u is of the unknown kind %u",
					btf->label, btf->type_start + off, id,
					BTF_INFO_TO_KIND(info));
			break;
		}

		uint64_t tail = layout->fixed + (uint64_t)layout->entry * BTF_INFO_TO_VLEN(info);
		if (tail > left - BTF_TYPE_SIZE) {
			err = error_new(ERROR_INPUT,
					"%s: offset %u: type %u (%s, %u entries) needs %llu bytes, "
					"%u are left of the type section",
					btf->label, btf->type_start + off, id, layout->name,
					BTF_INFO_TO_VLEN(info),
					(unsigned long long)(BTF_TYPE_SIZE + tail), left);
			break;
		}
		if (id == UINT32_MAX) {
			err = error_new(ERROR_INPUT, "%s: more types than there are ids",
					btf->label);
			break;
		}
		vec_push(&pos, btf->type_start + off);
		off += BTF_TYPE_SIZE + (uint32_t)tail;
	}
	btf->type_pos = pos.data;
	btf->nr_types = (uint32_t)pos.len;
	return err;
}

struct error *btf_image_parse(const char *label, const void *data, size_t len,
			      const struct btf_image *base, struct btf_image **ret)
{
	_cleanup_(btf_image_cleanup) struct btf_image *btf = xcalloc(1, sizeof(*btf));
	struct error *err;

	btf->label = xstrdup(label);
	if (len > UINT32_MAX)
		return error_new(ERROR_INPUT, "%s: %zu bytes are more than BTF can have", label,
				 len);
	btf->data = xmemdup(data, len);
	btf->len = len;
	btf->base = base;

	err = parse_header(btf);
	if (!err && base && base->big_endian != btf->big_endian)
		err = error_new(ERROR_INPUT,
				"%s: offset 0: its byte order is not that of its base %s", label,
				base->label);
	if (!err)
		err = parse_section(btf, BTF_HDR_TYPE_OFF, "type", &btf->type_start,
				    &btf->type_len);
	if (!err)
		err = parse_section(btf, BTF_HDR_STR_OFF, "string", &btf->str_data_start,
				    &btf->str_len);
	if (!err)
		err = parse_strings(btf);
	if (!err)
		err = index_types(btf);
	if (err)
		return err;
	*ret = return_ptr(btf);
	return NULL;
}

void btf_image_free(struct btf_image *btf)
{
	if (!btf)
		return;
	free(btf->label);
	free(btf->data);
	free(btf->type_pos);
	free(btf);
}

uint32_t btf_nr_ids(const struct btf_image *btf)
{
	return btf->first_id + btf->nr_types;
}

bool btf_type_get_other(const struct btf_image *btf, uint32_t id, struct btf_type_view *ret)
{
	*ret = (struct btf_type_view){ .btf = btf, .id = id };
	if (id == 0)
		return true;
	while (btf && id < btf->first_id)
		btf = btf->base;
	return btf && id - btf->first_id < btf->nr_types && btf_type_get(btf, id, ret);
}

const char *btf_string_other(const struct btf_image *btf, uint32_t off)
{
	while (btf && off < btf->str_start)
		btf = btf->base;
	return btf && off - btf->str_start < btf->str_len ? btf_string(btf, off) : NULL;
}

const char *btf_type_name(const struct btf_type_view *type)
{
	if (!type->name_off)
		return "";

	const char *name = btf_string(type->btf, type->name_off);
	if (!name)
		return "<bad name>";
	/* many names may be ends of one string as long as the blob: to quote each would take all memory */
	return strnlen(name, BTF_NAME_MAX) < BTF_NAME_MAX ? name : "<long name>";
}

struct btf_member_view btf_member(const struct btf_type_view *type, uint32_t i)
{
	const uint8_t *p = type->tail + (size_t)i * BTF_MEMBER_SIZE;
	uint32_t offset = get32(type->btf, p + 8);
	struct btf_member_view member = {
		.name_off = get32(type->btf, p),
		.type = get32(type->btf, p + 4),
		.bit_offset = type->kind_flag ? offset & 0xffffff : offset,
		.bitfield_size = type->kind_flag ? offset >> 24 : 0,
	};

	return member;
}

struct btf_secinfo btf_secinfo(const struct btf_type_view *type, uint32_t i)
{
	const uint8_t *p = type->tail + (size_t)i * BTF_SECINFO_SIZE;
	struct btf_secinfo info = {
		.type = get32(type->btf, p),
		.offset = get32(type->btf, p + 4),
		.size = get32(type->btf, p + 8),
	};

	return info;
}

struct btf_array_view btf_array(const struct btf_type_view *type)
{
	struct btf_array_view array = {
		.elem_type = get32(type->btf, type->tail),
		.index_type = get32(type->btf, type->tail + 4),
		.nr_elems = get32(type->btf, type->tail + 8),
	};

	return array;
}

uint32_t btf_var_linkage(const struct btf_type_view *type)
{
	return get32(type->btf, type->tail);
}

struct btf_member_view btf_param(const struct btf_type_view *type, uint32_t i)
{
	const uint8_t *p = type->tail + (size_t)i * BTF_PARAM_SIZE;
	struct btf_member_view param = {
		.name_off = get32(type->btf, p),
		.type = get32(type->btf, p + 4),
	};

	return param;
}

bool btf_type_size(const struct btf_image *btf, uint32_t id, uint32_t pointer_size,
		   uint64_t *size_ret)
{
	uint64_t count = 1, size;

	for (int i = 0; i < MAX_CHAIN; i++) {
		struct btf_type_view type;

		if (!btf_type_get(btf, id, &type))
			return false;
		switch (type.kind) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
		case BTF_KIND_VAR:
			id = type.size_or_type;
			continue;
		case BTF_KIND_ARRAY:
			/* both factors are below 2^32, so this cannot wrap before it is refused */
			count *= btf_array(&type).nr_elems;
			if (count > UINT32_MAX)
				return false;
			id = btf_array(&type).elem_type;
			continue;
		case BTF_KIND_PTR:
			size = pointer_size;
			break;
		case BTF_KIND_INT:
		case BTF_KIND_FLOAT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_DATASEC:
			size = type.size_or_type;
			break;
		default:
			return false;
		}
		if (count * size > UINT32_MAX)
			return false;
		*size_ret = count * size;
		return true;
	}
	return false;
}

const char *btf_kind_name(uint32_t kind)
{
	const struct btf_kind_layout *layout = btf_kind_layout(kind);

	if (kind == BTF_KIND_UNKN)
		return "void";
	return layout ? layout->name : "unknown";
}
