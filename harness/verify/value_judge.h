/* SPDX-License-Identifier: GPL-2.0-only */
/* A value that was read from a running kernel, against what that kernel says elsewhere. */
#ifndef BTFMATRIX_VERIFY_VALUE_JUDGE_H
#define BTFMATRIX_VERIFY_VALUE_JUDGE_H

#include "boot/guest_report.h"
#include "config/values.h"

enum value_judgement {
	VALUE_RIGHT,
	VALUE_WRONG,
	/* the kernel does not say it elsewhere, or not to us */
	VALUE_NO_WITNESS,
};

/**
 * Judges @value as one of @entry's variable, in the byte order and word size of the kernel that sent it.
 * @expected_ret and @actual_ret (owned; NULL for VALUE_RIGHT) say what it ought to be and what it is; for
 * VALUE_NO_WITNESS the first says why that is not known and the second is NULL. The second reading of a
 * value that must increase is judged together with the first, and is right by itself.
 */
enum value_judgement value_judge(const struct value_entry *entry, const struct guest_report *guest,
				 const struct guest_value *value, char **expected_ret,
				 char **actual_ret);

#endif
