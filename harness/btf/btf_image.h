/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BTF blob, read where it lies, in either byte order.
 *
 * This is an independent reader on purpose: libbpf 1.1 (Debian 12) refuses foreign-endian BTF with the
 * 32-byte header and knows 16-bit vlen alone, and a verifier must say *where* a blob is wrong instead
 * of refusing it. Source: Documentation/bpf/btf.rst and include/uapi/linux/btf.h.
 *
 * Ids: own types have the ids [first_id, first_id + nr_types). Without a base first_id is 1 and id 0 is
 * void. Names of split BTF with an offset below str_start live in the base.
 */
#ifndef BTFMATRIX_BTF_BTF_IMAGE_H
#define BTFMATRIX_BTF_BTF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "btf/btf_layout.h"
#include "core/cleanup.h"
#include "core/error.h"

struct btf_image {
	/* what messages call it, e.g. "vmlinux: .BTF"; owned */
	char *label;
	/* the whole blob; owned (a private copy) */
	uint8_t *data;
	size_t len;
	bool big_endian;
	/* byte offsets into data */
	uint32_t hdr_len, type_start, type_len, str_data_start, str_len;
	/* of a split BTF; borrowed, must outlive this */
	const struct btf_image *base;
	uint32_t first_id, nr_types;
	/* first string offset that is ours: 0, or the base's total string length */
	uint32_t str_start;
	/* byte offset in data of each own type; owned */
	uint32_t *type_pos;
};

/* One type, decoded. Members, params, secinfos are read through the accessors below. */
struct btf_type_view {
	const struct btf_image *btf;
	uint32_t id;
	uint32_t name_off;
	/* BTF_KIND_* */
	uint32_t kind;
	bool kind_flag;
	/* up to 24 bits: Linux 7.x raised BTF_MAX_VLEN from 0xffff to 0xffffff */
	uint32_t vlen;
	/* size in bytes or the id referred to, as the kind says */
	uint32_t size_or_type;
	/* what follows struct btf_type, bounds already checked */
	const uint8_t *tail;
};

struct btf_member_view {
	uint32_t name_off, type;
	uint32_t bit_offset;
	/* 0: not a bit field */
	uint32_t bitfield_size;
};

struct btf_secinfo {
	/* id of a VAR; byte offset in the section; size in bytes */
	uint32_t type, offset, size;
};

struct btf_array_view {
	uint32_t elem_type, index_type, nr_elems;
};

/**
 * Parses @len bytes at @data (copied). @label names the blob in messages. @base is NULL for base BTF.
 *
 * Checks what is needed to walk it without going astray: header, section bounds, each type inside the
 * type section, the string section NUL-terminated. It does not judge ids, names or layouts: that is the
 * verifier's work. On failure (ERROR_INPUT) the message has the label, the byte offset, the type id and
 * what is wrong there.
 */
must_check struct error *btf_image_parse(const char *label, const void *data, size_t len,
					 const struct btf_image *base, struct btf_image **ret);
void btf_image_free(struct btf_image *btf);
DEFINE_CLEANUP_PTR(btf_image, struct btf_image, btf_image_free);

/** Number of ids a blob and its base use, void included: valid ids are below it. */
uint32_t btf_nr_ids(const struct btf_image *btf);

/** As btf_type_get(), for whatever is not a type of @btf's own: void, a type of its base, or none. */
bool btf_type_get_other(const struct btf_image *btf, uint32_t id, struct btf_type_view *ret);

/*
 * Decodes type @id of @btf or of its base; id 0 is void (BTF_KIND_UNKN). False for an invalid id. Here, and
 * not in the C file, since to judge a kernel's types takes a million of these.
 */
static inline bool btf_type_get(const struct btf_image *btf, uint32_t id, struct btf_type_view *ret)
{
	const uint8_t *p;
	uint32_t info;

	/* an id below first_id wraps around to one that is too large */
	if (id - btf->first_id >= btf->nr_types)
		return btf_type_get_other(btf, id, ret);
	p = btf->data + btf->type_pos[id - btf->first_id];
	info = btf_get32(p + 4, btf->big_endian);
	*ret = (struct btf_type_view){
		.btf = btf,
		.id = id,
		.name_off = btf_get32(p, btf->big_endian),
		.kind = BTF_INFO_TO_KIND(info),
		.kind_flag = info >> 31,
		.vlen = BTF_INFO_TO_VLEN(info),
		.size_or_type = btf_get32(p + 8, btf->big_endian),
		.tail = p + BTF_TYPE_SIZE,
	};
	return true;
}

/** As btf_string(), for an offset that is not in @btf's own strings. */
const char *btf_string_other(const struct btf_image *btf, uint32_t off);

/** The string at @off, in the base where that has it; NULL where the offset is out of bounds. */
static inline const char *btf_string(const struct btf_image *btf, uint32_t off)
{
	if (off - btf->str_start >= btf->str_len)
		return btf_string_other(btf, off);
	return (const char *)btf->data + btf->str_data_start + (off - btf->str_start);
}

/**
 * btf_string() of the type's name, "" for none, "<bad name>" where it is out of bounds and "<long name>" where it
 * has more than the 511 bytes that kernels take.
 */
const char *btf_type_name(const struct btf_type_view *type);

/** Entry @i (< vlen, which the caller checks) of what follows a type of the kind named. */
struct btf_member_view btf_member(const struct btf_type_view *type, uint32_t i);
struct btf_secinfo btf_secinfo(const struct btf_type_view *type, uint32_t i);
struct btf_array_view btf_array(const struct btf_type_view *type);
/** BTF_VAR_STATIC, BTF_VAR_GLOBAL_ALLOCATED or whatever else a VAR claims. */
uint32_t btf_var_linkage(const struct btf_type_view *type);
/** Type id of parameter @i of a FUNC_PROTO, and its name offset. */
struct btf_member_view btf_param(const struct btf_type_view *type, uint32_t i);

/**
 * Size in bytes of type @id after typedefs and qualifiers, arrays multiplied out. @pointer_size is 4 or 8.
 * False where it has none (void, func, forward, a loop, an invalid id, more than 32 bits).
 */
bool btf_type_size(const struct btf_image *btf, uint32_t id, uint32_t pointer_size,
		   uint64_t *size_ret);

/** A C-like name of type @id for people, e.g. "const struct bpf_func_proto *[4]". Caller frees. */
char *btf_type_describe(const struct btf_image *btf, uint32_t id);

/** As btf_type_describe(), with @name where C puts it: "const struct bpf_func_proto *name[4]". */
char *btf_type_declare(const struct btf_image *btf, uint32_t id, const char *name);

const char *btf_kind_name(uint32_t kind);

/** Iterates over own types only: `btf_for_each_type(type, btf) { ... }` */
#define btf_for_each_type(type, image)                                \
	for (struct btf_type_view type = { .id = (image)->first_id }; \
	     type.id < (image)->first_id + (image)->nr_types &&       \
	     btf_type_get((image), type.id, &type);                   \
	     type.id++)

#endif
