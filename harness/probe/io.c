// SPDX-License-Identifier: GPL-2.0-only
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FIRST_SIZE = 64 << 10,
	MAX_SIZE = 256 << 20
};

static char *read_fd(int fd, size_t *len_ret)
{
	size_t len = 0, cap = FIRST_SIZE;
	char *data = malloc(cap);

	while (data) {
		ssize_t n = read(fd, data + len, cap - len - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if (n == 0) {
			data[len] = '\0';
			if (len_ret)
				*len_ret = len;
			return data;
		}
		len += (size_t)n;
		if (len + 1 < cap)
			continue;
		if (cap >= MAX_SIZE) {
			errno = EFBIG;
			break;
		}

		char *bigger = realloc(data, cap *= 2);
		if (!bigger)
			break;
		data = bigger;
	}

	int saved = errno;
	free(data);
	errno = saved;
	return NULL;
}

char *read_file(const char *path, size_t *len_ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;

	char *data = read_fd(fd, len_ret);
	int saved = errno;

	close(fd);
	errno = saved;
	return data;
}

void pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

char *next_line(char **text)
{
	char *line = *text;

	if (!*line)
		return NULL;
	*text += strcspn(line, "\n");
	if (**text)
		*(*text)++ = '\0';
	return line;
}
