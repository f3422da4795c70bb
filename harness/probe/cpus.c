// SPDX-License-Identifier: GPL-2.0-only
#include "cpus.h"

#include <stdlib.h>

#include "io.h"

#define POSSIBLE "/sys/devices/system/cpu/possible"

static bool possible[CPUS_MAX];
static unsigned int nr_possible;
static bool is_read;

/* Marks the CPUs of a list such as "0-3,8"; returns the highest number + 1, 0 on nonsense. */
static unsigned int parse_cpu_list(const char *list)
{
	unsigned int end = 0;

	while (*list && *list != '\n') {
		char *after;
		unsigned long first = strtoul(list, &after, 10), last = first;

		if (after == list)
			return 0;
		if (*after == '-')
			last = strtoul(after + 1, &after, 10);
		if (last >= CPUS_MAX || first > last)
			return 0;
		for (unsigned long cpu = first; cpu <= last; cpu++)
			possible[cpu] = true;
		if (last + 1 > end)
			end = (unsigned int)(last + 1);
		list = after + (*after == ',');
		if (*after && *after != ',' && *after != '\n')
			return 0;
	}
	return end;
}

unsigned int cpus_possible_end(void)
{
	if (!is_read) {
		char *list = read_file(POSSIBLE, NULL);

		nr_possible = list ? parse_cpu_list(list) : 0;
		is_read = true;
		free(list);
	}
	return nr_possible;
}

bool cpu_is_possible(unsigned int cpu)
{
	return cpu < cpus_possible_end() && possible[cpu];
}
