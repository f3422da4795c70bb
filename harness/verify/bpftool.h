/* SPDX-License-Identifier: GPL-2.0-only */
/* bpftool as one more reader of BTF: what people look at kernels' BTF with. */
#ifndef BTFMATRIX_VERIFY_BPFTOOL_H
#define BTFMATRIX_VERIFY_BPFTOOL_H

#include <stddef.h>

#include "core/error.h"

/* What `bpftool btf dump file` says of a blob. */
struct bpftool_dump {
	/* types, and those of them that are VARs and DATASECs */
	size_t nr_types, nr_vars, nr_datasecs;
	/* why it gave up, in its words; NULL: it did not; owned */
	char *complaint;
};

/**
 * Lets bpftool dump @path, an ELF file with .BTF or raw BTF, on the base @base_path (NULL: none). A blob
 * that bpftool refuses is success: see .complaint. $BTFMATRIX_BPFTOOL is another bpftool to run. ERROR_SYSTEM where
 * bpftool cannot be run; ERROR_TIMEOUT.
 */
must_check struct error *bpftool_dump(const char *path, const char *base_path,
				      struct bpftool_dump *ret);
void bpftool_dump_release(struct bpftool_dump *dump);

/**
 * Lets bpftool dump a BTF of one type that is right. A bpftool that does not is out of order (ERROR_CHILD), and what it
 * says of another BTF means nothing.
 */
must_check struct error *bpftool_is_sound(void);

#endif
