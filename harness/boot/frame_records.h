/* SPDX-License-Identifier: GPL-2.0-only */
/* From a frame's fields to a record of the report. */
#ifndef BTFMATRIX_BOOT_FRAME_RECORDS_H
#define BTFMATRIX_BOOT_FRAME_RECORDS_H

#include "boot/frame_fields.h"
#include "boot/guest_report.h"
#include "probe/protocol.h"

/** Adds the record to @report; false where the fields make no sense, or are one too many. */
bool frame_take_record(struct guest_report *report, enum frame_type type,
		       const struct frame_fields *fields);

#endif
