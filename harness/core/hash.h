/* SPDX-License-Identifier: GPL-2.0-only */
/* A hash for tables in memory. Not for anything that leaves the program. */
#ifndef BTFMATRIX_CORE_HASH_H
#define BTFMATRIX_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Spreads the bits of @value over the whole word, so that any of them may pick a bucket. */
static inline uint64_t hash_word(uint64_t value)
{
	value ^= value >> 32;
	value *= 0x9e3779b97f4a7c15;
	value ^= value >> 29;
	value *= 0xbf58476d1ce4e5b9;
	return value ^ value >> 32;
}

static inline uint64_t hash_bytes(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t hash = len, word;

	for (; len >= sizeof(word); len -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		hash = hash_word(hash ^ word);
	}
	word = 0;
	memcpy(&word, p, len);
	return hash_word(hash ^ word);
}

static inline uint64_t hash_string(const char *s)
{
	return hash_bytes(s, strlen(s));
}

/** The smallest power of two that is at least @count and at least 16. */
static inline size_t hash_table_size(size_t count)
{
	size_t size = 16;

	while (size < count)
		size *= 2;
	return size;
}

#endif
