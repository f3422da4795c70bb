// SPDX-License-Identifier: GPL-2.0-only
#include "boot/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "boot/boot_blame.h"
#include "boot/classify.h"
#include "boot/frame.h"
#include "boot/initramfs.h"
#include "boot/nonce.h"
#include "boot/qemu_command.h"
#include "boot/verdict.h"
#include "config/strv.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"

enum {
	/* what a guest may write; beyond is a loop, and would fill the disk */
	CONSOLE_MAX = 64 << 20,
	CHANNEL_MAX = 256 << 20,
};

/* How long a guest may take from its end token, or from a panic, until QEMU is gone. */
static const double last_words_s = 3;
/* From the end token of a guest that cannot end itself: what it still has to say. */
static const double before_kill_s = 0.3;

/* A guest that runs. */
struct session {
	const struct boot_request *request;
	struct boot_result *result;
	char nonce[NONCE_SIZE];
	char *initramfs, *channel;
	double silence_s, deadline_s;

	/* -1 where frames come on the console */
	int channel_fd;
	off_t channel_at;
	size_t console_bytes;
	struct console_state console;
	/* a probe without a channel falls back to the console: both are listened to */
	struct frame_decoder *from_channel, *from_console;
	/* seconds on the monotonic clock; 0: not yet */
	double last_sign, ending;
	enum boot_stop stop;
	struct error *err;
};

static void session_release(struct session *s)
{
	free(s->initramfs);
	free(s->channel);
	frame_decoder_free(s->from_channel);
	frame_decoder_free(s->from_console);
	cleanup_close(&s->channel_fd);
	error_free(s->err);
}

static struct error *remove_old(const char *path)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return error_errno(errno, "cannot remove the old %s", path);
	return NULL;
}

static struct error *prepare(struct session *s)
{
	const struct boot_request *request = s->request;
	const char *dir = request->work_dir;
	struct error *err = nonce_make(s->nonce);

	if (!err && access(request->image, R_OK) < 0)
		err = error_errno(errno, "cannot read the kernel image %s", request->image);
	s->initramfs = xasprintf("%s/initramfs.cpio", dir);
	s->channel = xasprintf("%s/channel", dir);
	s->result->console_log = xasprintf("%s/console.log", dir);
	if (!err)
		err = remove_old(s->result->console_log);
	if (err)
		return err;

	/* QEMU opens the same file; what an earlier guest left must not be read */
	s->channel_fd = open(s->channel, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (s->channel_fd < 0)
		return error_errno(errno, "cannot make the channel's file %s", s->channel);
	s->from_channel = frame_decoder_new(s->nonce);
	s->from_console = frame_decoder_new(s->nonce);

	const struct initramfs initramfs = {
		.probe = request->probe,
		.extra_module = request->extra_module,
		.nonce = s->nonce,
		.wanted = request->wanted,
		.nr_wanted = request->nr_wanted,
		.values = request->values,
	};
	return initramfs_write(&initramfs, s->initramfs);
}

/* Takes what the channel's file has got since. */
static void read_channel(struct session *s)
{
	char chunk[1 << 16];
	ssize_t n;

	while ((n = pread(s->channel_fd, chunk, sizeof(chunk), s->channel_at)) > 0) {
		frame_decoder_feed(s->from_channel, chunk, (size_t)n);
		s->channel_at += n;
		s->last_sign = clock_now_s();
		if (s->channel_at > CHANNEL_MAX)
			break;
	}
	if (n < 0 && !s->err)
		s->err = error_errno(errno, "cannot read %s", s->channel);
}

static enum proc_action on_output(struct proc *proc, const char *data, size_t len)
{
	struct session *s = proc->user;

	s->last_sign = clock_now_s();
	s->console_bytes += len;
	console_feed(&s->console, data, len);
	frame_decoder_feed(s->from_console, data, len);
	if (s->console_bytes <= CONSOLE_MAX)
		return PROC_CONTINUE;
	s->stop = STOP_FLOOD;
	return PROC_STOP;
}

static bool has_ended(const struct session *s)
{
	return frame_decoder_ended(s->from_channel) || frame_decoder_ended(s->from_console);
}

static enum proc_action on_tick(struct proc *proc, double elapsed_s)
{
	struct session *s = proc->user;
	double now = clock_now_s();

	read_channel(s);
	if (s->err || s->console.banners > 1)
		return PROC_STOP;
	if (!s->ending && (has_ended(s) || *s->console.panic))
		s->ending = now;
	if (s->ending) {
		bool kill = s->request->arch->end == END_KILL && has_ended(s);

		return now - s->ending > (kill ? before_kill_s : last_words_s) ? PROC_STOP
									       : PROC_CONTINUE;
	}
	if (s->channel_at > CHANNEL_MAX)
		s->stop = STOP_FLOOD;
	else if (elapsed_s > s->deadline_s)
		s->stop = STOP_TIMEOUT;
	else if (now - s->last_sign > s->silence_s)
		s->stop = STOP_SILENT;
	return s->stop ? PROC_STOP : PROC_CONTINUE;
}

static struct error *run_qemu(struct session *s, strv qemu, struct proc *proc)
{
	proc->argv = STRV_CONST(qemu);
	proc->log_path = s->result->console_log;
	proc->on_output = on_output;
	proc->on_tick = on_tick;
	proc->user = s;
	s->last_sign = clock_now_s();
	return proc_run(proc);
}

/* The one to believe: the console's only where the probe fell back to it, or has nothing else. */
static struct frame_decoder *choose_decoder(const struct session *s)
{
	if (frame_decoder_ended(s->from_channel) || !frame_decoder_started(s->from_console))
		return s->from_channel;
	if (frame_decoder_ended(s->from_console) || !frame_decoder_started(s->from_channel))
		return s->from_console;
	return s->from_channel;
}

static void judge(struct session *s, const struct proc *proc)
{
	struct boot_result *result = s->result;
	struct frame_decoder *decoder = choose_decoder(s);
	struct guest_report *report;
	_cleanup_error_ struct error *problem = NULL;
	_cleanup_free_ char *blame = NULL;

	problem = frame_decoder_finish(decoder, &report);

	const struct boot_evidence evidence = {
		.console = &s->console,
		.stop = s->stop,
		.stopped_by_us = proc->stopped,
		.exit_code = proc->exit_code,
		.term_signal = proc->term_signal,
		.silence_s = s->silence_s,
		.deadline_s = s->deadline_s,
		.fell_back =
			decoder == s->from_console && s->request->arch->channel != CHANNEL_CONSOLE,
		.report_complete = !problem,
		.report_damaged = frame_decoder_damaged(decoder),
		.report_problem = problem ? problem->message : NULL,
	};

	result->verdict = boot_judge(&evidence, &result->detail);
	blame = boot_blame(s->request->arch, result->verdict, &evidence);
	if (blame && result->detail) {
		char *both = xasprintf("%s; likely %s", result->detail, blame);

		free(result->detail);
		result->detail = both;
	}
	if (result->verdict == BOOT_OK && proc->stopped) {
		result->detail = xstrdup("killed after token");
		if (s->request->arch->end != END_KILL)
			log_warning("%s: the guest said all and did not end; QEMU was killed",
				    s->request->arch->name);
	}
	if (result->verdict == BOOT_OK || result->verdict == BOOT_SPLAT)
		result->report = report;
	else
		guest_report_free(report);
}

static struct error *boot(struct session *s)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_strv_ strv argv = NULL;
	struct error *err = prepare(s);

	if (err)
		return err;

	const struct qemu_guest guest = {
		.arch = s->request->arch,
		.qemu = s->request->qemu,
		.kernel = s->request->image,
		.initramfs = s->initramfs,
		.channel_file = s->channel,
	};

	argv = qemu_command(&guest);
	proc_format_command(&command, STRV_CONST(argv));
	s->result->command = strbuf_detach(&command);
	err = run_qemu(s, argv, &proc);
	s->result->wall_s = proc.wall_s;
	s->result->cpu_s = proc.cpu_s;
	if (err)
		return err;
	read_channel(s);
	console_finish(&s->console);
	if (s->err)
		return return_ptr(s->err);
	judge(s, &proc);
	return NULL;
}

struct error *boot_kernel(const struct boot_request *request, struct boot_result *result)
{
	const struct arch *arch = request->arch;
	/* far too large for a stack */
	struct session *s = xcalloc(1, sizeof(*s));
	struct error *err;

	*result = (struct boot_result){ 0 };
	s->request = request;
	s->result = result;
	s->channel_fd = -1;
	s->silence_s = arch->silence_s;
	s->deadline_s = request->deadline_s > 0 ? request->deadline_s : arch->deadline_s;
	err = boot(s);
	session_release(s);
	free(s);
	return error_wrap(err, "booting %s", arch->name);
}

void boot_result_release(struct boot_result *result)
{
	free(result->detail);
	free(result->console_log);
	free(result->command);
	guest_report_free(result->report);
	*result = (struct boot_result){ 0 };
}
