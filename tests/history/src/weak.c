// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU variables as s390 defines them in modules, and every kernel with DEBUG_FORCE_WEAK_PER_CPU: weak. */
#define WEAK_PERCPU __attribute__((section(".data..percpu"), weak, used))

/* the declaration is elsewhere: DWARF has two entries for one variable */
extern long pcpu_declared;

WEAK_PERCPU long pcpu_weak = 1;
WEAK_PERCPU long pcpu_declared = 2;
__attribute__((section(".data..percpu"), used)) long pcpu_strong = 3;
__attribute__((used)) int global_number = 4;
