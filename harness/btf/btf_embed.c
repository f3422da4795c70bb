// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_embed.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "elf/elf_image.h"

#define BTF_SECTION ".BTF"

/* Whether a section is there to be updated. */
static struct error *look_at(const char *path, bool *there_ret)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	struct error *err = elf_image_open(path, &elf);
	const struct elf_section *section;

	if (err)
		return err;
	section = elf_section_by_name(elf, BTF_SECTION);
	*there_ret = section != NULL;
	if (section && section->flags & SHF_ALLOC && elf->type != ET_REL)
		return error_new(ERROR_INPUT,
				 "%s: its " BTF_SECTION " is a part of what it loads, with "
				 "other sections behind it; only a new link can make it larger",
				 path);
	return NULL;
}

static struct error *run_objcopy(const char *from, const char *to, const char *blob_path,
				 bool there)
{
	/* kbuild may give a command with arguments of its own */
	static const char script[] =
		"exec ${LLVM_OBJCOPY:-$(command -v llvm-objcopy || echo objcopy)} \"$@\"";
	_cleanup_free_ char *section = xasprintf(BTF_SECTION "=%s", blob_path);
	/* removing one would fail where relocations refer to its bounds */
	const char *const argv[] = {
		"sh",    "-c", script, "objcopy", there ? "--update-section" : "--add-section",
		section, from, to,     NULL,
	};
	_cleanup_(proc_release) struct proc proc = PROC_INIT;

	proc.argv = argv;
	return proc_run_checked(&proc);
}

static struct error *embed_in(const char *dir, const char *path, const void *blob, size_t len,
			      bool there)
{
	_cleanup_free_ char *blob_path = xasprintf("%s/btf", dir);
	_cleanup_free_ char *copy = xasprintf("%s/elf", dir);
	struct error *err = file_write_atomic(blob_path, blob, len, 0644);
	struct stat st;

	if (!err)
		err = run_objcopy(path, copy, blob_path, there);
	if (err)
		return err;
	if (stat(path, &st) || chmod(copy, st.st_mode & 07777) || rename(copy, path))
		return error_errno(errno, "cannot put %s in place", path);
	return NULL;
}

struct error *btf_embed(const char *path, const void *blob, size_t len)
{
	_cleanup_free_ char *dir = xasprintf("%s.btfmatrix-XXXXXX", path);
	bool there = false;
	struct error *err = look_at(path, &there);
	struct error *removed;

	if (err)
		return err;
	if (!mkdtemp(dir))
		return error_errno(errno, "cannot create a folder beside %s", path);
	err = embed_in(dir, path, blob, len, there);
	removed = tree_remove(dir);
	if (err) {
		error_free(removed);
		return err;
	}
	return removed;
}
