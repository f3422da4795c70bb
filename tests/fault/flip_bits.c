// SPDX-License-Identifier: GPL-2.0-only
/*
 * flip_bits FILE FOLDER COUNT SEED: makes FOLDER with COUNT copies of FILE, each with some bits flipped: one
 * to eight, at places that follow from SEED.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

static void die(struct error *err)
{
	if (!err)
		return;
	fprintf(stderr, "flip_bits: %s\n", err->message);
	exit(2);
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

int main(int argc, char **argv)
{
	_cleanup_free_ char *data = NULL;
	uint64_t state;
	size_t len;

	if (argc != 5) {
		fputs("usage: flip_bits FILE FOLDER COUNT SEED\n", stderr);
		return 2;
	}
	die(file_read(argv[1], 0, &data, &len));
	die(len ? NULL : error_new(ERROR_INPUT, "%s is empty", argv[1]));
	die(dir_make(argv[2]));
	state = strtoull(argv[4], NULL, 10);
	for (unsigned long i = 0; i < strtoul(argv[3], NULL, 10); i++) {
		_cleanup_free_ char *copy = xmemdup(data, len);
		_cleanup_free_ char *path = xasprintf("%s/flipped-%lu", argv[2], i);

		for (uint64_t n = next_random(&state) % 8 + 1; n; n--)
			copy[next_random(&state) % len] ^= (char)(1 << next_random(&state) % 8);
		die(file_write_atomic(path, copy, len, 0644));
	}
	return 0;
}
