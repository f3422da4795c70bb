// SPDX-License-Identifier: GPL-2.0-only
#include "core/clock.h"

#include <sys/resource.h>
#include <time.h>

double clock_now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double cpu_s(int who)
{
	struct rusage ru;

	getrusage(who, &ru);
	return (double)ru.ru_utime.tv_sec + (double)ru.ru_stime.tv_sec +
	       (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
}

double clock_own_cpu_s(void)
{
	return cpu_s(RUSAGE_SELF);
}

double clock_children_cpu_s(void)
{
	return cpu_s(RUSAGE_CHILDREN);
}
