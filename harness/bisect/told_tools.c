// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/told_tools.h"

#include "core/json_text.h"
#include "core/strbuf.h"

static void add(struct strbuf *sb, const char *name, const char *text)
{
	if (*text)
		strbuf_addf(sb, "%s%s%s", sb->len ? ", " : "", name, text);
}

char *told_tools(const json_t *cell)
{
	const json_t *tools = json_object_get(cell, "tools");
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	add(&sb, "", json_text_at(tools, "compiler"));
	add(&sb, "", json_text_at(tools, "linker"));
	add(&sb, "pahole ", json_text_at(json_object_get(tools, "pahole"), "version"));
	add(&sb, "", json_text_at(tools, "qemu"));
	return strbuf_detach(&sb);
}
