// SPDX-License-Identifier: GPL-2.0-only
/* Types of split BTF that its base has: which they are, and split BTF without them. */
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

#include "btf/btf_known.h"
#include "btf/btf_repair.h"
#include "btf_build.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "scratch.h"

struct ids {
	uint32_t integer, ptr, list, leaf, leaf_ptr, root, proto, func;
};

/* A list, which refers to itself, and a root that refers to a leaf of @leaf_size bytes. */
static struct ids add_types(struct btf_build *b, uint32_t leaf_size, const char *param)
{
	struct ids ids = { .integer = btf_build_add_int(b, "int", 4) };

	ids.ptr = btf_build_add_ptr(b, ids.integer + 2);
	ids.list = btf_build_add_struct(b, "list", 16,
					(struct btf_build_member[]){ { "next", ids.ptr, 0 },
								     { "value", ids.integer, 64 } },
					2);
	ids.leaf = btf_build_add_struct(b, "leaf", leaf_size,
					(struct btf_build_member[]){ { "x", ids.integer, 0 } }, 1);
	ids.leaf_ptr = btf_build_add_ptr(b, ids.leaf);
	ids.root = btf_build_add_struct(
		b, "root", 8, (struct btf_build_member[]){ { "leaf", ids.leaf_ptr, 0 } }, 1);
	ids.proto = btf_build_add_type(b, "", BTF_KIND_FUNC_PROTO, false, 1, ids.integer);
	btf_build_add_word(b, btf_build_add_string(b, param));
	btf_build_add_word(b, ids.ptr);
	ids.func = btf_build_add_type(b, "f", BTF_KIND_FUNC, false, 0, ids.proto);
	return ids;
}

/* Each own type as "KIND name", and for a VAR the id of its type if that is the base's. */
static char *describe(const struct btf_image *btf)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	btf_for_each_type(type, btf) {
		strbuf_addf(&sb, "%s %s", btf_kind_name(type.kind), btf_type_name(&type));
		if (type.kind == BTF_KIND_VAR && type.size_or_type < btf->first_id)
			strbuf_addf(&sb, " base %u", type.size_or_type);
		if (type.kind == BTF_KIND_DATASEC)
			strbuf_addf(&sb, " %u", type.vlen);
		strbuf_addc(&sb, '\n');
	}
	return strbuf_detach(&sb);
}

static void check(bool big_endian, uint32_t leaf_size, const char *param, bool of_base,
		  size_t known, const char *want, const char *kinds)
{
	_cleanup_(btf_repairs_release) struct btf_repairs repairs = { 0 };
	_cleanup_strbuf_ struct strbuf got_kinds = STRBUF_INIT;
	_cleanup_(btf_image_cleanup) struct btf_image *base = NULL, *split = NULL, *mended = NULL;
	_cleanup_free_ uint32_t *base_ids = NULL;
	_cleanup_free_ uint8_t *blob = NULL;
	_cleanup_free_ char *got = NULL;
	struct btf_build b;
	struct ids ids;
	size_t len;

	btf_build_init(&b, big_endian, NULL);
	/* so that ids of the two do not agree by chance */
	btf_build_add_int(&b, "char", 1);
	add_types(&b, 4, "p");
	base = btf_build_parse(&b, "base", NULL);

	btf_build_init(&b, big_endian, base);
	ids = add_types(&b, leaf_size, param);
	btf_build_add_decl_tag(&b, "tag", ids.func, -1);
	btf_build_add_decl_tag(&b, "tag of the base's", 3, -1);

	const struct btf_secinfo infos[] = {
		{ btf_build_add_var(&b, "v_list", ids.list, BTF_VAR_STATIC), 0, 16 },
		{ btf_build_add_var(&b, "v_root", ids.root, BTF_VAR_STATIC), 16, 8 },
		{ btf_build_add_var(&b, "v_char", 1, BTF_VAR_STATIC), 24, 1 },
	};
	btf_build_add_datasec(&b, ".data", 25, infos, ARRAY_SIZE(infos));
	split = btf_build_parse(&b, "split", base);

	base_ids = xcalloc(split->nr_types, sizeof(*base_ids));
	assert_int_equal(btf_known_find(split, base_ids), known);

	expect_ok(btf_repair_known(split, of_base, &repairs, &blob, &len));
	assert_non_null(blob);
	expect_ok(btf_image_parse("mended", blob, len, base, &mended));
	got = describe(mended);
	assert_string_equal(got, want);
	vec_for_each(repair, &repairs.list)
		strbuf_addf(&got_kinds, "%s %s\n", btf_repair_kind_name(repair->kind),
			    repair->variable);
	assert_string_equal(strbuf_str(&got_kinds), kinds);
}

/* ids in the base: char 1, int 2, ptr 3, list 4, leaf 5, ptr 6, root 7, proto 8, func 9 */
static void all_known(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++)
		check(big_endian, 4, "p", true, 8,
		      "var v_list base 4\nvar v_root base 7\nvar v_char base 1\ndatasec .data 3\n",
		      "base-type \nfunction tag of the base's\n");
}

/* A leaf that differs keeps all that leads to it; the rest is the base's. */
static void different_leaf(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++)
		check(big_endian, 8, "p", true, 5,
		      "struct leaf\nptr \nstruct root\nvar v_list base 4\nvar v_root\nvar v_char "
		      "base 1\n"
		      "datasec .data 3\n",
		      "base-type \nfunction tag of the base's\n");
}

/* A function that the base has otherwise goes with its prototype and tag, but only where base and split are of one image. */
static void different_function(void **state)
{
	(void)state;
	check(false, 4, "q", true, 6,
	      "var v_list base 4\nvar v_root base 7\nvar v_char base 1\ndatasec .data 3\n",
	      "base-type \nfunction f\nfunction tag of the base's\n");
	check(false, 4, "q", false, 6,
	      "func_proto \nfunc f\ndecl_tag tag\ndecl_tag tag of the base's\nvar v_list base 4\n"
	      "var v_root base 7\nvar v_char base 1\ndatasec .data 3\n",
	      "base-type \n");
}

static void nothing_to_do(void **state)
{
	_cleanup_(btf_repairs_release) struct btf_repairs repairs = { 0 };
	_cleanup_(btf_image_cleanup) struct btf_image *base = NULL, *split = NULL;
	struct btf_build b;
	uint8_t *blob;
	size_t len;

	(void)state;
	btf_build_init(&b, false, NULL);
	add_types(&b, 4, "p");
	base = btf_build_parse(&b, "base", NULL);
	expect_ok(btf_repair_known(base, true, &repairs, &blob, &len));
	assert_null(blob);

	/* ids that nobody has, and a type that refers to itself and to nothing */
	btf_build_init(&b, false, base);
	btf_build_add_ptr(&b, 4711);
	btf_build_add_typedef(&b, "loop", b.next_id);
	split = btf_build_parse(&b, "split", base);
	expect_ok(btf_repair_known(split, true, &repairs, &blob, &len));
	assert_null(blob);
	assert_int_equal(repairs.list.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_known),
		cmocka_unit_test(different_leaf),
		cmocka_unit_test(different_function),
		cmocka_unit_test(nothing_to_do),
	};

	return cmocka_run_group_tests_name("known types", tests, NULL, NULL);
}
