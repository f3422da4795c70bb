// SPDX-License-Identifier: GPL-2.0-only
/* The parts of the encoder that need no DWARF: tables, the index over the base, writing behind a base. */
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

#include "btf/btf_append.h"
#include "btf/btf_layout.h"
#include "btf_build.h"
#include "core/mem.h"
#include "encode/base_copy.h"
#include "encode/new_types.h"
#include "encode/pair_map.h"
#include "encode/type_index.h"
#include "scratch.h"

static void pairs_are_kept(void **state)
{
	struct pair_map map = { 0 };

	(void)state;
	assert_int_equal(pair_map_get(&map, 1, 2), 0);
	for (uint32_t i = 1; i <= 5000; i++)
		pair_map_put(&map, (uint64_t)i << 40, i % 7, i);
	for (uint32_t i = 1; i <= 5000; i++) {
		assert_int_equal(pair_map_get(&map, (uint64_t)i << 40, i % 7), i);
		assert_int_equal(pair_map_get(&map, (uint64_t)i << 40, i % 7 + 1), 0);
	}
	pair_map_put(&map, (uint64_t)3 << 40, 3, 0);
	assert_int_equal(pair_map_get(&map, (uint64_t)3 << 40, 3), 0);
	pair_map_put(&map, (uint64_t)3 << 40, 3, 9);
	assert_int_equal(pair_map_get(&map, (uint64_t)3 << 40, 3), 9);
	pair_map_release(&map);
}

/* Ids of the types of make_base(). */
enum {
	INT = 1,
	POINT,
	OTHER_POINT,
	POINTER,
	TYPEDEF,
	ARRAY,
	NAMELESS,
	NAMELESS_TOO,
	PROTOTYPE,
	NR_IDS,
};

static struct btf_image *make_base(bool big_endian, uint32_t hdr_len)
{
	const struct btf_build_member x = { "x", INT, 0 }, y = { "y", INT, 0 };
	struct btf_build b;

	btf_build_init(&b, big_endian, NULL);
	b.hdr_len = hdr_len;
	assert_int_equal(btf_build_add_int(&b, "int", 4), INT);
	btf_build_add_struct(&b, "point", 4, &x, 1);
	btf_build_add_struct(&b, "point", 4, &y, 1);
	btf_build_add_ptr(&b, POINT);
	btf_build_add_typedef(&b, "point_t", POINT);
	btf_build_add_array(&b, INT, INT, 5);
	btf_build_add_struct(&b, "", 4, &x, 1);
	btf_build_add_struct(&b, "", 4, &y, 1);
	assert_int_equal(btf_build_add_type(&b, "", BTF_KIND_FUNC_PROTO, false, 1, INT), PROTOTYPE);
	btf_build_add_word(&b, 0);
	btf_build_add_word(&b, POINTER);
	return btf_build_parse(&b, "base", NULL);
}

static void types_are_found(void **state)
{
	static const struct {
		struct type_key key;
		/* 0: not there */
		uint32_t first, second;
	} keys[] = {
		{ { BTF_KIND_INT, "int", 0, 0, 0 }, INT, 0 },
		{ { BTF_KIND_FLOAT, "int", 0, 0, 0 }, 0, 0 },
		{ { BTF_KIND_STRUCT, "point", 0, 0, 0 }, POINT, OTHER_POINT },
		{ { BTF_KIND_UNION, "point", 0, 0, 0 }, 0, 0 },
		{ { BTF_KIND_PTR, "", POINT, 0, 0 }, POINTER, 0 },
		{ { BTF_KIND_PTR, "", OTHER_POINT, 0, 0 }, 0, 0 },
		{ { BTF_KIND_TYPEDEF, "point_t", POINT, 0, 0 }, TYPEDEF, 0 },
		{ { BTF_KIND_TYPEDEF, "point_t", OTHER_POINT, 0, 0 }, 0, 0 },
		{ { BTF_KIND_ARRAY, "", INT, 5, 0 }, ARRAY, 0 },
		{ { BTF_KIND_ARRAY, "", INT, 6, 0 }, 0, 0 },
		{ { BTF_KIND_FUNC_PROTO, "", INT, 1, POINTER }, PROTOTYPE, 0 },
		{ { BTF_KIND_FUNC_PROTO, "", INT, 1, INT }, 0, 0 },
	};

	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		_cleanup_(btf_image_cleanup) struct btf_image *base = make_base(big_endian, 24);
		_cleanup_(type_index_cleanup) struct type_index *index = type_index_new(base);
		struct type_key nameless = { BTF_KIND_STRUCT, "", 4, 1, type_key_name("y") };

		for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
			uint32_t id = type_index_first(index, &keys[i].key);

			assert_int_equal(id, keys[i].first);
			if (id)
				assert_int_equal(type_index_next(index, &keys[i].key, id),
						 keys[i].second);
			assert_int_equal(type_index_count(index, &keys[i].key),
					 !!keys[i].first + !!keys[i].second);
		}
		/* what has no name is told apart by its first member's */
		assert_int_equal(type_index_first(index, &nameless), NAMELESS_TOO);
		assert_int_equal(type_index_next(index, &nameless, NAMELESS_TOO), 0);
	}
}

static void add_two(struct btf_append *append)
{
	struct btf_secinfo infos[2] = {
		{ btf_append_var(append, "point", POINT, BTF_VAR_STATIC), 0, 4 },
		{ btf_append_var(append, "fresh", INT, BTF_VAR_GLOBAL_ALLOCATED), 4, 4 },
	};

	assert_int_equal(infos[0].type, NR_IDS);
	btf_append_datasec(append, ".data", 16, infos, 2);
}

static void expect_two(const struct btf_image *btf)
{
	struct btf_type_view var, section;
	struct btf_secinfo info;

	assert_true(btf_type_get(btf, NR_IDS, &var));
	assert_int_equal(var.kind, BTF_KIND_VAR);
	assert_string_equal(btf_type_name(&var), "point");
	assert_int_equal(var.size_or_type, POINT);
	assert_int_equal(btf_var_linkage(&var), BTF_VAR_STATIC);
	assert_true(btf_type_get(btf, NR_IDS + 1, &var));
	assert_string_equal(btf_type_name(&var), "fresh");
	assert_int_equal(btf_var_linkage(&var), BTF_VAR_GLOBAL_ALLOCATED);
	assert_true(btf_type_get(btf, NR_IDS + 2, &section));
	assert_int_equal(section.kind, BTF_KIND_DATASEC);
	assert_string_equal(btf_type_name(&section), ".data");
	assert_int_equal(section.size_or_type, 16);
	assert_int_equal(section.vlen, 2);
	info = btf_secinfo(&section, 1);
	assert_int_equal(info.type, NR_IDS + 1);
	assert_int_equal(info.offset, 4);
	assert_int_equal(info.size, 4);
	assert_int_equal(btf_nr_ids(btf), NR_IDS + 3);
}

static void split_and_merged_are_the_same(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		_cleanup_(btf_image_cleanup) struct btf_image *base = make_base(big_endian, 24);
		_cleanup_(btf_append_cleanup) struct btf_append *append = btf_append_new(base);
		_cleanup_(btf_image_cleanup) struct btf_image *split = NULL, *merged = NULL;
		_cleanup_free_ uint8_t *split_blob = NULL, *merged_blob = NULL;
		size_t split_len, merged_len;

		add_two(append);
		expect_ok(btf_append_split(append, &split_blob, &split_len));
		expect_ok(btf_append_merged(append, &merged_blob, &merged_len));
		expect_ok(btf_image_parse("split", split_blob, split_len, base, &split));
		expect_ok(btf_image_parse("merged", merged_blob, merged_len, NULL, &merged));
		expect_two(split);
		expect_two(merged);
		assert_int_equal(split->big_endian, big_endian);
		/* the base has "point" already */
		assert_int_equal(split->str_len, strlen("fresh") + 1 + strlen(".data") + 1);
		assert_int_equal(merged->str_len, base->str_len + split->str_len);
	}
}

/* Linux 7 has a kind layout behind the types, and says where in a longer header. */
static void a_kind_layout_stays(void **state)
{
	static const uint8_t layout[4] = { 1, 2, 3, 4 };
	_cleanup_(btf_image_cleanup) struct btf_image *old = make_base(false, 32), *base = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *merged = NULL;
	_cleanup_(btf_append_cleanup) struct btf_append *append = NULL;
	_cleanup_free_ uint8_t *with_layout = xcalloc(1, old->len + sizeof(layout)), *blob = NULL;
	size_t len;

	(void)state;
	memcpy(with_layout, old->data, old->len);
	memcpy(with_layout + old->len, layout, sizeof(layout));
	btf_put32(with_layout + BTF_HDR_LAYOUT_OFF, (uint32_t)old->len - 32, false);
	btf_put32(with_layout + BTF_HDR_LAYOUT_LEN, sizeof(layout), false);
	expect_ok(btf_image_parse("base", with_layout, old->len + sizeof(layout), NULL, &base));
	append = btf_append_new(base);
	add_two(append);
	expect_ok(btf_append_merged(append, &blob, &len));
	expect_ok(btf_image_parse("merged", blob, len, NULL, &merged));
	expect_two(merged);
	assert_int_equal(merged->hdr_len, 32);
	assert_memory_equal(blob + 32 + btf_get32(blob + BTF_HDR_LAYOUT_OFF, false), layout,
			    sizeof(layout));
	assert_int_equal(btf_get32(blob + BTF_HDR_LAYOUT_LEN, false), sizeof(layout));
	/* one behind the other, as the kernel demands */
	assert_int_equal(btf_get32(blob + BTF_HDR_LAYOUT_OFF, false), merged->type_len);
	assert_int_equal(len, merged->str_data_start + merged->str_len);
}

static void a_section_may_have_more_than_16_bits_count(void **state)
{
	enum {
		MANY = 70000
	};
	_cleanup_(btf_image_cleanup) struct btf_image *base = make_base(true, 24), *split = NULL;
	_cleanup_(btf_append_cleanup) struct btf_append *append = btf_append_new(base);
	struct btf_secinfo *infos = xcalloc(MANY, sizeof(*infos));
	_cleanup_free_ uint8_t *blob = NULL;
	struct btf_type_view section;
	size_t len;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		_cleanup_free_ char *name = xasprintf("v%u", i);

		infos[i] = (struct btf_secinfo){ btf_append_var(append, name, INT, BTF_VAR_STATIC),
						 i * 4, 4 };
	}
	btf_append_datasec(append, ".bss", MANY * 4, infos, MANY);
	expect_ok(btf_append_split(append, &blob, &len));
	expect_ok(btf_image_parse("split", blob, len, base, &split));
	assert_true(btf_type_get(split, NR_IDS + MANY, &section));
	assert_int_equal(section.vlen, MANY);
	assert_int_equal(btf_secinfo(&section, MANY - 1).type, NR_IDS + MANY - 1);
	free(infos);
}

/* libbpf deduplicates what is new: a copy of a type of the base, two of one, and one that is new indeed. */
static void new_types_are_deduplicated(void **state)
{
	(void)state;
	/* a header libbpf 1.1 does not take in the other byte order is no obstacle */
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		_cleanup_(btf_image_cleanup) struct btf_image *base =
			make_base(big_endian, big_endian ? 32 : 24);
		_cleanup_(btf_image_cleanup) struct btf_image *split = NULL;
		_cleanup_free_ uint8_t *blob = NULL;
		struct new_types types = { .first_id = NR_IDS };
		const uint32_t roots[] = { NR_IDS, NR_IDS + 1, NR_IDS + 2 };
		struct btf_type_view vars[3], array;
		size_t len;

		vec_push(&types.list,
			 (struct new_type){ .kind = BTF_KIND_PTR, .name = "", .target = POINT });
		for (int i = 0; i < 2; i++)
			vec_push(&types.list, (struct new_type){ .kind = BTF_KIND_ARRAY,
								 .name = "",
								 .target = POINT,
								 .index_type = INT,
								 .count = 9 });
		expect_ok(new_types_to_btf(&types, base, roots, 3, "root", &blob, &len));
		expect_ok(btf_image_parse("split", blob, len, base, &split));
		assert_int_equal(split->big_endian, big_endian);
		assert_int_equal(split->nr_types, 1 + 3);
		for (uint32_t i = 0; i < 3; i++) {
			assert_true(btf_type_get(split, NR_IDS + 1 + i, &vars[i]));
			assert_int_equal(vars[i].kind, BTF_KIND_VAR);
		}
		assert_int_equal(vars[0].size_or_type, POINTER);
		assert_int_equal(vars[1].size_or_type, NR_IDS);
		assert_int_equal(vars[2].size_or_type, NR_IDS);
		assert_true(btf_type_get(split, NR_IDS, &array));
		assert_int_equal(array.kind, BTF_KIND_ARRAY);
		assert_int_equal(btf_array(&array).elem_type, POINT);
		assert_int_equal(btf_array(&array).nr_elems, 9);
		new_types_cut(&types, 0);
		vec_free(&types.list);
	}
}

/* What libbpf would follow out of bounds or for ever. */
static void a_bad_base_is_not_given_to_libbpf(void **state)
{
	static const struct {
		uint32_t kind, target, name_off;
		bool bad;
	} types[] = {
		{ BTF_KIND_CONST, INT, 0, false },
		{ BTF_KIND_CONST, 0, 0, false },
		{ BTF_KIND_CONST, 3, 0, true },
		{ BTF_KIND_CONST, UINT32_MAX, 0, true },
		{ BTF_KIND_CONST, 2 /* itself */, 0, true },
		{ BTF_KIND_TYPEDEF, INT, 1000, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		_cleanup_(btf_image_cleanup) struct btf_image *base = NULL;
		struct btf_build b;

		btf_build_init(&b, false, NULL);
		btf_build_add_int(&b, "int", 4);
		btf_build_add_type(&b, "", types[i].kind, false, 0, types[i].target);
		base = btf_build_parse(&b, "base", NULL);
		btf_put32(base->data + base->type_pos[1], types[i].name_off, false);

		_cleanup_error_ struct error *err = base_check(base);
		assert_int_equal(err != NULL, types[i].bad);
		if (err)
			assert_int_equal(err->kind, ERROR_INPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_are_kept),
		cmocka_unit_test(types_are_found),
		cmocka_unit_test(split_and_merged_are_the_same),
		cmocka_unit_test(a_kind_layout_stays),
		cmocka_unit_test(a_section_may_have_more_than_16_bits_count),
		cmocka_unit_test(new_types_are_deduplicated),
		cmocka_unit_test(a_bad_base_is_not_given_to_libbpf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
