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
 * object has an id), "bpf-run" (a BPF program was run).
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

/* How many VARs of an image were tried as typed ksyms. */
struct guest_ksyms {
	char *image;
	/* as per-CPU ones: those of the tried whose DATASEC is that of per-CPU variables */
	uint64_t tried, accepted, percpu;
};

/* One that the kernel refused, in its own words. */
struct guest_refusal {
	char *image, *name, *words;
	uint32_t id;
	bool percpu;
	int errnum;
};

/* Where bpf_per_cpu_ptr() says that a CPU's copy of a variable is. */
struct guest_place {
	char *name;
	unsigned int cpu;
	uint64_t address;
};

/* How many variables are, on a CPU, at a distance from where the first CPU's are. */
struct guest_distance {
	unsigned int cpu;
	uint64_t value, same;
};

/* A file's first bytes, before (time 0) and after (1) the values were read. */
struct guest_fact {
	char *file;
	unsigned int time;
	uint8_t *bytes;
	size_t len;
};

/** How a value was read: by a BPF program that names the VAR; from memory, through /proc/kcore. */
enum guest_road {
	ROAD_BPF,
	ROAD_KCORE,
	GUEST_ROADS,
};

extern const char *const guest_road_names[GUEST_ROADS];

/* A variable's bytes, as they are in the guest's memory. */
struct guest_value {
	/* e.g. "init_uts_ns.name.release" */
	char *path;
	enum guest_road road;
	/* the BTF that has it */
	char *image;
	/* -1: not per-CPU */
	int cpu;
	/* 0, and 1 for those read twice */
	unsigned int time;
	uint8_t *bytes;
	size_t len;
};

enum no_value_reason {
	/* no BTF has the variable */
	NO_VALUE_ABSENT,
	/* the variable's type has no such member */
	NO_VALUE_MEMBER,
	/* the kernel refused the program that reads it */
	NO_VALUE_REFUSED,
	/* it could not be read */
	NO_VALUE_UNREADABLE,
	/* this kernel gives zeros for such a read, whatever is there, and says nothing */
	NO_VALUE_ZEROS,
};

struct guest_no_value {
	char *path;
	/* it holds for all roads; else for road */
	bool every_road;
	enum guest_road road;
	/* "" for none */
	char *image;
	enum no_value_reason reason;
	char *why;
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
	VEC(struct guest_ksyms) ksyms;
	VEC(struct guest_refusal) refusals;
	VEC(struct guest_place) places;
	VEC(struct guest_distance) distances;
	VEC(struct guest_fact) facts;
	VEC(struct guest_value) values;
	VEC(struct guest_no_value) no_values;
};

/** Frees what the report has, and not the report itself. */
void guest_report_release(struct guest_report *report);
void guest_report_free(struct guest_report *report);
DEFINE_CLEANUP_PTR(guest_report, struct guest_report, guest_report_free);

/** What was tried of @image's variables, or NULL. */
const struct guest_ksyms *guest_report_ksyms(const struct guest_report *report, const char *image);

/** The trial called @name, or NULL. */
const struct guest_trial *guest_report_trial(const struct guest_report *report, const char *name);

#endif
