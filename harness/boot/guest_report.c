// SPDX-License-Identifier: GPL-2.0-only
#include "boot/guest_report.h"

#include <stdlib.h>
#include <string.h>

void guest_report_free(struct guest_report *report)
{
	if (!report)
		return;
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
	free(report);
}

const struct guest_trial *guest_report_trial(const struct guest_report *report, const char *name)
{
	vec_for_each(trial, &report->trials)
		if (str_eq(trial->name, name))
			return trial;
	return NULL;
}
