// SPDX-License-Identifier: GPL-2.0-only
/* Checks of values that were read through BTF, against what the kernel says elsewhere. */
#include <string.h>

#include "verify/checks.h"
#include "verify/value_judge.h"

/* A value that was not looked at. */
struct omission {
	/* borrowed; owned */
	const char *image;
	char *why;
	bool not_applicable;
};

/* The values that were not looked at: told one by one where others were. */
struct tally {
	VEC(struct omission) omissions;
};

static void omit(struct tally *tally, const char *image, const struct value_entry *entry,
		 const char *why, bool not_applicable)
{
	struct omission omission = { image, xasprintf("%s: %s", entry->path, why), not_applicable };

	vec_push(&tally->omissions, omission);
}

/* Whether it is a per-CPU variable of a kernel that says nowhere where those are. */
static bool is_nowhere(const struct check_run *run, const char *path)
{
	size_t len = strcspn(path, ".[");

	if (!evidence_has_no_area_table(run->evidence))
		return false;
	vec_for_each(var, &run->evidence->variables)
		if (var->scope == SCOPE_PERCPU && str_starts(path, var->name) &&
		    strlen(var->name) == len)
			return true;
	return false;
}

/* A value of a road that the probe could not read; true where that is what is to be said of it. */
static bool take_no_value(struct check_run *run, const struct value_entry *entry,
			  const struct guest_no_value *none, struct tally *tally)
{
	const struct verify_input *input = run->evidence->input;
	const char *arch = input->arch ? input->arch->name : NULL;
	const char *image = *none->image ? none->image : IMAGE_VMLINUX;

	switch (none->reason) {
	case NO_VALUE_ABSENT:
		return true;
	case NO_VALUE_MEMBER:
		/* other kernels may have moved it */
		if (!value_is_sure(entry, arch, input->kernel))
			return true;
		check_item(run);
		check_report(run, image, entry->path, xstrdup("it has such a member"),
			     xstrdup(none->why));
		return true;
	case NO_VALUE_REFUSED:
		check_item(run);
		check_report(run, image, entry->path, xstrdup("a program that reads it loads"),
			     xasprintf("it is refused: %s", none->why));
		return true;
	case NO_VALUE_UNREADABLE:
		omit(tally, image, entry, none->why, is_nowhere(run, entry->path));
		return true;
	case NO_VALUE_ZEROS:
		omit(tally, image, entry, none->why, true);
		return true;
	}
	return false;
}

static void judge_one(struct check_run *run, const struct value_entry *entry,
		      const struct guest_value *value, struct tally *tally)
{
	const struct verify_input *input = run->evidence->input;
	_cleanup_free_ char *expected = NULL, *actual = NULL;
	enum value_judgement judgement;

	if (value_is_unset(entry, input->arch ? input->arch->srcarch : NULL)) {
		omit(tally, value->image, entry, "kernels of this architecture do not set it",
		     true);
		return;
	}
	judgement = value_judge(entry, input->guest, value, &expected, &actual);
	if (judgement == VALUE_NO_WITNESS) {
		omit(tally, value->image, entry, expected, true);
		return;
	}
	check_item(run);
	if (judgement == VALUE_WRONG && value->cpu >= 0)
		check_report(run, value->image, entry->path, return_ptr(expected),
			     xasprintf("%s on CPU %d", actual, value->cpu));
	else if (judgement == VALUE_WRONG)
		check_report(run, value->image, entry->path, return_ptr(expected),
			     return_ptr(actual));
}

static void judge_entry(struct check_run *run, const struct value_entry *entry,
			enum guest_road road, struct tally *tally)
{
	const struct guest_report *guest = run->evidence->input->guest;
	bool found = false;

	vec_for_each(none, &guest->no_values)
		if ((none->every_road || none->road == road) && str_eq(none->path, entry->path))
			found |= take_no_value(run, entry, none, tally);
	vec_for_each(value, &guest->values) {
		if (value->road != road || !str_eq(value->path, entry->path))
			continue;
		found = true;
		judge_one(run, entry, value, tally);
	}
	if (found)
		return;
	check_item(run);
	check_report(run, IMAGE_VMLINUX, entry->path, xstrdup("the probe was asked for it"),
		     xstrdup("it says nothing of it"));
}

/* The first that lacks a witness, else the first; NULL: none. */
static const struct omission *first_lack(const struct tally *tally)
{
	vec_for_each(omission, &tally->omissions)
		if (!omission->not_applicable)
			return omission;
	return tally->omissions.len ? tally->omissions.data : NULL;
}

static void check_road(struct check_run *run, enum guest_road road)
{
	const struct verify_input *input = run->evidence->input;
	struct tally tally = { 0 };

	if (!input->values || !input->values->entries.len) {
		check_skip(run, "no values were asked for");
		return;
	}
	vec_for_each(entry, &input->values->entries)
		judge_entry(run, entry, road, &tally);
	const struct omission *first = first_lack(&tally);

	if (!run->nr_items && first && first->not_applicable)
		check_not_applicable(run, "no value can be compared: %s", first->why);
	else if (!run->nr_items && first)
		check_skip(run, "no value could be compared: %s", first->why);
	else if (!run->nr_items)
		check_not_applicable(run, "the BTF has none of the variables whose value is known");
	vec_for_each(omission, &tally.omissions) {
		if (run->nr_items)
			check_note_unchecked(run, omission->image, xstrdup(omission->why),
					     omission->not_applicable);
		free(omission->why);
	}
	vec_free(&tally.omissions);
}

void check_live_value_bpf(struct check_run *run)
{
	const struct guest_trial *trial =
		guest_report_trial(run->evidence->input->guest, "bpf-run");

	if (trial && trial->ok)
		check_road(run, ROAD_BPF);
	else
		check_skip(run, "%s",
			   trial && trial->detail ? trial->detail : "the probe ran no BPF program");
}

void check_live_value_kcore(struct check_run *run)
{
	check_road(run, ROAD_KCORE);
}
