// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of calls_64.c where a register has 32 bits, as architectures have them that were never without
 * 64-bit times (riscv32): they have the younger calls alone. An offset goes in two registers that need not be
 * a pair, low half first.
 */
#if __SIZEOF_LONG__ == 4
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "syscall.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half goes first");

/* struct __kernel_timespec */
struct kernel_time {
	int64_t s, ns;
};

enum {
	MMAP2_UNIT = 4096
};

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
	return SYSCALL(SYS_pread64, fd, to, n, (uint32_t)at, (uint32_t)(at >> 32));
}

int stat(const char *restrict path, struct stat *restrict st)
{
	struct statx from;
	int status = (int)SYSCALL(SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &from);

	if (status < 0)
		return status;
	memset(st, 0, sizeof(*st));
	st->st_mode = from.stx_mode;
	st->st_size = (off_t)from.stx_size;
	return 0;
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
	return (void *)SYSCALL(SYS_mmap2, at, n, protection, flags, fd, offset / MMAP2_UNIT);
}

/* As waitid() tells it, as waitpid() has it. */
pid_t waitpid(pid_t pid, int *status, int options)
{
	siginfo_t info = { 0 };
	int result = (int)SYSCALL(SYS_waitid, pid > 0 ? P_PID : P_ALL, pid > 0 ? pid : 0, &info,
				  options | WEXITED, NULL);

	if (result < 0)
		return result;
	if (status && info.si_pid)
		*status = info.si_code == CLD_EXITED   ? (info.si_status & 0xff) << 8
			  : info.si_code == CLD_DUMPED ? info.si_status | WCOREFLAG
						       : info.si_status;
	return info.si_pid;
}

int usleep(useconds_t us)
{
	struct kernel_time time = { us / 1000000, us % 1000000 * 1000 };

	return (int)SYSCALL(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, &time, NULL);
}

int poll(struct pollfd *fds, nfds_t n, int ms)
{
	struct kernel_time time = { ms / 1000, ms % 1000 * 1000000 };

	return (int)SYSCALL(SYS_ppoll_time64, fds, n, ms < 0 ? NULL : &time, NULL, 0);
}

int pause(void)
{
	return (int)SYSCALL(SYS_ppoll_time64, NULL, 0, NULL, NULL, 0);
}

#endif
