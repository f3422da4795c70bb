// SPDX-License-Identifier: GPL-2.0-only
/* What 32-bit architectures have other system calls for: see calls_32.c. */
#if __SIZEOF_LONG__ == 8
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "syscall.h"

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
	return SYSCALL(SYS_pread64, fd, to, n, at);
}

int stat(const char *restrict path, struct stat *restrict st)
{
	/* the kernel's struct is glibc's, with the generic system calls */
	return (int)SYSCALL(SYS_newfstatat, AT_FDCWD, path, st, 0);
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
	return (void *)SYSCALL(SYS_mmap, at, n, protection, flags, fd, offset);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return (pid_t)SYSCALL(SYS_wait4, pid, status, options, 0);
}

int usleep(useconds_t us)
{
	struct timespec time = { us / 1000000, us % 1000000 * 1000L };

	return (int)SYSCALL(SYS_nanosleep, &time, NULL);
}

int poll(struct pollfd *fds, nfds_t n, int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	return (int)SYSCALL(SYS_ppoll, fds, n, ms < 0 ? NULL : &time, NULL, 0);
}

int pause(void)
{
	return (int)SYSCALL(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}
#endif
