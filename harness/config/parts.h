/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Digests of parts of this program, by its sources, made when it is compiled: what a part did has to be done again when
 * that part changes, and not whenever the program does. Hex digits.
 */
#ifndef BTFMATRIX_CONFIG_PARTS_H
#define BTFMATRIX_CONFIG_PARTS_H

/** `btfmatrix pahole`: what it makes of BTF is in the kernels it built. */
extern const char part_pahole[];
/** Boot, probe, and what the probe is asked: what a guest reported hangs on them. */
extern const char part_boot[];

#endif
