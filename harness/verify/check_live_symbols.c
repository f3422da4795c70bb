// SPDX-License-Identifier: GPL-2.0-only
/* Checks of variables' places against kallsyms and per-CPU areas of a running kernel. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verify/checks.h"
#include "verify/live_symbols.h"

/*
 * Beginnings of names that the kernel's build keeps out of kallsyms, of those that variables may have. Source:
 * scripts/mksysmap.
 */
static const char *const left_out[] = { "__efistub_", "__crc_", "__kcfi_typeid_" };

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		if (str_starts(name, left_out[i]))
			return true;
	return false;
}

/* A symbol of kallsyms called as @var is and at @address; else reports. */
static void expect_at(struct check_run *run, const struct live_symbols *live,
		      const struct variable *var, uint64_t address, const char *why)
{
	const struct guest_symbol *const *symbols;
	size_t n = live_find(live, var->name, &symbols);

	if (!n && is_left_out(var->name))
		return;
	for (size_t i = 0; i < n; i++)
		if (symbols[i]->address == address)
			return;
	check_report(run, var->blob->image, var->name,
		     n ? xasprintf("%#" PRIx64 " in kallsyms", symbols[0]->address)
		       : xstrdup("a line in kallsyms: it has none of this name"),
		     xasprintf("offset %#x of %s, so %#" PRIx64 " (%s)", var->info.offset,
			       var->section_name, address, why));
}

void check_live_kallsyms_percpu(struct check_run *run)
{
	struct live_symbols live = { 0 };
	uint64_t start;

	live_symbols_load(&live, run->evidence->input->guest);
	if (live_address(&live, SYM_PERCPU_START, &start)) {
		check_for_each_variable(var, run) {
			check_item(run);
			expect_at(run, &live, var, start + var->info.offset,
				  SYM_PERCPU_START " + offset");
		}
	} else {
		check_skip(run, "kallsyms has no " SYM_PERCPU_START);
	}
	live_symbols_release(&live);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * How far the kernel was moved from where it was linked: what most variables with a unique name say.
 * It is computed modulo 2^64, as addresses are.
 */
static bool find_slide(const struct check_run *run, const struct live_symbols *live, uint64_t *ret)
{
	VEC(uint64_t) slides = { 0 };
	size_t best = 0, length = 0;

	check_for_each_variable(var, run) {
		uint64_t address;

		if (var->symbol && live_address(live, var->name, &address))
			vec_push(&slides, address - var->symbol->value);
	}
	if (slides.len)
		qsort(slides.data, slides.len, sizeof(*slides.data), by_value);
	for (size_t i = 0; i < slides.len; i++) {
		length = i && slides.data[i] == slides.data[i - 1] ? length + 1 : 1;
		if (length > best) {
			best = length;
			*ret = slides.data[i];
		}
	}
	vec_free(&slides);
	return best > 0;
}

void check_live_kallsyms_global(struct check_run *run)
{
	struct live_symbols live = { 0 };
	uint64_t slide = 0;

	live_symbols_load(&live, run->evidence->input->guest);
	if (find_slide(run, &live, &slide)) {
		_cleanup_free_ char *why = xasprintf("section + offset + slide %#" PRIx64, slide);

		check_for_each_variable(var, run) {
			if (!var->section)
				continue;
			check_item(run);
			expect_at(run, &live, var, var->section->addr + var->info.offset + slide,
				  why);
		}
	} else {
		check_skip(run, "kallsyms has none of the variables");
	}
	live_symbols_release(&live);
}

void check_live_percpu_bounds(struct check_run *run)
{
	const struct elf_section *section = run->evidence->vmlinux->percpu;
	struct live_symbols live = { 0 };
	uint64_t start, end;

	live_symbols_load(&live, run->evidence->input->guest);
	if (!live_address(&live, SYM_PERCPU_START, &start) ||
	    !live_address(&live, SYM_PERCPU_END, &end)) {
		check_skip(run, "kallsyms lacks " SYM_PERCPU_START " or " SYM_PERCPU_END);
	} else {
		/* a running kernel may be known by its BTF alone */
		if (section) {
			check_item(run);
			if (end - start < section->size)
				check_report(run, IMAGE_VMLINUX, PERCPU_SECTION,
					     xasprintf("%#" PRIx64 " bytes from %#" PRIx64
						       " to %#" PRIx64,
						       end - start, start, end),
					     xasprintf("a section of %#" PRIx64 " bytes",
						       section->size));
		}
		check_for_each_variable(var, run) {
			check_item(run);
			if ((uint64_t)var->info.offset + var->info.size > end - start)
				check_report(run, var->blob->image, var->name,
					     xasprintf("inside the %#" PRIx64
						       " bytes of the per-CPU area",
						       end - start),
					     xasprintf("%#x + %u bytes", var->info.offset,
						       var->info.size));
		}
	}
	live_symbols_release(&live);
}

/* One distinct area for each CPU, none reaching into the next. */
void check_live_percpu_offsets(struct check_run *run)
{
	const struct guest_report *guest = run->evidence->input->guest;
	uint64_t size = run->evidence->vmlinux->percpu ? run->evidence->vmlinux->percpu->size : 0;
	size_t nr = guest->percpu_offsets.len;
	_cleanup_free_ uint64_t *sorted = NULL;

	if (!nr) {
		check_skip_without_areas(run);
		return;
	}
	check_item(run);
	if (nr < guest->nr_cpus)
		check_report(run, IMAGE_VMLINUX, "__per_cpu_offset",
			     xasprintf("an offset for each of %u CPUs", guest->nr_cpus),
			     xasprintf("%zu", nr));
	sorted = xmemdup(guest->percpu_offsets.data, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), by_value);
	for (size_t i = 0; i < nr; i++) {
		/* a number that no CPU can have has no area, and the array 0 for it */
		if (!sorted[i])
			continue;
		check_item(run);
		if (i && sorted[i - 1] && sorted[i] - sorted[i - 1] < size)
			check_report(run, IMAGE_VMLINUX, "__per_cpu_offset",
				     xasprintf("areas at least %#" PRIx64 " bytes apart", size),
				     xasprintf("%#" PRIx64 " and %#" PRIx64, sorted[i - 1],
					       sorted[i]));
	}
}
