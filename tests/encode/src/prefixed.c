// SPDX-License-Identifier: GPL-2.0-only
/* Its symbols get a prefix after it was compiled, as those of code that runs early. */
__attribute__((used)) int regs = 1;
__attribute__((used)) static long early[3] = { 1 };
