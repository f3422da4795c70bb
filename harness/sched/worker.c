// SPDX-License-Identifier: GPL-2.0-only
#include "sched/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/clock.h"
#include "core/mem.h"

/* A message: this, then its bytes. Both ends are one program on one machine. */
struct header {
	char kind;
	/* of 'E': enum error_kind and errno */
	unsigned char error_kind;
	int errnum;
	uint32_t len;
};

enum {
	MESSAGE_MAX = 256 << 20,
};

/* In a worker: where it speaks. */
static int to_driver = -1;

static void send_message(const struct header *header, const void *data)
{
	const struct {
		const void *data;
		size_t len;
	} parts[] = { { header, sizeof(*header) }, { data, header->len } };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *at = parts[i].data;

		for (size_t left = parts[i].len; left;) {
			ssize_t n = write(to_driver, at, left);

			/* The driver is gone, and nobody is left to tell. */
			if (n < 0 && errno != EINTR)
				_exit(1);
			if (n > 0) {
				at += n;
				left -= (size_t)n;
			}
		}
	}
}

static void send_text(char kind, const char *text, size_t len)
{
	send_message(&(struct header){ .kind = kind, .len = (uint32_t)len }, text);
}

static void send_log(enum log_kind kind, const char *text)
{
	send_text(kind == LOG_STATUS ? 'S' : 'M', text, strlen(text));
}

_Noreturn static void be_worker(pid_t driver, worker_fn fn, void *arg)
{
	struct strbuf result = STRBUF_INIT;
	struct error *err;

	/* SIGTERM: what runs below is ended in order, as at Ctrl-C */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != driver)
		_exit(1);
	log_set_sink(send_log);
	err = fn(arg, &result);
	if (err)
		send_message(&(struct header){ .kind = 'E',
					       .error_kind = (unsigned char)err->kind,
					       .errnum = err->errnum,
					       .len = (uint32_t)strlen(err->message) },
			     err->message);
	else
		send_text('R', result.data, result.len);
	/* Not exit(): what is open here is the driver's to flush and to close. */
	_exit(0);
}

static void take_message(struct worker *worker, const struct header *header, const char *data)
{
	_cleanup_free_ char *text = xstrndup(data, header->len);

	switch (header->kind) {
	case 'S':
		worker->on_log(worker, LOG_STATUS, text);
		return;
	case 'M':
		worker->on_log(worker, LOG_MESSAGE, text);
		return;
	case 'E':
		error_free(worker->err);
		worker->err = error_new((enum error_kind)header->error_kind, "%s", text);
		worker->err->errnum = header->errnum;
		return;
	default:
		strbuf_reset(&worker->result);
		strbuf_add(&worker->result, data, header->len);
		worker->has_result = true;
	}
}

/* Takes the messages that have come whole. False where it is no message: the worker is out of its mind. */
static bool take_messages(struct worker *worker)
{
	size_t at = 0;

	while (worker->received.len - at >= sizeof(struct header)) {
		struct header header;

		memcpy(&header, worker->received.data + at, sizeof(header));
		if (header.len > MESSAGE_MAX || !strchr("SMER", header.kind))
			return false;
		if (worker->received.len - at - sizeof(header) < header.len)
			break;
		take_message(worker, &header, worker->received.data + at + sizeof(header));
		at += sizeof(header) + header.len;
	}
	if (at) {
		memmove(worker->received.data, worker->received.data + at,
			worker->received.len - at);
		worker->received.len -= at;
	}
	return true;
}

static void judge_end(struct worker *worker, int status)
{
	if (worker->err || (worker->has_result && WIFEXITED(status) && !WEXITSTATUS(status)))
		return;
	if (WIFSIGNALED(status))
		worker->err =
			error_new(ERROR_CHILD,
				  "%s: the process that did it was ended by signal %d (%s)",
				  worker->name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		worker->err = error_new(ERROR_CHILD,
					"%s: the process that did it ended with status %d and "
					"without a result",
					worker->name, WEXITSTATUS(status));
}

static void on_closed(uv_handle_t *handle)
{
	struct worker *worker = handle->data;

	worker->on_end(worker);
}

static void finish(struct worker *worker)
{
	struct rusage usage = { 0 };
	int status = 0;

	/* Its end of the pipe is closed on exec, so it is it that closed it, by ending. */
	while (wait4(worker->pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	worker->pid = 0;
	worker->wall_s = clock_now_s() - worker->start_s;
	worker->cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	worker->max_rss = (uint64_t)usage.ru_maxrss * 1024;
	judge_end(worker, status);
	uv_close((uv_handle_t *)&worker->pipe, on_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct worker *worker = handle->data;

	(void)suggested;
	*buf = uv_buf_init(worker->chunk, sizeof(worker->chunk));
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	struct worker *worker = stream->data;

	if (nread < 0) {
		finish(worker);
		return;
	}
	strbuf_add(&worker->received, buf->base, (size_t)nread);
	if (!take_messages(worker)) {
		kill(worker->pid, SIGKILL);
		strbuf_reset(&worker->received);
	}
}

struct error *worker_start(uv_loop_t *loop, struct worker *worker, worker_fn fn, void *arg,
			   void (*in_worker)(void *user), void *user)
{
	pid_t driver = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return error_errno(errno, "%s: cannot make a pipe", worker->name);
	fflush(NULL);
	worker->start_s = clock_now_s();
	worker->pid = fork();
	if (worker->pid < 0) {
		struct error *err = error_errno(errno, "%s: cannot fork", worker->name);

		close(fds[0]);
		close(fds[1]);
		return err;
	}
	if (worker->pid == 0) {
		close(fds[0]);
		to_driver = fds[1];
		if (in_worker)
			in_worker(user);
		be_worker(driver, fn, arg);
	}
	close(fds[1]);
	uv_pipe_init(loop, &worker->pipe, 0);
	worker->pipe.data = worker;
	uv_pipe_open(&worker->pipe, fds[0]);
	uv_read_start((uv_stream_t *)&worker->pipe, on_alloc, on_read);
	return NULL;
}

void worker_signal(struct worker *worker, int sig)
{
	if (worker->pid > 0)
		kill(worker->pid, sig);
}

void worker_release(struct worker *worker)
{
	strbuf_release(&worker->result);
	strbuf_release(&worker->received);
	error_free(worker->err);
	worker->err = NULL;
}
