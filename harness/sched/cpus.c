// SPDX-License-Identifier: GPL-2.0-only
#include "sched/cpus.h"

#include <sched.h>

unsigned int cpus_available(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned int)CPU_COUNT(&set);
}
