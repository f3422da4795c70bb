// SPDX-License-Identifier: GPL-2.0-only
/* Checks of modules against the vmlinux they are said to be of: their split BTF means nothing on another. */
#include <elf.h>
#include <inttypes.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "verify/checks.h"
#include "verify/distilled.h"
#include "verify/kernel_release.h"
#include "verify/split_base.h"

#define THIS_MODULE_SECTION ".gnu.linkonce.this_module"

static void check_fit(struct check_run *run, const struct blob *blob)
{
	_cleanup_(split_fit_release) struct split_fit fit = { 0 };
	size_t nr_misfits;

	split_fit_measure(blob->btf, run->evidence->pointer_size, &fit);
	run->nr_items += fit.nr_names + fit.nr_entries;
	nr_misfits = fit.nr_torn_names + fit.nr_other_size;
	if (!nr_misfits)
		return;
	check_report(run, blob->image, BTF_SECTION,
		     xasprintf("split BTF made on this base (%u ids, %u bytes of strings): whole "
			       "names in it, and types of the sizes that DATASECs say",
			       blob->btf->first_id, blob->btf->str_start),
		     xasprintf("%zu of %zu names torn, %zu of %zu variables of another size: %s",
			       fit.nr_torn_names, fit.nr_names, fit.nr_other_size, fit.nr_entries,
			       fit.examples));
}

void check_split_fits_base(struct check_run *run)
{
	check_for_each_blob(blob, run) {
		if (blob->btf->base)
			check_fit(run, blob);
	}
	if (!run->nr_items && !run->nr_findings)
		check_not_applicable(run, "there is no split BTF that refers to its base");
}

/* The release is the first word of vermagic; the kernel compares all of it. */
static void check_vermagic(struct check_run *run, const struct blob *blob, const char *release)
{
	_cleanup_free_ char *vermagic = module_info(blob->elf, "vermagic");
	size_t len = vermagic ? strcspn(vermagic, " ") : 0;

	if (!vermagic || !release)
		return;
	check_item(run);
	if (strlen(release) == len && memcmp(vermagic, release, len) == 0)
		return;
	check_report(run, blob->image, "vermagic",
		     xasprintf("%s, the release in linux_banner of vmlinux", release),
		     xasprintf("%.*s", (int)len, vermagic));
}

/* Of "struct module" in vmlinux's BTF; 0: it has none. */
static uint64_t size_of_struct_module(const struct btf_image *btf)
{
	btf_for_each_type(type, btf)
		if (type.kind == BTF_KIND_STRUCT && str_eq(btf_type_name(&type), "module"))
			return type.size_or_type;
	return 0;
}

/* A kernel refuses a module whose struct module is not as large as its own. */
static void check_this_module(struct check_run *run, const struct blob *blob, uint64_t size)
{
	const struct elf_section *section = elf_section_by_name(blob->elf, THIS_MODULE_SECTION);

	if (!section || !size)
		return;
	check_item(run);
	if (section->size != size)
		check_report(run, blob->image, THIS_MODULE_SECTION,
			     xasprintf("%" PRIu64 " bytes, the size of struct module in vmlinux",
				       size),
			     xasprintf("%" PRIu64 " bytes", section->size));
}

void check_module_of_kernel(struct check_run *run)
{
	const struct blob *vmlinux = run->evidence->vmlinux;
	const char *release = run->evidence->release;
	uint64_t size = vmlinux->btf ? size_of_struct_module(vmlinux->btf) : 0;

	evidence_for_each_blob(blob, run->evidence) {
		if (blob == vmlinux || !blob->elf)
			continue;
		check_vermagic(run, blob, release);
		check_this_module(run, blob, size);
	}
	if (!run->nr_items)
		check_not_applicable(run, "no module that says which kernel it is of");
}

struct distilled_context {
	struct check_run *run;
	const struct blob *blob;
};

static void report_distilled(void *user, const struct btf_type_view *type, const char *fault)
{
	const struct distilled_context *context = user;
	_cleanup_free_ char *name = btf_type_describe(type->btf, type->id);

	check_report(context->run, context->blob->image, name,
		     xstrdup("types of vmlinux alone, by name, kind and size"),
		     xasprintf("[%u] %s, %u bytes: %s", type->id, btf_kind_name(type->kind),
			       type->size_or_type, fault));
}

void check_distilled_base(struct check_run *run)
{
	const struct blob *vmlinux = run->evidence->vmlinux;

	check_for_each_blob(blob, run) {
		struct distilled_context context = { run, blob };

		if (!blob->distilled)
			continue;
		if (!vmlinux->btf) {
			check_skip(run, "no usable BTF in vmlinux: %s", vmlinux->btf_problem);
			return;
		}
		run->nr_items += blob->distilled->nr_types;
		distilled_judge(blob->distilled, vmlinux->btf, report_distilled, &context);
	}
	if (!run->nr_items)
		check_not_applicable(run, "no module has a " BTF_BASE_SECTION);
}
