// SPDX-License-Identifier: GPL-2.0-only
#include "config/parts.h"

#if !defined(BTFMATRIX_PART_PAHOLE) || !defined(BTFMATRIX_PART_BOOT)
#error "the Makefile defines the digests of the parts"
#endif

const char part_pahole[] = BTFMATRIX_PART_PAHOLE;
const char part_boot[] = BTFMATRIX_PART_BOOT;
