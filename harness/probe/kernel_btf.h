/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's BTF, indexed, with what bpf(2) knows it by: vmlinux's, and the extra module's. */
#ifndef BTFMATRIX_PROBE_KERNEL_BTF_H
#define BTFMATRIX_PROBE_KERNEL_BTF_H

#include "btf_walk.h"

struct kernel_btf {
	const char *name;
	struct btf_view view;
	struct btf_index index;
	/* for programs that name its ids: 0 for vmlinux; -1 where the kernel has no such BTF object */
	int fd;
};

enum {
	KERNEL_BTFS_MAX = 2
};

/**
 * Reads what the last sysfs_btf_read() found of vmlinux and, on it, of @extra (may be NULL). What cannot
 * be used is a record of a failed "kernel-btf:NAME", and left out.
 */
void kernel_btf_open(const char *extra);

/** The images that can be used, vmlinux first; NULL after the last. */
const struct kernel_btf *kernel_btf_at(size_t index);

#endif
