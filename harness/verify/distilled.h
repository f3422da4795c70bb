/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A distilled base: what a module carries in .BTF.base (Linux 6.11), the types of vmlinux that its split
 * BTF refers to, without their insides. A kernel finds each of them in its own BTF when it loads the
 * module.
 */
#ifndef BTFMATRIX_VERIFY_DISTILLED_H
#define BTFMATRIX_VERIFY_DISTILLED_H

#include <stdint.h>

#include "btf/btf_image.h"

/** Gets each type of the distilled base that is none, or that the kernel would not find; @fault in words. */
typedef void (*distilled_report)(void *user, const struct btf_type_view *type, const char *fault);

/**
 * Looks each type of @distilled up in @base, vmlinux's BTF: by name, kind and size, as
 * tools/lib/bpf/btf_relocate.c does. A forward declaration may be any struct or union of its name.
 */
void distilled_judge(const struct btf_image *distilled, const struct btf_image *base,
		     distilled_report report, void *user);

#endif
