// SPDX-License-Identifier: GPL-2.0-only
#include "run/source_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "core/json_text.h"
#include "core/mem.h"

void source_to_json(const struct kernel_source *source, struct strbuf *text)
{
	json_t *json =
		json_pack("[o, o, o, o, o, o, i, i]", json_text(source->dir),
			  json_text(source->origin), json_text(source->id),
			  json_text(source->series), json_text(source->version.full),
			  json_text(source->version.line), source->nr_applied, source->nr_present);
	char *dump = json_dumps(json, JSON_COMPACT);

	strbuf_adds(text, dump);
	free(dump);
	json_decref(json);
}

struct error *source_from_json(const struct strbuf *text, struct kernel_source *ret)
{
	json_t *json = json_loadb(text->data, text->len, 0, NULL);
	const char *dir, *origin, *id, *series, *full, *line;
	struct error *err = NULL;
	int nr_applied, nr_present;

	if (json_unpack(json, "[s, s, s, s, s, s, i, i]", &dir, &origin, &id, &series, &full, &line,
			&nr_applied, &nr_present))
		err = error_new(ERROR_CHILD, "what prepared the source told nothing of it");
	else
		*ret = (struct kernel_source){
			.dir = xstrdup(dir),
			.origin = xstrdup(origin),
			.id = xstrdup(id),
			.series = xstrdup(series),
			.version = { .full = xstrdup(full), .line = xstrdup(line) },
			.nr_applied = (unsigned int)nr_applied,
			.nr_present = (unsigned int)nr_present,
		};
	json_decref(json);
	return err;
}
