/* SPDX-License-Identifier: GPL-2.0-only */
/* Every variable as a typed ksym: the address of a VAR, which a BPF program names by its type id. */
#ifndef BTFMATRIX_PROBE_KSYMS_H
#define BTFMATRIX_PROBE_KSYMS_H

/**
 * Loads programs that name every VAR of kernel_btf_at()'s images, and sends how many the kernel took, and
 * each it refused with its own words. The refused are marked as such.
 */
void ksyms_try(void);

/**
 * Sends the address that bpf_per_cpu_ptr() gives for each per-CPU variable on each possible CPU. Needs
 * bpf_run_open() and comes after ksyms_try().
 */
void ksyms_send_percpu(void);

#endif
