// SPDX-License-Identifier: GPL-2.0-only
#include "submit/task.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/fileio.h"
#include "core/json_text.h"
#include "core/mem.h"
#include "core/proc.h"

static enum proc_action pass_on(struct proc *proc, const char *data, size_t len)
{
	(void)proc;
	/* the log that the engine keeps; a full disk shows in the task's own files */
	while (len) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n <= 0)
			break;
		data += n;
		len -= (size_t)n;
	}
	return PROC_CONTINUE;
}

/* Slurm's name for the node, where several share a host; else the host's. */
static char *node_name(void)
{
	const char *slurm = getenv("SLURMD_NODENAME");
	char host[256] = "";

	if (slurm && *slurm)
		return xstrdup(slurm);
	gethostname(host, sizeof(host) - 1);
	return xstrdup(host);
}

struct error *task_do(const char *path, int *status_ret)
{
	_cleanup_free_ char *script = xasprintf("%s.sh", path),
			    *report = xasprintf("%s.json", path);
	_cleanup_free_ char *node = node_name();
	const char *const argv[] = { "sh", script, NULL };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct rusage usage = { 0 };
	struct error *err;

	if (!path_exists(script))
		return error_new(ERROR_INPUT,
				 "%s is not here: node %s does not share that folder with who "
				 "submitted it",
				 script, node);
	proc.argv = argv;
	proc.on_output = pass_on;
	err = proc_run(&proc);
	if (err)
		return err;
	/* the same signal, as `btfmatrix run` says it */
	if (proc.exit_code == 130)
		return error_new(ERROR_CHILD, "%s: interrupted", script);
	if (proc.term_signal)
		return error_new(ERROR_CHILD, "%s: ended by signal %d", script, proc.term_signal);
	*status_ret = proc.exit_code;
	/* of the largest process below us, which the kernel hands up as each is waited for */
	getrusage(RUSAGE_CHILDREN, &usage);
	return json_write(json_pack("{s:i, s:f, s:I, s:o}", "status", proc.exit_code, "wall_s",
				    proc.wall_s, "max_rss", (json_int_t)usage.ru_maxrss * 1024,
				    "node", json_text(node)),
			  report);
}
