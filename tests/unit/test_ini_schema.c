// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors: every way in which one can be wrong is one line that names file, line and mend. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/ini_schema.h"
#include "config/strv.h"
#include "core/cleanup.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "scratch.h"

struct thing {
	char *name, *note;
	unsigned int size, colour;
	bool big, loud;
	strv words, lines;
};

static const struct ini_choice colours[] = { { "red", 7 }, { "green", 8 }, { NULL, 0 } };
static const struct ini_choice orders[] = { { "little", 0 }, { "big", 1 }, { NULL, 0 } };

#define FIELD(section_, key_, type_, member_, ...)                                               \
	{                                                                                        \
		.section = section_, .key = key_, .type = type_,                                 \
		.offset = offsetof(struct thing, member_), .help = "help for " key_, __VA_ARGS__ \
	}

static const struct ini_field fields[] = {
	FIELD("main", "name", INI_STRING, name, .required = true),
	FIELD("main", "size", INI_UINT, size, .required = true, .min = 2, .max = 4096),
	FIELD("main", "colour", INI_ENUM, colour, .choices = colours, .fallback = "green"),
	FIELD("main", "order", INI_BOOL, big, .choices = orders),
	FIELD("main", "loud", INI_BOOL, loud, .fallback = "yes"),
	FIELD("lists", "words", INI_WORDS, words, .unique = true, .check = ini_check_name),
	FIELD("lists", "lines", INI_LINES, lines, .check = ini_check_kconfig),
	FIELD("lists", "note", INI_STRING, note),
};

static const struct ini_schema schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

struct fixture {
	char *dir;
	struct thing thing;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->dir = scratch_make();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ini_release(&schema, &f->thing);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

static struct error *load(struct fixture *f, const char *text)
{
	_cleanup_free_ char *path = scratch_file(f->dir, "t.ini", text);

	ini_release(&schema, &f->thing);
	f->thing = (struct thing){ 0 };
	return ini_load(path, &schema, &f->thing);
}

#define GOOD "[main]\nname = x\nsize = 4\n"

static void all_types(void **state)
{
	struct fixture *f = *state;

	expect_ok(load(f, "\xef\xbb\xbf; a comment\r\n# another\r\n[main]\r\n"
			  "name = some text ; a comment\r\nsize = 0x10\r\ncolour = red\r\n"
			  "order: big\r\nloud = no\r\n\r\n"
			  "[lists]\nwords = one two\n\tthree ; why\n ; nothing\n  four five\n"
			  "lines =\n\tCONFIG_A=y\n\n\tCONFIG_B=\"a;b\" ; text\nnote=a=b"));
	assert_string_equal(f->thing.name, "some text");
	assert_int_equal(f->thing.size, 16);
	assert_int_equal(f->thing.colour, 7);
	assert_true(f->thing.big);
	assert_false(f->thing.loud);
	assert_string_equal(f->thing.note, "a=b");

	_cleanup_free_ char *words = strv_join(STRV_CONST(f->thing.words), ",");
	_cleanup_free_ char *lines = strv_join(STRV_CONST(f->thing.lines), "|");
	assert_string_equal(words, "one,two,three,four,five");
	assert_string_equal(lines, "CONFIG_A=y|CONFIG_B=\"a;b\"");
}

static void fallbacks(void **state)
{
	struct fixture *f = *state;

	expect_ok(load(f, GOOD));
	assert_int_equal(f->thing.colour, 8);
	assert_true(f->thing.loud);
	assert_false(f->thing.big);
	assert_null(f->thing.note);
	assert_non_null(f->thing.words);
	assert_null(f->thing.words[0]);
	assert_non_null(f->thing.lines);
}

/* A text that is wrong, and what the message must have. */
struct bad {
	const char *text;
	const char *where, *what, *mend;
};

static const struct bad bad_texts[] = {
	{ "[main]\nname = x\nsise = 4\n", ":3: ", "unknown key 'sise'", "did you mean 'size'?" },
	{ GOOD "zzzzzz = 4\n", ":4: ", "unknown key 'zzzzzz'", "known here: name, size, colour" },
	{ GOOD "[mian]\na = 1\n", ":4: ", "unknown section [mian]", "did you mean 'main'?" },
	/* a section without keys is read too */
	{ GOOD "[nowhere]\n", ":4: ", "unknown section [nowhere]", "known here: main, lists" },
	{ "name = x\n" GOOD, ":1: ", "'name' comes before any [section]", "move it" },
	{ GOOD "size = 5\n", ":4: ", "size is there twice", "first on line 3" },
	{ GOOD "[lists]\n[main]\n", ":5: ", "[main] is there twice", "first on line 1" },
	{ GOOD "[lists]\nwords = a b\nwords = c\n", ":6: ", "words is there twice", "line 5" },
	{ GOOD "[lists]\nwords = a b\n  c a\n", ":6: ", "'a' is in words twice", "remove one" },
	{ "[main]\nname = x\n", ":1: ", "[main] size is missing", "`size = ...`: help for size" },
	{ "; nothing\n\n[lists]\nnote = 1\n", ":1: ", "[main] name is missing", "help for name" },
	{ "", ":1: ", "[main] name is missing", "help for name" },
	{ "\n\n[main]\nsize = 4\n", ":3: ", "[main] name is missing", "add `name" },
	{ "[main]\nname =\nsize = 4\n", ":2: ", "name is empty", "help for name" },
	{ "[main]\nname = x\nsize = many\n", ":3: ", "'many' in size", "from 2 to 4096" },
	{ "[main]\nname = x\nsize = 1\n", ":3: ", "'1' in size", "from 2 to 4096" },
	{ "[main]\nname = x\nsize = 4097\n", ":3: ", "'4097' in size", "from 2 to 4096" },
	{ "[main]\nname = x\nsize = -4\n", ":3: ", "'-4' in size", "from 2 to 4096" },
	{ "[main]\nname = x\nsize = 4k\n", ":3: ", "'4k' in size", "from 2 to 4096" },
	{ "[main]\nname = x\nsize = 0x\n", ":3: ", "'0x' in size", "from 2 to 4096" },
	{ "[main]\nname = x\nsize = 4294967300\n", ":3: ", "in size", "from 2 to 4096" },
	{ "[main]\nname = x\nsize = 0x100000004\n", ":3: ", "in size", "from 2 to 4096" },
	{ "[main]\nname = x\nsize =\n", ":3: ", "'' in size", "from 2 to 4096" },
	{ GOOD "colour = blue\n", ":4: ", "'blue' in colour", "one of: red, green" },
	{ GOOD "order = middle\n", ":4: ", "'middle' in order", "one of: little, big" },
	{ GOOD "loud = perhaps\n", ":4: ", "'perhaps' in loud", "one of: yes, no" },
	{ GOOD "[lists]\nwords = a,b\n", ":5: ", "'a,b' in words", "separated by spaces" },
	{ GOOD "[lists]\nlines =\n A=y\n", ":6: ", "'A=y' in lines", "must be like CONFIG_FOO=y" },
	{ GOOD "[lists]\nlines = CONFIG_A\n", ":5: ", "'CONFIG_A' in",
	  "must be like CONFIG_FOO=y" },
	{ "[main]\nname = x\n  size = 4\n", ":3: ", "continues name", "at the left margin" },
	{ GOOD "nonsense\n", ":4: ", "neither `[section]` nor `key = value`", "comment" },
	{ "[main\nname = x\n", ":1: ", "neither `[section]` nor `key = value`", "comment" },
	/* the first fault counts, whoever finds it */
	{ "[main]\nnonsense\nbad = 1\n", ":2: ", "neither", "comment" },
	{ "[main]\nbad = 1\nnonsense\n", ":2: ", "unknown key 'bad'", "known here" },
	{ GOOD "[lists]\nnote = a\x1b[2Jb\n", ":5: ", "control character (0x1b)", "plain text" },
	{ "[main]\rname = x\n", ":1: ", "control character (0x0d)", "plain text" },
};

static void bad_files(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad_texts); i++) {
		const struct bad *bad = &bad_texts[i];

		print_message("# %zu: %s\n", i, bad->what);
		expect_error(load(f, bad->text), "/t.ini", bad->where, bad->what, bad->mend, NULL);
	}
}

static void long_lines(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	/* 190 bytes are allowed and come through whole */
	strbuf_adds(&text, GOOD "[lists]\nnote = ");
	for (int i = 0; i < 183; i++)
		strbuf_addc(&text, 'a');
	strbuf_adds(&text, "\n");
	expect_ok(load(f, strbuf_str(&text)));
	assert_int_equal(strlen(f->thing.note), 183);

	text.len--;
	strbuf_adds(&text, "a\n");
	expect_error(load(f, strbuf_str(&text)), "/t.ini:5: ", "191 bytes", "190 at most", NULL);

	strbuf_reset(&text);
	while (text.len < 64 * 1024 + 1)
		strbuf_adds(&text, "; comment\n");
	expect_error(load(f, strbuf_str(&text)), "/t.ini: larger than", NULL);
}

static void nul_bytes(void **state)
{
	static const char text[] = GOOD "[lists]\nnote = a\0b\n";
	struct fixture *f = *state;
	_cleanup_free_ char *path = scratch_bytes(f->dir, "nul.ini", text, sizeof(text) - 1);

	expect_error(ini_load(path, &schema, &f->thing), "/nul.ini:5: ", "(0x00)", NULL);
}

static void not_regular(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *fifo = xasprintf("%s/fifo", f->dir);
	_cleanup_free_ char *absent = xasprintf("%s/absent.ini", f->dir);

	assert_int_equal(mkfifo(fifo, 0600), 0);
	expect_error(ini_load(fifo, &schema, &f->thing), fifo, "not a regular file", NULL);
	expect_error(ini_load(f->dir, &schema, &f->thing), f->dir, "not a regular file", NULL);
	expect_error(ini_load(absent, &schema, &f->thing), absent, "No such file", NULL);
}

/* Whatever bytes a file has, it is taken or refused with a line of that file. */
static void any_bytes(void **state)
{
	static const char text[] =
		GOOD "colour = red\n[lists]\nwords = a b\n\tc\nlines =\n CONFIG_A=y\n";
	struct fixture *f = *state;
	unsigned int seed = 1;

	for (int round = 0; round < 2000; round++) {
		char copy[sizeof(text)];
		size_t len = sizeof(text) - 1;

		memcpy(copy, text, sizeof(text));
		for (int i = 0; i < 3; i++)
			copy[(size_t)rand_r(&seed) % len] =
				(char)("[]=;#\n \t:\"a\0x"[rand_r(&seed) % 13]);
		if (round % 4 == 0)
			len = (size_t)rand_r(&seed) % len;

		_cleanup_free_ char *path = scratch_bytes(f->dir, "fuzz.ini", copy, len);
		struct error *err = ini_load(path, &schema, &f->thing);

		if (err)
			assert_non_null(strstr(err->message, "/fuzz.ini:"));
		error_free(err);
		ini_release(&schema, &f->thing);
	}
}

static void nearest_names(void **state)
{
	static const char *const names[] = { "x86_64", "arm64", "s390x", NULL };

	(void)state;
	assert_string_equal(strv_nearest(names, "s390"), "s390x");
	assert_string_equal(strv_nearest(names, "amr64"), "arm64");
	assert_null(strv_nearest(names, "riscv64"));
	assert_null(strv_nearest(names, "s3"));
	assert_null(strv_nearest(NULL, "s390"));
}

static void checks(void **state)
{
	(void)state;
	assert_null(ini_check_subpath("arch/x86/boot/bzImage"));
	assert_null(ini_check_subpath("a..b/c"));
	assert_non_null(ini_check_subpath("/etc/passwd"));
	assert_non_null(ini_check_subpath("../x"));
	assert_non_null(ini_check_subpath("a/../../x"));
	assert_non_null(ini_check_subpath("a/.."));
	assert_null(ini_check_name("6.12"));
	assert_non_null(ini_check_name("../6.12"));
	assert_non_null(ini_check_name(".hidden"));
	assert_non_null(ini_check_name("a/b"));
	assert_null(ini_check_package("qemu-system-s390x|qemu-system-misc"));
	assert_null(ini_check_package("g++"));
	assert_non_null(ini_check_package("a||b"));
	assert_non_null(ini_check_package("|a"));
	assert_non_null(ini_check_package("-o"));
	assert_non_null(ini_check_package("a;rm"));
	assert_null(ini_check_kconfig("CONFIG_NR_CPUS=4"));
	assert_non_null(ini_check_kconfig("CONFIG_=y"));
	assert_non_null(ini_check_kconfig("CONFIG_A="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_types, setup, teardown),
		cmocka_unit_test_setup_teardown(fallbacks, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_files, setup, teardown),
		cmocka_unit_test_setup_teardown(long_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(nul_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(not_regular, setup, teardown),
		cmocka_unit_test_setup_teardown(any_bytes, setup, teardown),
		cmocka_unit_test(nearest_names),
		cmocka_unit_test(checks),
	};

	return cmocka_run_group_tests_name("ini_schema", tests, NULL, NULL);
}
