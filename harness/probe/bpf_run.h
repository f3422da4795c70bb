/* SPDX-License-Identifier: GPL-2.0-only */
/* Running BPF programs of our own, which tell what they saw through the element of an array. */
#ifndef BTFMATRIX_PROBE_BPF_RUN_H
#define BTFMATRIX_PROBE_BPF_RUN_H

#include <stdbool.h>

#include "bpf_insn.h"

enum {
	/* bytes of the element */
	BPF_RUN_BYTES = 8192,
};

/**
 * Trial "bpf-run": finds a way to run programs on this kernel. BPF_PROG_TEST_RUN is one; it is part of
 * CONFIG_NET. In a guest of ours a device program of the root cgroup, run by opening a device, is
 * another.
 */
bool bpf_run_open(void);

/** Starts a program with the element's address in R6. */
void bpf_run_begin(struct bpf_program *program);

/**
 * Ends the program and loads it: a descriptor, or -1 with errno and the reason in @why. Its other
 * registers are the caller's.
 */
int bpf_run_load(struct bpf_program *program, char *why, size_t why_size);

/** Runs it once on the element at @data, BPF_RUN_BYTES of it. */
bool bpf_run(int fd, void *data, char *why, size_t why_size);

/** What the kernel's verifier gave as its reason, out of its log (which is changed). */
const char *bpf_log_reason(char *log);

#endif
