// SPDX-License-Identifier: GPL-2.0-only
#include "boot/nonce.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

struct error *nonce_make(char nonce[static NONCE_SIZE])
{
	unsigned char bytes[NONCE_SIZE / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return error_errno(errno, "no random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
	return NULL;
}
