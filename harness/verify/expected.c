// SPDX-License-Identifier: GPL-2.0-only
#include "verify/expected.h"

#include <elf.h>
#include <stdlib.h>

#include "config/arch_blame.h"

static enum expect_fact fact(bool is)
{
	return is ? FACT_YES : FACT_NO;
}

/* What is taken for a pahole of which nothing is known: since 1.22 nothing is expected of one and not of the other. */
#define RECENT_PAHOLE "1.30"

/* Without ELF nobody knows whether a kernel is for one CPU, or has a per-CPU section, unless it was said. */
static struct expect_facts find_facts(const struct evidence *evidence)
{
	const struct verify_input *input = evidence->input;
	const struct blob *vmlinux = evidence->vmlinux;
	bool has_section = vmlinux->percpu && vmlinux->percpu->size;
	struct expect_facts facts = {
		.mode = input->mode,
		.smp = input->smp,
		.encoder = input->pahole.encoder,
		.kernel = evidence->line,
		.pahole = input->pahole.version ?: RECENT_PAHOLE,
	};

	if (input->arch)
		facts.percpu_section = fact(input->arch->percpu_section);
	else if (vmlinux->elf)
		facts.percpu_section = fact(has_section);
	if (facts.smp == FACT_UNKNOWN && vmlinux->elf)
		facts.smp = fact(!evidence_is_for_one_cpu(evidence));
	return facts;
}

static void note_met(struct check_run *run, const char *image, enum expect_what what,
		     const struct expect_rule *rule)
{
	struct met_expectation met = {
		.image = xstrdup(image),
		.what = expect_what_text(what),
		.present = rule->presence == EXPECT_PRESENT,
		.rule = xstrdup(rule->name),
		.reason = xstrdup(rule->reason),
	};

	vec_push(&run->result->met, met);
}

static const struct expect_rule *find_rule(struct check_run *run, enum expect_what what)
{
	const struct expect_facts facts = find_facts(run->evidence);

	return expect_find(run->evidence->expect, what, &facts);
}

/* "a per-CPU DATASEC in mode m: why"; the caller frees it. */
static char *describe(const struct check_run *run, enum expect_what what,
		      const struct expect_rule *rule)
{
	return xasprintf("%s%s in mode %s: %s", rule->presence == EXPECT_PRESENT ? "" : "no ",
			 expect_what_text(what), btf_mode_name(run->evidence->input->mode),
			 rule->reason);
}

/* The descriptor may be what is wrong. NULL: nothing hints at it. */
static char *blame_descriptor(const struct check_run *run, enum scope scope)
{
	const struct arch *arch = run->evidence->input->arch;

	return scope == SCOPE_PERCPU && arch && !arch->percpu_section
		       ? arch_blame(arch, "elf", "percpu_section", "there is one")
		       : NULL;
}

static void report_unexpected(struct check_run *run, const struct blob *blob, enum expect_what what,
			      enum scope scope, const struct expect_rule *rule)
{
	vec_for_each(sec, &run->evidence->datasecs) {
		_cleanup_free_ char *blame = NULL;

		if (sec->blob != blob || sec->scope != scope)
			continue;
		blame = blame_descriptor(run, scope);
		check_report(run, blob->image, sec->name, describe(run, what, rule),
			     xasprintf("DATASEC [%u] '%s' with %zu variables%s%s", sec->id,
				       sec->name, sec->nr_variables, blame ? "; likely " : "",
				       blame ?: ""));
	}
}

static bool has_datasec(const struct evidence *evidence, const struct blob *blob, const char *name)
{
	vec_for_each(sec, &evidence->datasecs)
		if (sec->blob == blob && str_eq(sec->name, name))
			return true;
	return false;
}

/* Whether the image has variables in a section of that name: small or odd kernels may have none there. */
static bool has_objects(const struct elf_image *elf, const char *name)
{
	const struct elf_section *section = elf ? elf_section_by_name(elf, name) : NULL;
	const struct elf_symbol *const *symbols;
	size_t n = section ? elf_symbols_in_section(elf, section->index, &symbols) : 0;

	for (size_t i = 0; i < n; i++)
		if (symbols[i]->type == STT_OBJECT && symbols[i]->size)
			return true;
	return false;
}

/* Each DATASEC that the rule names is there, as far as the image has such a section. */
static bool has_named(struct check_run *run, const struct blob *blob, enum expect_what what,
		      const struct expect_rule *rule)
{
	bool all = true;

	for (char **name = rule->datasecs; name && *name; name++) {
		if (has_datasec(run->evidence, blob, *name) || !has_objects(blob->of->elf, *name))
			continue;
		all = false;
		check_report(run, blob->image, *name, describe(run, what, rule),
			     xasprintf("no DATASEC '%s'", *name));
	}
	return all;
}

void expected_datasecs(struct check_run *run, const struct blob *blob, enum expect_what what,
		       enum scope scope)
{
	const struct expect_rule *rule = find_rule(run, what);
	bool present = evidence_has_datasec(run->evidence, blob, scope);

	if (!rule)
		return;
	check_item(run);
	if (present && rule->presence == EXPECT_ABSENT)
		report_unexpected(run, blob, what, scope, rule);
	else if (!present && rule->presence == EXPECT_PRESENT)
		check_report(run, blob->image,
			     scope == SCOPE_PERCPU ? PERCPU_SECTION : "(sections)",
			     describe(run, what, rule), xstrdup("none"));
	else if (!present || has_named(run, blob, what, rule))
		note_met(run, blob->image, what, rule);
}

void expected_module(struct check_run *run)
{
	const struct blob *extra = run->evidence->extra;
	const struct expect_rule *rule = find_rule(run, EXPECT_MODULE);
	const char *name = evidence_extra_name(run->evidence);
	_cleanup_free_ char *file = xasprintf("%s.ko", name);

	check_item(run);
	if (!rule)
		return;
	if ((rule->presence == EXPECT_PRESENT) == (extra != NULL)) {
		note_met(run, name, EXPECT_MODULE, rule);
		return;
	}
	check_report(run, name, file, describe(run, EXPECT_MODULE, rule),
		     xstrdup(!extra        ? "none was built"
			     : extra->path ? extra->path
					   : extra->raw_path));
}
