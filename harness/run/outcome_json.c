// SPDX-License-Identifier: GPL-2.0-only
#include "run/outcome_json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/expect.h"
#include "core/json_text.h"
#include "core/mem.h"
#include "verify/absence.h"
#include "verify/causes.h"
#include "verify/checks.h"
#include "verify/refusal.h"

enum type {
	/* char *, owned */
	TEXT,
	/* const char *: the id of a check, of a rule */
	CHECK_ID,
	ABSENCE_ID,
	REFUSAL_ID,
	/* const char *: the id of an absence rule or of a cause */
	CAUSE_ID,
	/* const char *: as expect_what_text() has it */
	EXPECTED,
	/* const char *: as in outcome->failure_stage, ->failure_kind */
	STAGE_NAME,
	ERROR_NAME,
	REAL,
	SIZE,
	/* int, unsigned int or an enum */
	INT,
	BOOL,
	/* char[SHA256_HEX_SIZE] */
	HEX,
	/* char[NONCE_SIZE] */
	NONCE,
	/* size_t[VERIFIED_KINDS] */
	KINDS,
};

struct field {
	const char *name;
	enum type type;
	size_t offset;
};

struct fields {
	const struct field *data;
	size_t len;
	/* bytes of the struct */
	size_t size;
};

#define FIELD(of, member, type)                            \
	{                                                  \
#member, type, offsetof(struct of, member) \
	}
#define FIELDS(of, array)                                   \
	{                                                   \
		array, ARRAY_SIZE(array), sizeof(struct of) \
	}

static const struct field outcome_fields[] = {
	FIELD(outcome, verdict, INT),
	FIELD(outcome, reason, TEXT),
	FIELD(outcome, release, TEXT),
	FIELD(outcome, series, TEXT),
	FIELD(outcome, failure_stage, STAGE_NAME),
	FIELD(outcome, failure_kind, ERROR_NAME),
	FIELD(outcome, built, BOOL),
	FIELD(outcome, booted, BOOL),
	FIELD(outcome, verified, BOOL),
	FIELD(outcome, qemu_version, TEXT),
	FIELD(outcome, nr_guest_symbols, SIZE),
	FIELD(outcome, verify_wall_s, REAL),
	FIELD(outcome, verify_cpu_s, REAL),
};

static const struct field build_fields[] = {
	FIELD(build_result, step, INT),           FIELD(build_result, dir, TEXT),
	FIELD(build_result, key, TEXT),           FIELD(build_result, vmlinux, TEXT),
	FIELD(build_result, image, TEXT),         FIELD(build_result, config, TEXT),
	FIELD(build_result, extra_module, TEXT),  FIELD(build_result, repairs, TEXT),
	FIELD(build_result, extra_repairs, TEXT), FIELD(build_result, log, TEXT),
	FIELD(build_result, compiler, TEXT),      FIELD(build_result, linker, TEXT),
	FIELD(build_result, make, TEXT),          FIELD(build_result, command, TEXT),
	FIELD(build_result, ccache, TEXT),        FIELD(build_result, cached, BOOL),
	FIELD(build_result, wall_s, REAL),        FIELD(build_result, cpu_s, REAL),
	FIELD(build_result, nr_compiled, SIZE),
};

static const struct field boot_fields[] = {
	FIELD(boot_result, verdict, INT),      FIELD(boot_result, detail, TEXT),
	FIELD(boot_result, console_log, TEXT), FIELD(boot_result, command, TEXT),
	FIELD(boot_result, wall_s, REAL),      FIELD(boot_result, cpu_s, REAL),
	FIELD(boot_result, nonce, NONCE),
};

static const struct field attempt_fields[] = {
	FIELD(boot_attempt, verdict, INT),
	FIELD(boot_attempt, detail, TEXT),
	FIELD(boot_attempt, console_log, TEXT),
	FIELD(boot_attempt, wall_s, REAL),
};

static const struct field report_fields[] = {
	FIELD(guest_report, release, TEXT),    FIELD(guest_report, version, TEXT),
	FIELD(guest_report, machine, TEXT),    FIELD(guest_report, bits, INT),
	FIELD(guest_report, big_endian, BOOL), FIELD(guest_report, nr_cpus, INT),
};

static const struct field btf_fields[] = {
	FIELD(guest_btf, name, TEXT),
	FIELD(guest_btf, mode, INT),
	FIELD(guest_btf, size, SIZE),
	FIELD(guest_btf, sha256, HEX),
};

static const struct field trial_fields[] = {
	FIELD(guest_trial, name, TEXT),    FIELD(guest_trial, ok, BOOL),
	FIELD(guest_trial, errnum, INT),   FIELD(guest_trial, detail, TEXT),
	FIELD(guest_trial, skipped, BOOL),
};

static const struct field verify_fields[] = {
	FIELD(verify_result, nr_percpu, SIZE),
	FIELD(verify_result, nr_global, SIZE),
	FIELD(verify_result, btf_size, SIZE),
	FIELD(verify_result, extra_btf_size, SIZE),
};

static const struct field finding_fields[] = {
	FIELD(finding, check, CHECK_ID), FIELD(finding, image, TEXT),
	FIELD(finding, variable, TEXT),  FIELD(finding, witness, TEXT),
	FIELD(finding, expected, TEXT),  FIELD(finding, actual, TEXT),
	FIELD(finding, cause, CAUSE_ID), FIELD(finding, known, TEXT),
};

static const struct field check_fields[] = {
	FIELD(check_outcome, id, CHECK_ID),         FIELD(check_outcome, state, INT),
	FIELD(check_outcome, reason, TEXT),         FIELD(check_outcome, once, BOOL),
	FIELD(check_outcome, not_applicable, BOOL), FIELD(check_outcome, nr_items, SIZE),
};

static const struct field unchecked_fields[] = {
	FIELD(unchecked_image, check, CHECK_ID),
	FIELD(unchecked_image, image, TEXT),
	FIELD(unchecked_image, reason, TEXT),
	FIELD(unchecked_image, not_applicable, BOOL),
};

static const struct field absence_fields[] = {
	FIELD(explained_absence, image, TEXT),
	FIELD(explained_absence, symbol, TEXT),
	FIELD(explained_absence, rule, ABSENCE_ID),
};

static const struct field met_fields[] = {
	FIELD(met_expectation, image, TEXT),   FIELD(met_expectation, what, EXPECTED),
	FIELD(met_expectation, present, BOOL), FIELD(met_expectation, rule, TEXT),
	FIELD(met_expectation, reason, TEXT),
};

static const struct field refusal_fields[] = {
	FIELD(explained_absence, image, TEXT),
	FIELD(explained_absence, symbol, TEXT),
	FIELD(explained_absence, rule, REFUSAL_ID),
};

static const struct field image_fields[] = {
	FIELD(verified_image, name, TEXT),       FIELD(verified_image, lacks_btf, BOOL),
	FIELD(verified_image, btf_size, SIZE),   FIELD(verified_image, nr_percpu, SIZE),
	FIELD(verified_image, nr_global, SIZE),  FIELD(verified_image, nr_of_kind, KINDS),
	FIELD(verified_image, types_size, SIZE), FIELD(verified_image, strings_size, SIZE),
};

/*
 * A member that is added and forgotten here would be lost without a word: the sizes are those that the tables above
 * were written for.
 */
#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(struct outcome) == 632, "a new member? add it to outcome_fields");
_Static_assert(sizeof(struct build_result) == 152, "a new member? add it to build_fields");
_Static_assert(sizeof(struct boot_result) == 96, "a new member? add it to boot_fields");
_Static_assert(sizeof(struct boot_attempt) == 32, "a new member? add it to attempt_fields");
_Static_assert(sizeof(struct verify_result) == 200, "a new member? add it to verify_fields");
_Static_assert(sizeof(struct finding) == 64, "a new member? add it to finding_fields");
_Static_assert(sizeof(struct check_outcome) == 40, "a new member? add it to check_fields");
_Static_assert(sizeof(struct unchecked_image) == 32, "a new member? add it to unchecked_fields");
_Static_assert(sizeof(struct met_expectation) == 40, "a new member? add it to met_fields");
_Static_assert(sizeof(struct explained_absence) == 24, "a new member? add it to absence_fields");
_Static_assert(sizeof(struct verified_image) == 40 + 8 + VERIFIED_KINDS * 8 + 8,
	       "a new member? add it to image_fields");
#endif

/* A VEC of structs in a struct. */
struct list {
	const char *name;
	size_t offset;
	struct fields of;
};

static const struct list outcome_lists[] = {
	{ "attempts", offsetof(struct outcome, attempts), FIELDS(boot_attempt, attempt_fields) },
};

static const struct list report_lists[] = {
	{ "btfs", offsetof(struct guest_report, btfs), FIELDS(guest_btf, btf_fields) },
	{ "trials", offsetof(struct guest_report, trials), FIELDS(guest_trial, trial_fields) },
};

static const struct list verify_lists[] = {
	{ "findings", offsetof(struct verify_result, findings), FIELDS(finding, finding_fields) },
	{ "checks", offsetof(struct verify_result, checks), FIELDS(check_outcome, check_fields) },
	{ "unchecked", offsetof(struct verify_result, unchecked),
	  FIELDS(unchecked_image, unchecked_fields) },
	{ "absences", offsetof(struct verify_result, absences),
	  FIELDS(explained_absence, absence_fields) },
	{ "met", offsetof(struct verify_result, met), FIELDS(met_expectation, met_fields) },
	{ "refusals", offsetof(struct verify_result, refusals),
	  FIELDS(explained_absence, refusal_fields) },
	{ "images", offsetof(struct verify_result, images), FIELDS(verified_image, image_fields) },
};

/* What VEC() makes, of whatever type. */
typedef VEC(char) any_vec;

static const char *own_check_id(const char *id)
{
	const struct check *check = check_by_id(id);

	return check ? check->id : NULL;
}

static const char *own_absence_id(const char *id)
{
	for (size_t i = 0; i < nr_absence_rules; i++)
		if (str_eq(absence_rules[i].id, id))
			return absence_rules[i].id;
	return NULL;
}

static const char *own_cause_id(const char *id)
{
	for (size_t i = 0; i < nr_causes; i++)
		if (str_eq(causes[i].id, id))
			return causes[i].id;
	return own_absence_id(id);
}

static const char *own_refusal_id(const char *id)
{
	for (size_t i = 0; i < nr_refusal_rules; i++)
		if (str_eq(refusal_rules[i].id, id))
			return refusal_rules[i].id;
	return NULL;
}

static const char *own_expected(const char *text)
{
	for (enum expect_what what = 0; what < EXPECT_COUNT; what++)
		if (str_eq(expect_what_text(what), text))
			return expect_what_text(what);
	return NULL;
}

static const char *own_error_name(const char *name)
{
	for (enum error_kind kind = ERROR_SYSTEM; kind <= ERROR_INTERRUPTED; kind++)
		if (str_eq(error_kind_name(kind), name))
			return error_kind_name(kind);
	return NULL;
}

static json_t *kinds_to_json(const size_t *kinds)
{
	json_t *list = json_array();

	for (size_t i = 0; i < VERIFIED_KINDS; i++)
		json_array_append_new(list, json_integer((json_int_t)kinds[i]));
	return list;
}

static json_t *field_to_json(const struct field *field, const void *at)
{
	switch (field->type) {
	case TEXT:
	case CHECK_ID:
	case ABSENCE_ID:
	case REFUSAL_ID:
	case CAUSE_ID:
	case EXPECTED:
	case STAGE_NAME:
	case ERROR_NAME:
		return json_text(*(char *const *)at);
	case REAL:
		return json_real(*(const double *)at);
	case SIZE:
		return json_integer((json_int_t) * (const size_t *)at);
	case INT:
		return json_integer(*(const int *)at);
	case BOOL:
		return json_boolean(*(const bool *)at);
	case HEX:
	case NONCE:
		return json_text(at);
	case KINDS:
		return kinds_to_json(at);
	}
	abort();
}

static json_t *struct_to_json(const struct field *fields, size_t nr_fields, const void *from)
{
	json_t *json = json_object();

	for (size_t i = 0; i < nr_fields; i++)
		json_object_set_new(json, fields[i].name,
				    field_to_json(&fields[i],
						  (const char *)from + fields[i].offset));
	return json;
}

static void add_lists(json_t *json, const struct list *lists, size_t nr_lists, const void *from)
{
	for (size_t i = 0; i < nr_lists; i++) {
		const struct list *list = &lists[i];
		const any_vec *vec = (const void *)((const char *)from + list->offset);
		json_t *array = json_array();

		for (size_t j = 0; j < vec->len; j++)
			json_array_append_new(array, struct_to_json(list->of.data, list->of.len,
								    vec->data + j * list->of.size));
		json_object_set_new(json, list->name, array);
	}
}

static json_t *boot_to_json(const struct boot_result *boot)
{
	json_t *json = struct_to_json(boot_fields, ARRAY_SIZE(boot_fields), boot);
	json_t *report = json_null();

	if (boot->report) {
		report = struct_to_json(report_fields, ARRAY_SIZE(report_fields), boot->report);
		add_lists(report, report_lists, ARRAY_SIZE(report_lists), boot->report);
	}
	json_object_set_new(json, "report", report);
	return json;
}

json_t *outcome_to_json(const struct outcome *outcome)
{
	json_t *json = struct_to_json(outcome_fields, ARRAY_SIZE(outcome_fields), outcome);
	json_t *verify = struct_to_json(verify_fields, ARRAY_SIZE(verify_fields), &outcome->verify);

	add_lists(json, outcome_lists, ARRAY_SIZE(outcome_lists), outcome);
	json_object_set_new(json, "build",
			    struct_to_json(build_fields, ARRAY_SIZE(build_fields),
					   &outcome->build));
	json_object_set_new(json, "boot", boot_to_json(&outcome->boot));
	add_lists(verify, verify_lists, ARRAY_SIZE(verify_lists), &outcome->verify);
	json_object_set_new(json, "verify", verify);
	return json;
}

/* False where it is not of that type. A number is not held against its range: what wrote it was this program. */
static bool kinds_from_json(const json_t *json, size_t *kinds)
{
	if (json_array_size(json) != VERIFIED_KINDS)
		return false;
	for (size_t i = 0; i < VERIFIED_KINDS; i++)
		kinds[i] = (size_t)json_integer_value(json_array_get(json, i));
	return true;
}

static bool id_from_json(const json_t *json, const char *(*own)(const char *id), const char **at)
{
	if (json_is_null(json))
		return true;
	*at = json_is_string(json) ? own(json_string_value(json)) : NULL;
	return *at;
}

static bool text_from_json(const json_t *json, char **at)
{
	if (json_is_string(json))
		*at = xstrdup(json_string_value(json));
	return json_is_string(json) || json_is_null(json);
}

static bool hex_from_json(const json_t *json, char *at, size_t size)
{
	const char *text = json_string_value(json);

	if (!text || strlen(text) >= size)
		return false;
	strcpy(at, text);
	return true;
}

static bool field_from_json(const struct field *field, const json_t *json, void *at)
{
	switch (field->type) {
	case TEXT:
		return text_from_json(json, at);
	case CHECK_ID:
		return id_from_json(json, own_check_id, at);
	case ABSENCE_ID:
		return id_from_json(json, own_absence_id, at);
	case REFUSAL_ID:
		return id_from_json(json, own_refusal_id, at);
	case CAUSE_ID:
		return id_from_json(json, own_cause_id, at);
	case EXPECTED:
		return id_from_json(json, own_expected, at);
	case STAGE_NAME:
		return id_from_json(json, outcome_failure_stage, at);
	case ERROR_NAME:
		return id_from_json(json, own_error_name, at);
	case REAL:
		*(double *)at = json_number_value(json);
		return json_is_number(json);
	case SIZE:
		*(size_t *)at = (size_t)json_integer_value(json);
		return json_is_integer(json) && json_integer_value(json) >= 0;
	case INT:
		*(int *)at = (int)json_integer_value(json);
		return json_is_integer(json);
	case BOOL:
		*(bool *)at = json_is_true(json);
		return json_is_boolean(json);
	case HEX:
		return hex_from_json(json, at, SHA256_HEX_SIZE);
	case NONCE:
		return hex_from_json(json, at, NONCE_SIZE);
	case KINDS:
		return kinds_from_json(json, at);
	}
	abort();
}

static bool struct_from_json(const struct field *fields, size_t nr_fields, const json_t *json,
			     void *to)
{
	for (size_t i = 0; i < nr_fields; i++)
		if (!field_from_json(&fields[i], json_object_get(json, fields[i].name),
				     (char *)to + fields[i].offset))
			return false;
	return true;
}

static bool lists_from_json(const struct list *lists, size_t nr_lists, const json_t *json, void *to)
{
	for (size_t i = 0; i < nr_lists; i++) {
		const struct list *list = &lists[i];
		const json_t *array = json_object_get(json, list->name);
		size_t len = json_array_size(array);
		any_vec *vec = (void *)((char *)to + list->offset);

		if (!json_is_array(array))
			return false;
		/* Whole at once, all zero: what is freed after an error has nothing undefined in it. */
		vec->data = len ? xcalloc(len, list->of.size) : NULL;
		vec->len = vec->cap = len;
		for (size_t j = 0; j < len; j++)
			if (!struct_from_json(list->of.data, list->of.len, json_array_get(array, j),
					      vec->data + j * list->of.size))
				return false;
	}
	return true;
}

static bool boot_from_json(const json_t *json, struct boot_result *boot)
{
	const json_t *report = json_object_get(json, "report");

	if (!struct_from_json(boot_fields, ARRAY_SIZE(boot_fields), json, boot))
		return false;
	if (json_is_null(report))
		return true;
	boot->report = xcalloc(1, sizeof(*boot->report));
	return struct_from_json(report_fields, ARRAY_SIZE(report_fields), report, boot->report) &&
	       lists_from_json(report_lists, ARRAY_SIZE(report_lists), report, boot->report);
}

struct error *outcome_boot_from_json(const json_t *json, struct boot_result *boot)
{
	if (boot_from_json(json_object_get(json, "boot"), boot))
		return NULL;
	return error_new(ERROR_INPUT, "its boot is not in the form of this btfmatrix");
}

struct error *outcome_from_json(const json_t *json, struct outcome *outcome)
{
	const json_t *build = json_object_get(json, "build");
	const json_t *verify = json_object_get(json, "verify");

	if (struct_from_json(outcome_fields, ARRAY_SIZE(outcome_fields), json, outcome) &&
	    lists_from_json(outcome_lists, ARRAY_SIZE(outcome_lists), json, outcome) &&
	    struct_from_json(build_fields, ARRAY_SIZE(build_fields), build, &outcome->build) &&
	    boot_from_json(json_object_get(json, "boot"), &outcome->boot) &&
	    struct_from_json(verify_fields, ARRAY_SIZE(verify_fields), verify, &outcome->verify) &&
	    lists_from_json(verify_lists, ARRAY_SIZE(verify_lists), verify, &outcome->verify))
		return NULL;
	return error_new(ERROR_INPUT, "%s: its outcome is not in the form of this btfmatrix",
			 outcome->cell->name);
}
