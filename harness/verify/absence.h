/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a variable that vmlinux has is not in BTF: the rules by which pahole leaves one out, each with a
 * proof from vmlinux's symbols, sections and DWARF. What no rule explains is a finding, and so is what a
 * rule explains that is a fault.
 */
#ifndef BTFMATRIX_VERIFY_ABSENCE_H
#define BTFMATRIX_VERIFY_ABSENCE_H

#include "verify/evidence.h"

/* A symbol without a VAR. */
struct absentee {
	/* the image it is in */
	const struct blob *of;
	const struct elf_symbol *symbol;
	const struct elf_section *section;
	/* the DWARF variables at its address */
	const struct dwarf_variable *dwarf;
	size_t nr_dwarf;
	/* a VAR at its address, under another name; NULL: none */
	const struct variable *variable_there;
};

/* A rule about the symbol, or about one of the DWARF variables at its address. */
struct absence_rule {
	const char *id, *explains;
	/* explains it, but it should be there: a fault of pahole or the compiler, and so a finding */
	bool is_fault;
	bool (*of_symbol)(const struct evidence *evidence, const struct absentee *absentee);
	bool (*of_dwarf)(const struct evidence *evidence, const struct absentee *absentee,
			 const struct dwarf_variable *dwarf);
};

extern const struct absence_rule absence_rules[];
extern const size_t nr_absence_rules;

/**
 * The rule that explains it, or NULL. A rule about the symbol is enough by itself. Else every DWARF
 * variable at its address must fall under a rule, since any of them might have become the VAR; the one
 * that has the symbol's name is then the reason.
 */
const struct absence_rule *absence_explain(const struct evidence *evidence,
					   const struct absentee *absentee);

#endif
