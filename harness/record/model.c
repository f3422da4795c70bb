// SPDX-License-Identifier: GPL-2.0-only
#include "record/model.h"

#include <stdlib.h>

#define TEXT(type, member)                                       \
	{                                                        \
#member, REC_TEXT, offsetof(struct type, member) \
	}
#define INT(type, member)                                       \
	{                                                       \
#member, REC_INT, offsetof(struct type, member) \
	}
#define BOOL(type, member)                                       \
	{                                                        \
#member, REC_BOOL, offsetof(struct type, member) \
	}
#define REAL(type, member)                                       \
	{                                                        \
#member, REC_REAL, offsetof(struct type, member) \
	}

const struct rec_field rec_run_fields[] = {
	TEXT(rec_run, name),        TEXT(rec_run, dir),
	INT(rec_run, began_at),     INT(rec_run, ended_at),
	REAL(rec_run, wall_s),      TEXT(rec_run, matrix),
	TEXT(rec_run, options),     TEXT(rec_run, version),
	TEXT(rec_run, program),     TEXT(rec_run, commit),
	TEXT(rec_run, known),       TEXT(rec_run, pahole_version),
	TEXT(rec_run, pahole_path), TEXT(rec_run, pahole_packages),
	BOOL(rec_run, repaired),    TEXT(rec_run, sh),
	TEXT(rec_run, host),        INT(rec_run, jobs),
	TEXT(rec_run, shard),
};
const size_t nr_rec_run_fields = ARRAY_SIZE(rec_run_fields);

const struct rec_field rec_cell_fields[] = {
	TEXT(rec_cell, name),
	TEXT(rec_cell, family),
	TEXT(rec_cell, arch),
	TEXT(rec_cell, toolchain),
	TEXT(rec_cell, kernel),
	TEXT(rec_cell, mode),
	TEXT(rec_cell, profile),
	TEXT(rec_cell, pahole),
	TEXT(rec_cell, pahole_version),
	TEXT(rec_cell, pahole_path),
	TEXT(rec_cell, pahole_packages),
	BOOL(rec_cell, repaired),
	TEXT(rec_cell, verdict),
	TEXT(rec_cell, reason),
	TEXT(rec_cell, reproduce),
	BOOL(rec_cell, built),
	BOOL(rec_cell, booted),
	BOOL(rec_cell, verified),
	TEXT(rec_cell, source_origin),
	TEXT(rec_cell, source_id),
	TEXT(rec_cell, source_commit),
	TEXT(rec_cell, release),
	TEXT(rec_cell, series),
	BOOL(rec_cell, cached),
	REAL(rec_cell, build_wall_s),
	REAL(rec_cell, build_cpu_s),
	INT(rec_cell, compiled),
	TEXT(rec_cell, build_key),
	TEXT(rec_cell, verdict_key),
	TEXT(rec_cell, build_command),
	TEXT(rec_cell, vmlinux),
	TEXT(rec_cell, image),
	TEXT(rec_cell, extra_module),
	TEXT(rec_cell, config_path),
	TEXT(rec_cell, compiler),
	TEXT(rec_cell, linker),
	TEXT(rec_cell, make),
	TEXT(rec_cell, qemu),
	TEXT(rec_cell, boot_verdict),
	TEXT(rec_cell, boot_detail),
	TEXT(rec_cell, boot_command),
	REAL(rec_cell, boot_wall_s),
	REAL(rec_cell, boot_cpu_s),
	TEXT(rec_cell, guest_release),
	TEXT(rec_cell, guest_version),
	TEXT(rec_cell, guest_machine),
	REAL(rec_cell, verify_wall_s),
	REAL(rec_cell, verify_cpu_s),
	TEXT(rec_cell, extra_kinds),
	INT(rec_cell, bits),
	TEXT(rec_cell, byte_order),
	INT(rec_cell, nr_types),
	INT(rec_cell, nr_percpu),
	INT(rec_cell, nr_global),
	INT(rec_cell, btf_bytes),
	INT(rec_cell, extra_btf_bytes),
	INT(rec_cell, nr_absences),
	INT(rec_cell, nr_new),
	INT(rec_cell, nr_known),
	INT(rec_cell, ended_at),
};
const size_t nr_rec_cell_fields = ARRAY_SIZE(rec_cell_fields);

char *rec_cell_folder(const char *name)
{
	char *folder = xstrdup(name);

	for (char *p = folder; *p; p++)
		if (*p == '/')
			*p = '-';
	return folder;
}

struct rec_layout *rec_find_layout(const struct rec_run *run, const char *digest)
{
	vec_for_each(layout, &run->layouts)
		if (str_eq((*layout)->digest, digest))
			return *layout;
	return NULL;
}

struct rec_config *rec_find_config(const struct rec_run *run, const char *digest)
{
	vec_for_each(config, &run->configs)
		if (str_eq((*config)->digest, digest))
			return *config;
	return NULL;
}

const struct rec_cell *rec_find_cell(const struct rec_run *run, const char *name)
{
	vec_for_each(cell, &run->cells)
		if (str_eq(cell->name, name))
			return cell;
	return NULL;
}

static void free_texts(void *record, const struct rec_field *fields, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (fields[i].type == REC_TEXT)
			free(*rec_text(record, &fields[i]));
}

void rec_layout_free(struct rec_layout *layout)
{
	if (!layout)
		return;
	vec_for_each(variable, &layout->variables) {
		free(variable->name);
		free(variable->type);
		free(variable->file);
	}
	vec_free(&layout->variables);
	free(layout->digest);
	free(layout->section);
	free(layout);
}

void rec_config_free(struct rec_config *config)
{
	if (!config)
		return;
	free(config->digest);
	free(config->text);
	free(config);
}

static void free_finding(struct rec_finding *finding)
{
	free(finding->check);
	free(finding->image);
	free(finding->variable);
	free(finding->witness);
	free(finding->expected);
	free(finding->actual);
	free(finding->known);
}

void rec_cell_release(struct rec_cell *cell)
{
	free_texts(cell, rec_cell_fields, nr_rec_cell_fields);
	vec_for_each(check, &cell->checks) {
		free(check->id);
		free(check->state);
		free(check->reason);
	}
	vec_for_each(finding, &cell->findings)
		free_finding(finding);
	vec_for_each(absence, &cell->absences)
		free(absence->rule);
	vec_for_each(log, &cell->logs) {
		free(log->kind);
		free(log->path);
	}
	vec_for_each(attempt, &cell->attempts) {
		free(attempt->verdict);
		free(attempt->reason);
		free(attempt->boot_verdict);
		free(attempt->console_log);
	}
	vec_free(&cell->checks);
	vec_free(&cell->findings);
	vec_free(&cell->absences);
	vec_free(&cell->logs);
	vec_free(&cell->attempts);
	*cell = (struct rec_cell){ 0 };
}

void rec_run_release(struct rec_run *run)
{
	free_texts(run, rec_run_fields, nr_rec_run_fields);
	free(run->baseline);
	vec_for_each(cell, &run->cells)
		rec_cell_release(cell);
	vec_for_each(layout, &run->layouts)
		rec_layout_free(*layout);
	vec_for_each(config, &run->configs)
		rec_config_free(*config);
	vec_free(&run->cells);
	vec_free(&run->layouts);
	vec_free(&run->configs);
	*run = (struct rec_run){ 0 };
}
