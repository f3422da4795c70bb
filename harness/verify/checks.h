/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The catalogue of checks.
 *
 * A new check is a function here-about and a row in checks.c. The function looks at every item its
 * subject has, calls check_item() for each, and check_report() for each that is wrong. It is called
 * only when all it needs is there.
 */
#ifndef BTFMATRIX_VERIFY_CHECKS_H
#define BTFMATRIX_VERIFY_CHECKS_H

#include "verify/evidence.h"

/**
 * What must be there for a check to run; without it the check is skipped with a reason. It is asked of
 * each image, and the check runs on those that have it all.
 */
enum check_needs {
	/* the image's BTF, readable */
	NEEDS_BTF = 1 << 0,
	/* the extra module's BTF, readable, where the build made that module */
	NEEDS_EXTRA = 1 << 1,
	/* an architecture and an image with a per-CPU section */
	NEEDS_PERCPU = 1 << 2,
	/* a mode in which all global variables are encoded, or BTF that has some */
	NEEDS_GLOBALS = 1 << 3,
	/* DWARF of the image that has the variables */
	NEEDS_DWARF = 1 << 4,
	/* what the probe sent from the running kernel */
	NEEDS_GUEST = 1 << 5,
	/* kallsyms with addresses in it */
	NEEDS_KALLSYMS = 1 << 6,
	/* the ELF file of the image that has the variables */
	NEEDS_ELF = 1 << 7,
	/* that file's symbol table, so the file as well */
	NEEDS_SYMBOLS = 1 << 10,
	/* a state of CONFIG_DEBUG_INFO_BTF_VARS to hold it to */
	NEEDS_MODE = 1 << 8,
	/* an image whose BTF is in an ELF file */
	NEEDS_BTF_SECTION = 1 << 9,
	/* other programs, which may be run */
	NEEDS_PROGRAMS = 1 << 11,
};

/* A check while it runs. */
struct check_run {
	const struct check *check;
	const struct evidence *evidence;
	struct verify_result *result;
	/* for each of evidence->blobs, whether it has what the check needs */
	const bool *covered;
	size_t nr_items, nr_findings;
	/* set by check_skip() and check_not_applicable(); owned */
	char *skip_reason;
	/* there is nothing the check is about, rather than no witness */
	bool not_applicable;
};

struct check {
	const char *id;
	/* what holds for every item if the check passes */
	const char *asserts;
	/* what BTF is checked against */
	const char *witness;
	/* the fact of the kernel, of pahole or of a standard by which it is so */
	const char *source;
	/* NEEDS_* */
	unsigned int needs;
	/* the variables it is about; SCOPE_NONE where it is not about variables */
	enum scope scope;
	/* about vmlinux or the kernel as a whole, and not about each image by itself */
	bool once;
	/* it looks at BTF alone and takes long: runs beside the others, in a thread of its own */
	bool apart;
	/* what it looks at are the doings of BPF programs, which a kernel that refuses its BTF loads none of */
	bool by_programs;
	/* nothing to look at is as it should be, not a sign that the check is broken */
	bool may_be_empty;
	void (*run)(struct check_run *run);
};

extern const struct check checks[];
extern const size_t nr_checks;

/** Runs all checks on what has been loaded; verify_cell() is this after evidence_load(). */
void verify_evidence(const struct evidence *evidence, struct verify_result *result);

/** The check called @id, or NULL. */
const struct check *check_by_id(const char *id);

static inline void check_item(struct check_run *run)
{
	run->nr_items++;
}

/**
 * Records a finding of the running check. @expected is what the check's witness says and @actual what
 * BTF says; both are allocated strings and taken over.
 */
void check_report(struct check_run *run, const char *image, const char *variable, char *expected,
		  char *actual);

/** Says what the finding that was reported last comes from, as the check itself proved it: see verify/causes.h. */
void check_set_cause(struct check_run *run, const char *cause);

/** Ends the check as skipped, for what only shows while it runs. The caller returns after it. */
printf_like(2, 3) void check_skip(struct check_run *run, const char *fmt, ...);

/** As check_skip(), where the images have nothing that the check is about. */
printf_like(2, 3) void check_not_applicable(struct check_run *run, const char *fmt, ...);

/** As check_skip(), of a check that needs the guest's __per_cpu_offset and has it not: says why. */
void check_skip_without_areas(struct check_run *run);

/** Notes, of a check that runs, what of @image it could not look at. @reason is taken over. */
void check_note_unchecked(struct check_run *run, const char *image, char *reason,
			  bool not_applicable);

/** Whether an image has what the running check needs. */
static inline bool check_covers(const struct check_run *run, const struct blob *blob)
{
	return run->covered[blob - run->evidence->blobs];
}

/* Iterates over the images that have what the running check needs. */
#define check_for_each_blob(b, run)                \
	evidence_for_each_blob(b, (run)->evidence) \
		if (check_covers(run, b))

/* Iterates over those images' variables of the running check's scope. */
#define check_for_each_variable(var, run)              \
	vec_for_each(var, &(run)->evidence->variables) \
		if (var->scope == (run)->check->scope && check_covers(run, var->blob))

/* The functions behind the table, by file. */
/* check_format.c */
void check_elf_identity(struct check_run *run);
void check_btf_parses(struct check_run *run);
void check_libbpf_parses(struct check_run *run);
/* check_well_formed.c */
void check_btf_is_well_formed(struct check_run *run);
/* check_listed.c */
void check_var_in_datasec(struct check_run *run);
/* check_duplicates.c */
void check_no_duplicates(struct check_run *run);
/* check_layout.c */
void check_btf_is_loaded_section(struct check_run *run);
void check_btf_bounds_symbols(struct check_run *run);
/* check_base.c */
void check_split_fits_base(struct check_run *run);
void check_module_of_kernel(struct check_run *run);
void check_distilled_base(struct check_run *run);
/* check_memory.c */
void check_section_in_memory(struct check_run *run);
void check_percpu_bounds_symbols(struct check_run *run);
/* check_tools.c */
void check_bpftool(struct check_run *run);
/* check_mode.c */
void check_mode_datasecs(struct check_run *run);
void check_mode_extra_presence(struct check_run *run);
void check_mode_extra_kinds(struct check_run *run);
/* check_pahole.c */
void check_mode_pahole_flags(struct check_run *run);
/* check_extra.c */
void check_mode_extra_redundancy(struct check_run *run);
void check_mode_extra_percpu(struct check_run *run);
/* check_family.c */
void check_family_percpu(struct check_run *run);
void check_family_base(struct check_run *run);
/* check_section.c */
void check_section_exists(struct check_run *run);
void check_section_size(struct check_run *run);
void check_sorted(struct check_run *run);
void check_no_overlap(struct check_run *run);
/* check_variable.c */
void check_symbol_exists(struct check_run *run);
void check_offset(struct check_run *run);
void check_size_matches_type(struct check_run *run);
void check_symbol_size(struct check_run *run);
void check_inside_section(struct check_run *run);
void check_unique(struct check_run *run);
void check_linkage(struct check_run *run);
/* check_alignment.c */
void check_alignment(struct check_run *run);
/* check_missing.c */
void check_none_missing(struct check_run *run);
/* check_dwarf.c */
void check_type_matches_dwarf(struct check_run *run);
void check_dwarf_location(struct check_run *run);
/* check_live_btf.c */
void check_live_identity(struct check_run *run);
void check_live_sysfs_is_image(struct check_run *run);
void check_live_sysfs_mode(struct check_run *run);
void check_live_no_other_btf(struct check_run *run);
void check_live_accepted(struct check_run *run);
void check_live_no_complaints(struct check_run *run);
/* check_live_ksyms.c */
void check_live_every_ksym(struct check_run *run);
void check_live_percpu_pointers(struct check_run *run);
/* check_live_values.c */
void check_live_value_bpf(struct check_run *run);
void check_live_value_kcore(struct check_run *run);
/* check_live_symbols.c */
void check_live_kallsyms_percpu(struct check_run *run);
void check_live_kallsyms_global(struct check_run *run);
void check_live_percpu_bounds(struct check_run *run);
void check_live_percpu_offsets(struct check_run *run);

#endif
