/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BTF of a kernel ought to have, by kernel, architecture, SMP, pahole and mode: configs/expect.ini. An absence that a
 * rule states is as good as a presence, and each rule has its reason.
 */
#ifndef BTFMATRIX_CONFIG_EXPECT_H
#define BTFMATRIX_CONFIG_EXPECT_H

#include <stdbool.h>

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "plan/cell.h"

/** What there is or is not. */
enum expect_what {
	/* vmlinux's DATASEC of the per-CPU section; its DATASECs of other sections */
	EXPECT_VMLINUX_PERCPU,
	EXPECT_VMLINUX_GLOBALS,
	/* the module of mode m, and its DATASECs */
	EXPECT_MODULE,
	EXPECT_MODULE_PERCPU,
	EXPECT_MODULE_GLOBALS,
	EXPECT_COUNT,
};

enum expect_fact {
	FACT_UNKNOWN,
	FACT_NO,
	FACT_YES,
};

/* What is known of a kernel; all borrowed. */
struct expect_facts {
	enum btf_mode mode;
	/* CONFIG_SMP; a per-CPU section, by descriptor or image; whether btfmatrix encoded the variables, and not pahole */
	enum expect_fact smp, percpu_section, encoder;
	/* "6.12"; the version of the pahole that was run, "1.30"; NULL: not known */
	const char *kernel, *pahole;
};

struct expect_rule {
	/* the section's name */
	char *name;
	/* names of expect_what */
	strv what;
	/* EXPECT_PRESENT or EXPECT_ABSENT */
	unsigned int presence;
	/* DATASECs that are there by name, where there are any */
	strv datasecs;
	/* conditions: modes (none: all); enum expect_fact with FACT_UNKNOWN for either; ranges of versions, NULL: all */
	strv modes;
	unsigned int smp, percpu_section, encoder;
	char *kernels, *paholes;
	/* why it is so, for people */
	char *reason;
};

enum {
	EXPECT_ABSENT,
	EXPECT_PRESENT,
};

struct expect {
	char *path;
	VEC(struct expect_rule) rules;
};

/** Reads a file. Messages have "FILE:LINE: what; the mend". */
must_check struct error *expect_load(const char *path, struct expect **ret);
/** Reads the project's configs/expect.ini. */
must_check struct error *expect_load_project(struct expect **ret);
void expect_free(struct expect *expect);
DEFINE_CLEANUP_PTR(expect, struct expect, expect_free);

/**
 * The first rule about @what whose conditions the facts meet; NULL where there is none, or where it depends on a fact
 * that is not known which rule is the first.
 */
const struct expect_rule *expect_find(const struct expect *expect, enum expect_what what,
				      const struct expect_facts *facts);

/** "per-CPU DATASEC" and the like, for messages. */
const char *expect_what_text(enum expect_what what);

#endif
