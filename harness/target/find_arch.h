/* SPDX-License-Identifier: GPL-2.0-only */
/* From what a machine calls itself to its descriptor. */
#ifndef BTFMATRIX_TARGET_FIND_ARCH_H
#define BTFMATRIX_TARGET_FIND_ARCH_H

#include "config/arch.h"

/**
 * The descriptor in arches/ for `uname -m`'s @machine: one that has it in [kernel] uname or, without that
 * key, whose cross compiler's prefix begins with it. *ret is NULL where there is none.
 */
must_check struct error *arch_of_machine(const char *machine, struct arch **ret);

/**
 * ERROR_INPUT where @probe is no ELF program, or one that a kernel of @arch cannot run: of another byte
 * order, of more bits, or of as many for another machine. A 32-bit one on a 64-bit kernel may do.
 */
must_check struct error *probe_suits(const char *probe, const struct arch *arch);

#endif
