// SPDX-License-Identifier: GPL-2.0-only
#include "build/kbuild.h"

#include <stdlib.h>
#include <string.h>

#include "build/build_log.h"
#include "build/granted_config.h"
#include "build/kconfig.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"

/* A compile that takes longer has hung. */
enum {
	MAKE_DEADLINE_S = 4 * 3600,
	LOG_MAX = 256 << 20
};

/* A make command line; the strings made for it are owned. */
struct command {
	VEC(const char *) argv;
	VEC(char *) owned;
};

static void command_release(struct command *command)
{
	vec_for_each(s, &command->owned)
		free(*s);
	vec_free(&command->owned);
	vec_free(&command->argv);
}

static void add_owned(struct command *command, char *s)
{
	vec_push(&command->owned, s);
	vec_push(&command->argv, s);
}

static void command_init(struct command *command, const struct build_request *request,
			 const struct object_tree *tree)
{
	const struct arch *arch = request->cell->arch;

	vec_push(&command->argv, "make");
	vec_push(&command->argv, "-C");
	vec_push(&command->argv, request->source->dir);
	add_owned(command, xasprintf("O=%s", tree->dir));
	add_owned(command, xasprintf("ARCH=%s", arch->kernel_arch));
	add_owned(command, xasprintf("CROSS_COMPILE=%s", request->tools->cross_compile));
	for (char **arg = request->tools->make_args; arg && *arg; arg++)
		vec_push(&command->argv, *arg);
	add_owned(command, xasprintf("PAHOLE=%s", tree->pahole));
	/* The same input makes the same image. */
	vec_push(&command->argv, "KBUILD_BUILD_TIMESTAMP=1970-01-01");
	vec_push(&command->argv, "KBUILD_BUILD_USER=btfmatrix");
	vec_push(&command->argv, "KBUILD_BUILD_HOST=btfmatrix");
	vec_push(&command->argv, "KBUILD_BUILD_VERSION=1");
}

/* What an outer make or the user's shell would otherwise tell kbuild behind our back. */
static const char *const clean_env[] = {
	"MFLAGS=",  "GNUMAKEFLAGS=", "KBUILD_OUTPUT=", "KCFLAGS=",
	"KAFLAGS=", "KCPPFLAGS=",    "LLVM=",          "W=",
	"C=",       "LC_ALL=C",
};

struct progress {
	const struct build_request *request;
	struct build_log *log;
	size_t nr_compiled;
	/* start of an unfinished line */
	char line[8];
	size_t line_len;
	double elapsed_s;
};

static enum proc_action take_output(struct proc *proc, const char *data, size_t len)
{
	struct progress *progress = proc->user;

	if (!build_log_add(progress->log, data, len))
		return PROC_STOP;
	for (size_t i = 0; i < len; i++) {
		if (data[i] != '\n') {
			if (progress->line_len < sizeof(progress->line))
				progress->line[progress->line_len++] = data[i];
			continue;
		}
		if (progress->line_len >= 5 && (memcmp(progress->line, "  CC ", 5) == 0 ||
						memcmp(progress->line, "  AS ", 5) == 0))
			progress->nr_compiled++;
		progress->line_len = 0;
	}
	return PROC_CONTINUE;
}

static enum proc_action show_progress(struct proc *proc, double elapsed_s)
{
	const struct progress *progress = proc->user;

	log_status("%s: building, %zu objects compiled, %.0f s", progress->request->cell->name,
		   progress->nr_compiled, elapsed_s);
	return PROC_CONTINUE;
}

/* The start of the line that @pos is in. */
static const char *line_start(const char *text, const char *pos)
{
	while (pos > text && pos[-1] != '\n')
		pos--;
	return pos;
}

/* The line of a build log that tells best why it failed, or NULL. */
static char *find_reason(const char *log_path)
{
	static const char *const telling[] = {
		"No space left on device", "error: ", "Error: ", "undefined reference",
		"No rule to make target",  "FAILED"
	};
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = file_read(log_path, LOG_MAX, &text, NULL);
	const char *hit = NULL;

	if (err)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(telling) && !hit; i++)
		hit = strstr(text, telling[i]);
	if (hit) {
		hit = line_start(text, hit);
	} else {
		/* Whatever was said last before make gave up. */
		hit = strstr(text, " *** ");
		hit = hit ? line_start(text, hit) : text;
		if (hit == text)
			return NULL;
		hit = line_start(text, hit - 1);
	}
	return xstrndup(hit, strcspn(hit, "\n"));
}

static struct error *run_make(const struct build_request *request, const struct object_tree *tree,
			      const struct command *command, const char *log_path,
			      struct kbuild_run *run)
{
	struct progress progress = { .request = request };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
	/* NULL ends it */
	const char *env[ARRAY_SIZE(clean_env) + 4] = { 0 };
	size_t nr_env = 0;
	struct error *err = build_log_open(log_path, BUILD_LOG_MAX, &progress.log), *log_err;

	if (err)
		return err;
	proc_format_command(&line, command->argv.data);
	log_debug("%s", strbuf_str(&line));
	proc.argv = command->argv.data;
	while (nr_env < ARRAY_SIZE(clean_env)) {
		env[nr_env] = clean_env[nr_env];
		nr_env++;
	}
	env[nr_env++] = request->makeflags ?: "MAKEFLAGS=";
	if (run->path_env)
		env[nr_env++] = run->path_env;
	if (run->ccache_env)
		env[nr_env] = run->ccache_env;
	proc.env = env;
	if (request->makeflags && request->jobserver_fd >= 0) {
		proc.inherited[0] = proc.inherited[1] = request->jobserver_fd;
		proc.nr_inherited = 2;
	}
	/* As long as anything of this make lives, the tree is not another's. */
	proc.inherited[proc.nr_inherited++] = tree->lock;
	proc.deadline_s = MAKE_DEADLINE_S;
	proc.on_output = take_output;
	proc.on_tick = show_progress;
	proc.user = &progress;
	err = proc_run(&proc);
	log_status_clear();
	log_err = build_log_close(progress.log);
	if (err)
		error_free(log_err);
	else
		err = log_err;
	if (err)
		return err;
	run->wall_s += proc.wall_s;
	run->cpu_s += proc.cpu_s;
	run->nr_compiled += progress.nr_compiled;
	if (proc.term_signal)
		return error_new(ERROR_SYSTEM, "make was ended by signal %d (%s); see %s",
				 proc.term_signal, strsignal(proc.term_signal), log_path);
	if (proc.exit_code) {
		_cleanup_free_ char *reason = find_reason(log_path);

		return error_new(ERROR_CHILD, "the kernel does not build: %s; see %s",
				 reason ?: "make failed", log_path);
	}
	return NULL;
}

/* Runs make with @targets and, where it is not NULL, one variable more. */
static struct error *make_targets(const struct build_request *request,
				  const struct object_tree *tree, const char *const *targets,
				  const char *variable, const char *log_path,
				  struct kbuild_run *run)
{
	_cleanup_(command_release) struct command command = { 0 };

	command_init(&command, request, tree);
	if (variable)
		vec_push(&command.argv, variable);
	for (; *targets; targets++)
		vec_push(&command.argv, *targets);
	vec_push(&command.argv, NULL);
	return run_make(request, tree, &command, log_path, run);
}

/* A .config of the profile's targets with what the cell asks for behind it: a later line is what counts. */
static struct error *append_to_config(const struct build_request *request,
				      const struct object_tree *tree, const char *fragment,
				      const char *log_path, struct kbuild_run *run)
{
	_cleanup_free_ char *config = xasprintf("%s/.config", tree->dir), *own = NULL;
	_cleanup_free_ char *wanted = NULL, *both = NULL;
	strv base_targets = request->cell->profile->base_targets;
	struct error *err = NULL;

	/* one make each: a target for a .config is nothing that make does beside another one */
	for (char **target = base_targets; !err && *target; target++)
		err = make_targets(request, tree, (const char *const[]){ *target, NULL }, NULL,
				   log_path, run);
	if (!err)
		err = file_read(config, LOG_MAX, &own, NULL);
	if (!err)
		err = file_read(fragment, LOG_MAX, &wanted, NULL);
	if (err)
		return err;
	both = xasprintf("%s\n%s", own, wanted);
	err = file_write_atomic(config, both, strlen(both), 0644);
	return err
		       ?: make_targets(request, tree, (const char *const[]){ "olddefconfig", NULL },
				       NULL, log_path, run);
}

static struct error *make_config(const struct build_request *request,
				 const struct object_tree *tree, const char *fragment,
				 const char *log_path, struct kbuild_run *run)
{
	_cleanup_free_ char *variable = xasprintf("KCONFIG_ALLCONFIG=%s", fragment);

	if (strv_len(STRV_CONST(request->cell->profile->base_targets)))
		return append_to_config(request, tree, fragment, log_path, run);
	/* what the fragment says, and no for all else: nothing is left for olddefconfig */
	return make_targets(request, tree, (const char *const[]){ "allnoconfig", NULL }, variable,
			    log_path, run);
}

/* From the .config of a cell that was here before; *done_ret is false where that is not the way. */
static struct error *adapt_config(const struct build_request *request,
				  const struct object_tree *tree, const char *config_request,
				  const char *log_path, struct kbuild_run *run, bool *done_ret)
{
	_cleanup_free_ char *config = xasprintf("%s/.config", tree->dir);
	bool changed;
	struct error *err = granted_config_adapt(request, tree, config_request, done_ret, &changed);

	if (!err && *done_ret && changed)
		err = make_targets(request, tree, (const char *const[]){ "syncconfig", NULL }, NULL,
				   log_path, run);
	if (!err && *done_ret)
		err = kconfig_prove(config_request, config, request->source->dir);
	if (!err || err->kind == ERROR_INTERRUPTED)
		return err;
	/* allnoconfig has the last word */
	error_free(err);
	*done_ret = false;
	return NULL;
}

struct error *kbuild_configure(const struct build_request *request, const struct object_tree *tree,
			       const char *config_request, const char *log_path,
			       struct kbuild_run *run)
{
	_cleanup_free_ char *fragment = xasprintf("%s/btfmatrix/request.config", tree->dir);
	_cleanup_free_ char *config = xasprintf("%s/.config", tree->dir);
	bool has_base = strv_len(STRV_CONST(request->cell->profile->base_targets)), done = false;
	struct error *err;

	err = file_write_atomic(fragment, config_request, strlen(config_request), 0644);
	if (!err && !has_base)
		err = adapt_config(request, tree, config_request, log_path, run, &done);
	if (!err && !done)
		err = make_config(request, tree, fragment, log_path, run);
	if (!err && !done)
		err = kconfig_prove(config_request, config, request->source->dir);
	return err ?: granted_config_note(request, tree, config_request);
}

static void add_jobs(struct command *command, const struct build_request *request)
{
	add_owned(command, xasprintf("-j%u", request->jobs));
}

static void add_targets(struct command *command, const struct build_request *request)
{
	vec_push(&command->argv, request->cell->arch->image_target);
	vec_push(&command->argv, "modules");
	vec_push(&command->argv, NULL);
}

struct error *kbuild_make(const struct build_request *request, const struct object_tree *tree,
			  const char *log_path, struct kbuild_run *run)
{
	_cleanup_(command_release) struct command command = { 0 };

	command_init(&command, request, tree);
	/* -jN behind a jobserver would have make leave it */
	if (!request->makeflags)
		add_jobs(&command, request);
	add_targets(&command, request);
	return run_make(request, tree, &command, log_path, run);
}

char *kbuild_describe(const struct build_request *request, const struct object_tree *tree)
{
	_cleanup_(command_release) struct command command = { 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	command_init(&command, request, tree);
	add_jobs(&command, request);
	add_targets(&command, request);
	proc_format_command(&sb, command.argv.data);
	return strbuf_detach(&sb);
}
