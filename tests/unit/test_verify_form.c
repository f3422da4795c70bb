// SPDX-License-Identifier: GPL-2.0-only
/* The rules for BTF by itself: well_formed, type_loops, flexible. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "btf/btf_layout.h"
#include "core/mem.h"
#include "scratch.h"
#include "verify/btf_header.h"
#include "verify/flexible.h"
#include "verify/type_loops.h"
#include "verify/well_formed.h"

/* The faults of a blob: how many, and the last one. */
struct faults {
	size_t n;
	uint32_t id;
	char *text;
};

static void note(void *user, const struct btf_type_view *type, const char *rule, const char *fault)
{
	struct faults *faults = user;

	(void)rule;
	faults->n++;
	faults->id = type->id;
	free(faults->text);
	faults->text = xstrdup(fault);
}

static struct faults judge(struct btf_build *b)
{
	struct btf_image *btf = btf_build_parse(b, "test", NULL);
	struct faults faults = { 0 };

	btf_judge(btf, 8, note, &faults);
	btf_image_free(btf);
	return faults;
}

/* Types 1 int, 2 pointer to 3, 3 struct node { int value; struct node *next; } of 16 bytes. */
static void add_right_types(struct btf_build *b)
{
	const struct btf_build_member members[] = { { "value", 1, 0 }, { "next", 2, 64 } };

	btf_build_add_int(b, "int", 4);
	btf_build_add_ptr(b, 3);
	btf_build_add_struct(b, "node", 16, members, 2);
}

static void add_bitfield(struct btf_build *b, uint32_t type, uint32_t offset);

static void test_right(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct btf_build b;
		uint32_t var;

		btf_build_init(&b, big_endian, NULL);
		add_right_types(&b);
		btf_build_add_typedef(&b, "node_t", 3);
		btf_build_add_array(&b, 3, 1, 4);
		var = btf_build_add_var(&b, "list", 5, BTF_VAR_STATIC);
		btf_build_add_datasec(&b, ".data", 100, &(struct btf_secinfo){ var, 16, 64 }, 1);
		btf_build_add_decl_tag(&b, "tag", 3, 1);
		add_bitfield(&b, 1, 3u << 24 | 5);
		btf_build_add_const(&b, 1);
		btf_build_add_type(&b, "rcu", BTF_KIND_TYPE_TAG, false, 0, b.next_id - 1);
		btf_build_add_ptr(&b, b.next_id - 1);
		btf_build_add_typedef(&b, "name.part.0", 1);

		struct faults faults = judge(&b);

		if (faults.n)
			fail_msg("[%u] %s", faults.id, faults.text);
	}
}

/* Each adds one type that is wrong, behind the right ones. */
static void member_of_unknown_type(struct btf_build *b)
{
	btf_build_add_struct(b, "s", 4, &(struct btf_build_member){ "m", 77, 0 }, 1);
}

static void member_without_size(struct btf_build *b)
{
	btf_build_add_struct(b, "s", 4, &(struct btf_build_member){ "m", 0, 0 }, 1);
}

static void member_beyond_end(struct btf_build *b)
{
	btf_build_add_struct(b, "s", 4, &(struct btf_build_member){ "m", 1, 8 }, 1);
}

static void members_out_of_order(struct btf_build *b)
{
	const struct btf_build_member members[] = { { "a", 1, 32 }, { "b", 1, 0 } };

	btf_build_add_struct(b, "s", 8, members, 2);
}

static void struct_in_itself(struct btf_build *b)
{
	btf_build_add_struct(b, "s", 16, &(struct btf_build_member){ "m", b->next_id, 0 }, 1);
}

static void typedef_of_itself(struct btf_build *b)
{
	btf_build_add_typedef(b, "t", b->next_id);
}

static void pointer_to_itself(struct btf_build *b)
{
	btf_build_add_ptr(b, b->next_id);
}

static void typedef_without_name(struct btf_build *b)
{
	btf_build_add_typedef(b, "", 1);
}

static void name_that_is_none(struct btf_build *b)
{
	btf_build_add_struct(b, "two words", 0, NULL, 0);
}

static void pointer_with_name(struct btf_build *b)
{
	btf_build_add_type(b, "p", BTF_KIND_PTR, false, 0, 1);
}

static void pointer_with_flag(struct btf_build *b)
{
	btf_build_add_type(b, "", BTF_KIND_PTR, true, 0, 1);
}

static void array_of_void(struct btf_build *b)
{
	btf_build_add_array(b, 0, 1, 1);
}

static void array_with_struct_index(struct btf_build *b)
{
	btf_build_add_array(b, 1, 3, 1);
}

static void array_too_large(struct btf_build *b)
{
	btf_build_add_array(b, 3, 1, 0x10000001);
}

static void enum_of_3_bytes(struct btf_build *b)
{
	btf_build_add_type(b, "e", BTF_KIND_ENUM, false, 0, 3);
}

static void enumerator_without_name(struct btf_build *b)
{
	btf_build_add_type(b, "e", BTF_KIND_ENUM, false, 1, 4);
	btf_build_add_word(b, 0);
	btf_build_add_word(b, 5);
}

static void float_of_5_bytes(struct btf_build *b)
{
	btf_build_add_type(b, "f", BTF_KIND_FLOAT, false, 0, 5);
}

static void func_of_struct(struct btf_build *b)
{
	btf_build_add_type(b, "f", BTF_KIND_FUNC, false, BTF_FUNC_STATIC, 3);
}

static void int_larger_than_itself(struct btf_build *b)
{
	btf_build_add_type(b, "i", BTF_KIND_INT, false, 0, 2);
	btf_build_add_word(b, 32);
}

static void int_of_two_encodings(struct btf_build *b)
{
	btf_build_add_type(b, "i", BTF_KIND_INT, false, 0, 4);
	btf_build_add_word(b, 3u << 24 | 32);
}

static void int_of_unknown_encoding(struct btf_build *b)
{
	btf_build_add_type(b, "i", BTF_KIND_INT, false, 0, 4);
	btf_build_add_word(b, 8u << 24 | 32);
}

static void info_of_unknown_bits(struct btf_build *b)
{
	btf_build_add_word(b, 0);
	btf_build_add_word(b, (uint32_t)BTF_KIND_PTR << 24 | 0x20000000);
	btf_build_add_word(b, 1);
	b->next_id++;
}

static void pointer_to_function(struct btf_build *b)
{
	btf_build_add_type(b, "", BTF_KIND_FUNC_PROTO, false, 0, 0);
	btf_build_add_type(b, "f", BTF_KIND_FUNC, false, BTF_FUNC_STATIC, b->next_id - 1);
	btf_build_add_ptr(b, b->next_id - 1);
}

static void tag_behind_const(struct btf_build *b)
{
	btf_build_add_type(b, "rcu", BTF_KIND_TYPE_TAG, false, 0, 1);
	btf_build_add_const(b, b->next_id - 1);
}

/* A struct with kind_flag and one member, @offset as its word says. */
static void add_bitfield(struct btf_build *b, uint32_t type, uint32_t offset)
{
	uint32_t name = btf_build_add_string(b, "m");

	btf_build_add_type(b, "bits", BTF_KIND_STRUCT, true, 1, 64);
	btf_build_add_word(b, name);
	btf_build_add_word(b, type);
	btf_build_add_word(b, offset);
}

static void bitfield_too_wide(struct btf_build *b)
{
	add_bitfield(b, 1, 33u << 24);
}

static void bitfield_of_struct(struct btf_build *b)
{
	add_bitfield(b, 3, 3u << 24);
}

static void member_inside_a_byte(struct btf_build *b)
{
	add_bitfield(b, 1, 4);
}

/* An int of 3 bits, as BTF had bit fields at first. */
static uint32_t add_old_bitfield(struct btf_build *b)
{
	uint32_t id = btf_build_add_type(b, "i", BTF_KIND_INT, false, 0, 4);

	btf_build_add_word(b, 3);
	return id;
}

static void array_of_bitfields(struct btf_build *b)
{
	uint32_t id = add_old_bitfield(b);

	btf_build_add_array(b, id, 1, 4);
}

static void index_of_bits(struct btf_build *b)
{
	uint32_t id = add_old_bitfield(b);

	btf_build_add_array(b, 1, id, 4);
}

static void index_of_void(struct btf_build *b)
{
	btf_build_add_array(b, 1, 0, 4);
}

static void var_of_void(struct btf_build *b)
{
	btf_build_add_var(b, "v", 0, BTF_VAR_STATIC);
}

static void var_of_unknown_linkage(struct btf_build *b)
{
	btf_build_add_var(b, "v", 1, 7);
}

static void tag_of_unknown_component(struct btf_build *b)
{
	btf_build_add_decl_tag(b, "tag", 3, 2);
}

static void tag_of_int(struct btf_build *b)
{
	btf_build_add_decl_tag(b, "tag", 1, -1);
}

static void add_two(struct btf_build *b, struct btf_secinfo first, struct btf_secinfo second,
		    uint32_t size)
{
	struct btf_secinfo infos[] = { first, second };

	infos[0].type = btf_build_add_var(b, "a", 1, BTF_VAR_STATIC);
	infos[1].type = btf_build_add_var(b, "b", 1, BTF_VAR_STATIC);
	btf_build_add_datasec(b, ".data", size, infos, 2);
}

static void section_two_at_one_place(struct btf_build *b)
{
	add_two(b, (struct btf_secinfo){ 0, 4, 4 }, (struct btf_secinfo){ 0, 4, 4 }, 100);
}

static void section_out_of_order(struct btf_build *b)
{
	add_two(b, (struct btf_secinfo){ 0, 8, 4 }, (struct btf_secinfo){ 0, 0, 4 }, 100);
}

static void section_too_small(struct btf_build *b)
{
	add_two(b, (struct btf_secinfo){ 0, 0, 4 }, (struct btf_secinfo){ 0, 4, 4 }, 7);
}

static void section_entry_of_no_bytes(struct btf_build *b)
{
	add_two(b, (struct btf_secinfo){ 0, 0, 4 }, (struct btf_secinfo){ 0, 4, 0 }, 100);
}

static void section_entry_too_small(struct btf_build *b)
{
	add_two(b, (struct btf_secinfo){ 0, 0, 4 }, (struct btf_secinfo){ 0, 4, 2 }, 100);
}

static void section_of_types(struct btf_build *b)
{
	btf_build_add_datasec(b, ".data", 100, &(struct btf_secinfo){ 1, 0, 4 }, 1);
}

static void section_without_size(struct btf_build *b)
{
	btf_build_add_datasec(b, ".data", 0, NULL, 0);
}

static const struct {
	const char *name;
	void (*add)(struct btf_build *b);
	const char *says;
} wrongs[] = {
	{ "member of an unknown type", member_of_unknown_type, "type 77" },
	{ "member without size", member_without_size, "type 0" },
	{ "member beyond the end", member_beyond_end, "bit 40 of 32" },
	{ "members out of order", members_out_of_order, "the one before at 32" },
	{ "struct in itself", struct_in_itself, "comes back to itself" },
	{ "typedef of itself", typedef_of_itself, "comes back to itself" },
	{ "pointer to itself", pointer_to_itself, "comes back to itself" },
	{ "typedef without name", typedef_without_name, "no name" },
	{ "name that is none", name_that_is_none, "'two words'" },
	{ "pointer with a name", pointer_with_name, "'p'" },
	{ "pointer with a flag", pointer_with_flag, "kind_flag" },
	{ "array of void", array_of_void, "type 0" },
	{ "array with a struct for an index", array_with_struct_index, "a struct" },
	{ "array too large", array_too_large, "268435457 elements" },
	{ "enum of 3 bytes", enum_of_3_bytes, "3 bytes" },
	{ "enumerator without name", enumerator_without_name, "no name" },
	{ "float of 5 bytes", float_of_5_bytes, "5 bytes" },
	{ "function of a struct", func_of_struct, "type 3" },
	{ "int larger than itself", int_larger_than_itself, "32 bits" },
	{ "int of two encodings", int_of_two_encodings, "encoding 0x3" },
	{ "int of an unknown encoding", int_of_unknown_encoding, "encoding 0x8" },
	{ "unknown bits of info", info_of_unknown_bits, "info 0x22000000" },
	{ "pointer to a function, not its type", pointer_to_function, "a func" },
	{ "type tag behind a qualifier", tag_behind_const, "a type_tag" },
	{ "bit field too wide", bitfield_too_wide, "33 bits of 32" },
	{ "bit field of a struct", bitfield_of_struct, "is a struct" },
	{ "member inside a byte", member_inside_a_byte, "at bit 4" },
	{ "array of bit fields", array_of_bitfields, "its element [4]" },
	{ "index of void", index_of_void, "a void" },
	{ "index of some bits", index_of_bits, "its index is [4]" },
	{ "variable of void", var_of_void, "type 0" },
	{ "variable of unknown linkage", var_of_unknown_linkage, "linkage 7" },
	{ "tag of an unknown component", tag_of_unknown_component, "component 2 of 2" },
	{ "tag of an int", tag_of_int, "[1], a int" },
	{ "two variables at one place", section_two_at_one_place, "'b', at offset 4" },
	{ "section out of order", section_out_of_order, "'b', at offset 0" },
	{ "section too small", section_too_small, "4 bytes of 7" },
	{ "entry of no bytes", section_entry_of_no_bytes, "0 bytes" },
	{ "entry smaller than its type", section_entry_too_small, "2 bytes, its type 4" },
	{ "section of types", section_of_types, "entry 0 is type 1" },
	{ "section without size", section_without_size, "size 0" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(wrongs); i++) {
		struct btf_build b;
		struct faults faults;

		btf_build_init(&b, i % 2, NULL);
		add_right_types(&b);
		wrongs[i / 2].add(&b);
		faults = judge(&b);
		if (!faults.n)
			fail_msg("%s: not found", wrongs[i / 2].name);
		/* a loop has no size either, which is the first thing said about it, or the last */
		if (!strstr(faults.text, wrongs[i / 2].says))
			fail_msg("%s: [%u] %s", wrongs[i / 2].name, faults.id, faults.text);
		free(faults.text);
	}
}

static void count_loop(void *user, uint32_t id)
{
	(void)id;
	++*(size_t *)user;
}

/* A chain as long as hostile input can make one: no recursion, no quadratic time. */
static void test_long_chain(void **state)
{
	enum {
		LENGTH = 200000
	};
	struct btf_image *btf;
	struct btf_build b;
	size_t nr_loops = 0;

	(void)state;
	btf_build_init(&b, false, NULL);
	for (uint32_t i = 0; i < LENGTH; i++)
		btf_build_add_const(&b, b.next_id + 1);
	btf_build_add_int(&b, "int", 4);
	btf = btf_build_parse(&b, "chain", NULL);
	btf_find_loops(btf, count_loop, &nr_loops);
	assert_int_equal(nr_loops, 0);
	btf_image_free(btf);
}

/* A struct all of whose members are of its own type: one loop is told, not one for each member. */
static void test_many_loops(void **state)
{
	struct btf_build_member members[100];
	struct btf_image *btf;
	struct btf_build b;
	size_t nr_loops = 0;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_SIZE(members); i++)
		members[i] = (struct btf_build_member){ "m", 1, i };
	btf_build_init(&b, false, NULL);
	btf_build_add_struct(&b, "itself", 100, members, ARRAY_SIZE(members));
	btf = btf_build_parse(&b, "loops", NULL);
	btf_find_loops(btf, count_loop, &nr_loops);
	assert_int_equal(nr_loops, 1);
	btf_image_free(btf);
}

static void test_flexible(void **state)
{
	struct btf_image *btf;
	struct btf_build b;
	uint32_t i, none, fixed, flexible, outer, front, alias;

	(void)state;
	btf_build_init(&b, true, NULL);
	i = btf_build_add_int(&b, "int", 4);
	none = btf_build_add_array(&b, i, i, 0);
	fixed = btf_build_add_array(&b, i, i, 2);

	struct btf_build_member ends[] = { { "n", i, 0 }, { "x", none, 32 } };
	flexible = btf_build_add_struct(&b, "flexible", 4, ends, 2);
	struct btf_build_member nested[] = { { "n", i, 0 }, { "x", flexible, 32 } };
	outer = btf_build_add_struct(&b, "outer", 8, nested, 2);
	struct btf_build_member first[] = { { "x", flexible, 0 }, { "n", i, 32 } };
	front = btf_build_add_struct(&b, "front", 8, first, 2);
	alias = btf_build_add_typedef(&b, "alias", btf_build_add_const(&b, outer));
	btf = btf_build_parse(&b, "flexible", NULL);

	assert_true(type_ends_flexible(btf, none));
	assert_true(type_ends_flexible(btf, flexible));
	assert_true(type_ends_flexible(btf, outer));
	assert_true(type_ends_flexible(btf, alias));
	assert_false(type_ends_flexible(btf, i));
	assert_false(type_ends_flexible(btf, fixed));
	assert_false(type_ends_flexible(btf, front));
	assert_false(type_ends_flexible(btf, 4711));
	btf_image_free(btf);
}

/* Unions of unions: without a limit this would take 2^40 steps. */
static void test_flexible_ends(void **state)
{
	enum {
		DEPTH = 40
	};
	struct btf_image *btf;
	struct btf_build b;

	(void)state;
	btf_build_init(&b, false, NULL);
	btf_build_add_int(&b, "int", 4);
	for (uint32_t id = 2; id < 2 + DEPTH; id++) {
		uint32_t name = btf_build_add_string(&b, "m");

		btf_build_add_type(&b, "u", BTF_KIND_UNION, false, 2, 4);
		for (int i = 0; i < 2; i++) {
			btf_build_add_word(&b, name);
			btf_build_add_word(&b, id - 1);
			btf_build_add_word(&b, 0);
		}
	}
	btf = btf_build_parse(&b, "unions", NULL);
	assert_false(type_ends_flexible(btf, 1 + DEPTH));
	btf_image_free(btf);
}

/* Words in the header of a blob that has one int, its length, and what is said of that. */
static const struct {
	const char *what;
	uint32_t hdr_len;
	int more_bytes;
	struct {
		size_t off;
		uint32_t value;
	} words[4];
	/* part of the fault; NULL: none */
	const char *fault;
} headers[] = {
	{ "as it should be", 24, 0, { { 0 } }, NULL },
	{ "longer, and nothing in it", 28, 0, { { 0 } }, NULL },
	{ "with room for a layout, and none", 32, 0, { { 0 } }, NULL },
	{ "a field nobody knows", 28, 0, { { 24, 1 } }, "no meaning" },
	{ "a field behind the layout", 36, 0, { { 32, 1 } }, "no meaning" },
	{ "bytes at the end", 24, 8, { { 0 } }, "bytes behind the header" },
	{ "a layout at the end", 32, 8, { { 24, 21 }, { 28, 8 } }, NULL },
	{ "a layout inside the strings", 32, 8, { { 24, 17 }, { 28, 8 } }, "layout section" },
	{ "a gap before the layout", 32, 8, { { 24, 23 }, { 28, 6 } }, "layout section" },
	{ "types that begin late", 24, 8, { { 8, 8 }, { 12, 0 } }, "section at offset" },
	{ "strings that begin late", 24, 0, { { 16, 20 }, { 20, 1 } }, "string section" },
	{ "strings that end early", 24, 0, { { 20, 1 } }, "sections for" },
};

static char *fault_of(size_t i, bool big_endian)
{
	struct btf_image *btf = NULL;
	struct btf_build b;
	char *fault;
	uint8_t *blob;
	size_t len;

	btf_build_init(&b, big_endian, NULL);
	b.hdr_len = headers[i].hdr_len;
	btf_build_add_int(&b, "int", 4);
	blob = btf_build_finish(&b, &len);
	/* the words below are about 16 bytes of an int and 5 of "" and "int" */
	assert_int_equal(len, headers[i].hdr_len + 21);
	blob = xrealloc_array(blob, len + 8, 1);
	memset(blob + len, 0, 8);
	for (size_t w = 0; w < ARRAY_SIZE(headers[i].words) && headers[i].words[w].off; w++)
		btf_put32(blob + headers[i].words[w].off, headers[i].words[w].value, big_endian);
	expect_ok(btf_image_parse("test", blob, len + (size_t)headers[i].more_bytes, NULL, &btf));
	fault = btf_header_fault(btf);
	btf_image_free(btf);
	free(blob);
	return fault;
}

static void test_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(headers); i++) {
		const char *expected = headers[i / 2].fault;
		char *fault = fault_of(i / 2, i % 2);

		if (!fault != !expected || (fault && !strstr(fault, expected)))
			fail_msg("%s: '%s', not '%s'", headers[i / 2].what, fault ? fault : "right",
				 expected ? expected : "right");
		free(fault);
	}
}

static void test_header_flags(void **state)
{
	struct btf_image *btf;
	struct btf_build b;
	char *fault;

	(void)state;
	btf_build_init(&b, true, NULL);
	btf_build_add_int(&b, "int", 4);
	btf = btf_build_parse(&b, "test", NULL);
	btf->data[BTF_HDR_FLAGS] = 1;
	fault = btf_header_fault(btf);
	assert_non_null(fault);
	assert_non_null(strstr(fault, "flags 0x1"));
	free(fault);
	btf_image_free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),      cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_long_chain), cmocka_unit_test(test_many_loops),
		cmocka_unit_test(test_flexible),   cmocka_unit_test(test_flexible_ends),
		cmocka_unit_test(test_headers),    cmocka_unit_test(test_header_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
