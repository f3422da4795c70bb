// SPDX-License-Identifier: GPL-2.0-only
/* The probe's own part of a C library, held against the one of this machine. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The functions under names of their own, beside those of the headers above. */
#undef stderr
#define FILE       own_file
#define stderr     own_stderr
#define strlen     own_strlen
#define strnlen    own_strnlen
#define strcmp     own_strcmp
#define strncmp    own_strncmp
#define strchr     own_strchr
#define strrchr    own_strrchr
#define strspn     own_strspn
#define strcspn    own_strcspn
#define strstr     own_strstr
#define strcasestr own_strcasestr
#define strtok_r   own_strtok_r
#define strtoull   own_strtoull
#define strtoul    own_strtoul
#define vsnprintf  own_vsnprintf
#define snprintf   own_snprintf
#define sscanf     own_sscanf
#define fprintf    own_fprintf
#define strerror   own_strerror
#define memcpy     own_memcpy
#define mempcpy    own_mempcpy
#define memmove    own_memmove
#define memset     own_memset
#define memcmp     own_memcmp
#define memchr     own_memchr
#define malloc     own_malloc
#define calloc     own_calloc
#define realloc    own_realloc
#define free       own_free
#define qsort      own_qsort
#define bsearch    own_bsearch
#define __ashldi3  own_ashldi3
#define __lshrdi3  own_lshrdi3
#define __udivdi3  own_udivdi3
#define __umoddi3  own_umoddi3
#define ARITH_32_WANTED
typedef struct own_file own_file;
#include "probe/freestanding/arith_32.c"
#include "probe/freestanding/memory.c"
#include "probe/freestanding/text.c"
#undef strcmp
#undef strncmp
#undef strrchr
#undef strspn
#undef strcspn
#undef strstr
#undef strcasestr
#undef strtok_r
#undef strtoull
#undef vsnprintf
#undef snprintf
#undef sscanf
#undef memmove
#undef memcmp
#undef memchr
#undef qsort
#undef bsearch

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

/* Each form that the probe's messages have, cut off at every length. */
static void formats(void **state)
{
#define EXPECT(...)                                                                   \
	for (size_t size = 0; size < 40; size++) {                                    \
		char ours[64] = "?", theirs[64] = "?";                                \
		assert_int_equal(own_snprintf(size ? ours : NULL, size, __VA_ARGS__), \
				 snprintf(size ? theirs : NULL, size, __VA_ARGS__));  \
		assert_string_equal(ours, theirs);                                    \
	}
	(void)state;
	EXPECT("%s", "plain words");
	EXPECT("%s%s%s", "a", ":", "");
	EXPECT("%.5s|%.200s", "cut here", "not here");
	EXPECT("%.*s %*s|", 3, "abcdef", 6, "xyz");
	EXPECT("%d %d %d", 0, -1, INT32_MIN);
	EXPECT("%u %zu %lu", UINT32_MAX, (size_t)0, 18446744073709551615ul);
	EXPECT("%llx %08lx %o", 0xfedcba9876543210ull, 0xabcul, 0755u);
	EXPECT("%d%%", 42);
	EXPECT("%lld %ld", -9223372036854775807ll, -1l);
	/* more than registers hold */
	EXPECT("%d %s %u %s %x %s %zu %d", 1, "two", 3u, "four", 5u, "six", (size_t)7, 8);
#undef EXPECT
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int base;
	} cases[] = { { "0", 10 },
		      { "18446744073709551615", 10 },
		      { "ffffFFFF80000000 t", 16 },
		      { "  12\t", 10 },
		      { "755:", 8 },
		      { "", 10 },
		      { "nothing", 10 },
		      { "12ab", 10 },
		      { "00000000c0008000 T x", 16 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *ours, *theirs;

		assert_true(own_strtoull(cases[i].text, &ours, cases[i].base) ==
			    strtoull(cases[i].text, &theirs, cases[i].base));
		assert_ptr_equal(ours, theirs);
	}
}

/* What a 32-bit compiler calls, held against this one's own. */
static void arithmetic(void **state)
{
	static const uint64_t values[] = { 0,
					   1,
					   2,
					   10,
					   16,
					   UINT32_MAX,
					   UINT32_MAX + UINT64_C(1),
					   UINT64_C(0x123456789abcdef0),
					   INT64_MAX,
					   UINT64_C(1) << 63,
					   UINT64_MAX - 1,
					   UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		for (int by = 0; by < 64; by++) {
			assert_true(own_ashldi3(values[i], by) == values[i] << by);
			assert_true(own_lshrdi3(values[i], by) == values[i] >> by);
		}
		for (size_t j = 1; j < sizeof(values) / sizeof(*values); j++) {
			assert_true(own_udivdi3(values[i], values[j]) == values[i] / values[j]);
			assert_true(own_umoddi3(values[i], values[j]) == values[i] % values[j]);
		}
	}
}

static void words(void **state)
{
	static const char line[] = "vmlinux_btf_extra 1634304 0 - Live 0xf0000000 (O)\n";
	char ours[2][64] = { "", "" }, theirs[2][64] = { "", "" };
	char a[] = " one,two  three", b[sizeof(a)], *at_a = NULL, *at_b = NULL, *word;

	(void)state;
	for (size_t len = 0; len < sizeof(line); len++) {
		char cut[sizeof(line)] = "";

		own_memcpy(cut, line, len);
		int found = sscanf(cut, "%63s %*s %*s %*s %15s", theirs[0], theirs[1]);

		/* none is EOF with C's, which no caller tells from 0 */
		assert_int_equal(own_sscanf(cut, "%63s %*s %*s %*s %15s", ours[0], ours[1]),
				 found < 0 ? 0 : found);
		assert_string_equal(ours[0], theirs[0]);
		assert_string_equal(ours[1], theirs[1]);
	}
	assert_int_equal(own_sscanf("abcdef", "%3s", ours[0]), 1);
	assert_string_equal(ours[0], "abc");

	own_memcpy(b, a, sizeof(a));
	word = own_strtok_r(a, " ,", &at_a);
	for (char *other = strtok_r(b, " ,", &at_b); other; other = strtok_r(NULL, " ,", &at_b)) {
		assert_string_equal(word, other);
		word = own_strtok_r(NULL, " ,", &at_a);
	}
	assert_null(word);
}

static void searches(void **state)
{
	static const char *const texts[] = {
		"", "a", "ab", "aab", "abcabd", "Key: value", "\377x"
	};
	enum {
		NR = sizeof(texts) / sizeof(*texts)
	};

	(void)state;
	for (size_t i = 0; i < NR; i++) {
		const char *s = texts[i];

		assert_int_equal(own_strnlen(s, 2), strnlen(s, 2));
		for (const char *c = "ab:\377"; *c; c++) {
			assert_ptr_equal(own_strchr(s, *c), (strchr)(s, *c));
			assert_ptr_equal(own_strrchr(s, *c), strrchr(s, *c));
			assert_ptr_equal(own_memchr(s, *c, own_strlen(s)),
					 memchr(s, *c, own_strlen(s)));
		}
		for (size_t j = 0; j < NR; j++) {
			const char *t = texts[j];

			assert_int_equal(sign(own_strcmp(s, t)), sign(strcmp(s, t)));
			assert_int_equal(sign(own_strncmp(s, t, 2)), sign(strncmp(s, t, 2)));
			assert_int_equal(own_strspn(s, t), strspn(s, t));
			assert_int_equal(own_strcspn(s, t), strcspn(s, t));
			assert_ptr_equal(own_strstr(s, t), strstr(s, t));
			assert_ptr_equal(own_strcasestr(s, t), strcasestr(s, t));
		}
	}
	assert_non_null(own_strcasestr("CPU_Number", "cpu_n"));
}

static int compare_ints(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void sorting(void **state)
{
	int numbers[97], key;

	(void)state;
	for (size_t n = 0; n <= 97; n++) {
		for (size_t i = 0; i < n; i++)
			numbers[i] = (int)(i * 37 % 53);
		own_qsort(numbers, n, sizeof(*numbers), compare_ints);
		for (size_t i = 1; i < n; i++)
			assert_true(numbers[i - 1] <= numbers[i]);
		for (key = -1; key < 54; key++) {
			const int *found =
				own_bsearch(&key, numbers, n, sizeof(*numbers), compare_ints);
			bool there = bsearch(&key, numbers, n, sizeof(*numbers), compare_ints);

			assert_int_equal(found != NULL, there);
			if (found)
				assert_int_equal(*found, key);
		}
	}
}

static void memory(void **state)
{
	char *pieces[200], text[8] = "abcdefg";

	(void)state;
	own_memmove(text + 1, text, 6);
	assert_string_equal(text, "aabcdef");
	own_memmove(text, text + 1, 6);
	assert_string_equal(text, "abcdeff");
	/* small ones out of chunks and large ones of their own, none within another */
	for (size_t i = 0; i < 200; i++) {
		size_t size = i % 10 ? i * 7 : 100000;

		pieces[i] = own_calloc(1, size);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		for (size_t at = 0; at < size; at++)
			assert_int_equal(pieces[i][at], 0);
		own_memset(pieces[i], (int)i, size);
	}
	for (size_t i = 0; i < 200; i++) {
		size_t size = i % 10 ? i * 7 : 100000;

		pieces[i] = own_realloc(pieces[i], size + 5000);
		assert_non_null(pieces[i]);
		for (size_t at = 0; at < size; at++)
			assert_int_equal((unsigned char)pieces[i][at], i);
	}
	for (size_t i = 0; i < 200; i++)
		own_free(pieces[i]);
	own_free(NULL);
	assert_null(own_calloc(SIZE_MAX / 2, 3));
	assert_null(own_malloc(SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),    cmocka_unit_test(numbers),  cmocka_unit_test(words),
		cmocka_unit_test(arithmetic), cmocka_unit_test(searches), cmocka_unit_test(sorting),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests_name("freestanding", tests, NULL, NULL);
}
