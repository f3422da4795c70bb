/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probe saw on a running kernel: the live witness. Decoded from frames (boot/frame.h). */
#ifndef BTFMATRIX_BOOT_GUEST_REPORT_H
#define BTFMATRIX_BOOT_GUEST_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cleanup.h"
#include "core/error.h"
#include "core/fileio.h"
#include "core/mem.h"

/* A file in /sys/kernel/btf. */
struct guest_btf {
	char *name;
	/* permission bits, e.g. 0444 */
	unsigned int mode;
	uint64_t size;
	char sha256[SHA256_HEX_SIZE];
};

/* A line of /proc/kallsyms. */
struct guest_symbol {
	uint64_t address;
	/* nm(1)'s letter */
	char type;
	char *name;
	/* "" for vmlinux */
	char *module;
};

/*
 * Something the probe tried. Names: "mount", "module-load:NAME", "module-live:NAME",
 * "btf-load:NAME" (BPF_BTF_LOAD of /sys/kernel/btf/NAME, split BTF through its base where the kernel
 * can), "prog-load" (the in-kernel parse of vmlinux BTF), "btf-object:NAME" (the kernel's own BTF
 * object has an id), "ksym:NAME" (a program with a typed per-CPU ksym).
 */
struct guest_trial {
	char *name;
	bool ok;
	/* errno of a failure */
	int errnum;
	/* what the kernel said (its BTF or verifier log, at most a few KiB) or why it was not tried */
	char *detail;
	/* could not be tried on this kernel; neither ok nor a failure */
	bool skipped;
};

struct guest_report {
	char *release, *version, *machine;
	/* sizeof(long) * 8, and the byte order the probe runs in */
	unsigned int bits;
	bool big_endian;
	unsigned int nr_cpus;
	/* __per_cpu_offset[cpu] of each possible CPU; empty with percpu_offset_why where unreadable */
	VEC(uint64_t) percpu_offsets;
	char *percpu_offset_why;
	VEC(struct guest_btf) btfs;
	VEC(struct guest_symbol) symbols;
	VEC(struct guest_trial) trials;
	/* lines of the kernel log that speak of BTF or BPF failures */
	VEC(char *) kernel_complaints;
};

void guest_report_free(struct guest_report *report);
DEFINE_CLEANUP_PTR(guest_report, struct guest_report, guest_report_free);

/** The trial called @name, or NULL. */
const struct guest_trial *guest_report_trial(const struct guest_report *report, const char *name);

#endif
