// SPDX-License-Identifier: GPL-2.0-only
#include "verify/blob.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/unpack.h"
#include "elf/debug_file.h"
#include "elf/relocated_copy.h"

enum {
	/* BTF's own limit is less: 32-bit offsets for types and for strings */
	MAX_RAW_BTF = 1 << 30,
};

/* Keeps a malformed input as the blob's problem; passes on what kept us from reading it. */
static struct error *note_problem(struct error *err, char **problem)
{
	if (!err || err->kind != ERROR_INPUT)
		return err;
	free(*problem);
	*problem = return_ptr(err->message);
	error_free(err);
	return NULL;
}

char *blob_module_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *suffix = strstr(base, ".ko");
	char *name =
		suffix && suffix > base ? xstrndup(base, (size_t)(suffix - base)) : xstrdup(base);

	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

/* The one of the two that has symbols: a stripped vmlinux has none, its debug file has all. */
static void choose_elf(struct blob *blob)
{
	if (blob->other_elf && blob->other_elf->nr_symbols > blob->elf->nr_symbols) {
		struct elf_image *chosen = blob->other_elf;

		blob->other_elf = blob->elf;
		blob->elf = chosen;
	}
}

static struct error *refuse_other_build(const struct elf_image *elf, const struct elf_image *debug)
{
	_cleanup_free_ char *id = elf_build_id(elf), *debug_id = elf_build_id(debug);

	if (!id || !debug_id || str_eq(id, debug_id))
		return NULL;
	return error_new(ERROR_INPUT,
			 "%s is not the debug file of %s: its build id is %s, and not %s; give the "
			 "one that was made from it",
			 debug->path, elf->path, debug_id, id);
}

/* A message about our copy in memory is one about the file it came from. */
static struct error *name_file(struct error *err, const char *copy, const char *path)
{
	char *message;

	if (!err || !str_starts(err->message, copy) || str_eq(copy, path))
		return err;
	message = xasprintf("%s%s", path, err->message + strlen(copy));
	free(err->message);
	err->message = message;
	return err;
}

static bool is_packed(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t head[8];
	ssize_t len = fd < 0 ? -1 : read(fd, head, sizeof(head));

	return len > 0 && unpack_is_packed(head, (size_t)len);
}

/* Distributions compress their modules. The path stays that of the file, for messages. */
static struct error *open_packed(struct blob *blob, struct elf_image **ret)
{
	struct error *err = unpack_file(blob->path, &blob->unpacked_fd);
	_cleanup_free_ char *path = NULL;

	if (err)
		return err;
	path = xasprintf("/proc/self/fd/%d", blob->unpacked_fd);
	err = name_file(elf_image_open(path, ret), path, blob->path);
	if (err)
		return err;
	free((*ret)->path);
	(*ret)->path = xstrdup(blob->path);
	blob->packed_elf = *ret;
	return NULL;
}

char *blob_elf_path(const struct blob *blob, const struct elf_image *elf)
{
	/* not /proc/self: programs we run are to find it too */
	return elf == blob->packed_elf
		       ? xasprintf("/proc/%d/fd/%d", (int)getpid(), blob->unpacked_fd)
		       : xstrdup(elf->path);
}

static struct error *open_elf(struct blob *blob)
{
	struct error *err;

	if (!blob->path) {
		blob->elf_problem = xstrdup("no ELF file was given");
		return NULL;
	}
	err = is_packed(blob->path) ? open_packed(blob, &blob->elf)
				    : elf_image_open(blob->path, &blob->elf);
	err = note_problem(err, &blob->elf_problem);
	if (err || !blob->elf)
		return err;
	if (!blob->debug_path && !elf_section_by_name(blob->elf, ".debug_info"))
		blob->debug_path = debug_file_find(blob->elf, DEBUG_ROOT);
	if (blob->debug_path) {
		err = elf_image_open(blob->debug_path, &blob->other_elf);
		if (!err)
			err = refuse_other_build(blob->elf, blob->other_elf);
		if (err)
			return err;
		choose_elf(blob);
	}
	blob->percpu = elf_section_by_name(blob->elf, PERCPU_SECTION);
	return NULL;
}

static struct error *parse(struct blob *blob, const char *label)
{
	const struct btf_image *base = blob->base ? blob->base->btf : NULL;

	if (blob->distilled)
		base = blob->distilled;
	return note_problem(btf_image_parse(label, blob->raw, blob->raw_len, base, &blob->btf),
			    &blob->btf_problem);
}

static struct error *read_distilled_base(struct blob *blob)
{
	const struct elf_section *section = elf_section_by_name(blob->btf_elf, BTF_BASE_SECTION);
	_cleanup_free_ char *label = xasprintf("%s: " BTF_BASE_SECTION, blob->image);
	const uint8_t *data;
	struct error *err;
	size_t len;

	if (!section || !blob->base)
		return NULL;
	err = elf_section_data(blob->btf_elf, section, &data, &len);
	return err ? err : btf_image_parse(label, data, len, NULL, &blob->distilled);
}

/* The .BTF of a debug file is a section without contents, and so may be that of a stripped file. */
static struct error *find_section(struct blob *blob)
{
	const struct elf_image *const elves[] = { blob->elf, blob->other_elf };
	const char *why = "no " BTF_SECTION " section";

	for (size_t i = 0; i < ARRAY_SIZE(elves) && elves[i]; i++) {
		const struct elf_section *section = elf_section_by_name(elves[i], BTF_SECTION);
		struct error *err;

		if (!section)
			continue;
		err = elf_section_data(elves[i], section, &blob->raw, &blob->raw_len);
		if (err)
			return note_problem(err, &blob->btf_problem);
		if (blob->raw) {
			blob->btf_elf = elves[i];
			return NULL;
		}
		why = BTF_SECTION " has no contents in the file";
	}
	blob->btf_problem = xasprintf("%s: %s", blob->path, why);
	return NULL;
}

static struct error *read_from_elf(struct blob *blob)
{
	_cleanup_free_ char *label = xasprintf("%s: " BTF_SECTION, blob->image);
	struct error *err = find_section(blob);

	if (err || !blob->raw)
		return err;
	err = note_problem(read_distilled_base(blob), &blob->btf_problem);
	return err || blob->btf_problem ? err : parse(blob, label);
}

/* The BTF of a file that is all BTF, or, as people will give it, of an ELF file. */
static struct error *read_raw(struct blob *blob)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	const struct elf_section *section;
	const uint8_t *data;
	struct error *err =
		file_read(blob->raw_path, MAX_RAW_BTF, &blob->owned_raw, &blob->raw_len);

	blob->raw = (const uint8_t *)blob->owned_raw;
	if (err)
		return note_problem(err, &blob->btf_problem);
	if (blob->raw_len < SELFMAG || memcmp(blob->raw, ELFMAG, SELFMAG))
		return parse(blob, blob->raw_path);

	err = elf_image_open(blob->raw_path, &elf);
	section = err ? NULL : elf_section_by_name(elf, BTF_SECTION);
	if (!err && !section)
		err = error_new(ERROR_INPUT, "%s: no " BTF_SECTION " section", blob->raw_path);
	if (!err)
		err = elf_section_data(elf, section, &data, &blob->raw_len);
	if (err)
		return note_problem(err, &blob->btf_problem);
	free(blob->owned_raw);
	blob->owned_raw = xmemdup(data, blob->raw_len);
	blob->raw = (const uint8_t *)blob->owned_raw;
	return parse(blob, blob->raw_path);
}

struct error *blob_load(struct blob *blob)
{
	struct error *err = open_elf(blob);

	if (err)
		return err;
	if (!blob->elf && !blob->raw_path) {
		blob->btf_problem = xstrdup(blob->elf_problem);
		return NULL;
	}
	if (blob->base && !blob->base->btf) {
		blob->btf_problem =
			xasprintf("its base cannot be read: %s", blob->base->btf_problem);
		return NULL;
	}
	return blob->raw_path ? read_raw(blob) : read_from_elf(blob);
}

struct error *blob_replace_btf(struct blob *blob, const void *data, size_t len)
{
	_cleanup_free_ char *label = xasprintf("%s: " BTF_SECTION, blob->image);
	char *copy = xmemdup(data, len);

	btf_image_free(blob->btf);
	blob->btf = NULL;
	free(blob->btf_problem);
	blob->btf_problem = NULL;
	free(blob->owned_raw);
	blob->owned_raw = copy;
	blob->raw = (const uint8_t *)copy;
	blob->raw_len = len;
	if (blob->base && !blob->base->btf) {
		blob->btf_problem =
			xasprintf("its base cannot be read: %s", blob->base->btf_problem);
		return NULL;
	}
	return parse(blob, label);
}

/*
 * A file and its debug file have the same section headers, so that a section's number is the same in both;
 * what has lost headers is of no use here.
 */
static bool has_same_sections(const struct elf_image *a, const struct elf_image *b)
{
	for (size_t i = 1; i < a->nr_sections; i++)
		if (a->sections[i].flags & SHF_ALLOC &&
		    (i >= b->nr_sections || !str_eq(a->sections[i].name, b->sections[i].name)))
			return false;
	return true;
}

/* Addresses and offsets in a module's DWARF stand for nothing until they are relocated. */
static struct error *load_relocatable(struct blob *blob, const struct elf_image *elf)
{
	_cleanup_free_ char *path = blob_elf_path(blob, elf), *copy = NULL;
	_cleanup_free_ uint64_t *bases = NULL;
	_cleanup_close_ int fd = -1;
	struct error *err;
	size_t nr = 0;

	if (!has_same_sections(blob->elf, elf))
		return error_new(ERROR_INPUT, "%s and %s differ in their sections", blob->elf->path,
				 elf->path);
	err = name_file(relocated_copy(path, &fd, &bases, &nr), path, elf->path);
	if (!err && nr != elf->nr_sections)
		err = error_new(ERROR_INPUT, "%s: libdw finds %zu sections and we find %zu",
				elf->path, nr, elf->nr_sections);
	if (err)
		return err;
	copy = xasprintf("/proc/self/fd/%d", fd);
	err = name_file(dwarf_index_open(copy, &blob->dwarf), copy, elf->path);
	if (!err) {
		blob->dwarf_bases = return_ptr(bases);
		blob->nr_dwarf_bases = nr;
	}
	return err;
}

static struct error *load_dwarf_of(struct blob *blob, const struct elf_image *elf)
{
	_cleanup_free_ char *path = blob_elf_path(blob, elf);

	if (elf->type == ET_REL)
		return load_relocatable(blob, elf);
	return name_file(dwarf_index_open(path, &blob->dwarf), path, elf->path);
}

struct error *blob_load_dwarf(struct blob *blob)
{
	const struct elf_image *const elves[] = { blob->elf, blob->other_elf };

	if (!blob->elf) {
		blob->dwarf_problem = xstrdup(blob->elf_problem);
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(elves) && elves[i] && !blob->dwarf; i++) {
		struct error *err;

		err = note_problem(load_dwarf_of(blob, elves[i]), &blob->dwarf_problem);
		if (err)
			return err;
	}
	return NULL;
}

void blob_release(struct blob *blob)
{
	dwarf_index_close(blob->dwarf);
	btf_image_free(blob->btf);
	btf_image_free(blob->distilled);
	elf_image_close(blob->elf);
	elf_image_close(blob->other_elf);
	if (blob->unpacked_fd >= 0)
		close(blob->unpacked_fd);
	free(blob->image);
	free(blob->debug_path);
	free(blob->owned_raw);
	free(blob->dwarf_bases);
	free(blob->elf_problem);
	free(blob->btf_problem);
	free(blob->dwarf_problem);
}
