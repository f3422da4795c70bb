// SPDX-License-Identifier: GPL-2.0-only
#include "verify/libbpf_reader.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/strbuf.h"

struct libbpf_reader {
	struct btf *btf;
};

/* libbpf speaks to a function without a user pointer; the first line it says is the cause. */
static char *first_complaint;

__attribute__((format(printf, 2, 0))) static int keep_complaint(enum libbpf_print_level level,
								const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN || !first_complaint) {
		char *line = xvasprintf(fmt, args);

		line[strcspn(line, "\n")] = '\0';
		if (first_complaint)
			free(line);
		else
			first_complaint = line;
	}
	return 0;
}

/* libbpf 1.1 declares btf__new_split() and does not export it; it does export the one for files. */
static struct btf *new_split(const void *data, size_t len, struct btf *base)
{
	_cleanup_close_ int fd = memfd_create("btf", MFD_CLOEXEC);
	_cleanup_free_ char *path = xasprintf("/proc/self/fd/%d", fd);

	if (fd < 0)
		return NULL;
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n < 0)
			return NULL;
		done += (size_t)n;
	}
	return btf__parse_raw_split(path, base);
}

struct error *libbpf_reader_open(const void *data, size_t len, const struct libbpf_reader *base,
				 struct libbpf_reader **ret)
{
	_cleanup_free_ char *complaint = NULL;
	libbpf_print_fn_t old;
	struct btf *btf;
	int errnum;

	if (len > UINT32_MAX)
		return error_new(ERROR_INPUT, "%zu bytes are more than BTF can have", len);
	old = libbpf_set_print(keep_complaint);
	btf = base ? new_split(data, len, base->btf) : btf__new(data, (uint32_t)len);
	errnum = btf ? 0 : errno;
	libbpf_set_print(old);
	complaint = return_ptr(first_complaint);
	if (!btf)
		return error_new(ERROR_INPUT, "%s refuses it: %s%s%s", libbpf_reader_version(),
				 strerror(errnum), complaint ? ": " : "",
				 complaint ? complaint : "");
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->btf = btf;
	return NULL;
}

void libbpf_reader_close(struct libbpf_reader *reader)
{
	if (!reader)
		return;
	btf__free(reader->btf);
	free(reader);
}

uint32_t libbpf_reader_nr_ids(const struct libbpf_reader *reader)
{
	return btf__type_cnt(reader->btf);
}

bool libbpf_reader_big_endian(const struct libbpf_reader *reader)
{
	return btf__endianness(reader->btf) == BTF_BIG_ENDIAN;
}

const char *libbpf_reader_version(void)
{
	static char version[32];

	snprintf(version, sizeof(version), "libbpf %u.%u", libbpf_major_version(),
		 libbpf_minor_version());
	return version;
}
