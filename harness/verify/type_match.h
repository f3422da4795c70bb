/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether BTF types and DWARF types are the same C types, for all the variables of an image.
 *
 * A variable's type is followed on both sides through qualifiers, typedefs, arrays, pointers and
 * prototypes. What is in the variable itself is compared with what its own unit says of it. A struct or
 * union with a name that only a pointer leads to is compared once for each BTF type, with any definition of
 * its name that DWARF has: units may see different types by one name, and only if none of them fits is
 * something wrong. A type that a unit only declares fits a forward declaration and the full type. A
 * variable whose array has no bounds in DWARF may have any in BTF.
 *
 *	match = type_match_new(&config);
 *	for each variable: difference = type_match_variable(match, ...);
 *	type_match_pointees(match, report, user);
 *	type_match_free(match);
 */
#ifndef BTFMATRIX_VERIFY_TYPE_MATCH_H
#define BTFMATRIX_VERIFY_TYPE_MATCH_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "verify/dwarf_index.h"

struct type_match;

struct type_match_config {
	/* where definitions of types are found by name; NULL: nowhere */
	const struct dwarf_index *dwarf;
	/*
	 * BTF that was not made from this DWARF: a module's base. What it only declares the module may
	 * define, and deduplication takes the declaration for it. NULL: none.
	 */
	const struct btf_image *foreign;
	/* bytes */
	uint32_t pointer_size;
	bool big_endian;
};

struct type_match *type_match_new(const struct type_match_config *config);
void type_match_free(struct type_match *match);
DEFINE_CLEANUP_PTR(type_match, struct type_match, type_match_free);

/* The variable that is compared; borrowed until the match is freed. */
struct type_match_root {
	/* begins each path */
	const char *name;
	/* the caller's */
	const void *user;
};

/**
 * Compares type @id of @btf with @die (NULL: void), by value. NULL if they are the same, else the path and
 * what differs there, e.g. "runqueues.cfs.load.weight: member ...", the caller's to free. What lies behind
 * pointers is only noted, for type_match_pointees().
 */
char *type_match_variable(struct type_match *match, const struct type_match_root *root,
			  const struct btf_image *btf, uint32_t id, const Dwarf_Die *die);

/* A type behind pointers that fits none of DWARF's definitions. */
struct type_match_pointee {
	/* the first variable that leads to it, by the fewest pointers */
	const struct type_match_root *root;
	/* source file of the definition that is told of */
	const char *unit;
	const struct btf_image *btf;
	uint32_t id;
	/* path and what differs there */
	const char *difference;
};

/** Compares all that pointers lead to, once for each BTF type, and calls @report for what is wrong. */
void type_match_pointees(struct type_match *match,
			 void (*report)(void *user, const struct type_match_pointee *pointee),
			 void *user);

/**
 * What could not be compared: 0, but for hostile input, for which there are limits, and for types that
 * DWARF only declares. @reason_ret says which, and is the match's.
 */
size_t type_match_not_compared(const struct type_match *match, const char **reason_ret);

/** How many pairs of a BTF type and a DWARF type were compared; for tests and benchmarks. */
size_t type_match_nr_pairs(const struct type_match *match);

#endif
