// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/trial.h"

#include <jansson.h>
#include <stdlib.h>

#include "core/json_text.h"
#include "core/mem.h"

struct text_field {
	const char *name;
	size_t offset;
};

static const struct text_field texts[] = {
	{ "reason", offsetof(struct trial_result, reason) },
	{ "state", offsetof(struct trial_result, state) },
	{ "expected", offsetof(struct trial_result, expected) },
	{ "actual", offsetof(struct trial_result, actual) },
	{ "tools", offsetof(struct trial_result, tools) },
	{ "dir", offsetof(struct trial_result, dir) },
};

static char **text_of(struct trial_result *result, const struct text_field *field)
{
	return (char **)((char *)result + field->offset);
}

void trial_result_release(struct trial_result *result)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*text_of(result, &texts[i]));
	*result = (struct trial_result){ 0 };
}

struct error *trial_result_save(const struct trial_result *result, const char *path)
{
	json_t *json =
		json_pack("{s:s, s:b, s:f, s:f, s:I, s:I}", "mark", mark_name(result->mark),
			  "infrastructure", result->infrastructure, "wall_s", result->wall_s,
			  "cpu_s", result->cpu_s, "compiled", (json_int_t)result->nr_compiled,
			  "tries", (json_int_t)result->nr_tries);

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		json_object_set_new(
			json, texts[i].name,
			json_text(*text_of((struct trial_result *)(uintptr_t)result, &texts[i])));
	return json_write(json, path);
}

bool trial_result_load(const char *path, struct trial_result *ret)
{
	json_t *json = json_load_file(path, 0, NULL);
	struct trial_result result = { 0 };
	json_int_t nr_compiled = 0, nr_tries = 0;
	const char *mark = "";
	int infrastructure = 0;
	bool ok;

	ok = json &&
	     !json_unpack(json, "{s:s, s:b, s:f, s:f, s:I, s:I}", "mark", &mark, "infrastructure",
			  &infrastructure, "wall_s", &result.wall_s, "cpu_s", &result.cpu_s,
			  "compiled", &nr_compiled, "tries", &nr_tries) &&
	     mark_parse(mark, &result.mark);
	for (size_t i = 0; ok && i < ARRAY_SIZE(texts); i++) {
		const char *text = json_string_value(json_object_get(json, texts[i].name));

		*text_of(&result, &texts[i]) = text ? xstrdup(text) : NULL;
	}
	json_decref(json);
	if (!ok)
		return false;
	result.infrastructure = infrastructure;
	result.nr_compiled = nr_compiled;
	result.nr_tries = nr_tries;
	*ret = result;
	return true;
}
