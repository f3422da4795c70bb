// SPDX-License-Identifier: GPL-2.0-only
#include "verify/checks.h"
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

static void judge_blob(struct check_run *run, const struct blob *blob)
{
	struct context context = { .run = run, .blob = blob };

	run->nr_items += blob->btf->nr_types;
	btf_judge(blob->btf, run->evidence->pointer_size, report_fault, &context);
}

void check_btf_is_well_formed(struct check_run *run)
{
	check_for_each_blob(blob, run) judge_blob(run, blob);
}
