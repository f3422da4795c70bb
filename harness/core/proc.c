// SPDX-License-Identifier: GPL-2.0-only
#include "core/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "core/cleanup.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/mem.h"

enum {
	TICK_MS = 200,
	/* between SIGTERM and SIGKILL */
	GRACE_MS = 5000,
	/* how long to go on reading a pipe that a stray descendant keeps open after the child ended */
	DRAIN_MS = 2000,
	CAPTURE_MAX = 64 << 20,
};

extern char **environ;

static volatile sig_atomic_t interrupted_by;

static void note_signal(int sig)
{
	interrupted_by = sig;
}

void proc_catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note_signal };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int proc_interrupted(void)
{
	return interrupted_by;
}

enum pipe_index {
	PIPE_STDOUT,
	PIPE_STDERR,
	PIPE_COUNT
};

/* The state of one proc_run(): lives on its stack, and every handle is closed before it returns. */
struct run {
	struct proc *proc;
	uv_loop_t loop;
	uv_process_t process;
	uv_pipe_t pipes[PIPE_COUNT];
	uv_timer_t tick;
	char chunk[1 << 16];
	int log_fd;
	int open_pipes;
	bool exited;
	double start_s, exit_s, term_s;
	bool killed;
	struct error *err;
};

static void signal_group(struct run *run, int sig)
{
	if (!run->exited || sig == SIGKILL)
		kill(-run->process.pid, sig);
}

/* Asks the group to end; tick() follows up with SIGKILL. The first reason given is the one kept. */
static void end_child(struct run *run, struct error *why)
{
	if (run->term_s) {
		error_free(why);
		return;
	}
	run->err = why;
	run->term_s = clock_now_s();
	signal_group(run, SIGTERM);
}

static void close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void maybe_finish(struct run *run)
{
	if (run->exited && run->open_pipes == 0)
		close_handle((uv_handle_t *)&run->tick);
}

static void close_pipe(struct run *run, uv_handle_t *pipe)
{
	if (uv_is_closing(pipe))
		return;
	uv_close(pipe, NULL);
	run->open_pipes--;
	maybe_finish(run);
}

static void on_exit_child(uv_process_t *process, int64_t status, int term_signal)
{
	struct run *run = process->data;

	run->exited = true;
	run->exit_s = clock_now_s();
	run->proc->exit_code = term_signal ? -1 : (int)status;
	run->proc->term_signal = term_signal;
	uv_close((uv_handle_t *)process, NULL);
	/* Whatever the child left behind in its group goes with it. */
	signal_group(run, SIGKILL);
	maybe_finish(run);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct run *run = handle->data;

	(void)suggested;
	*buf = uv_buf_init(run->chunk, sizeof(run->chunk));
}

static void write_log(struct run *run, const char *data, size_t len)
{
	while (run->log_fd >= 0 && len) {
		ssize_t n = write(run->log_fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			end_child(run, error_errno(errno, "cannot write the log %s",
						   run->proc->log_path));
			return;
		}
		data += n;
		len -= (size_t)n;
	}
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	struct run *run = stream->data;
	struct proc *proc = run->proc;
	bool is_stdout = stream == (uv_stream_t *)&run->pipes[PIPE_STDOUT];

	if (nread == 0)
		return;
	if (nread < 0) {
		close_pipe(run, (uv_handle_t *)stream);
		return;
	}

	size_t len = (size_t)nread;
	write_log(run, buf->base, len);
	if (proc->capture && (is_stdout || !proc->capture_stdout_only) &&
	    proc->output.len + len <= CAPTURE_MAX)
		strbuf_add(&proc->output, buf->base, len);
	if (proc->on_output && !run->term_s && proc->on_output(proc, buf->base, len) == PROC_STOP) {
		proc->stopped = true;
		end_child(run, NULL);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct run *run = timer->data;
	struct proc *proc = run->proc;
	double now = clock_now_s();

	if (run->exited) {
		if (now - run->exit_s > DRAIN_MS / 1e3)
			for (int i = 0; i < PIPE_COUNT; i++)
				close_pipe(run, (uv_handle_t *)&run->pipes[i]);
		return;
	}
	if (run->term_s && !run->killed && now - run->term_s > GRACE_MS / 1e3) {
		run->killed = true;
		signal_group(run, SIGKILL);
	}
	if (interrupted_by && !proc->cleanup)
		end_child(run, error_new(ERROR_INTERRUPTED, "interrupted"));
	if (proc->deadline_s > 0 && now - run->start_s > proc->deadline_s)
		end_child(run, error_new(ERROR_TIMEOUT, "%s: still running after %.0f s",
					 proc->argv[0], proc->deadline_s));
	if (proc->on_tick && !run->term_s && proc->on_tick(proc, now - run->start_s) == PROC_STOP) {
		proc->stopped = true;
		end_child(run, NULL);
	}
}

/* Our environment with @extra put on top; the array is the caller's to free, the strings are not. */
static const char **merge_env(const char *const *extra)
{
	VEC(const char *) env = { 0 };

	for (char **e = environ; *e; e++) {
		size_t name_len = strcspn(*e, "=") + 1;
		bool replaced = false;

		for (const char *const *x = extra; x && *x && !replaced; x++)
			replaced = strncmp(*e, *x, name_len) == 0;
		if (!replaced)
			vec_push(&env, *e);
	}
	for (const char *const *x = extra; x && *x; x++)
		vec_push(&env, *x);
	vec_push(&env, NULL);
	return env.data;
}

static struct error *check_program(const struct proc *proc)
{
	_cleanup_free_ char *path = path_find_program(proc->argv[0]);

	if (proc->cwd && !path_is_dir(proc->cwd))
		return error_new(ERROR_SYSTEM, "cannot run %s in %s: no such folder", proc->argv[0],
				 proc->cwd);
	if (!path)
		return error_new(
			ERROR_SYSTEM,
			"%s: no such program; `make deps` installs what is needed, and `make "
			"deps-nightly` what the wide matrices need beside it",
			proc->argv[0]);
	return NULL;
}

/*
 * The child is in a session of its own: if we are killed without a chance to end it, the kernel does
 * (util-linux's setpriv sets PR_SET_PDEATHSIG, then turns into the program). The array is the caller's
 * to free.
 */
static const char **tie_to_us(const char *const *argv)
{
	static const char *const tie[] = { "setpriv", "--pdeathsig", "TERM" };
	_cleanup_free_ char *setpriv = path_find_program(tie[0]);
	VEC(const char *) tied = { 0 };

	for (size_t i = 0; setpriv && i < ARRAY_SIZE(tie); i++)
		vec_push(&tied, tie[i]);
	for (; *argv; argv++)
		vec_push(&tied, *argv);
	vec_push(&tied, NULL);
	return tied.data;
}

static struct error *spawn(struct run *run)
{
	struct proc *proc = run->proc;
	_cleanup_free_ const char **env = merge_env(proc->env), **argv = tie_to_us(proc->argv);
	uv_stdio_container_t stdio[3 + ARRAY_SIZE(proc->inherited)] = {
		[0] = { .flags = UV_IGNORE }
	};

	for (int i = 0; i < PIPE_COUNT; i++) {
		uv_pipe_init(&run->loop, &run->pipes[i], 0);
		run->pipes[i].data = run;
		stdio[i + 1].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
		stdio[i + 1].data.stream = (uv_stream_t *)&run->pipes[i];
	}
	for (unsigned int i = 0; i < proc->nr_inherited; i++) {
		stdio[3 + i].flags = UV_INHERIT_FD;
		stdio[3 + i].data.fd = proc->inherited[i];
	}
	uv_timer_init(&run->loop, &run->tick);
	run->tick.data = run;
	run->process.data = run;

	/* libuv takes these as not const, and changes nothing. */
	uv_process_options_t options = {
		.file = argv[0],
		.args = (char **)(uintptr_t)argv,
		.env = (char **)(uintptr_t)env,
		.cwd = proc->cwd,
		.exit_cb = on_exit_child,
		/* setsid(): a process group of its own */
		.flags = UV_PROCESS_DETACHED,
		.stdio = stdio,
		.stdio_count = 3 + (int)proc->nr_inherited,
	};
	int status = uv_spawn(&run->loop, &run->process, &options);

	if (status < 0) {
		close_handle((uv_handle_t *)&run->process);
		for (int i = 0; i < PIPE_COUNT; i++)
			close_handle((uv_handle_t *)&run->pipes[i]);
		close_handle((uv_handle_t *)&run->tick);
		return error_new(ERROR_SYSTEM, "cannot start %s: %s", proc->argv[0],
				 uv_strerror(status));
	}
	run->open_pipes = PIPE_COUNT;
	for (int i = 0; i < PIPE_COUNT; i++)
		uv_read_start((uv_stream_t *)&run->pipes[i], on_alloc, on_read);
	uv_timer_start(&run->tick, on_tick, TICK_MS, TICK_MS);
	return NULL;
}

struct error *proc_run(struct proc *proc)
{
	struct run *run;
	struct error *err;

	proc->exit_code = -1;
	proc->term_signal = 0;
	proc->stopped = false;
	strbuf_reset(&proc->output);
	if (interrupted_by && !proc->cleanup)
		return error_new(ERROR_INTERRUPTED, "interrupted");
	err = check_program(proc);
	if (err)
		return err;

	run = xcalloc(1, sizeof(*run));
	run->proc = proc;
	run->log_fd = -1;
	if (proc->log_path) {
		run->log_fd = open(proc->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		if (run->log_fd < 0) {
			err = error_errno(errno, "cannot write the log %s", proc->log_path);
			goto out;
		}
	}

	double cpu_before = clock_children_cpu_s();
	uv_loop_init(&run->loop);
	run->start_s = clock_now_s();
	err = spawn(run);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	uv_loop_close(&run->loop);
	proc->wall_s = clock_now_s() - run->start_s;
	proc->cpu_s = clock_children_cpu_s() - cpu_before;
	if (!err)
		err = run->err;
out:
	if (run->log_fd >= 0)
		close(run->log_fd);
	free(run);
	return err;
}

struct error *proc_run_checked(struct proc *proc)
{
	struct error *err = proc_run(proc);
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_free_ char *where = NULL;

	if (err || proc->exit_code == 0 || proc->stopped)
		return err;
	proc_format_command(&command, proc->argv);
	where = proc->log_path ? xasprintf("; see %s", proc->log_path) : xstrdup("");
	if (proc->term_signal)
		return error_new(ERROR_CHILD, "`%s` was ended by signal %d (%s)%s",
				 strbuf_str(&command), proc->term_signal,
				 strsignal(proc->term_signal), where);
	return error_new(ERROR_CHILD, "`%s` failed with status %d%s", strbuf_str(&command),
			 proc->exit_code, where);
}

void proc_release(struct proc *proc)
{
	strbuf_release(&proc->output);
}

struct error *proc_read_output(const char *const *argv, char **out_ret)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	proc.argv = argv;
	proc.capture = true;
	proc.capture_stdout_only = true;
	proc.deadline_s = 60;

	struct error *err = proc_run_checked(&proc);
	if (err)
		return err;

	char *out = strbuf_detach(&proc.output);
	size_t len = strlen(out);
	while (len && out[len - 1] == '\n')
		out[--len] = '\0';
	*out_ret = out;
	return NULL;
}

void proc_format_command(struct strbuf *sb, const char *const *argv)
{
	for (const char *const *arg = argv; *arg; arg++) {
		if (arg != argv)
			strbuf_addc(sb, ' ');
		strbuf_add_shell_word(sb, *arg);
	}
}
