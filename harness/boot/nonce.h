/* SPDX-License-Identifier: GPL-2.0-only */
/* What tells a run's report from another run's. */
#ifndef BTFMATRIX_BOOT_NONCE_H
#define BTFMATRIX_BOOT_NONCE_H

#include "core/error.h"

enum {
	/* hex digits and the NUL */
	NONCE_SIZE = 33
};

/** Makes a random one. ERROR_SYSTEM where there are no random bytes. */
must_check struct error *nonce_make(char nonce[static NONCE_SIZE]);

#endif
