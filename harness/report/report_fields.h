/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of the record's structs as members of a JSON object. */
#ifndef BTFMATRIX_REPORT_REPORT_FIELDS_H
#define BTFMATRIX_REPORT_REPORT_FIELDS_H

#include <jansson.h>

#include "record/model.h"

void report_add_fields(json_t *object, const void *record, const struct rec_field *fields,
		       size_t nr);

#endif
