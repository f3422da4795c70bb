// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "verify/checks.h"
#include "verify/kernel_release.h"
#include "verify/well_formed.h"

struct context {
	struct check_run *run;
	const struct blob *blob;
};

static void report_fault(void *user, const struct btf_type_view *type, const char *rule,
			 const char *fault)
{
	const struct context *context = user;
	const char *name = btf_type_name(type);

	check_report(context->run, context->blob->image, *name ? name : "(anonymous)",
		     xstrdup(rule),
		     xasprintf("[%u] %s: %s", type->id, btf_kind_name(type->kind), fault));
}

/*
 * What Linux 6 keeps in fewer bits than Linux 7: BTF_MAX_TYPE, BTF_MAX_NAME_OFFSET and BTF_MAX_VLEN of
 * its include/uapi/linux/btf.h.
 */
enum {
	MAX_TYPE_LINUX_6 = 0x000fffff,
	MAX_NAME_OFFSET_LINUX_6 = 0x00ffffff,
	MAX_VLEN_LINUX_6 = 0xffff,
};

static void report_limit(struct check_run *run, const struct blob *blob, const char *what,
			 uint32_t limit, uint32_t value)
{
	check_report(run, blob->image, BTF_SECTION,
		     xasprintf("at most %u for %s, the limit before Linux 7", limit, what),
		     xasprintf("%u", value));
}

/* A kernel that says its release is held to its own limits. */
static void judge_limits(struct check_run *run, const struct blob *blob)
{
	const char *release = run->evidence->release;
	const struct btf_image *btf = blob->btf;

	if (!release || !release_is_before(release, 7))
		return;
	if (btf_nr_ids(btf) - 1 > MAX_TYPE_LINUX_6)
		report_limit(run, blob, "type ids", MAX_TYPE_LINUX_6, btf_nr_ids(btf) - 1);
	if (btf->str_len > 1 + MAX_NAME_OFFSET_LINUX_6)
		report_limit(run, blob, "offsets of names", MAX_NAME_OFFSET_LINUX_6,
			     btf->str_len - 1);
	btf_for_each_type(type, btf)
		if (type.vlen > MAX_VLEN_LINUX_6)
			check_report(run, blob->image, btf_type_name(&type),
				     xasprintf("at most %u entries, the limit before Linux 7",
					       MAX_VLEN_LINUX_6),
				     xasprintf("[%u] %s of %u entries", type.id,
					       btf_kind_name(type.kind), type.vlen));
}

static void judge_blob(struct check_run *run, const struct blob *blob)
{
	struct context context = { .run = run, .blob = blob };

	run->nr_items += blob->btf->nr_types;
	btf_judge(blob->btf, run->evidence->pointer_size, report_fault, &context);
	judge_limits(run, blob);
}

void check_btf_is_well_formed(struct check_run *run)
{
	check_for_each_blob(blob, run)
		judge_blob(run, blob);
}
