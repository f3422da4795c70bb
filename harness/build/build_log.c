// SPDX-License-Identifier: GPL-2.0-only
#include "build/build_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/strbuf.h"

struct build_log {
	char *path;
	int fd;
	/* bytes that the file may still get before the rest is held back */
	size_t room;
	/* how much of the end is kept */
	size_t end_max;
	/* the end, and somewhat more */
	struct strbuf end;
	size_t nr_left_out;
	struct error *err;
};

struct error *build_log_open(const char *path, size_t max, struct build_log **ret)
{
	struct build_log *log = xcalloc(1, sizeof(*log));
	struct stat st;
	struct error *err;

	log->path = xstrdup(path);
	log->end_max = max / 2;
	log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (log->fd >= 0 && !fstat(log->fd, &st)) {
		log->room = (size_t)st.st_size < max / 2 ? max / 2 - (size_t)st.st_size : 0;
		*ret = log;
		return NULL;
	}
	log->err = error_errno(errno, "cannot write the log %s", path);
	err = build_log_close(log);
	return err;
}

static void write_out(struct build_log *log, const char *data, size_t len)
{
	while (!log->err && len) {
		ssize_t n = write(log->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			log->err = error_errno(errno, "cannot write the log %s", log->path);
			return;
		}
		data += n;
		len -= (size_t)n;
	}
}

/* Lets go of what is certain not to be the end. */
static void trim(struct build_log *log)
{
	size_t beyond = log->end.len - log->end_max;

	memmove(log->end.data, log->end.data + beyond, log->end_max);
	log->end.len = log->end_max;
	log->nr_left_out += beyond;
}

bool build_log_add(struct build_log *log, const char *data, size_t len)
{
	size_t now = len < log->room ? len : log->room;

	write_out(log, data, now);
	log->room -= now;
	if (now == len || log->err)
		return !log->err;
	strbuf_add(&log->end, data + now, len - now);
	/* seldom, so that a byte is moved once at most */
	if (log->end.len > 2 * log->end_max)
		trim(log);
	return true;
}

static void write_end(struct build_log *log)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;

	if (log->end.len > log->end_max)
		trim(log);
	if (log->nr_left_out) {
		strbuf_addf(&line, "\n[btfmatrix: %zu bytes are left out here]\n",
			    log->nr_left_out);
		write_out(log, line.data, line.len);
	}
	write_out(log, strbuf_str(&log->end), log->end.len);
}

struct error *build_log_close(struct build_log *log)
{
	struct error *err;

	if (!log)
		return NULL;
	if (log->fd >= 0) {
		write_end(log);
		close(log->fd);
	}
	err = log->err;
	strbuf_release(&log->end);
	free(log->path);
	free(log);
	return err;
}
