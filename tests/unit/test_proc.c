// SPDX-License-Identifier: GPL-2.0-only
/* Running children: their output, their ends, and that none is left behind. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "scratch.h"

#define SH(script)                       \
	(const char *const[])            \
	{                                \
		"sh", "-c", script, NULL \
	}

static void test_status_and_output(void **state)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	(void)state;
	proc.argv = SH("echo out; echo err >&2; exit 7");
	proc.capture = true;
	proc.capture_stdout_only = true;
	expect_ok(proc_run(&proc));
	assert_int_equal(proc.exit_code, 7);
	assert_int_equal(proc.term_signal, 0);
	assert_string_equal(strbuf_str(&proc.output), "out\n");
	expect_error(proc_run_checked(&proc), "status 7", NULL);
}

static void test_signal(void **state)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	(void)state;
	proc.argv = SH("kill -KILL $$");
	expect_ok(proc_run(&proc));
	assert_int_equal(proc.exit_code, -1);
	assert_int_equal(proc.term_signal, SIGKILL);
	expect_error(proc_run_checked(&proc), "signal 9", NULL);
}

static void test_log_env_and_folder(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *log = xasprintf("%s/log", dir), *text = NULL;
	_cleanup_free_ char *expected = NULL, *real = realpath(dir, NULL);
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	(void)state;
	proc.argv = SH("echo $GREETING; pwd -P; echo err >&2");
	proc.env = (const char *const[]){ "GREETING=hello", NULL };
	proc.cwd = dir;
	proc.log_path = log;
	expect_ok(proc_run_checked(&proc));
	expect_ok(file_read(log, 0, &text, NULL));
	expected = xasprintf("hello\n%s\n", real);
	assert_non_null(strstr(text, expected));
	assert_non_null(strstr(text, "err\n"));
	scratch_remove(dir);
}

static void test_what_cannot_run(void **state)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	(void)state;
	proc.argv = (const char *const[]){ "no-such-program-anywhere", NULL };
	expect_error(proc_run(&proc), "no-such-program-anywhere: no such program", "make deps",
		     NULL);
	proc.argv = SH("true");
	proc.cwd = "/no/such/folder";
	expect_error(proc_run(&proc), "/no/such/folder", "no such folder", NULL);
}

/* Whether a process is there; a zombie counts as gone. */
static bool is_alive(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/stat", (int)pid), *text = NULL;
	_cleanup_error_ struct error *err = file_read(path, 4096, &text, NULL);
	const char *state = err ? NULL : strrchr(text, ')');

	return state && state[2] != 'Z';
}

static void expect_gone(pid_t pid)
{
	for (int i = 0; i < 50 && is_alive(pid); i++)
		usleep(100 * 1000);
	assert_false(is_alive(pid));
}

/* Both the child and what it started go when its time is up. */
static void test_deadline_ends_the_group(void **state)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	double start = clock_now_s();

	(void)state;
	proc.argv = SH("sleep 1000 & echo $!; wait");
	proc.capture = true;
	proc.deadline_s = 0.3;
	expect_error(proc_run(&proc), "still running", NULL);
	assert_true(clock_now_s() - start < 30);
	pid_t grandchild = (pid_t)atoi(strbuf_str(&proc.output));
	assert_true(grandchild > 1);
	expect_gone(grandchild);
}

/* A child that ends and leaves another one behind, which has the pipe still open. */
static void test_leftover_is_ended(void **state)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	double start = clock_now_s();

	(void)state;
	proc.argv = SH("sleep 1000 & echo $!");
	proc.capture = true;
	expect_ok(proc_run(&proc));
	assert_true(clock_now_s() - start < 30);
	pid_t leftover = (pid_t)atoi(strbuf_str(&proc.output));
	assert_true(leftover > 1);
	expect_gone(leftover);
}

static enum proc_action stop_at_word(struct proc *proc, const char *data, size_t len)
{
	return memmem(data, len, proc->user, strlen(proc->user)) ? PROC_STOP : PROC_CONTINUE;
}

static void test_callback_stops_it(void **state)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	char word[] = "enough";

	(void)state;
	proc.argv = SH("echo enough; exec sleep 1000");
	proc.on_output = stop_at_word;
	proc.user = word;
	expect_ok(proc_run(&proc));
	assert_true(proc.stopped);
}

/* However its parent dies: killed, it had no chance to end its child. */
static void test_child_dies_with_us(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *pid_file = xasprintf("%s/pid", dir);
	_cleanup_free_ char *script = xasprintf("echo $$ > %s; exec sleep 1000", pid_file);
	_cleanup_free_ char *text = NULL;
	pid_t us = fork();

	(void)state;
	assert_true(us >= 0);
	if (us == 0) {
		struct proc proc = PROC_INIT;
		const char *argv[] = { "sh", "-c", script, NULL };

		proc.argv = argv;
		error_free(proc_run(&proc));
		_exit(0);
	}
	for (int i = 0; i < 100; i++) {
		_cleanup_error_ struct error *err = file_read(pid_file, 64, &text, NULL);

		if (!err && strchr(text, '\n'))
			break;
		free(text);
		text = NULL;
		usleep(100 * 1000);
	}
	assert_non_null(text);
	assert_int_equal(kill(us, SIGKILL), 0);
	assert_int_equal(waitpid(us, NULL, 0), us);
	expect_gone((pid_t)atoi(text));
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_and_output),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_log_env_and_folder),
		cmocka_unit_test(test_what_cannot_run),
		cmocka_unit_test(test_deadline_ends_the_group),
		cmocka_unit_test(test_leftover_is_ended),
		cmocka_unit_test(test_callback_stops_it),
		cmocka_unit_test(test_child_dies_with_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
