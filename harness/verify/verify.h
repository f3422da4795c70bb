/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verifier: the BTF of one kernel, and of modules of it, against its witnesses.
 *
 * verify_cell() runs every check of the catalogue (verify/checks.h) whose witnesses are there. A check
 * that could not run is recorded as skipped with the reason; it never counts as passed. The kernel need
 * not be one that was built here: what is not said about it is deduced from its files.
 */
#ifndef BTFMATRIX_VERIFY_VERIFY_H
#define BTFMATRIX_VERIFY_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/guest_report.h"
#include "config/expect.h"
#include "config/values.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "plan/cell.h"

/* One thing that is wrong. All strings but check are owned. */
struct finding {
	/* id of the check, e.g. "percpu.offset-matches-symbol"; static */
	const char *check;
	/* the blob: "vmlinux", "vmlinux_btf_extra" or the name of another module */
	char *image;
	/* the variable, or the section, module or file where no variable is concerned */
	char *variable;
	/* the witness, what it says, and what BTF says */
	char *witness, *expected, *actual;
	/* the absence rule that the verifier proved of it, e.g. "declared-incomplete"; static, NULL: none */
	const char *cause;
	/* the entry of known.ini that lists it, with its section of docs/findings.md; NULL: new */
	char *known;
};

enum check_state {
	/* ran and found nothing */
	CHECK_PASS,
	/* ran and found something */
	CHECK_FAIL,
	/* could not run; see reason */
	CHECK_SKIPPED,
};

struct check_outcome {
	/* static */
	const char *id;
	enum check_state state;
	/* why it was skipped; owned, else NULL */
	char *reason;
	/* about the kernel as a whole; else about each image */
	bool once;
	/* skipped as this cell has nothing it is about; where not set, a witness was lacking */
	bool not_applicable;
	/* things looked at (variables, sections, trials), so that an empty check shows as 0 */
	size_t nr_items;
};

/* A check that ran on other images and could not on this one. */
struct unchecked_image {
	/* id of the check; static */
	const char *check;
	char *image;
	/* why */
	char *reason;
	/* as in struct check_outcome */
	bool not_applicable;
};

enum {
	/* what five bits can say */
	VERIFIED_KINDS = 32
};

/* An image that was looked at. */
struct verified_image {
	char *name;
	/* a good ELF file, and without any BTF */
	bool lacks_btf;
	/* bytes of BTF; VARs in DATASECs of per-CPU sections, and of others */
	size_t btf_size, nr_percpu, nr_global;
	/* own types, by BTF_KIND_*; bytes of them, and of strings */
	size_t nr_of_kind[VERIFIED_KINDS], types_size, strings_size;
};

/* A symbol that BTF lacks, or that the kernel does not find, and the rule that explains it. */
struct explained_absence {
	char *image, *symbol;
	/* static rule id, e.g. "function-static", "zero-size" */
	const char *rule;
};

/* What configs/expect.ini says of something that is there, or not there, as it should. */
struct met_expectation {
	char *image;
	/* "per-CPU DATASEC"; static */
	const char *what;
	bool present;
	/* the rule's name and reason; owned */
	char *rule, *reason;
};

/* Another cell of the family: the same kernel, in another mode. */
struct verify_sibling {
	enum btf_mode mode;
	const char *vmlinux;
};

/* How pahole was run. */
struct verify_pahole {
	/* what makes it encode all variables, as struct feature has it; ended by NULL. NULL: nobody said. */
	const char *const *words;
	/* its arguments for the BTF of vmlinux and of the extra module, spaces between; NULL: none are known of */
	const char *vmlinux, *extra;
	/* its version, e.g. "1.24", whoever encoded all variables; NULL: not known, and taken for a recent one */
	const char *version;
	/* whether btfmatrix encoded all variables, and not this pahole */
	enum expect_fact encoder;
	/* whether btfmatrix repaired what it wrote */
	enum expect_fact repaired;
};

/* What to verify. Whatever is NULL is not known or not there. */
struct verify_input {
	/* NULL: bits, byte order, machine and per-CPU section are what the ELF files have */
	const struct arch *arch;
	/* nobody said which mode it is, and then nothing holds the BTF to one; else see mode */
	bool mode_unknown;
	enum btf_mode mode;
	/* kernel release series, e.g. "6.12" */
	const char *kernel;
	/* the pahole that encoded all variables, e.g. "1.30"; for known.ini */
	const char *pahole_version;
	/* e.g. "gcc-12.2.0"; for known.ini */
	const char *compiler;
	/* ELF with .BTF (and DWARF); NULL: there is raw BTF alone, and no check has an ELF witness */
	const char *vmlinux;
	/* its separate debug file; NULL: it has all in itself, or one is where gdb would look for it */
	const char *debug_file;
	/* vmlinux_btf_extra.ko, or NULL where the build made none; it may be one of modules as well */
	const char *extra_module;
	/* what that module is called; NULL: vmlinux_btf_extra */
	const char *extra_name;
	/* where its BTF is in sysfs; NULL: /sys/kernel/btf/NAME */
	const char *extra_sysfs;
	/* modules with split BTF; the extra module is told from others by what it describes */
	const char *const *modules;
	size_t nr_modules;
	/*
	 * A file of BTF without ELF, as /sys/kernel/btf has them: instead of vmlinux's own, or with
	 * base_file split BTF on that, which then stands for vmlinux's own.
	 */
	const char *btf_file, *base_file;
	struct verify_pahole pahole;
	/* NULL where no kernel was booted */
	const struct guest_report *guest;
	/* the modes of the family that were built before this one */
	const struct verify_sibling *siblings;
	size_t nr_siblings;
	/* CONFIG_SMP; FACT_UNKNOWN: what the image looks like */
	enum expect_fact smp;
	/* what there ought to be; NULL: the project's configs/expect.ini */
	const struct expect *expect;
	/* run no other program: for tests that verify by the thousand, and BTF that is in no file */
	bool no_programs;
	/* which of the catalogue's checks to run, by place (verify/select.h); NULL: all */
	const bool *selected;
	/* what the guest's values are compared with; NULL: none were asked for */
	const struct values *values;
};

struct verify_result {
	VEC(struct finding) findings;
	VEC(struct check_outcome) checks;
	VEC(struct unchecked_image) unchecked;
	VEC(struct explained_absence) absences;
	/* what is there, or not there, as a rule of configs/expect.ini says */
	VEC(struct met_expectation) met;
	/* VARs that the kernel refused as typed ksyms, each by a rule of verify/refusal.h */
	VEC(struct explained_absence) refusals;
	/* vmlinux first */
	VEC(struct verified_image) images;
	/* VARs checked: in each image's per-CPU DATASEC, a repetition in the extra module not counted; in all others */
	size_t nr_percpu, nr_global;
	/* bytes of BTF of vmlinux and of the extra module (0: none) */
	size_t btf_size, extra_btf_size;
};

/**
 * Verifies. An unreadable or malformed image is a finding of a format.* check, not an error: errors
 * are what kept the verifier from doing its work (ERROR_SYSTEM).
 */
must_check struct error *verify_cell(const struct verify_input *input,
				     struct verify_result *result);
void verify_result_release(struct verify_result *result);

#endif
