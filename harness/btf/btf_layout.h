/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shape of BTF on disk, for those who read and write it byte by byte. Sizes and positions are in
 * bytes. Source: Documentation/bpf/btf.rst and include/uapi/linux/btf.h.
 */
#ifndef BTFMATRIX_BTF_BTF_LAYOUT_H
#define BTFMATRIX_BTF_BTF_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* fields of struct btf_header; Linux 7.x added the last two */
	BTF_HDR_FLAGS = 3,
	BTF_HDR_HDR_LEN = 4,
	BTF_HDR_TYPE_OFF = 8,
	BTF_HDR_TYPE_LEN = 12,
	BTF_HDR_STR_OFF = 16,
	BTF_HDR_STR_LEN = 20,
	BTF_HDR_LAYOUT_OFF = 24,
	BTF_HDR_LAYOUT_LEN = 28,
	BTF_HDR_MIN = 24,
	BTF_HDR_WITH_LAYOUT = 32,

	/* struct btf_type, and an entry of what may follow it */
	BTF_TYPE_SIZE = 12,
	BTF_MEMBER_SIZE = 12,
	BTF_SECINFO_SIZE = 12,
	BTF_PARAM_SIZE = 8,

	/* KSYM_NAME_LEN. What is longer is no name of a kernel's, and may be as long as the blob: names that
	 * agree so far are taken for equal */
	BTF_NAME_MAX = 512,
};

/* Fields of btf_type.info. <linux/btf.h> has them too, with 16 bits for vlen before Linux 7. */
#define BTF_INFO_TO_KIND(info) (((info) >> 24) & 0x1f)
#define BTF_INFO_TO_VLEN(info) ((info)&0xffffff)

static inline uint32_t btf_get32(const uint8_t *p, bool big_endian)
{
	return big_endian
		       ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		       : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline void btf_put32(uint8_t *p, uint32_t value, bool big_endian)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (big_endian ? 24 - 8 * i : 8 * i));
}

/* What follows struct btf_type for a kind, and where ids and names are in it. */
struct btf_kind_layout {
	/* as btf_kind_name() gives it */
	const char *name;
	/* bytes that follow once, and bytes per vlen entry */
	uint8_t fixed, entry;
	/* whether size_or_type is a type id (else a size, or unused) */
	bool refers;
	/* positions of type ids in the fixed part (2) or in an entry (1); -1: none */
	int8_t fixed_id[2], entry_id;
	/* position of a name offset in an entry; -1: none */
	int8_t entry_name;
};

/** NULL for BTF_KIND_UNKN and for kinds nobody has defined yet. */
const struct btf_kind_layout *btf_kind_layout(uint32_t kind);

/** What a word of what follows struct btf_type is. */
enum btf_word {
	/* it is as it is */
	BTF_WORD_VALUE,
	/* a type id */
	BTF_WORD_ID,
	/* an offset in the string section */
	BTF_WORD_NAME,
};

/** What the word at @off is, in bytes from the end of struct btf_type; a multiple of 4 that is not beyond the type's end. */
enum btf_word btf_word_at(const struct btf_kind_layout *layout, size_t off);

#endif
