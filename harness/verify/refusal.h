/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a kernel does not find a variable by its name, and so refuses it as a typed ksym. */
#ifndef BTFMATRIX_VERIFY_REFUSAL_H
#define BTFMATRIX_VERIFY_REFUSAL_H

#include <stddef.h>

#include "boot/guest_report.h"
#include "verify/live_symbols.h"

struct refusal_rule {
	const char *id;
	/* what it is, and where that is so */
	const char *explains;
	bool (*applies)(const struct live_symbols *live, const struct guest_refusal *refusal);
};

extern const struct refusal_rule refusal_rules[];
extern const size_t nr_refusal_rules;

/** The rule that explains a refusal; NULL: none does, it is a finding. */
const struct refusal_rule *refusal_explain(const struct live_symbols *live,
					   const struct guest_refusal *refusal);

#endif
