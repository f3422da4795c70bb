/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BTFMATRIX_VERIFY_BEYOND_LIBBPF_H
#define BTFMATRIX_VERIFY_BEYOND_LIBBPF_H

#include "btf/btf_image.h"

/**
 * What a libbpf may be too old to read although kernels do, in words, the caller's to free; NULL where
 * there is nothing: a header longer than libbpf 1.5 knows, more entries than 16 bits count (both Linux 7).
 */
char *btf_beyond_libbpf(const struct btf_image *btf);

#endif
