/* SPDX-License-Identifier: GPL-2.0-only */
/* Which kernel an ELF file is, or is a module of, by what is written in it. */
#ifndef BTFMATRIX_VERIFY_KERNEL_RELEASE_H
#define BTFMATRIX_VERIFY_KERNEL_RELEASE_H

#include <stdbool.h>
#include <stddef.h>

#include "elf/elf_image.h"

/**
 * The release of a vmlinux, from linux_banner ("Linux version RELEASE (...)"), the caller's to free. NULL
 * where it has none, or no contents (a separate debug file).
 */
char *vmlinux_release(const struct elf_image *elf);

/** The value of @key in a module's .modinfo ("key=value\0..."), the caller's to free, or NULL. */
char *module_info(const struct elf_image *elf, const char *key);

/** Whether release @a ("6.12.95-foo") is older than major @major. False where it is none. */
bool release_is_before(const char *release, unsigned long major);

#endif
