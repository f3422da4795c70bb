// SPDX-License-Identifier: GPL-2.0-only
#include "verify/btf_header.h"

#include <inttypes.h>
#include <stdlib.h>

#include "btf/btf_layout.h"
#include "core/mem.h"

struct section {
	const char *name;
	uint64_t off, len;
};

static struct section read_section(const struct btf_image *btf, const char *name, size_t field)
{
	return (struct section){
		.name = name,
		.off = btf_get32(btf->data + field, btf->big_endian),
		.len = btf_get32(btf->data + field + 4, btf->big_endian),
	};
}

static int by_offset(const void *a, const void *b)
{
	const struct section *x = a, *y = b;

	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return (x->len > y->len) - (x->len < y->len);
}

/* One behind the other, from the header's end to the blob's. */
static char *find_gap(const struct btf_image *btf, const struct section *sections, size_t n)
{
	uint64_t end = 0, all = btf->len - btf->hdr_len;

	for (size_t i = 0; i < n; i++) {
		if (sections[i].off != end)
			return xasprintf("%s section at offset %" PRIu64 ", %s at %" PRIu64,
					 sections[i].name, sections[i].off,
					 i ? "and what is before it ends" : "and the header ends",
					 end);
		end += sections[i].len;
	}
	if (end != all)
		return xasprintf("%" PRIu64 " bytes behind the header, and sections for %" PRIu64,
				 all, end);
	return NULL;
}

char *btf_header_fault(const struct btf_image *btf)
{
	struct section sections[3] = {
		read_section(btf, "type", BTF_HDR_TYPE_OFF),
		read_section(btf, "string", BTF_HDR_STR_OFF),
	};
	size_t n = 2, known = BTF_HDR_MIN;

	if (btf->data[BTF_HDR_FLAGS])
		return xasprintf("flags %#x, of which none is defined", btf->data[BTF_HDR_FLAGS]);
	if (btf->hdr_len >= BTF_HDR_WITH_LAYOUT) {
		sections[n++] = read_section(btf, "layout", BTF_HDR_LAYOUT_OFF);
		known = BTF_HDR_WITH_LAYOUT;
	}
	for (size_t i = known; i < btf->hdr_len; i++)
		if (btf->data[i])
			return xasprintf(
				"a header of %u bytes, of which byte %zu is not zero and has "
				"no meaning",
				btf->hdr_len, i);
	if (sections[0].off % 4)
		return xasprintf("types at offset %" PRIu64 ", not a multiple of 4",
				 sections[0].off);
	/* a layout section of no bytes is none, wherever it is said to be */
	if (n == 3 && !sections[2].len)
		n = 2;
	qsort(sections, n, sizeof(*sections), by_offset);
	return find_gap(btf, sections, n);
}
