/* SPDX-License-Identifier: GPL-2.0-only */
/* The vmlinux of another mode of a cell's family, and its BTF. */
#ifndef BTFMATRIX_VERIFY_SIBLING_H
#define BTFMATRIX_VERIFY_SIBLING_H

#include "btf/btf_image.h"
#include "elf/elf_image.h"
#include "verify/verify.h"

struct sibling {
	enum btf_mode mode;
	struct elf_image *elf;
	struct btf_image *btf;
	/* contents of .BTF; borrowed from elf */
	const uint8_t *raw;
	size_t raw_len;
};

/** ERROR_INPUT where the file or its BTF cannot be read: that is a finding of its own cell. */
must_check struct error *sibling_open(const struct verify_sibling *from, struct sibling *ret);
void sibling_close(struct sibling *sibling);

#endif
