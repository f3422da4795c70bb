// SPDX-License-Identifier: GPL-2.0-only
/* The BTF reader: both byte orders, base and split, long headers, damaged blobs. */
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

#include "btf/btf_layout.h"
#include "btf_build.h"
#include "core/mem.h"
#include "scratch.h"

/* ids of build_sample() */
enum {
	INT = 1,
	CHAR,
	NODE,
	NODE_PTR,
	CONST_PTR,
	TABLE,
	TABLE_T,
	VOLATILE_T,
	PROTO,
	HANDLER,
	COUNTER,
	LIST,
	SECTION,
	NR_SAMPLE = SECTION,
};

/* struct node { int value; struct node *next; }; typedef struct node *const table_t[4]; ... */
static void build_sample(struct btf_build *b, bool big_endian)
{
	const struct btf_build_member members[] = { { "value", INT, 0 }, { "next", NODE_PTR, 64 } };
	const struct btf_secinfo infos[] = { { COUNTER, 0, 4 }, { LIST, 8, 32 } };

	btf_build_init(b, big_endian, NULL);
	assert_int_equal(btf_build_add_int(b, "int", 4), INT);
	assert_int_equal(btf_build_add_int(b, "char", 1), CHAR);
	assert_int_equal(btf_build_add_struct(b, "node", 16, members, 2), NODE);
	assert_int_equal(btf_build_add_ptr(b, NODE), NODE_PTR);
	assert_int_equal(btf_build_add_const(b, NODE_PTR), CONST_PTR);
	assert_int_equal(btf_build_add_array(b, CONST_PTR, INT, 4), TABLE);
	assert_int_equal(btf_build_add_typedef(b, "table_t", TABLE), TABLE_T);
	assert_int_equal(btf_build_add_type(b, "", BTF_KIND_VOLATILE, false, 0, TABLE_T),
			 VOLATILE_T);
	/* int (struct node *list, ...) */
	assert_int_equal(btf_build_add_type(b, "", BTF_KIND_FUNC_PROTO, false, 2, INT), PROTO);
	btf_build_add_word(b, btf_build_add_string(b, "list"));
	btf_build_add_word(b, NODE_PTR);
	btf_build_add_word(b, 0);
	btf_build_add_word(b, 0);
	assert_int_equal(btf_build_add_ptr(b, PROTO), HANDLER);
	assert_int_equal(btf_build_add_var(b, "counter", INT, BTF_VAR_STATIC), COUNTER);
	assert_int_equal(btf_build_add_var(b, "list", TABLE_T, BTF_VAR_GLOBAL_ALLOCATED), LIST);
	assert_int_equal(btf_build_add_datasec(b, ".data", 40, infos, 2), SECTION);
}

static struct btf_image *parse_sample(bool big_endian)
{
	struct btf_build b;

	build_sample(&b, big_endian);
	return btf_build_parse(&b, "sample", NULL);
}

static void both_byte_orders(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		_cleanup_(btf_image_cleanup) struct btf_image *btf = parse_sample(big_endian);
		struct btf_type_view type;
		uint32_t count = 0;

		assert_int_equal(btf->big_endian, big_endian);
		assert_int_equal(btf->first_id, 1);
		assert_int_equal(btf->nr_types, NR_SAMPLE);
		assert_int_equal(btf_nr_ids(btf), NR_SAMPLE + 1);

		assert_true(btf_type_get(btf, NODE, &type));
		assert_int_equal(type.kind, BTF_KIND_STRUCT);
		assert_int_equal(type.vlen, 2);
		assert_int_equal(type.size_or_type, 16);
		assert_string_equal(btf_type_name(&type), "node");
		assert_string_equal(btf_string(btf, btf_member(&type, 1).name_off), "next");
		assert_int_equal(btf_member(&type, 1).type, NODE_PTR);
		assert_int_equal(btf_member(&type, 1).bit_offset, 64);
		assert_int_equal(btf_member(&type, 1).bitfield_size, 0);

		assert_true(btf_type_get(btf, TABLE, &type));
		assert_int_equal(btf_array(&type).elem_type, CONST_PTR);
		assert_int_equal(btf_array(&type).index_type, INT);
		assert_int_equal(btf_array(&type).nr_elems, 4);

		assert_true(btf_type_get(btf, PROTO, &type));
		assert_int_equal(btf_param(&type, 0).type, NODE_PTR);
		assert_string_equal(btf_string(btf, btf_param(&type, 0).name_off), "list");

		assert_true(btf_type_get(btf, LIST, &type));
		assert_int_equal(btf_var_linkage(&type), BTF_VAR_GLOBAL_ALLOCATED);

		assert_true(btf_type_get(btf, SECTION, &type));
		assert_int_equal(btf_secinfo(&type, 1).type, LIST);
		assert_int_equal(btf_secinfo(&type, 1).offset, 8);
		assert_int_equal(btf_secinfo(&type, 1).size, 32);

		assert_true(btf_type_get(btf, 0, &type));
		assert_int_equal(type.kind, BTF_KIND_UNKN);
		assert_false(btf_type_get(btf, NR_SAMPLE + 1, &type));
		assert_false(btf_type_get(btf, UINT32_MAX, &type));
		assert_null(btf_string(btf, btf->str_len));
		assert_string_equal(btf_string(btf, 0), "");

		btf_for_each_type(each, btf)
			assert_int_equal(each.id, ++count);
		assert_int_equal(count, NR_SAMPLE);
	}
}

static void bitfields(void **state)
{
	const struct btf_build_member members[] = { { "flags", 1, 3 << 24 | 37 } };
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct btf_type_view type;
	struct btf_build b;

	(void)state;
	btf_build_init(&b, true, NULL);
	btf_build_add_int(&b, "int", 4);
	btf_build_add_type(&b, "packed", BTF_KIND_STRUCT, true, 1, 8);
	btf_build_add_word(&b, btf_build_add_string(&b, members[0].name));
	btf_build_add_word(&b, members[0].type);
	btf_build_add_word(&b, members[0].bit_offset);
	btf = btf_build_parse(&b, "bitfields", NULL);
	assert_true(btf_type_get(btf, 2, &type));
	assert_true(type.kind_flag);
	assert_int_equal(btf_member(&type, 0).bit_offset, 37);
	assert_int_equal(btf_member(&type, 0).bitfield_size, 3);
}

static void split(void **state)
{
	_cleanup_(btf_image_cleanup) struct btf_image *base = parse_sample(true);
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *empty = NULL;
	struct btf_type_view type;
	struct btf_build b;
	uint64_t size;

	(void)state;
	btf_build_init(&b, true, base);
	assert_int_equal(btf_build_add_var(&b, "extra", TABLE_T, BTF_VAR_STATIC), NR_SAMPLE + 1);
	btf = btf_build_parse(&b, "split", base);
	assert_int_equal(btf->first_id, NR_SAMPLE + 1);
	assert_int_equal(btf->nr_types, 1);
	assert_int_equal(btf->str_start, base->str_len);

	assert_true(btf_type_get(btf, NR_SAMPLE + 1, &type));
	assert_string_equal(btf_type_name(&type), "extra");
	assert_ptr_equal(type.btf, btf);
	assert_true(btf_type_get(btf, NODE, &type));
	assert_string_equal(btf_type_name(&type), "node");
	assert_ptr_equal(type.btf, base);
	assert_false(btf_type_get(base, NR_SAMPLE + 1, &type));
	assert_true(btf_type_size(btf, NR_SAMPLE + 1, 8, &size));
	assert_int_equal(size, 32);
	assert_null(btf_string(base, base->str_len));

	/* all in its base: neither types nor strings */
	btf_build_init(&b, true, base);
	empty = btf_build_parse(&b, "empty", base);
	assert_int_equal(empty->nr_types, 0);

	/* a base in the other byte order is another kernel's */
	size_t len;
	struct btf_image *never = NULL;
	btf_build_init(&b, false, base);
	_cleanup_free_ uint8_t *blob = btf_build_finish(&b, &len);
	expect_error(btf_image_parse("little", blob, len, base, &never), "little", "byte order",
		     "sample", NULL);
}

static void long_header(void **state)
{
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct btf_type_view type;
	struct btf_build b;

	(void)state;
	build_sample(&b, true);
	b.hdr_len = 32;
	btf = btf_build_parse(&b, "7.x", NULL);
	assert_int_equal(btf->hdr_len, 32);
	assert_int_equal(btf->nr_types, NR_SAMPLE);
	assert_true(btf_type_get(btf, LIST, &type));
	assert_string_equal(btf_type_name(&type), "list");
}

/* Linux 7 has 24 bits where there were 16. */
static void long_vlen(void **state)
{
	enum {
		COUNT = 70000
	};
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct btf_type_view type;
	struct btf_build b;

	(void)state;
	btf_build_init(&b, false, NULL);
	btf_build_add_type(&b, ".data", BTF_KIND_DATASEC, false, COUNT, 4 * COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		btf_build_add_word(&b, 2);
		btf_build_add_word(&b, 4 * i);
		btf_build_add_word(&b, 4);
	}
	btf_build_add_int(&b, "int", 4);
	btf = btf_build_parse(&b, "long", NULL);
	assert_int_equal(btf->nr_types, 2);
	assert_true(btf_type_get(btf, 1, &type));
	assert_int_equal(type.vlen, COUNT);
	assert_int_equal(btf_secinfo(&type, COUNT - 1).offset, 4 * (COUNT - 1));
}

static void sizes(void **state)
{
	static const struct {
		uint32_t id, pointer_size;
		uint64_t size;
	} good[] = {
		{ INT, 8, 4 },      { CHAR, 8, 1 },      { NODE, 8, 16 },       { NODE_PTR, 8, 8 },
		{ NODE_PTR, 4, 4 }, { CONST_PTR, 8, 8 }, { TABLE, 8, 32 },      { TABLE, 4, 16 },
		{ LIST, 8, 32 },    { SECTION, 8, 40 },  { VOLATILE_T, 8, 32 },
	};
	_cleanup_(btf_image_cleanup) struct btf_image *btf = parse_sample(false);
	uint64_t size;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(btf_type_size(btf, good[i].id, good[i].pointer_size, &size));
		assert_int_equal(size, good[i].size);
	}
	assert_false(btf_type_size(btf, 0, 8, &size));
	assert_false(btf_type_size(btf, PROTO, 8, &size));
	assert_false(btf_type_size(btf, NR_SAMPLE + 1, 8, &size));
}

static void sizes_that_are_none(void **state)
{
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct btf_build b;
	uint64_t size;

	(void)state;
	btf_build_init(&b, false, NULL);
	btf_build_add_int(&b, "int", 4);
	/* 2 and 3 are each other */
	btf_build_add_typedef(&b, "ping", 3);
	btf_build_add_typedef(&b, "pong", 2);
	/* an array of itself */
	btf_build_add_array(&b, 4, 1, 2);
	/* 2^32 bytes, and one element less */
	btf_build_add_array(&b, 1, 1, 0x40000000);
	btf_build_add_array(&b, 1, 1, 0x3fffffff);
	/* a product beyond 64 bits */
	btf_build_add_array(&b, 9, 1, UINT32_MAX);
	btf_build_add_array(&b, 7, 1, UINT32_MAX);
	btf_build_add_array(&b, 8, 1, UINT32_MAX);
	btf_build_add_type(&b, "fwd", BTF_KIND_FWD, false, 0, 0);
	btf_build_add_array(&b, 1, 1, 0);
	btf = btf_build_parse(&b, "odd", NULL);
	for (uint32_t id = 2; id <= 10; id++) {
		if (id == 6)
			continue;
		assert_false(btf_type_size(btf, id, 8, &size));
	}
	assert_true(btf_type_size(btf, 6, 8, &size));
	assert_int_equal(size, 0xfffffffc);
	assert_true(btf_type_size(btf, 11, 8, &size));
	assert_int_equal(size, 0);
}

static void descriptions(void **state)
{
	static const struct {
		uint32_t id;
		const char *text;
	} good[] = {
		{ 0, "void" },
		{ INT, "int" },
		{ NODE_PTR, "struct node *" },
		{ CONST_PTR, "struct node *const" },
		{ TABLE, "struct node *const [4]" },
		{ VOLATILE_T, "volatile table_t" },
		{ HANDLER, "int (*)(struct node *, ...)" },
		{ NR_SAMPLE + 1, "struct node *const (*)[4]" },
		{ NR_SAMPLE + 2, "int (*[3])(struct node *, ...)" },
		{ NR_SAMPLE + 3, "const struct (anonymous)" },
		{ NR_SAMPLE + 5, "const int *" },
		{ 1000, "<bad type 1000>" },
	};
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct btf_build b;

	(void)state;
	build_sample(&b, true);
	btf_build_add_ptr(&b, TABLE);
	btf_build_add_array(&b, HANDLER, INT, 3);
	/* a later type */
	btf_build_add_const(&b, NR_SAMPLE + 6);
	btf_build_add_const(&b, INT);
	btf_build_add_ptr(&b, NR_SAMPLE + 4);
	btf_build_add_struct(&b, "", 0, NULL, 0);
	btf = btf_build_parse(&b, "sample", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		_cleanup_free_ char *text = btf_type_describe(btf, good[i].id);

		assert_string_equal(text, good[i].text);
	}
}

static void describing_loops_ends(void **state)
{
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct btf_build b;

	(void)state;
	btf_build_init(&b, false, NULL);
	btf_build_add_ptr(&b, 1);
	btf_build_add_const(&b, 2);
	btf_build_add_array(&b, 3, 3, 4);
	/* each of its parameters is itself, and so is what it returns */
	btf_build_add_type(&b, "", BTF_KIND_FUNC_PROTO, false, 1000, 4);
	for (int i = 0; i < 1000; i++) {
		btf_build_add_word(&b, 0);
		btf_build_add_word(&b, 4);
	}
	btf = btf_build_parse(&b, "loops", NULL);
	for (uint32_t id = 1; id <= 4; id++) {
		_cleanup_free_ char *text = btf_type_describe(btf, id);

		assert_true(strlen(text) > 3);
	}
}

/* A sample blob with one 32-bit word changed is refused, with these words in the message. */
static void expect_refused(size_t at, uint32_t word, const char *text)
{
	struct btf_image *btf = NULL;
	struct btf_build b;
	size_t len;

	build_sample(&b, true);

	_cleanup_free_ uint8_t *blob = btf_build_finish(&b, &len);
	btf_put32(blob + at, word, true);
	expect_error(btf_image_parse("broken", blob, len, NULL, &btf), "broken", text, NULL);
	assert_null(btf);
}

static void refused(void **state)
{
	enum {
		FIRST_TYPE = BTF_HDR_MIN,
		INFO = 4
	};
	struct btf_image *btf = NULL;

	(void)state;
	expect_refused(0, 0x12345678, "magic");
	expect_refused(0, 0xeb9f0200, "version 2");
	expect_refused(BTF_HDR_HDR_LEN, 23, "header length 23");
	expect_refused(BTF_HDR_HDR_LEN, UINT32_MAX, "header length 4294967295");
	expect_refused(BTF_HDR_TYPE_OFF, UINT32_MAX, "type section");
	expect_refused(BTF_HDR_TYPE_LEN, UINT32_MAX, "type section");
	expect_refused(BTF_HDR_STR_OFF, UINT32_MAX, "string section");
	expect_refused(BTF_HDR_STR_LEN, UINT32_MAX, "string section");
	expect_refused(BTF_HDR_STR_LEN, 0, "empty");
	expect_refused(BTF_HDR_STR_LEN, 5 + 1, "NUL");
	expect_refused(BTF_HDR_STR_OFF, 3, "first string");
	/* the first type, an int, becomes something else */
	expect_refused(FIRST_TYPE + INFO, 0, "type 1 is of the unknown kind 0");
	expect_refused(FIRST_TYPE + INFO, 31U << 24, "type 1 is of the unknown kind 31");
	expect_refused(FIRST_TYPE + INFO, (uint32_t)BTF_KIND_STRUCT << 24 | 0xffffff,
		       "type 1 (struct, 16777215 entries)");
	expect_error(btf_image_parse("nothing", "", 0, NULL, &btf), "nothing", "0 bytes", NULL);
}

/* Uses all that a blob says; nothing it can say may lead astray. */
static void use_everything(const struct btf_image *btf)
{
	size_t names = 0;
	uint64_t size;

	btf_for_each_type(type, btf) {
		_cleanup_free_ char *text = btf_type_describe(btf, type.id);

		names += strlen(text) + strlen(btf_type_name(&type));
		btf_type_size(btf, type.id, 8, &size);
		if (type.kind == BTF_KIND_VAR)
			names += btf_var_linkage(&type);
		if (type.kind == BTF_KIND_ARRAY)
			names += btf_array(&type).nr_elems;
		for (uint32_t i = 0; i < type.vlen; i++) {
			const char *name = NULL;

			if (type.kind == BTF_KIND_STRUCT || type.kind == BTF_KIND_UNION)
				name = btf_string(btf, btf_member(&type, i).name_off);
			else if (type.kind == BTF_KIND_FUNC_PROTO)
				name = btf_string(btf, btf_param(&type, i).name_off);
			else if (type.kind == BTF_KIND_DATASEC)
				names += btf_secinfo(&type, i).size;
			names += name ? strlen(name) : 0;
		}
	}
	assert_true(names < SIZE_MAX);
}

static bool parse_and_use(const uint8_t *blob, size_t len, const struct btf_image *base)
{
	/* a copy of this very size, so that the sanitizer sees what lies beyond */
	_cleanup_free_ uint8_t *exact = xmemdup(blob, len);
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct error *err = btf_image_parse("damaged", exact, len, base, &btf);

	if (err) {
		assert_int_equal(err->kind, ERROR_INPUT);
		error_free(err);
		return false;
	}
	use_everything(btf);
	return true;
}

/* The strings are last, and all are needed, so a shorter blob is always a damaged one. */
static void truncated_at_every_byte(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct btf_build b;
		size_t len;

		build_sample(&b, big_endian);

		_cleanup_free_ uint8_t *blob = btf_build_finish(&b, &len);
		for (size_t cut = 0; cut < len; cut++)
			assert_false(parse_and_use(blob, cut, NULL));
		assert_true(parse_and_use(blob, len, NULL));
	}
}

static void bit_flips(void **state)
{
	_cleanup_(btf_image_cleanup) struct btf_image *base = parse_sample(true);
	unsigned int seed = 17, good = 0;
	struct btf_build b;
	size_t len;

	(void)state;
	build_sample(&b, true);

	_cleanup_free_ uint8_t *blob = btf_build_finish(&b, &len);
	_cleanup_free_ uint8_t *flipped = xmalloc(len);
	for (int round = 0; round < 10000; round++) {
		memcpy(flipped, blob, len);
		for (int i = 0; i <= round % 5; i++)
			flipped[(size_t)rand_r(&seed) % len] ^= (uint8_t)(1 << rand_r(&seed) % 8);
		good += parse_and_use(flipped, len, round % 2 ? base : NULL);
	}
	/* else this would test the first refusals alone */
	assert_true(good > 500);
}

/* Longer than any kernel takes: it is not quoted, however often it is referred to. */
static void long_name(void **state)
{
	char name[600];
	struct btf_type_view type;
	struct btf_image *btf;
	struct btf_build b;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	btf_build_init(&b, false, NULL);
	btf_build_add_int(&b, name, 4);
	btf_build_add_int(&b, name + 600 - 512, 4);
	btf = btf_build_parse(&b, "test", NULL);
	assert_true(btf_type_get(btf, 1, &type));
	assert_string_equal(btf_type_name(&type), "<long name>");
	assert_true(btf_type_get(btf, 2, &type));
	assert_string_equal(btf_type_name(&type), name + 600 - 512);
	btf_image_free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_name),    cmocka_unit_test(both_byte_orders),
		cmocka_unit_test(bitfields),    cmocka_unit_test(split),
		cmocka_unit_test(long_header),  cmocka_unit_test(long_vlen),
		cmocka_unit_test(sizes),        cmocka_unit_test(sizes_that_are_none),
		cmocka_unit_test(descriptions), cmocka_unit_test(describing_loops_ends),
		cmocka_unit_test(refused),      cmocka_unit_test(truncated_at_every_byte),
		cmocka_unit_test(bit_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
