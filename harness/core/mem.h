/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation that does not return on failure, and small containers.
 *
 * Sizes passed here must come from us or be bounded by the size of an input already in memory: these
 * functions end the program when there is no memory, so they must never see a length that an
 * untrusted file merely claims.
 */
#ifndef BTFMATRIX_CORE_MEM_H
#define BTFMATRIX_CORE_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

void *xmalloc(size_t size) __attribute__((malloc));
void *xcalloc(size_t count, size_t size) __attribute__((malloc));
void *xrealloc_array(void *ptr, size_t count, size_t size);
char *xstrdup(const char *s) __attribute__((malloc));
char *xstrndup(const char *s, size_t len) __attribute__((malloc));
void *xmemdup(const void *data, size_t size) __attribute__((malloc));
printf_like(1, 2) char *xasprintf(const char *fmt, ...);
char *xvasprintf(const char *fmt, va_list args);

/**
 * For a command that reads much, once, and ends: asks for memory in large steps and large pages, and gives
 * none back before the end. To verify a kernel takes 25 MB, which are 6,000 page faults otherwise, a third
 * of all the time. To be called first thing; where the system does not do it, nothing is lost.
 */
void mem_prefer_large_pages(void);

static inline bool str_eq(const char *a, const char *b)
{
	return __builtin_strcmp(a, b) == 0;
}

static inline bool str_starts(const char *s, const char *prefix)
{
	return __builtin_strncmp(s, prefix, __builtin_strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix);

/**
 * VEC() - A growing array: `VEC(struct finding) findings = { 0 };`
 *
 * Read `.data[i]` for i < `.len`; append with vec_push(); free with vec_free(). The elements' own
 * resources are the caller's to free first.
 */
#define VEC(type)                \
	struct {                 \
		type *data;      \
		size_t len, cap; \
	}

size_t vec_next_cap(size_t cap);

/** Appends a copy of the value given; evaluates to nothing. */
#define vec_push(v, ...)                                                                     \
	do {                                                                                 \
		if ((v)->len == (v)->cap) {                                                  \
			(v)->cap = vec_next_cap((v)->cap);                                   \
			(v)->data = xrealloc_array((v)->data, (v)->cap, sizeof(*(v)->data)); \
		}                                                                            \
		(v)->data[(v)->len++] = (__VA_ARGS__);                                       \
	} while (0)

#define vec_free(v)                      \
	do {                             \
		free((v)->data);         \
		(v)->data = NULL;        \
		(v)->len = (v)->cap = 0; \
	} while (0)

/** Iterates with `p` pointing at each element in turn. C has no sum of a null pointer and 0. */
#define vec_for_each(p, v) \
	for (__typeof__(*(v)->data) *p = (v)->data; (v)->len && p < (v)->data + (v)->len; p++)

#endif
