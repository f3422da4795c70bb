/* SPDX-License-Identifier: GPL-2.0-only */
/* Time that passes, and time that is used. */
#ifndef BTFMATRIX_CORE_CLOCK_H
#define BTFMATRIX_CORE_CLOCK_H

/** Seconds on a clock that nobody sets; only differences mean something. */
double clock_now_s(void);

/** User and system time of this process, in seconds. */
double clock_own_cpu_s(void);

/** The same of all children that have been waited for. */
double clock_children_cpu_s(void);

#endif
