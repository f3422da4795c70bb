// SPDX-License-Identifier: GPL-2.0-only
/* The catalogue of checks for people. */
#include "verify/absence.h"
#include "verify/checks.h"
#include "verify/print.h"

void checks_print_text(FILE *out)
{
	for (size_t i = 0; i < nr_checks; i++)
		fprintf(out, "%-30s %s\n%-30s   against: %s\n", checks[i].id, checks[i].asserts, "",
			checks[i].witness);
	fputs("\nA variable may be missing from BTF by one of these rules, each proved for it:\n",
	      out);
	for (size_t i = 0; i < nr_absence_rules; i++)
		fprintf(out, "%-30s %s%s\n", absence_rules[i].id, absence_rules[i].explains,
			absence_rules[i].is_fault ? " (a fault: reported)" : "");
}
