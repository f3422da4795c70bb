// SPDX-License-Identifier: GPL-2.0-only
#include "config/version.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"

/* Digits, and dots between them. */
static bool is_version(const char *s, size_t len)
{
	if (!len || !isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)s[i]) && (s[i] != '.' || s[i + 1] == '.'))
			return false;
	return true;
}

int version_compare(const char *a, const char *b)
{
	while (isdigit((unsigned char)*a) || isdigit((unsigned char)*b)) {
		char *end_a = (char *)a, *end_b = (char *)b;
		unsigned long x = isdigit((unsigned char)*a) ? strtoul(a, &end_a, 10) : 0;
		unsigned long y = isdigit((unsigned char)*b) ? strtoul(b, &end_b, 10) : 0;

		if (x != y)
			return x < y ? -1 : 1;
		a = *end_a == '.' && end_a[1] != '.' ? end_a + 1 : end_a;
		b = *end_b == '.' && end_b[1] != '.' ? end_b + 1 : end_b;
	}
	return 0;
}

/* "A..B" with either end open, or "A"; an end that is open comes back as "". */
static bool split_range(const char *range, char **low_ret, char **high_ret)
{
	const char *dots = strstr(range, "..");
	size_t low_len = dots ? (size_t)(dots - range) : strlen(range);
	const char *high = dots ? dots + 2 : range;

	if (low_len ? !is_version(range, low_len) : !dots)
		return false;
	if (*high ? !is_version(high, strlen(high)) : !dots || !low_len)
		return false;
	*low_ret = xstrndup(range, low_len);
	*high_ret = xstrdup(high);
	return true;
}

bool version_in_range(const char *version, const char *range)
{
	_cleanup_free_ char *low = NULL, *high = NULL;

	if (!is_version(version, strlen(version)) || !split_range(range, &low, &high))
		return false;
	return (!*low || version_compare(version, low) >= 0) &&
	       (!*high || version_compare(version, high) <= 0);
}

const char *version_check_range(const char *value)
{
	_cleanup_free_ char *low = NULL, *high = NULL;

	return split_range(value, &low, &high)
		       ? NULL
		       : "must be a version, or a range as 1.28..1.30, 1.28.. or ..1.27";
}
