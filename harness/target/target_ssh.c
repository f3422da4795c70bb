// SPDX-License-Identifier: GPL-2.0-only
/* A machine that ssh reaches: the probe is copied there, run and removed, over one connection. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "config/strv.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "target/ops.h"

enum {
	/* for what takes a moment, and for copying megabytes over a slow line */
	COMMAND_S = 60,
	COPY_S = 300,
	/* proc.h: what is beyond is only logged */
	CAPTURED_MAX = 64 << 20,
};

struct ssh_state {
	/* our folder with the connection's socket, whose path must be short */
	char control[32];
	/* "ControlPath=..." */
	char *control_path;
	/* the folder there; NULL: not made */
	char *dir;
};

/* ssh or scp with what makes them share a connection and never ask. */
static strv start_command(const struct target *target, const char *program)
{
	const struct ssh_state *state = target->state;
	const char *const options[] = {
		"BatchMode=yes",      "ConnectTimeout=20", "ServerAliveInterval=15",
		"ControlMaster=auto", "ControlPersist=60", state->control_path,
	};
	strv argv = NULL;

	strv_append(&argv, xstrdup(program));
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		strv_append(&argv, xstrdup("-o"));
		strv_append(&argv, xstrdup(options[i]));
	}
	return argv;
}

static strv remote_command(const struct target *target, const char *command)
{
	strv argv = start_command(target, "ssh");

	strv_append(&argv, xstrdup("--"));
	strv_append(&argv, xstrdup(target->argument));
	strv_append(&argv, xstrdup(command));
	return argv;
}

/* The last line of what a command wrote, without blanks at its end. */
static char *last_line(const struct strbuf *output)
{
	char *text = xstrdup(strbuf_str(output));
	size_t len = strlen(text);
	char *newline;

	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		text[--len] = '\0';
	newline = strrchr(text, '\n');
	if (newline)
		memmove(text, newline + 1, strlen(newline));
	return text;
}

/* Runs to the end; any status but 0 is an error with what the command had to say. */
static struct error *run_argv(const struct target *target, strv argv, double deadline_s,
			      const char *what)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_free_ char *said = NULL;
	struct error *err;

	proc.argv = STRV_CONST(argv);
	proc.deadline_s = deadline_s;
	proc.capture = true;
	err = proc_run(&proc);
	if (err)
		return error_wrap(err, "%s: %s", target->argument, what);
	if (!proc.exit_code)
		return NULL;
	said = last_line(&proc.output);
	return error_new(ERROR_CHILD, "%s: %s: %s%s", target->argument, what,
			 *said ? said : "failed without a word",
			 proc.exit_code == 255 ? " (does `ssh HOST true` work without asking?)"
					       : "");
}

static struct error *run_remote(const struct target *target, const char *command, const char *what)
{
	_cleanup_strv_ strv argv = remote_command(target, command);

	return run_argv(target, argv, COMMAND_S, what);
}

/* Its standard output; *ok is false where the command failed there. */
static struct error *read_remote(const struct target *target, const char *command,
				 double deadline_s, struct strbuf *output, bool *ok)
{
	_cleanup_strv_ strv argv = remote_command(target, command);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	proc.argv = STRV_CONST(argv);
	proc.deadline_s = deadline_s;
	proc.capture = proc.capture_stdout_only = true;
	err = proc_run(&proc);
	if (err)
		return error_wrap(err, "%s", target->argument);
	*ok = proc.exit_code == 0;
	strbuf_add(output, strbuf_str(&proc.output), proc.output.len);
	return NULL;
}

/* A path that needs no quotes and cannot be taken for an option. */
static bool is_plain_path(const char *path)
{
	return *path == '/' && path[1] &&
	       !path[strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789/._-")];
}

/* "MACHINE\nRELEASE\nFOLDER\n", after whatever the machine greets with. */
static struct error *learn(struct target *target)
{
	struct ssh_state *state = target->state;
	_cleanup_strbuf_ struct strbuf output = STRBUF_INIT;
	const char *marker, *at;
	char machine[64], release[128], dir[128];
	bool ok;
	/* first a command whose failure says why the machine is not reached */
	struct error *err = run_remote(target, "true", "cannot be reached");

	if (!err)
		err = read_remote(target,
				  "echo btfmatrix-is-here && uname -m && uname -r && "
				  "mktemp -d /tmp/btfmatrix.XXXXXX",
				  COMMAND_S, &output, &ok);
	if (err)
		return err;
	marker = strstr(strbuf_str(&output), "btfmatrix-is-here\n");
	at = marker ? strchr(marker, '\n') : "";
	if (!ok || sscanf(at, " %63s %127s %127s", machine, release, dir) != 3 ||
	    !is_plain_path(dir))
		return error_new(
			ERROR_CHILD,
			"%s: cannot make a folder below /tmp there; it answered \"%.200s\"",
			target->argument, strbuf_str(&output));
	target->machine = xstrdup(machine);
	target->release = xstrdup(release);
	state->dir = xstrdup(dir);
	return NULL;
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
	err = read_remote(target, strbuf_str(&command), COPY_S, &output, there);
	if (err || !*there)
		return err;
	if (output.len >= CAPTURED_MAX)
		return error_new(ERROR_CHILD, "%s: %s is larger than %d bytes", target->argument,
				 path, CAPTURED_MAX);
	return file_write_atomic(to, output.data, output.len, 0644);
}

/* One scp of all files; their names there are those here. @protocol is an option, or NULL. */
static struct error *run_scp(struct target *target, const struct probe_run *run,
			     const char *protocol)
{
	const struct ssh_state *state = target->state;
	const char *const files[] = { run->probe, run->wanted_file, run->values_file, run->module };
	_cleanup_strv_ strv argv = start_command(target, "scp");

	strv_append(&argv, xstrdup("-q"));
	if (protocol)
		strv_append(&argv, xstrdup(protocol));
	strv_append(&argv, xstrdup("--"));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i])
			strv_append(&argv, xstrdup(files[i]));
	strv_append(&argv, xasprintf("%s:%s/", target->argument, state->dir));
	return run_argv(target, argv, COPY_S, "cannot copy the probe there");
}

/* Small machines have no sftp server; scp's old protocol (-O) needs none. */
static struct error *copy_there(struct target *target, const struct probe_run *run)
{
	struct error *err = run_scp(target, run, NULL);
	_cleanup_error_ struct error *old_err = NULL;

	if (!err || err->kind != ERROR_CHILD)
		return err;
	old_err = run_scp(target, run, "-O");
	if (old_err)
		return err;
	error_free(err);
	return NULL;
}

static void add_file(struct strbuf *command, const char *option, const char *path)
{
	const char *slash = strrchr(path, '/');

	strbuf_adds(command, option);
	strbuf_add_shell_word(command, slash ? slash + 1 : path);
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
	/* should the connection break, nothing of ours goes on there for ever */
	strbuf_addf(&command,
		    "cd %s && if command -v timeout >/dev/null; then set -- timeout %.0f; fi; ",
		    state->dir, run->deadline_s + 10);
	add_file(&command, "exec \"$@\" ./", run->probe);
	strbuf_addf(&command, " --nonce %s", run->nonce);
	add_file(&command, " --wanted ", run->wanted_file);
	add_file(&command, " --values ", run->values_file);
	if (run->module)
		add_file(&command, " --module ", run->module);
	argv = remote_command(target, strbuf_str(&command));
	return error_wrap(probe_command(STRV_CONST(argv), run, log, report_ret), "%s",
			  target->argument);
}

static void warn(struct error *err)
{
	if (err)
		log_warning("%s", err->message);
	error_free(err);
}

static void ssh_close(struct target *target)
{
	struct ssh_state *state = target->state;

	if (!state)
		return;
	if (state->dir) {
		_cleanup_free_ char *command = xasprintf("rm -rf %s", state->dir);

		warn(run_remote(target, command, "cannot remove our folder there"));
	}
	if (state->control_path) {
		_cleanup_strv_ strv argv = start_command(target, "ssh");
		_cleanup_error_ struct error *err = NULL;

		strv_append(&argv, xstrdup("-O"));
		strv_append(&argv, xstrdup("exit"));
		strv_append(&argv, xstrdup("--"));
		strv_append(&argv, xstrdup(target->argument));
		/* there may be no connection to end */
		err = run_argv(target, argv, COMMAND_S, "cannot end the connection");
	}
	if (*state->control)
		warn(tree_remove(state->control));
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
	.run = ssh_run,
	.close = ssh_close,
};
