// SPDX-License-Identifier: GPL-2.0-only
/* Split BTF against its base: split_base, redundancy, distilled; and what types demand: alignment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "core/mem.h"
#include "verify/alignment.h"
#include "verify/copied.h"
#include "verify/distilled.h"
#include "verify/redundancy.h"
#include "verify/split_base.h"

/* Ids of the base's types. */
enum {
	INT = 1,
	LONG,
	NODE,
	NODE_PTR,
	PAIR,
	BASE_TYPES
};

/* int, long, struct node { int value; struct node *next; }, struct pair { int a, b; } */
static struct btf_image *make_base(bool big_endian)
{
	const struct btf_build_member node[] = { { "value", INT, 0 }, { "next", NODE_PTR, 64 } };
	const struct btf_build_member pair[] = { { "a", INT, 0 }, { "b", INT, 32 } };
	struct btf_build b;

	btf_build_init(&b, big_endian, NULL);
	btf_build_add_int(&b, "int", 4);
	btf_build_add_int(&b, "long int", 8);
	btf_build_add_struct(&b, "node", 16, node, 2);
	btf_build_add_ptr(&b, NODE);
	btf_build_add_struct(&b, "pair", 8, pair, 2);
	return btf_build_parse(&b, "base", NULL);
}

/* Offset in the base's strings of @text, which is a name or the end of one. */
static uint32_t find_string(const struct btf_image *base, const char *text)
{
	for (uint32_t off = 1; off < base->str_len; off++)
		if (str_eq(btf_string(base, off), text))
			return off;
	fail_msg("no '%s' in the base", text);
	return 0;
}

static void add_var_named_at(struct btf_build *b, uint32_t name_off, uint32_t type)
{
	/* btf_build_add_type() adds a string; a name in the base is there already */
	btf_build_add_word(b, name_off);
	btf_build_add_word(b, (uint32_t)BTF_KIND_VAR << 24);
	btf_build_add_word(b, type);
	btf_build_add_word(b, BTF_VAR_STATIC);
	b->next_id++;
}

static void measure(struct btf_build *b, const struct btf_image *base, struct split_fit *fit)
{
	struct btf_image *split = btf_build_parse(b, "split", base);

	split_fit_measure(split, 8, fit);
	btf_image_free(split);
}

static void test_fits(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct btf_image *base = make_base(big_endian);
		struct btf_secinfo infos[] = { { BASE_TYPES, 0, 16 }, { BASE_TYPES + 1, 16, 4 } };
		struct split_fit fit;
		struct btf_build b;

		btf_build_init(&b, big_endian, base);
		add_var_named_at(&b, find_string(base, "node"), NODE);
		btf_build_add_var(&b, "own_name", INT, BTF_VAR_STATIC);
		btf_build_add_datasec(&b, ".data", 20, infos, 2);
		measure(&b, base, &fit);
		assert_int_equal(fit.nr_ids, 2);
		assert_int_equal(fit.nr_names, 1);
		assert_int_equal(fit.nr_entries, 2);
		assert_int_equal(fit.nr_torn_names, 0);
		assert_int_equal(fit.nr_other_size, 0);
		assert_string_equal(fit.examples, "");
		split_fit_release(&fit);
		btf_image_free(base);
	}
}

static void test_does_not_fit(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct btf_image *base = make_base(big_endian);
		struct btf_secinfo infos[] = { { BASE_TYPES, 0, 16 }, { BASE_TYPES + 1, 16, 4 } };
		struct split_fit fit;
		struct btf_build b;

		btf_build_init(&b, big_endian, base);
		add_var_named_at(&b, find_string(base, "ode"), NODE);
		btf_build_add_var(&b, "own_name", LONG, BTF_VAR_STATIC);
		btf_build_add_datasec(&b, ".data", 20, infos, 2);
		measure(&b, base, &fit);
		assert_int_equal(fit.nr_torn_names, 1);
		assert_int_equal(fit.nr_other_size, 1);
		assert_non_null(strstr(fit.examples, "'ode'"));
		assert_non_null(strstr(fit.examples, "'own_name' has 4 bytes"));
		split_fit_release(&fit);
		btf_image_free(base);
	}
}

/* What redundancy_find() says: pairs of ids. */
struct pairs {
	uint32_t own[16], base[16];
	size_t n;
	bool complete;
};

static void note_pair(void *user, const struct btf_type_view *type, uint32_t base_id)
{
	struct pairs *pairs = user;

	assert_true(pairs->n < ARRAY_SIZE(pairs->own));
	pairs->own[pairs->n] = type->id;
	pairs->base[pairs->n++] = base_id;
}

static struct pairs find_redundant(struct btf_build *b, const struct btf_image *base)
{
	struct btf_image *split = btf_build_parse(b, "split", base);
	struct pairs pairs = { 0 };

	pairs.complete = redundancy_find(split, note_pair, &pairs);
	btf_image_free(split);
	return pairs;
}

/* A base copied into the split BTF, as when deduplication fails: all of it is there again. */
static void test_copy_is_redundant(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct btf_image *base = make_base(big_endian);
		const struct btf_build_member node[] = {
			{ "value", BASE_TYPES, 0 },
			{ "next", BASE_TYPES + 2, 64 },
		};
		struct btf_build b;
		struct pairs pairs;

		btf_build_init(&b, big_endian, base);
		btf_build_add_int(&b, "int", 4);
		btf_build_add_struct(&b, "node", 16, node, 2);
		btf_build_add_ptr(&b, BASE_TYPES + 1);
		/* these are vmlinux's own */
		btf_build_add_ptr(&b, NODE);
		btf_build_add_var(&b, "v", NODE, BTF_VAR_STATIC);
		pairs = find_redundant(&b, base);
		assert_true(pairs.complete);
		assert_int_equal(pairs.n, 4);
		for (size_t i = 0; i < pairs.n; i++)
			assert_int_equal(pairs.own[i], BASE_TYPES + i);
		assert_int_equal(pairs.base[0], INT);
		assert_int_equal(pairs.base[1], NODE);
		assert_int_equal(pairs.base[2], NODE_PTR);
		assert_int_equal(pairs.base[3], NODE_PTR);
		btf_image_free(base);
	}
}

/* Alike, and not the same. */
static void test_others_are_not_redundant(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct btf_image *base = make_base(big_endian);
		const struct btf_build_member names[] = { { "a", INT, 0 }, { "c", INT, 32 } };
		const struct btf_build_member places[] = { { "a", INT, 0 }, { "b", INT, 0 } };
		const struct btf_build_member node[] = { { "value", LONG, 0 },
							 { "next", BASE_TYPES + 3, 64 } };
		struct btf_build b;
		struct pairs pairs;

		btf_build_init(&b, big_endian, base);
		btf_build_add_struct(&b, "pair", 8, names, 2);
		btf_build_add_struct(&b, "pair", 8, places, 2);
		btf_build_add_struct(&b, "node", 16, node, 2);
		/* points to one that differs, so it differs too */
		btf_build_add_ptr(&b, BASE_TYPES + 2);
		btf_build_add_array(&b, INT, INT, 4);
		pairs = find_redundant(&b, base);
		assert_true(pairs.complete);
		assert_int_equal(pairs.n, 0);
		btf_image_free(base);
	}
}

/* A function of the base, copied with another prototype; and what is none of the base's. */
static void test_copies(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		const struct btf_build_member node[] = { { "value", INT, 0 },
							 { "next", NODE_PTR, 64 } };
		_cleanup_free_ bool *copied = NULL;
		struct btf_image *base, *split;
		uint32_t proto, func, mine;
		struct btf_build b;

		btf_build_init(&b, big_endian, NULL);
		btf_build_add_int(&b, "int", 4);
		btf_build_add_int(&b, "long int", 8);
		btf_build_add_struct(&b, "node", 16, node, 2);
		btf_build_add_ptr(&b, NODE);
		proto = btf_build_add_type(&b, "", BTF_KIND_FUNC_PROTO, false, 0, INT);
		btf_build_add_type(&b, "kfunc", BTF_KIND_FUNC, false, BTF_FUNC_GLOBAL, proto);
		base = btf_build_parse(&b, "base", NULL);

		btf_build_init(&b, big_endian, base);
		mine = btf_build_add_ptr(&b, LONG);
		proto = btf_build_add_type(&b, "", BTF_KIND_FUNC_PROTO, false, 0, mine);
		func = btf_build_add_type(&b, "kfunc", BTF_KIND_FUNC, false, BTF_FUNC_GLOBAL,
					  proto);
		btf_build_add_decl_tag(&b, "bpf_kfunc", func, -1);
		btf_build_add_ptr(&b, NODE);
		/* these are its own */
		proto = btf_build_add_type(&b, "", BTF_KIND_FUNC_PROTO, false, 0, LONG);
		func = btf_build_add_type(&b, "other", BTF_KIND_FUNC, false, BTF_FUNC_GLOBAL,
					  proto);
		btf_build_add_decl_tag(&b, "other", func, -1);
		btf_build_add_const(&b, LONG);
		split = btf_build_parse(&b, "split", base);
		copied = copied_types(split);
		for (size_t i = 0; i < split->nr_types; i++)
			assert_int_equal(copied[i], i < 5);
		btf_image_free(split);
		btf_image_free(base);
	}
}

struct faults {
	uint32_t ids[8];
	size_t n;
};

static void note_fault(void *user, const struct btf_type_view *type, const char *fault)
{
	struct faults *faults = user;

	assert_non_null(fault);
	assert_true(faults->n < ARRAY_SIZE(faults->ids));
	faults->ids[faults->n++] = type->id;
}

static void test_distilled(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct btf_image *base = make_base(big_endian), *distilled;
		struct faults faults = { 0 };
		struct btf_build b;

		btf_build_init(&b, big_endian, NULL);
		btf_build_add_int(&b, "int", 4);
		btf_build_add_struct(&b, "node", 16, NULL, 0);
		btf_build_add_type(&b, "pair", BTF_KIND_FWD, false, 0, 0);
		/* and what the kernel would not find */
		btf_build_add_int(&b, "int", 8);
		btf_build_add_struct(&b, "pair", 12, NULL, 0);
		btf_build_add_type(&b, "pair", BTF_KIND_FWD, true, 0, 0);
		btf_build_add_struct(&b, "gone", 4, NULL, 0);
		btf_build_add_struct(&b, "", 4, NULL, 0);
		btf_build_add_ptr(&b, 2);
		distilled = btf_build_parse(&b, "distilled", NULL);
		distilled_judge(distilled, base, note_fault, &faults);
		assert_int_equal(faults.n, 6);
		for (size_t i = 0; i < faults.n; i++)
			assert_int_equal(faults.ids[i], 4 + i);
		btf_image_free(distilled);
		btf_image_free(base);
	}
}

static uint32_t align(struct btf_build *b, uint32_t pointer_size, uint32_t id)
{
	struct btf_image *btf = btf_build_parse(b, "test", NULL);
	struct alignment alignment;
	uint32_t result;

	alignment_init(&alignment, btf, pointer_size);
	result = alignment_of(&alignment, id);
	alignment_release(&alignment);
	btf_image_free(btf);
	return result;
}

/* Types 1 char, 2 short, 3 int, 4 long long, 5 void *, for a blob with more. */
static void add_scalars(struct btf_build *b, bool big_endian)
{
	btf_build_init(b, big_endian, NULL);
	btf_build_add_int(b, "char", 1);
	btf_build_add_int(b, "short", 2);
	btf_build_add_int(b, "int", 4);
	btf_build_add_int(b, "long long", 8);
	btf_build_add_ptr(b, 0);
}

static const struct {
	const char *what;
	struct btf_build_member members[3];
	uint32_t nr_members, size, expected;
} structs[] = {
	{ "with a pointer", { { "p", 5, 0 }, { "n", 3, 64 } }, 2, 16, 8 },
	{ "with a pointer, packed", { { "c", 1, 0 }, { "p", 5, 8 } }, 2, 9, 1 },
	{ "with a pointer, of a packed size", { { "p", 5, 0 }, { "c", 1, 64 } }, 2, 9, 1 },
	/* it could be packed, and nothing would show it */
	{ "of integers alone", { { "a", 4, 0 }, { "b", 4, 64 } }, 2, 16, 1 },
	{ "of nothing", { { 0 } }, 0, 0, 1 },
};

static void test_alignment(void **state)
{
	static const uint32_t scalars[] = { 1, 2, 4, 8, 8 };
	struct btf_build b;

	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		for (uint32_t i = 0; i < ARRAY_SIZE(scalars); i++) {
			add_scalars(&b, big_endian);
			assert_int_equal(align(&b, 8, i + 1), scalars[i]);
		}
		for (size_t i = 0; i < ARRAY_SIZE(structs); i++) {
			add_scalars(&b, big_endian);
			btf_build_add_struct(&b, "s", structs[i].size, structs[i].members,
					     structs[i].nr_members);
			btf_build_add_array(&b, 6, 3, 2);
			btf_build_add_typedef(&b, "t", btf_build_add_const(&b, 7));
			if (align(&b, 8, 9) != structs[i].expected)
				fail_msg("struct %s", structs[i].what);
		}
		/* no 64-bit machine: nothing says that a long long has more than a pointer */
		add_scalars(&b, big_endian);
		assert_int_equal(align(&b, 4, 4), 4);
		/* void, an unknown id, a struct in itself */
		add_scalars(&b, big_endian);
		assert_int_equal(align(&b, 8, 0), 1);
		add_scalars(&b, big_endian);
		assert_int_equal(align(&b, 8, 77), 1);
		add_scalars(&b, big_endian);
		btf_build_add_struct(&b, "s", 8, &(struct btf_build_member){ "s", 6, 0 }, 1);
		assert_int_equal(align(&b, 8, 6), 1);
	}
}

/* As on m68k: structs that C laid out have ints at multiples of 2. */
static void test_alignment_is_deduced(void **state)
{
	const struct btf_build_member members[] = { { "h", 2, 0 }, { "p", 5, 16 }, { "n", 3, 48 } };
	struct btf_build b;

	(void)state;
	add_scalars(&b, true);
	btf_build_add_struct(&b, "s", 10, members, 3);
	assert_int_equal(align(&b, 4, 3), 2);
	add_scalars(&b, true);
	btf_build_add_struct(&b, "s", 10, members, 3);
	assert_int_equal(align(&b, 4, 6), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_does_not_fit),
		cmocka_unit_test(test_copy_is_redundant),
		cmocka_unit_test(test_others_are_not_redundant),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_distilled),
		cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_alignment_is_deduced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
