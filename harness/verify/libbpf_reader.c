// SPDX-License-Identifier: GPL-2.0-only
#include "verify/libbpf_reader.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	btf = btf__new_split(data, (uint32_t)len, base ? base->btf : NULL);
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
