// SPDX-License-Identifier: GPL-2.0-only
#include "verify/load_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>

#include "core/cleanup.h"

static bool within(uint64_t start, uint64_t len, uint64_t outer_start, uint64_t outer_len)
{
	return start >= outer_start && start - outer_start <= outer_len &&
	       len <= outer_len - (start - outer_start);
}

static struct error *find_segment(Elf *elf, const char *path, const struct elf_section *section)
{
	size_t nr;

	if (elf_getphdrnum(elf, &nr))
		return error_new(ERROR_INPUT, "%s: damaged program headers: %s", path,
				 elf_errmsg(-1));
	for (size_t i = 0; i < nr; i++) {
		GElf_Phdr phdr;

		if (!gelf_getphdr(elf, (int)i, &phdr))
			return error_new(ERROR_INPUT, "%s: damaged program header %zu: %s", path, i,
					 elf_errmsg(-1));
		if (phdr.p_type == PT_LOAD &&
		    within(section->offset, section->size, phdr.p_offset, phdr.p_filesz) &&
		    within(section->addr, section->size, phdr.p_vaddr, phdr.p_memsz))
			return NULL;
	}
	return error_new(ERROR_INPUT,
			 "no loadable segment has it (address %#" PRIx64 ", %" PRIu64 " bytes)",
			 section->addr, section->size);
}

struct error *load_segment_holds(const char *path, const struct elf_section *section)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct error *err;
	Elf *elf;

	if (fd < 0)
		return error_errno(errno, "%s: cannot open", path);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return error_new(ERROR_INPUT, "%s: not ELF: %s", path, elf_errmsg(-1));
	err = find_segment(elf, path, section);
	elf_end(elf);
	return err;
}
