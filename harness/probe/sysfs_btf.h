/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/kernel/btf: what the kernel publishes. */
#ifndef BTFMATRIX_PROBE_SYSFS_BTF_H
#define BTFMATRIX_PROBE_SYSFS_BTF_H

#include <stddef.h>

#include "sha256.h"

struct sysfs_btf {
	char name[64];
	unsigned int mode;
	/* contents; NULL with errnum where unreadable */
	char *data;
	size_t len;
	int errnum;
	char sha256[PROBE_SHA256_HEX];
};

/** The table of the last sysfs_btf_read(). */
const struct sysfs_btf *sysfs_btf_find(const char *name);
const struct sysfs_btf *sysfs_btf_at(size_t index);

/**
 * The file that has a module's BTF, /sys/kernel/btf/NAME unless sysfs_btf_set_file() names another; NULL: it is not
 * there.
 */
const struct sysfs_btf *sysfs_btf_of_module(const char *name);

/** A file beside those of the folder, by its path, which is then its name too; before the first reading. */
void sysfs_btf_set_file(const char *path);

/** Reads the folder; what was read the time before is kept for sysfs_btf_compare(). */
void sysfs_btf_read(void);

/** Trials "btf-stable:NAME": a file seen before is there still and has the same bytes. */
void sysfs_btf_compare(void);

/** Sends the table. */
void sysfs_btf_send(void);

#endif
