// SPDX-License-Identifier: GPL-2.0-only
#include "core/mem.h"

#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void)
{
	static const char message[] = "btfmatrix: out of memory\n";

	fputs(message, stderr);
	exit(2);
}

void *xmalloc(size_t size)
{
	void *ptr = malloc(size ? size : 1);

	if (!ptr)
		out_of_memory();
	return ptr;
}

void *xcalloc(size_t count, size_t size)
{
	void *ptr = calloc(count ? count : 1, size ? size : 1);

	if (!ptr)
		out_of_memory();
	return ptr;
}

void *xrealloc_array(void *old, size_t count, size_t size)
{
	void *ptr = reallocarray(old, count ? count : 1, size ? size : 1);

	if (!ptr)
		out_of_memory();
	return ptr;
}

char *xstrdup(const char *s)
{
	return xmemdup(s, strlen(s) + 1);
}

char *xstrndup(const char *s, size_t len)
{
	len = strnlen(s, len);
	char *copy = xmalloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

void *xmemdup(const void *data, size_t size)
{
	void *copy = xmalloc(size);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *xvasprintf(const char *fmt, va_list args)
{
	char *s;

	if (vasprintf(&s, fmt, args) < 0)
		out_of_memory();
	return s;
}

char *xasprintf(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	char *s = xvasprintf(fmt, args);
	va_end(args);
	return s;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), suffix_len = strlen(suffix);

	return len >= suffix_len && str_eq(s + len - suffix_len, suffix);
}

size_t vec_next_cap(size_t cap)
{
	return cap ? cap * 2 : 8;
}

enum {
	LARGE_PAGE = 2 << 20,
	/* how much the heap grows at once: addresses alone, until they are used */
	HEAP_STEP = 1 << 30,
	/* the largest that glibc takes from the heap and not from the kernel: HEAP_MAX_SIZE / 2 */
	MAX_FROM_HEAP = 32 << 20,
};

void mem_prefer_large_pages(void)
{
	void *volatile grow;
	struct rlimit limit;
	uintptr_t end, start;

	/* where addresses are short (ulimit -v), memory is too */
	if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur != RLIM_INFINITY)
		return;
	mallopt(M_MMAP_THRESHOLD, MAX_FROM_HEAP);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, HEAP_STEP);
	/* threads too: they are few, and take their memory in few pieces */
	mallopt(M_ARENA_MAX, 1);
	/* makes the heap grow by such a step now; volatile, or the compiler leaves it out */
	grow = malloc(LARGE_PAGE);
	free((void *)grow);
	end = (uintptr_t)sbrk(0);
	if (end == (uintptr_t)-1 || end < HEAP_STEP)
		return;
	start = (end - HEAP_STEP + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	/* under a sanitizer the heap is elsewhere, and this fails */
	(void)!madvise((void *)start, end - start, MADV_HUGEPAGE);
}
