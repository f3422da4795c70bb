/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BTFMATRIX_VERIFY_BTF_HEADER_H
#define BTFMATRIX_VERIFY_BTF_HEADER_H

#include "btf/btf_image.h"

/**
 * What the kernel would refuse of a header that can be read: unknown flags or fields, sections that
 * overlap, bytes that belong to none. An allocated string; NULL where there is nothing. Source:
 * btf_parse_hdr() and btf_check_sec_info() of kernel/bpf/btf.c.
 */
char *btf_header_fault(const struct btf_image *btf);

#endif
