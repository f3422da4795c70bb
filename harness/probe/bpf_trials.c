// SPDX-License-Identifier: GPL-2.0-only
#include "bpf_trials.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf_syscall.h"
#include "btf_walk.h"
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

/* A program that does nothing, with up to two instructions put before. */
static int load_program(const struct bpf_insn *prefix, size_t nr_prefix, char *log, size_t log_size)
{
	static const struct bpf_insn body[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_insn insns[4];

	if (nr_prefix)
		memcpy(insns, prefix, nr_prefix * sizeof(*insns));
	memcpy(insns + nr_prefix, body, sizeof(body));
	return bpf_prog_load(insns, nr_prefix + 2, log, log_size);
}

/* Loads, and on failure once more with a log; the first attempt's errno counts. */
static void try_program(const char *what, const char *subject, const struct bpf_insn *prefix,
			size_t nr_prefix, const char *detail)
{
	static char log[PROG_LOG_SIZE];
	char said[1024];

	kmsg_drain(NULL, 0);
	int fd = load_program(prefix, nr_prefix, NULL, 0);
	int errnum = errno;

	kmsg_drain(said, sizeof(said));
	if (fd >= 0) {
		close(fd);
		record_ok(what, subject, "%s", detail);
		return;
	}
	*log = '\0';
	fd = load_program(prefix, nr_prefix, log, sizeof(log));
	if (fd >= 0)
		close(fd);
	record_failed(what, subject, errnum, "%s%s%s%s%s", detail, *detail ? "\n" : "",
		      log_tail(log), *said ? "\n" : "", said);
}

void trial_prog_load(void)
{
	try_program("prog-load", NULL, NULL, 0, "");
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

	record_failed("btf-load", name, errnum, "%s%s%s\n%.*s", how, *how ? ": " : "",
		      last + strspn(last, " \t"), (int)(last - tail), tail);
	free(log);
}

/* Opens vmlinux's BTF, and @extra's on top of it; what fails is a record of @what. */
static bool open_views(const char *what, const char *extra, struct btf_view *vmlinux_view,
		       struct btf_view *extra_view)
{
	const struct sysfs_btf *vmlinux = sysfs_btf_find("vmlinux");
	const struct sysfs_btf *split = extra ? sysfs_btf_find(extra) : NULL;
	const char *why;

	if (!vmlinux || !vmlinux->data) {
		record_failed(what, "vmlinux", vmlinux ? vmlinux->errnum : ENOENT,
			      "/sys/kernel/btf/vmlinux is not there or unreadable");
		return false;
	}
	if (!btf_view_open(vmlinux_view, vmlinux->data, vmlinux->len, NULL, &why)) {
		record_failed(what, "vmlinux", 0, "%s", why);
		return false;
	}
	*extra_view = (struct btf_view){ 0 };
	if (!extra)
		return true;
	if (!split || !split->data)
		record_failed(what, extra, split ? split->errnum : ENOENT,
			      "/sys/kernel/btf/%s is not there or unreadable", extra);
	else if (!btf_view_open(extra_view, split->data, split->len, vmlinux_view, &why))
		record_failed(what, extra, 0, "%s", why);
	return true;
}

void trial_btf_load(const char *extra)
{
	const struct sysfs_btf *vmlinux = sysfs_btf_find("vmlinux");
	struct btf_view vmlinux_view, extra_view;
	size_t len;

	/* vmlinux goes to the kernel as it is, whatever we think of it */
	if (vmlinux && vmlinux->data)
		try_btf("vmlinux", vmlinux->data, vmlinux->len, "");
	if (!open_views("btf-load", extra, &vmlinux_view, &extra_view) || !extra_view.types)
		return;

	/* BPF_BTF_LOAD has no argument for a base */
	void *joined = btf_join(&extra_view, &len);
	if (joined)
		try_btf(extra, joined, len, "joined with vmlinux's");
	else
		record_failed("btf-load", extra, ENOMEM, "%s", "");
	free(joined);
}

/* Compares the kernel's own copy of the bytes with what it publishes. */
static void check_object(const struct sysfs_btf *file, int fd, uint32_t id, uint32_t size)
{
	struct btf_object object;
	char hex[PROBE_SHA256_HEX];
	void *data = size && size <= BLOB_MAX ? malloc(size) : NULL;

	if (!data || bpf_btf_info(fd, &object, data, size) < 0) {
		record_failed("btf-object", file->name, data ? errno : 0,
			      "id %u: cannot read its %u bytes", id, size);
		free(data);
		return;
	}
	probe_sha256(data, size, hex);
	if (strcmp(hex, file->sha256) == 0)
		record_ok("btf-object", file->name, "id %u, %u bytes, as in sysfs", id, size);
	else
		record_failed("btf-object", file->name, 0,
			      "id %u: its %u bytes (sha256 %s) are not those in sysfs (%s)", id,
			      size, hex, file->sha256);
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
	bool found;
};

static void compare_object(int fd, uint32_t id, const struct btf_object *object, void *user)
{
	struct object_search *search = user;

	if (search->found || strcmp(object->name, search->file->name) != 0)
		return;
	search->found = true;
	check_object(search->file, fd, id, object->size);
}

void trial_btf_objects(void)
{
	const struct sysfs_btf *file;

	for (size_t i = 0; (file = sysfs_btf_at(i)); i++) {
		struct object_search search = { .file = file };

		for_each_object(compare_object, &search);
		if (!search.found)
			record_failed("btf-object", file->name, ENOENT,
				      "the kernel published this BTF and has not accepted it");
	}
}

struct fd_search {
	const char *name;
	int fd;
};

static void keep_fd(int fd, uint32_t id, const struct btf_object *object, void *user)
{
	struct fd_search *search = user;

	(void)id;
	if (search->fd < 0 && strcmp(object->name, search->name) == 0)
		search->fd = dup(fd);
}

/* The program takes the variable's address, which the verifier looks up by the VAR's name. */
static void try_ksym(const struct btf_pick *pick, int btf_fd)
{
	const struct bpf_insn load[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM,
		  .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_BTF_ID,
		  .imm = (int32_t)pick->id },
		{ .imm = btf_fd },
	};
	char detail[300];

	snprintf(detail, sizeof(detail), "VAR %u of %.100s, at %llx", pick->id, pick->section,
		 (unsigned long long)pick->address);
	try_program("ksym", pick->name, load, 2, detail);
}

static void pick_and_try(const struct btf_view *view, bool percpu, int btf_fd, const char *what)
{
	struct btf_pick pick;
	const char *why;

	if (btf_pick_variable(view, percpu, percpu ? "runqueues" : "jiffies_64", &pick, &why))
		try_ksym(&pick, btf_fd);
	else
		record_skipped("ksym", what, "%s", why);
}

void trial_ksyms(const char *extra)
{
	struct btf_view vmlinux_view, extra_view;

	/* that it is not there is said elsewhere */
	if (extra && !sysfs_btf_find(extra))
		extra = NULL;
	if (!open_views("ksym", extra, &vmlinux_view, &extra_view))
		return;
	pick_and_try(&vmlinux_view, true, 0, "(vmlinux, per-CPU)");
	pick_and_try(&vmlinux_view, false, 0, "(vmlinux, global)");
	if (!extra_view.types)
		return;

	struct fd_search search = { .name = extra, .fd = -1 };
	for_each_object(keep_fd, &search);
	if (search.fd < 0) {
		record_skipped("ksym", "(extra)", "the kernel has no BTF object called %s", extra);
		return;
	}
	pick_and_try(&extra_view, false, search.fd, "(extra)");
	close(search.fd);
}
