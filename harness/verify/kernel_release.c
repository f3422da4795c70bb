// SPDX-License-Identifier: GPL-2.0-only
#include "verify/kernel_release.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define BANNER_SYMBOL "linux_banner"
#define BANNER_START  "Linux version "

/* Contents of a section; NULL where it has none that can be read. */
static const char *contents(const struct elf_image *elf, const struct elf_section *section,
			    size_t *len_ret)
{
	const uint8_t *data = NULL;
	struct error *err = section ? elf_section_data(elf, section, &data, len_ret) : NULL;

	if (err) {
		error_free(err);
		return NULL;
	}
	return (const char *)data;
}

char *vmlinux_release(const struct elf_image *elf)
{
	const size_t start = strlen(BANNER_START);
	const struct elf_symbol *symbol = elf_global_symbol(elf, BANNER_SYMBOL);
	const struct elf_section *section;
	const char *data, *banner;
	uint64_t offset;
	size_t len;

	if (!symbol)
		return NULL;
	section = elf_section_by_index(elf, symbol->shndx);
	data = contents(elf, section, &len);
	if (!data || symbol->value < section->addr)
		return NULL;
	offset = symbol->value - section->addr;
	if (offset >= len || len - offset <= start)
		return NULL;
	banner = data + offset;
	if (memcmp(banner, BANNER_START, start) != 0)
		return NULL;
	banner += start;
	len -= offset + start;
	for (size_t i = 0; i < len; i++)
		if (banner[i] == ' ' || banner[i] == '\0')
			return i ? xstrndup(banner, i) : NULL;
	return NULL;
}

char *module_info(const struct elf_image *elf, const char *key)
{
	size_t len = 0, key_len = strlen(key);
	const char *data = contents(elf, elf_section_by_name(elf, ".modinfo"), &len);

	for (const char *p = data, *end = p ? p + len : NULL; p < end;) {
		size_t n = strnlen(p, (size_t)(end - p));

		if (n > key_len && memcmp(p, key, key_len) == 0 && p[key_len] == '=')
			return xstrndup(p + key_len + 1, n - key_len - 1);
		p += n + 1;
	}
	return NULL;
}

bool release_is_before(const char *release, unsigned long major)
{
	char *end;
	unsigned long own = strtoul(release, &end, 10);

	return end != release && *end == '.' && own < major;
}
