/* SPDX-License-Identifier: GPL-2.0-only */
/* What the judges of single kinds have in common (well_formed.c), and those of kinds that are types. */
#ifndef BTFMATRIX_VERIFY_JUDGE_H
#define BTFMATRIX_VERIFY_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "verify/name_rules.h"
#include "verify/well_formed.h"

/* A type, as far as those that refer to it need to know. */
struct judge_target {
	/* bytes */
	uint32_t size;
	uint8_t kind;
	bool has_size;
	/* the others are set */
	bool known;
};

struct judge {
	const struct btf_image *btf;
	/* bytes */
	uint32_t pointer_size;
	well_formed_report report;
	void *user;
	/* a bit for each offset of a string that is known to be an identifier: most are met many times */
	uint8_t *identifiers;
	/* by id, what was asked of each type that another refers to; nr_ids of them */
	struct judge_target *targets;
	uint32_t nr_ids;
};

/** Reports and yields false, for `return judge_fault(...)`. */
printf_like(4, 5) bool judge_fault(const struct judge *judge, const struct btf_type_view *type,
				   const char *rule, const char *fmt, ...);

/* Each of these reports what is wrong and then yields false. @whose says in words what it is of. */

/** A name offset, of the type or of a part of it. */
bool judge_name_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t name_off,
		   enum name_rule rule, const char *whose);
/** The id of a type, of whatever size. */
bool judge_ref_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t id,
		  const char *whose);
/** That of a type that has a size: of a member, an element, a parameter. @size_ret may be NULL. */
bool judge_sized_ref_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t id,
			const char *whose, uint64_t *size_ret);

/** A typedef, qualifier or type tag. */
bool judge_is_modifier(uint32_t kind);

/* judge_types.c: all of a type but its name, vlen and flag. */
bool judge_int(const struct judge *judge, const struct btf_type_view *type);
bool judge_reference(const struct judge *judge, const struct btf_type_view *type);
bool judge_modifier(const struct judge *judge, const struct btf_type_view *type);
bool judge_array(const struct judge *judge, const struct btf_type_view *type);
bool judge_composite(const struct judge *judge, const struct btf_type_view *type);
bool judge_enum(const struct judge *judge, const struct btf_type_view *type);
bool judge_fwd(const struct judge *judge, const struct btf_type_view *type);
bool judge_float(const struct judge *judge, const struct btf_type_view *type);

#endif
