// SPDX-License-Identifier: GPL-2.0-only
#include "boot/guest_report.h"

#include <stdlib.h>
#include <string.h>

const char *const guest_road_names[GUEST_ROADS] = {
	[ROAD_BPF] = "bpf",
	[ROAD_KCORE] = "kcore",
};

static void free_variables(struct guest_report *report)
{
	vec_for_each(ksyms, &report->ksyms)
		free(ksyms->image);
	vec_free(&report->ksyms);
	vec_for_each(refusal, &report->refusals) {
		free(refusal->image);
		free(refusal->name);
		free(refusal->words);
	}
	vec_free(&report->refusals);
	vec_for_each(place, &report->places)
		free(place->name);
	vec_free(&report->places);
	vec_free(&report->distances);
}

static void free_values(struct guest_report *report)
{
	vec_for_each(fact, &report->facts) {
		free(fact->file);
		free(fact->bytes);
	}
	vec_free(&report->facts);
	vec_for_each(value, &report->values) {
		free(value->path);
		free(value->image);
		free(value->bytes);
	}
	vec_free(&report->values);
	vec_for_each(none, &report->no_values) {
		free(none->path);
		free(none->image);
		free(none->why);
	}
	vec_free(&report->no_values);
}

void guest_report_release(struct guest_report *report)
{
	free(report->release);
	free(report->version);
	free(report->machine);
	free(report->percpu_offset_why);
	vec_free(&report->percpu_offsets);
	vec_for_each(btf, &report->btfs)
		free(btf->name);
	vec_free(&report->btfs);
	vec_for_each(sym, &report->symbols) {
		free(sym->name);
		free(sym->module);
	}
	vec_free(&report->symbols);
	vec_for_each(trial, &report->trials) {
		free(trial->name);
		free(trial->detail);
	}
	vec_free(&report->trials);
	vec_for_each(line, &report->kernel_complaints)
		free(*line);
	vec_free(&report->kernel_complaints);
	free_variables(report);
	free_values(report);
	*report = (struct guest_report){ 0 };
}

void guest_report_free(struct guest_report *report)
{
	if (!report)
		return;
	guest_report_release(report);
	free(report);
}

const struct guest_trial *guest_report_trial(const struct guest_report *report, const char *name)
{
	vec_for_each(trial, &report->trials)
		if (str_eq(trial->name, name))
			return trial;
	return NULL;
}

const struct guest_ksyms *guest_report_ksyms(const struct guest_report *report, const char *image)
{
	vec_for_each(ksyms, &report->ksyms)
		if (str_eq(ksyms->image, image))
			return ksyms;
	return NULL;
}
