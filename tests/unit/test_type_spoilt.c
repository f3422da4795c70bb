// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF of one C program against the DWARF of another that differs in one thing: the finding must name the
 * place. All programs of the table become one file, each under names of its own, for several compilers.
 */
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

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "scratch.h"
#include "verify/dwarf_index.h"
#include "verify/type_match.h"

/* The programs: @a and @b, with what is in a second file behind a line "OTHER". */
#define OTHER "\nOTHER\n"

static const struct spoilt {
	const char *what, *a, *b;
	/* BTF of a, DWARF of b: where they differ, and a part of what is said; NULL: they are the same */
	const char *path, *text;
	/* BTF of b, DWARF of a; NULL: the same. "=": as path. */
	const char *back;
} table[] = {
	{ "array length", "int v[4];", "int v[5];", "v",
	  "the array has 5 elements in all in DWARF and 4 in BTF", "=" },
	{ "first dimension", "int v[2][3];", "int v[4][3];", "v",
	  "12 elements in all in DWARF and 6", "=" },
	{ "second dimension", "int v[2][3];", "int v[2][4];", "v",
	  "8 elements in all in DWARF and 6", "=" },
	{ "outer array", "typedef int U[3]; U v[2];", "typedef int U[3]; U v[3];", "v",
	  "9 elements in all in DWARF and 6", "=" },
	{ "inner array", "typedef int U[3]; U v[2];", "typedef int U[4]; U v[2];", "v",
	  "8 elements in all in DWARF and 6", "=" },
	{ "array of structs", "struct T { int a[3]; } v[2];", "struct T { float a[3]; } v[2];",
	  "v[].a[]", "is called", "=" },
	{ "array in a member", "struct T { int a[3][5]; } v;", "struct T { int a[5][5]; } v;", "v",
	  "struct 'T' has 100 bytes in DWARF and 60 in BTF", "=" },
	{ "zero elements", "struct T { int n; int a[]; } v;", "struct T { int n; } v;", "v",
	  "has 2 members in BTF and 1 in DWARF", "=" },
	{ "array or not", "struct T { int a; } v;", "struct T { int a[1]; } v;", "v.a",
	  "DWARF has tag 0x1 '' and BTF int 'int'", "=" },

	{ "member offset", "struct T { long a; char b; long c; } v;",
	  "struct T { long a; char : 8; char b; long c; } v;", "v.b",
	  "at bit 72 in DWARF and 64 in BTF", "=" },
	{ "member name", "struct T { int a, b; } v;", "struct T { int a, c; } v;", "v",
	  "member 1 of 'T' is 'c' in DWARF and 'b' in BTF", "=" },
	{ "members swapped", "struct T { int a, b; } v;", "struct T { int b, a; } v;", "v",
	  "member 0 of 'T' is 'b' in DWARF and 'a' in BTF", "=" },
	{ "member removed", "struct T { long a; char b, c; } v;", "struct T { long a; char b; } v;",
	  "v", "has 3 members in BTF and 2 in DWARF", "=" },
	{ "member added", "struct T { long a; char b; } v;", "struct T { long a; char b, c; } v;",
	  "v", "has 2 members in BTF and more in DWARF", "=" },
	{ "member type", "struct T { struct { int a[2]; } b; } v;",
	  "struct T { struct { unsigned int a[2]; } b; } v;", "v.b.a[]", "int is called", "=" },
	{ "size alone", "struct T { int a; } v;",
	  "struct T { int a; } __attribute__((aligned(8))) v;", "v",
	  "struct 'T' has 8 bytes in DWARF and 4 in BTF", "=" },
	{ "struct or union", "struct T { int a; } v;", "union T { int a; } v;", "v",
	  "DWARF has tag 0x17 'T' and BTF struct 'T'", "=" },

	{ "bit-field width", "struct T { unsigned int a : 3, b : 5; } v;",
	  "struct T { unsigned int a : 3, b : 6; } v;", "v.b",
	  "a bit field of 6 bits in DWARF and 5 in BTF", "=" },
	{ "bit-field offset", "struct T { unsigned int a : 3, b : 5; } v;",
	  "struct T { unsigned int a : 3, : 1, b : 5; } v;", "v.b",
	  "at bit 4 in DWARF and 3 in BTF", "=" },
	{ "bit field or not", "struct T { unsigned int a : 8; unsigned int b : 8; } v;",
	  "struct T { unsigned int a : 8; unsigned char b; } v;", "v.b", "a bit field of 0 bits",
	  "=" },
	{ "whole bit field", "struct T { unsigned int a : 32; } v;",
	  "struct T { unsigned int a; } v;", "v.a", "a bit field of 0 bits", "=" },
	{ "bit field across units", "struct T { long a : 40, b : 8; char c : 2, : 0, d : 2; } v;",
	  "struct T { long a : 40, b : 8; char c : 2, d : 2; } v;", "v.d",
	  "at bit 50 in DWARF and 56 in BTF", "=" },
	{ "packed bit fields",
	  "struct T { char a; long b : 60; long c : 3; } __attribute__((packed)) v;",
	  "struct T { char a; long b : 60; long : 1, c : 3; } __attribute__((packed)) v;", "v.c",
	  "at bit 69 in DWARF and 68 in BTF", "=" },

	{ "enum value", "enum T { E1 = 1, E2 } v;", "enum T { E1 = 1, E2 = 3 } v;", "v",
	  "is 0x3 in DWARF and 0x2 in BTF", "=" },
	{ "enumerator name", "enum T { E1, E2 } v;", "enum T { E1, E3 } v;", "v",
	  "enumerator 1 of 'T' is 'E3' in DWARF and 'E2' in BTF", "=" },
	{ "enumerator added", "enum T { E1, E2 } v;", "enum T { E1, E2, E3 } v;", "v",
	  "has 2 values in BTF and more in DWARF", "=" },
	{ "64-bit enum value, upper half", "enum T { E1 = 0x100000001, E2 = 1 } v;",
	  "enum T { E1 = 0x200000001, E2 = 1 } v;", "v",
	  "is 0x200000001 in DWARF and 0x100000001 in BTF", "=" },
	{ "64-bit enum value, lower half", "enum T { E1 = 1L << 40, E2 = -1 } v;",
	  "enum T { E1 = 1L << 40, E2 = -2 } v;", "v",
	  "is 0xfffffffffffffffe in DWARF and 0xffffffffffffffff in BTF", "=" },
	{ "enum size", "enum T { E1 = 1 } v;", "enum __attribute__((packed)) T { E1 = 1 } v;", "v",
	  "enum 'T' has 1 bytes in DWARF and 4 in BTF", "=" },
	{ "enum signedness", "enum T { E1 = -1 } v;", "enum T { E1 = 0xffffffff } v;", "v",
	  "has no negative value in DWARF and is signed in BTF", "=" },

	{ "signedness", "int v;", "unsigned int v;", "v",
	  "int is called 'unsigned int' in DWARF and 'int' in BTF", "=" },
	{ "signedness of char", "struct T { char a; } v;", "struct T { signed char a; } v;", "v.a",
	  "int is called 'signed char' in DWARF and 'char' in BTF", "=" },
	{ "float for int", "struct T { float a; } v;", "struct T { int a; } v;", "v.a", "is called",
	  "=" },
	{ "double for long", "double *v;", "long *v;", "*v", "is called", "=" },
	{ "bool for char", "_Bool v;", "unsigned char v;", "v", "is called", "=" },

	{ "const dropped", "const int *v;", "int *v;", "*v", "BTF const", "=" },
	{ "const moved", "const int *v;", "int *const v;", "v", "BTF ptr", "=" },
	{ "volatile dropped", "struct T { volatile int a; } v;", "struct T { int a; } v;", "v.a",
	  "BTF volatile", "=" },
	{ "volatile for const", "volatile int *v[2];", "const int *v[2];", "*v[]", "BTF volatile",
	  "=" },
	{ "restrict dropped", "int *restrict v;", "int *v;", "v", "BTF restrict", "=" },
	{ "pointer dropped", "int **v;", "int *v;", "*v", "BTF ptr", "=" },
	{ "void", "void *v;", "int *v;", "*v", "void on one side alone", "=" },

	{ "member of an anonymous union", "struct T { int a; union { int b; long c; }; } v;",
	  "struct T { int a; union { int b; unsigned long c; }; } v;", "v.c", "int is called",
	  "=" },
	{ "name in an anonymous union", "struct T { int a; union { int b; long c; }; } v;",
	  "struct T { int a; union { int b; long d; }; } v;", "v",
	  "member 1 of '' is 'd' in DWARF and 'c' in BTF", "=" },
	{ "deep in anonymous ones",
	  "struct T { union { struct { int a; struct { int b; }; }; }; } *v;",
	  "struct T { union { struct { int a; struct { float b; }; }; }; } *v;", "v->b",
	  "is called", "=" },

	{ "type of a parameter", "struct T { int (*f)(int, long); } v;",
	  "struct T { int (*f)(int, short); } v;", "v.f(#2)", "int is called 'short int'", "=" },
	{ "parameter's pointee", "struct U { int a; }; struct T { int (*f)(struct U *); } v;",
	  "struct U { short a; }; struct T { int (*f)(struct U *); } v;", "*v.f(#1)", "struct 'U'",
	  "*v.f(#1)" },
	{ "parameters more", "struct T { int (*f)(int); } v;",
	  "struct T { int (*f)(int, long); } v;", "*v.f",
	  "a function of 1 parameters in BTF and more in DWARF", "=" },
	{ "parameters none", "struct T { int (*f)(int); } v;", "struct T { int (*f)(void); } v;",
	  "*v.f", "a function of 1 parameters in BTF and 0 in DWARF", "=" },
	{ "variadic for a parameter", "struct T { int (*f)(int, ...); } v;",
	  "struct T { int (*f)(int, int); } v;", "*v.f", "parameter 2 is '...' on one side alone",
	  "=" },
	{ "variadic dropped", "struct T { int (*f)(int, ...); } v;",
	  "struct T { int (*f)(int); } v;", "*v.f", "parameters", "=" },
	{ "variadic after two", "struct T { int (*f)(int, long, ...); } v;",
	  "struct T { int (*f)(int, long); } v;", "*v.f", "and 2 in DWARF", "=" },
	{ "no prototype", "struct T { int (*f)(); } v;", "struct T { int (*f)(int); } v;", "*v.f",
	  NULL, "=" },
	{ "returned type", "struct T { int (*f)(int); } v;", "struct T { long (*f)(int); } v;",
	  "v.f()", "int is called 'long int' in DWARF and 'int' in BTF", "=" },
	{ "returned or not", "void (*v)(int);", "int (*v)(int);", "v()", "void on one side alone",
	  "=" },
	{ "returned pointer", "int *(*v)(int);", "const int *(*v)(int);", "*v()", "'int'", "=" },

	{ "recursive struct", "struct T { struct T *next; long a; } *v;",
	  "struct T { struct T *next; unsigned long a; } *v;", "v->a", "int is called", "=" },
	{ "reached by pointers alone",
	  "struct U { int a, b; }; struct T { struct T *next; struct U **u; } v;",
	  "struct U { int a, c; }; struct T { struct T *next; struct U **u; } v;", "**v.u",
	  "member 1 of 'U' is 'c' in DWARF and 'b' in BTF", "=" },
	{ "two that refer to each other",
	  "struct U; struct T { struct U *u; int a; }; struct U { struct T *t; int b[3]; } *v;",
	  "struct U; struct T { struct U *u; float a; }; struct U { struct T *t; int b[3]; } *v;",
	  "v->t->a", "is called", "=" },

	{ "typedef name", "typedef int U; U v;", "typedef int W; W v;", "v",
	  "typedef is called 'W' in DWARF and 'U' in BTF", "=" },
	{ "typedef of another", "typedef int U; U v;", "typedef long U; U v;", "v",
	  "int is called 'long int'", "=" },
	{ "typedef dropped", "typedef int U; struct T { U a; } v;", "struct T { int a; } v;", "v.a",
	  "BTF typedef", "=" },
	{ "struct name", "struct T { int a; } v;", "struct U { int a; } v;", "v",
	  "struct is called 'U' in DWARF and 'T' in BTF", "=" },

	{ "one name in two files, the other one fits", "struct T { int a; } *v;",
	  "struct T { long a; } *v;" OTHER "struct T { int a; } *w;", NULL, NULL, "*v" },
	{ "one name in two files, none fits", "struct T { int a; } *v;",
	  "struct T { long a; } *v;" OTHER "struct T { short a; } *w;", "*v",
	  "struct 'T' has 8 bytes in DWARF and 4 in BTF", "=" },
	{ "by value the unit's own must fit", "struct T { int a; } v;",
	  "struct T { unsigned int a; } v;" OTHER "struct T { int a; } w;", "v.a", "int is called",
	  "=" },
	{ "declared in one file, defined in another",
	  "struct T; struct T *v;" OTHER "struct T { int a; } w;", "struct T { int a; } *v;", NULL,
	  NULL, NULL },
	{ "definition elsewhere is another", "struct T { float a; } *v;",
	  "struct T; struct T *v;" OTHER "struct T { int a; } w;", "v->a", "is called", "=" },
};

static struct compiler {
	const char *what, *cc, *dwarf;
} compilers[] = {
	{ "x86_64, DWARF 5", "gcc", "-gdwarf-5" },
	{ "x86_64, DWARF 4", "gcc", "-gdwarf-4" },
	{ "s390x, DWARF 5", "s390x-linux-gnu-gcc", "-gdwarf-5" },
	{ "s390x, DWARF 4", "s390x-linux-gnu-gcc", "-gdwarf-4" },
};

/* One of the table's two columns, compiled: its BTF and its DWARF. */
struct program {
	struct btf_image *btf;
	struct dwarf_index *dwarf;
};

static void program_release(struct program *program)
{
	btf_image_free(program->btf);
	dwarf_index_close(program->dwarf);
}

/* pahole that knows global variables, or NULL. */
static const char *pahole(void)
{
	const char *given = getenv("BTFMATRIX_PAHOLE");
	const char *const argv[] = { given ? given : "pahole", "--supported_btf_features", NULL };
	struct proc proc = { .argv = argv, .capture = true };
	struct error *err = proc_run_checked(&proc);
	bool fit = !err && strstr(strbuf_str(&proc.output), "global_var");

	error_free(err);
	proc_release(&proc);
	return fit ? argv[0] : NULL;
}

static void run(const char *const *argv)
{
	struct proc proc = { .argv = argv };

	expect_ok(proc_run_checked(&proc));
	proc_release(&proc);
}

static void add_case(struct strbuf *file, size_t i, const char *text, size_t len)
{
	static const char *const names[] = { "v", "w", "T", "U", "W", "E1", "E2", "E3" };

	for (size_t k = 0; k < ARRAY_SIZE(names); k++)
		strbuf_addf(file, "#undef %s\n#define %s %s_%zu\n", names[k], names[k], names[k],
			    i);
	strbuf_add(file, text, len);
	strbuf_addc(file, '\n');
}

/* Compiles a column: all cases' first files as one, and all second ones. */
static void make_program(const char *dir, const struct compiler *compiler, bool b,
			 struct program *ret)
{
	_cleanup_strbuf_ struct strbuf one = { 0 }, other = { 0 };
	_cleanup_free_ char *linked = xasprintf("%s/linked", dir), *btf = xasprintf("%s/btf", dir);
	_cleanup_free_ char *detached = xasprintf("--btf_encode_detached=%s", btf), *data = NULL;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const char *text = b ? table[i].b : table[i].a, *split = strstr(text, OTHER);

		add_case(&one, i, text, split ? (size_t)(split - text) : strlen(text));
		if (split)
			add_case(&other, i, split + strlen(OTHER), strlen(split + strlen(OTHER)));
	}

	_cleanup_free_ char *one_path = scratch_file(dir, "one.c", strbuf_str(&one));
	_cleanup_free_ char *other_path = scratch_file(dir, "other.c", strbuf_str(&other));
	const char *const compile[] = { compiler->cc, compiler->dwarf, "-fno-lto", "-fno-pie",
					"-no-pie",    "-nostdlib",     "-static",  "-Wl,-e,0",
					"-o",         linked,          one_path,   other_path,
					NULL };
	const char *const encode[] = {
		pahole(), "-J",   "--btf_features=encode_force,var,float,enum64,global_var",
		detached, linked, NULL
	};

	run(compile);
	run(encode);
	expect_ok(file_read(btf, SIZE_MAX, &data, &len));
	expect_ok(btf_image_parse("made", data, len, NULL, &ret->btf));
	expect_ok(dwarf_index_open(linked, &ret->dwarf));
}

/* The type of the VAR. */
static uint32_t type_of_var(const struct btf_image *btf, const char *name)
{
	struct btf_type_view type;

	for (uint32_t id = 1; id < btf_nr_ids(btf); id++)
		if (btf_type_get(btf, id, &type) && type.kind == BTF_KIND_VAR &&
		    str_eq(btf_type_name(&type), name))
			return type.size_or_type;
	fail_msg("BTF has no variable %s", name);
	return 0;
}

/* The text less each @suffix, by which the cases' names differ. */
static char *without_suffix(const char *text, const char *suffix)
{
	_cleanup_strbuf_ struct strbuf out = { 0 };
	const char *at;

	for (; (at = strstr(text, suffix)); text = at + strlen(suffix))
		strbuf_add(&out, text, (size_t)(at - text));
	strbuf_adds(&out, text);
	return strbuf_detach(&out);
}

static void note(void *user, const struct type_match_pointee *pointee)
{
	char **text = user;

	/* one thing differs: one finding */
	if (*text)
		fail_msg("'%s' and '%s'", *text, pointee->difference);
	*text = xstrdup(pointee->difference);
}

/* What differs, or NULL. Nothing may be left out. */
static char *compare(const struct program *btf_of, const struct program *dwarf_of, size_t i)
{
	_cleanup_free_ char *name = xasprintf("v_%zu", i), *suffix = xasprintf("_%zu", i);
	_cleanup_free_ char *text = NULL;
	const struct type_match_root root = { .name = name };
	const struct type_match_config config = {
		.dwarf = dwarf_of->dwarf,
		.pointer_size = 8,
		.big_endian = btf_of->btf->big_endian,
	};
	_cleanup_(type_match_cleanup) struct type_match *match = type_match_new(&config);
	const struct dwarf_variable *const *vars;
	const char *reason;

	assert_int_equal(dwarf_variables_by_name(dwarf_of->dwarf, name, &vars), 1);
	text = type_match_variable(match, &root, btf_of->btf, type_of_var(btf_of->btf, name),
				   &vars[0]->type);
	if (!text)
		type_match_pointees(match, note, &text);
	if (type_match_not_compared(match, &reason))
		fail_msg("%s: %s", table[i].what, reason);
	return text ? without_suffix(text, suffix) : NULL;
}

static int nr_wrong;

/* @path and @text: NULL for none. All failures are told before the test fails. */
static void expect_difference(const struct compiler *compiler, const char *what, const char *side,
			      const char *difference, const char *path, const char *text)
{
	size_t len = path ? strlen(path) : 0;

	if (!path && !difference)
		return;
	if (path && difference && str_starts(difference, path) &&
	    str_starts(difference + len, ": ") && (!text || strstr(difference, text)))
		return;
	nr_wrong++;
	print_error("%s: %s, %s: '%s', expected '%s: %s'\n", compiler->what, what, side,
		    difference ? difference : "the same", path ? path : "the same",
		    text ? text : "");
}

static void compare_cases(const struct compiler *compiler, const struct program *a,
			  const struct program *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct spoilt *spoilt = &table[i];
		_cleanup_free_ char *forth = compare(a, b, i), *back = compare(b, a, i);
		_cleanup_free_ char *same_a = compare(a, a, i), *same_b = compare(b, b, i);
		const char *back_path = spoilt->back;

		if (back_path && str_eq(back_path, "="))
			back_path = spoilt->path;
		expect_difference(compiler, spoilt->what, "BTF of a, DWARF of b", forth,
				  spoilt->path, spoilt->text);
		expect_difference(compiler, spoilt->what, "BTF of b, DWARF of a", back, back_path,
				  NULL);
		expect_difference(compiler, spoilt->what, "a alone", same_a, NULL, NULL);
		expect_difference(compiler, spoilt->what, "b alone", same_b, NULL, NULL);
	}
}

static void test_spoilt(void **state)
{
	const struct compiler *compiler = *state;
	struct program a, b;
	char *dir;

	if (!pahole())
		skip();
	dir = scratch_make();
	nr_wrong = 0;
	make_program(dir, compiler, false, &a);
	make_program(dir, compiler, true, &b);
	compare_cases(compiler, &a, &b);
	program_release(&a);
	program_release(&b);
	scratch_remove(dir);
	assert_int_equal(nr_wrong, 0);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(compilers)] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++)
		tests[i] = (struct CMUnitTest){ .name = compilers[i].what,
						.test_func = test_spoilt,
						.initial_state = &compilers[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
