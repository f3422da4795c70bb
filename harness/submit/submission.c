// SPDX-License-Identifier: GPL-2.0-only
#include "submit/submission.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/strv.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/strbuf.h"
#include "plan/estimate.h"

#define SCHEMA "btfmatrix-submit-1"

const char *const submit_stage_names[NR_STAGES] = {
	[STAGE_COMPILE] = "compile",
	[STAGE_MODES] = "modes",
	[STAGE_BOOT] = "boot",
};

/* Which of a tree's cells a stage does, as [first, first + n). */
static void cells_of(const struct submit_tree *tree, enum submit_stage stage, size_t *first,
		     size_t *n)
{
	*first = tree->first_cell + (stage == STAGE_MODES);
	*n = stage == STAGE_COMPILE ? 1 : tree->nr_cells - (stage == STAGE_MODES);
}

static void find_trees(struct submission *sub)
{
	for (size_t first = 0, end; first < sub->plan->cells.len; first = end) {
		end = plan_tree_end(sub->plan, first);
		vec_push(&sub->trees, (struct submit_tree){ sub->plan->cells.data[first].tree,
							    first,
							    end - first,
							    { { 0 } } });
	}
	vec_for_each(tree, &sub->trees)
		for (int stage = 0; stage < NR_STAGES; stage++) {
			size_t first;

			cells_of(tree, (enum submit_stage)stage, &first,
				 &tree->tasks[stage].nr_cells);
		}
}

void submission_init(struct submission *sub, const struct plan *plan, const char *selection,
		     const char *results)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char digest[SHA256_HEX_SIZE], stamp[32];
	time_t now = time(NULL);
	struct tm tm;

	sub->plan = plan;
	find_trees(sub);
	strbuf_addf(&text, "%s\n%s\n", results, selection);
	vec_for_each(cell, &plan->cells)
		strbuf_addf(&text, "%s\n", cell->name);
	sha256_hex(text.data, text.len, digest);
	snprintf(sub->key, sizeof(sub->key), "%.8s", digest);
	sub->dir = xasprintf("%s/submit-%s", results, sub->key);
	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	sub->run_name = xstrdup(stamp);
}

void submission_release(struct submission *sub)
{
	free(sub->dir);
	free(sub->run_name);
	free(sub->engine);
	for (int stage = 0; stage < NR_STAGES; stage++)
		free(sub->jobs[stage]);
	vec_for_each(tree, &sub->trees)
		for (int stage = 0; stage < NR_STAGES; stage++) {
			free(tree->tasks[stage].node);
			free(tree->tasks[stage].reason);
		}
	vec_free(&sub->trees);
	*sub = (struct submission){ 0 };
}

bool submission_has_stage(const struct submission *sub, enum submit_stage stage)
{
	vec_for_each(tree, &sub->trees)
		if (tree->tasks[stage].nr_cells)
			return true;
	return false;
}

char *submission_path(const struct submission *sub, const char *folder, enum submit_stage stage,
		      size_t tree, const char *suffix)
{
	return xasprintf("%s/%s/%s-%zu%s", sub->dir, folder, submit_stage_names[stage], tree,
			 suffix);
}

static void add_unique(strv *list, const char *word)
{
	if (!strv_has(STRV_CONST(*list), word))
		strv_append(list, xstrdup(word));
}

static void add_list(struct strbuf *line, const char *option, const strv list)
{
	_cleanup_free_ char *joined = strv_join(STRV_CONST(list), ",");

	strbuf_addf(line, " --%s ", option);
	strbuf_add_shell_word(line, joined);
}

/* The options that choose these cells from the plan's matrix. */
static void add_cells(struct strbuf *line, const char *selection, const struct plan *plan,
		      size_t first, size_t n)
{
	const struct cell *cell = &plan->cells.data[first];
	_cleanup_strv_ strv modes = NULL, paholes = NULL;

	for (size_t i = 0; i < n; i++) {
		add_unique(&modes, btf_mode_name(cell[i].mode));
		add_unique(&paholes, cell[i].pahole->text);
	}
	/* of a descriptor or a tree of the user's the selection says which */
	if (!strstr(selection, " --arch-file ")) {
		strbuf_adds(line, " --arch ");
		strbuf_add_shell_word(line, cell->arch->name);
	}
	strbuf_adds(line, " --toolchain ");
	strbuf_add_shell_word(line, cell->toolchain->name);
	if (!strstr(selection, " --kernel-dir ")) {
		strbuf_adds(line, " --kernel ");
		strbuf_add_shell_word(line, cell->kernel);
	}
	strbuf_adds(line, " --profile ");
	strbuf_add_shell_word(line, cell->profile->name);
	add_list(line, "pahole", paholes);
	add_list(line, "mode", modes);
}

static struct error *write_script(const struct submission *sub, enum submit_stage stage,
				  size_t index, const char *program, const char *selection,
				  const char *options)
{
	const struct submit_tree *tree = &sub->trees.data[index];
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *path = submission_path(sub, "tasks", stage, index, ".sh");
	_cleanup_free_ char *results =
		stage == STAGE_BOOT
			? xasprintf("%s/parts/%zu", sub->dir, index)
			: xasprintf("%s/builds/%s-%zu", sub->dir, submit_stage_names[stage], index);
	size_t first, n;

	cells_of(tree, stage, &first, &n);
	strbuf_addf(&text, "#!/bin/sh\n# %s of %s\n", submit_stage_names[stage], tree->name);
	if (!n) {
		strbuf_adds(&text, "# nothing to do\n");
		return file_write_atomic(path, text.data, text.len, 0755);
	}
	strbuf_adds(&text, "exec ");
	strbuf_add_shell_word(&text, program);
	strbuf_addf(&text, " run%s", selection);
	add_cells(&text, selection, sub->plan, first, n);
	strbuf_adds(&text, " --results ");
	strbuf_add_shell_word(&text, results);
	strbuf_addf(&text, " --jobs %u%s\n", sub->needs[stage].cpus, options);
	return file_write_atomic(path, text.data, text.len, 0755);
}

struct error *submission_write(const struct submission *sub, const char *program,
			       const char *selection, const char *const options[NR_STAGES])
{
	static const char *const folders[] = { "tasks", "log", "parts", "builds" };
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *task = xasprintf("%s/task.sh", sub->dir);
	struct error *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", sub->dir, folders[i]);

		err = dir_make(path);
	}
	for (int stage = 0; !err && stage < NR_STAGES; stage++)
		for (size_t i = 0; !err && i < sub->trees.len; i++)
			err = write_script(sub, (enum submit_stage)stage, i, program, selection,
					   options[stage]);
	if (err)
		return err;
	/* an engine runs a copy of this one, so it names all by whole paths */
	strbuf_adds(&text, "#!/bin/sh\n# task.sh STAGE [TREE]: what a job runs\nexec ");
	strbuf_add_shell_word(&text, program);
	strbuf_adds(&text, " submit --task ");
	strbuf_add_shell_word(&text, sub->dir);
	strbuf_adds(&text, "/tasks/\"$1-${2:-$SLURM_ARRAY_TASK_ID}\"\n");
	return file_write_atomic(task, text.data, text.len, 0755);
}

struct error *submission_load(struct submission *sub, bool *found)
{
	_cleanup_free_ char *path = xasprintf("%s/submit.json", sub->dir);
	json_error_t json_err;
	json_t *root;
	const char *name, *engine;

	*found = path_exists(path);
	if (!*found)
		return NULL;
	root = json_load_file(path, 0, &json_err);
	name = json_string_value(json_object_get(root, "run"));
	engine = json_string_value(json_object_get(root, "engine"));
	if (!name || !engine ||
	    !str_eq(json_string_value(json_object_get(root, "schema")) ?: "", SCHEMA)) {
		json_decref(root);
		return error_new(ERROR_INPUT,
				 "%s is damaged: %s; with `squeue --me` and `scancel` end what "
				 "runs of it, remove its folder, and submit again",
				 path, root ? "it is no such file" : json_err.text);
	}
	free(sub->run_name);
	sub->run_name = xstrdup(name);
	free(sub->engine);
	sub->engine = xstrdup(engine);
	for (int stage = 0; stage < NR_STAGES; stage++) {
		const char *job = json_string_value(
			json_object_get(json_object_get(root, "jobs"), submit_stage_names[stage]));

		free(sub->jobs[stage]);
		sub->jobs[stage] = job ? xstrdup(job) : NULL;
	}
	json_decref(root);
	return NULL;
}

struct error *submission_save(const struct submission *sub, const char *engine)
{
	_cleanup_free_ char *path = xasprintf("%s/submit.json", sub->dir);
	json_t *jobs = json_object();

	for (int stage = 0; stage < NR_STAGES; stage++)
		json_object_set_new(jobs, submit_stage_names[stage], json_text(sub->jobs[stage]));
	return json_write(json_pack("{s:s, s:s, s:s, s:o}", "schema", SCHEMA, "engine", engine,
				    "run", sub->run_name, "jobs", jobs),
			  path);
}

void submission_forget(const struct submission *sub)
{
	_cleanup_free_ char *path = xasprintf("%s/submit.json", sub->dir);

	unlink(path);
}

struct error *submission_read_status(struct submission *sub, enum submit_stage stage, size_t index)
{
	struct submit_task *task = &sub->trees.data[index].tasks[stage];
	_cleanup_free_ char *path = submission_path(sub, "tasks", stage, index, ".json");
	json_error_t json_err;
	json_t *root;
	const char *node;

	if (task->state == TASK_DONE || !path_exists(path))
		return NULL;
	root = json_load_file(path, 0, &json_err);
	if (!json_is_integer(json_object_get(root, "status"))) {
		json_decref(root);
		return error_new(ERROR_INPUT, "%s is damaged: %s", path,
				 root ? "it has no status" : json_err.text);
	}
	task->state = TASK_DONE;
	task->status = (int)json_integer_value(json_object_get(root, "status"));
	task->wall_s = json_number_value(json_object_get(root, "wall_s"));
	task->max_rss = (uint64_t)json_integer_value(json_object_get(root, "max_rss"));
	node = json_string_value(json_object_get(root, "node"));
	free(task->node);
	task->node = node ? xstrdup(node) : NULL;
	json_decref(root);
	return NULL;
}
