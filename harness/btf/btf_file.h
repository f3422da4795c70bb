/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BTFMATRIX_BTF_BTF_FILE_H
#define BTFMATRIX_BTF_BTF_FILE_H

#include "btf/btf_image.h"
#include "core/error.h"

/**
 * Reads the BTF in @path, an ELF file with a .BTF section or a file of nothing else, on @base or NULL.
 * ERROR_INPUT where there is none that can be read.
 */
must_check struct error *btf_file_read(const char *path, const struct btf_image *base,
				       struct btf_image **ret);

#endif
