/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BTFMATRIX_VERIFY_LOAD_SEGMENT_H
#define BTFMATRIX_VERIFY_LOAD_SEGMENT_H

#include "core/error.h"
#include "elf/elf_image.h"

/**
 * Whether one PT_LOAD segment of @path holds all of @section, in the file and at its address. NULL if
 * so; ERROR_INPUT says what is there instead. Source: System V ABI, "Program Header".
 */
must_check struct error *load_segment_holds(const char *path, const struct elf_section *section);

#endif
