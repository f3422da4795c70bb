// SPDX-License-Identifier: GPL-2.0-only
/* Which rule explains that a variable is not in BTF. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verify/absence.h"

/* A variable of a function, in a section of @type of which BTF has @nr_variables: the rule's id. */
static const char *why(uint32_t type, size_t nr_variables)
{
	const struct elf_section section = { .name = ".notes", .type = type };
	const struct elf_section other = { .name = ".data", .type = SHT_PROGBITS };
	const struct elf_symbol symbol = { .name = "counter", .size = 4 };
	const struct dwarf_variable dwarf = { .name = "counter", .file_scope = false };
	const struct absentee absentee = {
		.symbol = &symbol, .section = &section, .dwarf = &dwarf, .nr_dwarf = 1
	};
	struct datasec datasecs[] = {
		{ .section = &other, .nr_variables = 7 },
		{ .section = &section, .nr_variables = nr_variables },
	};
	struct evidence evidence = { 0 };
	const struct absence_rule *rule;

	evidence.datasecs.data = datasecs;
	evidence.datasecs.len = 2;
	rule = absence_explain(&evidence, &absentee);
	return rule ? rule->id : "none";
}

/* sparc64's linker script puts variables into .notes, and pahole finds them there. */
static void test_section_without_data(void **state)
{
	(void)state;
	assert_string_equal(why(SHT_NOTE, 0), "section-type");
	assert_string_equal(why(SHT_NOTE, 3), "function-static");
	assert_string_equal(why(SHT_PROGBITS, 0), "function-static");
	assert_string_equal(why(SHT_NOBITS, 0), "function-static");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section_without_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
