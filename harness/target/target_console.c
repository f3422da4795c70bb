// SPDX-License-Identifier: GPL-2.0-only
/* A board on a serial line, with the probe as /init. */
#include "boot/boot.h"
#include "core/mem.h"
#include "target/ops.h"

static struct error *console_open(struct target *target)
{
	const struct target_request *request = target->request;

	if (!request->arch || !request->image)
		return error_new(ERROR_INPUT,
				 "--target console:DEVICE needs --arch, and --image with the "
				 "kernel to boot");
	if (!request->board || !request->board->power_cmd)
		return error_new(ERROR_INPUT,
				 "--target console:DEVICE needs --power-cmd, the command that "
				 "turns the board off and on");
	return NULL;
}

static struct error *console_run(struct target *target, const struct probe_run *run,
				 struct guest_report **report_ret)
{
	struct board board = *target->request->board;

	board.device = target->argument;
	return target_boot(target, run, &board, report_ret);
}

static void console_close(struct target *target)
{
	(void)target;
}

const struct target_ops target_console = {
	.name = "console",
	.takes = "DEVICE",
	.help = "a board on a serial line, which --power-cmd turns on; it boots --image",
	.open = console_open,
	.run = console_run,
	.close = console_close,
};
