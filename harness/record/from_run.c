// SPDX-License-Identifier: GPL-2.0-only
#include "record/from_run.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "btf/btf_image.h"
#include "config/project.h"
#include "config/strv.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "report/cell_json.h"
#include "verify/absence.h"
#include "verify/print.h"

/* "0123abcd", with "-dirty" where files differ; NULL where @dir is no git tree or git cannot tell. */
static char *git_commit(const char *dir)
{
	const char *argv[] = { "git",     "-C",          dir,        "describe", "--always",
			       "--dirty", "--abbrev=12", "--match=", NULL };
	struct proc proc = {
		.argv = argv, .capture = true, .capture_stdout_only = true, .deadline_s = 20
	};
	_cleanup_free_ char *git = path_find_program("git"), *dot = xasprintf("%s/.git", dir);
	char *commit = NULL;
	struct error *err;

	if (!git || !path_exists(dot))
		return NULL;
	err = proc_run(&proc);
	if (!err && proc.exit_code == 0) {
		char *text = strbuf_detach(&proc.output);

		text[strcspn(text, "\n")] = '\0';
		commit = utf8_clean(text);
		free(text);
	}
	error_free(err);
	proc_release(&proc);
	return commit;
}

static char *host_name(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1))
		return NULL;
	return utf8_clean(name);
}

/* The digest of a file, NULL where it cannot be read. */
static char *digest_of(const char *path)
{
	char hex[SHA256_HEX_SIZE];
	struct error *err = path ? file_sha256(path, hex) : NULL;

	if (!path || err) {
		error_free(err);
		return NULL;
	}
	return xstrdup(hex);
}

static void add_planned(const struct run *run, const struct cell *cell, struct rec_run *ret)
{
	_cleanup_free_ char *reproduce = cell_reproducer(run, cell);
	const struct pahole_tool *tool = &run_find_pahole(run, cell)->tool;
	struct rec_cell planned = {
		.name = utf8_clean(cell->name),
		.family = utf8_clean(cell->family),
		.arch = utf8_clean(cell->arch->name),
		.toolchain = utf8_clean(cell->toolchain->name),
		.kernel = utf8_clean(cell->kernel),
		.profile = utf8_clean(cell->profile->name),
		.pahole = utf8_clean(cell->pahole->text),
		.pahole_version = utf8_clean(tool->version),
		.pahole_path = utf8_clean(tool->path),
		.pahole_packages = utf8_clean(tool->packages),
		.repaired = !cell->pahole->stock,
		.mode = xstrdup(btf_mode_name(cell->mode)),
		.bits = cell->arch->elf_bits,
		.byte_order = xstrdup(cell->arch->elf_big_endian ? "big" : "little"),
		.verdict = xstrdup(verdict_name(VERDICT_SKIPPED)),
		.reason = xstrdup("the run ended before its turn"),
		.reproduce = utf8_clean(reproduce),
	};

	vec_push(&ret->cells, planned);
}

/* Appends @text to a list of what is not in it yet. */
static void add_once(strv *list, const char *text)
{
	if (text && !strv_has(STRV_CONST(*list), text))
		strv_append(list, xstrdup(text));
}

/* What the cells' paholes are; a run of one pahole has that one's words. */
static void add_paholes(const struct run *run, struct rec_run *ret)
{
	_cleanup_strv_ strv versions = NULL, paths = NULL, packages = NULL;
	char **const texts[] = { &ret->pahole_version, &ret->pahole_path, &ret->pahole_packages };

	ret->repaired = true;
	for (size_t i = 0; i < run->paholes.len; i++) {
		const struct run_pahole *pahole = &run->paholes.data[i];

		add_once(&versions, pahole->tool.version);
		add_once(&paths, pahole->tool.path);
		add_once(&packages, pahole->tool.packages);
		ret->repaired &= !pahole->spec->stock;
	}

	const strv lists[] = { versions, paths, packages };
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		_cleanup_free_ char *joined = strv_join(STRV_CONST(lists[i]), ", ");

		*texts[i] = *joined ? utf8_clean(joined) : NULL;
	}
}

void rec_run_from_plan(const struct run *run, struct rec_run *ret)
{
	const struct run_request *request = run->request;
	const char *slash = strrchr(request->dir, '/');
	_cleanup_free_ char *known = NULL, *project = NULL;
	struct error *err = project_path(&known, "configs/known.ini");

	error_free(err);
	err = project_dir(&project);
	error_free(err);
	*ret = (struct rec_run){
		.name = utf8_clean(slash ? slash + 1 : request->dir),
		.dir = utf8_clean(request->dir),
		.began_at = time(NULL),
		.matrix = utf8_clean(request->plan->matrix_path),
		.options = utf8_clean(request->options),
		.version = xstrdup(BTFMATRIX_VERSION),
		.program = digest_of("/proc/self/exe"),
		.commit = project ? git_commit(project) : NULL,
		.known = digest_of(known),
		.sh = utf8_clean(run->sh_version),
		.host = host_name(),
		.jobs = request->jobs,
		.shard = utf8_clean(request->shard),
	};
	add_paholes(run, ret);
	vec_for_each(cell, &request->plan->cells)
		add_planned(run, cell, ret);
}

/* Equal for cells that must come out equal: same build, same judge. */
static char *verdict_key(const struct rec_run *run, const struct rec_cell *cell)
{
	char hex[SHA256_HEX_SIZE];
	_cleanup_free_ char *text = NULL;

	if (!cell->build_key)
		return NULL;
	text = xasprintf("%s\n%s\n%s\n%s\n%s\n", cell->name, cell->build_key, run->program ?: "?",
			 run->known ?: "?", cell->qemu ?: "?");
	sha256_hex(text, strlen(text), hex);
	return xstrdup(hex);
}

static void set_text(char **member, const char *text)
{
	free(*member);
	*member = utf8_clean(text);
}

static void fill_build(const struct outcome *outcome, struct rec_cell *cell)
{
	const struct build_result *build = &outcome->build;

	cell->built = outcome->built;
	cell->cached = build->cached;
	cell->build_wall_s = build->wall_s;
	cell->build_cpu_s = build->cpu_s;
	cell->compiled = (int64_t)build->nr_compiled;
	set_text(&cell->build_key, build->key);
	set_text(&cell->build_command, build->command);
	set_text(&cell->vmlinux, build->vmlinux);
	set_text(&cell->image, build->image);
	set_text(&cell->extra_module, build->extra_module);
	set_text(&cell->config_path, build->config);
	set_text(&cell->compiler, build->compiler);
	set_text(&cell->linker, build->linker);
	set_text(&cell->make, build->make);
}

static void fill_boot(const struct outcome *outcome, struct rec_cell *cell)
{
	const struct boot_result *boot = &outcome->boot;

	set_text(&cell->qemu, outcome->qemu_version);
	cell->booted = outcome->booted;
	if (!outcome->booted)
		return;
	set_text(&cell->boot_verdict, boot_verdict_name(boot->verdict));
	set_text(&cell->boot_detail, boot->detail);
	set_text(&cell->boot_command, boot->command);
	cell->boot_wall_s = boot->wall_s;
	cell->boot_cpu_s = boot->cpu_s;
	if (!boot->report)
		return;
	set_text(&cell->guest_release, boot->report->release);
	set_text(&cell->guest_version, boot->report->version);
	set_text(&cell->guest_machine, boot->report->machine);
}

static void fill_attempts(const struct rec_run *run, const struct outcome *outcome,
			  struct rec_cell *cell)
{
	_cleanup_free_ char *folder = rec_cell_folder(cell->name);

	vec_for_each(attempt, &outcome->attempts) {
		const char *verdict = boot_verdict_name(attempt->verdict);
		_cleanup_free_ char *reason =
			xasprintf("boot %s: %s", verdict, attempt->detail ?: "no detail");
		struct rec_attempt copy = {
			.verdict = xstrdup(verdict_name(VERDICT_FAIL)),
			.reason = utf8_clean(reason),
			.boot_verdict = xstrdup(verdict),
			.boot_wall_s = attempt->wall_s,
			.console_log = xasprintf("%s/cells/%s/%s", run->name, folder,
						 attempt->console_log),
		};

		vec_push(&cell->attempts, copy);
		vec_push(&cell->logs, (struct rec_log){ xstrdup("console log of an earlier try"),
							xstrdup(copy.console_log) });
		cell->flaky |= outcome->verdict != VERDICT_FAIL;
	}
}

static void fill_checks(const struct verify_result *verify, struct rec_cell *cell)
{
	static const char *const states[] = {
		[CHECK_PASS] = "pass",
		[CHECK_FAIL] = "fail",
		[CHECK_SKIPPED] = "skipped",
	};

	vec_for_each(outcome, &verify->checks) {
		struct rec_check check = {
			.id = utf8_clean(outcome->id),
			.state = xstrdup(states[outcome->state]),
			.reason = utf8_clean(outcome->reason),
			.applicable = !outcome->not_applicable,
			.items = (int64_t)outcome->nr_items,
		};

		vec_push(&cell->checks, check);
	}
}

static void fill_findings(const struct verify_result *verify, struct rec_cell *cell)
{
	vec_for_each(finding, &verify->findings) {
		struct rec_finding copy = {
			.check = utf8_clean(finding->check),
			.image = utf8_clean(finding->image),
			.variable = utf8_clean(finding->variable),
			.witness = utf8_clean(finding->witness),
			.expected = utf8_clean(finding->expected),
			.actual = utf8_clean(finding->actual),
			.known = utf8_clean(finding->known),
		};

		vec_push(&cell->findings, copy);
	}
}

static void fill_absences(const struct verify_result *verify, struct rec_cell *cell)
{
	for (size_t i = 0; i < nr_absence_rules; i++) {
		int64_t count = 0;

		vec_for_each(absence, &verify->absences)
			count += str_eq(absence->rule, absence_rules[i].id);
		if (count)
			vec_push(&cell->absences,
				 (struct rec_absence){ utf8_clean(absence_rules[i].id), count });
	}
	cell->nr_absences = (int64_t)verify->absences.len;
}

/* vmlinux is the first of the images. */
static int64_t count_types(const struct verify_result *verify)
{
	size_t n = 0;

	for (size_t kind = 0; verify->images.len && kind < VERIFIED_KINDS; kind++)
		n += verify->images.data[0].nr_of_kind[kind];
	return (int64_t)n;
}

/* The kinds that a well made module has next to none of, the caller's to free. */
static char *list_extra_kinds(const struct outcome *outcome)
{
	const char *name = outcome->cell->feature ? outcome->cell->feature->module_name : NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	vec_for_each(image, &outcome->verify.images) {
		if (!name || !str_eq(image->name, name))
			continue;
		for (uint32_t kind = 0; kind < VERIFIED_KINDS; kind++)
			if (image->nr_of_kind[kind] && kind != BTF_KIND_VAR &&
			    kind != BTF_KIND_DATASEC)
				strbuf_addf(&sb, "%s%s %zu", sb.len ? ", " : "",
					    btf_kind_name(kind), image->nr_of_kind[kind]);
		return sb.len ? strbuf_detach(&sb) : xstrdup("none");
	}
	return NULL;
}

static void fill_verify(const struct outcome *outcome, struct rec_cell *cell)
{
	const struct verify_result *verify = &outcome->verify;

	cell->verified = outcome->verified;
	if (!outcome->verified)
		return;
	cell->verify_wall_s = outcome->verify_wall_s;
	cell->verify_cpu_s = outcome->verify_cpu_s;
	cell->nr_types = count_types(verify);
	cell->extra_kinds = list_extra_kinds(outcome);
	cell->nr_percpu = (int64_t)verify->nr_percpu;
	cell->nr_global = (int64_t)verify->nr_global;
	cell->btf_bytes = (int64_t)verify->btf_size;
	cell->extra_btf_bytes = (int64_t)verify->extra_btf_size;
	cell->nr_new = (int64_t)verify_count_new(verify);
	cell->nr_known = (int64_t)verify->findings.len - cell->nr_new;
	fill_checks(verify, cell);
	fill_findings(verify, cell);
	fill_absences(verify, cell);
}

/* What a cell leaves in its folder, and how people call it. */
static const struct {
	const char *kind, *file;
} log_files[] = {
	{ "build log", "build.log" },
	{ "console log", "console.log" },
	{ "frames of the probe", "channel" },
	{ "config", "config" },
	{ "repairs of vmlinux's BTF", "repairs.json" },
	{ "repairs of the module's BTF", "extra-repairs.json" },
};

static void fill_logs(const struct rec_run *run, struct rec_cell *cell)
{
	_cleanup_free_ char *name = rec_cell_folder(cell->name);
	_cleanup_free_ char *json = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(log_files); i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/cells/%s/%s", run->dir, name, log_files[i].file);

		if (path_exists(path))
			vec_push(&cell->logs,
				 (struct rec_log){ xstrdup(log_files[i].kind),
						   xasprintf("%s/cells/%s/%s", run->name, name,
							     log_files[i].file) });
	}
	json = xasprintf("%s/cells/%s.json", run->name, name);
	vec_push(&cell->logs, (struct rec_log){ xstrdup("record as JSON"), xstrdup(json) });
}

/* Of a kernel tree that takes git seconds, so cells of one source ask once. */
static char *commit_of_source(const struct rec_run *record, const struct rec_cell *cell)
{
	for (const struct rec_cell *before = record->cells.data; before < cell; before++)
		if (before->source_origin && str_eq(before->source_origin, cell->source_origin))
			return before->source_commit ? xstrdup(before->source_commit) : NULL;
	return git_commit(cell->source_origin);
}

void rec_cell_from_outcome(const struct run *run, const struct outcome *outcome,
			   const struct kernel_source *source, struct rec_run *record)
{
	struct rec_cell *cell = &record->cells.data[outcome - run->outcomes.data];

	set_text(&cell->verdict, verdict_name(outcome->verdict));
	set_text(&cell->reason, outcome->reason);
	if (source && source->origin) {
		set_text(&cell->source_origin, source->origin);
		set_text(&cell->source_id, source->id);
		free(cell->source_commit);
		cell->source_commit = commit_of_source(record, cell);
	}
	set_text(&cell->release, outcome->release);
	set_text(&cell->series, outcome->series);
	fill_build(outcome, cell);
	fill_boot(outcome, cell);
	fill_verify(outcome, cell);
	fill_logs(record, cell);
	fill_attempts(record, outcome, cell);
	cell->verdict_key = verdict_key(record, cell);
	cell->ended_at = time(NULL);
}
