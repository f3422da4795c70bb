// SPDX-License-Identifier: GPL-2.0-only
#include "target/find_arch.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/project.h"
#include "core/mem.h"

struct error *arch_of_machine(const char *machine, struct arch **ret)
{
	_cleanup_free_ char *dir_path = NULL;
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	struct error *err = project_path(&dir_path, "arches");

	*ret = NULL;
	if (err)
		return err;
	dir = opendir(dir_path);
	if (!dir)
		return error_errno(errno, "cannot read %s", dir_path);
	while ((entry = readdir(dir))) {
		_cleanup_(arch_cleanup) struct arch *arch = NULL;
		_cleanup_free_ char *path = xasprintf("%s/%s", dir_path, entry->d_name);

		if (!str_ends(entry->d_name, ".ini") || entry->d_name[0] == '.')
			continue;
		err = arch_load(path, &arch);
		if (err)
			return err;
		if (arch_is_of_machine(arch, machine)) {
			*ret = return_ptr(arch);
			return NULL;
		}
	}
	return NULL;
}

/* What both classes of ELF header have in one place: gABI, "ELF Header". */
static bool read_elf_header(const char *path, unsigned int *bits, bool *big_endian,
			    unsigned int *machine)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	unsigned char head[20];

	if (!file || fread(head, sizeof(head), 1, file) != 1 || memcmp(head, ELFMAG, SELFMAG) != 0)
		return false;
	*bits = head[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	*big_endian = head[EI_DATA] == ELFDATA2MSB;
	*machine = *big_endian ? (unsigned int)head[18] << 8 | head[19]
			       : (unsigned int)head[19] << 8 | head[18];
	return true;
}

struct error *probe_suits(const char *probe, const struct arch *arch)
{
	unsigned int bits, machine;
	bool big_endian;

	if (!read_elf_header(probe, &bits, &big_endian, &machine))
		return error_new(ERROR_INPUT, "%s is no ELF program", probe);
	if (big_endian == arch->elf_big_endian &&
	    (bits < arch->elf_bits || (bits == arch->elf_bits && machine == arch->elf_machine)))
		return NULL;
	return error_new(ERROR_INPUT,
			 "the probe %s is for another architecture: %u-bit, %s-endian, machine %u; "
			 "%s is %u-bit, %s-endian, machine %u (see elf.h)",
			 probe, bits, big_endian ? "big" : "little", machine, arch->name,
			 arch->elf_bits, arch->elf_big_endian ? "big" : "little",
			 arch->elf_machine);
}
