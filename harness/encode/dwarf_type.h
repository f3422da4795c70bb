/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DWARF types in BTF's terms. Source: DWARF 5, chapter 5; Documentation/bpf/btf.rst; for what C has and
 * BTF has not, what pahole makes of it.
 */
#ifndef BTFMATRIX_ENCODE_DWARF_TYPE_H
#define BTFMATRIX_ENCODE_DWARF_TYPE_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The BTF_KIND_* that a type DIE becomes; 0 for void and what BTF has no kind for. */
uint32_t dwarf_btf_kind(Dwarf_Die *die);

/** DW_AT_name, "" for none. */
const char *dwarf_name(Dwarf_Die *die);

/** A struct, union or enum of which this unit has no definition. */
bool dwarf_is_declaration(Dwarf_Die *die);

/**
 * DW_AT_type with what BTF has no kind for (_Atomic) taken off. False for void, and for types that are
 * not specified, which are void to BTF.
 */
bool dwarf_target(Dwarf_Die *die, Dwarf_Die *ret);

/** As dwarf_target(), of the type itself. */
bool dwarf_normal(Dwarf_Die *type, Dwarf_Die *ret);

/* The dimensions of an array, the first one first. */
struct dwarf_dimensions {
	uint32_t sizes[16];
	size_t count;
	/* elements in all */
	uint32_t total;
	/* the first dimension has neither count nor bound; then it counts as 0 */
	bool unbounded;
};

/** False where the number of elements exceeds 32 bits, or there are more than 16 dimensions. */
bool dwarf_array_dimensions(Dwarf_Die *array, struct dwarf_dimensions *ret);

/** Steps through the children of one tag or another: `for (ok = dwarf_first(...); ok; ok = dwarf_next(...))`. */
bool dwarf_first(Dwarf_Die *parent, int tag, int other_tag, Dwarf_Die *ret);
bool dwarf_next(Dwarf_Die *die, int tag, int other_tag);

/* A member of a struct or union, as BTF has it. */
struct dwarf_member {
	const char *name;
	/* bits from the start; bits of a bit field, else 0 */
	uint32_t bit_offset, bit_size;
	bool has_type;
	Dwarf_Die type;
};

/** False where its place does not fit BTF's 32 (bit fields: 24) bits or cannot be told. */
bool dwarf_member(Dwarf_Die *die, bool big_endian, struct dwarf_member *ret);

/** An enumerator's value, as 64 bits of two's complement; whether it is below zero. */
bool dwarf_enumerator(Dwarf_Die *die, uint64_t *value_ret, bool *negative_ret);

/** BTF_INT_* of a base type that is an integer. */
uint32_t dwarf_int_encoding(Dwarf_Die *die);

/** Bytes of a base type, struct, union or enum; 0 for none, or more than 32 bits. */
uint32_t dwarf_bytes(Dwarf_Die *die);

/* btf_type_tag of clang: the tags of a pointer's target are children of the pointer. */
enum {
	DWARF_TAG_ANNOTATION = 0x6000
};

/** The text of a btf_type_tag annotation; NULL where it is another one. */
const char *dwarf_type_tag(Dwarf_Die *annotation);

#endif
