// SPDX-License-Identifier: GPL-2.0-only
/* Memory, and what is sorted and searched in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	/* what is smaller comes out of chunks of this, and stays in use */
	CHUNK = 256 << 10,
	ALIGN = 16,
};

/* Before each piece. */
struct header {
	_Alignas(ALIGN) size_t size;
	/* of what mmap() gave for this piece alone; 0: it is part of a chunk */
	size_t mapped;
};

_Static_assert(sizeof(struct header) == ALIGN, "what follows a header is aligned");

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *mempcpy(void *restrict to, const void *restrict from, size_t n)
{
	return (char *)memcpy(to, from, n) + n;
}

void *memmove(void *to, const void *from, size_t n)
{
	if ((uintptr_t)to - (uintptr_t)from >= n)
		return memcpy(to, from, n);
	while (n--)
		((char *)to)[n] = ((const char *)from)[n];
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((char *)to)[i] = (char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}

void *memchr(const void *at, int byte, size_t n)
{
	for (const unsigned char *p = at; n; n--, p++)
		if (*p == (unsigned char)byte)
			return (void *)(uintptr_t)p;
	return NULL;
}

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static struct header *take(size_t size)
{
	static char *chunk;
	static size_t left;
	size_t whole = (size + sizeof(struct header) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	struct header *header;

	if (whole < size)
		return NULL;
	if (whole > CHUNK / 4) {
		header = map(whole);
		if (header)
			*header = (struct header){ size, whole };
		return header;
	}
	if (whole > left) {
		chunk = map(CHUNK);
		left = chunk ? CHUNK : 0;
	}
	if (whole > left)
		return NULL;
	header = (struct header *)(void *)chunk;
	*header = (struct header){ size, 0 };
	chunk += whole;
	left -= whole;
	return header;
}

void *malloc(size_t size)
{
	struct header *header = take(size);

	return header ? header + 1 : NULL;
}

/* Always of fresh pages, or of a chunk that was never used: zeroes. */
void *calloc(size_t n, size_t size)
{
	size_t all;

	return __builtin_mul_overflow(n, size, &all) ? NULL : malloc(all);
}

void free(void *at)
{
	struct header *header = at;

	if (header && header[-1].mapped)
		munmap(header - 1, header[-1].mapped);
}

void *realloc(void *old, size_t size)
{
	const struct header *header = old;
	void *new = malloc(size);

	if (!old || !new)
		return new;
	memcpy(new, old, header[-1].size < size ? header[-1].size : size);
	free(old);
	return new;
}

static void swap(char *a, char *b, size_t size)
{
	while (size--) {
		char byte = *a;

		*a++ = *b;
		*b++ = byte;
	}
}

/* Heap sort: no memory, and never quadratic. */
void qsort(void *base, size_t n, size_t size, int (*compare)(const void *a, const void *b))
{
	char *at = base;

	for (size_t start = n / 2, end = n; end > 1;) {
		if (start)
			start--;
		else
			swap(at, at + --end * size, size);
		for (size_t root = start, child; (child = 2 * root + 1) < end; root = child) {
			if (child + 1 < end &&
			    compare(at + child * size, at + (child + 1) * size) < 0)
				child++;
			if (compare(at + root * size, at + child * size) >= 0)
				break;
			swap(at + root * size, at + child * size, size);
		}
	}
}

void *bsearch(const void *key, const void *base, size_t n, size_t size,
	      int (*compare)(const void *key, const void *element))
{
	const char *at = base;

	for (size_t low = 0, high = n; low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = compare(key, at + middle * size);

		if (!order)
			return (void *)(uintptr_t)(at + middle * size);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
