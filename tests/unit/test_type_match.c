// SPDX-License-Identifier: GPL-2.0-only
/* Paths of differences, as C people write them; and a type comparison that ends in one. */
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
#include "verify/dwarf_index.h"
#include "verify/type_match.h"
#include "verify/type_path.h"
#include "scratch.h"

#define MEMBER(n)                                \
	{                                        \
		.kind = STEP_MEMBER, .name = (n) \
	}
#define POINTEE                      \
	{                            \
		.kind = STEP_POINTEE \
	}
#define ELEMENT                      \
	{                            \
		.kind = STEP_ELEMENT \
	}
#define RETURN                      \
	{                           \
		.kind = STEP_RETURN \
	}
#define PARAMETER(i)                                 \
	{                                            \
		.kind = STEP_PARAMETER, .index = (i) \
	}

static void test_paths(void **state)
{
	static const struct {
		const char *expected;
		size_t n;
		struct path_step steps[6];
	} paths[] = {
		{ "v", 0, { POINTEE } },
		{ "*v", 1, { POINTEE } },
		{ "**v", 2, { POINTEE, POINTEE } },
		{ "v.cfs.load", 2, { MEMBER("cfs"), MEMBER("load") } },
		{ "v.files->fdt", 3, { MEMBER("files"), POINTEE, MEMBER("fdt") } },
		{ "v[].lock", 2, { ELEMENT, MEMBER("lock") } },
		{ "(*v)->next", 3, { POINTEE, POINTEE, MEMBER("next") } },
		{ "(*v)[]", 2, { POINTEE, ELEMENT } },
		{ "v->in_union", 3, { POINTEE, MEMBER(""), MEMBER("in_union") } },
		{ "v.open(#2)->i",
		  5,
		  { MEMBER("open"), POINTEE, PARAMETER(2), POINTEE, MEMBER("i") } },
		{ "*v.open()", 4, { MEMBER("open"), POINTEE, RETURN, POINTEE } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_free_ char *path = path_format("v", paths[i].steps, paths[i].n);

		assert_string_equal(path, paths[i].expected);
	}
}

/* Hostile input has paths without end: what is told of one is not. */
static void test_long_paths(void **state)
{
	struct path_step *steps = xcalloc(100000, sizeof(*steps));

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		steps[i] = (struct path_step)MEMBER("member");

	_cleanup_free_ char *path = path_format("v", steps, 100000);
	assert_true(strlen(path) < 1000);
	assert_string_equal(path + strlen(path) - 3, "...");
	free(steps);
}

/* Variables whose types this program's own DWARF has; kept by the statement that uses them. */
struct deep {
	long weight;
	unsigned int bits : 3;
};
struct middle {
	struct deep *deep;
	union {
		int in_union;
	};
};
volatile struct middle *type_match_witness[4];

/* BTF of the above; @spoil names what is wrong in it. */
static struct btf_image *make_btf(const char *spoil, uint32_t *var_type)
{
	bool at_8 = str_eq(spoil, "offset"), narrow = str_eq(spoil, "width");
	struct btf_build b;
	uint32_t long_id, int_id, uint_id, deep, pointer, in_union, middle;

	btf_build_init(&b, false, NULL);
	long_id = btf_build_add_int(&b, "long int", 8);
	b.types.data[b.types.len - 1] = str_eq(spoil, "encoding") ? 0 : BTF_INT_SIGNED;
	int_id = btf_build_add_int(&b, "int", 4);
	b.types.data[b.types.len - 1] = BTF_INT_SIGNED;
	uint_id = btf_build_add_int(&b, "unsigned int", 4);
	deep = btf_build_add_type(&b, "deep", BTF_KIND_STRUCT, true, 2, 16);
	btf_build_add_word(&b, btf_build_add_string(&b, "weight"));
	btf_build_add_word(&b, long_id);
	btf_build_add_word(&b, at_8 ? 8 : 0);
	btf_build_add_word(&b, btf_build_add_string(&b, "bits"));
	btf_build_add_word(&b, uint_id);
	btf_build_add_word(&b, (narrow ? 2u : 3u) << 24 | 64);
	pointer = btf_build_add_ptr(&b, deep);
	in_union = btf_build_add_type(&b, "", BTF_KIND_UNION, false, 1, 4);
	btf_build_add_word(&b, btf_build_add_string(&b, "in_union"));
	btf_build_add_word(&b, str_eq(spoil, "union") ? uint_id : int_id);
	btf_build_add_word(&b, 0);

	const struct btf_build_member members[] = { { "deep", pointer, 0 }, { "", in_union, 64 } };
	middle = btf_build_add_struct(&b, "middle", 16, members, 2);
	pointer = btf_build_add_ptr(&b, str_eq(spoil, "volatile")
						? middle
						: btf_build_add_type(&b, "", BTF_KIND_VOLATILE,
								     false, 0, middle));
	*var_type = btf_build_add_array(&b, pointer, int_id, str_eq(spoil, "length") ? 5 : 4);
	return btf_build_parse(&b, "made", NULL);
}

static void note(void *user, const struct type_match_pointee *pointee)
{
	char **text = user;

	free(*text);
	*text = xstrdup(pointee->difference);
}

static void test_types(void **state)
{
	static const struct {
		const char *spoil, *difference;
	} cases[] = {
		{ "", NULL },
		{ "length", "type_match_witness: the array has 4 elements" },
		{ "volatile", "*type_match_witness[]: " },
		{ "offset", "type_match_witness[]->deep->weight: at bit 0 in DWARF and 8 in BTF" },
		{ "encoding", "type_match_witness[]->deep->weight: 'long int' is an int of "
			      "encoding 1 by DWARF and an int of encoding 0 in BTF" },
		{ "width", "type_match_witness[]->deep->bits: a bit field of 3 bits" },
		{ "union", "type_match_witness[]->in_union: int is called 'int' in DWARF" },
	};
	const struct type_match_root root = { .name = "type_match_witness" };
	_cleanup_(dwarf_index_cleanup) struct dwarf_index *dwarf = NULL;
	const struct dwarf_variable *const *vars;

	(void)state;
	__asm__ volatile("" : : "r"(type_match_witness));
	expect_ok(dwarf_index_open("/proc/self/exe", &dwarf));
	assert_int_equal(dwarf_variables_by_name(dwarf, root.name, &vars), 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct type_match_config config = { .dwarf = dwarf, .pointer_size = 8 };
		struct type_match *match = type_match_new(&config);
		const char *reason;
		uint32_t id;
		struct btf_image *btf = make_btf(cases[i].spoil, &id);
		char *text = type_match_variable(match, &root, btf, id, &vars[0]->type);

		if (!text)
			type_match_pointees(match, note, &text);
		if (!cases[i].difference && text)
			fail_msg("%s", text);
		if (cases[i].difference && (!text || !str_starts(text, cases[i].difference)))
			fail_msg("%s: '%s'", cases[i].spoil, text ? text : "the same");
		assert_int_equal(type_match_not_compared(match, &reason), 0);
		free(text);
		type_match_free(match);
		btf_image_free(btf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_long_paths),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
