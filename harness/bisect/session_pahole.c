// SPDX-License-Identifier: GPL-2.0-only
/* Bisecting the paholes of a folder, by their versions. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/fingerprint.h"
#include "bisect/session.h"
#include "build/pahole_tool.h"
#include "core/fileio.h"
#include "core/log.h"

struct pahole {
	char *path;
	struct pahole_tool tool;
};

struct paholes {
	VEC(struct pahole) list;
};

static void paholes_release(struct paholes *paholes)
{
	vec_for_each(pahole, &paholes->list) {
		free(pahole->path);
		pahole_tool_release(&pahole->tool);
	}
	vec_free(&paholes->list);
}

static int by_version(const void *a, const void *b)
{
	const struct pahole *x = a, *y = b;

	if (x->tool.number != y->tool.number)
		return x->tool.number < y->tool.number ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* The pahole that @path is, or that the folder @path has; NULL: neither. The caller frees it. */
static char *find_program(const char *path)
{
	static const char *const names[] = { "pahole", "bin/pahole", "usr/bin/pahole",
					     "build/pahole", "run" };

	if (!path_is_dir(path))
		return path_is_executable(path) ? xstrdup(path) : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *program = xasprintf("%s/%s", path, names[i]);

		if (!path_is_dir(program) && path_is_executable(program))
			return return_ptr(program);
	}
	return NULL;
}

static struct error *find_paholes(const char *dir_path, struct paholes *paholes)
{
	_cleanup_free_ char *real = realpath(dir_path, NULL);
	_cleanup_closedir_ DIR *dir = real ? opendir(real) : NULL;

	if (!dir)
		return error_errno(errno, "cannot read %s", dir_path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		_cleanup_free_ char *path = xasprintf("%s/%s", real, entry->d_name);
		char *program = entry->d_name[0] == '.' ? NULL : find_program(path);
		struct pahole pahole = { .path = program };
		struct error *err;

		if (!program)
			continue;
		err = pahole_tool_named(program, &pahole.tool);
		if (err) {
			log_warning("%s is left out: %s", program, err->message);
			error_free(err);
			free(program);
			continue;
		}
		vec_push(&paholes->list, pahole);
	}
	if (paholes->list.len < 2)
		return error_new(ERROR_INPUT,
				 "%s has %zu pahole%s: an older and a newer one are needed",
				 dir_path, paholes->list.len, paholes->list.len == 1 ? "" : "s");
	qsort(paholes->list.data, paholes->list.len, sizeof(*paholes->list.data), by_version);
	return NULL;
}

struct context {
	const struct session *session;
	const char *runs;
};

static struct error *test(void *context_, size_t commit, const size_t *cells, size_t nr_cells,
			  unsigned int slot, struct trial_result *results)
{
	const struct context *context = context_;
	const struct session *session = context->session;
	struct tester tester = session_tester(session->options, context->runs);
	_cleanup_free_ char *label = xasprintf("pahole-%zu", commit);

	(void)slot;
	tester.pahole = session->history.commits.data[commit].id;
	return tester_run(&tester, session->options->kernel ? NULL : session->options->kernel_dir,
			  label, cells, nr_cells, NULL, results);
}

static const struct trial_ops ops = { .test = test };

static struct error *prepare(const struct bisect_options *options, struct session *session)
{
	_cleanup_(paholes_release) struct paholes paholes = { 0 };
	_cleanup_strbuf_ struct strbuf what = STRBUF_INIT, request = STRBUF_INIT;
	struct error *err = find_paholes(options->pahole_dir, &paholes);

	if (err)
		return err;
	vec_for_each(pahole, &paholes.list) {
		size_t before = session->history.commits.len - 1;

		strbuf_addf(&what, "%s ", pahole->tool.version);
		fingerprint_files(pahole->path, &what);
		history_add(&session->history, xstrdup(pahole->path),
			    xasprintf("pahole %s", pahole->tool.version), &before,
			    session->history.commits.len > 0);
	}
	err = session_describe(options, strbuf_str(&what), &request);
	return err
		       ?: session_folders(options->pahole_dir, strbuf_str(&request),
					  options->restart, NULL, &session->state);
}

struct error *session_bisect_paholes(const struct bisect_options *options, struct session *session)
{
	_cleanup_free_ char *runs = NULL;
	struct error *err;

	session->thing = "pahole";
	session_name_cells(session, options);
	err = prepare(options, session);
	if (err)
		return err;
	runs = xasprintf("%s/runs", session->state);
	log_info("%zu paholes; the bisection is kept in %s", session->history.commits.len,
		 session->state);

	struct context context = { session, runs };
	const struct bisect_request request = {
		.history = &session->history,
		.ops = &ops,
		.context = &context,
		.nr_cells = options->cells.list.len,
		.names = session->names,
		.families = session->families,
		.state = session->state,
		/* there is one kernel tree */
		.nr_slots = 1,
		.good = options->term_good,
		.bad = options->term_bad,
	};
	return bisect_run(&request, &session->bisection);
}
