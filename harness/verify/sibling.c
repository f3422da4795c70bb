// SPDX-License-Identifier: GPL-2.0-only
#include "verify/sibling.h"

#include "verify/blob.h"

struct error *sibling_open(const struct verify_sibling *from, struct sibling *ret)
{
	const struct elf_section *section;
	struct error *err = elf_image_open(from->vmlinux, &ret->elf);

	ret->mode = from->mode;
	if (err)
		return err;
	section = elf_section_by_name(ret->elf, BTF_SECTION);
	if (!section)
		return error_new(ERROR_INPUT, "%s: no " BTF_SECTION " section", from->vmlinux);
	err = elf_section_data(ret->elf, section, &ret->raw, &ret->raw_len);
	if (err)
		return err;
	return btf_image_parse(from->vmlinux, ret->raw, ret->raw_len, NULL, &ret->btf);
}

void sibling_close(struct sibling *sibling)
{
	btf_image_free(sibling->btf);
	elf_image_close(sibling->elf);
	*sibling = (struct sibling){ 0 };
}
