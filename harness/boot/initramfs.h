/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's root file system: a cpio archive in the "newc" format, made without root. */
#ifndef BTFMATRIX_BOOT_INITRAMFS_H
#define BTFMATRIX_BOOT_INITRAMFS_H

#include <stddef.h>

#include "core/error.h"

struct initramfs {
	/* the program that becomes /init */
	const char *probe;
	/* the module, which gets its own name (NAME.ko) at the top, or NULL */
	const char *extra_module;
	/* goes to /nonce */
	const char *nonce;
	/* go to /wanted, one per line */
	const char *const *wanted;
	size_t nr_wanted;
	/* goes to /values: what values_write_list() makes; NULL: none */
	const char *values;
	/* goes to /sysfs-file: where the module's BTF is, if not in /sys/kernel/btf; NULL: there */
	const char *sysfs_file;
};

/**
 * Writes the archive to @path. The same inputs give the same bytes. Errors: a file that cannot be
 * read, no space.
 */
must_check struct error *initramfs_write(const struct initramfs *initramfs, const char *path);

#endif
