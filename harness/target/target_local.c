// SPDX-License-Identifier: GPL-2.0-only
/* This machine: the probe is a child like any other. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "target/ops.h"

static struct error *local_open(struct target *target)
{
	struct utsname uts;

	if (uname(&uts) < 0)
		return error_errno(errno, "uname(2)");
	target->machine = xstrdup(uts.machine);
	target->release = xstrdup(uts.release);
	return NULL;
}

static struct error *local_fetch(struct target *target, const char *path, const char *to,
				 bool *there)
{
	_cleanup_free_ char *data = NULL;
	size_t len;
	struct error *err;

	(void)target;
	*there = false;
	if (access(path, R_OK) < 0)
		return NULL;
	err = file_read(path, 0, &data, &len);
	if (!err)
		err = file_write_atomic(to, data, len, 0644);
	*there = !err;
	return err;
}

static struct error *local_shell(struct target *target, const char *script, struct strbuf *output)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	(void)target;
	proc.argv = argv;
	proc.deadline_s = 60;
	proc.capture = proc.capture_stdout_only = true;
	err = proc_run(&proc);
	strbuf_add(output, strbuf_str(&proc.output), proc.output.len);
	return err;
}

static struct error *local_run(struct target *target, const struct probe_run *run,
			       struct guest_report **report_ret)
{
	_cleanup_free_ char *log = xasprintf("%s/probe.log", target->request->work_dir);
	const char *const argv[] = {
		run->probe,       "--nonce",  run->nonce,       "--wanted",
		run->wanted_file, "--values", run->values_file, run->module ? "--module" : NULL,
		run->module,      NULL,
	};

	return probe_command(argv, run, log, report_ret);
}

static void local_close(struct target *target)
{
	(void)target;
}

const struct target_ops target_local = {
	.name = "local",
	.help = "this machine; best as root",
	.open = local_open,
	.fetch = local_fetch,
	.shell = local_shell,
	.run = local_run,
	.close = local_close,
};
