// SPDX-License-Identifier: GPL-2.0-only
/* The catalogue of checks, for people and for the manual page. */
#include "verify/absence.h"
#include "verify/checks.h"
#include "verify/print.h"
#include "verify/refusal.h"

void checks_print_text(FILE *out)
{
	for (size_t i = 0; i < nr_checks; i++)
		fprintf(out, "%-30s %s\n%-30s   against: %s\n%-30s   source: %s\n", checks[i].id,
			checks[i].asserts, "", checks[i].witness, "", checks[i].source);
	fputs("\nA variable may be missing from BTF by one of these rules, each proved for it:\n",
	      out);
	for (size_t i = 0; i < nr_absence_rules; i++)
		fprintf(out, "%-30s %s%s\n", absence_rules[i].id, absence_rules[i].explains,
			absence_rules[i].is_fault ? " (a fault: reported)" : "");
	fputs("\nA kernel may refuse a VAR as a typed ksym by one of these:\n", out);
	for (size_t i = 0; i < nr_refusal_rules; i++)
		fprintf(out, "%-30s %s\n", refusal_rules[i].id, refusal_rules[i].explains);
}

/* A line that begins with a dot or a quote would be a request; "\\&" is nothing, and ends that. */
static void put_roff(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	fputs(text, out);
}

void checks_print_mdoc(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < nr_checks; i++) {
		fprintf(out, ".It Sy %s\n", checks[i].id);
		put_roff(out, checks[i].asserts);
		fputs(".\nAgainst: ", out);
		put_roff(out, checks[i].witness);
		fputs(".\nSource: ", out);
		put_roff(out, checks[i].source);
		fputs(".\n", out);
	}
	fputs(".El\n.Pp\nA variable may be missing from BTF by one of these rules, each proved for "
	      "it:\n"
	      ".Bl -tag -width Ds\n",
	      out);
	for (size_t i = 0; i < nr_absence_rules; i++) {
		fprintf(out, ".It Sy %s\n", absence_rules[i].id);
		put_roff(out, absence_rules[i].explains);
		fputs(absence_rules[i].is_fault ? "; a fault, and so a finding.\n" : ".\n", out);
	}
	fputs(".El\n.Pp\nA kernel may refuse a VAR as a typed ksym by one of these:\n"
	      ".Bl -tag -width Ds\n",
	      out);
	for (size_t i = 0; i < nr_refusal_rules; i++) {
		fprintf(out, ".It Sy %s\n", refusal_rules[i].id);
		put_roff(out, refusal_rules[i].explains);
		fputs(".\n", out);
	}
	fputs(".El\n", out);
}
