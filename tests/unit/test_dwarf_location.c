// SPDX-License-Identifier: GPL-2.0-only
/* Where DWARF says that a variable is, in each form it has for that, against the symbol. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "core/cleanup.h"
#include "core/mem.h"
#include "core/proc.h"
#include "elf/elf_image.h"
#include "scratch.h"
#include "verify/verify.h"

/*
 * Two variables behind the symbol that clang's GlobalMerge pass makes, and DWARF 5 with entries for both:
 * LOCATION is the second one's, which is at merged + 4.
 */
static const char assembly[] = ".section SECTION, \"aw\"\n"
			       "merged:\n"
			       ".globl first, second\n"
			       ".type first, @object; .size first, 4\n"
			       ".type second, @object; .size second, 4\n"
			       "first: .long 1\n"
			       "second: .long 2\n"
			       ".long 3\n"
			       ".section .debug_abbrev, \"\"\n"
			       "abbrevs:\n"
			       /* unit: name, addr_base (sec_offset) */
			       ".byte 1, 0x11, 1, 3, 8, 0x73, 0x17, 0, 0\n"
			       /* base type: name, byte_size, encoding */
			       ".byte 2, 0x24, 0, 3, 8, 0xb, 0xb, 0x3e, 0xb, 0, 0\n"
			       /* variable: name, type (ref4), location (exprloc), external */
			       ".byte 3, 0x34, 0, 3, 8, 0x49, 0x13, 2, 0x18, 0x3f, 0x19, 0, 0\n"
			       ".byte 0\n"
			       ".section .debug_addr, \"\"\n"
			       ".long 2f - 1f\n"
			       "1: .short 5\n"
			       ".byte 8, 0\n"
			       "addresses: .quad merged, second\n"
			       "2:\n"
			       ".section .debug_info, \"\"\n"
			       "unit: .long 2f - 1f\n"
			       "1: .short 5\n"
			       ".byte 1, 8\n"
			       ".long abbrevs\n"
			       ".byte 1\n"
			       ".asciz \"merged.c\"\n"
			       ".long addresses\n"
			       "int: .byte 2\n"
			       ".asciz \"int\"\n"
			       ".byte 4, 5\n"
			       ".byte 3\n"
			       ".asciz \"first\"\n"
			       ".long int - unit\n"
			       ".byte 9, 3\n"
			       ".quad merged\n"
			       ".byte 3\n"
			       ".asciz \"second\"\n"
			       ".long TYPE - unit\n"
			       ".uleb128 4f - 3f\n"
			       "3: LOCATION\n"
			       "4: .byte 0\n"
			       "2:\n";

#define ADDR        ".byte 3; .quad "
#define ADDRX       ".byte 0xa1; .uleb128 "
#define PLUS        "; .byte 0x23; .uleb128 "
#define CONSTU      "; .byte 0x10; .uleb128 "
#define THEN_PLUS   "; .byte 0x22"
#define STACK_VALUE "; .byte 0x9f"
#define DEREF       "; .byte 0x94; .byte "
#define LIT(n)      "; .byte 0x30 + " #n
#define NOT         "; .byte 0x20"
#define MUL         "; .byte 0x1e"
#define PIECE       "; .byte 0x93; .uleb128 "

static const struct form {
	const char *what, *location;
	/* how far from the symbol DWARF says it is; bytes */
	int off_by;
	/* no fixed address: the location says nothing, and the name is not among the variables */
	bool no_address;
	/* what is there is not the value, which is computed from it */
	bool is_changed;
	/* the type's entry; NULL: int's */
	const char *type;
} forms[] = {
	{ .what = "address", .location = ADDR "second" },
	{ .what = "another address", .location = ADDR "second + 4", .off_by = 4 },
	{ .what = "the first one's address", .location = ADDR "first", .off_by = -4 },
	{ .what = "GlobalMerge", .location = ADDR "merged" PLUS "4" },
	{ .what = "GlobalMerge, at the next", .location = ADDR "merged" PLUS "8", .off_by = 4 },
	{ .what = "GlobalMerge, nothing added", .location = ADDR "merged" PLUS "0", .off_by = -4 },
	{ .what = "a number of two bytes", .location = ADDR "second - 300" PLUS "300" },
	{ .what = "a wrong number of two bytes",
	  .location = ADDR "second - 300" PLUS "172",
	  .off_by = -128 },
	{ .what = "index", .location = ADDRX "1" },
	{ .what = "index and what is added", .location = ADDRX "0" PLUS "4" },
	{ .what = "another index", .location = ADDRX "0", .off_by = -4 },
	{ .what = "index and too much added", .location = ADDRX "1" PLUS "4", .off_by = 4 },
	{ .what = "index beyond the table", .location = ADDRX "200", .no_address = true },
	{ .what = "added by other operations",
	  .location = ADDR "merged" CONSTU "4" THEN_PLUS,
	  .no_address = true },
	{ .what = "value, no place", .location = ADDR "second" STACK_VALUE, .no_address = true },
	{ .what = "added twice", .location = ADDR "merged" PLUS "2" PLUS "2", .no_address = true },
	{ .what = "cut short", .location = ".byte 3, 0, 0", .no_address = true },
	{ .what = "type beyond the unit", .location = ADDR "second", .type = "unit + 0xfffff" },
	{ .what = "nothing", .location = "", .no_address = true },
	{ .what = "a byte as it is",
	  .location = ADDR "second" DEREF "1" LIT(1) MUL LIT(0) THEN_PLUS STACK_VALUE },
	{ .what = "a byte as it is, elsewhere",
	  .location = ADDR "first" DEREF "1" LIT(1) MUL LIT(0) THEN_PLUS STACK_VALUE,
	  .off_by = -4 },
	{ .what = "one of two values",
	  .location = ADDR "second" DEREF "1" LIT(4) MUL LIT(5) THEN_PLUS STACK_VALUE,
	  .is_changed = true },
	{ .what = "the other of two values, merged",
	  .location = ADDRX "0" PLUS "4" DEREF "1" LIT(0) NOT MUL LIT(1) THEN_PLUS STACK_VALUE,
	  .is_changed = true },
	{ .what = "an addition without a second value",
	  .location = ADDR "second" DEREF "1" THEN_PLUS STACK_VALUE,
	  .no_address = true },
	{ .what = "a computation without an end",
	  .location = ADDR "second" DEREF "1" LIT(1) MUL,
	  .no_address = true },
	{ .what = "two values left",
	  .location = ADDR "second" DEREF "1" LIT(1) STACK_VALUE,
	  .no_address = true },
	{ .what = "in parts", .location = ADDR "second" PIECE "2", .no_address = true },
};

static struct target {
	const char *what, *cc, *section, *check, *type_check;
} targets[] = {
	{ "x86_64, a global variable", "gcc", ".data", "global.dwarf-location",
	  "global.type-matches-dwarf" },
	{ "x86_64, a per-CPU variable", "gcc", ".data..percpu", "percpu.dwarf-location",
	  "percpu.type-matches-dwarf" },
	{ "s390x, a global variable", "s390x-linux-gnu-gcc", ".data", "global.dwarf-location",
	  "global.type-matches-dwarf" },
	{ "s390x, a per-CPU variable", "s390x-linux-gnu-gcc", ".data..percpu",
	  "percpu.dwarf-location", "percpu.type-matches-dwarf" },
};

/* Returns the linked file, the caller's to free. */
static char *assemble(const char *dir, const struct target *target, const struct form *form)
{
	_cleanup_free_ char *section = xasprintf("#define SECTION %s\n", target->section);
	_cleanup_free_ char *text =
		xasprintf("%s#define LOCATION %s\n#define TYPE %s\n%s", section, form->location,
			  form->type ? form->type : "int", assembly);
	_cleanup_free_ char *source = scratch_file(dir, "merged.S", text);
	_cleanup_free_ char *script =
		scratch_file(dir, "percpu.lds",
			     "SECTIONS { .data..percpu : { *(.data..percpu) } }\n"
			     "INSERT BEFORE .data;\n");
	char *out = xasprintf("%s/merged", dir);
	const char *const argv[] = { target->cc, "-nostdlib", "-static", "-no-pie",
				     "-Wl,-e,0", "-T",        script,    "-o",
				     out,        source,      NULL };
	struct proc proc = { .argv = argv };

	expect_ok(proc_run_checked(&proc));
	proc_release(&proc);
	return out;
}

/* BTF of both variables, where their symbols are. Returns the file's path, the caller's to free. */
static char *write_btf(const char *dir, const struct elf_image *elf, const char *section_name)
{
	static const char *const names[] = { "first", "second" };
	struct btf_secinfo infos[ARRAY_SIZE(names)] = { 0 };
	const struct elf_section *section = NULL;
	_cleanup_free_ uint8_t *bytes = NULL;
	struct btf_build b;
	size_t len;

	btf_build_init(&b, elf->big_endian, NULL);
	btf_build_add_int(&b, "int", 4);
	b.types.data[b.types.len - (elf->big_endian ? 4 : 1)] = BTF_INT_SIGNED;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct elf_symbol *const *symbols;

		assert_int_equal(elf_symbols_by_name(elf, names[i], &symbols), 1);
		section = elf_section_by_index(elf, symbols[0]->shndx);
		infos[i].type = btf_build_add_var(&b, names[i], 1, BTF_VAR_GLOBAL_ALLOCATED);
		infos[i].offset = (uint32_t)(symbols[0]->value - section->addr);
		infos[i].size = 4;
	}
	assert_string_equal(section->name, section_name);
	btf_build_add_datasec(&b, section_name, (uint32_t)section->size, infos, ARRAY_SIZE(infos));
	bytes = btf_build_finish(&b, &len);
	return scratch_bytes(dir, "merged.btf", bytes, len);
}

static const struct check_outcome *outcome_of(const struct verify_result *result, const char *id)
{
	vec_for_each(outcome, &result->checks)
		if (str_eq(outcome->id, id))
			return outcome;
	fail_msg("no check %s", id);
	return NULL;
}

/* The check's only finding, or NULL. */
static const struct finding *finding_of(const struct verify_result *result, const char *id)
{
	const struct finding *ret = NULL;

	vec_for_each(finding, &result->findings) {
		if (!str_eq(finding->check, id))
			continue;
		assert_null(ret);
		ret = finding;
	}
	return ret;
}

static void expect_place(const struct verify_result *result, const struct target *target,
			 const struct form *form, uint64_t address)
{
	const struct check_outcome *outcome = outcome_of(result, target->check);
	const struct finding *finding = finding_of(result, target->check);
	_cleanup_free_ char *expected =
		xasprintf("%#llx, where merged.c defines it",
			  (unsigned long long)(address + (uint64_t)form->off_by));
	_cleanup_free_ char *actual = xasprintf("the symbol at %#llx", (unsigned long long)address);

	if (outcome->state != (form->off_by ? CHECK_FAIL : CHECK_PASS))
		fail_msg("%s, %s: %s: %d", target->cc, form->what, target->check, outcome->state);
	assert_int_equal(outcome->nr_items, form->no_address ? 1 : 2);
	assert_int_equal(finding != NULL, form->off_by != 0);
	if (finding) {
		assert_string_equal(finding->variable, "second");
		assert_string_equal(finding->expected, expected);
		assert_string_equal(finding->actual, actual);
	}
	/* what cannot be read is not compared, and that is no pass */
	outcome = outcome_of(result, target->type_check);
	assert_int_equal(outcome->state, form->type                             ? CHECK_SKIPPED
					 : form->no_address || form->is_changed ? CHECK_FAIL
										: CHECK_PASS);
	if (form->type)
		assert_non_null(strstr(outcome->reason, "1 of variables not to be read"));
	/* a name without an address is one that DWARF lacks; by name the type is found wherever it is */
	finding = finding_of(result, target->type_check);
	assert_int_equal(finding != NULL, form->no_address || form->is_changed);
	if (finding)
		assert_string_equal(finding->variable, "second");
	if (form->is_changed)
		assert_string_equal(finding->cause, "re-coded");
}

static void test_forms(void **state)
{
	const struct target *target = *state;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
		char *dir = scratch_make();
		_cleanup_free_ char *vmlinux = assemble(dir, target, &forms[i]), *btf = NULL;
		const struct elf_symbol *const *symbols;
		struct verify_result result = { 0 };

		expect_ok(elf_image_open(vmlinux, &elf));
		btf = write_btf(dir, elf, target->section);

		const struct verify_input input = {
			.mode_unknown = true,
			.vmlinux = vmlinux,
			.btf_file = btf,
		};
		expect_ok(verify_cell(&input, &result));
		elf_symbols_by_name(elf, "second", &symbols);
		expect_place(&result, target, &forms[i], symbols[0]->value);
		verify_result_release(&result);
		scratch_remove(dir);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(targets)] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		tests[i] = (struct CMUnitTest){ .name = targets[i].what,
						.test_func = test_forms,
						.initial_state = &targets[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
