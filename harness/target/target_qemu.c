// SPDX-License-Identifier: GPL-2.0-only
/* A guest of QEMU's, with the probe as /init. */
#include "boot/boot.h"
#include "core/mem.h"
#include "target/ops.h"
#include "toolroot/cell_tools.h"
#include "toolroot/toolroot.h"

static struct error *guest_open(struct target *target)
{
	if (!target->request->arch || !target->request->image)
		return error_new(ERROR_INPUT,
				 "--target qemu needs --arch, and --image with the kernel to boot");
	return NULL;
}

struct error *target_boot(struct target *target, const struct probe_run *run,
			  const struct board *board, struct guest_report **report_ret)
{
	struct boot_request request = {
		.arch = target->request->arch,
		.image = target->request->image,
		.probe = run->probe,
		.extra_module = run->module,
		.wanted = run->wanted,
		.nr_wanted = run->nr_wanted,
		.values = run->values,
		.work_dir = target->request->work_dir,
		.deadline_s = target->request->deadline_s,
		.board = board,
	};
	_cleanup_(boot_result_release) struct boot_result result = { 0 };
	_cleanup_(cell_tools_release) struct cell_tools tools = { 0 };
	struct error *err = NULL;

	if (!board) {
		err = toolroot_bind(target->request->work_dir);
		if (!err)
			err = cell_tools_find_guest(target->request->arch, &tools);
		request.qemu = tools.qemu;
	}
	if (!err)
		err = boot_kernel(&request, &result);
	if (err)
		return err;
	if (result.verdict != BOOT_OK)
		return error_new(ERROR_CHILD, "boot %s: %s; see %s",
				 boot_verdict_name(result.verdict), result.detail ?: "no detail",
				 result.console_log);
	*report_ret = return_ptr(result.report);
	return NULL;
}

static struct error *guest_run(struct target *target, const struct probe_run *run,
			       struct guest_report **report_ret)
{
	return target_boot(target, run, NULL, report_ret);
}

static void guest_close(struct target *target)
{
	(void)target;
}

const struct target_ops target_qemu = {
	.name = "qemu",
	.help = "a guest that boots --image",
	.open = guest_open,
	.run = guest_run,
	.close = guest_close,
};
