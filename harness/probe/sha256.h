/* SPDX-License-Identifier: GPL-2.0-only */
/* SHA-256 (FIPS 180-4). The probe has no library but libc, so it carries its own. */
#ifndef BTFMATRIX_PROBE_SHA256_H
#define BTFMATRIX_PROBE_SHA256_H

#include <stddef.h>

enum {
	PROBE_SHA256_HEX = 65
};

/** Digest of @len bytes as lower-case hex with a NUL. */
void probe_sha256(const void *data, size_t len, char hex[static PROBE_SHA256_HEX]);

#endif
