/* SPDX-License-Identifier: GPL-2.0-only */
/* Every variable as a typed ksym: the address of a VAR, which a BPF program names by its type id. */
#ifndef BTFMATRIX_PROBE_KSYMS_H
#define BTFMATRIX_PROBE_KSYMS_H

#include <stdbool.h>

/**
 * Loads programs that name every VAR of kernel_btf_at()'s images, and sends how many the kernel took, and
 * each it refused with its own words. The refused are marked as such. What ksyms_send_percpu() has sent is taken.
 */
void ksyms_try(void);

/**
 * Sends the address that bpf_per_cpu_ptr() gives for each per-CPU variable on each possible CPU. Needs
 * bpf_run_open(). To be called before ksyms_try(), where variables one of which the kernel refuses are left for it, and
 * after it for those that it has not refused.
 */
void ksyms_send_percpu(bool after_trial);

#endif
