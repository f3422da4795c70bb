/* SPDX-License-Identifier: GPL-2.0-only */
/* A hash table from a pair of numbers to a number that is not 0. */
#ifndef BTFMATRIX_ENCODE_PAIR_MAP_H
#define BTFMATRIX_ENCODE_PAIR_MAP_H

#include <stddef.h>
#include <stdint.h>

struct pair_map_entry {
	uint64_t a, b;
	/* 0: free, or forgotten */
	uint32_t value;
	uint32_t used;
};

struct pair_map {
	struct pair_map_entry *entries;
	/* capacity, a power of two or 0; entries in use */
	size_t cap, len;
};

/** What was put for (@a, @b), or 0. */
uint32_t pair_map_get(const struct pair_map *map, uint64_t a, uint64_t b);

/** @value 0 forgets the pair. */
void pair_map_put(struct pair_map *map, uint64_t a, uint64_t b, uint32_t value);
void pair_map_release(struct pair_map *map);

#endif
