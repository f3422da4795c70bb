// SPDX-License-Identifier: GPL-2.0-only
#include "btf_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/btf.h>

#include "btf/btf_layout.h"
#include "core/mem.h"

void btf_build_init(struct btf_build *b, bool big_endian, const struct btf_image *base)
{
	*b = (struct btf_build){
		.big_endian = big_endian,
		.hdr_len = BTF_HDR_MIN,
		.next_id = base ? btf_nr_ids(base) : 1,
		.str_start = base ? base->str_start + base->str_len : 0,
	};
	/* the string at offset 0 is empty, and it is the base's where there is one */
	if (!base)
		strbuf_addc(&b->strings, '\0');
}

uint32_t btf_build_add_string(struct btf_build *b, const char *s)
{
	uint32_t off = b->str_start + (uint32_t)b->strings.len;

	if (!*s)
		return 0;
	strbuf_add(&b->strings, s, strlen(s) + 1);
	return off;
}

void btf_build_add_word(struct btf_build *b, uint32_t word)
{
	uint8_t bytes[4];

	btf_put32(bytes, word, b->big_endian);
	strbuf_add(&b->types, bytes, sizeof(bytes));
}

uint32_t btf_build_add_type(struct btf_build *b, const char *name, uint32_t kind, bool kind_flag,
			    uint32_t vlen, uint32_t size_or_type)
{
	btf_build_add_word(b, btf_build_add_string(b, name));
	btf_build_add_word(b, (uint32_t)kind_flag << 31 | kind << 24 | vlen);
	btf_build_add_word(b, size_or_type);
	return b->next_id++;
}

uint32_t btf_build_add_int(struct btf_build *b, const char *name, uint32_t size)
{
	uint32_t id = btf_build_add_type(b, name, BTF_KIND_INT, false, 0, size);

	btf_build_add_word(b, size * 8);
	return id;
}

uint32_t btf_build_add_struct(struct btf_build *b, const char *name, uint32_t size,
			      const struct btf_build_member *members, uint32_t nr_members)
{
	uint32_t id = btf_build_add_type(b, name, BTF_KIND_STRUCT, false, nr_members, size);

	for (uint32_t i = 0; i < nr_members; i++) {
		btf_build_add_word(b, btf_build_add_string(b, members[i].name));
		btf_build_add_word(b, members[i].type);
		btf_build_add_word(b, members[i].bit_offset);
	}
	return id;
}

uint32_t btf_build_add_ptr(struct btf_build *b, uint32_t type)
{
	return btf_build_add_type(b, "", BTF_KIND_PTR, false, 0, type);
}

uint32_t btf_build_add_const(struct btf_build *b, uint32_t type)
{
	return btf_build_add_type(b, "", BTF_KIND_CONST, false, 0, type);
}

uint32_t btf_build_add_typedef(struct btf_build *b, const char *name, uint32_t type)
{
	return btf_build_add_type(b, name, BTF_KIND_TYPEDEF, false, 0, type);
}

uint32_t btf_build_add_array(struct btf_build *b, uint32_t elem_type, uint32_t index_type,
			     uint32_t nr_elems)
{
	uint32_t id = btf_build_add_type(b, "", BTF_KIND_ARRAY, false, 0, 0);

	btf_build_add_word(b, elem_type);
	btf_build_add_word(b, index_type);
	btf_build_add_word(b, nr_elems);
	return id;
}

uint32_t btf_build_add_var(struct btf_build *b, const char *name, uint32_t type, uint32_t linkage)
{
	uint32_t id = btf_build_add_type(b, name, BTF_KIND_VAR, false, 0, type);

	btf_build_add_word(b, linkage);
	return id;
}

uint32_t btf_build_add_datasec(struct btf_build *b, const char *name, uint32_t size,
			       const struct btf_secinfo *infos, uint32_t nr_infos)
{
	uint32_t id = btf_build_add_type(b, name, BTF_KIND_DATASEC, false, nr_infos, size);

	for (uint32_t i = 0; i < nr_infos; i++) {
		btf_build_add_word(b, infos[i].type);
		btf_build_add_word(b, infos[i].offset);
		btf_build_add_word(b, infos[i].size);
	}
	return id;
}

uint32_t btf_build_add_decl_tag(struct btf_build *b, const char *tag, uint32_t type, int component)
{
	uint32_t id = btf_build_add_type(b, tag, BTF_KIND_DECL_TAG, false, 0, type);

	btf_build_add_word(b, (uint32_t)component);
	return id;
}

uint8_t *btf_build_finish(struct btf_build *b, size_t *len_ret)
{
	size_t len = b->hdr_len + b->types.len + b->strings.len;
	uint8_t *blob = xcalloc(1, len);

	blob[0] = b->big_endian ? BTF_MAGIC >> 8 : BTF_MAGIC & 0xff;
	blob[1] = b->big_endian ? BTF_MAGIC & 0xff : BTF_MAGIC >> 8;
	blob[2] = BTF_VERSION;
	btf_put32(blob + BTF_HDR_HDR_LEN, b->hdr_len, b->big_endian);
	btf_put32(blob + BTF_HDR_TYPE_LEN, (uint32_t)b->types.len, b->big_endian);
	btf_put32(blob + BTF_HDR_STR_OFF, (uint32_t)b->types.len, b->big_endian);
	btf_put32(blob + BTF_HDR_STR_LEN, (uint32_t)b->strings.len, b->big_endian);
	if (b->types.len)
		memcpy(blob + b->hdr_len, b->types.data, b->types.len);
	if (b->strings.len)
		memcpy(blob + b->hdr_len + b->types.len, b->strings.data, b->strings.len);
	strbuf_release(&b->types);
	strbuf_release(&b->strings);
	*len_ret = len;
	return blob;
}

struct btf_image *btf_build_parse(struct btf_build *b, const char *label,
				  const struct btf_image *base)
{
	struct btf_image *btf = NULL;
	size_t len;
	_cleanup_free_ uint8_t *blob = btf_build_finish(b, &len);
	struct error *err = btf_image_parse(label, blob, len, base, &btf);

	if (err) {
		print_error("%s\n", err->message);
		error_free(err);
		fail();
	}
	return btf;
}
