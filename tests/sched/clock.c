// SPDX-License-Identifier: GPL-2.0-only
/*
 * A library for LD_PRELOAD whose wall clock steps: each time it is asked it is a day ahead, right, or a day behind of
 * what it is, in turn of three seconds of the monotonic clock.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t step(void)
{
	struct timespec now;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (now.tv_sec / 3 % 3 - 1) * 86400;
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int status = (int)syscall(SYS_clock_gettime, clock, ts);

	if (!status && clock == CLOCK_REALTIME)
		ts->tv_sec += step();
	return status;
}

time_t time(time_t *ret)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_REALTIME, &ts);
	if (ret)
		*ret = ts.tv_sec;
	return ts.tv_sec;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts = { 0 };

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	*tv = (struct timeval){ ts.tv_sec, ts.tv_nsec / 1000 };
	return 0;
}
