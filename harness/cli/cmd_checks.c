// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix checks: what the verifier looks at, and the rules that explain an absence. */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "core/mem.h"
#include "verify/absence.h"
#include "verify/checks.h"
#include "verify/print.h"
#include "verify/refusal.h"

enum {
	OPT_FORMAT = 0x5000
};

static void print_text(void)
{
	checks_print_text(stdout);
}

static void print_mdoc(void)
{
	checks_print_mdoc(stdout);
}

static void print_json(void)
{
	json_t *list = json_array(), *rules = json_array();
	json_t *refusals = json_array(), *root;

	for (size_t i = 0; i < nr_checks; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s}", "id", checks[i].id,
						"asserts", checks[i].asserts, "witness",
						checks[i].witness, "source", checks[i].source));
	for (size_t i = 0; i < nr_absence_rules; i++)
		json_array_append_new(rules, json_pack("{s:s, s:s, s:b}", "id", absence_rules[i].id,
						       "explains", absence_rules[i].explains,
						       "fault", absence_rules[i].is_fault));
	for (size_t i = 0; i < nr_refusal_rules; i++)
		json_array_append_new(refusals, json_pack("{s:s, s:s}", "id", refusal_rules[i].id,
							  "explains", refusal_rules[i].explains));
	root = json_pack("{s:o, s:o, s:o}", "checks", list, "absence_rules", rules, "refusal_rules",
			 refusals);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static const struct {
	const char *name;
	void (*print)(void);
} formats[] = {
	{ "text", print_text },
	{ "json", print_json },
	{ "mdoc", print_mdoc },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	size_t *format = state->input;

	if (key != OPT_FORMAT)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (str_eq(formats[i].name, arg)) {
			*format = i;
			return 0;
		}
	}
	argp_error(state, "--format: '%s' is none of text, json, mdoc", arg);
	return EINVAL;
}

int cmd_checks(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "format", OPT_FORMAT, "text|json|mdoc", 0,
		  "how to print it (default: text); mdoc is for the manual page", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.doc = "Lists every check: its id, what holds if it passes, what it checks BTF "
		       "against, and the fact behind it.",
	};
	size_t format = 0;

	if (argp_parse(&argp, argc, argv, 0, NULL, &format))
		return STATUS_ERROR;
	formats[format].print();
	return STATUS_OK;
}
