/* SPDX-License-Identifier: GPL-2.0-only */
/* A BTF blob taken apart, so that it can be damaged in one place and stay right in all others. */
#ifndef BTFMATRIX_TESTS_MUTATE_BLOB_H
#define BTFMATRIX_TESTS_MUTATE_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "btf/btf_image.h"
#include "btf/btf_layout.h"
#include "core/mem.h"
#include "core/strbuf.h"

/* Fields of struct btf_type. */
enum {
	TYPE_NAME = 0,
	TYPE_INFO = 4,
	TYPE_SIZE = 8,
};

struct blob_parts {
	bool big_endian;
	uint8_t header[BTF_HDR_MIN];
	uint32_t first_id, str_start;
	/* one per type, with what follows it */
	VEC(struct strbuf) types;
	struct strbuf strings;
};

/** Takes @btf apart. It must have the 24-byte header. */
void parts_init(struct blob_parts *parts, const struct btf_image *btf);
void parts_release(struct blob_parts *parts);

/** The 32 bits at byte @off of own type @id. */
uint32_t parts_get(const struct blob_parts *parts, uint32_t id, size_t off);
void parts_put(struct blob_parts *parts, uint32_t id, size_t off, uint32_t value);

/** Adds a string and returns its name offset. */
uint32_t parts_add_string(struct blob_parts *parts, const char *string);

/** Adds a type behind all others; @tail is @nr_words words. Returns its id. */
uint32_t parts_add_type(struct blob_parts *parts, uint32_t name, uint32_t info, uint32_t size,
			const uint32_t *tail, size_t nr_words);

/** Adds a type as its bytes are in a blob, with what follows it. */
void parts_add_bytes(struct blob_parts *parts, const void *bytes, size_t len);

/** Adds a copy of own type @id. */
uint32_t parts_copy_type(struct blob_parts *parts, uint32_t id);

/** Removes own type @id; ids above it become one less everywhere. */
void parts_remove_type(struct blob_parts *parts, uint32_t id);

/** Puts a type before all others; ids become one more everywhere. */
void parts_push_front(struct blob_parts *parts, uint32_t name, uint32_t info, uint32_t size);

/** Removes or inserts one entry of @size bytes at place @index of own type @id, vlen too. */
void parts_remove_entry(struct blob_parts *parts, uint32_t id, uint32_t index, size_t size);
void parts_insert_secinfo(struct blob_parts *parts, uint32_t id, uint32_t index,
			  struct btf_secinfo info);

/** The blob with a header that fits, the caller's to free with strbuf_release(). */
void parts_write(const struct blob_parts *parts, struct strbuf *out);

#endif
