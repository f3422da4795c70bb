// SPDX-License-Identifier: GPL-2.0-only
#include "run/wanted.h"

#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_image.h"
#include "core/fileio.h"
#include "elf/elf_image.h"

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A file of BTF and nothing else begins with its magic number, in either byte order. */
static bool is_raw_btf(const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	unsigned char magic[2];

	return file && fread(magic, sizeof(magic), 1, file) == 1 &&
	       ((magic[0] == 0x9f && magic[1] == 0xeb) || (magic[0] == 0xeb && magic[1] == 0x9f));
}

/* The BTF of @path; *ret stays NULL where it has none or it is malformed. */
static struct error *read_btf(const char *path, const struct btf_image *base,
			      struct btf_image **ret)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	_cleanup_free_ char *raw = NULL;
	const struct elf_section *section;
	const uint8_t *data;
	size_t len;
	struct error *err;

	if (is_raw_btf(path)) {
		err = file_read(path, 0, &raw, &len);
		data = (const uint8_t *)raw;
	} else {
		err = elf_image_open(path, &elf);
		section = err ? NULL : elf_section_by_name(elf, ".BTF");
		if (!err && !section)
			return NULL;
		if (!err)
			err = elf_section_data(elf, section, &data, &len);
	}
	if (!err)
		err = btf_image_parse(path, data, len, base, ret);
	if (err && err->kind == ERROR_INPUT) {
		error_free(err);
		return NULL;
	}
	return err;
}

static void add_names(const struct btf_image *btf, struct wanted *wanted)
{
	btf_for_each_type(type, btf) {
		const char *name = btf_type_name(&type);

		/* The list goes into the guest one name to a line. */
		if (type.kind == BTF_KIND_VAR && *name && !strpbrk(name, " \t\n"))
			vec_push(&wanted->names, xstrdup(name));
	}
}

static void sort_unique(struct wanted *wanted)
{
	size_t kept = 0;

	if (!wanted->names.len)
		return;
	qsort(wanted->names.data, wanted->names.len, sizeof(*wanted->names.data), compare);
	for (size_t i = 0; i < wanted->names.len; i++) {
		char *name = wanted->names.data[i];

		if (kept && str_eq(wanted->names.data[kept - 1], name))
			free(name);
		else
			wanted->names.data[kept++] = name;
	}
	wanted->names.len = kept;
}

struct error *wanted_collect(const char *vmlinux, const char *extra_module, struct wanted *ret)
{
	_cleanup_(btf_image_cleanup) struct btf_image *base = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *extra = NULL;
	struct error *err = read_btf(vmlinux, NULL, &base);

	if (!err && base && extra_module)
		err = read_btf(extra_module, base, &extra);
	if (err)
		return err;
	if (base)
		add_names(base, ret);
	if (extra)
		add_names(extra, ret);
	sort_unique(ret);
	return NULL;
}

void wanted_release(struct wanted *wanted)
{
	vec_for_each(name, &wanted->names)
		free(*name);
	vec_free(&wanted->names);
}
