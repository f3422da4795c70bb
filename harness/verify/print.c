// SPDX-License-Identifier: GPL-2.0-only
#include "verify/print.h"

#include <string.h>

#include "btf/btf_image.h"
#include "core/cleanup.h"
#include "core/escape.h"
#include "core/json_text.h"
#include "verify/absence.h"
#include "verify/refusal.h"

static const char *const state_names[] = {
	[CHECK_PASS] = "pass",
	[CHECK_FAIL] = "fail",
	[CHECK_SKIPPED] = "skipped",
};

size_t verify_count_new(const struct verify_result *result)
{
	size_t n = 0;

	vec_for_each(finding, &result->findings)
		n += !finding->known;
	return n;
}

static size_t count_absences(const struct verify_result *result, const char *rule)
{
	size_t n = 0;

	vec_for_each(absence, &result->absences)
		n += str_eq(absence->rule, rule);
	return n;
}

static void print_reason(FILE *out, const char *image, const char *reason)
{
	put_line(out, image);
	fputs(*image ? ": " : "", out);
	put_line(out, reason);
	fputc('\n', out);
}

/* A check that ran on some images alone also says why not on the others. */
static void print_unchecked(FILE *out, const struct verify_result *result, const char *check)
{
	vec_for_each(unchecked, &result->unchecked) {
		if (!str_eq(unchecked->check, check) || unchecked->not_applicable)
			continue;
		fprintf(out, "%-8s %-30s ", state_names[CHECK_SKIPPED], check);
		print_reason(out, unchecked->image, unchecked->reason);
	}
}

static void print_checks(FILE *out, const struct verify_result *result)
{
	vec_for_each(outcome, &result->checks) {
		fprintf(out, "%-8s %-30s ", state_names[outcome->state], outcome->id);
		if (outcome->state == CHECK_SKIPPED)
			print_reason(out, "", outcome->reason);
		else
			fprintf(out, "%zu item%s\n", outcome->nr_items,
				outcome->nr_items == 1 ? "" : "s");
		print_unchecked(out, result, outcome->id);
	}
}

static void print_absences(FILE *out, const struct verify_result *result)
{
	if (!result->absences.len)
		return;
	fprintf(out, "\n%zu symbols have no VAR, each by one of these rules:\n",
		result->absences.len);
	for (size_t i = 0; i < nr_absence_rules; i++) {
		size_t n = count_absences(result, absence_rules[i].id);

		if (n)
			fprintf(out, "%7zu %s: %s\n", n, absence_rules[i].id,
				absence_rules[i].explains);
	}
}

static void print_met(FILE *out, const struct verify_result *result)
{
	bool any = false;

	vec_for_each(met, &result->met) {
		if (met->present)
			continue;
		fputs(any ? "" : "\nNot there, as it should be:\n", out);
		any = true;
		fputs("  ", out);
		put_line(out, met->image);
		fprintf(out, ": no %s: ", met->what);
		put_line(out, met->reason);
		fprintf(out, " (configs/expect.ini: %s)\n", met->rule);
	}
}

char *verify_describe(const struct finding *finding)
{
	const char *known = finding->known;

	return xasprintf("%s: %s says %s; BTF has %s%s%s%s", finding->variable, finding->witness,
			 finding->expected, finding->actual,
			 known ? " [known: docs/findings.md#" : "", known ? known : "",
			 known ? "]" : "");
}

static void print_refusals(FILE *out, const struct verify_result *result)
{
	for (size_t i = 0; i < nr_refusal_rules; i++) {
		size_t n = 0;

		vec_for_each(refusal, &result->refusals)
			n += str_eq(refusal->rule, refusal_rules[i].id);
		if (n)
			fprintf(out,
				"\n%zu VAR%s the kernel refused as typed ksyms, by the rule %s: "
				"%s\n",
				n, n == 1 ? "" : "s", refusal_rules[i].id,
				refusal_rules[i].explains);
	}
}

static void print_finding(FILE *out, const struct finding *finding)
{
	_cleanup_free_ char *description = verify_describe(finding);

	fputs("  ", out);
	put_line(out, finding->image);
	fputs(": ", out);
	put_line(out, description);
	fputc('\n', out);
}

/* Findings of one check are adjacent. Returns the first of the next check. */
static size_t print_group(FILE *out, const struct verify_result *result, size_t first, size_t limit)
{
	const struct finding *findings = result->findings.data;
	size_t end = first;

	while (end < result->findings.len && str_eq(findings[end].check, findings[first].check))
		end++;
	fprintf(out, "\n%s: %zu finding%s\n", findings[first].check, end - first,
		end - first == 1 ? "" : "s");
	for (size_t i = first; i < end; i++) {
		if (limit && i - first == limit) {
			fprintf(out, "  ... and %zu more\n", end - i);
			break;
		}
		print_finding(out, &findings[i]);
	}
	return end;
}

void verify_print_text(FILE *out, const struct verify_result *result, size_t limit)
{
	print_checks(out, result);
	print_absences(out, result);
	print_met(out, result);
	print_refusals(out, result);
	for (size_t i = 0; i < result->findings.len;)
		i = print_group(out, result, i, limit);
	fprintf(out,
		"\n%zu per-CPU and %zu other variables checked, %zu findings, %zu of them known\n",
		result->nr_percpu, result->nr_global, result->findings.len,
		result->findings.len - verify_count_new(result));
}

static json_t *checks_to_json(const struct verify_result *result)
{
	json_t *list = json_array();

	vec_for_each(outcome, &result->checks) {
		json_t *check =
			json_pack("{s:s, s:s, s:b, s:I}", "id", outcome->id, "state",
				  state_names[outcome->state], "applicable",
				  !outcome->not_applicable, "items", (json_int_t)outcome->nr_items);

		if (outcome->reason)
			json_object_set_new(check, "reason", json_text(outcome->reason));
		json_array_append_new(list, check);
	}
	return list;
}

static json_t *findings_to_json(const struct verify_result *result)
{
	json_t *list = json_array();

	vec_for_each(finding, &result->findings) {
		json_t *object = json_object();

		json_object_set_new(object, "check", json_text(finding->check));
		json_object_set_new(object, "image", json_text(finding->image));
		json_object_set_new(object, "variable", json_text(finding->variable));
		json_object_set_new(object, "witness", json_text(finding->witness));
		json_object_set_new(object, "expected", json_text(finding->expected));
		json_object_set_new(object, "actual", json_text(finding->actual));
		json_object_set_new(object, "known", json_text(finding->known));
		json_object_set_new(object, "cause", json_text(finding->cause));
		json_array_append_new(list, object);
	}
	return list;
}

/* How many own types of each kind: of the extra module, all but VARs and DATASECs are too many. */
static json_t *kinds_to_json(const struct verified_image *image)
{
	json_t *kinds = json_object();

	for (uint32_t kind = 0; kind < VERIFIED_KINDS; kind++)
		if (image->nr_of_kind[kind])
			json_object_set_new(kinds, btf_kind_name(kind),
					    json_integer((json_int_t)image->nr_of_kind[kind]));
	return kinds;
}

static json_t *images_to_json(const struct verify_result *result)
{
	json_t *list = json_array();

	vec_for_each(image, &result->images) {
		json_t *object =
			json_pack("{s:I, s:I, s:I}", "btf_bytes", (json_int_t)image->btf_size,
				  "percpu_variables", (json_int_t)image->nr_percpu,
				  "global_variables", (json_int_t)image->nr_global);

		json_object_set_new(object, "name", json_text(image->name));
		json_object_set_new(object, "types_bytes",
				    json_integer((json_int_t)image->types_size));
		json_object_set_new(object, "strings_bytes",
				    json_integer((json_int_t)image->strings_size));
		json_object_set_new(object, "kinds", kinds_to_json(image));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *unchecked_to_json(const struct verify_result *result)
{
	json_t *list = json_array();

	vec_for_each(unchecked, &result->unchecked) {
		json_t *object = json_pack("{s:s, s:b}", "check", unchecked->check, "applicable",
					   !unchecked->not_applicable);

		json_object_set_new(object, "image", json_text(unchecked->image));
		json_object_set_new(object, "reason", json_text(unchecked->reason));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *absences_to_json(const struct verify_result *result)
{
	json_t *rules = json_object();

	for (size_t i = 0; i < nr_absence_rules; i++) {
		json_t *symbols = json_array();

		vec_for_each(absence, &result->absences)
			if (str_eq(absence->rule, absence_rules[i].id))
				json_array_append_new(symbols, json_text(absence->symbol));
		if (json_array_size(symbols))
			json_object_set(rules, absence_rules[i].id, symbols);
		json_decref(symbols);
	}
	return rules;
}

static json_t *met_to_json(const struct verify_result *result)
{
	json_t *list = json_array();

	vec_for_each(met, &result->met)
		json_array_append_new(
			list, json_pack("{s:o, s:s, s:b, s:o, s:o}", "image", json_text(met->image),
					"what", met->what, "present", met->present, "rule",
					json_text(met->rule), "reason", json_text(met->reason)));
	return list;
}

static json_t *refusals_to_json(const struct verify_result *result)
{
	json_t *list = json_array();

	vec_for_each(refusal, &result->refusals)
		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:s}", "image",
						json_text(refusal->image), "variable",
						json_text(refusal->symbol), "rule", refusal->rule));
	return list;
}

json_t *verify_to_json(const struct verify_result *result)
{
	json_t *root =
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "percpu_variables",
			  (json_int_t)result->nr_percpu, "global_variables",
			  (json_int_t)result->nr_global, "btf_bytes", (json_int_t)result->btf_size,
			  "extra_btf_bytes", (json_int_t)result->extra_btf_size, "findings_total",
			  (json_int_t)result->findings.len, "findings_new",
			  (json_int_t)verify_count_new(result));

	json_object_set_new(root, "images", images_to_json(result));
	json_object_set_new(root, "checks", checks_to_json(result));
	json_object_set_new(root, "unchecked", unchecked_to_json(result));
	json_object_set_new(root, "findings", findings_to_json(result));
	json_object_set_new(root, "absences", absences_to_json(result));
	json_object_set_new(root, "expected", met_to_json(result));
	json_object_set_new(root, "refusals", refusals_to_json(result));
	return root;
}
