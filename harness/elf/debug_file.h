/* SPDX-License-Identifier: GPL-2.0-only */
/* Separate debug files: where distributions put what they strip off. */
#ifndef BTFMATRIX_ELF_DEBUG_FILE_H
#define BTFMATRIX_ELF_DEBUG_FILE_H

#include "elf/elf_image.h"

/* Where they are, by custom. */
#define DEBUG_ROOT "/usr/lib/debug"

/**
 * The debug file of @elf below @root, looked for as gdb does: by build id, by the name in .gnu_debuglink,
 * and by the file's own name; beside the file too. One whose build id is another, or whose checksum is not
 * that of .gnu_debuglink where there is no build id, is not it. NULL: none. The caller frees it.
 * Source: gdb's manual, "Debugging Information in Separate Files".
 */
char *debug_file_find(const struct elf_image *elf, const char *root);

/** Build id as lower-case hex, or NULL where there is none. The caller frees it. */
char *elf_build_id(const struct elf_image *elf);

#endif
