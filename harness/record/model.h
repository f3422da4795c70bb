/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run as the record keeps it and reports show it: plain values, with nothing borrowed from the files,
 * the plan or the verifier. It comes from a run that has just been done (record/from_run.h) or from the
 * database (record/record.h), and a report cannot tell which.
 *
 * All strings are owned, valid UTF-8, and NULL where there is nothing to tell. Times are in seconds,
 * sizes in bytes, points of time in seconds since 1970 (UTC).
 */
#ifndef BTFMATRIX_RECORD_MODEL_H
#define BTFMATRIX_RECORD_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/mem.h"

struct rec_check {
	/* "percpu.no-overlap"; "pass", "fail" or "skipped"; why it was skipped */
	char *id, *state, *reason;
	/* false: this cell has nothing it is about */
	int64_t applicable;
	int64_t items;
};

struct rec_finding {
	char *check, *image, *variable, *witness, *expected, *actual;
	/* the section of docs/findings.md; NULL: new */
	char *known;
	/* the baseline run has it too; set by baseline_mark() */
	bool in_baseline;
};

/* How many symbols have no VAR by one rule. */
struct rec_absence {
	char *rule;
	int64_t count;
};

/* A file a cell left, below the folder the record is in. */
struct rec_log {
	char *kind, *path;
};

/* A try that was not the last one. */
struct rec_attempt {
	char *verdict, *reason, *boot_verdict, *console_log;
	double boot_wall_s;
};

struct rec_variable {
	char *name, *type, *file;
	int64_t offset, size, align;
};

/* The per-CPU section; cells that have the same share one. */
struct rec_layout {
	/* of all below, as hex */
	char *digest;
	char *section;
	int64_t address, align, size;
	VEC(struct rec_variable) variables;
};

/* The symbols a .config sets, one "CONFIG_X=y" a line; cells that have the same share one. */
struct rec_config {
	char *digest, *text;
};

struct rec_cell {
	/* the database's; 0 before it has one */
	int64_t id;
	char *name, *family, *arch, *toolchain, *kernel, *mode;
	/* the profile's name and the pahole as it was asked for; NULL in a record that is older than these axes */
	char *profile, *pahole;
	/* what that pahole was; NULL: it was not found */
	char *pahole_version, *pahole_path, *pahole_packages;
	int64_t repaired;
	/* as verdict_name() */
	char *verdict, *reason;
	/* the command that does it again */
	char *reproduce;
	int64_t built, booted, verified;
	/* what was built from: a tarball or a folder, the digest of it with the series, git's commit */
	char *source_origin, *source_id, *source_commit;
	/* the kernel by its own Makefile, e.g. "6.12.117", and the series it got */
	char *release, *series;
	/* a build from an earlier run; the times are those of that build */
	int64_t cached;
	double build_wall_s, build_cpu_s;
	int64_t compiled;
	/* digest of all that went into the build; the same with all that was used to judge it */
	char *build_key, *verdict_key;
	char *build_command, *vmlinux, *image, *extra_module, *config_path;
	char *compiler, *linker, *make, *qemu;
	/* as boot_verdict_name() */
	char *boot_verdict, *boot_detail, *boot_command;
	double boot_wall_s, boot_cpu_s;
	char *guest_release, *guest_version, *guest_machine;
	double verify_wall_s, verify_cpu_s;
	/* of the descriptor: 32 or 64, "little" or "big" */
	int64_t bits;
	/* types of the module of mode m that are neither VAR nor DATASEC: "int 1, struct 2" or "none"; NULL: no module */
	char *extra_kinds;
	char *byte_order;
	/* own types of vmlinux's BTF */
	int64_t nr_types;
	int64_t nr_percpu, nr_global, btf_bytes, extra_btf_bytes, nr_absences;
	/* counts of findings, which an overview has without the findings */
	int64_t nr_new, nr_known;
	int64_t ended_at;
	/* another run of the same verdict_key, or an earlier attempt in this one, has another verdict */
	bool flaky;
	/* the boot fails, and in the baseline run it did so in the same way; set by baseline_mark() */
	bool boot_in_baseline;

	VEC(struct rec_check) checks;
	VEC(struct rec_finding) findings;
	VEC(struct rec_absence) absences;
	VEC(struct rec_log) logs;
	VEC(struct rec_attempt) attempts;
	/* of rec_run.layouts and .configs; NULL: none */
	struct rec_layout *layout;
	struct rec_config *config;
};

struct rec_run {
	/* the database's; 0 before it has one */
	int64_t id;
	/* the folder's name, by which people call the run; the folder as it was given */
	char *name, *dir;
	/* 0: not ended */
	int64_t began_at, ended_at;
	double wall_s;
	char *matrix, *options;
	/* of btfmatrix: version, digest of the program, git's commit of its tree */
	char *version, *program, *commit;
	/* digest of configs/known.ini */
	char *known;
	/* of all the cells' paholes, with ", " between what differs; repaired: all of them */
	char *pahole_version, *pahole_path, *pahole_packages;
	int64_t repaired;
	char *sh, *host;
	int64_t jobs;
	/* "2/3": what `run --shard` had of its plan; "1,2/3": what was merged so far; NULL: all */
	char *shard;
	/* the run this one is held against; set by baseline_mark() */
	char *baseline;

	VEC(struct rec_cell) cells;
	VEC(struct rec_layout *) layouts;
	VEC(struct rec_config *) configs;
};

/* How a member of one of these structs is called in the database and in JSON. */
enum rec_type {
	REC_TEXT,
	REC_INT,
	/* kept as a number, told as true or false */
	REC_BOOL,
	REC_REAL,
};

struct rec_field {
	const char *name;
	enum rec_type type;
	size_t offset;
};

/* Without id and what a baseline or other runs add. */
extern const struct rec_field rec_run_fields[];
extern const size_t nr_rec_run_fields;
extern const struct rec_field rec_cell_fields[];
extern const size_t nr_rec_cell_fields;

static inline char **rec_text(void *record, const struct rec_field *field)
{
	return (char **)((char *)record + field->offset);
}

static inline int64_t *rec_int(void *record, const struct rec_field *field)
{
	return (int64_t *)(void *)((char *)record + field->offset);
}

static inline double *rec_real(void *record, const struct rec_field *field)
{
	return (double *)(void *)((char *)record + field->offset);
}

/** "x86_64/gcc/6.12/n" as the name of the cell's folder and of its JSON; the caller frees it. */
char *rec_cell_folder(const char *name);

/** The layout or config of that digest in @run, or NULL. */
struct rec_layout *rec_find_layout(const struct rec_run *run, const char *digest);
struct rec_config *rec_find_config(const struct rec_run *run, const char *digest);
/** The cell of that name, or NULL. */
const struct rec_cell *rec_find_cell(const struct rec_run *run, const char *name);

void rec_layout_free(struct rec_layout *layout);
void rec_config_free(struct rec_config *config);
void rec_cell_release(struct rec_cell *cell);
void rec_run_release(struct rec_run *run);

#endif
