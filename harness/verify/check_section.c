// SPDX-License-Identifier: GPL-2.0-only
/* Checks of DATASECs as a whole. */
#include <inttypes.h>

#include "verify/checks.h"

#define for_each_datasec(sec, run)                    \
	vec_for_each(sec, &(run)->evidence->datasecs) \
		if (sec->scope == (run)->check->scope && check_covers(run, sec->blob))

void check_section_exists(struct check_run *run)
{
	for_each_datasec(sec, run) {
		check_item(run);
		if (!sec->section)
			check_report(run, sec->blob->image, sec->name,
				     xasprintf("a section of %s called %s", sec->blob->of->image,
					       sec->name),
				     xasprintf("DATASEC [%u] '%s' and no such section", sec->id,
					       sec->name));
	}
}

static const struct variable *nth_variable(const struct check_run *run, const struct datasec *sec,
					   size_t i)
{
	return &run->evidence->variables.data[sec->first_variable + i];
}

/* Where the variable that reaches farthest ends. */
static uint64_t end_of_variables(const struct check_run *run, const struct datasec *sec)
{
	uint64_t end = 0;

	for (size_t i = 0; i < sec->nr_variables; i++) {
		const struct variable *var = nth_variable(run, sec, i);
		uint64_t var_end = (uint64_t)var->info.offset + var->info.size;

		end = var_end > end ? var_end : end;
	}
	return end;
}

/*
 * Documentation/bpf/btf.rst says "total section size"; pahole writes the end of the last variable, which
 * is less where something that is no variable follows. One of the two it must be.
 */
void check_section_size(struct check_run *run)
{
	for_each_datasec(sec, run) {
		uint64_t end = end_of_variables(run, sec);

		if (!sec->section)
			continue;
		check_item(run);
		if (sec->size != sec->section->size && sec->size != end)
			check_report(run, sec->blob->image, sec->name,
				     xasprintf("section %s of %" PRIu64
					       " bytes, of which variables fill %" PRIu64,
					       sec->name, sec->section->size, end),
				     xasprintf("DATASEC [%u] of size %u", sec->id, sec->size));
	}
}

/* Calls @judge with each variable and the one before it in the DATASEC. */
static void for_each_pair(struct check_run *run,
			  void (*judge)(struct check_run *run, const struct variable *before,
					const struct variable *var))
{
	for_each_datasec(sec, run) {
		for (size_t i = 0; i < sec->nr_variables; i++) {
			const struct variable *var = nth_variable(run, sec, i);

			check_item(run);
			if (i)
				judge(run, var - 1, var);
		}
	}
}

static void judge_sorted(struct check_run *run, const struct variable *before,
			 const struct variable *var)
{
	if (var->info.offset >= before->info.offset)
		return;
	check_report(run, var->blob->image, var->name,
		     xasprintf("an offset of at least %#x, that of '%s' before it in %s",
			       before->info.offset, before->name, var->section_name),
		     xasprintf("offset %#x at place %u", var->info.offset, var->index));
}

void check_sorted(struct check_run *run)
{
	for_each_pair(run, judge_sorted);
}

/* Out of order is another check's finding; two at one offset are an overlap. */
static void judge_overlap(struct check_run *run, const struct variable *before,
			  const struct variable *var)
{
	uint64_t end = (uint64_t)before->info.offset + before->info.size;

	if (var->info.offset < before->info.offset || var->info.offset >= end)
		return;
	check_report(run, var->blob->image, var->name,
		     xasprintf("an offset in %s behind '%s', which ends at %#" PRIx64,
			       var->section_name, before->name, end),
		     xasprintf("offset %#x (the kernel refuses it: Invalid offset)",
			       var->info.offset));
}

void check_no_overlap(struct check_run *run)
{
	for_each_pair(run, judge_overlap);
}
