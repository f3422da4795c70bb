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

enum {
	/* A compressed section that claims to grow more than this is refused. */
	MAX_INFLATE_RATIO = 4096,
};

struct elf_private {
	int fd;
	Elf *elf;
	uint64_t file_size;
	/* both have nr_symbols pointers into elf_image.symbols */
	const struct elf_symbol **by_name, **by_place;
};

static struct error *damaged(const struct elf_image *elf, const char *what)
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
		return damaged(elf, "its ELF header cannot be read");
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
		return damaged(elf, "its section headers cannot be read");
	if (!count)
		return NULL;
	if (elf_getshdrstrndx(handle, &names) < 0)
		return damaged(elf, "its section names cannot be read");
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
			return damaged(elf, "a section header cannot be read");

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

static Elf_Data *extended_indices(const struct elf_image *elf, size_t symtab)
{
	for (size_t i = 1; i < elf->nr_sections; i++) {
		Elf_Scn *scn = elf_getscn(elf->priv->elf, i);
		GElf_Shdr shdr;

		if (elf->sections[i].type == SHT_SYMTAB_SHNDX && gelf_getshdr(scn, &shdr) &&
		    shdr.sh_link == symtab)
			return elf_getdata(scn, NULL);
	}
	return NULL;
}

static struct error *read_symbols_of(struct elf_image *elf, size_t symtab)
{
	Elf *handle = elf->priv->elf;
	Elf_Scn *scn = elf_getscn(handle, symtab);
	Elf_Data *data = elf_getdata(scn, NULL);
	Elf_Data *extended = extended_indices(elf, symtab);
	size_t entry = elf->bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	GElf_Shdr shdr;

	if (!data || !gelf_getshdr(scn, &shdr))
		return damaged(elf, "its symbol table cannot be read");

	size_t count = data->d_size / entry;
	if (count > INT32_MAX)
		return error_new(ERROR_INPUT, "%s: %zu symbols are too many", elf->path, count);
	elf->symbols = xcalloc(count, sizeof(*elf->symbols));
	for (size_t i = 0; i < count; i++) {
		Elf32_Word index = 0;
		GElf_Sym sym;

		if (!gelf_getsymshndx(data, extended, (int)i, &sym, &index))
			return damaged(elf, "a symbol cannot be read");

		const char *name = elf_strptr(handle, shdr.sh_link, sym.st_name);
		if (!name)
			return error_new(ERROR_INPUT,
					 "%s: symbol %zu: its name is at offset %u, "
					 "outside the string table",
					 elf->path, i, sym.st_name);
		elf->symbols[i] = (struct elf_symbol){
			.name = name,
			.value = sym.st_value,
			.size = sym.st_size,
			.type = GELF_ST_TYPE(sym.st_info),
			.bind = GELF_ST_BIND(sym.st_info),
			.visibility = GELF_ST_VISIBILITY(sym.st_other),
			.shndx = sym.st_shndx == SHN_XINDEX ? index : sym.st_shndx,
		};
		elf->nr_symbols = i + 1;
	}
	return NULL;
}

static int compare_names(const void *a, const void *b)
{
	const struct elf_symbol *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	/* the file's order among equals, so that results do not depend on qsort() */
	return order ? order : (*x > *y) - (*x < *y);
}

static int compare_places(const void *a, const void *b)
{
	const struct elf_symbol *const *x = a, *const *y = b;

	if ((*x)->shndx != (*y)->shndx)
		return (*x)->shndx < (*y)->shndx ? -1 : 1;
	if ((*x)->value != (*y)->value)
		return (*x)->value < (*y)->value ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

static void index_symbols(struct elf_image *elf)
{
	struct elf_private *priv = elf->priv;

	priv->by_name = xcalloc(elf->nr_symbols, sizeof(struct elf_symbol *));
	priv->by_place = xcalloc(elf->nr_symbols, sizeof(struct elf_symbol *));
	for (size_t i = 0; i < elf->nr_symbols; i++)
		priv->by_name[i] = priv->by_place[i] = &elf->symbols[i];
	if (!elf->nr_symbols)
		return;
	qsort(priv->by_name, elf->nr_symbols, sizeof(*priv->by_name), compare_names);
	qsort(priv->by_place, elf->nr_symbols, sizeof(*priv->by_place), compare_places);
}

static struct error *read_symbols(struct elf_image *elf)
{
	struct error *err = NULL;

	for (size_t i = 1; i < elf->nr_sections; i++) {
		if (elf->sections[i].type != SHT_SYMTAB)
			continue;
		err = read_symbols_of(elf, i);
		break;
	}
	if (!err)
		index_symbols(elf);
	return err;
}

struct error *elf_image_open(const char *path, struct elf_image **ret)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = xcalloc(1, sizeof(*elf));
	struct elf_private *priv = xcalloc(1, sizeof(*priv));
	struct stat st;

	elf->path = xstrdup(path);
	elf->priv = priv;
	priv->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (priv->fd < 0 || fstat(priv->fd, &st) < 0)
		return error_errno(errno, "cannot open %s", path);
	if (!S_ISREG(st.st_mode))
		return error_new(ERROR_INPUT, "%s: not a regular file", path);
	priv->file_size = (uint64_t)st.st_size;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return error_new(ERROR_SYSTEM, "libelf: %s", elf_errmsg(-1));
	priv->elf = elf_begin(priv->fd, ELF_C_READ_MMAP, NULL);
	if (!priv->elf)
		return damaged(elf, "cannot be read as ELF");

	struct error *err = read_header(elf);
	if (!err)
		err = read_sections(elf);
	if (!err)
		err = read_symbols(elf);
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
		free(elf->priv->by_name);
		free(elf->priv->by_place);
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
		return damaged(elf, section->name);
	if (chdr.ch_size / MAX_INFLATE_RATIO > section->size)
		return error_new(ERROR_INPUT,
				 "%s: section %s: %llu bytes claim to be %llu when decompressed",
				 elf->path, section->name, (unsigned long long)section->size,
				 (unsigned long long)chdr.ch_size);
	if (elf_compress(scn, 0, 0) < 0)
		return damaged(elf, section->name);
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
		return damaged(elf, section->name);
	if (compressed) {
		struct error *err = decompress(elf, section, scn);

		if (err)
			return err;
	}

	/* raw: as it lies in the file, and not turned into the host's byte order */
	Elf_Data *data = compressed ? elf_getdata(scn, NULL) : elf_rawdata(scn, NULL);
	if (!data)
		return damaged(elf, section->name);
	*data_ret = data->d_buf;
	*len_ret = data->d_size;
	return NULL;
}

size_t elf_symbols_by_name(const struct elf_image *elf, const char *name,
			   const struct elf_symbol *const **first_ret)
{
	const struct elf_symbol **all = elf->priv->by_name;
	size_t low = 0, high = elf->nr_symbols, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < elf->nr_symbols && str_eq(all[end]->name, name); end++)
		;
	*first_ret = end > low ? all + low : NULL;
	return end - low;
}

/* Position in by_place of the first symbol whose section index is at least @shndx. */
static size_t first_in_section(const struct elf_image *elf, uint64_t shndx)
{
	size_t low = 0, high = elf->nr_symbols;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (elf->priv->by_place[middle]->shndx < shndx)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t elf_symbols_in_section(const struct elf_image *elf, uint32_t shndx,
			      const struct elf_symbol *const **first_ret)
{
	size_t first = first_in_section(elf, shndx);
	size_t end = first_in_section(elf, (uint64_t)shndx + 1);

	*first_ret = end > first ? elf->priv->by_place + first : NULL;
	return end - first;
}
