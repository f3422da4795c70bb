// SPDX-License-Identifier: GPL-2.0-only
#include "verify/verify.h"

#include <stdarg.h>
#include <stdlib.h>

#include "verify/checks.h"

void check_report(struct check_run *run, const char *image, const char *variable, char *expected,
		  char *actual)
{
	struct finding finding = {
		.check = run->check->id,
		.image = xstrdup(image),
		.variable = xstrdup(variable),
		.witness = xstrdup(run->check->witness),
		.expected = expected,
		.actual = actual,
	};

	vec_push(&run->result->findings, finding);
	run->nr_findings++;
}

void check_skip(struct check_run *run, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	free(run->skip_reason);
	run->skip_reason = xvasprintf(fmt, args);
	va_end(args);
}

static bool kallsyms_has_addresses(const struct guest_report *guest)
{
	vec_for_each(symbol, &guest->symbols)
		if (symbol->address)
			return true;
	return false;
}

/* Each says why its need is not met, as an owned string, or NULL where it is. */
static char *lacks_btf(const struct evidence *e)
{
	return e->vmlinux.btf ? NULL
			      : xasprintf("no usable BTF in vmlinux: %s", e->vmlinux.btf_problem);
}

static char *lacks_extra(const struct evidence *e)
{
	if (!e->extra.path)
		return xasprintf("no extra module was given (mode %s)",
				 btf_mode_name(e->input->mode));
	return e->extra.btf ? NULL : xasprintf("no usable BTF in it: %s", e->extra.btf_problem);
}

static char *lacks_percpu(const struct evidence *e)
{
	if (!e->input->arch->percpu_section)
		return xasprintf("%s has no per-CPU section", e->input->arch->name);
	if (!e->vmlinux.elf)
		return xasprintf("vmlinux cannot be read: %s", e->vmlinux.elf_problem);
	return NULL;
}

static char *lacks_globals(const struct evidence *e)
{
	const struct blob *blob = evidence_global_blob(e);

	if (!blob)
		return xasprintf("mode n encodes no global variables");
	if (!blob->path)
		return xasprintf("the mode puts them into %s, which is not there", blob->image);
	return blob->btf ? NULL : xasprintf("no usable BTF: %s", blob->btf_problem);
}

static char *lacks_dwarf(const struct evidence *e)
{
	if (e->dwarf)
		return NULL;
	return xasprintf("no usable DWARF in vmlinux: %s",
			 e->dwarf_problem ? e->dwarf_problem : e->vmlinux.elf_problem);
}

static char *lacks_guest(const struct evidence *e)
{
	return e->input->guest ? NULL : xasprintf("no running kernel was probed");
}

static char *lacks_kallsyms(const struct evidence *e)
{
	if (!e->input->guest)
		return NULL;
	if (!e->input->guest->symbols.len)
		return xasprintf("the probe sent no symbols of the running kernel");
	return kallsyms_has_addresses(e->input->guest)
		       ? NULL
		       : xasprintf("the running kernel hides all addresses in kallsyms");
}

static const struct need {
	unsigned int need;
	/* without it there is nothing to check, rather than nothing to check against */
	bool is_subject;
	char *(*lacks)(const struct evidence *evidence);
} needs_table[] = {
	{ NEEDS_PERCPU, true, lacks_percpu },      { NEEDS_GLOBALS, true, lacks_globals },
	{ NEEDS_EXTRA, true, lacks_extra },        { NEEDS_BTF, false, lacks_btf },
	{ NEEDS_GUEST, false, lacks_guest },       { NEEDS_DWARF, false, lacks_dwarf },
	{ NEEDS_KALLSYMS, false, lacks_kallsyms },
};

/* Why the check cannot run, or NULL. */
static char *find_lack(const struct check *check, const struct evidence *evidence,
		       bool *is_subject_ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs_table); i++) {
		const struct need *need = &needs_table[i];
		char *lack = check->needs & need->need ? need->lacks(evidence) : NULL;

		if (!lack)
			continue;
		*is_subject_ret = need->is_subject;
		return lack;
	}
	return NULL;
}

static void run_check(const struct check *check, const struct evidence *evidence,
		      struct verify_result *result)
{
	struct check_run run = { .check = check, .evidence = evidence, .result = result };
	bool not_applicable = false;

	run.skip_reason = find_lack(check, evidence, &not_applicable);
	if (!run.skip_reason)
		check->run(&run);
	if (!run.skip_reason && !run.nr_items && !run.nr_findings && !check->may_be_empty)
		check_report(&run, IMAGE_VMLINUX, "(none)", xstrdup("at least one item to look at"),
			     xstrdup("0 items"));

	struct check_outcome outcome = {
		.id = check->id,
		/* what was found before a check gave up is still found */
		.state = run.nr_findings   ? CHECK_FAIL
			 : run.skip_reason ? CHECK_SKIPPED
					   : CHECK_PASS,
		.reason = run.skip_reason,
		.not_applicable = not_applicable,
		.nr_items = run.nr_items,
	};

	vec_push(&result->checks, outcome);
}

static void count_variables(const struct evidence *evidence, struct verify_result *result)
{
	vec_for_each(var, &evidence->variables) {
		if (var->scope == SCOPE_GLOBAL)
			result->nr_global++;
		else if (var->blob == &evidence->vmlinux)
			result->nr_percpu++;
	}
	result->btf_size = evidence->vmlinux.raw_len;
	result->extra_btf_size = evidence->extra.raw_len;
}

struct error *verify_cell(const struct verify_input *input, struct verify_result *result)
{
	_cleanup_(evidence_cleanup) struct evidence *evidence = NULL;
	struct error *err = evidence_load(input, &evidence);

	if (err)
		return err;
	count_variables(evidence, result);
	for (size_t i = 0; i < nr_checks; i++)
		run_check(&checks[i], evidence, result);
	return NULL;
}

void verify_result_release(struct verify_result *result)
{
	vec_for_each(finding, &result->findings) {
		free(finding->image);
		free(finding->variable);
		free(finding->witness);
		free(finding->expected);
		free(finding->actual);
		free(finding->known);
	}
	vec_free(&result->findings);
	vec_for_each(outcome, &result->checks)
		free(outcome->reason);
	vec_free(&result->checks);
	vec_for_each(absence, &result->absences)
		free(absence->symbol);
	vec_free(&result->absences);
}
