/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules by which a kernel accepts BTF, for blobs that it never looks at: vmlinux's is published in
 * sysfs unparsed. Source: kernel/bpf/btf.c, the check_meta and resolve operations of each kind.
 */
#ifndef BTFMATRIX_VERIFY_WELL_FORMED_H
#define BTFMATRIX_VERIFY_WELL_FORMED_H

#include <stdint.h>

#include "btf/btf_image.h"

/** Gets each fault: the type it is in, and one line of what rule is broken how. */
typedef void (*well_formed_report)(void *user, const struct btf_type_view *type, const char *rule,
				   const char *fault);

/**
 * Judges every own type of @btf; @pointer_size in bytes. Reports at most one fault of each type by
 * itself, and two more where it contains itself (btf_find_loops()).
 * What is reported: ids that are out of bounds or of a kind that does not fit, names that are missing,
 * superfluous or no identifiers, sizes and offsets that cannot be, types that contain themselves.
 */
void btf_judge(const struct btf_image *btf, uint32_t pointer_size, well_formed_report report,
	       void *user);

#endif
