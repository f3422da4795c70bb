// SPDX-License-Identifier: GPL-2.0-only
#include "sched/jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"

static const char token = '+';

static struct error *open_fifo(struct jobserver *jobserver)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/btfmatrix-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (!mkdtemp(dir)) {
		struct error *err = error_errno(errno, "cannot make the folder %s", dir);

		free(dir);
		return err;
	}
	jobserver->dir = dir;
	jobserver->path = xasprintf("%s/jobserver", dir);
	if (mkfifo(jobserver->path, 0600))
		return error_errno(errno, "cannot make the FIFO %s", jobserver->path);
	/* Opened to read and write, so that it never is at its end. Two descriptions: only ours must not block. */
	jobserver->shared_fd = open(jobserver->path, O_RDWR | O_CLOEXEC);
	jobserver->own_fd = open(jobserver->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (jobserver->shared_fd < 0 || jobserver->own_fd < 0)
		return error_errno(errno, "cannot open the FIFO %s", jobserver->path);
	return NULL;
}

struct error *jobserver_open(unsigned int tokens, struct jobserver **ret)
{
	_cleanup_(jobserver_cleanup) struct jobserver *jobserver = xcalloc(1, sizeof(*jobserver));
	struct error *err;

	*jobserver = (struct jobserver){ .tokens = tokens, .shared_fd = -1, .own_fd = -1 };
	err = open_fifo(jobserver);
	if (err)
		return err;
	for (unsigned int i = 0; i < tokens; i++)
		jobserver_give(jobserver);
	*ret = return_ptr(jobserver);
	return NULL;
}

void jobserver_close(struct jobserver *jobserver)
{
	cleanup_close(&jobserver->shared_fd);
	cleanup_close(&jobserver->own_fd);
	if (jobserver->path)
		unlink(jobserver->path);
	if (jobserver->dir)
		rmdir(jobserver->dir);
	free(jobserver->path);
	free(jobserver->dir);
	free(jobserver);
}

bool jobserver_take(struct jobserver *jobserver)
{
	char byte;

	return read(jobserver->own_fd, &byte, 1) == 1;
}

void jobserver_give(struct jobserver *jobserver)
{
	/* A FIFO holds at least 4096 bytes, more than there are tokens. */
	while (write(jobserver->own_fd, &token, 1) < 0 && errno == EINTR)
		;
}

int jobserver_poll_fd(const struct jobserver *jobserver)
{
	return jobserver->own_fd;
}

void jobserver_refill(struct jobserver *jobserver)
{
	while (jobserver_take(jobserver))
		;
	for (unsigned int i = 0; i < jobserver->tokens; i++)
		jobserver_give(jobserver);
}

char *jobserver_makeflags(const struct jobserver *jobserver, const char *version,
			  bool *needs_fds_ret)
{
	unsigned int major = 0, minor = 0;

	*needs_fds_ret = sscanf(version, "%u.%u", &major, &minor) < 2 || major < 4 ||
			 (major == 4 && minor < 4);
	/* -jN: what recipes such as the kernel's for pahole ask it for */
	return *needs_fds_ret ? xasprintf("MAKEFLAGS= -j%u --jobserver-auth=3,4", jobserver->tokens)
			      : xasprintf("MAKEFLAGS= -j%u --jobserver-auth=fifo:%s",
					  jobserver->tokens, jobserver->path);
}
