// SPDX-License-Identifier: GPL-2.0-only
#include "cli/pahole_child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "core/proc.h"

extern char **environ;

struct error *pahole_child_run(const char *const *argv, int *status_ret)
{
	posix_spawnattr_t attr;
	sigset_t defaults;
	pid_t pid;
	int status;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	int errnum = posix_spawnp(&pid, argv[0], NULL, &attr, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attr);
	if (errnum)
		return error_errno(errnum, "cannot run %s", argv[0]);

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return error_errno(errno, "cannot wait for %s", argv[0]);
		if (proc_interrupted())
			kill(pid, proc_interrupted());
	}
	if (proc_interrupted())
		return error_new(ERROR_INTERRUPTED, "interrupted");
	*status_ret = WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
	return NULL;
}

struct error *pahole_child_version(const char *program, char **version_ret,
				   unsigned int *number_ret)
{
	_cleanup_free_ char *out = NULL;
	struct error *err =
		proc_read_output((const char *const[]){ program, "--version", NULL }, &out);
	unsigned int major, minor;

	if (err)
		return err;
	if (sscanf(out, "v%u.%u", &major, &minor) != 2 || major > 99 || minor > 99)
		return error_new(ERROR_CHILD, "%s --version says '%s', which is no version",
				 program, out);
	*version_ret = xasprintf("%u.%02u", major, minor);
	*number_ret = major * 100 + minor;
	return NULL;
}

struct error *pahole_child_features(const char *program, char **features_ret)
{
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	proc.argv = (const char *const[]){ program, "--supported_btf_features", NULL };
	proc.capture = true;
	proc.capture_stdout_only = true;
	err = proc_run(&proc);
	if (err)
		return err;
	*features_ret = xstrdup(proc.exit_code ? "" : strbuf_str(&proc.output));
	(*features_ret)[strcspn(*features_ret, "\n")] = '\0';
	return NULL;
}
