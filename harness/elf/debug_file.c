// SPDX-License-Identifier: GPL-2.0-only
#include "elf/debug_file.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	/* real ones have 16 or 20 bytes */
	MAX_BUILD_ID = 64,
};

static uint32_t get32(const struct elf_image *elf, const uint8_t *p)
{
	return elf->big_endian
		       ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		       : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static char *to_hex(const uint8_t *bytes, size_t len)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < len; i++)
		strbuf_addf(&sb, "%02x", bytes[i]);
	return strbuf_detach(&sb);
}

static uint64_t align4(uint64_t size)
{
	return (size + 3) & ~(uint64_t)3;
}

/* Notes are: length of the name, length of the contents, type, then both, padded. */
static char *find_note(const struct elf_image *elf, const uint8_t *data, size_t len)
{
	enum {
		HEADER = 12
	};

	for (size_t at = 0; len - at >= HEADER;) {
		uint32_t name_len = get32(elf, data + at), size = get32(elf, data + at + 4);
		uint32_t type = get32(elf, data + at + 8);
		uint64_t start = HEADER + align4(name_len);

		if (start + align4(size) > len - at)
			return NULL;
		if (type == NT_GNU_BUILD_ID && name_len == sizeof("GNU") &&
		    !memcmp(data + at + HEADER, "GNU", sizeof("GNU")) && size > 1 &&
		    size <= MAX_BUILD_ID)
			return to_hex(data + at + start, size);
		at += start + align4(size);
	}
	return NULL;
}

static bool section_bytes(const struct elf_image *elf, const struct elf_section *section,
			  const uint8_t **data, size_t *len)
{
	_cleanup_error_ struct error *err = elf_section_data(elf, section, data, len);

	return !err && *data;
}

char *elf_build_id(const struct elf_image *elf)
{
	for (size_t i = 1; i < elf->nr_sections; i++) {
		const uint8_t *data;
		size_t len;
		char *id;

		if (elf->sections[i].type != SHT_NOTE ||
		    !section_bytes(elf, &elf->sections[i], &data, &len))
			continue;
		id = find_note(elf, data, len);
		if (id)
			return id;
	}
	return NULL;
}

/* The CRC-32 of ISO 3309, as .gnu_debuglink has it. */
static uint32_t crc32(const uint8_t *data, size_t len)
{
	uint32_t table[256], crc = 0xffffffff;

	for (uint32_t i = 0; i < ARRAY_SIZE(table); i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
	}
	for (size_t i = 0; i < len; i++)
		crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];
	return ~crc;
}

static bool has_checksum(const char *path, uint32_t checksum)
{
	struct mapped_file map = { 0 };
	_cleanup_error_ struct error *err = mapped_file_open(path, &map);
	bool same = !err && crc32(map.data, map.len) == checksum;

	if (!err)
		mapped_file_close(&map);
	return same;
}

/* What is looked for. */
struct search {
	const struct elf_image *elf;
	/* "" where the path has no slash, else with it at the end */
	char *dir;
	const char *name, *root;
	char *build_id;
	bool has_link;
	char *link;
	uint32_t checksum;
};

static void read_link(struct search *search)
{
	const struct elf_section *section = elf_section_by_name(search->elf, ".gnu_debuglink");
	const uint8_t *data, *end;
	size_t len, at;

	if (!section || !section_bytes(search->elf, section, &data, &len))
		return;
	end = memchr(data, '\0', len);
	at = end ? align4((uint64_t)(end - data) + 1) : len;
	/* a file name, not a path: what is in another folder is not ours to open */
	if (len < 4 || at > len - 4 || !*data || memchr(data, '/', (size_t)(end - data)))
		return;
	search->has_link = true;
	search->link = xstrdup((const char *)data);
	search->checksum = get32(search->elf, data + at);
}

/* Whether @path is the debug file. */
static bool is_it(const struct search *search, const char *path)
{
	_cleanup_(elf_image_cleanup) struct elf_image *other = NULL;
	_cleanup_error_ struct error *err = NULL;
	_cleanup_free_ char *id = NULL;

	if (!path_exists(path) || str_eq(path, search->elf->path))
		return false;
	err = elf_image_open(path, &other);
	if (err || other->machine != search->elf->machine || other->bits != search->elf->bits)
		return false;
	id = elf_build_id(other);
	if (search->build_id && id)
		return str_eq(id, search->build_id);
	return search->has_link && has_checksum(path, search->checksum);
}

static char *take_if(const struct search *search, char *path)
{
	if (path && is_it(search, path))
		return path;
	free(path);
	return NULL;
}

static char *by_build_id(const struct search *search)
{
	return search->build_id ? xasprintf("%s/.build-id/%.2s/%s.debug", search->root,
					    search->build_id, search->build_id + 2)
				: NULL;
}

static char *by_link_beside(const struct search *search)
{
	return search->has_link ? xasprintf("%s%s", search->dir, search->link) : NULL;
}

static char *by_link_below(const struct search *search)
{
	return search->has_link ? xasprintf("%s.debug/%s", search->dir, search->link) : NULL;
}

static char *by_link_in_root(const struct search *search)
{
	return search->has_link ? xasprintf("%s%s%s", search->root, search->dir, search->link)
				: NULL;
}

/* Debian's debug packages of kernels have the files under their own names, unpacked. */
static char *by_name_in_root(const struct search *search)
{
	static const char *const packed[] = { ".xz", ".zst", ".gz" };
	size_t len = strlen(search->name);

	for (size_t i = 0; i < ARRAY_SIZE(packed); i++)
		if (str_ends(search->name, packed[i]))
			len -= strlen(packed[i]);
	return xasprintf("%s%s%.*s", search->root, search->dir, (int)len, search->name);
}

/* Since /lib is a link to /usr/lib, packages have the one or the other. */
static char *by_name_without_usr(const struct search *search)
{
	struct search other = *search;

	if (!str_starts(search->dir, "/usr/"))
		return NULL;
	other.dir += strlen("/usr");
	return by_name_in_root(&other);
}

char *debug_file_find(const struct elf_image *elf, const char *root)
{
	static char *(*const places[])(const struct search *search) = {
		by_build_id,     by_link_beside,  by_link_below,
		by_link_in_root, by_name_in_root, by_name_without_usr,
	};
	_cleanup_free_ char *path = realpath(elf->path, NULL);
	const char *slash = path ? strrchr(path, '/') : NULL;
	struct search search = { .elf = elf, .root = root };
	char *found = NULL;

	if (!slash)
		return NULL;
	search.dir = xstrndup(path, (size_t)(slash - path) + 1);
	search.name = slash + 1;
	search.build_id = elf_build_id(elf);
	read_link(&search);
	for (size_t i = 0; i < ARRAY_SIZE(places) && !found; i++)
		found = take_if(&search, places[i](&search));
	free(search.dir);
	free(search.build_id);
	free(search.link);
	return found;
}
