// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/tester.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bisect/depends.h"
#include "bisect/told_tools.h"
#include "config/own_command.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/strbuf.h"

enum {
	LOG_MAX = 64 << 20,
	/* lines of a log that are looked at for an error */
	SAID_MAX = 400,
	/* a build needs more, of its object tree's disk */
	LITTLE_SPACE_MIB = 512,
};

/* "n,m,y": the caller frees it. */
static char *join_modes(const struct tester *tester, const size_t *cells, size_t nr_cells)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < nr_cells; i++)
		strbuf_addf(&sb, "%s%s", i ? "," : "", tester->cells->list.data[cells[i]].mode);
	return strbuf_detach(&sb);
}

/* Whether the run says that it is the tree for which it has no cell. */
static bool blames_tree(const char *log_path)
{
	static const char *const words[] = { " is left out: ", "is not the top of a kernel tree" };
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = file_read(log_path, LOG_MAX, &text, NULL);

	for (size_t i = 0; !err && i < ARRAY_SIZE(words); i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

/* The last error in the log of `btfmatrix run`, or its last line. The caller frees it. */
static char *last_error(const char *log_path)
{
	static const char prefix[] = "btfmatrix: error: ";
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = file_read(log_path, LOG_MAX, &text, NULL);
	const char *said = "nothing was said";
	size_t len;

	for (char *line = err ? NULL : text; line && *line;) {
		len = strcspn(line, "\n");
		if (str_starts(line, prefix))
			said = line + strlen(prefix);
		line += len + (line[len] == '\n');
	}
	len = strcspn(said, "\n");
	return xstrndup(said, len < SAID_MAX ? len : SAID_MAX);
}

struct progress {
	const char *label;
};

static enum proc_action show_progress(struct proc *proc, double elapsed_s)
{
	const struct progress *progress = proc->user;

	log_status("testing %s, %.0f s", progress->label, elapsed_s);
	return PROC_CONTINUE;
}

static char *memory_path(const struct tester *tester, const char *label, const char *cell)
{
	_cleanup_free_ char *slug = cell_spec_slug(cell);

	return xasprintf("%s/%s-%s.json", tester->memory, label, slug);
}

/*
 * What a cell came to that another bisection tested; NULL: none did, or not as far, or its kernel is gone that is to be
 * looked at.
 */
static json_t *remember(const struct tester *tester, const char *label,
			const struct cell_spec *spec)
{
	_cleanup_free_ char *path = tester->memory ? memory_path(tester, label, spec->name) : NULL;
	_cleanup_json_ json_t *cell = path ? json_load_file(path, 0, NULL) : NULL;
	const char *vmlinux =
		json_string_value(json_object_get(json_object_get(cell, "build"), "vmlinux"));

	if (tester->predicate->kind == PREDICATE_LAYOUT && vmlinux && !path_exists(vmlinux))
		return NULL;
	if (predicate_needs_boot(tester->predicate) && vmlinux &&
	    !json_is_object(json_object_get(cell, "boot")))
		return NULL;
	return return_ptr(cell);
}

/* For other bisections. What the machine made fail, and boots that fail, are tried again by each. */
static void keep_in_mind(const struct tester *tester, const char *label,
			 const struct cell_spec *spec, json_t *cell, bool infrastructure)
{
	_cleanup_free_ char *path = tester->memory ? memory_path(tester, label, spec->name) : NULL;
	const json_t *boot = json_object_get(cell, "boot");
	const char *verdict = json_string_value(json_object_get(boot, "verdict"));

	if (!path || infrastructure || (verdict && !str_eq(verdict, "ok")))
		return;
	/* Not having it costs time, no truth. */
	error_free(json_write(json_incref(cell), path));
}

static struct error *run_child(const struct tester *tester, const struct cell_spec *spec,
			       const char *modes, const char *tree, const char *label,
			       const char *dir, struct proc *proc)
{
	_cleanup_free_ char *log = xasprintf("%s/run.log", dir);
	_cleanup_free_ char *jobs = xasprintf("%u", tester->jobs);
	_cleanup_free_ char *retries = xasprintf("%u", tester->retries);
	struct progress progress = { label };
	const struct own_option options[] = {
		{ "--jobs", jobs },
		{ "--retries", retries },
		{ "--arch", spec->arch },
		{ "--toolchain", spec->toolchain },
		{ "--mode", modes },
		{ "--results", dir },
		{ "--kernel-dir", tree },
		{ "--series", tester->series },
		{ "--feature", tester->feature },
		{ "--kernel", tester->kernel },
		{ "--config", tester->config },
		{ "--pahole", tester->pahole ?: spec->pahole },
		{ "--profile", tester->profile ?: spec->profile },
		{ "--target", predicate_needs_boot(tester->predicate) ? NULL : "none" },
	};
	_cleanup_strv_ strv argv = NULL;
	struct error *err;

	err = own_command("run", options, ARRAY_SIZE(options), &argv);
	if (err)
		return err;
	proc->argv = STRV_CONST(argv);
	proc->log_path = log;
	proc->on_tick = show_progress;
	proc->user = &progress;
	err = proc_run(proc);
	log_status_clear();
	return err;
}

/* What @key=VALUE is in a command line; the caller frees it. NULL: it is not there. */
static char *word_after(const char *command, const char *key)
{
	const char *at = strstr(command, key);

	return at ? xstrndup(at + strlen(key), strcspn(at + strlen(key), " '")) : NULL;
}

/* The make command of a build; NULL: none was made now, and the object tree may be another's. Caller frees. */
static char *command_of_build(const json_t *cell)
{
	const json_t *build = json_object_get(cell, "build");
	const char *command = json_string_value(json_object_get(build, "command"));

	return command && !json_is_true(json_object_get(build, "cached")) ? xstrdup(command) : NULL;
}

static struct error *keep_depends(const char *command, const char *path)
{
	_cleanup_free_ char *objects = word_after(command, " O=");
	_cleanup_free_ char *source = word_after(command, " -C ");

	return objects && source ? depends_collect(objects, source, path) : NULL;
}

/* The JSON of the cell with this mode; NULL: the run left none. */
static json_t *load_cell(const char *dir, const char *mode)
{
	_cleanup_free_ char *pattern = xasprintf("%s/latest/cells/*.json", dir);
	_cleanup_globfree_ glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found))
		return NULL;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		_cleanup_json_ json_t *cell = json_load_file(found.gl_pathv[i], 0, NULL);

		if (cell && str_eq(json_text_at(cell, "mode"), mode))
			return return_ptr(cell);
	}
	return NULL;
}

static void judge_cell(const struct tester *tester, const json_t *cell, struct trial_result *result)
{
	const json_t *build = json_object_get(cell, "build");

	predicate_judge(tester->predicate, cell, result);
	result->tools = told_tools(cell);
	result->nr_compiled = json_is_true(json_object_get(build, "cached"))
				      ? 0
				      : json_integer_value(json_object_get(build, "compiled"));
}

/*
 * A full disk does not always show: scripts/kallsyms of the kernel, for one, writes on, and what follows stumbles over
 * half a file. So a failure on a disk with next to nothing left is the machine's, whatever it says.
 */
static void suspect_disk(const json_t *cell, const char *dir, struct trial_result *result)
{
	char *reason = result->reason;
	struct statvfs vfs;

	if (!json_is_object(json_object_get(cell, "failure")) || statvfs(dir, &vfs) < 0 ||
	    (double)vfs.f_bavail * (double)vfs.f_frsize >= (double)LITTLE_SPACE_MIB * (1 << 20))
		return;
	result->mark = MARK_SKIP;
	result->infrastructure = true;
	result->reason = xasprintf("%s (and less than %d MiB are left in %s)",
				   reason ?: "it was not done", LITTLE_SPACE_MIB, dir);
	free(reason);
}

/* *command_ret is as command_of_build() has it. */
static void judge_run(const struct tester *tester, const struct cell_spec *spec, const char *label,
		      const char *dir, struct trial_result *result, char **command_ret)
{
	_cleanup_json_ json_t *cell = load_cell(dir, spec->mode);
	_cleanup_free_ char *log = xasprintf("%s/run.log", dir);

	result->dir = xstrdup(dir);
	if (!cell) {
		result->mark = MARK_SKIP;
		result->reason = last_error(log);
		result->infrastructure = !blames_tree(log);
		return;
	}
	judge_cell(tester, cell, result);
	suspect_disk(cell, dir, result);
	keep_in_mind(tester, label, spec, cell, result->infrastructure);
	*command_ret = command_of_build(cell);
}

/* False where one of the cells is to be tested. */
static bool judge_by_memory(const struct tester *tester, const char *label, const size_t *cells,
			    size_t nr_cells, struct trial_result *results)
{
	for (size_t i = 0; i < nr_cells; i++) {
		_cleanup_json_ json_t *cell =
			remember(tester, label, &tester->cells->list.data[cells[i]]);

		if (!cell) {
			while (i-- > 0)
				trial_result_release(&results[i]);
			return false;
		}
		judge_cell(tester, cell, &results[i]);
	}
	return true;
}

struct error *tester_run(const struct tester *tester, const char *tree, const char *label,
			 const size_t *cells, size_t nr_cells, const struct tester_trace *trace,
			 struct trial_result *results)
{
	const struct cell_spec *spec = &tester->cells->list.data[cells[0]];
	_cleanup_free_ char *slug = cell_spec_slug(spec->family);
	_cleanup_free_ char *dir = xasprintf("%s/%s-%s", tester->runs, label, slug);
	_cleanup_free_ char *modes = join_modes(tester, cells, nr_cells);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_free_ char *command = NULL;
	bool all_built = true;
	struct error *err;

	if (judge_by_memory(tester, label, cells, nr_cells, results))
		return NULL;
	err = tree_remove(dir);
	if (!err && tester->memory)
		err = dir_make(tester->memory);
	if (!err)
		err = dir_make(dir);
	if (!err)
		err = run_child(tester, spec, modes, tree, label, dir, &proc);
	/* whoever ended the child from outside, for the whole group or the machine: no verdict on the commit */
	if (!err && proc.exit_code == 130)
		err = error_new(ERROR_INTERRUPTED, "interrupted");
	for (size_t i = 0; !err && i < nr_cells; i++) {
		free(command);
		command = NULL;
		judge_run(tester, &tester->cells->list.data[cells[i]], label, dir, &results[i],
			  &command);
		all_built &= command != NULL;
		if (proc.term_signal && results[i].mark == MARK_SKIP)
			results[i].infrastructure = true;
	}
	/* They have one object tree, which then has what the build of each read. */
	if (!err && all_built && trace && trace->depends)
		err = keep_depends(command, trace->depends);
	if (err)
		return err;
	results[0].wall_s = proc.wall_s;
	results[0].cpu_s = proc.cpu_s;
	return NULL;
}
