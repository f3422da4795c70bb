// SPDX-License-Identifier: GPL-2.0-only
/* Checks of where variables are against what their types demand. */
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>

#include "verify/alignment.h"
#include "verify/checks.h"

static void judge(struct check_run *run, const struct variable *var, uint32_t align)
{
	const struct elf_image *elf = var->blob->of->elf;
	uint64_t address = var->section->addr + var->info.offset;
	/* a relocatable file's section goes wherever its own alignment allows */
	bool movable = elf->type == ET_REL && var->section->align < align;

	check_item(run);
	if (address % align == 0 && !movable)
		return;

	_cleanup_free_ char *type = btf_type_describe(var->blob->btf, var->type_id);

	check_report(run, var->blob->image, var->name,
		     xasprintf("an address that is a multiple of %u, for %s", align, type),
		     movable ? xasprintf("%s, which is aligned to %" PRIu64, var->section_name,
					 var->section->align)
			     : xasprintf("offset %#x of %s, address %#" PRIx64, var->info.offset,
					 var->section_name, address));
}

static void judge_blob(struct check_run *run, const struct blob *blob)
{
	struct alignment alignment;

	alignment_init(&alignment, blob->btf, run->evidence->pointer_size);
	check_for_each_variable(var, run) {
		if (var->blob == blob && var->section)
			judge(run, var, alignment_of(&alignment, var->type_id));
	}
	alignment_release(&alignment);
}

void check_alignment(struct check_run *run)
{
	check_for_each_blob(blob, run)
		judge_blob(run, blob);
}
