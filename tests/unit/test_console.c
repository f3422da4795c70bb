// SPDX-License-Identifier: GPL-2.0-only
/* What a console says, and the verdict that follows from all that was seen of a guest. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "boot/classify.h"
#include "boot/verdict.h"
#include "core/mem.h"

static void classify(struct console_state *state, const char *text, size_t step)
{
	size_t len = strlen(text);

	memset(state, 0, sizeof(*state));
	for (size_t at = 0; at < len; at += step)
		console_feed(state, text + at, step < len - at ? step : len - at);
	console_finish(state);
}

static const char healthy[] =
	"SeaBIOS (version 1.16.2)\r\n\x1b[2J"
	"[    0.000000] Linux version 6.12.117 (b@b) (gcc 12) #1 SMP 1970-01-01\r\n"
	"[    0.000000] Command line: console=ttyS0 panic=-1\r\n"
	"[    0.020000] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on\r\n"
	"[    0.021000] WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed\r\n"
	"[    0.022000] MDS CPU bug present and SMT on, data leak possible.\r\n"
	"[    0.100000][    T1] Freeing unused kernel image (initmem) memory: 1548K\r\n"
	"[    0.200000] BPF: Invalid offset\r\n"
	"BTFM1 5 complaint 12345678 line=Kernel%20panic x BUG: Oops\r\n"
	"[    1.000000] reboot: Power down\r\n";

static void test_healthy(void **state)
{
	struct console_state console;

	(void)state;
	for (size_t step = 1; step < 50; step += 6) {
		classify(&console, healthy, step);
		assert_string_equal(console.panic, "");
		assert_string_equal(console.splat, "");
		assert_string_equal(console.qemu, "");
		assert_int_equal(console.banners, 1);
		assert_string_equal(console.last, "reboot: Power down");
	}
}

/* A board was running another system, and has a boot loader. */
static void test_before_the_kernel(void **state)
{
	struct console_state console;

	(void)state;
	classify(&console,
		 "Kernel panic - not syncing: the old one\n------------[ cut here ]------------\n"
		 "U-Boot 2024.01\n[    0.000000] Linux version 6.12\nfine\n",
		 7);
	assert_string_equal(console.panic, "");
	assert_string_equal(console.splat, "");
	assert_int_equal(console.banners, 1);
	classify(&console, "Linux version 6\nOops: 1\nLinux version 6\n", 7);
	assert_string_equal(console.splat, "Oops: 1");
	assert_int_equal(console.banners, 2);
}

static void test_splats(void **state)
{
	/* text, and the line that must be given as the splat */
	static const char *const cases[][2] = {
		{ "[    0.5] ------------[ cut here ]------------\n"
		  "[    0.5] WARNING: CPU: 0 PID: 1 at kernel/bpf/btf.c:123 f+0x1/0x2\n"
		  "[    0.5] Call Trace:\n",
		  "WARNING: CPU: 0 PID: 1 at kernel/bpf/btf.c:123 f+0x1/0x2" },
		/* WARN() with a text has it right behind the marker */
		{ "[    0.5][    T1] ------------[ cut here ]------------\n"
		  "[    0.5][    T1] percpu ref: something is wrong\n"
		  "[    0.5][    T1] WARNING: CPU: 0 PID: 1 at lib/x.c:1 f+0x1/0x2\n",
		  "percpu ref: something is wrong" },
		{ "[    0.5] BUG: kernel NULL pointer dereference, address: 0000000000000000\n"
		  "[    0.5] Oops: Oops: 0002 [#1] SMP\n",
		  "BUG: kernel NULL pointer dereference, address: 0000000000000000" },
		{ "[    0.5] Oops: general protection fault, probably for address 0x1\n",
		  "Oops: general protection fault, probably for address 0x1" },
		{ "[    0.5] kernel BUG at mm/slub.c:1!\n", "kernel BUG at mm/slub.c:1!" },
		{ "[    0.5] Unable to handle kernel NULL pointer dereference at virtual address "
		  "0\n",
		  "Unable to handle kernel NULL pointer dereference at virtual address 0" },
		{ "[    0.5] Internal error: Oops: 0000000096000004 [#1] SMP\n",
		  "Internal error: Oops: 0000000096000004 [#1] SMP" },
		{ "[    0.5] illegal operation: 0001 ilc:1 [#1] SMP\n",
		  "illegal operation: 0001 ilc:1 [#1] SMP" },
		{ "[    0.5] Kernel bug detected[#1]:\n", "Kernel bug detected[#1]:" },
		{ "[    0.5] swapper/0(1): Oops 1\n", "swapper/0(1): Oops 1" },
		{ "[    0.5] init(1): Kernel Bug 1\n", "init(1): Kernel Bug 1" },
		{ "[    0.5]               \\|/ ____ \\|/\n[    0.5] swapper/0(1): Dax [#1]\n",
		  "\\|/ ____ \\|/" },
		{ "[    0.5] Kernel Fault: Code=26 (Data memory access rights trap) at addr 0\n",
		  "Kernel Fault: Code=26 (Data memory access rights trap) at addr 0" },
		{ "[    9.5] watchdog: BUG: soft lockup - CPU#0 stuck for 26s!\n",
		  "watchdog: BUG: soft lockup - CPU#0 stuck for 26s!" },
		{ "[    9.5] rcu: INFO: rcu_sched self-detected stall on CPU\n",
		  "rcu: INFO: rcu_sched self-detected stall on CPU" },
		{ "[    9.5] INFO: task init:1 blocked for more than 120 seconds.\n",
		  "INFO: task init:1 blocked for more than 120 seconds." },
		{ "[    0.5] UBSAN: array-index-out-of-bounds in kernel/x.c:1:2\n",
		  "UBSAN: array-index-out-of-bounds in kernel/x.c:1:2" },
		{ "[    0.5] WARNING: possible circular locking dependency detected\n",
		  "WARNING: possible circular locking dependency detected" },
	};
	struct console_state console;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		classify(&console, cases[i][0], 5);
		assert_string_equal(console.splat, cases[i][1]);
		assert_string_equal(console.panic, "");
	}
}

static void test_panic(void **state)
{
	struct console_state console;

	(void)state;
	classify(&console,
		 "[    0.9] Kernel panic - not syncing: No working init found.\n"
		 "[    0.9] ---[ end Kernel panic - not syncing: No working init found. ]---",
		 7);
	assert_string_equal(console.panic, "Kernel panic - not syncing: No working init found.");
}

static void test_second_banner(void **state)
{
	struct console_state console;

	(void)state;
	classify(&console,
		 "[    0.0] Linux version 6.12.0\n[    0.1] is not a Linux version 6\n"
		 "[    0.0] Linux version 6.12.0\n",
		 11);
	assert_int_equal(console.banners, 2);
}

static void test_qemu_lines(void **state)
{
	struct console_state console;

	(void)state;
	classify(&console, "qemu-system-x86_64: terminating on signal 15 from pid 1 ()\n", 9);
	assert_string_equal(console.qemu,
			    "qemu-system-x86_64: terminating on signal 15 from pid 1 ()");
	classify(&console, "[    0.1] qemu_fw_cfg: loaded: yes\n", 9);
	assert_string_equal(console.qemu, "");
}

/* Lines without end, NULs, and bytes of all kinds. */
static void test_garbage(void **state)
{
	struct console_state console = { 0 };
	char junk[5000];

	(void)state;
	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (char)(i * 7919 >> 3);
	for (int i = 0; i < 50; i++)
		console_feed(&console, junk, sizeof(junk));
	console_feed(&console, "\n\0[    1.0] Kernel panic - not syncing: x\n", 42);
	console_finish(&console);
	assert_string_equal(console.panic, "Kernel panic - not syncing: x");
	assert_true(strlen(console.last) < CONSOLE_LINE_MAX);
}

/* The evidence of a guest with which all is well. */
static struct boot_evidence good(const struct console_state *console)
{
	return (struct boot_evidence){
		.console = console,
		.silence_s = 20,
		.deadline_s = 60,
		.report_complete = true,
	};
}

static void expect_verdict(const struct boot_evidence *evidence, enum boot_verdict verdict,
			   const char *detail_part)
{
	_cleanup_free_ char *detail = NULL;
	enum boot_verdict got = boot_judge(evidence, &detail);

	assert_string_equal(boot_verdict_name(got), boot_verdict_name(verdict));
	if (!detail_part)
		assert_null(detail);
	else if (!detail || !strstr(detail, detail_part))
		fail_msg("\"%s\" has no \"%s\"", detail ? detail : "", detail_part);
}

static void test_verdicts(void **state)
{
	struct console_state fine, oops, panic, silent;
	struct boot_evidence e;

	(void)state;
	classify(&fine, healthy, 100);
	classify(&silent, "\n", 100);
	classify(&oops, "[    0.5] Oops: 0002 [#1] SMP\n", 100);
	classify(&panic, "[  0.5] Oops: 2\n[    0.5] Kernel panic - not syncing: Fatal\n", 100);

	e = good(&fine);
	expect_verdict(&e, BOOT_OK, NULL);

	/* QEMU's status proves nothing either way */
	e.exit_code = 1;
	expect_verdict(&e, BOOT_OK, NULL);

	/* trouble would go unseen */
	e = good(&silent);
	expect_verdict(&e, BOOT_NO_CONSOLE, "wrote nothing to the console");
	e = good(&fine);
	e.fell_back = true;
	expect_verdict(&e, BOOT_NO_CHANNEL, "did not find its channel");

	e = good(&oops);
	expect_verdict(&e, BOOT_SPLAT, "Oops: 0002");
	e.fell_back = true;
	expect_verdict(&e, BOOT_SPLAT, "Oops: 0002");
	e = good(&panic);
	expect_verdict(&e, BOOT_PANIC, "not syncing: Fatal");

	e = good(&fine);
	e.report_complete = false;
	e.report_problem = "the probe sent nothing";
	expect_verdict(&e, BOOT_NO_TOKEN, "Power down");

	e.term_signal = 9;
	expect_verdict(&e, BOOT_QEMU_DIED, "signal 9");
	/* the signal was ours */
	e.stopped_by_us = true;
	e.stop = STOP_SILENT;
	expect_verdict(&e, BOOT_SILENT, "no output for 20 s after \"reboot: Power down\"");
	e.stop = STOP_TIMEOUT;
	expect_verdict(&e, BOOT_TIMEOUT, "after 60 s");
	e.stop = STOP_FLOOD;
	expect_verdict(&e, BOOT_BAD_REPORT, "flooded");
	e.stop = STOP_NONE;
	e.report_damaged = true;
	e.report_problem = "frame 3 came again";
	expect_verdict(&e, BOOT_BAD_REPORT, "frame 3");
	/* the cause stands before what it caused */
	e.console = &oops;
	expect_verdict(&e, BOOT_SPLAT, "Oops: 0002 [#1] SMP; and frame 3 came again");
}

static void test_verdict_reboot_loop(void **state)
{
	struct console_state console;
	struct boot_evidence e = good(&console);

	(void)state;
	classify(&console, "Linux version 6\nKernel panic - not syncing: x\nLinux version 6\n", 9);
	expect_verdict(&e, BOOT_REBOOT_LOOP, "2 times");
}

static void test_verdict_qemu_ended_from_outside(void **state)
{
	struct console_state console;
	struct boot_evidence e = good(&console);

	(void)state;
	e.report_complete = false;
	e.report_problem = "the probe sent nothing";
	classify(&console, "qemu-system-s390x: terminating on signal 15 from pid 7 (sh)\n", 9);
	expect_verdict(&e, BOOT_QEMU_DIED, "from pid 7");
	classify(&console, "qemu-system-s390x: unsupported machine type\n", 9);
	e.exit_code = 1;
	expect_verdict(&e, BOOT_QEMU_DIED, "status 1: qemu-system-s390x: unsupported machine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_before_the_kernel),
		cmocka_unit_test(test_splats),
		cmocka_unit_test(test_panic),
		cmocka_unit_test(test_second_banner),
		cmocka_unit_test(test_qemu_lines),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_verdict_reboot_loop),
		cmocka_unit_test(test_verdict_qemu_ended_from_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
