// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix checks: what the verifier looks at, and the rules that explain an absence. */
#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/format_args.h"
#include "core/mem.h"
#include "verify/absence.h"
#include "verify/checks.h"
#include "verify/print.h"

static void print_text(void)
{
	checks_print_text(stdout);
}

static void print_json(void)
{
	json_t *list = json_array(), *rules = json_array(), *root;

	for (size_t i = 0; i < nr_checks; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s}", "id", checks[i].id, "asserts",
						checks[i].asserts, "witness", checks[i].witness));
	for (size_t i = 0; i < nr_absence_rules; i++)
		json_array_append_new(rules, json_pack("{s:s, s:s, s:b}", "id", absence_rules[i].id,
						       "explains", absence_rules[i].explains,
						       "fault", absence_rules[i].is_fault));
	root = json_pack("{s:o, s:o}", "checks", list, "absence_rules", rules);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

int cmd_checks(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &format_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.parser = parse_option,
		.children = children,
		.doc = "Lists every check: its id, what holds if it passes, and what it checks BTF "
		       "against.",
	};
	static void (*const print[])(void) = {
		[FORMAT_TEXT] = print_text,
		[FORMAT_JSON] = print_json,
	};
	enum output_format format = FORMAT_TEXT;

	if (argp_parse(&argp, argc, argv, 0, NULL, &format))
		return STATUS_ERROR;
	print[format]();
	return STATUS_OK;
}
