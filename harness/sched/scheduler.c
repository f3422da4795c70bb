// SPDX-License-Identifier: GPL-2.0-only
#include "sched/scheduler.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"

enum {
	TICK_MS = 200,
};

/* From asking a worker to end until it is made to: proc_run() gives its child five of them. */
static const double grace_s = 10;

struct running {
	struct worker worker;
	struct scheduler *scheduler;
	struct sched_job *job;
	/* what it said last; owned */
	char *status;
};

struct scheduler {
	struct jobserver *jobserver;
	uint64_t memory;
	VEC(struct sched_job *) ready;
	VEC(struct running *) running;
	uv_loop_t loop;
	uv_timer_t tick;
	uv_poll_t token_free;
	bool polling;
	/* seconds on the monotonic clock; 0: nobody asked the run to end */
	double ending_s;
	double start_s;
	struct sched_figures figures;
	struct error *err;
};

struct scheduler *scheduler_new(struct jobserver *jobserver, uint64_t memory)
{
	struct scheduler *scheduler = xcalloc(1, sizeof(*scheduler));

	scheduler->jobserver = jobserver;
	scheduler->memory = memory;
	return scheduler;
}

void scheduler_free(struct scheduler *scheduler)
{
	vec_free(&scheduler->ready);
	vec_free(&scheduler->running);
	error_free(scheduler->err);
	free(scheduler);
}

void scheduler_add(struct scheduler *scheduler, struct sched_job *job)
{
	size_t at;

	vec_push(&scheduler->ready, job);
	/* The most urgent first; equal ones in the order in which they came. */
	for (at = scheduler->ready.len - 1;
	     at > 0 && scheduler->ready.data[at - 1]->urgency < job->urgency; at--)
		scheduler->ready.data[at] = scheduler->ready.data[at - 1];
	scheduler->ready.data[at] = job;
}

void scheduler_set_progress(struct scheduler *scheduler, size_t done, size_t total)
{
	(void)scheduler;
	log_set_step(done, total);
}

struct sched_figures scheduler_figures(const struct scheduler *scheduler)
{
	return scheduler->figures;
}

/* One line about all that runs; a worker that has said nothing yet is named. */
static void show_status(const struct scheduler *scheduler)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;

	vec_for_each(running, &scheduler->running)
		strbuf_addf(&line, "%s%s", line.len ? " | " : "",
			    (*running)->status && *(*running)->status ? (*running)->status
								      : (*running)->job->name);
	if (line.len)
		log_status("%s", strbuf_str(&line));
}

static void on_log(struct worker *worker, enum log_kind kind, const char *text)
{
	struct running *running = worker->user;

	if (kind == LOG_MESSAGE) {
		log_relay(text);
		show_status(running->scheduler);
		return;
	}
	free(running->status);
	running->status = xstrdup(text);
}

static uint64_t memory_in_use(const struct scheduler *scheduler)
{
	uint64_t sum = 0;

	vec_for_each(running, &scheduler->running)
		sum += (*running)->job->memory;
	return sum;
}

/* In a worker: the pipes of the others are the driver's to read. */
static void close_drivers(void *user)
{
	struct scheduler *scheduler = user;
	uv_os_fd_t fd;

	vec_for_each(running, &scheduler->running)
		if (!uv_fileno((uv_handle_t *)&(*running)->worker.pipe, &fd))
			close(fd);
}

static void try_start(struct scheduler *scheduler);

static void on_end(struct worker *worker)
{
	struct running *running = worker->user;
	struct scheduler *scheduler = running->scheduler;

	for (size_t i = 0; i < scheduler->running.len; i++) {
		if (scheduler->running.data[i] != running)
			continue;
		memmove(&scheduler->running.data[i], &scheduler->running.data[i + 1],
			(scheduler->running.len - i - 1) * sizeof(*scheduler->running.data));
		scheduler->running.len--;
		break;
	}
	jobserver_give(scheduler->jobserver);
	if (!scheduler->running.len)
		jobserver_refill(scheduler->jobserver);
	scheduler->figures.cpu_s += worker->cpu_s;
	running->job->on_done(scheduler, running->job, worker);
	worker_release(worker);
	free(running->status);
	free(running);
	try_start(scheduler);
}

static void start(struct scheduler *scheduler, struct sched_job *job)
{
	struct running *running = xcalloc(1, sizeof(*running));
	struct error *err;

	running->scheduler = scheduler;
	running->job = job;
	running->worker.name = job->name;
	running->worker.on_log = on_log;
	running->worker.on_end = on_end;
	running->worker.user = running;
	err = worker_start(&scheduler->loop, &running->worker, job->work, job, close_drivers,
			   scheduler);
	if (err) {
		/* No process to be had: that is this job's error. */
		running->worker.err = err;
		jobserver_give(scheduler->jobserver);
		job->on_done(scheduler, job, &running->worker);
		worker_release(&running->worker);
		free(running);
		return;
	}
	vec_push(&scheduler->running, running);
	if (scheduler->running.len > scheduler->figures.most_workers)
		scheduler->figures.most_workers = (unsigned int)scheduler->running.len;
	if (memory_in_use(scheduler) > scheduler->figures.most_memory)
		scheduler->figures.most_memory = memory_in_use(scheduler);
}

static bool fits(const struct scheduler *scheduler, const struct sched_job *job)
{
	uint64_t used = memory_in_use(scheduler);

	return !scheduler->running.len ||
	       (used < scheduler->memory && job->memory <= scheduler->memory - used);
}

/* The most urgent that can start but for a token; NULL: there is none. Takes it off the list. */
static struct sched_job *next_job(struct scheduler *scheduler)
{
	for (size_t i = 0; i < scheduler->ready.len; i++) {
		struct sched_job *job = scheduler->ready.data[i];

		if (!fits(scheduler, job) || (job->may_start && !job->may_start(job)))
			continue;
		memmove(&scheduler->ready.data[i], &scheduler->ready.data[i + 1],
			(scheduler->ready.len - i - 1) * sizeof(*scheduler->ready.data));
		scheduler->ready.len--;
		return job;
	}
	return NULL;
}

static void on_token_free(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	try_start(poll->data);
}

static void want_token(struct scheduler *scheduler, bool want)
{
	if (want == scheduler->polling)
		return;
	scheduler->polling = want;
	if (want)
		uv_poll_start(&scheduler->token_free, UV_READABLE, on_token_free);
	else
		uv_poll_stop(&scheduler->token_free);
}

static bool is_over(const struct scheduler *scheduler)
{
	return !scheduler->running.len && (!scheduler->ready.len || scheduler->ending_s);
}

static void try_start(struct scheduler *scheduler)
{
	bool waits = false;

	while (!scheduler->ending_s && !proc_interrupted() && scheduler->ready.len) {
		struct sched_job *job;

		if (!jobserver_take(scheduler->jobserver)) {
			waits = true;
			break;
		}
		job = next_job(scheduler);
		if (!job) {
			/* Nothing can start: the token is of no use, and the tick asks again. */
			jobserver_give(scheduler->jobserver);
			break;
		}
		start(scheduler, job);
	}
	want_token(scheduler, waits);
	if (is_over(scheduler))
		uv_stop(&scheduler->loop);
}

static void end_workers(struct scheduler *scheduler)
{
	double now = clock_now_s();
	bool first = !scheduler->ending_s;

	if (first) {
		scheduler->ending_s = now;
		want_token(scheduler, false);
	}
	if (!first && now - scheduler->ending_s < grace_s)
		return;
	vec_for_each(running, &scheduler->running)
		worker_signal(&(*running)->worker, first ? SIGTERM : SIGKILL);
}

static void on_tick(uv_timer_t *timer)
{
	struct scheduler *scheduler = timer->data;

	if (proc_interrupted())
		end_workers(scheduler);
	else
		try_start(scheduler);
	show_status(scheduler);
	if (is_over(scheduler))
		uv_stop(&scheduler->loop);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

struct error *scheduler_run(struct scheduler *scheduler)
{
	int status = uv_loop_init(&scheduler->loop);

	if (status < 0)
		return error_new(ERROR_SYSTEM, "cannot make an event loop: %s",
				 uv_strerror(status));
	scheduler->start_s = clock_now_s();
	uv_timer_init(&scheduler->loop, &scheduler->tick);
	scheduler->tick.data = scheduler;
	uv_timer_start(&scheduler->tick, on_tick, TICK_MS, TICK_MS);
	uv_poll_init(&scheduler->loop, &scheduler->token_free,
		     jobserver_poll_fd(scheduler->jobserver));
	scheduler->token_free.data = scheduler;

	try_start(scheduler);
	while (!is_over(scheduler))
		uv_run(&scheduler->loop, UV_RUN_DEFAULT);
	log_status_clear();
	uv_walk(&scheduler->loop, close_handle, NULL);
	uv_run(&scheduler->loop, UV_RUN_DEFAULT);
	uv_loop_close(&scheduler->loop);
	scheduler->polling = false;
	scheduler->figures.wall_s = clock_now_s() - scheduler->start_s;
	return proc_interrupted() ? error_new(ERROR_INTERRUPTED, "interrupted") : NULL;
}
