// SPDX-License-Identifier: GPL-2.0-only
#include "verify/bpftool.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "core/proc.h"

enum {
	/* a distribution's kernel takes less than a second */
	DEADLINE_S = 120,
	/* a line is told by its beginning: "[12345] DATASEC '.data..percpu' size=..." */
	MAX_LINE = 200,
};

/*
 * Into a file and not through a pipe: bpftool writes 4 KiB at a time, and to be woken for each takes
 * longer than all the rest. A dump is two or three times as large as the BTF; the limit is in blocks of 512
 * bytes: 512 MiB.
 */
#define INTO_FILE "ulimit -f 1048576; out=$1; shift; exec \"$@\" >\"$out\""

struct reader {
	struct bpftool_dump *dump;
	/* the beginning of the line that is being read */
	char line[MAX_LINE];
	size_t len;
};

/* Debian puts it where users' paths do not lead. */
static const char *program(void)
{
	const char *own = getenv("BTFMATRIX_BPFTOOL");

	if (own && *own)
		return own;
	return access("/usr/sbin/bpftool", X_OK) == 0 ? "/usr/sbin/bpftool" : "bpftool";
}

/* "[ID] KIND 'NAME' ...", or a further line of a type, which begins with a tab. */
static void end_line(struct reader *reader)
{
	struct bpftool_dump *dump = reader->dump;
	const char *kind;

	reader->line[reader->len] = '\0';
	reader->len = 0;
	kind = reader->line[0] == '[' ? strstr(reader->line, "] ") : NULL;
	if (!kind)
		return;
	dump->nr_types++;
	dump->nr_vars += str_starts(kind, "] VAR ");
	dump->nr_datasecs += str_starts(kind, "] DATASEC ");
}

static void count_types(FILE *file, struct bpftool_dump *dump)
{
	struct reader reader = { .dump = dump };
	char chunk[1 << 14];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), file)))
		for (size_t i = 0; i < n; i++) {
			if (chunk[i] == '\n')
				end_line(&reader);
			else if (reader.len < MAX_LINE - 1)
				reader.line[reader.len++] = chunk[i];
		}
	end_line(&reader);
}

/* The first line it said, or how it ended. */
static char *complaint_of(const struct proc *proc)
{
	const char *said = strbuf_str(&proc->output);
	size_t len = strcspn(said, "\n");

	if (len)
		return xstrndup(said, len < MAX_LINE ? len : MAX_LINE);
	return proc->term_signal ? xasprintf("signal %d", proc->term_signal)
				 : xasprintf("exit status %d", proc->exit_code);
}

static struct error *dump_into(const char *out, const char *path, const char *base_path,
			       struct bpftool_dump *ret)
{
	const char *const argv[] = {
		"sh",
		"-c",
		INTO_FILE,
		"sh",
		out,
		program(),
		base_path ? "-B" : "btf",
		base_path ? base_path : "dump",
		base_path ? "btf" : "file",
		base_path ? "dump" : path,
		base_path ? "file" : NULL,
		path,
		NULL,
	};
	_cleanup_fclose_ FILE *file = NULL;
	struct proc proc = PROC_INIT;
	struct error *err;

	proc.argv = argv;
	proc.deadline_s = DEADLINE_S;
	proc.capture = true;
	err = error_wrap(proc_run(&proc), "%s", program());
	/* what a shell says of a program that is not there */
	if (!err && proc.exit_code == 127)
		err = error_new(ERROR_SYSTEM, "bpftool cannot be run: package bpftool has it");
	if (!err && proc.exit_code != 0)
		ret->complaint = complaint_of(&proc);
	proc_release(&proc);
	if (err || ret->complaint)
		return err;
	file = fopen(out, "re");
	if (!file)
		return error_errno(errno, "cannot read %s", out);
	count_types(file, ret);
	return NULL;
}

/* A new file for bpftool's output or input; the caller unlinks and frees it. */
static struct error *scratch_file(char **path_ret, int *fd_ret)
{
	const char *dir = getenv("TMPDIR");
	char *path = xasprintf("%s/btfmatrix-dump-XXXXXX", dir && *dir ? dir : "/tmp");

	*fd_ret = mkostemp(path, O_CLOEXEC);
	*path_ret = path;
	return *fd_ret < 0 ? error_errno(errno, "cannot make %s", path) : NULL;
}

struct error *bpftool_dump(const char *path, const char *base_path, struct bpftool_dump *ret)
{
	_cleanup_free_ char *out = NULL;
	_cleanup_close_ int fd = -1;
	struct error *err = scratch_file(&out, &fd);

	*ret = (struct bpftool_dump){ 0 };
	if (err)
		return err;
	err = dump_into(out, path, base_path, ret);
	unlink(out);
	return err;
}

/* "int", in the byte order of this machine. */
static const struct {
	struct btf_header header;
	struct btf_type type;
	uint32_t encoding;
	char strings[8];
} right_btf = {
	.header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(struct btf_header),
		.type_len = sizeof(struct btf_type) + sizeof(uint32_t),
		.str_off = sizeof(struct btf_type) + sizeof(uint32_t),
		.str_len = sizeof("\0int"),
	},
	.type = { .name_off = 1, .info = BTF_KIND_INT << 24, .size = 4 },
	.encoding = BTF_INT_SIGNED << 24 | 32,
	.strings = "\0int",
};

struct error *bpftool_is_sound(void)
{
	const size_t len = offsetof(typeof(right_btf), strings) + right_btf.header.str_len;
	_cleanup_(bpftool_dump_release) struct bpftool_dump dump = { 0 };
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;
	struct error *err = scratch_file(&path, &fd);

	if (err)
		return err;
	if (write(fd, &right_btf, len) != (ssize_t)len)
		err = error_errno(errno, "cannot write %s", path);
	if (!err)
		err = bpftool_dump(path, NULL, &dump);
	unlink(path);
	if (!err && dump.complaint)
		err = error_new(ERROR_CHILD,
				"%s is out of order: of a BTF that is right it says: %s", program(),
				dump.complaint);
	else if (!err && dump.nr_types != 1)
		err = error_new(ERROR_CHILD,
				"%s is out of order: of a BTF with one type it dumps %zu",
				program(), dump.nr_types);
	return err;
}

void bpftool_dump_release(struct bpftool_dump *dump)
{
	free(dump->complaint);
	dump->complaint = NULL;
}
