// SPDX-License-Identifier: GPL-2.0-only
#include "verify/input_files.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "core/unpack.h"
#include "verify/blob.h"

/* A file that was named, and what it is to be. */
struct named_file {
	const char *option, *path;
	enum {
		/* ELF, linked */
		WANT_VMLINUX,
		/* ELF, relocatable */
		WANT_MODULE,
		/* ELF of any type */
		WANT_ELF,
		/* BTF, or ELF that has some */
		WANT_BTF,
	} want;
	/* as the kernel calls it; NULL: no module; owned */
	char *module;
	dev_t device;
	ino_t inode;
};

/* What people give by mistake, by its first bytes. */
static const struct disguise {
	/* in the file */
	size_t offset, len;
	const char *magic;
	const char *what, *mend;
} disguises[] = {
	{ 0x202, 4, "HdrS", "a boot image",
	  "give the vmlinux it was made from; scripts/extract-vmlinux of the kernel's source gets "
	  "one out of it, without symbols" },
	{ 0x38, 4, "ARM\x64", "a boot image", "give the vmlinux it was made from" },
	{ 0x38, 4, "RSC\x05", "a boot image", "give the vmlinux it was made from" },
	{ 0, 2, "MZ", "a boot image", "give the vmlinux it was made from" },
	{ 0, 8, "!<arch>\n", "an archive or a Debian package", "unpack it first" },
	{ 0, 2, "BC", "LLVM bitcode", "give the linked object" },
};

/* Enough for every header looked at. */
enum {
	HEAD_SIZE = 1024
};

struct head {
	/* unpacked */
	uint8_t bytes[HEAD_SIZE];
	size_t len;
	/* UINT64_MAX where the file is compressed */
	uint64_t file_size;
};

static struct error *refuse(const struct named_file *file, const char *what, const char *mend)
{
	return error_new(ERROR_INPUT, "%s: %s: %s; %s", file->option, file->path, what, mend);
}

static const char *wanted(const struct named_file *file)
{
	static const char *const names[] = {
		[WANT_VMLINUX] = "give a kernel's vmlinux, an ELF file",
		[WANT_MODULE] = "give a module, NAME.ko, an ELF file",
		[WANT_ELF] = "give an ELF file",
		[WANT_BTF] = "give BTF as in /sys/kernel/btf",
	};

	return names[file->want];
}

static struct error *read_head(struct named_file *file, struct head *head)
{
	_cleanup_close_ int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_new(ERROR_INPUT, "%s: cannot open %s: %s; %s", file->option,
				 file->path, strerror(errno), wanted(file));
	if (S_ISDIR(st.st_mode))
		return refuse(file, "a folder", wanted(file));
	if (!S_ISREG(st.st_mode))
		return refuse(file, "not a regular file", wanted(file));
	file->device = st.st_dev;
	file->inode = st.st_ino;
	head->file_size = (uint64_t)st.st_size;
	while (head->len < HEAD_SIZE &&
	       (got = read(fd, head->bytes + head->len, HEAD_SIZE - head->len)) != 0) {
		if (got < 0)
			return error_new(ERROR_INPUT, "%s: cannot read %s: %s; %s", file->option,
					 file->path, strerror(errno), wanted(file));
		head->len += (size_t)got;
	}
	if (!head->len)
		return refuse(file, "an empty file", wanted(file));
	if (!unpack_is_packed(head->bytes, head->len))
		return NULL;
	if (file->want == WANT_BTF)
		return refuse(file, "a compressed file", "unpack it first");
	head->file_size = UINT64_MAX;
	return error_wrap(unpack_head(file->path, head->bytes, HEAD_SIZE, &head->len), "%s",
			  file->option);
}

static bool has_bytes(const struct head *head, size_t offset, const void *bytes, size_t len)
{
	return head->len >= offset + len && !memcmp(head->bytes + offset, bytes, len);
}

static bool is_btf(const struct head *head)
{
	static const uint8_t magics[2][2] = { { BTF_MAGIC & 0xff, BTF_MAGIC >> 8 },
					      { BTF_MAGIC >> 8, BTF_MAGIC & 0xff } };

	return has_bytes(head, 0, magics[0], 2) || has_bytes(head, 0, magics[1], 2);
}

/* Neither ELF nor what was wanted: a word on what it is, if that can be told. */
static struct error *refuse_contents(const struct named_file *file, const struct head *head)
{
	if (is_btf(head))
		return refuse(file, "BTF without ELF around it",
			      file->want == WANT_MODULE
				      ? "give it with --btf, and what it was split from with --base"
				      : "give it with --btf");
	for (size_t i = 0; i < ARRAY_SIZE(disguises); i++) {
		const struct disguise *disguise = &disguises[i];

		if (has_bytes(head, disguise->offset, disguise->magic, disguise->len))
			return refuse(file, disguise->what, disguise->mend);
	}
	return refuse(file, file->want == WANT_BTF ? "neither BTF nor ELF" : "not ELF",
		      wanted(file));
}

static uint64_t get(const struct head *head, bool big_endian, size_t offset, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | head->bytes[offset + (big_endian ? i : len - 1 - i)];
	return value;
}

/* Where the section headers end: the last thing in the files that linkers write. */
static uint64_t end_of_headers(const struct head *head, bool bits64, bool big_endian)
{
	uint64_t start = bits64 ? get(head, big_endian, offsetof(Elf64_Ehdr, e_shoff), 8)
				: get(head, big_endian, offsetof(Elf32_Ehdr, e_shoff), 4);
	size_t at = bits64 ? offsetof(Elf64_Ehdr, e_shentsize) : offsetof(Elf32_Ehdr, e_shentsize);
	uint64_t end;

	/* e_shnum follows e_shentsize */
	if (__builtin_add_overflow(
		    start, get(head, big_endian, at, 2) * get(head, big_endian, at + 2, 2), &end))
		return UINT64_MAX;
	return end;
}

static struct error *check_elf(const struct named_file *file, const struct head *head)
{
	bool bits64 = head->len > EI_CLASS && head->bytes[EI_CLASS] == ELFCLASS64;
	bool big_endian = head->len > EI_DATA && head->bytes[EI_DATA] == ELFDATA2MSB;
	size_t header = bits64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	uint64_t type;

	if (head->len < header || end_of_headers(head, bits64, big_endian) > head->file_size)
		return refuse(file, "cut off: the ELF file does not reach to its section headers",
			      "copy or build it again");
	type = get(head, big_endian, offsetof(Elf64_Ehdr, e_type), 2);
	if (type == ET_CORE)
		return refuse(file, "a memory dump", wanted(file));
	if (file->want == WANT_VMLINUX && type == ET_REL)
		return refuse(file, "a relocatable ELF file", "give modules with --module");
	if (file->want == WANT_MODULE && type != ET_REL)
		return refuse(file, "an ELF file that is linked", "a module is a relocatable one");
	return NULL;
}

static struct error *check_file(struct named_file *file)
{
	struct head head = { 0 };
	struct error *err = read_head(file, &head);

	if (err)
		return err;
	if (has_bytes(&head, 0, ELFMAG, SELFMAG))
		return check_elf(file, &head);
	if (file->want == WANT_BTF && is_btf(&head))
		return NULL;
	return refuse_contents(file, &head);
}

static bool are_one_file(const struct named_file *a, const struct named_file *b)
{
	/* the BTF of a vmlinux that is verified may well be what other BTF was split from */
	if (a->want == WANT_VMLINUX && str_eq(b->option, "--base"))
		return false;
	return a->device == b->device && a->inode == b->inode;
}

/* Modules with one name cannot be told apart in what is reported, nor does a kernel load both. */
static struct error *check_pair(const struct named_file *a, const struct named_file *b)
{
	if (are_one_file(a, b))
		return error_new(ERROR_INPUT, "%s %s and %s %s are one file; name it once",
				 a->option, a->path, b->option, b->path);
	if (a->module && b->module && str_eq(a->module, b->module))
		return error_new(ERROR_INPUT,
				 "%s %s and %s %s are both module %s; name one of them", a->option,
				 a->path, b->option, b->path, a->module);
	return NULL;
}

static struct error *check_once(const struct named_file *files, size_t n)
{
	struct error *err = NULL;

	for (size_t i = 1; i < n && !err; i++)
		for (size_t j = 0; j < i && !err; j++)
			err = check_pair(&files[j], &files[i]);
	return err;
}

static struct error *check_combination(const struct verify_input *input)
{
	if (!input->vmlinux && !input->btf_file)
		return error_new(ERROR_INPUT, "nothing to verify; name a kernel's ELF file with "
					      "--vmlinux, or BTF with --btf, e.g. "
					      "--btf /sys/kernel/btf/vmlinux");
	if (input->base_file && !input->btf_file)
		return error_new(ERROR_INPUT,
				 "--base is what the split BTF of --btf was split from; "
				 "name that too");
	if (input->debug_file && !input->vmlinux)
		return error_new(ERROR_INPUT,
				 "--debug is of the file that --vmlinux names; name that "
				 "too");
	return NULL;
}

struct error *input_files_check(const struct verify_input *input)
{
	VEC(struct named_file) files = { 0 };
	struct error *err = check_combination(input);

	if (err)
		return err;

	const struct named_file single[] = {
		{ .option = "--vmlinux", .path = input->vmlinux, .want = WANT_VMLINUX },
		{ .option = "--debug", .path = input->debug_file, .want = WANT_ELF },
		{ .option = "--btf", .path = input->btf_file, .want = WANT_BTF },
		{ .option = "--base", .path = input->base_file, .want = WANT_BTF },
		{ .option = "--extra-module", .path = input->extra_module, .want = WANT_MODULE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(single); i++)
		if (single[i].path)
			vec_push(&files, single[i]);
	for (size_t i = 0; i < input->nr_modules; i++)
		vec_push(&files, (struct named_file){ .option = "--module",
						      .path = input->modules[i],
						      .want = WANT_MODULE });
	for (size_t i = 0; i < files.len && !err; i++) {
		struct named_file *file = &files.data[i];

		if (file->want == WANT_MODULE)
			file->module = blob_module_name(file->path);
		err = check_file(file);
	}
	if (!err)
		err = check_once(files.data, files.len);
	vec_for_each(file, &files)
		free(file->module);
	vec_free(&files);
	return err;
}
