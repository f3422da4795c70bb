/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BTFMATRIX_BTF_BTF_EMBED_H
#define BTFMATRIX_BTF_BTF_EMBED_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/**
 * Makes @blob the .BTF section of the ELF file @path, which is replaced only once all has gone well. By
 * the objcopy that $LLVM_OBJCOPY names, as pahole does it, or llvm-objcopy, or objcopy. ERROR_INPUT where
 * the file's .BTF is a part of what it loads: its size cannot be changed then.
 */
must_check struct error *btf_embed(const char *path, const void *blob, size_t len);

#endif
