/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mends what pahole says about variables, where the ELF file proves it wrong; everything else is left
 * for the verifier to find. A wrong offset is never mended: it would hide a bug of the kernel's build.
 *
 * Rules the kernel holds a DATASEC to (kernel/bpf/btf.c, btf_datasec_check_meta): entries sorted by
 * offset, none reaching into the next, none of size 0.
 */
#ifndef BTFMATRIX_BTF_BTF_REPAIR_H
#define BTFMATRIX_BTF_BTF_REPAIR_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "btf/btf_image.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "elf/elf_image.h"

/** The kinds of repair, in the order in which they are made. */
enum btf_repair_kind {
	/* listed in a section that the symbol is not in: moved to, or dropped in favour of, the right one */
	REPAIR_WRONG_SECTION,
	/* given the name of the symbol, which objcopy(1) prefixed after compilation (arm64's __pi_) */
	REPAIR_RENAMED,
	/* an entry of size 0 */
	REPAIR_ZERO_SIZE,
	/* a second VAR of one name at one place: a weak and a strong definition */
	REPAIR_DUPLICATE_VAR,
	/* a VAR of another name at the same place */
	REPAIR_ALIAS,
	/* a VAR that reaches into the next one */
	REPAIR_OVERLAP,
	/* the DATASEC's entries were not in order; one repair for each DATASEC */
	REPAIR_UNSORTED,
	/* types of split BTF that are the base's in all they refer to: taken from there; one repair for all */
	REPAIR_BASE_TYPE,
	/* a function, or a tag on one, in split BTF of the very image its base describes: left out */
	REPAIR_FUNCTION,
	REPAIR_KIND_COUNT,
};

struct btf_repair {
	enum btf_repair_kind kind;
	/* DATASEC and VAR as pahole wrote them; variable is "" for a whole DATASEC. All owned. */
	char *section, *variable;
	/* bytes from the section's start, as pahole wrote it */
	uint32_t offset;
	/* what stands for it now: a name, "name@section+offset", or "" if nothing does */
	char *kept;
	/* one line of evidence */
	char *reason;
};

struct btf_repairs {
	VEC(struct btf_repair) list;
};

/** "duplicate-var" and so on: stable, for machines. */
const char *btf_repair_kind_name(enum btf_repair_kind kind);

/**
 * Repairs @btf, made by pahole from @elf (for vmlinux_btf_extra: from vmlinux).
 *
 * @blob_ret is the new blob, the caller's to free, or NULL where nothing was to be done; @repairs gets
 * what was done. ERROR_INPUT where the blob is too broken to be rewritten.
 */
must_check struct error *btf_repair(const struct btf_image *btf, const struct elf_image *elf,
				    struct btf_repairs *repairs, uint8_t **blob_ret,
				    size_t *len_ret);

/**
 * Takes out of split BTF what its base has already, as a deduplication that went wrong has left it. @of_base: it was
 * made from the image that the base describes (as that of vmlinux_btf_extra is), and so has no functions to tell of.
 * @blob_ret, @repairs and errors as above.
 */
must_check struct error *btf_repair_known(const struct btf_image *split, bool of_base,
					  struct btf_repairs *repairs, uint8_t **blob_ret,
					  size_t *len_ret);
void btf_repairs_release(struct btf_repairs *repairs);

/** The report as JSON: image, pahole, repairs, counts by kind. The caller owns the reference. */
json_t *btf_repairs_to_json(const struct btf_repairs *repairs, const char *image,
			    const char *pahole_version);

#endif
