// SPDX-License-Identifier: GPL-2.0-only
#include "run/tools_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "core/json_text.h"
#include "core/mem.h"

static json_t *words(strv list)
{
	json_t *array = json_array();

	for (char **word = list; word && *word; word++)
		json_array_append_new(array, json_text(*word));
	return array;
}

static strv list_of(const json_t *array)
{
	strv list = NULL;

	for (size_t i = 0; i < json_array_size(array); i++)
		strv_append(&list, xstrdup(json_string_value(json_array_get(array, i)) ?: ""));
	return list;
}

void tools_to_json(const struct cell_tools *tools, struct strbuf *text)
{
	json_t *json =
		json_pack("[o, o, o, o, o, o, o, o]", json_text(tools->cross_compile),
			  json_text(tools->cc), json_text(tools->ld), json_text(tools->probe_cc),
			  json_text(tools->qemu), words(tools->make_args),
			  words(tools->root_packages), words(tools->roots));
	char *dump = json_dumps(json, JSON_COMPACT);

	strbuf_adds(text, dump);
	free(dump);
	json_decref(json);
}

struct error *tools_from_json(const struct strbuf *text, struct cell_tools *ret)
{
	json_t *json = json_loadb(text->data, text->len, 0, NULL);
	json_t *make_args, *root_packages, *roots;
	const char *cross_compile, *cc, *ld, *probe_cc, *qemu;
	struct error *err = NULL;

	if (json_unpack(json, "[s, s, s, s, s, o, o, o]", &cross_compile, &cc, &ld, &probe_cc,
			&qemu, &make_args, &root_packages, &roots))
		err = error_new(ERROR_CHILD, "what looked for the tools told nothing of them");
	else
		*ret = (struct cell_tools){
			.cross_compile = xstrdup(cross_compile),
			.cc = xstrdup(cc),
			.ld = xstrdup(ld),
			.probe_cc = xstrdup(probe_cc),
			.qemu = xstrdup(qemu),
			.make_args = list_of(make_args),
			.root_packages = list_of(root_packages),
			.roots = list_of(roots),
		};
	json_decref(json);
	return err;
}
