// SPDX-License-Identifier: GPL-2.0-only
#include "boot/session.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "boot/boot_blame.h"
#include "boot/initramfs.h"
#include "boot/replay.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"

enum {
	/* what a kernel may write; beyond is a loop, and would fill the disk */
	CONSOLE_MAX = 64 << 20,
	CHANNEL_MAX = 256 << 20,
};

/* How long a kernel may take from its end token, or from a panic, until its machine is off. */
static const double last_words_s = 3;
/* From the end token of a guest that cannot end itself: what it still has to say. */
static const double before_kill_s = 0.3;

struct session *session_new(const struct boot_request *request, struct boot_result *result)
{
	struct session *s = xcalloc(1, sizeof(*s));
	const struct arch *arch = request->arch;

	s->request = request;
	s->result = result;
	s->silence_s = request->silence_s > 0 ? request->silence_s : arch->silence_s;
	s->deadline_s = request->deadline_s > 0 ? request->deadline_s : arch->deadline_s;
	s->initramfs = xasprintf("%s/initramfs.cpio", request->work_dir);
	result->console_log = xasprintf("%s/console.log", request->work_dir);
	return s;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	free(s->initramfs);
	frame_decoder_free(s->from_channel);
	frame_decoder_free(s->from_console);
	free(s);
}

struct error *session_prepare(struct session *s)
{
	const struct boot_request *request = s->request;
	struct error *err = nonce_make(s->nonce);

	memcpy(s->result->nonce, s->nonce, sizeof(s->nonce));

	if (!err && access(request->image, R_OK) < 0)
		err = error_errno(errno, "cannot read the kernel image %s", request->image);
	if (!err && unlink(s->result->console_log) < 0 && errno != ENOENT)
		err = error_errno(errno, "cannot remove the old %s", s->result->console_log);
	if (err)
		return err;
	s->from_channel = frame_decoder_new(s->nonce);
	s->from_console = frame_decoder_new(s->nonce);

	const struct initramfs initramfs = {
		.probe = request->probe,
		.extra_module = request->extra_module,
		.nonce = s->nonce,
		.wanted = request->wanted,
		.nr_wanted = request->nr_wanted,
		.values = request->values,
		.sysfs_file = request->sysfs_file,
	};
	return initramfs_write(&initramfs, s->initramfs);
}

static bool count(struct session *s, size_t *bytes, size_t len, size_t max)
{
	s->last_sign = clock_now_s();
	*bytes += len;
	if (*bytes > max)
		s->stop = STOP_FLOOD;
	return !s->stop;
}

bool session_console(struct session *s, const char *data, size_t len)
{
	console_feed(&s->console, data, len);
	frame_decoder_feed(s->from_console, data, len);
	return count(s, &s->console_bytes, len, CONSOLE_MAX);
}

bool session_channel(struct session *s, const char *data, size_t len)
{
	frame_decoder_feed(s->from_channel, data, len);
	return count(s, &s->channel_bytes, len, CHANNEL_MAX);
}

static bool has_ended(const struct session *s)
{
	return frame_decoder_ended(s->from_channel) || frame_decoder_ended(s->from_console);
}

bool session_goes_on(struct session *s, double elapsed_s)
{
	double now = clock_now_s();

	if (s->stop || s->console.banners > 1)
		return false;
	if (!s->ending && (has_ended(s) || *s->console.panic))
		s->ending = now;
	if (s->ending) {
		bool kill = s->request->arch->end == END_KILL && has_ended(s);

		return now - s->ending <= (kill ? before_kill_s : last_words_s);
	}
	if (elapsed_s > s->deadline_s)
		s->stop = STOP_TIMEOUT;
	else if (now - s->last_sign > s->silence_s)
		s->stop = STOP_SILENT;
	return !s->stop;
}

static void add_blame(const struct session *s, const struct boot_evidence *evidence)
{
	struct boot_result *result = s->result;
	_cleanup_free_ char *blame = boot_blame(s->request->arch, result->verdict, evidence);
	char *both;

	if (!blame || !result->detail)
		return;
	both = xasprintf("%s; likely %s", result->detail, blame);
	free(result->detail);
	result->detail = both;
}

void session_judge(struct session *s, const struct session_end *end)
{
	struct boot_result *result = s->result;
	struct frame_decoder *decoder = boot_choose_decoder(s->from_channel, s->from_console);
	struct guest_report *report;
	_cleanup_error_ struct error *problem = NULL;
	bool on_board = s->request->board;

	console_finish(&s->console);
	problem = frame_decoder_finish(decoder, &report);

	const struct boot_evidence evidence = {
		.console = &s->console,
		.stop = s->stop,
		.stopped_by_us = end->stopped,
		.exit_code = end->exit_code,
		.term_signal = end->term_signal,
		.silence_s = s->silence_s,
		.deadline_s = s->deadline_s,
		.fell_back = decoder == s->from_console && !on_board &&
			     s->request->arch->channel != CHANNEL_CONSOLE,
		.report_complete = !problem,
		.report_damaged = frame_decoder_damaged(decoder),
		.report_problem = problem ? problem->message : NULL,
	};

	result->verdict = boot_judge(&evidence, &result->detail);
	/* a descriptor says how a guest boots, and little of a board */
	if (!on_board)
		add_blame(s, &evidence);
	if (result->verdict == BOOT_OK || result->verdict == BOOT_SPLAT)
		result->report = report;
	else
		guest_report_free(report);
}
