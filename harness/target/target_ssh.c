// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine that ssh reaches: the probe is copied there, run and removed, over one connection. It needs a
 * POSIX shell there and nothing else: files go through `cat`, so that neither sftp nor scp has to be there.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "config/strv.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "target/ops.h"
#include "target/ssh_failure.h"

enum {
	CONNECT_S = 20,
	/* for what takes a moment, and for copying megabytes over a slow line */
	COMMAND_S = 60,
	COPY_S = 300,
	/* what a command says, and what a file may have: proc.h keeps no more */
	ANSWER_MAX = 1 << 20,
	FILE_MAX = 64 << 20,
};

struct ssh_state {
	/* our folder with the connection's socket, whose path must be short */
	char control[32];
	/* "ControlPath=..." */
	char *control_path;
	/* the folder there; NULL: not made */
	char *dir;
	/* the connection was up */
	bool connected;
};

/* ssh with what makes all its calls share a connection and never ask. */
static strv start_command(const struct target *target)
{
	const struct ssh_state *state = target->state;
	double deadline_s = target->request->deadline_s;
	_cleanup_free_ char *timeout =
		xasprintf("ConnectTimeout=%.0f",
			  deadline_s > 0 && deadline_s < CONNECT_S ? ceil(deadline_s) : CONNECT_S);
	const char *const options[] = {
		"BatchMode=yes",          timeout,
		"ServerAliveInterval=15", "ControlMaster=auto",
		"ControlPersist=60",      state->control_path,
	};
	strv argv = NULL;

	strv_append(&argv, xstrdup("ssh"));
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		strv_append(&argv, xstrdup("-o"));
		strv_append(&argv, xstrdup(options[i]));
	}
	return argv;
}

/*
 * The login shell there may be any; the command is for sh. It has neither "!" nor a new line, which csh takes
 * for its own within quotes too.
 */
static void append_command(const struct target *target, strv *argv, const char *command)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;

	strbuf_adds(&line, "exec sh -c ");
	strbuf_add_shell_word(&line, command);
	strv_append(argv, xstrdup("--"));
	strv_append(argv, xstrdup(target->argument));
	strv_append(argv, strbuf_detach(&line));
}

static strv remote_command(const struct target *target, const char *command)
{
	strv argv = start_command(target);

	append_command(target, &argv, command);
	return argv;
}

static enum proc_action stop_flood(struct proc *proc, const char *data, size_t len)
{
	size_t *left = proc->user;

	(void)data;
	if (len > *left)
		return PROC_STOP;
	*left -= len;
	return PROC_CONTINUE;
}

/* Runs it unless it says more than @max bytes. */
static struct error *run_bounded(struct proc *proc, size_t max)
{
	size_t left = max;
	struct error *err;

	proc->capture = true;
	proc->on_output = stop_flood;
	proc->user = &left;
	err = proc_run(proc);
	if (!err && proc->stopped)
		err = error_new(ERROR_CHILD, "the machine sent more than %zu KiB and was stopped",
				max >> 10);
	return err;
}

/* Runs to the end; any status but 0 is an error that says what went wrong. */
static struct error *run_argv(const struct target *target, strv argv, struct proc *proc,
			      const char *what)
{
	_cleanup_free_ char *why = NULL;
	struct error *err;

	proc->argv = STRV_CONST(argv);
	err = run_bounded(proc, ANSWER_MAX);
	if (err)
		return error_wrap(err, "%s: %s", target->argument, what);
	if (!proc->exit_code)
		return NULL;
	if (proc->term_signal)
		why = xasprintf("signal %d ended ssh", proc->term_signal);
	else
		why = ssh_failure_explain(strbuf_str(&proc->output), proc->exit_code);
	return error_new(ERROR_CHILD, "%s: %s: %s", target->argument, what, why);
}

static struct error *run_remote(const struct target *target, const char *command, const char *what)
{
	_cleanup_strv_ strv argv = remote_command(target, command);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	proc.deadline_s = COMMAND_S;
	return run_argv(target, argv, &proc, what);
}

/* Its standard output, of @max bytes at most; *ok is false where the command failed there. */
static struct error *read_remote(const struct target *target, const char *command,
				 double deadline_s, size_t max, struct strbuf *output, bool *ok)
{
	_cleanup_strv_ strv argv = remote_command(target, command);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	proc.argv = STRV_CONST(argv);
	proc.deadline_s = deadline_s;
	proc.capture_stdout_only = true;
	err = run_bounded(&proc, max);
	if (err)
		return error_wrap(err, "%s", target->argument);
	*ok = proc.exit_code == 0;
	strbuf_add(output, strbuf_str(&proc.output), proc.output.len);
	return NULL;
}

#define FOLDER_PREFIX "btfmatrix."

/* A folder that mktemp made for us, whose path needs no quotes: we are going to remove it. */
static bool is_our_folder(const char *path)
{
	return *path == '/' &&
	       strncmp(path_base_name(path), FOLDER_PREFIX, strlen(FOLDER_PREFIX)) == 0 &&
	       !path[strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789/._-")];
}

/*
 * What the machine is, and a folder of ours there in which programs can be run: the first of some. It
 * answers "btfmatrix-is-here", "MACHINE", "RELEASE", "not FOLDER: why" for each that will not do, and
 * "dir FOLDER".
 */
static const char learn_script[] =
	"echo btfmatrix-is-here; uname -m; uname -r; umask 077; "
	"for d in \"$TMPDIR\" /tmp /var/tmp /dev/shm \"$HOME\"; do "
	"[ -n \"$d\" ] || continue; "
	"if w=$(mktemp -d \"$d/" FOLDER_PREFIX "XXXXXX\" 2>&1); then "
	"if why=$({ printf \"#\\041/bin/sh\\nexit 0\\n\" >\"$w/try\" && chmod 700 \"$w/try\" && "
	"\"$w/try\" && rm \"$w/try\"; } 2>&1); "
	"then echo \"dir $w\"; exit 0; fi; "
	"rm -rf \"$w\"; echo \"not $d: $why\"; "
	"else echo \"not $d: $w\"; fi; done; exit 1";

/* What learn_script says of folders that will not do: "/tmp: ...; /var/tmp: ...". */
static char *list_refused(const char *answer)
{
	_cleanup_strbuf_ struct strbuf list = STRBUF_INIT;

	for (const char *at = answer; (at = strstr(at, "\nnot ")); at++)
		strbuf_addf(&list, "%s%.*s", list.len ? "; " : "", (int)strcspn(at + 5, "\n"),
			    at + 5);
	strbuf_adds(&list, "");
	return strbuf_detach(&list);
}

static struct error *learn(struct target *target)
{
	struct ssh_state *state = target->state;
	_cleanup_strbuf_ struct strbuf output = STRBUF_INIT;
	_cleanup_free_ char *refused = NULL;
	const char *at, *found;
	char machine[64], release[128], dir[128];
	bool ok;
	/* first a command whose failure says why the machine is not reached */
	struct error *err = run_remote(target, "exit 0", "cannot be reached");

	state->connected = !err;
	if (!err)
		err = read_remote(target, learn_script, COMMAND_S, ANSWER_MAX, &output, &ok);
	if (err)
		return err;
	/* after whatever the machine greets with */
	at = strstr(strbuf_str(&output), "btfmatrix-is-here\n");
	if (!at || sscanf(at, "%*s %63s %127s", machine, release) != 2)
		return error_new(ERROR_CHILD, "%s: no shell answers there, but \"%.200s\"",
				 target->argument, strbuf_str(&output));
	target->machine = xstrdup(machine);
	target->release = xstrdup(release);
	found = strstr(at, "\ndir ");
	if (ok && found && sscanf(found, " dir %127s", dir) == 1 && is_our_folder(dir)) {
		state->dir = xstrdup(dir);
		return NULL;
	}
	refused = list_refused(at);
	return error_new(ERROR_CHILD,
			 "%s: cannot make a folder there in which a program can be run: %s; set "
			 "TMPDIR there to one whose file system has space and is not mounted "
			 "noexec",
			 target->argument, *refused ? refused : at);
}

static struct error *ssh_open(struct target *target)
{
	struct ssh_state *state = xcalloc(1, sizeof(*state));

	target->state = state;
	snprintf(state->control, sizeof(state->control), "/tmp/btfm-XXXXXX");
	if (!mkdtemp(state->control)) {
		*state->control = '\0';
		return error_errno(errno, "cannot make a folder in /tmp");
	}
	state->control_path = xasprintf("ControlPath=%s/c", state->control);
	return learn(target);
}

static struct error *ssh_fetch(struct target *target, const char *path, const char *to, bool *there)
{
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT, output = STRBUF_INIT;
	struct error *err;

	strbuf_adds(&command, "cat ");
	strbuf_add_shell_word(&command, path);
	err = read_remote(target, strbuf_str(&command), COPY_S, FILE_MAX, &output, there);
	if (err)
		return error_wrap(err, "%s", path);
	if (!*there)
		return NULL;
	return file_write_atomic(to, output.data, output.len, 0644);
}

static struct error *ssh_shell(struct target *target, const char *script, struct strbuf *output)
{
	bool ok;

	return read_remote(target, script, COMMAND_S, ANSWER_MAX, output, &ok);
}

/* Our child's standard input is /dev/null: a shell here gives ssh the file. */
static struct error *copy_file(struct target *target, const char *path)
{
	static const char *const from_file[] = { "sh", "-c", "exec \"$@\" <\"$0\"" };
	const struct ssh_state *state = target->state;
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_free_ char *what = xasprintf("cannot copy %s there", path_base_name(path));
	_cleanup_strv_ strv argv = NULL, ssh = start_command(target);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	if (access(path, R_OK) < 0)
		return error_errno(errno, "cannot read %s", path);
	for (size_t i = 0; i < ARRAY_SIZE(from_file); i++)
		strv_append(&argv, xstrdup(from_file[i]));
	strv_append(&argv, xstrdup(path));
	for (char **word = ssh; *word; word++)
		strv_append(&argv, xstrdup(*word));
	strbuf_addf(&command, "cat >%s/", state->dir);
	strbuf_add_shell_word(&command, path_base_name(path));
	append_command(target, &argv, strbuf_str(&command));
	proc.deadline_s = COPY_S;
	return run_argv(target, argv, &proc, what);
}

static struct error *copy_there(struct target *target, const struct probe_run *run)
{
	const char *const files[] = { run->probe, run->wanted_file, run->values_file, run->module };
	struct error *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(files); i++)
		if (files[i])
			err = copy_file(target, files[i]);
	return err;
}

static void add_file(struct strbuf *command, const char *option, const char *path)
{
	strbuf_adds(command, option);
	strbuf_add_shell_word(command, path_base_name(path));
}

/*
 * Should the connection break, nothing of ours goes on there for ever, and the folder goes: a probe that
 * cannot write ends, and the shell around it removes what there is.
 */
static void format_run(const struct ssh_state *state, const struct probe_run *run,
		       struct strbuf *command)
{
	strbuf_addf(command,
		    "cd %s || exit 1; trap \"rm -rf %s\" EXIT; trap \"exit 1\" HUP INT PIPE TERM; "
		    "if command -v timeout >/dev/null; then set -- timeout %.0f; fi; chmod 700 ",
		    state->dir, state->dir, run->deadline_s + 10);
	strbuf_add_shell_word(command, path_base_name(run->probe));
	add_file(command, "; \"$@\" ./", run->probe);
	strbuf_addf(command, " --nonce %s", run->nonce);
	add_file(command, " --wanted ", run->wanted_file);
	add_file(command, " --values ", run->values_file);
	if (run->module)
		add_file(command, " --module ", run->module);
}

static struct error *ssh_run(struct target *target, const struct probe_run *run,
			     struct guest_report **report_ret)
{
	const struct ssh_state *state = target->state;
	_cleanup_free_ char *log = xasprintf("%s/probe.log", target->request->work_dir);
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_strv_ strv argv = NULL;
	struct error *err = copy_there(target, run);

	if (err)
		return err;
	format_run(state, run, &command);
	argv = remote_command(target, strbuf_str(&command));
	return error_wrap(probe_command(STRV_CONST(argv), run, log, report_ret), "%s",
			  target->argument);
}

/* Also after Ctrl-C. */
static struct error *undo(const struct target *target, strv argv, const char *what)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	proc.deadline_s = COMMAND_S;
	proc.cleanup = true;
	return run_argv(target, argv, &proc, what);
}

static void remove_there(const struct target *target)
{
	const struct ssh_state *state = target->state;
	_cleanup_free_ char *command = xasprintf("rm -rf %s", state->dir);
	_cleanup_free_ char *what = xasprintf("cannot remove our folder %s there", state->dir);
	_cleanup_strv_ strv argv = remote_command(target, command);
	_cleanup_error_ struct error *err = undo(target, argv, what);

	if (err)
		log_warning("%s", err->message);
}

static void disconnect(const struct target *target)
{
	static const char *const words[] = { "-O", "exit", "--" };
	_cleanup_strv_ strv argv = start_command(target);
	_cleanup_error_ struct error *err = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		strv_append(&argv, xstrdup(words[i]));
	strv_append(&argv, xstrdup(target->argument));
	/* there may be no connection left to end */
	err = undo(target, argv, "cannot end the connection");
}

static void ssh_close(struct target *target)
{
	struct ssh_state *state = target->state;

	if (!state)
		return;
	if (state->dir)
		remove_there(target);
	if (state->connected)
		disconnect(target);
	if (*state->control) {
		_cleanup_error_ struct error *err = tree_remove(state->control);

		if (err)
			log_warning("%s", err->message);
	}
	free(state->control_path);
	free(state->dir);
	free(state);
	target->state = NULL;
}

const struct target_ops target_ssh = {
	.name = "ssh",
	.takes = "HOST",
	.help = "a machine, as ssh(1) knows it; best as root@HOST",
	.open = ssh_open,
	.fetch = ssh_fetch,
	.shell = ssh_shell,
	.run = ssh_run,
	.close = ssh_close,
};
