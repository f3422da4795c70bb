// SPDX-License-Identifier: GPL-2.0-only
/* configs/values.ini, and values of a guest against what it says of them elsewhere. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "config/project.h"
#include "config/values.h"
#include "scratch.h"
#include "verify/value_judge.h"

/* A kernel that says things about itself. */
static struct guest_report *make_guest(bool big_endian, unsigned int bits)
{
	static const struct {
		const char *file;
		const char *before, *after;
	} files[] = {
		{ "/proc/version", "Linux version 6.12\n", "Linux version 6.12\n" },
		{ "/proc/stat processes", "processes 40\n", "processes 50\n" },
		{ "/down", "9\n", "-2\n" },
		{ "/possible", "0-3,8\n", "0-3,8\n" },
	};
	struct guest_report *guest = xcalloc(1, sizeof(*guest));
	struct guest_symbol symbol = { 0xffffffff81000000, 'T', xstrdup("_text"), xstrdup("") };
	struct guest_symbol other = { 0x1234, 'd', xstrdup("modular"), xstrdup("mod") };

	guest->big_endian = big_endian;
	guest->bits = bits;
	guest->release = xstrdup("6.12.1");
	guest->version = xstrdup("#1 SMP a b");
	guest->machine = xstrdup("riscv64");
	vec_push(&guest->symbols, symbol);
	vec_push(&guest->symbols, other);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		for (unsigned int time = 0; time < 2; time++) {
			const char *text = time ? files[i].after : files[i].before;
			struct guest_fact fact = { xstrdup(files[i].file), time,
						   (uint8_t *)xstrdup(text), strlen(text) };

			vec_push(&guest->facts, fact);
		}
	}
	return guest;
}

/* The only entry of a list with it. */
static struct values *make_values(const char *read, const char *equals)
{
	char *dir = scratch_make();
	_cleanup_free_ char *text =
		xasprintf("[x]\npath = x\nread = %s\nequals = %s\n", read, equals);
	_cleanup_free_ char *path = scratch_file(dir, "values.ini", text);
	struct values *values = NULL;

	expect_ok(values_load(path, &values));
	scratch_remove(dir);
	return values;
}

static struct guest_value make_value(const void *bytes, size_t len, int cpu, unsigned int time)
{
	return (struct guest_value){ .path = xstrdup("x"),
				     .road = ROAD_BPF,
				     .image = xstrdup("vmlinux"),
				     .cpu = cpu,
				     .time = time,
				     .bytes = xmemdup(bytes, len),
				     .len = len };
}

struct example {
	const char *read, *equals;
	/* in the guest's memory */
	const char *bytes;
	size_t len;
	bool big_endian;
	unsigned int bits;
	int cpu;
	enum value_judgement judgement;
	/* parts of what is expected and what is there; NULL: none */
	const char *expected, *actual;
};

#define STRING(text) text, sizeof(text) - 1

static const struct example examples[] = {
	/* strings end with a NUL, or with the bytes; a newline at the end is none of it */
	{ "string", "constant Linux", STRING("Linux\0garbage"), false, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "string", "constant Linux", STRING("Linux"), true, 32, -1, VALUE_RIGHT, 0, 0 },
	{ "string", "constant Linux", STRING("Linuy\0"), true, 64, -1, VALUE_WRONG, "Linux",
	  "Linuy" },
	{ "string", "constant a b", STRING("b\0"), false, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "string", "constant a b", STRING(""), false, 64, -1, VALUE_WRONG, "a or b", "" },
	{ "string", "uname release", STRING("6.12.1\0"), false, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "string", "uname version", STRING("#1 SMP a b\0"), false, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "string", "uname machine", STRING("6.12.1\0"), false, 64, -1, VALUE_WRONG, "riscv64",
	  "6.12.1" },
	{ "pointed-string", "file /proc/version", STRING("Linux version 6.12\n\0"), false, 64, -1,
	  VALUE_RIGHT, 0, 0 },
	{ "string", "file /proc/version", STRING("Linux version 6.1\0"), false, 64, -1, VALUE_WRONG,
	  "/proc/version", "6.1" },
	/* numbers: byte order, size, sign */
	{ "unsigned", "constant 258", STRING("\1\2"), true, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "unsigned", "constant 258", STRING("\2\1"), false, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "unsigned", "constant 258", STRING("\2\1"), true, 64, -1, VALUE_WRONG, "258", "513" },
	{ "signed", "constant -2", STRING("\376\377\377\377"), false, 32, -1, VALUE_RIGHT, 0, 0 },
	{ "unsigned", "constant 4294967294", STRING("\376\377\377\377"), false, 32, -1, VALUE_RIGHT,
	  0, 0 },
	{ "signed", "constant -1", STRING("\377"), true, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "unsigned", "constant 2199023255551", STRING("\0\0\1\377\377\377\377\377"), true, 64, -1,
	  VALUE_RIGHT, 0, 0 },
	{ "unsigned", "constant 0", STRING("\0\0\0"), false, 64, -1, VALUE_WRONG, "as a number",
	  "3 bytes: 00 00 00" },
	{ "unsigned", "constant 0", STRING(""), false, 64, -1, VALUE_WRONG, "as a number",
	  "0 bytes" },
	/* a number that counts on, up or down */
	{ "unsigned", "file /proc/stat processes", STRING("\0\0\0\50"), true, 64, -1, VALUE_RIGHT,
	  0, 0 },
	{ "unsigned", "file /proc/stat processes", STRING("\0\0\0\56"), true, 64, -1, VALUE_RIGHT,
	  0, 0 },
	{ "unsigned", "file /proc/stat processes", STRING("\0\0\0\63"), true, 64, -1, VALUE_WRONG,
	  "from 40 to 50", "51" },
	{ "signed", "file /down", STRING("\377\377\377\377"), true, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "signed", "file /down", STRING("\377\377\377\375"), true, 64, -1, VALUE_WRONG, "/down",
	  "-3" },
	{ "signed", "file /nowhere", STRING("\0\0\0\0"), true, 64, -1, VALUE_NO_WITNESS, "/nowhere",
	  0 },
	{ "unsigned", "list-end /possible", STRING("\11\0\0\0"), false, 64, -1, VALUE_RIGHT, 0, 0 },
	{ "unsigned", "list-end /possible", STRING("\10\0\0\0"), false, 64, -1, VALUE_WRONG, "9",
	  "8" },
	{ "unsigned", "list-end /proc/version", STRING("\10\0\0\0"), false, 64, -1, VALUE_WRONG,
	  "13", "8" },
	{ "unsigned", "list-end /nowhere", STRING("\10\0\0\0"), false, 64, -1, VALUE_NO_WITNESS,
	  "/nowhere", 0 },
	/* pointers have the guest's word size */
	{ "pointer", "symbol _stext _text", STRING("\377\377\377\377\201\0\0\0"), true, 64, -1,
	  VALUE_RIGHT, 0, 0 },
	{ "pointer", "symbol _text", STRING("\0\0\0\201\377\377\377\376"), false, 64, -1,
	  VALUE_WRONG, "0xffffffff81000000, the address of _text", "0xfeffffff81000000" },
	{ "pointer", "symbol _text", STRING("\0\0\0\201"), false, 64, -1, VALUE_WRONG, "pointer",
	  "4 bytes" },
	{ "pointer", "symbol nothing", STRING("\0\0\0\201"), false, 32, -1, VALUE_NO_WITNESS,
	  "nothing", 0 },
	/* a module's symbol is not vmlinux's */
	{ "pointer", "symbol modular", STRING("\0\0\22\64"), true, 32, -1, VALUE_NO_WITNESS,
	  "modular", 0 },
	{ "signed", "cpu", STRING("\0\0\0\3"), true, 64, 3, VALUE_RIGHT, 0, 0 },
	{ "signed", "cpu", STRING("\0\0\0\3"), true, 64, 2, VALUE_WRONG, "2, the CPU's number",
	  "3" },
	{ "signed", "cpu", STRING("\0\0\0\3"), true, 64, -1, VALUE_WRONG, "per-CPU", "3" },
};

static void expect_part(const char *text, const char *part, size_t number)
{
	if (!part)
		assert_null(text);
	else if (!text || !strstr(text, part))
		fail_msg("%zu: '%s' has no '%s'", number, text ? text : "(null)", part);
}

static void test_judgements(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		const struct example *e = &examples[i];
		_cleanup_(guest_report_cleanup) struct guest_report *guest =
			make_guest(e->big_endian, e->bits);
		_cleanup_(values_cleanup) struct values *values = make_values(e->read, e->equals);
		_cleanup_free_ char *expected = NULL, *actual = NULL;
		enum value_judgement judgement;

		vec_push(&guest->values, make_value(e->bytes, e->len, e->cpu, 0));
		judgement = value_judge(&values->entries.data[0], guest, &guest->values.data[0],
					&expected, &actual);
		if (judgement != e->judgement)
			fail_msg("%zu: %d, not %d: %s, %s", i, judgement, e->judgement,
				 expected ? expected : "", actual ? actual : "");
		expect_part(expected, e->expected, i);
		expect_part(actual, e->actual, i);
	}
}

/* Two readings, of one road and CPU. */
static void test_increase(void **state)
{
	static const struct {
		const char *first, *second;
		int cpu;
		enum value_judgement judgement;
	} cases[] = {
		{ "\1\0\0\0\0\0\0\0", "\2\0\0\0\0\0\0\0", -1, VALUE_RIGHT },
		{ "\377\0\0\0\0\0\0\0", "\0\1\0\0\0\0\0\0", -1, VALUE_RIGHT },
		{ "\1\0\0\0\0\0\0\0", "\1\0\0\0\0\0\0\0", -1, VALUE_WRONG },
		{ "\2\0\0\0\0\0\0\0", "\1\0\0\0\0\0\0\0", -1, VALUE_WRONG },
		/* another CPU's is no second reading */
		{ "\1\0\0\0\0\0\0\0", "\2\0\0\0\0\0\0\0", 1, VALUE_NO_WITNESS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(guest_report_cleanup) struct guest_report *guest = make_guest(false, 64);
		_cleanup_(values_cleanup) struct values *values =
			make_values("unsigned", "increases");
		_cleanup_free_ char *expected = NULL, *actual = NULL, *none = NULL, *no = NULL;

		vec_push(&guest->values, make_value(cases[i].first, 8, -1, 0));
		vec_push(&guest->values, make_value(cases[i].second, 8, cases[i].cpu, 1));
		assert_int_equal(value_judge(&values->entries.data[0], guest,
					     &guest->values.data[0], &expected, &actual),
				 cases[i].judgement);
		assert_int_equal(value_judge(&values->entries.data[0], guest,
					     &guest->values.data[1], &none, &no),
				 VALUE_RIGHT);
	}
}

/* A kernel for one CPU has no per-CPU section. */
static void test_one_cpu(void **state)
{
	_cleanup_(guest_report_cleanup) struct guest_report *guest = make_guest(true, 32);
	_cleanup_(values_cleanup) struct values *values = make_values("signed", "cpu");
	_cleanup_free_ char *expected = NULL, *actual = NULL, *none = NULL, *no = NULL;

	(void)state;
	guest->nr_cpus = 1;
	vec_push(&guest->values, make_value("\0\0\0\0", 4, -1, 0));
	vec_push(&guest->values, make_value("\0\0\0\1", 4, -1, 0));
	assert_int_equal(value_judge(&values->entries.data[0], guest, &guest->values.data[0], &none,
				     &no),
			 VALUE_RIGHT);
	assert_int_equal(value_judge(&values->entries.data[0], guest, &guest->values.data[1],
				     &expected, &actual),
			 VALUE_WRONG);
}

static void test_our_own_list(void **state)
{
	_cleanup_(values_cleanup) struct values *values = NULL;
	_cleanup_free_ char *path = NULL;
	_cleanup_strbuf_ struct strbuf list = STRBUF_INIT;

	(void)state;
	expect_ok(project_path(&path, "configs/values.ini"));
	expect_ok(values_load(path, &values));
	assert_true(values->entries.len >= 20);
	values_write_list(values, &list);
	assert_non_null(strstr(strbuf_str(&list), "once init_uts_ns.name.release\n"));
	assert_non_null(strstr(strbuf_str(&list), "pointed saved_command_line\n"));
	assert_non_null(strstr(strbuf_str(&list), "twice jiffies_64\n"));
	assert_non_null(strstr(strbuf_str(&list), "file /proc/stat processes\n"));
}

static void test_bad_lists(void **state)
{
	static const char good[] = "[a]\npath = x\nread = signed\nequals = cpu\n";
	static const struct {
		const char *text, *what, *where;
	} cases[] = {
		{ "[a]\nread = signed\nequals = cpu\n", "path", ":1:" },
		{ "[a]\npath = x\nequals = cpu\n", "read", ":1:" },
		{ "[a]\npath = x\nread = number\nequals = cpu\n", "number", ":3:" },
		{ "[a]\npath = x\nread = signed\nequals = moon\n", "constant WORD", ":4:" },
		{ "[a]\npath = x\nread = signed\nequals = cpu 3\n", "constant WORD", ":4:" },
		{ "[a]\npath = x\nread = signed\nequals = constant\n", "constant WORD", ":4:" },
		{ "[a]\npath = x\nread = signed\nequals = uname domain\n", "uname release", ":4:" },
		{ "[a]\npath = x\nread = signed\nequals = file proc/x\n", "whole path", ":4:" },
		{ "[a]\npath = x\nread = signed\nequals = file /a b c\n", "constant WORD", ":4:" },
		{ "[a]\npath = x.\nread = signed\nequals = cpu\n", "member", ":2:" },
		{ "[a]\npath = x[]\nread = signed\nequals = cpu\n", "member", ":2:" },
		{ "[a]\npath = x[1]y\nread = signed\nequals = cpu\n", "member", ":2:" },
		{ "[a]\npath = x->y\nread = signed\nequals = cpu\n", "member", ":2:" },
		{ "[a]\npath = x y\nread = signed\nequals = cpu\n", "member", ":2:" },
		{ "[a]\npath = x\nread = signed\nequals = cpu\ncpus = 3\n", "cpus", ":5:" },
		{ "[a]\npath = x\nread = signed\nequals = cpu\n[b]\npath = x\nread = signed\n"
		  "equals = cpu\n",
		  "already", ":6:" },
	};
	char *dir = scratch_make();
	struct values *values = NULL;
	char *path = scratch_file(dir, "good.ini", good);

	(void)state;
	expect_ok(values_load(path, &values));
	values_free(values);
	free(path);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		path = scratch_file(dir, "bad.ini", cases[i].text);
		values = NULL;
		expect_error(values_load(path, &values), "bad.ini", cases[i].what, cases[i].where,
			     NULL);
		assert_null(values);
		free(path);
	}
	path = xasprintf("%s/none.ini", dir);
	expect_error(values_load(path, &values), "none.ini", NULL);
	free(path);
	scratch_remove(dir);
}

static void test_sure(void **state)
{
	struct value_entry entry = { 0 };
	char *kernels[] = { (char *)"6.12", NULL }, *arches[] = { (char *)"s390x", NULL };

	(void)state;
	assert_false(value_is_sure(&entry, "s390x", "6.12"));
	entry.kernels = kernels;
	assert_true(value_is_sure(&entry, NULL, "6.12"));
	assert_false(value_is_sure(&entry, "s390x", "7.2"));
	assert_false(value_is_sure(&entry, "s390x", NULL));
	entry.arches = arches;
	assert_true(value_is_sure(&entry, "s390x", "6.12"));
	assert_false(value_is_sure(&entry, "arm64", "6.12"));
	assert_false(value_is_sure(&entry, NULL, "6.12"));
}

static void test_unset(void **state)
{
	struct value_entry entry = { 0 };
	char *unset[] = { (char *)"mips", (char *)"sparc", NULL };

	(void)state;
	assert_false(value_is_unset(&entry, "mips"));
	entry.unset = unset;
	assert_true(value_is_unset(&entry, "mips"));
	assert_true(value_is_unset(&entry, "sparc"));
	assert_false(value_is_unset(&entry, "x86"));
	assert_false(value_is_unset(&entry, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judgements), cmocka_unit_test(test_increase),
		cmocka_unit_test(test_one_cpu),    cmocka_unit_test(test_our_own_list),
		cmocka_unit_test(test_bad_lists),  cmocka_unit_test(test_sure),
		cmocka_unit_test(test_unset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
