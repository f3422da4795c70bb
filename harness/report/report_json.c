// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "core/cleanup.h"
#include "core/json_text.h"
#include "report/report.h"
#include "report/report_fields.h"

void report_add_fields(json_t *object, const void *record, const struct rec_field *fields,
		       size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const char *member = (const char *)record + fields[i].offset;
		json_t *value;

		if (fields[i].type == REC_TEXT)
			value = json_text(*(char *const *)(const void *)member);
		else if (fields[i].type == REC_REAL)
			value = json_real(*(const double *)(const void *)member);
		else if (fields[i].type == REC_BOOL)
			value = json_boolean(*(const int64_t *)(const void *)member != 0);
		else
			value = json_integer(*(const int64_t *)(const void *)member);
		json_object_set_new(object, fields[i].name, value);
	}
}

static json_t *checks_json(const struct rec_cell *cell)
{
	json_t *list = json_array();

	vec_for_each(check, &cell->checks)
		json_array_append_new(
			list, json_pack("{s:o, s:o, s:o, s:b, s:I}", "id", json_text(check->id),
					"state", json_text(check->state), "reason",
					json_text(check->reason), "applicable",
					check->applicable != 0, "items", (json_int_t)check->items));
	return list;
}

static json_t *findings_json(const struct rec_run *run, const struct rec_cell *cell)
{
	json_t *list = json_array();

	vec_for_each(finding, &cell->findings)
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}",
						      "check", json_text(finding->check), "image",
						      json_text(finding->image), "variable",
						      json_text(finding->variable), "witness",
						      json_text(finding->witness), "expected",
						      json_text(finding->expected), "actual",
						      json_text(finding->actual), "known",
						      json_text(finding->known), "new",
						      report_is_new(run, finding)));
	return list;
}

static json_t *logs_json(const struct rec_cell *cell)
{
	json_t *list = json_array();

	vec_for_each(log, &cell->logs)
		json_array_append_new(list, json_pack("{s:o, s:o}", "kind", json_text(log->kind),
						      "path", json_text(log->path)));
	return list;
}

static json_t *attempts_json(const struct rec_cell *cell)
{
	json_t *list = json_array();

	vec_for_each(attempt, &cell->attempts)
		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:o, s:f, s:o}", "verdict",
						json_text(attempt->verdict), "reason",
						json_text(attempt->reason), "boot_verdict",
						json_text(attempt->boot_verdict), "boot_wall_s",
						attempt->boot_wall_s, "console_log",
						json_text(attempt->console_log)));
	return list;
}

static json_t *cell_to_json(const struct rec_run *run, const struct rec_cell *cell)
{
	json_t *object = json_object(), *absences = json_object();

	report_add_fields(object, cell, rec_cell_fields, nr_rec_cell_fields);
	/* the counts that go with the findings below, also where there is a baseline */
	json_object_set_new(object, "nr_new",
			    json_integer((json_int_t)report_count_new(run, cell)));
	json_object_set_new(object, "flaky", json_boolean(cell->flaky));
	vec_for_each(absence, &cell->absences)
		json_object_set_new(absences, absence->rule, json_integer(absence->count));
	json_object_set_new(object, "checks", checks_json(cell));
	json_object_set_new(object, "findings", findings_json(run, cell));
	json_object_set_new(object, "absences", absences);
	json_object_set_new(object, "logs", logs_json(cell));
	json_object_set_new(object, "attempts", attempts_json(cell));
	json_object_set_new(object, "layout",
			    json_text(cell->layout ? cell->layout->digest : NULL));
	json_object_set_new(object, "config",
			    json_text(cell->config ? cell->config->digest : NULL));
	return object;
}

static json_t *layout_to_json(const struct rec_layout *layout)
{
	/* an address may be larger than what readers of JSON take for a number */
	_cleanup_free_ char *address = xasprintf("0x%" PRIx64, (uint64_t)layout->address);
	json_t *variables = json_array();

	vec_for_each(var, &layout->variables)
		json_array_append_new(
			variables,
			json_pack("{s:o, s:I, s:I, s:I, s:o, s:o}", "name", json_text(var->name),
				  "offset", (json_int_t)var->offset, "size", (json_int_t)var->size,
				  "align", (json_int_t)var->align, "type", json_text(var->type),
				  "file", json_text(var->file)));
	return json_pack("{s:o, s:s, s:I, s:I, s:o}", "section", json_text(layout->section),
			 "address", address, "align", (json_int_t)layout->align, "size",
			 (json_int_t)layout->size, "variables", variables);
}

void report_print_json(FILE *out, const struct report *report)
{
	const struct rec_run *run = report->run;
	json_t *run_object = json_object(), *cells = json_array(), *layouts = json_object(),
	       *configs = json_object(), *root;

	report_add_fields(run_object, run, rec_run_fields, nr_rec_run_fields);
	json_object_set_new(run_object, "baseline", json_text(run->baseline));
	vec_for_each(cell, &run->cells)
		json_array_append_new(cells, cell_to_json(run, cell));
	vec_for_each(layout, &run->layouts)
		json_object_set_new(layouts, (*layout)->digest, layout_to_json(*layout));
	vec_for_each(config, &run->configs)
		json_object_set_new(configs, (*config)->digest, json_text((*config)->text));
	root = json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", "btfmatrix-report-1", "run",
			 run_object, "cells", cells, "layouts", layouts, "configs", configs);
	json_dumpf(root, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(root);
}
