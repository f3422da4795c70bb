// SPDX-License-Identifier: GPL-2.0-only
/* Files, processes and terminals: the system calls behind the C library's functions. */
#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

#include "syscall.h"

int *__errno_location(void)
{
	/* no threads */
	static int number;

	return &number;
}

long syscall(long number, ...)
{
	va_list args;
	long a[6];

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	return checked_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int open(const char *path, int flags, ...)
{
	/* nothing is made here: a mode is not read. /proc/kcore is larger than 32 bits tell */
	return (int)SYSCALL(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, 0);
}

int close(int fd)
{
	return (int)SYSCALL(SYS_close, fd);
}

ssize_t read(int fd, void *to, size_t n)
{
	return SYSCALL(SYS_read, fd, to, n);
}

ssize_t write(int fd, const void *from, size_t n)
{
	return SYSCALL(SYS_write, fd, from, n);
}

int fsync(int fd)
{
	return (int)SYSCALL(SYS_fsync, fd);
}

void sync(void)
{
	SYSCALL(SYS_sync, 0);
}

int access(const char *path, int mode)
{
	return (int)SYSCALL(SYS_faccessat, AT_FDCWD, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
	return (int)SYSCALL(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data)
{
	return (int)SYSCALL(SYS_mount, source, target, type, flags, data);
}

int munmap(void *at, size_t n)
{
	return (int)SYSCALL(SYS_munmap, at, n);
}

/* Folders. A struct dirent is what the kernel gives (struct linux_dirent64). */

struct __dirstream {
	int fd;
	size_t at, len;
	_Alignas(struct dirent) char entries[4096];
};

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : malloc(sizeof(*dir));

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	dir->fd = fd;
	dir->at = dir->len = 0;
	return dir;
}

struct dirent *readdir(DIR *dir)
{
	struct dirent *entry;

	if (dir->at >= dir->len) {
		long n = SYSCALL(SYS_getdents64, dir->fd, dir->entries, sizeof(dir->entries));

		if (n <= 0)
			return NULL;
		dir->at = 0;
		dir->len = (size_t)n;
	}
	entry = (struct dirent *)(void *)(dir->entries + dir->at);
	dir->at += entry->d_reclen;
	return entry;
}

int closedir(DIR *dir)
{
	int status = close(dir->fd);

	free(dir);
	return status;
}

/* Processes */

void _exit(int status)
{
	for (;;)
		SYSCALL(SYS_exit_group, status);
}

pid_t getpid(void)
{
	return (pid_t)SYSCALL(SYS_getpid, 0);
}

pid_t fork(void)
{
	return (pid_t)SYSCALL(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

int uname(struct utsname *uts)
{
	return (int)SYSCALL(SYS_uname, uts);
}

/* _SC_NPROCESSORS_ONLN is the one that is asked for: a new process may run on all that are online. */
long sysconf(int name)
{
	unsigned long mask[16];
	long n = SYSCALL(SYS_sched_getaffinity, 0, sizeof(mask), mask), count = 0;

	if (name != _SC_NPROCESSORS_ONLN || n < 0)
		return -1;
	for (long i = 0; i < n / (long)sizeof(*mask); i++)
		for (; mask[i]; mask[i] &= mask[i] - 1)
			count++;
	return count;
}

int klogctl(int type, char *buffer, int len)
{
	return (int)SYSCALL(SYS_syslog, type, buffer, len);
}

int reboot(int how)
{
	/* LINUX_REBOOT_MAGIC1 and 2 */
	return (int)SYSCALL(SYS_reboot, 0xfee1dead, 672274793, how, 0);
}

/* Terminals: the kernel's struct has 19 control characters, glibc's 32 and the speeds. */

struct kernel_termios {
	unsigned int iflag, oflag, cflag, lflag;
	unsigned char line, cc[19];
};

int tcgetattr(int fd, struct termios *mode)
{
	struct kernel_termios k;
	int status = (int)SYSCALL(SYS_ioctl, fd, TCGETS, &k);

	if (status < 0)
		return status;
	memset(mode, 0, sizeof(*mode));
	mode->c_iflag = k.iflag;
	mode->c_oflag = k.oflag;
	mode->c_cflag = k.cflag;
	mode->c_lflag = k.lflag;
	mode->c_line = k.line;
	memcpy(mode->c_cc, k.cc, sizeof(k.cc));
	return 0;
}

int tcsetattr(int fd, int when, const struct termios *mode)
{
	struct kernel_termios k = {
		.iflag = mode->c_iflag,
		.oflag = mode->c_oflag,
		.cflag = mode->c_cflag,
		.lflag = mode->c_lflag,
		.line = mode->c_line,
	};

	memcpy(k.cc, mode->c_cc, sizeof(k.cc));
	/* TCSANOW, TCSADRAIN and TCSAFLUSH are 0 to 2, and so are the calls from TCSETS on */
	return (int)SYSCALL(SYS_ioctl, fd, TCSETS + when, &k);
}

void cfmakeraw(struct termios *mode)
{
	mode->c_iflag &=
		~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	mode->c_oflag &= ~(tcflag_t)OPOST;
	mode->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	mode->c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
	mode->c_cflag |= CS8;
}

/* Both speeds are in the flags, where CIBAUD's is 0: the same as the other. */
int cfsetspeed(struct termios *mode, speed_t speed)
{
	mode->c_cflag = (mode->c_cflag & ~(tcflag_t)(CBAUD | CIBAUD)) | speed;
	return 0;
}

int tcdrain(int fd)
{
	return (int)SYSCALL(SYS_ioctl, fd, TCSBRK, 1);
}

/* Options: "--name value" alone. */

char *optarg;
int optind = 1;

int getopt_long(int argc, char *const *argv, const char *short_options,
		const struct option *options, int *index)
{
	(void)short_options;
	(void)index;
	if (optind >= argc || strncmp(argv[optind], "--", 2) != 0)
		return -1;
	for (const struct option *option = options; option->name; option++) {
		if (strcmp(argv[optind] + 2, option->name) != 0 || optind + 1 >= argc)
			continue;
		optarg = argv[optind + 1];
		optind += 2;
		return option->val;
	}
	return '?';
}
