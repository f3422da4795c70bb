/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings that are proven faults of pahole, a compiler or the kernel: configs/known.ini.
 *
 * A section of that file is one fault. It names the checks that find it, the versions that have it, and
 * which variables it concerns: every one by its name, without wildcards, or all those of which the verifier
 * itself proves the cause, each time anew. A finding it lists is shown apart, and an entry that applies to
 * a cell and finds nothing there is itself a finding: the fault is gone, or was never what the entry says.
 */
#ifndef BTFMATRIX_CONFIG_KNOWN_H
#define BTFMATRIX_CONFIG_KNOWN_H

#include "config/arch.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "verify/verify.h"

/** The check of a stale entry's finding. */
#define CHECK_KNOWN_UNMATCHED "known.entry-unmatched"

struct known_entry {
	/* the section's name */
	char *name;
	/* ids of checks */
	strv checks;
	/* names of variables, or of sections for checks that are about these; none: those of the cause */
	strv variables;
	/* id of an absence rule (verify/absence.h) or cause (verify/causes.h); NULL: those of the list */
	char *cause;
	/* not every cell it applies to has it: none is no finding */
	bool sometimes;
	/* enum expect_fact: whether pahole's output is repaired there; FACT_UNKNOWN: either */
	unsigned int repaired;
	/* the blob, "vmlinux" or "vmlinux_btf_extra"; NULL: either */
	char *image;
	/* architectures, kernels ("6.12") and modes that have it; none: all, if the cause is proved */
	strv arches, kernels, modes;
	/* as version_in_range() takes it */
	char *pahole;
	/* beginnings of a compiler's name and version, e.g. "gcc-12."; none: any */
	strv compilers;
	/* how it is known, one line each */
	strv evidence;
	/* a heading's anchor in docs/findings.md */
	char *doc;
};

struct known {
	char *path;
	VEC(struct known_entry) entries;
};

/** Reads the file. Messages have "FILE:LINE: what; the mend". */
must_check struct error *known_load(const char *path, struct known **ret);
void known_free(struct known *known);
DEFINE_CLEANUP_PTR(known, struct known, known_free);

/**
 * Sets .known of each finding that an entry lists to the entry's .doc, and adds a finding
 * CHECK_KNOWN_UNMATCHED for each check or variable of an applicable entry that no finding matches.
 * Entries whose checks were skipped are not judged.
 */
void known_apply(const struct known *known, const struct verify_input *input,
		 struct verify_result *result);

#endif
