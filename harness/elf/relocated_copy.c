// SPDX-License-Identifier: GPL-2.0-only
#include "elf/relocated_copy.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

static int find_no_debuginfo(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base,
			     const char *file, const char *link, GElf_Word crc, char **ret)
{
	(void)module, (void)user, (void)name, (void)base;
	(void)file, (void)link, (void)crc, (void)ret;
	return -1;
}

static void cleanup_dwfl(Dwfl **dwfl)
{
	if (*dwfl)
		dwfl_end(*dwfl);
}

/* A section that libdwfl has relocated goes where it is in the file. */
static struct error *patch_section(const char *path, const GElf_Shdr *shdr, Elf_Scn *scn,
				   char *bytes, size_t len)
{
	Elf_Data *data = elf_getdata(scn, NULL);

	if (!data || !data->d_buf)
		return error_new(ERROR_INPUT, "%s: a section of its DWARF cannot be read: %s", path,
				 elf_errmsg(-1));
	if (shdr->sh_offset > len || data->d_size > len - shdr->sh_offset)
		return error_new(ERROR_INPUT, "%s: a section of its DWARF ends beyond the file",
				 path);
	memcpy(bytes + shdr->sh_offset, data->d_buf, data->d_size);
	return NULL;
}

static bool is_debug_section(Elf *elf, size_t names, const GElf_Shdr *shdr)
{
	const char *name = elf_strptr(elf, names, shdr->sh_name);

	return name && shdr->sh_type != SHT_NOBITS && str_starts(name, ".debug_");
}

static struct error *patch(const char *path, Elf *elf, uint64_t *bases, size_t nr, char *bytes,
			   size_t len)
{
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return error_new(ERROR_INPUT, "%s: %s", path, elf_errmsg(-1));
	for (size_t i = 1; i < nr; i++) {
		Elf_Scn *scn = elf_getscn(elf, i);
		struct error *err;
		GElf_Shdr shdr;

		if (!scn || !gelf_getshdr(scn, &shdr))
			return error_new(ERROR_INPUT, "%s: %s", path, elf_errmsg(-1));
		bases[i] = shdr.sh_addr;
		if (!is_debug_section(elf, names, &shdr))
			continue;
		err = patch_section(path, &shdr, scn, bytes, len);
		if (err)
			return err;
	}
	return NULL;
}

/* libdwfl unpacks compressed sections, and then they have no room where they were. */
static struct error *refuse_compressed(const char *path, const char *bytes, size_t len)
{
	Elf *elf = elf_memory((char *)bytes, len);
	bool compressed = false;
	Elf_Scn *scn = NULL;

	while (elf && (scn = elf_nextscn(elf, scn))) {
		GElf_Shdr shdr;

		compressed |= gelf_getshdr(scn, &shdr) && shdr.sh_flags & SHF_COMPRESSED;
	}
	elf_end(elf);
	return compressed ? error_new(ERROR_INPUT,
				      "%s: compressed DWARF of a relocatable file; unpack it with "
				      "objcopy --decompress-debug-sections",
				      path)
			  : NULL;
}

static struct error *write_copy(const char *bytes, size_t len, int *fd_ret)
{
	_cleanup_close_ int fd = memfd_create("relocated", MFD_CLOEXEC);

	if (fd < 0)
		return error_errno(errno, "cannot make a file in memory");
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, bytes + done, len - done);

		if (n < 0)
			return error_errno(errno, "cannot write a file in memory");
		done += (size_t)n;
	}
	*fd_ret = fd;
	fd = -1;
	return NULL;
}

struct error *relocated_copy(const char *path, int *fd_ret, uint64_t **bases_ret, size_t *nr_ret)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = find_no_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	_cleanup_(cleanup_dwfl) Dwfl *dwfl = dwfl_begin(&callbacks);
	_cleanup_free_ uint64_t *bases = NULL;
	_cleanup_free_ char *bytes = NULL;
	Dwfl_Module *module;
	Dwarf_Addr bias;
	struct error *err;
	size_t len, nr;
	Elf *elf;

	err = file_read(path, 0, &bytes, &len);
	if (!err)
		err = refuse_compressed(path, bytes, len);
	if (err)
		return err;
	module = dwfl ? dwfl_report_offline(dwfl, path, path, -1) : NULL;
	if (module)
		dwfl_report_end(dwfl, NULL, NULL);
	if (!module || !dwfl_module_getdwarf(module, &bias))
		return error_new(ERROR_INPUT, "%s: no DWARF in it: %s", path, dwfl_errmsg(-1));
	elf = dwfl_module_getelf(module, &bias);
	if (!elf || elf_getshdrnum(elf, &nr))
		return error_new(ERROR_INPUT, "%s: %s", path, dwfl_errmsg(-1));
	bases = xcalloc(nr, sizeof(*bases));
	err = patch(path, elf, bases, nr, bytes, len);
	if (!err)
		err = write_copy(bytes, len, fd_ret);
	if (err)
		return err;
	*bases_ret = return_ptr(bases);
	*nr_ret = nr;
	return NULL;
}
