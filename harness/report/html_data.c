// SPDX-License-Identifier: GPL-2.0-only
#include "report/html_data.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cleanup.h"
#include "core/json_text.h"
#include "report/report_fields.h"

enum {
	/* the end of a log of a cell that failed, and of all of them */
	TAIL = 12 << 10,
	ALL_TAILS = 2 << 20,
};

/* Strings, and other things that a string names, by the order in which they came. */
struct pool {
	json_t *list, *index;
};

static struct pool pool_make(void)
{
	return (struct pool){ .list = json_array(), .index = json_object() };
}

/* The number of what @key names; *is_new says whether it has just got it. */
static json_int_t pool_number(struct pool *pool, const char *key, bool *is_new)
{
	json_t *known = json_object_get(pool->index, key);
	json_int_t number =
		known ? json_integer_value(known) : (json_int_t)json_object_size(pool->index);

	*is_new = !known;
	if (!known)
		json_object_set_new(pool->index, key, json_integer(number));
	return number;
}

struct page {
	const struct report *report;
	struct pool strings, findings, layouts, configs;
	json_t *tails;
	size_t tail_bytes;
};

/* -1 for NULL */
static json_int_t text_number(struct page *page, const char *text)
{
	_cleanup_free_ char *clean = utf8_clean(text);
	json_int_t number;
	bool is_new;

	if (!clean)
		return -1;
	number = pool_number(&page->strings, clean, &is_new);
	if (is_new)
		json_array_append_new(page->strings.list, json_string(clean));
	return number;
}

static json_int_t finding_number(struct page *page, const struct rec_finding *finding)
{
	const char *const texts[] = { finding->check,   finding->image,    finding->variable,
				      finding->witness, finding->expected, finding->actual };
	_cleanup_free_ char *key = NULL;
	json_int_t n[ARRAY_SIZE(texts)], number;
	bool is_new;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		n[i] = text_number(page, texts[i]);
	key = xasprintf("%lld %lld %lld %lld %lld %lld", (long long)n[0], (long long)n[1],
			(long long)n[2], (long long)n[3], (long long)n[4], (long long)n[5]);
	number = pool_number(&page->findings, key, &is_new);
	if (is_new)
		json_array_append_new(page->findings.list, json_pack("[I, I, I, I, I, I]", n[0],
								     n[1], n[2], n[3], n[4], n[5]));
	return number;
}

static json_int_t layout_number(struct page *page, const struct rec_layout *layout)
{
	json_t *variables;
	json_int_t number;
	bool is_new;

	if (!layout)
		return -1;
	number = pool_number(&page->layouts, layout->digest, &is_new);
	if (!is_new)
		return number;
	variables = json_array();
	vec_for_each(var, &layout->variables)
		json_array_append_new(
			variables, json_pack("[I, I, I, I, I, I]", text_number(page, var->name),
					     (json_int_t)var->offset, (json_int_t)var->size,
					     (json_int_t)var->align, text_number(page, var->type),
					     text_number(page, var->file)));
	json_array_append_new(page->layouts.list,
			      json_pack("{s:o, s:I, s:I, s:o}", "section",
					json_text(layout->section), "align",
					(json_int_t)layout->align, "size", (json_int_t)layout->size,
					"variables", variables));
	return number;
}

/* Configs differ in few lines, so each is a list of lines' numbers. */
static json_int_t config_number(struct page *page, const struct rec_config *config)
{
	json_t *numbers;
	json_int_t number;
	bool is_new;

	if (!config)
		return -1;
	number = pool_number(&page->configs, config->digest, &is_new);
	if (!is_new)
		return number;
	numbers = json_array();
	for (const char *line = config->text; *line;) {
		size_t len = strcspn(line, "\n");
		_cleanup_free_ char *text = xstrndup(line, len);

		json_array_append_new(numbers, json_integer(text_number(page, text)));
		line += len + (line[len] == '\n');
	}
	json_array_append_new(page->configs.list, numbers);
	return number;
}

/* The path is out of the record: it must lead below the folder, and to a plain file. */
static FILE *open_log(const char *folder, const char *path)
{
	_cleanup_free_ char *full = xasprintf("%s/%s", folder, path);
	struct stat st;

	if (*path == '/' || strstr(path, "..") || lstat(full, &st) || !S_ISREG(st.st_mode))
		return NULL;
	return fopen(full, "re");
}

static void add_tail(struct page *page, const char *path)
{
	_cleanup_fclose_ FILE *file = NULL;
	char text[TAIL + 1];
	const char *start = text;
	size_t len;

	if (!page->report->folder || page->tail_bytes >= ALL_TAILS)
		return;
	file = open_log(page->report->folder, path);
	if (!file)
		return;
	if (fseek(file, -(long)TAIL, SEEK_END) && fseek(file, 0, SEEK_SET))
		return;
	len = fread(text, 1, TAIL, file);
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '?';
	text[len] = '\0';
	/* not from the middle of a line, if it has an end */
	if (len == TAIL && strchr(text, '\n'))
		start = strchr(text, '\n') + 1;
	page->tail_bytes += len;
	json_object_set_new(page->tails, path, json_text(start));
}

static void add_tails(struct page *page, const struct rec_cell *cell)
{
	if (!str_eq(cell->verdict, "fail") && !str_eq(cell->verdict, "error"))
		return;
	vec_for_each(log, &cell->logs)
		if (str_ends(log->path, cell->built ? "/console.log" : "/build.log"))
			add_tail(page, log->path);
}

static json_t *cell_lists(struct page *page, const struct rec_cell *cell, json_t *object)
{
	json_t *findings = json_array(), *checks = json_array(), *logs = json_array();
	json_t *attempts = json_array();

	vec_for_each(finding, &cell->findings)
		json_array_append_new(findings,
				      json_pack("[I, I, i]", finding_number(page, finding),
						text_number(page, finding->known),
						report_is_new(page->report->run, finding)));
	vec_for_each(check, &cell->checks)
		json_array_append_new(checks,
				      json_pack("[I, I, I, i, I]", text_number(page, check->id),
						text_number(page, check->state),
						text_number(page, check->reason),
						check->applicable != 0, (json_int_t)check->items));
	vec_for_each(log, &cell->logs)
		json_array_append_new(logs, json_pack("[o, o]", json_text(log->kind),
						      json_text(log->path)));
	vec_for_each(attempt, &cell->attempts)
		json_array_append_new(attempts, json_pack("{s:o, s:o}", "verdict",
							  json_text(attempt->verdict), "reason",
							  json_text(attempt->reason)));
	json_object_set_new(object, "findings", findings);
	json_object_set_new(object, "checks", checks);
	json_object_set_new(object, "logs", logs);
	json_object_set_new(object, "attempts", attempts);
	return object;
}

static json_t *cells_json(struct page *page)
{
	json_t *cells = json_array();

	vec_for_each(cell, &page->report->run->cells) {
		json_t *object = json_object();

		report_add_fields(object, cell, rec_cell_fields, nr_rec_cell_fields);
		json_object_set_new(object, "flaky", json_boolean(cell->flaky));
		json_object_set_new(object, "layout",
				    json_integer(layout_number(page, cell->layout)));
		json_object_set_new(object, "config",
				    json_integer(config_number(page, cell->config)));
		json_array_append_new(cells, cell_lists(page, cell, object));
		add_tails(page, cell);
	}
	return cells;
}

/* Runs by their time, whatever cells they have. */
static json_t *runs_json(const struct rec_history *history, struct pool *runs)
{
	struct run {
		const char *name;
		int64_t began_at;
	};
	VEC(struct run) list = { 0 };
	bool is_new;

	vec_for_each(point, &history->points) {
		size_t at;

		pool_number(runs, point->run, &is_new);
		if (!is_new)
			continue;
		vec_push(&list, (struct run){ point->run, point->began_at });
		for (at = list.len - 1; at && list.data[at - 1].began_at > point->began_at; at--)
			list.data[at] = list.data[at - 1];
		list.data[at] = (struct run){ point->run, point->began_at };
	}
	vec_for_each(run, &list) {
		json_object_set_new(runs->index, run->name, json_integer(run - list.data));
		json_array_append_new(runs->list, json_pack("[o, I]", json_text(run->name),
							    (json_int_t)run->began_at));
	}
	vec_free(&list);
	return runs->list;
}

static json_t *history_json(struct page *page)
{
	const struct rec_history *history = page->report->history;
	struct pool runs = pool_make();
	json_t *cells = json_object();
	bool is_new;

	if (!history)
		return json_null();
	runs_json(history, &runs);
	vec_for_each(point, &history->points) {
		json_t *list = json_object_get(cells, point->cell);
		bool was_built = point->built && !point->cached;

		/* the cells of this run alone */
		if (!rec_find_cell(page->report->run, point->cell))
			continue;
		if (!list) {
			list = json_array();
			json_object_set_new(cells, point->cell, list);
		}
		json_array_append_new(
			list,
			json_pack(
				"[I, I, I, I, I, o, i, I]", pool_number(&runs, point->run, &is_new),
				text_number(page, point->verdict), (json_int_t)point->btf_bytes,
				(json_int_t)point->extra_btf_bytes, (json_int_t)point->percpu_bytes,
				was_built ? json_real(point->build_wall_s) : json_null(),
				point->flaky, text_number(page, point->layout)));
	}
	json_decref(runs.index);
	return json_pack("{s:o, s:o}", "runs", runs.list, "cells", cells);
}

json_t *html_data(const struct report *report)
{
	struct page page = {
		.report = report,
		.strings = pool_make(),
		.findings = pool_make(),
		.layouts = pool_make(),
		.configs = pool_make(),
		.tails = json_object(),
	};
	json_t *run = json_object(), *cells = cells_json(&page), *history = history_json(&page);

	report_add_fields(run, report->run, rec_run_fields, nr_rec_run_fields);
	json_object_set_new(run, "baseline", json_text(report->run->baseline));
	json_decref(page.strings.index);
	json_decref(page.findings.index);
	json_decref(page.layouts.index);
	json_decref(page.configs.index);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "run", run, "cells",
			 cells, "history", history, "strings", page.strings.list, "findings",
			 page.findings.list, "layouts", page.layouts.list, "configs",
			 page.configs.list, "tails", page.tails, "links",
			 json_text(report->links ?: ""));
}
