/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making the kernel use its BTF. That /sys/kernel/btf/vmlinux is there proves nothing: the kernel
 * publishes those bytes unparsed, and looks at them only when something needs them.
 */
#ifndef BTFMATRIX_PROBE_BPF_TRIALS_H
#define BTFMATRIX_PROBE_BPF_TRIALS_H

/**
 * "prog-load": any program load parses vmlinux BTF. Call it before the module load, so that a
 * failure of the one is not taken for one of the other.
 */
void trial_prog_load(void);

/** "btf-load:NAME" for vmlinux and for what kernel_btf_open() found beside it. */
void trial_btf_load(void);

/**
 * "btf-object:NAME" for every file of the last sysfs_btf_read(); of the module @extra, or NULL, under its name, which
 * the kernel's object has wherever its file is.
 */
void trial_btf_objects(const char *extra);

#endif
