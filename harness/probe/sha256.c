// SPDX-License-Identifier: GPL-2.0-only
#include "sha256.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	BLOCK = 64,
	WORDS = 8,
	ROUNDS = 64
};

/* FIPS 180-4, 4.2.2 */
static const uint32_t round_constants[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t ror(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* One round; the caller gives the words in turn rather than to move them. */
static inline __attribute__((always_inline)) void round_of(uint32_t a, uint32_t b, uint32_t c,
							   uint32_t *d, uint32_t e, uint32_t f,
							   uint32_t g, uint32_t *h,
							   uint32_t constant, uint32_t word)
{
	uint32_t choose = g ^ (e & (f ^ g)), majority = (a & b) | (c & (a | b));
	uint32_t t1 = *h + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + choose + constant + word;

	*d += t1;
	*h = t1 + (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + majority;
}

static void compress(uint32_t state[WORDS], const uint8_t *block)
{
	uint32_t w[ROUNDS];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	for (int i = 0; i < 16; i++)
		w[i] = load_be32(block + i * 4);
	for (int i = 16; i < ROUNDS; i++) {
		uint32_t x = w[i - 15], y = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] + (ror(x, 7) ^ ror(x, 18) ^ x >> 3) +
		       (ror(y, 17) ^ ror(y, 19) ^ y >> 10);
	}

	for (int i = 0; i < ROUNDS; i += WORDS) {
		const uint32_t *k = round_constants + i, *v = w + i;

		round_of(a, b, c, &d, e, f, g, &h, k[0], v[0]);
		round_of(h, a, b, &c, d, e, f, &g, k[1], v[1]);
		round_of(g, h, a, &b, c, d, e, &f, k[2], v[2]);
		round_of(f, g, h, &a, b, c, d, &e, k[3], v[3]);
		round_of(e, f, g, &h, a, b, c, &d, k[4], v[4]);
		round_of(d, e, f, &g, h, a, b, &c, k[5], v[5]);
		round_of(c, d, e, &f, g, h, a, &b, k[6], v[6]);
		round_of(b, c, d, &e, f, g, h, &a, k[7], v[7]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void probe_sha256(const void *data, size_t len, char hex[static PROBE_SHA256_HEX])
{
	uint32_t state[WORDS] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	const uint8_t *p = data;
	uint8_t tail[2 * BLOCK] = { 0 };
	size_t left = len;

	for (; left >= BLOCK; left -= BLOCK, p += BLOCK)
		compress(state, p);

	/* the rest, a one bit, zeros, and the length in bits as 64-bit big endian */
	size_t blocks = left + 9 > BLOCK ? 2 : 1;
	uint64_t bits = (uint64_t)len * 8;

	if (left)
		memcpy(tail, p, left);
	tail[left] = 0x80;
	for (size_t i = 0; i < 8; i++)
		tail[blocks * BLOCK - 1 - i] = (uint8_t)(bits >> (8 * i));
	for (size_t i = 0; i < blocks; i++)
		compress(state, tail + i * BLOCK);
	for (int i = 0; i < WORDS; i++)
		snprintf(hex + i * 8, 9, "%08lx", (unsigned long)state[i]);
}
