/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that `btfmatrix nightly` is given: which tree is built, and what is done about what broke. */
#ifndef BTFMATRIX_NIGHTLY_CONFIG_H
#define BTFMATRIX_NIGHTLY_CONFIG_H

#include "core/error.h"

/* All strings are owned; NULL where the file says nothing. */
struct nightly_config {
	/* the file's name without .ini */
	char *name;
	/* where git fetches from, and what */
	char *url, *branch;
	/* of btfmatrix run */
	char *matrix, *arches, *toolchains, *modes, *profiles, *series, *feature;
	unsigned int jobs, retries;
	/* seconds for all bisections of a night, and how many there are at most */
	unsigned int bisect_s, bisect_max;
	/* folder of all that is kept; how much it and the bisections' trees may take, in GB */
	char *folder;
	unsigned int disk_gb;
	/* headers of the mail */
	char *from, *to;
};

/** Reads the file. ERROR_INPUT: "FILE:LINE: what; the mend". */
must_check struct error *nightly_config_load(const char *path, struct nightly_config *ret);
void nightly_config_release(struct nightly_config *config);

#endif
