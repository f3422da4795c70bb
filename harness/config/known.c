// SPDX-License-Identifier: GPL-2.0-only
#include "config/known.h"

#include <stdlib.h>
#include <string.h>

#include "config/ini_list.h"
#include "config/strv.h"
#include "config/version.h"
#include "verify/absence.h"
#include "verify/causes.h"
#include "verify/checks.h"

/* Judges of values, for ini_load(). */
static const char *check_id(const char *value)
{
	return check_by_id(value) ? NULL : "must be a check's id; `btfmatrix checks` lists them";
}

static const char *check_variable(const char *value)
{
	return strpbrk(value, "*?[") ? "must be one variable's name: there are no wildcards" : NULL;
}

static const char *check_cause(const char *value)
{
	for (size_t i = 0; i < nr_absence_rules; i++)
		if (absence_rules[i].is_fault && str_eq(absence_rules[i].id, value))
			return NULL;
	for (size_t i = 0; i < nr_causes; i++)
		if (str_eq(causes[i].id, value))
			return NULL;
	return "must be a fault that the verifier proves, e.g. declared-incomplete or shrunk";
}

static const char *check_image(const char *value)
{
	return str_eq(value, IMAGE_VMLINUX) || str_eq(value, IMAGE_EXTRA) ? NULL
									  : "must be " IMAGE_VMLINUX
									    " or " IMAGE_EXTRA;
}

static const char *check_mode(const char *value)
{
	enum btf_mode mode;

	return btf_mode_parse(value, &mode) ? NULL : "must be y, m or n";
}

/* FACT_UNKNOWN, of an entry that does not say: either. */
static const struct ini_choice repaired_choices[] = {
	{ "no", FACT_NO },
	{ "yes", FACT_YES },
	{ NULL, 0 },
};

#define ENTRY(member) offsetof(struct known_entry, member)

/* The keys of every section; .section and .offset are filled in for each section of a file. */
static const struct ini_field entry_fields[] = {
	{ .key = "checks",
	  .type = INI_WORDS,
	  .offset = ENTRY(checks),
	  .required = true,
	  .unique = true,
	  .check = check_id,
	  .help = "the ids of the checks that find it" },
	{ .key = "image",
	  .type = INI_STRING,
	  .offset = ENTRY(image),
	  .check = check_image,
	  .help = "the blob that has it" },
	{ .key = "variables",
	  .type = INI_WORDS,
	  .offset = ENTRY(variables),
	  .unique = true,
	  .check = check_variable,
	  .help = "every variable it concerns" },
	{ .key = "cause",
	  .type = INI_STRING,
	  .offset = ENTRY(cause),
	  .check = check_cause,
	  .help = "what the verifier proves of each variable it concerns, in place of a list" },
	{ .key = "sometimes",
	  .type = INI_BOOL,
	  .offset = ENTRY(sometimes),
	  .help = "yes: not every cell that the entry applies to has it" },
	{ .key = "repaired",
	  .type = INI_ENUM,
	  .offset = ENTRY(repaired),
	  .choices = repaired_choices,
	  .help = "whether btfmatrix repairs what pahole writes" },
	{ .key = "arches",
	  .type = INI_WORDS,
	  .offset = ENTRY(arches),
	  .unique = true,
	  .check = ini_check_name,
	  .help = "the architectures that have it" },
	{ .key = "kernels",
	  .type = INI_WORDS,
	  .offset = ENTRY(kernels),
	  .unique = true,
	  .help = "the kernels that have it, e.g. 6.12" },
	{ .key = "modes",
	  .type = INI_WORDS,
	  .offset = ENTRY(modes),
	  .unique = true,
	  .check = check_mode,
	  .help = "the modes that have it" },
	{ .key = "pahole",
	  .type = INI_STRING,
	  .offset = ENTRY(pahole),
	  .required = true,
	  .check = version_check_range,
	  .help = "the versions of pahole that have it" },
	{ .key = "compilers",
	  .type = INI_WORDS,
	  .offset = ENTRY(compilers),
	  .unique = true,
	  .help = "the compilers that have it, e.g. gcc-12." },
	{ .key = "evidence",
	  .type = INI_LINES,
	  .offset = ENTRY(evidence),
	  .required = true,
	  .help = "how it is known" },
	{ .key = "doc",
	  .type = INI_STRING,
	  .offset = ENTRY(doc),
	  .required = true,
	  .check = ini_check_name,
	  .help = "the anchor of its section in docs/findings.md" },
};

/* A fault is of named variables, kernels and architectures, or its cause is proved of each variable. */
static struct error *check_entry(const struct known *known, const struct known_entry *entry)
{
	const struct {
		const char *key;
		strv value;
	} lists[] = {
		{ "variables", entry->variables },
		{ "arches", entry->arches },
		{ "kernels", entry->kernels },
	};

	if (entry->sometimes && !entry->cause)
		return error_new(ERROR_INPUT,
				 "%s:%u: [%s] is of named variables, which are there or are not: "
				 "'sometimes' is for entries with a cause",
				 known->path, ini_find_line(known->path, entry->name, "sometimes"),
				 entry->name);
	if (entry->cause && strv_len(STRV_CONST(entry->variables)))
		return error_new(ERROR_INPUT,
				 "%s:%u: [%s] has variables and a cause: keep one of them",
				 known->path, ini_find_line(known->path, entry->name, "cause"),
				 entry->name);
	for (size_t i = 0; !entry->cause && i < ARRAY_SIZE(lists); i++)
		if (!strv_len(STRV_CONST(lists[i].value)))
			return error_new(ERROR_INPUT,
					 "%s:%u: [%s] lacks '%s', which an entry without a cause "
					 "must have",
					 known->path,
					 ini_find_line(known->path, entry->name, "checks"),
					 entry->name, lists[i].key);
	return NULL;
}

struct error *known_load(const char *path, struct known **ret)
{
	static const struct ini_list_schema schema = {
		.fields = entry_fields,
		.nr_fields = ARRAY_SIZE(entry_fields),
		.entry_size = sizeof(struct known_entry),
		.name_offset = ENTRY(name),
	};
	_cleanup_(known_cleanup) struct known *known = xcalloc(1, sizeof(*known));
	void *entries;
	struct error *err;

	known->path = xstrdup(path);
	err = ini_list_load(path, &schema, &entries, &known->entries.len);
	known->entries.data = entries;
	vec_for_each(entry, &known->entries)
		err = err ? err : check_entry(known, entry);
	if (err)
		return err;
	*ret = return_ptr(known);
	return NULL;
}

void known_free(struct known *known)
{
	if (!known)
		return;
	vec_for_each(entry, &known->entries) {
		free(entry->name);
		strv_free(entry->checks);
		strv_free(entry->variables);
		free(entry->cause);
		free(entry->image);
		strv_free(entry->arches);
		strv_free(entry->kernels);
		strv_free(entry->modes);
		free(entry->pahole);
		strv_free(entry->compilers);
		strv_free(entry->evidence);
		free(entry->doc);
	}
	vec_free(&known->entries);
	free(known->path);
	free(known);
}

static bool applies_to_compiler(const struct known_entry *entry, const char *compiler)
{
	if (!strv_len(STRV_CONST(entry->compilers)))
		return true;
	for (char **prefix = entry->compilers; compiler && *prefix; prefix++)
		if (str_starts(compiler, *prefix))
			return true;
	return false;
}

static bool applies(const struct known_entry *entry, const struct verify_input *input)
{
	/* what is not known of a kernel is not excused either */
	if (strv_len(STRV_CONST(entry->arches)) &&
	    (!input->arch || !strv_has(STRV_CONST(entry->arches), input->arch->name)))
		return false;
	if (strv_len(STRV_CONST(entry->kernels)) &&
	    (!input->kernel || !strv_has(STRV_CONST(entry->kernels), input->kernel)))
		return false;
	if (strv_len(STRV_CONST(entry->modes)) &&
	    (input->mode_unknown ||
	     !strv_has(STRV_CONST(entry->modes), btf_mode_name(input->mode))))
		return false;
	if (entry->repaired != FACT_UNKNOWN && entry->repaired != input->pahole.repaired)
		return false;
	if (!input->pahole_version || !version_in_range(input->pahole_version, entry->pahole))
		return false;
	return applies_to_compiler(entry, input->compiler);
}

static bool lists(const struct known_entry *entry, const struct finding *finding)
{
	return strv_has(STRV_CONST(entry->checks), finding->check) &&
	       (entry->cause ? finding->cause && str_eq(entry->cause, finding->cause)
			     : strv_has(STRV_CONST(entry->variables), finding->variable)) &&
	       (!entry->image || str_eq(entry->image, finding->image));
}

static bool was_skipped(const struct verify_result *result, const char *check)
{
	vec_for_each(outcome, &result->checks)
		if (str_eq(outcome->id, check))
			return outcome->state == CHECK_SKIPPED;
	return true;
}

static bool some_check_ran(const struct known_entry *entry, const struct verify_result *result)
{
	for (char **check = entry->checks; *check; check++)
		if (!was_skipped(result, *check))
			return true;
	return false;
}

static void add_stale(struct verify_result *result, const struct known_entry *entry,
		      const char *what, const char *name)
{
	struct finding finding = {
		.check = CHECK_KNOWN_UNMATCHED,
		.image = xstrdup(entry->image ? entry->image : IMAGE_VMLINUX),
		.variable = xstrdup(entry->name),
		.witness = xstrdup("known.ini"),
		.expected = xasprintf("a finding of [%s] for %s '%s'", entry->name, what, name),
		.actual = xstrdup("none in this cell: the entry is stale or too wide"),
	};

	vec_push(&result->findings, finding);
}

/* Whether one of the first @n findings, those of checks, is listed by the entry and has this name. */
static bool matched(const struct verify_result *result, size_t n, const struct known_entry *entry,
		    const char *check, const char *variable)
{
	for (size_t i = 0; i < n; i++) {
		const struct finding *finding = &result->findings.data[i];

		if (lists(entry, finding) && (!check || str_eq(finding->check, check)) &&
		    (!variable || str_eq(finding->variable, variable)))
			return true;
	}
	return false;
}

static void report_stale(struct verify_result *result, size_t n, const struct known_entry *entry)
{
	for (char **check = entry->checks; *check; check++)
		if (!was_skipped(result, *check) && !matched(result, n, entry, *check, NULL))
			add_stale(result, entry, "check", *check);
	if (!some_check_ran(entry, result))
		return;
	for (char **variable = entry->variables; variable && *variable; variable++)
		if (!matched(result, n, entry, NULL, *variable))
			add_stale(result, entry, "variable", *variable);
}

static void mark(struct verify_result *result, size_t n, const struct known_entry *entry)
{
	for (size_t i = 0; i < n; i++) {
		struct finding *finding = &result->findings.data[i];

		if (!finding->known && lists(entry, finding))
			finding->known = xstrdup(entry->doc);
	}
}

void known_apply(const struct known *known, const struct verify_input *input,
		 struct verify_result *result)
{
	size_t n = result->findings.len;

	vec_for_each(entry, &known->entries) {
		if (!applies(entry, input))
			continue;
		mark(result, n, entry);
		if (!entry->sometimes)
			report_stale(result, n, entry);
	}
}
