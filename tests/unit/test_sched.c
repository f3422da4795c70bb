// SPDX-License-Identifier: GPL-2.0-only
/* Jobs in workers: never more than there are tokens and memory, in order of urgency, and whatever becomes of one. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "sched/memory.h"
#include "sched/scheduler.h"
#include "scratch.h"

static void tokens_are_counted(void **state)
{
	_cleanup_(jobserver_cleanup) struct jobserver *jobserver = NULL;

	(void)state;
	expect_ok(jobserver_open(3, &jobserver));
	for (int i = 0; i < 3; i++)
		assert_true(jobserver_take(jobserver));
	assert_false(jobserver_take(jobserver));
	jobserver_give(jobserver);
	assert_true(jobserver_take(jobserver));
	/* as if makes had been killed with all of them */
	jobserver_refill(jobserver);
	jobserver_refill(jobserver);
	for (int i = 0; i < 3; i++)
		assert_true(jobserver_take(jobserver));
	assert_false(jobserver_take(jobserver));
}

static void its_files_go_with_it(void **state)
{
	struct jobserver *jobserver;
	_cleanup_free_ char *dir = NULL;

	(void)state;
	expect_ok(jobserver_open(1, &jobserver));
	dir = xstrdup(jobserver->dir);
	assert_true(path_exists(dir));
	jobserver_close(jobserver);
	assert_false(path_exists(dir));
}

static void makes_are_told_in_their_words(void **state)
{
	static const struct {
		const char *version, *auth;
		bool fds;
	} cases[] = {
		{ "4.2.1", "--jobserver-auth=3,4", true },
		{ "4.3", "--jobserver-auth=3,4", true },
		{ "4.4", "--jobserver-auth=fifo:/", false },
		{ "4.4.1", "--jobserver-auth=fifo:/", false },
		{ "5.0", "--jobserver-auth=fifo:/", false },
		{ "unknown", "--jobserver-auth=3,4", true },
	};
	_cleanup_(jobserver_cleanup) struct jobserver *jobserver = NULL;

	(void)state;
	expect_ok(jobserver_open(7, &jobserver));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		bool fds = !cases[i].fds;
		_cleanup_free_ char *flags = jobserver_makeflags(jobserver, cases[i].version, &fds);

		assert_true(str_starts(flags, "MAKEFLAGS= -j7 "));
		assert_non_null(strstr(flags, cases[i].auth));
		assert_int_equal(fds, cases[i].fds);
	}
}

/* Two real makes with ten targets each, which note how many run at once: no more than there are tokens. */
static void makes_share_the_tokens(void **state)
{
	_cleanup_(jobserver_cleanup) struct jobserver *jobserver = NULL;
	char *dir = scratch_make();
	_cleanup_free_ char *makefile = scratch_file(
		dir, "Makefile",
		"all: 0 1 2 3 4 5 6 7 8 9\n"
		"0 1 2 3 4 5 6 7 8 9:\n"
		"\t@mkdir -p run; touch run/$$PPID-$@; ls run | wc -l >> counts; sleep 0.05; "
		"rm run/$$PPID-$@\n");
	_cleanup_free_ char *out = NULL, *flags = NULL, *version = NULL, *counts = NULL;
	_cleanup_free_ char *text = NULL, *flags_4 = NULL;
	bool needs_fds;
	pid_t second;
	int most = 0, lines = 0;

	(void)state;
	expect_ok(jobserver_open(3, &jobserver));
	expect_ok(proc_read_output((const char *const[]){ "make", "--version", NULL }, &out));
	version = xstrndup(out + strlen("GNU Make "), strcspn(out + strlen("GNU Make "), "\n"));
	flags = jobserver_makeflags(jobserver, version, &needs_fds);

	/* each begins with a token of its own */
	assert_true(jobserver_take(jobserver));
	assert_true(jobserver_take(jobserver));
	second = fork();

	struct proc proc = {
		.argv = (const char *const[]){ "make", "-s", "all", NULL },
		.cwd = dir,
		.env = (const char *const[]){ flags, NULL },
		.inherited = { jobserver->shared_fd, jobserver->shared_fd },
		.nr_inherited = needs_fds ? 2 : 0,
		.capture = true,
		.deadline_s = 60,
	};
	struct error *err = proc_run(&proc);

	if (!second)
		_exit(err || proc.exit_code);
	expect_ok(err);
	int status;
	assert_int_equal(waitpid(second, &status, 0), second);
	assert_int_equal(status, 0);
	assert_int_equal(proc.exit_code, 0);
	assert_string_equal(strbuf_str(&proc.output), "");
	proc_release(&proc);
	/* what they drew they gave back */
	assert_true(jobserver_take(jobserver));
	assert_false(jobserver_take(jobserver));

	counts = xasprintf("%s/counts", dir);
	expect_ok(file_read(counts, 0, &text, NULL));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		most = atoi(line) > most ? atoi(line) : most;
		lines++;
	}
	assert_int_equal(lines, 20);
	assert_in_range(most, 2, 3);
	scratch_remove(dir);
}

static void memory_is_the_least_of_what_is_said(void **state)
{
	char *dir = scratch_make();

	(void)state;
	assert_true(memory_available_in(dir) == UINT64_MAX);
	free(scratch_file(dir, "proc/meminfo",
			  "MemTotal:  9 kB\nMemFree: 1 kB\nMemAvailable:   4096 kB\n"));
	assert_int_equal(memory_available_in(dir), 4096 << 10);
	free(scratch_file(dir, "proc/self/cgroup", "0::/a/b\n"));
	free(scratch_file(dir, "sys/fs/cgroup/a/b/memory.max", "max\n"));
	free(scratch_file(dir, "sys/fs/cgroup/a/memory.max", "3000000\n"));
	free(scratch_file(dir, "sys/fs/cgroup/a/memory.current", "2000000\n"));
	/* the limit of the group above counts, and its page cache can go */
	assert_int_equal(memory_available_in(dir), 1000000);
	free(scratch_file(dir, "sys/fs/cgroup/a/memory.stat", "anon 5\ninactive_file 500000\n"));
	assert_int_equal(memory_available_in(dir), 1500000);
	free(scratch_file(dir, "proc/self/cgroup", "5:memory:/x\n3:cpu:/x\n"));
	free(scratch_file(dir, "sys/fs/cgroup/memory/x/memory.limit_in_bytes",
			  "9223372036854771712\n"));
	assert_int_equal(memory_available_in(dir), 4096 << 10);
	free(scratch_file(dir, "sys/fs/cgroup/memory/x/memory.limit_in_bytes", "100\n"));
	free(scratch_file(dir, "sys/fs/cgroup/memory/x/memory.usage_in_bytes", "200\n"));
	assert_int_equal(memory_available_in(dir), 0);
	scratch_remove(dir);
}

/* A scheduler under test, and what its jobs left in a folder. */
struct bench {
	char *dir;
	struct jobserver *jobserver;
	struct scheduler *scheduler;
	/* names of jobs that are done, in order, "a b c " */
	struct strbuf done;
	/* jobs that on_done adds */
	struct sched_job *follow_up;
	struct error *last_err;
	char *last_result;
};

static void bench_open(struct bench *bench, unsigned int tokens, uint64_t memory)
{
	*bench = (struct bench){ .dir = scratch_make() };
	expect_ok(jobserver_open(tokens, &bench->jobserver));
	bench->scheduler = scheduler_new(bench->jobserver, memory);
}

static void bench_close(struct bench *bench)
{
	scheduler_free(bench->scheduler);
	jobserver_close(bench->jobserver);
	scratch_remove(bench->dir);
	strbuf_release(&bench->done);
	error_free(bench->last_err);
	free(bench->last_result);
}

/* As many workers are there as files in the folder. */
static struct error *count_and_sleep(void *arg, struct strbuf *result)
{
	struct sched_job *job = arg;
	struct bench *bench = job->user;
	_cleanup_free_ char *script = xasprintf(
		"cd %s && touch run-%s && ls | grep -c run- >> counts; sleep 0.1; rm run-%s",
		bench->dir, job->name, job->name);

	strbuf_adds(result, job->name);
	return system(script) ? error_new(ERROR_CHILD, "the script fails") : NULL;
}

static void note_done(struct scheduler *scheduler, struct sched_job *job,
		      const struct worker *worker)
{
	struct bench *bench = job->user;

	strbuf_addf(&bench->done, "%s ", job->name);
	error_free(bench->last_err);
	bench->last_err =
		worker->err ? error_new(worker->err->kind, "%s", worker->err->message) : NULL;
	free(bench->last_result);
	bench->last_result = xstrdup(strbuf_str(&worker->result));
	if (bench->follow_up)
		scheduler_add(scheduler, bench->follow_up);
	bench->follow_up = NULL;
}

static int most_at_once(const struct bench *bench)
{
	_cleanup_free_ char *path = xasprintf("%s/counts", bench->dir), *text = NULL;
	int most = 0;

	expect_ok(file_read(path, 0, &text, NULL));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		most = atoi(line) > most ? atoi(line) : most;
	return most;
}

static void no_more_than_tokens(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	struct sched_job jobs[ARRAY_SIZE(names)];
	struct bench bench;

	(void)state;
	bench_open(&bench, 3, UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = (struct sched_job){ .name = names[i],
					      .work = count_and_sleep,
					      .on_done = note_done,
					      .user = &bench };
		scheduler_add(bench.scheduler, &jobs[i]);
	}
	expect_ok(scheduler_run(bench.scheduler));
	assert_int_equal(bench.done.len, 2 * ARRAY_SIZE(jobs));
	assert_int_equal(most_at_once(&bench), 3);
	assert_int_equal(scheduler_figures(bench.scheduler).most_workers, 3);
	/* and all are given back */
	for (int i = 0; i < 3; i++)
		assert_true(jobserver_take(bench.jobserver));
	assert_false(jobserver_take(bench.jobserver));
	bench_close(&bench);
}

static void no_more_than_memory(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	struct sched_job jobs[ARRAY_SIZE(names)];
	struct bench bench;

	(void)state;
	bench_open(&bench, 4, 100);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = (struct sched_job){ .name = names[i],
					      .memory = 50,
					      .work = count_and_sleep,
					      .on_done = note_done,
					      .user = &bench };
		scheduler_add(bench.scheduler, &jobs[i]);
	}
	/* more than there is at all: runs, alone */
	jobs[3].memory = 101;
	expect_ok(scheduler_run(bench.scheduler));
	assert_int_equal(bench.done.len, 2 * ARRAY_SIZE(jobs));
	assert_int_equal(most_at_once(&bench), 2);
	assert_true(str_ends(strbuf_str(&bench.done), "d "));
	bench_close(&bench);
}

static void the_urgent_first(void **state)
{
	struct bench bench;
	struct sched_job jobs[] = {
		{ .name = "later", .urgency = 1 },
		{ .name = "first", .urgency = 3 },
		{ .name = "second", .urgency = 2 },
		{ .name = "third", .urgency = 2 },
	};
	struct sched_job urgent = { .name = "added", .urgency = 9 };

	(void)state;
	bench_open(&bench, 1, UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i].work = count_and_sleep;
		jobs[i].on_done = note_done;
		jobs[i].user = &bench;
		scheduler_add(bench.scheduler, &jobs[i]);
	}
	urgent.work = count_and_sleep;
	urgent.on_done = note_done;
	urgent.user = &bench;
	bench.follow_up = &urgent;
	expect_ok(scheduler_run(bench.scheduler));
	assert_string_equal(strbuf_str(&bench.done), "first added second third later ");
	bench_close(&bench);
}

static struct error *fails(void *arg, struct strbuf *result)
{
	(void)arg;
	strbuf_adds(result, "half a result");
	return error_new(ERROR_INPUT, "it is wrong");
}

static struct error *dies(void *arg, struct strbuf *result)
{
	(void)arg;
	(void)result;
	raise(SIGKILL);
	return NULL;
}

static struct error *leaves(void *arg, struct strbuf *result)
{
	(void)arg;
	(void)result;
	_exit(3);
}

static struct error *says_much(void *arg, struct strbuf *result)
{
	(void)arg;
	log_status("in the middle of it");
	for (size_t i = 0; i < 3 << 20; i++)
		strbuf_addc(result, (char)('a' + i % 26));
	return NULL;
}

static struct error *leaves_a_child(void *arg, struct strbuf *result)
{
	(void)arg;
	(void)result;
	/* keeps what it was given open, and must not keep the driver waiting */
	return system("sleep 20 >/dev/null 2>&1 &") ? error_new(ERROR_CHILD, "no shell") : NULL;
}

static void run_one(struct bench *bench, worker_fn work)
{
	struct sched_job job = {
		.name = "cell", .work = work, .on_done = note_done, .user = bench
	};

	scheduler_add(bench->scheduler, &job);
	expect_ok(scheduler_run(bench->scheduler));
}

static void whatever_becomes_of_a_worker(void **state)
{
	struct bench bench;
	double start;

	(void)state;
	bench_open(&bench, 1, UINT64_MAX);
	run_one(&bench, fails);
	assert_int_equal(bench.last_err->kind, ERROR_INPUT);
	assert_string_equal(bench.last_err->message, "it is wrong");
	run_one(&bench, dies);
	assert_int_equal(bench.last_err->kind, ERROR_CHILD);
	assert_non_null(strstr(bench.last_err->message, "cell: "));
	assert_non_null(strstr(bench.last_err->message, "signal 9"));
	run_one(&bench, leaves);
	assert_non_null(strstr(bench.last_err->message, "status 3 and without a result"));
	run_one(&bench, says_much);
	assert_null(bench.last_err);
	assert_int_equal(strlen(bench.last_result), 3 << 20);
	start = clock_now_s();
	run_one(&bench, leaves_a_child);
	assert_null(bench.last_err);
	assert_true(clock_now_s() - start < 10);
	bench_close(&bench);
}

static bool not_before_the_file(struct sched_job *job)
{
	struct bench *bench = job->user;
	_cleanup_free_ char *path = xasprintf("%s/counts", bench->dir);

	return path_exists(path);
}

static void waits_for_what_is_outside(void **state)
{
	struct bench bench;
	struct sched_job jobs[] = {
		{ .name = "waits", .urgency = 2, .may_start = not_before_the_file },
		{ .name = "first", .urgency = 1 },
	};

	(void)state;
	bench_open(&bench, 2, UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i].work = count_and_sleep;
		jobs[i].on_done = note_done;
		jobs[i].user = &bench;
		scheduler_add(bench.scheduler, &jobs[i]);
	}
	expect_ok(scheduler_run(bench.scheduler));
	assert_string_equal(strbuf_str(&bench.done), "first waits ");
	bench_close(&bench);
}

static struct error *runs_for_long(void *arg, struct strbuf *result)
{
	struct sched_job *job = arg;
	struct bench *bench = job->user;
	_cleanup_free_ char *script = xasprintf("echo $$ > %s/pid; exec sleep 60", bench->dir);
	struct proc proc = { .argv = (const char *const[]){ "sh", "-c", script, NULL } };
	struct error *err = proc_run(&proc);

	(void)result;
	proc_release(&proc);
	return err;
}

static pid_t wait_for_pid(const struct bench *bench)
{
	_cleanup_free_ char *path = xasprintf("%s/pid", bench->dir);
	int pid = 0;

	for (int i = 0; i < 500 && pid <= 0; i++) {
		_cleanup_fclose_ FILE *file = fopen(path, "re");

		usleep(20000);
		if (file && fscanf(file, "%d", &pid) != 1)
			pid = 0;
	}
	assert_true(pid > 0);
	return pid;
}

static bool is_gone(pid_t pid)
{
	for (int i = 0; i < 500; i++) {
		if (kill(pid, 0))
			return true;
		usleep(20000);
	}
	return false;
}

/* A driver that gets @sig while a worker has a child: its status, and the child must be gone. */
static int end_driver(int sig)
{
	struct bench bench;
	pid_t driver, child;
	int status;

	bench_open(&bench, 2, UINT64_MAX);
	driver = fork();
	if (!driver) {
		struct sched_job jobs[2];
		struct error *err;

		proc_catch_signals();
		for (int i = 0; i < 2; i++) {
			jobs[i] = (struct sched_job){ .name = i ? "never" : "long",
						      .memory = UINT64_MAX,
						      .work = runs_for_long,
						      .on_done = note_done,
						      .user = &bench };
			scheduler_add(bench.scheduler, &jobs[i]);
		}
		err = scheduler_run(bench.scheduler);
		_exit(err && err->kind == ERROR_INTERRUPTED && bench.last_err &&
				      bench.last_err->kind == ERROR_INTERRUPTED &&
				      str_eq(strbuf_str(&bench.done), "long ")
			      ? 42
			      : 1);
	}
	child = wait_for_pid(&bench);
	kill(driver, sig);
	assert_int_equal(waitpid(driver, &status, 0), driver);
	assert_true(is_gone(child));
	bench_close(&bench);
	return status;
}

static void interrupted(void **state)
{
	int status = end_driver(SIGTERM);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

static void killed(void **state)
{
	int status = end_driver(SIGKILL);

	(void)state;
	assert_true(WIFSIGNALED(status));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_are_counted),
		cmocka_unit_test(its_files_go_with_it),
		cmocka_unit_test(makes_are_told_in_their_words),
		cmocka_unit_test(makes_share_the_tokens),
		cmocka_unit_test(memory_is_the_least_of_what_is_said),
		cmocka_unit_test(no_more_than_tokens),
		cmocka_unit_test(no_more_than_memory),
		cmocka_unit_test(the_urgent_first),
		cmocka_unit_test(whatever_becomes_of_a_worker),
		cmocka_unit_test(waits_for_what_is_outside),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
