/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libbpf as a second opinion. Apart from the rest, since libbpf's and our headers share names.
 */
#ifndef BTFMATRIX_VERIFY_LIBBPF_READER_H
#define BTFMATRIX_VERIFY_LIBBPF_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cleanup.h"
#include "core/error.h"

struct libbpf_reader;

/**
 * Lets libbpf parse a blob, on @base (which must outlive it) or NULL. ERROR_INPUT with libbpf's reason
 * where it refuses.
 */
must_check struct error *libbpf_reader_open(const void *data, size_t len,
					    const struct libbpf_reader *base,
					    struct libbpf_reader **ret);
void libbpf_reader_close(struct libbpf_reader *reader);
DEFINE_CLEANUP_PTR(libbpf_reader, struct libbpf_reader, libbpf_reader_close);

/** Number of ids, those of the base and void included. */
uint32_t libbpf_reader_nr_ids(const struct libbpf_reader *reader);
bool libbpf_reader_big_endian(const struct libbpf_reader *reader);

/** e.g. "libbpf 1.1" */
const char *libbpf_reader_version(void);

#endif
