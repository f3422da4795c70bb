// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_file.h"

#include <elf.h>
#include <string.h>

#include "core/fileio.h"
#include "elf/elf_image.h"

#define BTF_SECTION ".BTF"

static struct error *read_section(const char *path, const struct btf_image *base,
				  struct btf_image **ret)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	struct error *err = elf_image_open(path, &elf);
	const struct elf_section *section;
	const uint8_t *data;
	size_t len;

	if (err)
		return err;
	section = elf_section_by_name(elf, BTF_SECTION);
	if (!section)
		return error_new(ERROR_INPUT, "%s: no " BTF_SECTION " section", path);
	err = elf_section_data(elf, section, &data, &len);
	if (!err && !data)
		err = error_new(ERROR_INPUT, "%s: its " BTF_SECTION " has no contents", path);
	return err ? err : btf_image_parse(path, data, len, base, ret);
}

struct error *btf_file_read(const char *path, const struct btf_image *base, struct btf_image **ret)
{
	_cleanup_(mapped_file_close) struct mapped_file map = { 0 };
	struct error *err = mapped_file_open(path, &map);

	if (err)
		return err;
	if (map.len >= SELFMAG && memcmp(map.data, ELFMAG, SELFMAG) == 0)
		return read_section(path, base, ret);
	return btf_image_parse(path, map.data, map.len, base, ret);
}
