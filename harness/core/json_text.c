// SPDX-License-Identifier: GPL-2.0-only
#include "core/json_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

json_t *json_text(const char *text)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	json_t *json;

	if (!text)
		return json_null();
	json = json_string(text);
	if (json)
		return json;
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x80)
			strbuf_addc(&sb, *p);
		else
			strbuf_addf(&sb, "\\x%02x", (unsigned char)*p);
	}
	return json_string(strbuf_str(&sb));
}

char *utf8_clean(const char *text)
{
	json_t *json = json_text(text);
	char *copy = text ? xstrdup(json_string_value(json)) : NULL;

	json_decref(json);
	return copy;
}

static struct error *dump(json_t *json, const char *path, char **ret)
{
	_cleanup_free_ char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	json_decref(json);
	if (!text)
		return error_new(ERROR_SYSTEM, "cannot make JSON for %s", path);
	*ret = xasprintf("%s\n", text);
	return NULL;
}

struct error *json_write(json_t *json, const char *path)
{
	_cleanup_free_ char *text = NULL;
	struct error *err = dump(json, path, &text);

	return err ?: file_write_atomic(path, text, strlen(text), 0644);
}

struct error *json_write_plain(json_t *json, const char *path)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	struct error *err = dump(json, path, &text);

	if (err)
		return err;
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0 || fflush(file))
		return error_errno(errno, "cannot write %s", path);
	return NULL;
}
