// SPDX-License-Identifier: GPL-2.0-only
/* Damage to a blob: its bytes, and split BTF and its base. */
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "damage_edit.h"

/* Of split BTF and its base. */

bool all_type_ids_plus_1(struct subject *s)
{
	struct place p;

	if (!find_place(s, NULL, &p))
		return false;
	for (uint32_t id = p.var.id; id < btf_nr_ids(s->btf); id++) {
		struct btf_type_view type;

		if (btf_type_get(s->btf, id, &type) && type.kind == BTF_KIND_VAR)
			add(s, id, TYPE_SIZE, 1);
	}
	return true;
}

/* The module was made for a vmlinux whose types had other ids. */
bool base_has_a_type_more(struct subject *s)
{
	parts_push_front(&s->parts, 0, INFO(BTF_KIND_PTR, 0), 0);
	return true;
}

/* ... or whose strings were elsewhere. */
bool base_has_a_string_more(struct subject *s)
{
	parts_add_string(&s->parts, "added_by_mutation");
	return true;
}

bool percpu_datasec_in_split(struct subject *s)
{
	struct place p;
	uint32_t id;

	if (!find_place(s, NULL, &p))
		return false;
	id = parts_copy_type(&s->parts, p.datasec.id);
	parts_put(&s->parts, id, TYPE_NAME, parts_add_string(&s->parts, PERCPU_SECTION));
	set_named(s, PERCPU_SECTION);
	return true;
}

/* Global variables in a vmlinux that should leave them to the module. */
bool global_datasec_in_base(struct subject *s)
{
	struct place p;
	uint32_t id;

	if (!find_place(s, NULL, &p))
		return false;
	id = parts_copy_type(&s->parts, p.datasec.id);
	parts_put(&s->parts, id, TYPE_NAME, parts_add_string(&s->parts, ".data"));
	set_named(s, ".data");
	return true;
}

const struct btf_image *other_vmlinux(const struct btf_image *vmlinux,
				      const struct btf_image *extra)
{
	(void)extra;
	return vmlinux;
}

const struct btf_image *other_module(const struct btf_image *vmlinux, const struct btf_image *extra)
{
	(void)vmlinux;
	return extra;
}

/* Of the bytes. */

static uint32_t get(const struct strbuf *b, size_t off, bool be)
{
	return btf_get32((const uint8_t *)b->data + off, be);
}

static void put(struct strbuf *b, size_t off, uint32_t value, bool be)
{
	btf_put32((uint8_t *)b->data + off, value, be);
}

#define BYTES(name, code)                    \
	void name(struct strbuf *b, bool be) \
	{                                    \
		(void)be;                    \
		code;                        \
	}

BYTES(magic_flipped, b->data[0] ^= b->data[1]; b->data[1] ^= b->data[0]; b->data[0] ^= b->data[1])
BYTES(magic_wrong, b->data[0] ^= 0x40)
BYTES(version_2, b->data[2] = 2)
BYTES(flags_set, b->data[3] = 1)
BYTES(hdr_len_0, put(b, BTF_HDR_HDR_LEN, 0, be))
BYTES(hdr_len_plus_4, put(b, BTF_HDR_HDR_LEN, BTF_HDR_MIN + 4, be))
BYTES(hdr_len_huge, put(b, BTF_HDR_HDR_LEN, UINT32_MAX, be))
BYTES(type_off_plus_4, put(b, BTF_HDR_TYPE_OFF, 4, be))
BYTES(type_off_odd, put(b, BTF_HDR_TYPE_OFF, 1, be))
BYTES(type_len_less, put(b, BTF_HDR_TYPE_LEN, get(b, BTF_HDR_TYPE_LEN, be) - 4, be))
BYTES(type_len_more, put(b, BTF_HDR_TYPE_LEN, get(b, BTF_HDR_TYPE_LEN, be) + 12, be))
BYTES(type_len_huge, put(b, BTF_HDR_TYPE_LEN, UINT32_MAX, be))
BYTES(str_off_plus_1, put(b, BTF_HDR_STR_OFF, get(b, BTF_HDR_STR_OFF, be) + 1, be))
BYTES(str_len_less, put(b, BTF_HDR_STR_LEN, get(b, BTF_HDR_STR_LEN, be) - 1, be))
BYTES(str_len_more, put(b, BTF_HDR_STR_LEN, get(b, BTF_HDR_STR_LEN, be) + 1, be))
BYTES(cut_by_1, b->len -= 1)
BYTES(cut_in_half, b->len /= 2)
BYTES(cut_in_header, b->len = 10)
BYTES(garbage_appended, strbuf_add(b, "garbage", 8))
BYTES(zeros_appended, strbuf_add(b, "\0\0\0", 4))
BYTES(all_zero, memset(b->data, 0, b->len))
BYTES(last_nul_lost, b->data[b->len - 1] = 'x')
BYTES(first_string, b->data[BTF_HDR_MIN + get(b, BTF_HDR_STR_OFF, be)] = 'x')

/* Every word in the other byte order, which makes a blob that is right by itself. */
void words_flipped(struct strbuf *b, bool be)
{
	size_t end = BTF_HDR_MIN + get(b, BTF_HDR_TYPE_LEN, be);

	magic_flipped(b, be);
	for (size_t off = BTF_HDR_HDR_LEN; off < end; off += 4)
		put(b, off, get(b, off, be), !be);
}

/* Eight bytes of nothing between types and strings. */
void gap(struct strbuf *b, bool be)
{
	size_t strings = BTF_HDR_MIN + get(b, BTF_HDR_STR_OFF, be);

	strbuf_add(b, "\0\0\0\0\0\0\0", 8);
	memmove(b->data + strings + 8, b->data + strings, b->len - strings - 8);
	memset(b->data + strings, 0, 8);
	put(b, BTF_HDR_STR_OFF, get(b, BTF_HDR_STR_OFF, be) + 8, be);
}
