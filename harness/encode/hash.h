/* SPDX-License-Identifier: GPL-2.0-only */
/* Hash functions for tables in memory; what they yield is nowhere written down. */
#ifndef BTFMATRIX_ENCODE_HASH_H
#define BTFMATRIX_ENCODE_HASH_H

#include <stdint.h>

/** Stirs @value into @hash (the finaliser of a 64-bit multiplicative hash). */
static inline uint64_t hash_mix(uint64_t hash, uint64_t value)
{
	hash ^= value + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
	hash *= 0xff51afd7ed558ccdu;
	return hash ^ hash >> 32;
}

/** FNV-1a of a string. */
static inline uint64_t hash_string(const char *s)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 0x100000001b3u;
	return hash;
}

#endif
