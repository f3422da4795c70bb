/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verifier: one cell's BTF against its witnesses.
 *
 * verify_cell() runs every check of the catalogue (verify/checks.h) whose witnesses are there. A check
 * that could not run is recorded as skipped with the reason; it never counts as passed.
 */
#ifndef BTFMATRIX_VERIFY_VERIFY_H
#define BTFMATRIX_VERIFY_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/guest_report.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "plan/cell.h"

/* One thing that is wrong. All strings but check are owned. */
struct finding {
	/* id of the check, e.g. "percpu.offset-matches-symbol"; static */
	const char *check;
	/* the blob: "vmlinux" or "vmlinux_btf_extra" */
	char *image;
	/* the variable, or the section, module or file where no variable is concerned */
	char *variable;
	/* the witness, what it says, and what BTF says */
	char *witness, *expected, *actual;
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
	/* skipped as this cell has nothing it is about; where not set, a witness was lacking */
	bool not_applicable;
	/* things looked at (variables, sections, trials), so that an empty check shows as 0 */
	size_t nr_items;
};

/* A per-CPU or other symbol that BTF lacks, and the rule that explains it. */
struct explained_absence {
	char *symbol;
	/* static rule id, e.g. "function-static", "zero-size" */
	const char *rule;
};

struct verify_input {
	const struct arch *arch;
	enum btf_mode mode;
	/* kernel release series, e.g. "6.12" */
	const char *kernel;
	/* e.g. "1.30"; for known.ini */
	const char *pahole_version;
	/* e.g. "gcc-12.2.0"; for known.ini */
	const char *compiler;
	/* ELF with .BTF (and DWARF) */
	const char *vmlinux;
	/* vmlinux_btf_extra.ko, or NULL where the build made none */
	const char *extra_module;
	/* NULL where no kernel was booted */
	const struct guest_report *guest;
};

struct verify_result {
	VEC(struct finding) findings;
	VEC(struct check_outcome) checks;
	VEC(struct explained_absence) absences;
	/* VARs checked: in the per-CPU DATASEC of vmlinux; in all other DATASECs of all images */
	size_t nr_percpu, nr_global;
	/* bytes of .BTF in vmlinux and in the extra module (0: none) */
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
