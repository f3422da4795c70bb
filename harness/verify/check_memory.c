// SPDX-License-Identifier: GPL-2.0-only
/* Checks of sections against what the kernel has in memory. */
#include <elf.h>
#include <inttypes.h>

#include "verify/checks.h"

/* What is discarded when the kernel is linked has no place in it, whatever address it had before. */
void check_section_in_memory(struct check_run *run)
{
	vec_for_each(sec, &run->evidence->datasecs) {
		if (sec->scope != run->check->scope || !check_covers(run, sec->blob) ||
		    !sec->section)
			continue;
		check_item(run);
		if (sec->section->flags & SHF_ALLOC)
			continue;
		check_report(run, sec->blob->image, sec->name,
			     xstrdup("a section with SHF_ALLOC, so that it is in memory"),
			     xasprintf("DATASEC [%u] '%s', whose section has flags %#" PRIx64,
				       sec->id, sec->name, sec->section->flags));
	}
}

static void check_bound(struct check_run *run, const struct blob *blob, const char *name,
			uint64_t expected)
{
	const struct elf_symbol *symbol = elf_global_symbol(blob->elf, name);
	const struct elf_symbol *const *symbols;

	check_item(run);
	/* the linker makes hidden symbols local */
	if (!symbol && elf_symbols_by_name(blob->elf, name, &symbols))
		symbol = symbols[0];
	if (!symbol)
		check_report(run, blob->image, name, xasprintf("a symbol %s", name),
			     xstrdup("no such symbol"));
	else if (symbol->value != expected)
		check_report(run, blob->image, name,
			     xasprintf("%#" PRIx64 ", the bound of section " PERCPU_SECTION,
				       expected),
			     xasprintf("%#" PRIx64, symbol->value));
}

/*
 * What the kernel copies for each CPU is what is between these two; offsets in the DATASEC count from the
 * section's start, and a kernel adds them to the copy's.
 */
void check_percpu_bounds_symbols(struct check_run *run)
{
	const struct blob *blob = run->evidence->vmlinux;
	const struct elf_section *section = blob->percpu;

	if (!section) {
		check_skip(run, "vmlinux has no section " PERCPU_SECTION);
		return;
	}
	check_bound(run, blob, SYM_PERCPU_START, section->addr);
	check_bound(run, blob, SYM_PERCPU_END, section->addr + section->size);
}
