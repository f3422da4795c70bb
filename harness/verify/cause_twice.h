/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One variable with two definitions, a weak and a strong one: pahole makes a VAR of each, and a kernel refuses
 * all of the BTF for it. What that leads to is told from anything else the kernel could say.
 */
#ifndef BTFMATRIX_VERIFY_CAUSE_TWICE_H
#define BTFMATRIX_VERIFY_CAUSE_TWICE_H

#include "verify/evidence.h"

#define CAUSE_TWICE "defined-twice"

/** Whether the VAR before it in its DATASEC is in its way. */
bool twice_concerns(const struct evidence *evidence, const struct variable *var);

/**
 * Whether that is the other VAR of a variable which has one symbol, and in DWARF two definitions at its address.
 */
bool twice_holds(const struct evidence *evidence, const struct variable *var);

/** Whether a section breaks the kernel's rules by such VARs alone: a finding of format.btf-is-well-formed. */
bool twice_is_behind_section(const struct evidence *evidence, const struct verify_result *result,
			     const struct finding *finding);

/**
 * Whether a running kernel refused a blob for such a VAR, or could not do what follows: a finding of the checks
 * live.btf-accepted, live.sysfs-btf-is-image and live.no-complaints. To be asked after the causes of the
 * findings of format.btf-is-well-formed are set.
 */
bool twice_is_behind_refusal(const struct evidence *evidence, const struct verify_result *result,
			     const struct finding *finding);

#endif
