// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

uint8_t fuzz_byte(struct fuzz_input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

struct fuzz_input fuzz_part(struct fuzz_input *in)
{
	uint32_t len = 0;

	for (int i = 0; i < 4; i++)
		len |= (uint32_t)fuzz_byte(in) << 8 * i;

	struct fuzz_input part = { in->data, len < in->len ? len : in->len };
	in->data += part.len;
	in->len -= part.len;
	return part;
}

void fuzz_ignore(struct error *err)
{
	error_free(err);
}

void fuzz_demand(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

void fuzz_file_set(struct fuzz_file *file, const void *data, size_t len)
{
	if (!file->path[0]) {
		file->fd = memfd_create("fuzz", MFD_CLOEXEC);
		fuzz_demand(file->fd >= 0, "a file in memory can be made");
		snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
	}
	fuzz_demand(!ftruncate(file->fd, 0) && !ftruncate(file->fd, (off_t)len) &&
			    (!len || pwrite(file->fd, data, len, 0) == (ssize_t)len),
		    "a file in memory can be written");
}
