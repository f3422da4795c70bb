/* SPDX-License-Identifier: GPL-2.0-only */
/* The kinds of damage, and what the verifier must say of each. */
#ifndef BTFMATRIX_TESTS_MUTATE_DAMAGE_H
#define BTFMATRIX_TESTS_MUTATE_DAMAGE_H

#include "blob.h"
#include "elf/elf_image.h"
#include "verify/evidence.h"

/* What is damaged; a kind of damage may be tried on several. */
enum ground {
	/* vmlinux of mode y: per-CPU variables, other variables, and whatever is not about variables */
	Y_PERCPU = 1 << 0,
	Y_GLOBAL = 1 << 1,
	Y_ANY = 1 << 2,
	/* mode m: the extra module's BTF, and that of the vmlinux under it */
	M_EXTRA = 1 << 3,
	M_BASE = 1 << 4,
	/* mode n: per-CPU variables, and whatever is not about variables */
	N_PERCPU = 1 << 5,
	N_ANY = 1 << 6,
};

#define PERCPU_VARIABLES (Y_PERCPU | N_PERCPU)
/* where there are other DATASECs beside the one damaged */
#define SOME_VARIABLES (Y_PERCPU | Y_GLOBAL | M_EXTRA)
#define ALL_VARIABLES  (SOME_VARIABLES | N_PERCPU)
#define ALL_TYPES      (Y_ANY | N_ANY)

/* A variable with all that is known of it. */
struct place {
	struct btf_type_view datasec, var;
	uint32_t index;
	struct btf_secinfo info;
};

/* What one kind of damage is applied to. */
struct subject {
	enum ground ground;
	const struct btf_image *btf;
	const struct elf_image *vmlinux;
	uint32_t pointer_size;
	/* whether nothing is wrong with the variable before the damage */
	bool (*is_sound)(const struct subject *subject, const char *variable);
	const void *user;
	struct blob_parts parts;
	/* what the finding must name; owned. NULL: any */
	char *named;
	/* where the choice of a victim begins; not 0 */
	uint64_t random;
};

struct damage {
	const char *name;
	unsigned int grounds;
	/*
	 * Ids of the checks of which one must name it; without a dot: of the variable's scope. NULL ends
	 * them.
	 */
	const char *checks[5];
	/* Changes the parts and sets .named; false where no target can be found. */
	bool (*edit)(struct subject *subject);
	/* Changes the bytes that were written. */
	void (*bytes)(struct strbuf *blob, bool big_endian);
	/* Instead of both: which BTF of another kernel to take. */
	const struct btf_image *(*other)(const struct btf_image *vmlinux,
					 const struct btf_image *extra);
};

extern const struct damage damages[];
extern const size_t nr_damages;

#endif
