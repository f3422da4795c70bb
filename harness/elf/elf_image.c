// SPDX-License-Identifier: GPL-2.0-only
#include "elf/elf_image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "elf/elf_private.h"

enum {
	/* A compressed section that claims to grow more than this is refused. */
	MAX_INFLATE_RATIO = 4096,
};

struct error *elf_damaged(const struct elf_image *elf, const char *what)
{
	return error_new(ERROR_INPUT, "%s: %s: %s", elf->path, what, elf_errmsg(-1));
}

/* libelf takes a file whose section headers are cut off for one without sections. */
static struct error *check_header(const struct elf_image *elf, const GElf_Ehdr *ehdr)
{
	uint64_t size = elf->priv->file_size;
	uint64_t table = (uint64_t)ehdr->e_shnum * ehdr->e_shentsize;

	if (!ehdr->e_shoff)
		return NULL;
	/* e_shnum is 0 where the count does not fit: then at least the first header, which has it */
	if (!table)
		table = elf->bits == 64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	if (ehdr->e_shoff > size || table > size - ehdr->e_shoff)
		return error_new(ERROR_INPUT,
				 "%s: cut off: its section headers at offset %llu end beyond the "
				 "file's %llu bytes",
				 elf->path, (unsigned long long)ehdr->e_shoff,
				 (unsigned long long)size);
	return NULL;
}

static struct error *read_header(struct elf_image *elf)
{
	GElf_Ehdr ehdr;

	if (elf_kind(elf->priv->elf) != ELF_K_ELF)
		return error_new(ERROR_INPUT, "%s: not an ELF file", elf->path);
	if (!gelf_getehdr(elf->priv->elf, &ehdr))
		return elf_damaged(elf, "its ELF header cannot be read");
	elf->bits = ehdr.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	elf->big_endian = ehdr.e_ident[EI_DATA] == ELFDATA2MSB;
	elf->machine = ehdr.e_machine;
	elf->type = ehdr.e_type;
	return check_header(elf, &ehdr);
}

static struct error *read_sections(struct elf_image *elf)
{
	Elf *handle = elf->priv->elf;
	size_t count, names;

	if (elf_getshdrnum(handle, &count) < 0)
		return elf_damaged(elf, "its section headers cannot be read");
	if (!count)
		return NULL;
	if (elf_getshdrstrndx(handle, &names) < 0)
		return elf_damaged(elf, "its section names cannot be read");
	/* each has a header in the file, whose size libelf has checked */
	if (count > elf->priv->file_size / sizeof(Elf32_Shdr))
		return error_new(ERROR_INPUT, "%s: claims %zu sections, more than fit in the file",
				 elf->path, count);

	elf->sections = xcalloc(count, sizeof(*elf->sections));
	elf->nr_sections = count;
	for (size_t i = 0; i < count; i++) {
		Elf_Scn *scn = elf_getscn(handle, i);
		GElf_Shdr shdr;

		if (!scn || !gelf_getshdr(scn, &shdr))
			return elf_damaged(elf, "a section header cannot be read");

		const char *name = i ? elf_strptr(handle, names, shdr.sh_name) : "";
		if (!name)
			return error_new(ERROR_INPUT,
					 "%s: section %zu: its name is at offset %u, "
					 "outside the section names",
					 elf->path, i, shdr.sh_name);
		elf->sections[i] = (struct elf_section){
			.name = name,
			.index = (uint32_t)i,
			.type = shdr.sh_type,
			.flags = shdr.sh_flags,
			.addr = shdr.sh_addr,
			.offset = shdr.sh_offset,
			.size = shdr.sh_size,
			.align = shdr.sh_addralign,
		};
	}
	return NULL;
}

struct error *elf_image_open(const char *path, struct elf_image **ret)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = xcalloc(1, sizeof(*elf));
	struct elf_private *priv = xcalloc(1, sizeof(*priv));
	struct stat st;

	elf->path = xstrdup(path);
	elf->priv = priv;
	/* a FIFO must not keep us waiting */
	priv->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (priv->fd < 0 || fstat(priv->fd, &st) < 0)
		return error_errno(errno, "cannot open %s", path);
	if (!S_ISREG(st.st_mode))
		return error_new(ERROR_INPUT, "%s: not a regular file", path);
	priv->file_size = (uint64_t)st.st_size;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return error_new(ERROR_SYSTEM, "libelf: %s", elf_errmsg(-1));
	priv->elf = elf_begin(priv->fd, ELF_C_READ_MMAP, NULL);
	if (!priv->elf)
		return elf_damaged(elf, "cannot be read as ELF");

	struct error *err = read_header(elf);
	if (!err)
		err = read_sections(elf);
	if (!err)
		err = elf_read_symbols(elf);
	if (err)
		return err;
	*ret = return_ptr(elf);
	return NULL;
}

void elf_image_close(struct elf_image *elf)
{
	if (!elf)
		return;
	if (elf->priv) {
		elf_symbol_groups_release(&elf->priv->by_name);
		elf_symbol_groups_release(&elf->priv->by_global_name);
		elf_symbol_groups_release(&elf->priv->by_section);
		elf_end(elf->priv->elf);
		if (elf->priv->fd >= 0)
			close(elf->priv->fd);
		free(elf->priv);
	}
	free(elf->path);
	free(elf->sections);
	free(elf->symbols);
	free(elf);
}

const struct elf_section *elf_section_by_name(const struct elf_image *elf, const char *name)
{
	for (size_t i = 1; i < elf->nr_sections; i++)
		if (str_eq(elf->sections[i].name, name))
			return &elf->sections[i];
	return NULL;
}

const struct elf_section *elf_section_by_index(const struct elf_image *elf, uint32_t index)
{
	/* an index in the reserved range is SHN_ABS and the like, however many sections there are */
	if (index == SHN_UNDEF || (index >= SHN_LORESERVE && index <= SHN_HIRESERVE))
		return NULL;
	return index < elf->nr_sections ? &elf->sections[index] : NULL;
}

static struct error *decompress(const struct elf_image *elf, const struct elf_section *section,
				Elf_Scn *scn)
{
	GElf_Shdr shdr;
	GElf_Chdr chdr;

	/* libelf replaces the section in memory: the second call finds it done */
	if (!gelf_getshdr(scn, &shdr) || !(shdr.sh_flags & SHF_COMPRESSED))
		return NULL;
	if (!gelf_getchdr(scn, &chdr))
		return elf_damaged(elf, section->name);
	if (chdr.ch_size / MAX_INFLATE_RATIO > section->size)
		return error_new(ERROR_INPUT,
				 "%s: section %s: %llu bytes claim to be %llu when decompressed",
				 elf->path, section->name, (unsigned long long)section->size,
				 (unsigned long long)chdr.ch_size);
	if (elf_compress(scn, 0, 0) < 0)
		return elf_damaged(elf, section->name);
	return NULL;
}

struct error *elf_section_data(const struct elf_image *elf, const struct elf_section *section,
			       const uint8_t **data_ret, size_t *len_ret)
{
	uint64_t size = elf->priv->file_size;
	Elf_Scn *scn = elf_getscn(elf->priv->elf, section->index);
	bool compressed = section->flags & SHF_COMPRESSED;

	*data_ret = NULL;
	*len_ret = 0;
	if (section->type == SHT_NOBITS || !section->size)
		return NULL;
	if (section->offset > size || section->size > size - section->offset)
		return error_new(ERROR_INPUT,
				 "%s: section %s: %llu bytes at offset %llu end beyond the file's "
				 "%llu bytes",
				 elf->path, section->name, (unsigned long long)section->size,
				 (unsigned long long)section->offset, (unsigned long long)size);
	if (!scn)
		return elf_damaged(elf, section->name);
	if (compressed) {
		struct error *err = decompress(elf, section, scn);

		if (err)
			return err;
	}

	/* raw: as it lies in the file, and not turned into the host's byte order */
	Elf_Data *data = compressed ? elf_getdata(scn, NULL) : elf_rawdata(scn, NULL);
	if (!data)
		return elf_damaged(elf, section->name);
	*data_ret = data->d_buf;
	*len_ret = data->d_size;
	return NULL;
}
