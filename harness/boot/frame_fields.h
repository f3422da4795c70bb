/* SPDX-License-Identifier: GPL-2.0-only */
/* The fields of a frame's payload: "KEY=VALUE KEY=VALUE", escaped. */
#ifndef BTFMATRIX_BOOT_FRAME_FIELDS_H
#define BTFMATRIX_BOOT_FRAME_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_FIELDS_MAX = 24
};

/* A key and an unescaped value, both within the payload. */
struct frame_field {
	const char *key, *value;
};

struct frame_fields {
	struct frame_field list[FRAME_FIELDS_MAX];
	size_t nr;
};

/** Cuts @payload up, in place, and undoes the escapes; false where that makes no sense. */
bool frame_fields_split(char *payload, struct frame_fields *fields);

/** The value of @key, or NULL. */
const char *frame_field(const struct frame_fields *fields, const char *key);

/** A number in @base that takes all of the value and is at most @max. */
bool frame_number(const struct frame_fields *fields, const char *key, int base, uint64_t max,
		  uint64_t *ret);

/** Bytes, two lower-case hex digits each. The caller frees them. */
bool frame_bytes(const struct frame_fields *fields, const char *key, uint8_t **data_ret,
		 size_t *len_ret);

/** The digit's value, -1 for another character. */
int frame_hex_digit(char c);

#endif
