// SPDX-License-Identifier: GPL-2.0-only
/* Checks of where vmlinux has its BTF: the kernel finds it in memory, between two symbols. */
#include <elf.h>
#include <inttypes.h>

#include "verify/checks.h"
#include "verify/load_segment.h"

void check_btf_is_loaded_section(struct check_run *run)
{
	const struct blob *blob = run->evidence->vmlinux;
	const struct elf_section *section = elf_section_by_name(blob->btf_elf, BTF_SECTION);
	_cleanup_error_ struct error *err = NULL;

	check_item(run);
	if (!(section->flags & SHF_ALLOC)) {
		check_report(run, blob->image, BTF_SECTION,
			     xstrdup("a section with SHF_ALLOC, so that it is in memory"),
			     xasprintf("flags %#" PRIx64, section->flags));
		return;
	}
	err = load_segment_holds(blob->btf_elf->path, section);
	if (err)
		check_report(run, blob->image, BTF_SECTION,
			     xstrdup("all of it in one loadable segment, at its address"),
			     xstrdup(err->message));
}

static void check_bound(struct check_run *run, const char *name, uint64_t expected)
{
	const struct blob *blob = run->evidence->vmlinux;
	const struct elf_symbol *symbol = elf_global_symbol(blob->elf, name);
	const struct elf_symbol *const *symbols;

	check_item(run);
	/* the linker makes hidden symbols local */
	if (!symbol && elf_symbols_by_name(blob->elf, name, &symbols))
		symbol = symbols[0];
	if (!symbol) {
		check_report(run, blob->image, name, xasprintf("a symbol %s", name),
			     xstrdup("no such symbol"));
		return;
	}
	if (symbol->value != expected)
		check_report(run, blob->image, name,
			     xasprintf("%#" PRIx64 ", the bound of section " BTF_SECTION, expected),
			     xasprintf("%#" PRIx64, symbol->value));
}

void check_btf_bounds_symbols(struct check_run *run)
{
	const struct elf_section *section =
		elf_section_by_name(run->evidence->vmlinux->btf_elf, BTF_SECTION);

	check_bound(run, SYM_BTF_START, section->addr);
	check_bound(run, SYM_BTF_STOP, section->addr + section->size);
}
