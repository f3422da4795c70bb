// SPDX-License-Identifier: GPL-2.0-only
#include "bpf_trials.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf_insn.h"
#include "bpf_syscall.h"
#include "kernel_btf.h"
#include "kmsg.h"
#include "record.h"
#include "sysfs_btf.h"

enum {
	/* The largest log that kernels before 5.x take. Until 6.4 a log keeps its start, not its end. */
	BTF_LOG_SIZE = (16 << 20) - 1,
	PROG_LOG_SIZE = 64 << 10,
	/* what of a log goes into a record */
	DETAIL_SIZE = 1000,
	BLOB_MAX = 64 << 20,
};

/* The last whole lines of @log that fit in a record. */
static const char *log_tail(char *log)
{
	size_t len = strlen(log);

	while (len && log[len - 1] == '\n')
		log[--len] = '\0';
	if (len <= DETAIL_SIZE)
		return log;

	char *tail = log + len - DETAIL_SIZE;
	char *line = strchr(tail, '\n');

	return line ? line + 1 : tail;
}

/* Loads a program that does nothing, and on failure once more with a log; the first errno counts. */
void trial_prog_load(void)
{
	static const struct bpf_insn nothing[] = { BPF_INSN_MOV_IMM(BPF_REG_0, 0), BPF_INSN_EXIT };
	static char log[PROG_LOG_SIZE];
	char said[1024];

	kmsg_drain(NULL, 0);
	int fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, nothing, 2, NULL, 0);
	int errnum = errno;

	kmsg_drain(said, sizeof(said));
	if (fd >= 0) {
		close(fd);
		record_ok("prog-load", NULL, "%s", "");
		return;
	}
	*log = '\0';
	fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, nothing, 2, log, sizeof(log));
	if (fd >= 0)
		close(fd);
	record_failed_or_denied("prog-load", NULL, errnum, "%s%s%s", log_tail(log),
				*said ? "\n" : "", said);
}

static void try_btf(const char *name, const void *data, size_t len, const char *how)
{
	int fd = bpf_btf_load(data, len, NULL, 0);
	int errnum = errno;

	if (fd >= 0) {
		close(fd);
		record_ok("btf-load", name, "%s", how);
		return;
	}

	/* untouched pages of it cost nothing */
	char *log = calloc(1, BTF_LOG_SIZE);
	if (log) {
		fd = bpf_btf_load(data, len, log, BTF_LOG_SIZE);
		log[BTF_LOG_SIZE - 1] = '\0';
	}
	if (fd >= 0)
		close(fd);
	/* the reason is at the end of the last line: it goes first */
	const char *tail = log ? log_tail(log) : "";
	const char *newline = strrchr(tail, '\n');
	const char *last = newline ? newline + 1 : tail;

	record_failed_or_denied("btf-load", name, errnum, "%s%s%s\n%.*s", how, *how ? ": " : "",
				last + strspn(last, " \t"), (int)(last - tail), tail);
	free(log);
}

void trial_btf_load(void)
{
	const struct sysfs_btf *vmlinux = sysfs_btf_find("vmlinux");
	const struct kernel_btf *image;
	size_t len;

	/* vmlinux goes to the kernel as it is, whatever we think of it */
	if (vmlinux && vmlinux->data)
		try_btf("vmlinux", vmlinux->data, vmlinux->len, "");
	for (size_t i = 1; (image = kernel_btf_at(i)); i++) {
		/* BPF_BTF_LOAD has no argument for a base */
		void *joined = btf_join(&image->view, &len);

		if (joined)
			try_btf(image->name, joined, len, "joined with vmlinux's");
		else
			record_failed("btf-load", image->name, ENOMEM, "%s", "");
		free(joined);
	}
}

/* Compares the kernel's own copy of the bytes with what it publishes. */
static void check_object(const struct sysfs_btf *file, const char *name, int fd, uint32_t id,
			 uint32_t size)
{
	struct btf_object object;
	char hex[PROBE_SHA256_HEX];
	void *data = size && size <= BLOB_MAX ? malloc(size) : NULL;

	if (!data || bpf_btf_info(fd, &object, data, size) < 0) {
		record_failed("btf-object", name, data ? errno : 0,
			      "id %u: cannot read its %u bytes", id, size);
		free(data);
		return;
	}
	if (file->data && size == file->len && memcmp(data, file->data, size) == 0) {
		record_ok("btf-object", name, "id %u, %u bytes, as in sysfs", id, size);
	} else {
		probe_sha256(data, size, hex);
		record_failed("btf-object", name, 0,
			      "id %u: its %u bytes (sha256 %s) are not those in sysfs (%s)", id,
			      size, hex, file->sha256);
	}
	free(data);
}

typedef void object_fn(int fd, uint32_t id, const struct btf_object *object, void *user);

static void for_each_object(object_fn *fn, void *user)
{
	struct btf_object object;
	uint32_t id = 0;

	while (bpf_btf_next_id(id, &id) == 0) {
		int fd = bpf_btf_fd(id);

		/* one may go away between the two calls */
		if (fd < 0)
			continue;
		if (bpf_btf_info(fd, &object, NULL, 0) == 0)
			fn(fd, id, &object, user);
		close(fd);
	}
	if (errno != ENOENT)
		record_failed("btf-object", NULL, errno, "cannot list the kernel's BTF objects");
}

struct object_search {
	const struct sysfs_btf *file;
	/* the object's, which is the file's but where a module has a file of its own */
	const char *name;
	bool found;
};

static void compare_object(int fd, uint32_t id, const struct btf_object *object, void *user)
{
	struct object_search *search = user;

	if (search->found || strcmp(object->name, search->name) != 0)
		return;
	search->found = true;
	check_object(search->file, search->name, fd, id, object->size);
}

void trial_btf_objects(const char *extra)
{
	const struct sysfs_btf *file;
	uint32_t id;

	for (size_t i = 0; (file = sysfs_btf_at(i)); i++) {
		const char *name = extra && file == sysfs_btf_of_module(extra) ? extra : file->name;
		struct object_search search = { .file = file, .name = name };

		if (bpf_btf_next_id(0, &id) < 0 && is_denial(errno)) {
			record_failed_or_denied("btf-object", name, errno,
						"cannot list the kernel's BTF objects");
			continue;
		}
		for_each_object(compare_object, &search);
		if (!search.found)
			record_failed("btf-object", name, ENOENT,
				      "the kernel published this BTF and has not accepted it");
	}
}
