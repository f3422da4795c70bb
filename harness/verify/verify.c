// SPDX-License-Identifier: GPL-2.0-only
#include "verify/verify.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>

#include "verify/causes.h"
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

void check_set_cause(struct check_run *run, const char *cause)
{
	run->result->findings.data[run->result->findings.len - 1].cause = cause;
}

void check_skip(struct check_run *run, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	free(run->skip_reason);
	run->skip_reason = xvasprintf(fmt, args);
	va_end(args);
}

void check_not_applicable(struct check_run *run, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	free(run->skip_reason);
	run->skip_reason = xvasprintf(fmt, args);
	run->not_applicable = true;
	va_end(args);
}

void check_skip_without_areas(struct check_run *run)
{
	const char *why = run->evidence->input->guest->percpu_offset_why;

	if (evidence_has_no_area_table(run->evidence))
		check_not_applicable(run, "this kernel has no " SYM_PERCPU_OFFSET);
	else
		check_skip(run, SYM_PERCPU_OFFSET " could not be read: %s",
			   why ? why : "no reason given");
}

void check_note_unchecked(struct check_run *run, const char *image, char *reason,
			  bool not_applicable)
{
	struct unchecked_image unchecked = {
		.check = run->check->id,
		.image = xstrdup(image),
		.reason = reason,
		.not_applicable = not_applicable,
	};

	vec_push(&run->result->unchecked, unchecked);
}

static bool kallsyms_has_addresses(const struct guest_report *guest)
{
	vec_for_each(symbol, &guest->symbols)
		if (symbol->address)
			return true;
	return false;
}

/* Each says why the image lacks it, as an owned string, or NULL where it does not. */
static char *lacks_btf(const struct evidence *e, const struct blob *blob)
{
	(void)e;
	return blob->btf ? NULL
			 : xasprintf("no usable BTF in %s: %s", blob->image, blob->btf_problem);
}

static char *lacks_btf_section(const struct evidence *e, const struct blob *blob)
{
	(void)e;
	return blob->btf_elf ? NULL : xasprintf("no ELF: the BTF is not in an ELF file");
}

static char *lacks_mode(const struct evidence *e, const struct blob *blob)
{
	(void)blob;
	return e->input->mode_unknown ? xasprintf("no mode was said") : NULL;
}

static char *lacks_extra(const struct evidence *e, const struct blob *blob)
{
	(void)blob;
	if (!e->extra && e->input->mode_unknown)
		return xasprintf("no module has vmlinux's variables");
	if (!e->extra)
		return xasprintf("no extra module was given (mode %s)",
				 btf_mode_name(e->input->mode));
	return e->extra->btf ? NULL : xasprintf("no usable BTF in it: %s", e->extra->btf_problem);
}

static char *lacks_elf(const struct evidence *e, const struct blob *blob)
{
	(void)e;
	if (blob->of->elf)
		return NULL;
	return blob->of->path
		       ? xasprintf("%s cannot be read: %s", blob->of->image, blob->of->elf_problem)
		       : xasprintf("no ELF: %s", blob->of->elf_problem);
}

static char *lacks_symbols(const struct evidence *e, const struct blob *blob)
{
	if (!blob->of->elf)
		return lacks_elf(e, blob);
	/* the first is no symbol */
	return blob->of->elf->nr_symbols > 1
		       ? NULL
		       : xasprintf("no symbols in %s: it is stripped, and no debug file was given "
				   "or found",
				   blob->of->image);
}

/*
 * Where nobody said which architecture it is, an image without a per-CPU section has no per-CPU
 * variables: a kernel for one CPU, and most modules.
 */
static char *lacks_percpu(const struct evidence *e, const struct blob *blob)
{
	const struct arch *arch = e->input->arch;

	if (arch && !arch->percpu_section)
		return xasprintf("%s has no per-CPU section", arch->name);
	if (blob->of == e->vmlinux && evidence_is_for_one_cpu(e))
		return xasprintf("a kernel for one CPU has no per-CPU variables");
	if (blob->of->path && !blob->of->elf)
		return lacks_elf(e, blob);
	if (arch && blob->of == e->vmlinux)
		return NULL;
	if (evidence_has_datasec(e, blob, SCOPE_PERCPU) ||
	    (blob->of == blob && blob->percpu && blob->percpu->size))
		return NULL;
	return xasprintf("%s has no per-CPU variables", blob->image);
}

static char *lacks_globals(const struct evidence *e, const struct blob *blob)
{
	const struct blob *holder;

	if (e->input->mode_unknown || blob->of != e->vmlinux)
		return evidence_has_datasec(e, blob, SCOPE_GLOBAL)
			       ? NULL
			       : xasprintf("its BTF has no variables but per-CPU ones");
	if (e->input->mode == BTF_MODE_N)
		return xasprintf("mode n encodes no global variables");
	holder = evidence_global_blob(e);
	if (!holder)
		return xasprintf("the mode puts them into %s, which is not there",
				 evidence_extra_name(e));
	return holder->btf ? NULL : xasprintf("no usable BTF: %s", holder->btf_problem);
}

static char *lacks_dwarf(const struct evidence *e, const struct blob *blob)
{
	(void)e;
	return blob->of->dwarf
		       ? NULL
		       : xasprintf("no DWARF of %s: %s", blob->of->image, blob->of->dwarf_problem);
}

static char *lacks_guest(const struct evidence *e, const struct blob *blob)
{
	(void)blob;
	return e->input->guest ? NULL : xasprintf("no running kernel was probed");
}

static char *lacks_programs(const struct evidence *e, const struct blob *blob)
{
	(void)blob;
	return e->input->no_programs ? xasprintf("no other program is to be run") : NULL;
}

static char *lacks_kallsyms(const struct evidence *e, const struct blob *blob)
{
	(void)blob;
	if (!e->input->guest)
		return NULL;
	if (!e->input->guest->symbols.len)
		return xasprintf("the probe sent no symbols of the running kernel");
	return kallsyms_has_addresses(e->input->guest)
		       ? NULL
		       : xasprintf("the running kernel hides all addresses in kallsyms");
}

/* In the order in which they are asked: of several that lack, the first is the reason. */
static const struct need {
	unsigned int need;
	/* without it there is nothing to check, rather than nothing to check against */
	bool is_subject;
	char *(*lacks)(const struct evidence *evidence, const struct blob *blob);
} needs_table[] = {
	{ NEEDS_MODE, true, lacks_mode },
	{ NEEDS_PERCPU, true, lacks_percpu },
	{ NEEDS_GLOBALS, true, lacks_globals },
	{ NEEDS_EXTRA, true, lacks_extra },
	{ NEEDS_BTF, false, lacks_btf },
	{ NEEDS_GUEST, false, lacks_guest },
	{ NEEDS_BTF_SECTION, false, lacks_btf_section },
	{ NEEDS_ELF, false, lacks_elf },
	{ NEEDS_SYMBOLS, false, lacks_symbols },
	{ NEEDS_DWARF, false, lacks_dwarf },
	{ NEEDS_KALLSYMS, false, lacks_kallsyms },
	{ NEEDS_PROGRAMS, false, lacks_programs },
};

/* Why a check cannot run on an image. */
struct lack {
	/* owned; NULL: it can */
	char *reason;
	bool is_subject;
};

static struct lack find_lack(const struct check *check, const struct evidence *evidence,
			     const struct blob *blob)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs_table); i++) {
		const struct need *need = &needs_table[i];
		char *reason = check->needs & need->need ? need->lacks(evidence, blob) : NULL;

		if (reason)
			return (struct lack){ reason, need->is_subject };
	}
	return (struct lack){ 0 };
}

/* There is one running kernel, whatever files it came from. */
static bool is_once(const struct check *check)
{
	return check->once || check->needs & NEEDS_GUEST;
}

/* The images that a check is about come first among the blobs. */
static size_t nr_subjects(const struct check *check, const struct evidence *evidence)
{
	return is_once(check) ? 1 : evidence->nr_blobs;
}

/* A lack of a witness says more than one of something to look at. */
static struct lack take_worst_lack(struct lack *lacks, size_t n)
{
	size_t worst = 0;

	for (size_t i = 0; i < n; i++)
		if (!lacks[i].is_subject) {
			worst = i;
			break;
		}

	struct lack lack = lacks[worst];
	lacks[worst].reason = NULL;
	return lack;
}

static void note_unchecked(struct verify_result *result, const struct check *check,
			   const struct blob *blob, struct lack *lack)
{
	struct unchecked_image unchecked = {
		.check = check->id,
		.image = xstrdup(blob->image),
		.reason = return_ptr(lack->reason),
		.not_applicable = lack->is_subject,
	};

	vec_push(&result->unchecked, unchecked);
}

/* Asks what each image lacks. Returns why the check cannot run at all, or a lack without a reason. */
static struct lack find_lacks(const struct check *check, const struct evidence *evidence,
			      struct verify_result *result, bool *covered)
{
	size_t n = nr_subjects(check, evidence), nr_covered = 0;
	struct lack *lacks = xcalloc(n, sizeof(*lacks)), worst = { 0 };

	for (size_t i = 0; i < n; i++) {
		lacks[i] = find_lack(check, evidence, &evidence->blobs[i]);
		covered[i] = !lacks[i].reason;
		nr_covered += covered[i];
	}
	/* a check about the whole is run once, and looks at all images */
	for (size_t i = n; i < evidence->nr_blobs; i++)
		covered[i] = covered[0];
	if (!nr_covered)
		worst = take_worst_lack(lacks, n);
	for (size_t i = 0; i < n; i++) {
		if (lacks[i].reason && nr_covered)
			note_unchecked(result, check, &evidence->blobs[i], &lacks[i]);
		free(lacks[i].reason);
	}
	free(lacks);
	return worst;
}

static void run_check(const struct check *check, const struct evidence *evidence,
		      struct verify_result *result)
{
	_cleanup_free_ bool *covered = xcalloc(evidence->nr_blobs, sizeof(*covered));
	struct lack lack = find_lacks(check, evidence, result, covered);
	struct check_run run = {
		.check = check,
		.evidence = evidence,
		.result = result,
		.covered = covered,
		.skip_reason = lack.reason,
		.not_applicable = lack.is_subject,
	};

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
		.once = is_once(check),
		.not_applicable = run.not_applicable,
		.nr_items = run.nr_items,
	};

	vec_push(&result->checks, outcome);
}

static void count_kinds(const struct btf_image *btf, struct verified_image *image)
{
	image->types_size = btf->type_len;
	image->strings_size = btf->str_len;
	btf_for_each_type(type, btf)
		image->nr_of_kind[type.kind]++;
}

static void summarise(const struct evidence *evidence, struct verify_result *result)
{
	evidence_for_each_blob(blob, evidence) {
		struct verified_image image = {
			.name = xstrdup(blob->image),
			.lacks_btf = blob->elf && !blob->raw && !blob->raw_path,
			.btf_size = blob->raw_len,
		};

		vec_for_each(var, &evidence->variables) {
			image.nr_percpu += var->blob == blob && var->scope == SCOPE_PERCPU;
			image.nr_global += var->blob == blob && var->scope == SCOPE_GLOBAL;
		}
		if (blob->btf)
			count_kinds(blob->btf, &image);
		/* an extra module may repeat vmlinux's */
		result->nr_percpu += blob->of == blob ? image.nr_percpu : 0;
		result->nr_global += image.nr_global;
		vec_push(&result->images, image);
	}
	result->btf_size = evidence->vmlinux->raw_len;
	result->extra_btf_size = evidence->extra ? evidence->extra->raw_len : 0;
}

/* A check that runs beside the others. It has a result of its own, which is appended in its turn. */
struct apart {
	const struct check *check;
	const struct evidence *evidence;
	struct verify_result result;
	pthread_t thread;
	bool started;
};

static void *run_apart(void *data)
{
	struct apart *apart = data;

	run_check(apart->check, apart->evidence, &apart->result);
	return NULL;
}

/* Where there is no thread to be had, it runs in its turn. */
static void start_apart(struct apart *apart, const struct check *check,
			const struct evidence *evidence)
{
	apart->check = check;
	apart->evidence = evidence;
	apart->started = !pthread_create(&apart->thread, NULL, run_apart, apart);
}

#define append_all(to, from)                      \
	do {                                      \
		vec_for_each(element, from)       \
			vec_push((to), *element); \
		vec_free(from);                   \
	} while (0)

static void join_apart(struct apart *apart, struct verify_result *result)
{
	pthread_join(apart->thread, NULL);
	append_all(&result->findings, &apart->result.findings);
	append_all(&result->checks, &apart->result.checks);
	append_all(&result->unchecked, &apart->result.unchecked);
	append_all(&result->absences, &apart->result.absences);
}

void verify_evidence(const struct evidence *evidence, struct verify_result *result)
{
	const bool *selected = evidence->input->selected;

	struct apart *apart = xcalloc(nr_checks, sizeof(*apart));

	summarise(evidence, result);
	for (size_t i = 0; i < nr_checks; i++)
		if (checks[i].apart && (!selected || selected[i]))
			start_apart(&apart[i], &checks[i], evidence);
	for (size_t i = 0; i < nr_checks; i++) {
		if (apart[i].started)
			join_apart(&apart[i], result);
		else if (!selected || selected[i])
			run_check(&checks[i], evidence, result);
	}
	free(apart);
	causes_assign(evidence, result);
}

struct error *verify_cell(const struct verify_input *input, struct verify_result *result)
{
	_cleanup_(evidence_cleanup) struct evidence *evidence = NULL;
	struct error *err = evidence_load(input, &evidence);

	if (!err)
		verify_evidence(evidence, result);
	return err;
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
	vec_for_each(unchecked, &result->unchecked) {
		free(unchecked->image);
		free(unchecked->reason);
	}
	vec_free(&result->unchecked);
	vec_for_each(image, &result->images)
		free(image->name);
	vec_free(&result->images);
	vec_for_each(absence, &result->absences) {
		free(absence->image);
		free(absence->symbol);
	}
	vec_free(&result->absences);
	vec_for_each(met, &result->met) {
		free(met->image);
		free(met->rule);
		free(met->reason);
	}
	vec_free(&result->met);
	vec_for_each(refusal, &result->refusals) {
		free(refusal->image);
		free(refusal->symbol);
	}
	vec_free(&result->refusals);
}
