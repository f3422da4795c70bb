// SPDX-License-Identifier: GPL-2.0-only
#include "run/run_cell.h"

#include <jansson.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/boot_blame.h"
#include "config/tool_versions.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "run/kept_boot.h"
#include "run/wanted.h"
#include "toolroot/toolroot.h"
#include "verify/checks.h"
#include "verify/print.h"

static void set_verdict(struct outcome *outcome, enum verdict verdict, char *reason)
{
	outcome->verdict = verdict;
	free(outcome->reason);
	outcome->reason = reason;
}

/* A copy of @from in the results, so that they are whole without the cache. */
static struct error *keep_log(const struct cell_context *context, const char *from,
			      const char *name)
{
	_cleanup_free_ char *to = xasprintf("%s/%s", context->dir, name);

	return from && path_exists(from) ? file_copy(from, to) : NULL;
}

struct build_request run_cell_build_request(const struct cell_context *context,
					    const struct outcome *outcome)
{
	const struct run *run = context->run;

	return (struct build_request){
		.cell = outcome->cell,
		.source = context->source,
		.own_source = run->request->kernel_dir || run->request->series,
		.pahole = &run_find_pahole(run, outcome->cell)->tool,
		.force = run->request->force == FORCE_ALL,
		.no_ccache = run->request->no_ccache,
		.jobs = run->request->jobs,
		.tools = &outcome->tools,
		.makeflags = run->makeflags,
		.jobserver_fd = run->jobserver_fd,
	};
}

static struct error *stage_build(const struct cell_context *context, struct outcome *outcome)
{
	const struct build_request request = run_cell_build_request(context, outcome);
	struct error *err = build_cell(&request, &outcome->build);
	struct error *log_err = keep_log(context, outcome->build.log, "build.log");

	if (err) {
		error_free(log_err);
		return err;
	}
	outcome->built = true;
	if (outcome->build.cached)
		log_info("%s: already built", outcome->cell->name);
	else
		log_info("%s: built in %.0f s (%zu objects compiled)", outcome->cell->name,
			 outcome->build.wall_s, outcome->build.nr_compiled);
	if (!log_err)
		log_err = keep_log(context, outcome->build.config, "config");
	if (!log_err)
		log_err = keep_log(context, outcome->build.repairs, "repairs.json");
	if (!log_err)
		log_err = keep_log(context, outcome->build.extra_repairs, "extra-repairs.json");
	return log_err;
}

/* The console's log of a try that is repeated, under a name that the next one leaves alone. */
static struct error *keep_attempt(const struct cell_context *context, struct outcome *outcome)
{
	struct boot_attempt attempt = {
		.verdict = outcome->boot.verdict,
		.detail = return_ptr(outcome->boot.detail),
		.console_log = xasprintf("console-%zu.log", outcome->attempts.len + 1),
		.wall_s = outcome->boot.wall_s,
	};
	_cleanup_free_ char *to = xasprintf("%s/%s", context->dir, attempt.console_log);

	vec_push(&outcome->attempts, attempt);
	if (!outcome->boot.console_log || !path_exists(outcome->boot.console_log))
		return NULL;
	if (rename(outcome->boot.console_log, to))
		return error_errno(errno, "cannot rename %s", outcome->boot.console_log);
	return NULL;
}

/* Boots until it goes well, at most once and @retries times more. */
static struct error *boot_with_retries(const struct cell_context *context,
				       const struct boot_request *request, struct outcome *outcome)
{
	for (;;) {
		struct error *err;

		log_status("%s: booting", outcome->cell->name);
		err = boot_kernel(request, &outcome->boot);
		log_status_clear();
		if (err)
			return err;
		log_info("%s: boot %s in %.1f s", outcome->cell->name,
			 boot_verdict_name(outcome->boot.verdict), outcome->boot.wall_s);
		if (outcome->boot.verdict == BOOT_OK ||
		    outcome->attempts.len >= context->run->request->retries)
			return NULL;
		err = keep_attempt(context, outcome);
		if (err)
			return err;
		log_info("%s: booting once more", outcome->cell->name);
		boot_result_release(&outcome->boot);
	}
}

static struct error *stage_boot(const struct cell_context *context, struct outcome *outcome)
{
	const struct arch *arch = outcome->cell->arch;
	_cleanup_(wanted_release) struct wanted wanted = { 0 };
	_cleanup_strbuf_ struct strbuf values = STRBUF_INIT;
	_cleanup_free_ char *probe = NULL;
	struct boot_request request = {
		.arch = arch,
		.image = outcome->build.image,
		.extra_module = outcome->build.extra_module,
		.sysfs_file = outcome->cell->feature->sysfs,
		.moves = outcome->cell->profile->moves,
		.work_dir = context->dir,
		.qemu = outcome->tools.qemu,
		.board = context->run->request->board,
	};
	struct error *err =
		wanted_collect(outcome->build.vmlinux, outcome->build.extra_module, &wanted);

	if (err)
		return err;
	/* The probe is always made by GCC: it is the same program for every toolchain's kernel. */
	err = probe_build(arch->name, outcome->tools.probe_cc, arch, &probe);
	if (err)
		return err;
	request.probe = probe;
	request.wanted = (const char *const *)wanted.names.data;
	request.nr_wanted = wanted.names.len;
	values_write_list(context->values, &values);
	request.values = strbuf_str(&values);
	err = boot_with_retries(context, &request, outcome);
	if (err)
		return err;
	outcome->booted = true;
	outcome->nr_guest_symbols = outcome->boot.report ? outcome->boot.report->symbols.len : 0;
	return NULL;
}

struct siblings {
	VEC(struct verify_sibling) list;
};

/*
 * The cells of the family that come before it in the plan; later ones are held against this one. They were built before
 * it, in the same object tree.
 */
static void find_siblings(const struct run *run, const struct outcome *outcome,
			  struct siblings *ret)
{
	for (const struct outcome *other = run->outcomes.data; other < outcome; other++)
		if (other->built && str_eq(other->cell->family, outcome->cell->family))
			vec_push(&ret->list, (struct verify_sibling){ other->cell->mode,
								      other->build.vmlinux });
}

/* The arguments pahole had, from the report of `btfmatrix pahole`; NULL: there is none. The caller frees it. */
static char *pahole_arguments(const char *report_path)
{
	json_t *report = report_path ? json_load_file(report_path, 0, NULL) : NULL;
	const json_t *arguments = json_object_get(report, "arguments");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char *line = NULL;

	for (size_t i = 0; i < json_array_size(arguments); i++)
		strbuf_addf(&sb, "%s%s", i ? " " : "",
			    json_string_value(json_array_get(arguments, i)) ?: "");
	if (json_array_size(arguments))
		line = strbuf_detach(&sb);
	json_decref(report);
	return line;
}

/* The pahole that encoded the global variables; NULL: btfmatrix did, and nothing of pahole's is known of it. */
static const char *pahole_of_variables(const struct run *run, const struct cell *cell)
{
	const struct pahole_tool *tool = &run_find_pahole(run, cell)->tool;
	bool ours = cell->pahole->encode ||
		    (!cell->pahole->stock && tool->number < PAHOLE_WITH_GLOBAL_VAR);

	return ours ? NULL : tool->version;
}

/* CONFIG_SMP of a .config. */
static enum expect_fact config_smp(const char *path)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = path ? file_read(path, 0, &text, NULL) : NULL;

	if (!text || err)
		return FACT_UNKNOWN;
	return strstr(text, "\nCONFIG_SMP=y\n") ? FACT_YES : FACT_NO;
}

static struct error *stage_verify(const struct cell_context *context, struct outcome *outcome)
{
	const char *pahole_version = pahole_of_variables(context->run, outcome->cell);
	_cleanup_free_ char *compiler = toolchain_compiler_id(outcome->build.compiler);
	_cleanup_free_ char *arguments = pahole_arguments(outcome->build.repairs);
	_cleanup_free_ char *extra_arguments = pahole_arguments(outcome->build.extra_repairs);
	struct siblings siblings = { 0 };
	struct verify_input input = {
		.arch = outcome->cell->arch,
		.mode = outcome->cell->mode,
		/* of "7.x" too, what is known is known of one release */
		.kernel = context->source->version.line,
		.pahole_version = pahole_version,
		.compiler = compiler,
		.vmlinux = outcome->build.vmlinux,
		.extra_module = outcome->build.extra_module,
		.pahole = {
			.words = STRV_CONST(outcome->cell->feature->pahole),
			.vmlinux = arguments,
			.extra = extra_arguments,
			.version = run_find_pahole(context->run, outcome->cell)->tool.version,
			.encoder = pahole_version ? FACT_NO : FACT_YES,
			.repaired = outcome->cell->pahole->stock ? FACT_NO : FACT_YES,
		},
		.smp = config_smp(outcome->build.config),
		.extra_name = outcome->cell->feature->module_name,
		.extra_sysfs = outcome->cell->feature->sysfs,
		.guest = outcome->boot.report,
		.values = context->values,
	};
	double wall = clock_now_s(), cpu = clock_own_cpu_s();
	struct error *err;

	log_status("%s: verifying", outcome->cell->name);
	find_siblings(context->run, outcome, &siblings);
	input.siblings = siblings.list.data;
	input.nr_siblings = siblings.list.len;
	err = verify_cell(&input, &outcome->verify);
	if (!err)
		known_apply(context->known, &input, &outcome->verify);
	vec_free(&siblings.list);
	log_status_clear();
	outcome->verify_wall_s = clock_now_s() - wall;
	outcome->verify_cpu_s = clock_own_cpu_s() - cpu;
	if (err)
		return err;
	outcome->verified = true;
	return NULL;
}

/*
 * A kernel that refuses its BTF loads no BPF program: that is a finding, and checks of what programs do have nothing to
 * add to it.
 */
static bool follows_from_refusal(const struct outcome *outcome, const char *check)
{
	if (!check_by_id(check)->by_programs)
		return false;
	vec_for_each(other, &outcome->verify.checks)
		if (str_eq(other->id, "live.btf-accepted"))
			return other->state == CHECK_FAIL;
	return false;
}

/* A check that lacked a witness; NULL: every check ran that has something to look at in this cell. */
static const struct check_outcome *find_unchecked(const struct outcome *outcome)
{
	vec_for_each(check, &outcome->verify.checks)
		if (check->state == CHECK_SKIPPED && !check->not_applicable &&
		    !follows_from_refusal(outcome, check->id))
			return check;
	return NULL;
}

static void judge(struct outcome *outcome)
{
	const struct check_outcome *unchecked = find_unchecked(outcome);
	size_t nr_findings = outcome->verify.findings.len;
	size_t nr_new = verify_count_new(&outcome->verify);

	if (outcome->booted && outcome->boot.verdict != BOOT_OK)
		set_verdict(outcome, VERDICT_FAIL,
			    xasprintf("boot %s: %s; see %s",
				      boot_verdict_name(outcome->boot.verdict),
				      outcome->boot.detail ?: "no detail",
				      outcome->boot.console_log ?: "the console log"));
	else if (nr_new)
		set_verdict(outcome, VERDICT_FAIL,
			    xasprintf("%zu finding%s", nr_new, nr_new == 1 ? "" : "s"));
	else if (unchecked)
		set_verdict(outcome, VERDICT_ERROR,
			    xasprintf("%s could not be checked: %s", unchecked->id,
				      unchecked->reason));
	else if (nr_findings)
		set_verdict(outcome, VERDICT_KNOWN, NULL);
	else
		set_verdict(outcome, VERDICT_PASS, NULL);
}

static const char *const build_stages[] = {
	[BUILD_PREPARE] = "prepare",
	[BUILD_CONFIGURE] = "configure",
	[BUILD_COMPILE] = "compile",
	[BUILD_KEEP] = "keep",
};

static const char *stage_at(const struct cell_context *context, const struct outcome *outcome)
{
	bool boots_next = !outcome->booted && !context->run->request->no_boot;

	return !outcome->built ? build_stages[outcome->build.step] : boots_next ? "boot" : "verify";
}

/* What became of a stage, as the cell's verdict where that is already clear. Interruption alone is passed on. */
static struct error *settle(const struct cell_context *context, struct outcome *outcome,
			    struct error *err)
{
	if (!err)
		return NULL;
	if (err->kind == ERROR_INTERRUPTED) {
		set_verdict(outcome, VERDICT_SKIPPED, xstrdup("interrupted"));
		return err;
	}
	outcome_fail(outcome, stage_at(context, outcome), err);
	return NULL;
}

struct error *run_cell_build(const struct cell_context *context, struct outcome *outcome)
{
	return settle(context, outcome, stage_build(context, outcome));
}

/* The boot of an earlier run, or a new one, which is then kept. A board's is always new. */
static struct error *find_or_boot(const struct cell_context *context, struct outcome *outcome)
{
	const struct run_request *request = context->run->request;
	_cleanup_free_ char *key = NULL;
	bool found = false;
	struct error *err;

	if (request->board)
		return stage_boot(context, outcome);
	err = boot_blame_binary(outcome->cell->arch,
				tool_version(outcome->tools.qemu, &outcome->qemu_version));
	if (!err)
		err = kept_boot_key(context, outcome, &key);
	if (!err && request->force == FORCE_NOTHING)
		err = kept_boot_find(context, key, outcome, &found);
	if (found)
		log_info("%s: booted by an earlier run", outcome->cell->name);
	if (!err && !found)
		err = stage_boot(context, outcome);
	if (!err && !found)
		err = kept_boot_store(context, key, outcome);
	return err;
}

struct error *run_cell_check(const struct cell_context *context, struct outcome *outcome)
{
	struct error *err = NULL;

	if (!context->run->request->no_boot)
		err = find_or_boot(context, outcome);
	if (!err)
		err = stage_verify(context, outcome);
	if (err)
		return settle(context, outcome, err);
	judge(outcome);
	log_info("%s: %s%s%s (%zu per-CPU and %zu other variables verified in %.1f s)",
		 outcome->cell->name, verdict_name(outcome->verdict), outcome->reason ? ": " : "",
		 outcome->reason ?: "", outcome->verify.nr_percpu, outcome->verify.nr_global,
		 outcome->verify_wall_s);
	return NULL;
}
