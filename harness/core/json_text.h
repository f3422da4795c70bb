/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of unknown origin as JSON. */
#ifndef BTFMATRIX_CORE_JSON_TEXT_H
#define BTFMATRIX_CORE_JSON_TEXT_H

#include <jansson.h>

#include "core/cleanup.h"
#include "core/error.h"

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}

#define _cleanup_json_ _cleanup_(cleanup_json)

/** The string that @json has under @key, which belongs to @json; "" where there is none. */
static inline const char *json_text_at(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

/** @text as a JSON string; bytes that are no UTF-8 become "\xHH". NULL becomes null. Never fails. */
json_t *json_text(const char *text);

/** @text as json_text() has it, as a string of the caller's to free; NULL stays NULL. */
char *utf8_clean(const char *text);

/** Writes @json to @path atomically and drops the reference. */
must_check struct error *json_write(json_t *json, const char *path);

/** As json_write(), neither atomic nor flushed: for files by the hundred that can be had again. */
must_check struct error *json_write_plain(json_t *json, const char *path);

#endif
