// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF of one source against DWARF of another that differs in one thing: the difference is found, at its
 * place. Both are made by the compiler and by pahole, for both byte orders and versions of DWARF.
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

#include "btf/btf_image.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "scratch.h"
#include "verify/dwarf_index.h"
#include "verify/type_match.h"

/*
 * Each is what is in or before `struct V`, whose variable is compared. S, T and K are names that are the
 * case's own. What is told begins with the variable's name and then @place; NULL: nothing.
 */
static const struct variant {
	const char *what, *dwarf, *btf, *place;
	/* what a second file of the DWARF has; NULL: nothing */
	const char *other;
} variants[] = {
	{ "array length", "struct V { int (*m)[2]; };", "struct V { int (*m)[3]; };",
	  "*.m: the array has ", NULL },
	{ "outer dimension", "struct V { int (*m)[2][3]; };", "struct V { int (*m)[4][3]; };",
	  "*.m: the array has ", NULL },
	{ "inner dimension", "struct V { int (*m)[2][3]; };", "struct V { int (*m)[2][5]; };",
	  "*.m: the array has ", NULL },
	{ "member offset", "struct V { int a; char b; char m; };",
	  "struct V { int a; char b; char m __attribute__((aligned(2))); };", ".m: at bit 40",
	  NULL },
	{ "member name", "struct V { int a; int m; };", "struct V { int a; int n; };",
	  ": member 1 of", NULL },
	{ "member removed", "struct V { long a; char b, m; };", "struct V { long a; char b; };",
	  ": ", NULL },
	{ "member added", "struct V { long a; char b; };", "struct V { long a; char b, m; };", ": ",
	  NULL },
	{ "bit-field width", "struct V { unsigned a : 3, m : 5; };",
	  "struct V { unsigned a : 3, m : 6; };", ".m: a bit field of 5 bits in DWARF and 6 in BTF",
	  NULL },
	{ "bit-field offset", "struct V { unsigned a : 3, : 1, m : 5; };",
	  "struct V { unsigned a : 3, : 2, m : 5; };", ".m: at bit 4 in DWARF and 5 in BTF", NULL },
	{ "enum value", "struct V { enum T { K = 1 } m; };", "struct V { enum T { K = 2 } m; };",
	  ".m: ", NULL },
	{ "enumerator name", "struct V { enum T { K = 1 } m; };",
	  "struct V { enum T { S = 1 } m; };", ".m: ", NULL },
	{ "64-bit enum value", "struct V { enum T { K = 0x100000001 } m; };",
	  "struct V { enum T { K = 0x200000001 } m; };", ".m: ", NULL },
	{ "int's sign", "struct V { int m; };", "struct V { unsigned m; };", ".m: ", NULL },
	{ "const", "struct V { const int *m; };", "struct V { int *m; };", "*.m: ", NULL },
	{ "volatile", "struct V { volatile int m; };", "struct V { int m; };", ".m: ", NULL },
	{ "restrict", "struct V { int *restrict m; };", "struct V { int *m; };", ".m: ", NULL },
	{ "anonymous union", "struct V { union { int a; int m; }; };",
	  "struct V { union { int a; float m; }; };", ".m: ", NULL },
	{ "parameter's type", "struct V { int (*m)(int, long); };",
	  "struct V { int (*m)(int, char); };", ".m(#2): ", NULL },
	{ "parameters", "struct V { int (*m)(int, long); };", "struct V { int (*m)(int); };",
	  "*.m: a function of 1 parameters in BTF and more in DWARF", NULL },
	{ "variadic", "struct V { int (*m)(int, ...); };", "struct V { int (*m)(int, long); };",
	  "*.m: parameter 2 is '...' on one side alone", NULL },
	{ "return", "struct V { int (*m)(int); };", "struct V { long (*m)(int); };",
	  ".m(): ", NULL },
	{ "behind a pointer", "struct S { struct S *next; int m; }; struct V { struct S *s; };",
	  "struct S { struct S *next; float m; }; struct V { struct S *s; };", ".s->m: ", NULL },
	{ "typedef's name", "typedef int T; struct V { T m; };",
	  "typedef int S; struct V { S m; };", ".m: typedef is called", NULL },
	{ "float for int", "struct V { int m; };", "struct V { float m; };", ".m: ", NULL },
	{ "declared in DWARF", "struct S; struct V { struct S *m; };",
	  "struct S { int a; }; struct V { struct S *m; };", NULL, NULL },
	{ "declared in BTF", "struct S { int a; }; struct V { struct S *m; };",
	  "struct S; struct V { struct S *m; };", "*.m: '", NULL },
	{ "fits the other file's", "struct S { int a; }; struct V { struct S *m; };",
	  "struct S { int b; }; struct V { struct S *m; };", NULL, "struct S { int b; } T;" },
	{ "fits no file's", "struct S { int a; }; struct V { struct S *m; };",
	  "struct S { int c; }; struct V { struct S *m; };", "*.m: member 0 of '",
	  "struct S { int b; } T;" },
};

static const struct dialect {
	const char *compiler, *dwarf;
	bool big_endian;
} dialects[] = {
	{ "gcc", "-gdwarf-4", false },
	{ "gcc", "-gdwarf-5", false },
	{ "s390x-linux-gnu-gcc", "-gdwarf-4", true },
	{ "s390x-linux-gnu-gcc", "-gdwarf-5", true },
};

static void run(const char *const *argv)
{
	struct proc proc = PROC_INIT;

	proc.argv = argv;
	proc.capture = true;
	expect_ok(proc_run(&proc));
	if (proc.exit_code != 0)
		fail_msg("%s: %s", argv[0], strbuf_str(&proc.output));
	proc_release(&proc);
}

enum side {
	DWARF_SIDE,
	OTHER_SIDE,
	BTF_SIDE,
};

/* All cases in one file, each with names of its own. Returns its path, the caller's to free. */
static char *write_source(const char *dir, const char *name, enum side side)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		const struct variant *v = &variants[i];
		const char *const sides[] = { v->dwarf, v->other ? v->other : "", v->btf };

		for (const char *c = "VSTK"; *c; c++)
			strbuf_addf(&text, "#undef %c\n#define %c %c%zu\n", *c, *c, *c, i);
		strbuf_addf(&text, "%s\n%s", sides[side],
			    side == OTHER_SIDE ? "" : "struct V V;\n");
	}
	return scratch_file(dir, name, strbuf_str(&text));
}

/* Returns the linked file, the caller's to free. */
static char *compile(const char *dir, const struct dialect *dialect, bool btf)
{
	_cleanup_free_ char *source = write_source(dir, "one.c", btf ? BTF_SIDE : DWARF_SIDE);
	_cleanup_free_ char *other = write_source(dir, "other.c", OTHER_SIDE);
	char *out = xasprintf("%s/%s", dir, btf ? "btf.so" : "dwarf.so");

	run((const char *const[]){ dialect->compiler, dialect->dwarf, "-fPIC", "-shared",
				   "-nostdlib", "-o", out, source, btf ? NULL : other, NULL });
	return out;
}

/* BTF by pahole of @elf. */
static struct btf_image *encode(const char *dir, const char *elf)
{
	const char *pahole = getenv("BTFMATRIX_PAHOLE");
	_cleanup_free_ char *path = xasprintf("%s/btf", dir), *data = NULL;
	_cleanup_free_ char *option = xasprintf("--btf_encode_detached=%s", path);
	struct btf_image *btf;
	size_t len;

	run((const char *const[]){ pahole && *pahole ? pahole : "pahole", "-J", option, elf,
				   NULL });
	expect_ok(file_read(path, 0, &data, &len));
	expect_ok(btf_image_parse("variants", data, len, NULL, &btf));
	return btf;
}

static uint32_t find_struct(const struct btf_image *btf, const char *name)
{
	struct btf_type_view type;

	for (uint32_t id = 1; id < btf_nr_ids(btf); id++)
		if (btf_type_get(btf, id, &type) && type.kind == BTF_KIND_STRUCT &&
		    str_eq(btf_type_name(&type), name))
			return id;
	fail_msg("BTF has no struct %s", name);
	return 0;
}

static void keep_first(void *user, const struct type_match_pointee *pointee)
{
	char **text = user;

	if (!*text)
		*text = xstrdup(pointee->difference);
}

/* What is told of case @i; NULL for nothing. */
static char *compare(const struct dialect *dialect, const struct btf_image *btf,
		     const struct dwarf_index *dwarf, size_t i)
{
	const struct type_match_config config = { .dwarf = dwarf,
						  .pointer_size = 8,
						  .big_endian = dialect->big_endian };
	_cleanup_(type_match_cleanup) struct type_match *match = type_match_new(&config);
	_cleanup_free_ char *name = xasprintf("V%zu", i);
	const struct type_match_root root = { .name = name };
	const struct dwarf_variable *const *vars;
	char *text;

	assert_int_equal(dwarf_variables_by_name(dwarf, name, &vars), 1);
	text = type_match_variable(match, &root, btf, find_struct(btf, name), &vars[0]->type);
	if (!text)
		type_match_pointees(match, keep_first, &text);
	return text;
}

/* Says what is wrong with each case; returns how many were. */
static size_t test_dialect(const struct dialect *dialect)
{
	char *dir = scratch_make();
	_cleanup_free_ char *dwarf_path = compile(dir, dialect, false);
	_cleanup_free_ char *btf_path = compile(dir, dialect, true);
	_cleanup_(btf_image_cleanup) struct btf_image *same = encode(dir, dwarf_path);
	_cleanup_(btf_image_cleanup) struct btf_image *other = encode(dir, btf_path);
	_cleanup_(dwarf_index_cleanup) struct dwarf_index *dwarf = NULL;
	size_t nr_failed = 0;

	expect_ok(dwarf_index_open(dwarf_path, &dwarf));
	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		const struct variant *v = &variants[i];
		_cleanup_free_ char *none = compare(dialect, same, dwarf, i);
		_cleanup_free_ char *told = compare(dialect, other, dwarf, i);
		bool deref = v->place && *v->place == '*';
		_cleanup_free_ char *begin = xasprintf("%sV%zu%s", deref ? "*" : "", i,
						       v->place ? v->place + deref : "");

		if (none) {
			print_error("%s %s, %s: told of the same: %s\n", dialect->compiler,
				    dialect->dwarf, v->what, none);
			nr_failed++;
		}
		if (v->place ? !told || !str_starts(told, begin) : told != NULL) {
			print_error("%s %s, %s: '%s', not '%s'\n", dialect->compiler,
				    dialect->dwarf, v->what, told ? told : "the same",
				    v->place ? begin : "the same");
			nr_failed++;
		}
	}
	scratch_remove(dir);
	return nr_failed;
}

static void differences_are_found(void **state)
{
	size_t nr_failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dialects); i++)
		nr_failed += test_dialect(&dialects[i]);
	assert_int_equal(nr_failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
