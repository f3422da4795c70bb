// SPDX-License-Identifier: GPL-2.0-only
#include "boot/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "boot/board.h"
#include "boot/qemu_command.h"
#include "boot/session.h"
#include "config/strv.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"

/* A guest that runs. */
struct guest {
	struct session *s;
	char *channel;
	int channel_fd;
	off_t channel_at;
	struct error *err;
};

static void guest_release(struct guest *guest)
{
	session_free(guest->s);
	free(guest->channel);
	cleanup_close(&guest->channel_fd);
	error_free(guest->err);
}

static struct error *prepare(struct guest *guest)
{
	struct error *err = session_prepare(guest->s);

	if (err)
		return err;
	guest->channel = xasprintf("%s/channel", guest->s->request->work_dir);
	/* QEMU opens the same file; what an earlier guest left must not be read */
	guest->channel_fd = open(guest->channel, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (guest->channel_fd < 0)
		return error_errno(errno, "cannot make the channel's file %s", guest->channel);
	return NULL;
}

/* Takes what the channel's file has got since. */
static void read_channel(struct guest *guest)
{
	char chunk[1 << 16];
	ssize_t n;

	while ((n = pread(guest->channel_fd, chunk, sizeof(chunk), guest->channel_at)) > 0) {
		guest->channel_at += n;
		if (!session_channel(guest->s, chunk, (size_t)n))
			break;
	}
	if (n < 0 && !guest->err)
		guest->err = error_errno(errno, "cannot read %s", guest->channel);
}

static enum proc_action on_output(struct proc *proc, const char *data, size_t len)
{
	struct guest *guest = proc->user;

	return session_console(guest->s, data, len) ? PROC_CONTINUE : PROC_STOP;
}

static enum proc_action on_tick(struct proc *proc, double elapsed_s)
{
	struct guest *guest = proc->user;

	read_channel(guest);
	return !guest->err && session_goes_on(guest->s, elapsed_s) ? PROC_CONTINUE : PROC_STOP;
}

static struct error *run_qemu(struct guest *guest, strv qemu, struct proc *proc)
{
	proc->argv = STRV_CONST(qemu);
	proc->log_path = guest->s->result->console_log;
	proc->on_output = on_output;
	proc->on_tick = on_tick;
	proc->user = guest;
	guest->s->last_sign = clock_now_s();
	return proc_run(proc);
}

static struct error *boot(struct guest *guest)
{
	struct session *s = guest->s;
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_strbuf_ struct strbuf command = STRBUF_INIT;
	_cleanup_strv_ strv argv = NULL;
	struct error *err = prepare(guest);

	if (err)
		return err;

	const struct qemu_guest qemu = {
		.arch = s->request->arch,
		.qemu = s->request->qemu,
		.kernel = s->request->image,
		.initramfs = s->initramfs,
		.channel_file = guest->channel,
		.moves = s->request->moves,
	};

	argv = qemu_command(&qemu);
	proc_format_command(&command, STRV_CONST(argv));
	s->result->command = strbuf_detach(&command);
	err = run_qemu(guest, argv, &proc);
	s->result->wall_s = proc.wall_s;
	s->result->cpu_s = proc.cpu_s;
	if (err)
		return err;
	read_channel(guest);
	if (guest->err)
		return return_ptr(guest->err);
	session_judge(s, &(struct session_end){ proc.stopped, proc.exit_code, proc.term_signal });
	if (s->result->verdict == BOOT_OK && proc.stopped) {
		s->result->detail = xstrdup("killed after token");
		if (s->request->arch->end != END_KILL)
			log_warning("%s: the guest said all and did not end; QEMU was killed",
				    s->request->arch->name);
	}
	return NULL;
}

struct error *boot_kernel(const struct boot_request *request, struct boot_result *result)
{
	_cleanup_(guest_release) struct guest guest = { .channel_fd = -1 };

	*result = (struct boot_result){ 0 };
	guest.s = session_new(request, result);
	if (request->board)
		return error_wrap(board_boot(request->board, guest.s), "booting %s",
				  request->board->device);
	return error_wrap(boot(&guest), "booting %s", request->arch->name);
}

void boot_result_release(struct boot_result *result)
{
	free(result->detail);
	free(result->console_log);
	free(result->command);
	guest_report_free(result->report);
	*result = (struct boot_result){ 0 };
}
