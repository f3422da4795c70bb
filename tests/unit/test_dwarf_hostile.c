// SPDX-License-Identifier: GPL-2.0-only
/* DWARF that no compiler makes: what is without end is not followed, and what was not compared is said. */
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
#include "scratch.h"
#include "verify/dwarf_index.h"
#include "verify/type_match.h"

enum {
	/* more than the comparison follows */
	DEEP = 1000,
	/* two members each: far too much where what was compared is compared again */
	WIDE = 60,
};

/* One unit with a variable v, whose type is the entry at `root`. */
static const char before[] = ".section .debug_abbrev, \"\"\n"
			     "abbrevs:\n"
			     ".byte 1, 0x11, 1, 3, 8, 0, 0\n"
			     ".byte 2, 0x24, 0, 3, 8, 0xb, 0xb, 0x3e, 0xb, 0, 0\n"
			     ".byte 3, 0x34, 0, 3, 8, 0x49, 0x13, 2, 0x18, 0, 0\n"
			     ".byte 4, 0x16, 0, 3, 8, 0x49, 0x13, 0, 0\n"
			     ".byte 5, 0x0f, 0, 0x49, 0x13, 0, 0\n"
			     ".byte 6, 0x26, 0, 0x49, 0x13, 0, 0\n"
			     ".byte 7, 0x13, 1, 3, 8, 0xb, 0xb, 0, 0\n"
			     ".byte 8, 0x0d, 0, 3, 8, 0x49, 0x13, 0x38, 0xb, 0, 0\n"
			     ".byte 9, 0x01, 1, 0x49, 0x13, 0, 0\n"
			     ".byte 10, 0x21, 0, 0x2f, 0xb, 0, 0\n"
			     ".byte 11, 0x13, 1, 0xb, 0xb, 0, 0\n"
			     ".byte 12, 0x0b, 1, 0, 0\n"
			     ".byte 13, 0x47, 0, 0x49, 0x13, 0, 0\n"
			     ".byte 14, 0x13, 0, 0x47, 0x13, 0, 0\n"
			     ".byte 15, 0x2e, 1, 3, 8, 0, 0\n"
			     ".byte 0\n"
			     ".data\n"
			     "v: .long 0\n"
			     ".section .debug_info, \"\"\n"
			     "unit: .long 2f - 1f\n"
			     "1: .short 4\n"
			     ".long abbrevs\n"
			     ".byte 8, 1\n"
			     ".asciz \"unit.c\"\n"
			     ".byte 3\n"
			     ".asciz \"v\"\n"
			     ".long root - unit\n"
			     ".byte 9, 3\n"
			     ".quad v\n";
static const char after[] = ".byte 0\n"
			    "2:\n";

#define INT     "int: .byte 2; .asciz \"int\"; .byte 4, 5\n"
#define REF(to) "; .long " to " - unit\n"
/* to the entry behind this reference, which is the last thing of its own */
#define NEXT      "; .long . - unit + 4\n"
#define TYPEDEF   ".byte 4; .asciz \"t\""
#define POINTER   ".byte 5"
#define CONST     ".byte 6"
#define STRUCT    ".byte 7; .asciz \"s\"; .byte 4\n"
#define MEMBER    ".byte 8; .asciz \"m\""
#define ARRAY     ".byte 9"
#define RANGE     ".byte 10, 0, 0\n"
#define REPEAT(n) ".rept " n "\n"
#define END       "\n.endr\n"

static uint32_t add_int(struct btf_build *b)
{
	uint32_t id = btf_build_add_int(b, "int", 4);

	b->types.data[b->types.len - 1] = BTF_INT_SIGNED;
	return id;
}

static uint32_t btf_int(struct btf_build *b)
{
	return add_int(b);
}

static uint32_t btf_typedef(struct btf_build *b)
{
	return btf_build_add_typedef(b, "t", add_int(b));
}

static uint32_t btf_typedef_loop(struct btf_build *b)
{
	btf_build_add_typedef(b, "t", 2);
	return btf_build_add_typedef(b, "t", 1);
}

static uint32_t btf_const_loop(struct btf_build *b)
{
	return btf_build_add_const(b, 1);
}

static uint32_t btf_pointer_loop(struct btf_build *b)
{
	return btf_build_add_ptr(b, 1);
}

static uint32_t btf_array_loop(struct btf_build *b)
{
	return btf_build_add_array(b, 1, 1, 1);
}

static uint32_t btf_struct(struct btf_build *b)
{
	const struct btf_build_member member = { "m", add_int(b), 0 };

	return btf_build_add_struct(b, "s", 4, &member, 1);
}

static uint32_t btf_struct_loop(struct btf_build *b)
{
	const struct btf_build_member member = { "m", 1, 0 };

	return btf_build_add_struct(b, "s", 4, &member, 1);
}

static uint32_t btf_deep_pointer(struct btf_build *b)
{
	uint32_t id = add_int(b);

	for (int i = 0; i < DEEP; i++)
		id = btf_build_add_ptr(b, id);
	return id;
}

static uint32_t btf_nested(struct btf_build *b, int depth, uint32_t nr_members)
{
	uint32_t id = add_int(b);

	for (int i = 0; i < depth; i++) {
		const struct btf_build_member members[] = { { "m", id, 0 }, { "m", id, 0 } };

		id = btf_build_add_struct(b, "", 4, members, nr_members);
	}
	return id;
}

static uint32_t btf_deep_struct(struct btf_build *b)
{
	return btf_nested(b, DEEP, 1);
}

static uint32_t btf_wide_struct(struct btf_build *b)
{
	return btf_nested(b, WIDE, 2);
}

static uint32_t btf_pointer(struct btf_build *b)
{
	return btf_build_add_ptr(b, add_int(b));
}

static uint32_t btf_void_pointer(struct btf_build *b)
{
	return btf_build_add_ptr(b, 0);
}

static const struct hostile {
	const char *what, *dwarf;
	uint32_t (*btf)(struct btf_build *b);
	/* begins what is told; NULL: no difference is known */
	const char *difference;
	/* something was not compared */
	bool limited;
} table[] = {
	{ "a plain int", "root: " INT, btf_int, NULL, false },
	{ "typedefs in a loop", "root: " TYPEDEF NEXT TYPEDEF REF("root"), btf_typedef_loop, NULL,
	  true },
	{ "typedefs in a loop in DWARF alone", "root: " TYPEDEF NEXT TYPEDEF REF("root"),
	  btf_typedef, "v: DWARF has tag 0x16 't' and BTF int 'int'", false },
	{ "typedefs in a loop in BTF alone", "root: " TYPEDEF NEXT INT, btf_typedef_loop,
	  "v: DWARF has tag 0x24 'int' and BTF typedef 't'", false },
	{ "const of itself", "root: " CONST REF("root"), btf_const_loop, NULL, true },
	{ "pointer to itself", "root: " POINTER REF("root"), btf_pointer_loop, NULL, true },
	{ "array of itself", "root: " ARRAY REF("root") RANGE, btf_array_loop, NULL, true },
	{ "atomic of itself", "root: .byte 13" REF("root"), btf_int,
	  "v: DWARF has tag 0x47 '' and BTF int", false },
	{ "struct in itself, also in BTF, where format.btf-is-well-formed says so",
	  "root: " STRUCT MEMBER REF("root") ".byte 0, 0\n", btf_struct_loop, NULL, false },
	{ "struct in itself in DWARF alone", "root: " STRUCT MEMBER REF("root") ".byte 0, 0\n",
	  btf_struct, "v.m: DWARF has tag 0x13 's' and BTF int 'int'", false },
	{ "struct that completes itself", "root: .byte 14" REF("root"), btf_struct,
	  "v: struct is called '' in DWARF and 's' in BTF", false },
	{ "pointers, a thousand", "root: " REPEAT("1000") POINTER NEXT END INT, btf_deep_pointer,
	  NULL, true },
	{ "structs, a thousand, one in the other",
	  "root: " REPEAT("1000") ".byte 11, 4; .byte 8; .asciz \"m\"; .long . - unit + 6\n"
				  ".byte 0, 0\n" END INT,
	  btf_deep_struct, NULL, true },
	{ "structs that each have the next twice",
	  "root: " REPEAT("60") ".byte 11, 4; .byte 8; .asciz \"m\"; .long . - unit + 14\n"
				".byte 0, 8; .asciz \"m\"; .long . - unit + 6\n"
				".byte 0, 0\n" END INT,
	  btf_wide_struct, NULL, false },
	{ "structs defined in structs, a hundred thousand",
	  REPEAT("100000") ".byte 11, 4" END REPEAT("100000") ".byte 0" END "root: " INT, btf_int,
	  NULL, false },
	{ "reference beyond the unit", "root: " POINTER "; .long 0xfffff0\n", btf_pointer, NULL,
	  true },
	{ "reference beyond the unit, and void", "root: " POINTER "; .long 0xfffff0\n",
	  btf_void_pointer, NULL, true },
	{ "reference to an entry that is none", "root: " POINTER REF("2f"), btf_void_pointer, NULL,
	  true },
};

/* Returns the linked file, the caller's to free. */
static char *assemble(const char *dir, const char *entries)
{
	_cleanup_free_ char *text = xasprintf("%s%s%s", before, entries, after);
	_cleanup_free_ char *source = scratch_file(dir, "hostile.s", text);
	char *out = xasprintf("%s/hostile", dir);
	const char *const argv[] = { "gcc", "-nostdlib", "-static", "-no-pie", "-Wl,-e,0",
				     "-o",  out,         source,    NULL };
	struct proc proc = { .argv = argv };

	expect_ok(proc_run_checked(&proc));
	proc_release(&proc);
	return out;
}

static void note(void *user, const struct type_match_pointee *pointee)
{
	char **text = user;

	free(*text);
	*text = xstrdup(pointee->difference);
}

static void compare(const struct hostile *hostile, const struct dwarf_index *dwarf)
{
	const struct type_match_config config = { .dwarf = dwarf, .pointer_size = 8 };
	_cleanup_(type_match_cleanup) struct type_match *match = type_match_new(&config);
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	const struct type_match_root root = { .name = "v" };
	const struct dwarf_variable *const *vars;
	_cleanup_free_ char *text = NULL;
	struct btf_build b;
	const char *reason;
	uint32_t id;
	size_t n;

	btf_build_init(&b, false, NULL);
	id = hostile->btf(&b);
	btf = btf_build_parse(&b, "made", NULL);
	assert_int_equal(dwarf_variables_by_name(dwarf, "v", &vars), 1);
	text = type_match_variable(match, &root, btf, id, &vars[0]->type);
	type_match_pointees(match, note, &text);
	if (hostile->difference ? !text || !str_starts(text, hostile->difference) : text != NULL)
		fail_msg("%s: '%s'", hostile->what, text ? text : "the same");
	n = type_match_not_compared(match, &reason);
	if ((n != 0) != hostile->limited)
		fail_msg("%s: not compared: %zu: %s", hostile->what, n, reason);
	assert_true(type_match_nr_pairs(match) <= DEEP);
}

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		_cleanup_(dwarf_index_cleanup) struct dwarf_index *dwarf = NULL;
		char *dir = scratch_make();
		_cleanup_free_ char *path = assemble(dir, table[i].dwarf);

		expect_ok(dwarf_index_open(path, &dwarf));
		compare(&table[i], dwarf);
		scratch_remove(dir);
	}
}

/* An index with holes would call things missing that are there: there is none, and it is said why. */
static void test_no_index(void **state)
{
	static const struct {
		const char *entries, *message;
	} cases[] = {
		{ "root: " INT ".byte 15; .asciz \"f\"\n" REPEAT("100000") ".byte 12" END REPEAT(
			  "100000") ".byte 0" END ".byte 0\n",
		  "blocks are nested too deeply" },
		{ "root: " INT ".byte 99\n", "damaged DWARF" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dwarf_index *dwarf = NULL;
		char *dir = scratch_make();
		_cleanup_free_ char *path = assemble(dir, cases[i].entries);

		expect_error(dwarf_index_open(path, &dwarf), path, cases[i].message, NULL);
		assert_null(dwarf);
		scratch_remove(dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_no_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
