// SPDX-License-Identifier: GPL-2.0-only
#include "encode/pair_map.h"

#include <stdlib.h>

#include "core/mem.h"
#include "encode/hash.h"

enum {
	FIRST_CAP = 1024
};

/* The pair's entry, or the free one where it would go. */
static struct pair_map_entry *find(const struct pair_map *map, uint64_t a, uint64_t b)
{
	size_t i = hash_mix(hash_mix(0, a), b) & (map->cap - 1);

	while (map->entries[i].used && (map->entries[i].a != a || map->entries[i].b != b))
		i = (i + 1) & (map->cap - 1);
	return &map->entries[i];
}

uint32_t pair_map_get(const struct pair_map *map, uint64_t a, uint64_t b)
{
	return map->cap ? find(map, a, b)->value : 0;
}

static void grow(struct pair_map *map)
{
	struct pair_map old = *map;

	map->cap = old.cap ? old.cap * 2 : FIRST_CAP;
	map->entries = xcalloc(map->cap, sizeof(*map->entries));
	for (size_t i = 0; i < old.cap; i++)
		if (old.entries[i].used)
			*find(map, old.entries[i].a, old.entries[i].b) = old.entries[i];
	free(old.entries);
}

void pair_map_put(struct pair_map *map, uint64_t a, uint64_t b, uint32_t value)
{
	struct pair_map_entry *entry;

	/* at most three quarters full */
	if (map->len * 4 >= map->cap * 3)
		grow(map);
	entry = find(map, a, b);
	map->len += !entry->used;
	*entry = (struct pair_map_entry){ .a = a, .b = b, .value = value, .used = 1 };
}

void pair_map_release(struct pair_map *map)
{
	free(map->entries);
	*map = (struct pair_map){ 0 };
}
