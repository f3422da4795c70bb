// SPDX-License-Identifier: GPL-2.0-only
#include "boot/verdict.h"

#include <string.h>

#include "core/mem.h"

const char *boot_verdict_name(enum boot_verdict verdict)
{
	static const char *const names[] = {
		[BOOT_OK] = "ok",
		[BOOT_PANIC] = "panic",
		[BOOT_SPLAT] = "splat",
		[BOOT_SILENT] = "silent",
		[BOOT_TIMEOUT] = "timeout",
		[BOOT_REBOOT_LOOP] = "reboot-loop",
		[BOOT_QEMU_DIED] = "qemu-died",
		[BOOT_NO_TOKEN] = "no-token",
		[BOOT_BAD_REPORT] = "bad-report",
		[BOOT_NO_CONSOLE] = "no-console",
		[BOOT_NO_CHANNEL] = "no-channel",
	};

	return names[verdict];
}

/* A test for a verdict: whether the evidence shows it, and then why. */
typedef bool test_fn(const struct boot_evidence *e, char **detail);

static bool is_reboot_loop(const struct boot_evidence *e, char **detail)
{
	if (e->console->banners < 2)
		return false;
	*detail = xasprintf("the kernel started %u times", e->console->banners);
	return true;
}

static bool is_panic(const struct boot_evidence *e, char **detail)
{
	if (!*e->console->panic)
		return false;
	*detail = xstrdup(e->console->panic);
	return true;
}

static bool is_no_console(const struct boot_evidence *e, char **detail)
{
	if (!e->report_complete || e->console->banners || *e->console->splat)
		return false;
	*detail = xstrdup("the probe reported, and the kernel wrote nothing to the console");
	return true;
}

static bool is_no_channel(const struct boot_evidence *e, char **detail)
{
	if (!e->report_complete || !e->fell_back || *e->console->splat)
		return false;
	*detail = xstrdup("the probe did not find its channel and reported on the console");
	return true;
}

static bool is_ok(const struct boot_evidence *e, char **detail)
{
	*detail = NULL;
	return e->report_complete && !*e->console->splat;
}

/*
 * QEMU's status 0 proves nothing: a guest that resets gives it, and so does a QEMU that got SIGTERM
 * from elsewhere, but that one says so.
 */
static bool is_qemu_died(const struct boot_evidence *e, char **detail)
{
	const char *said = e->console->qemu;
	const char *colon = *said ? ": " : "";

	if (e->stopped_by_us || e->report_complete)
		return false;
	if (e->term_signal)
		*detail = xasprintf("signal %d (%s) ended QEMU%s%s", e->term_signal,
				    strsignal(e->term_signal), colon, said);
	else if (e->exit_code)
		*detail = xasprintf("QEMU ended with status %d%s%s", e->exit_code, colon, said);
	else if (strstr(said, "terminating on signal"))
		*detail = xstrdup(said);
	else
		return false;
	return true;
}

static bool is_splat(const struct boot_evidence *e, char **detail)
{
	if (!*e->console->splat)
		return false;
	*detail = e->report_problem ? xasprintf("%s; and %s", e->console->splat, e->report_problem)
				    : xstrdup(e->console->splat);
	return true;
}

static bool is_silent(const struct boot_evidence *e, char **detail)
{
	if (e->stop != STOP_SILENT)
		return false;
	*detail = *e->console->last ? xasprintf("no output for %.0f s after \"%s\"", e->silence_s,
						e->console->last)
				    : xasprintf("not a byte of output in %.0f s", e->silence_s);
	return true;
}

static bool is_timeout(const struct boot_evidence *e, char **detail)
{
	if (e->stop != STOP_TIMEOUT)
		return false;
	*detail = xasprintf("still running after %.0f s; its last line: \"%s\"", e->deadline_s,
			    e->console->last);
	return true;
}

static bool is_bad_report(const struct boot_evidence *e, char **detail)
{
	if (!e->report_damaged && e->stop != STOP_FLOOD)
		return false;
	*detail = xstrdup(e->stop == STOP_FLOOD ? "the guest flooded its console or the channel"
						: e->report_problem);
	return true;
}

static bool is_no_token(const struct boot_evidence *e, char **detail)
{
	*detail = xasprintf("the guest ended, and %s; its last line: \"%s\"", e->report_problem,
			    e->console->last);
	return true;
}

/* The first that fits is the verdict: causes stand before what they cause. */
static const struct {
	enum boot_verdict verdict;
	test_fn *test;
} tests[] = {
	{ BOOT_REBOOT_LOOP, is_reboot_loop },
	{ BOOT_PANIC, is_panic },
	{ BOOT_NO_CONSOLE, is_no_console },
	{ BOOT_NO_CHANNEL, is_no_channel },
	{ BOOT_OK, is_ok },
	{ BOOT_QEMU_DIED, is_qemu_died },
	{ BOOT_SPLAT, is_splat },
	{ BOOT_SILENT, is_silent },
	{ BOOT_TIMEOUT, is_timeout },
	{ BOOT_BAD_REPORT, is_bad_report },
};

enum boot_verdict boot_judge(const struct boot_evidence *evidence, char **detail_ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		if (tests[i].test(evidence, detail_ret))
			return tests[i].verdict;
	is_no_token(evidence, detail_ret);
	return BOOT_NO_TOKEN;
}
