/* SPDX-License-Identifier: GPL-2.0-only */
/* Between our BTF and libbpf's, whose headers share names. */
#ifndef BTFMATRIX_ENCODE_BASE_COPY_H
#define BTFMATRIX_ENCODE_BASE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

struct btf_image;

/**
 * Whether libbpf can be given @base: before 1.5 it takes ids and names for granted, and follows types without
 * end. ERROR_INPUT names the type that is wrong.
 */
must_check struct error *base_check(const struct btf_image *base);

/**
 * A copy of @base that every libbpf reads: with the short header and nothing but types and strings. The
 * caller frees it. Returns its bytes.
 */
uint32_t base_copy(const struct btf_image *base, uint8_t **copy_ret, bool *big_endian_ret);

#endif
