/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the probe needs of a C library, for architectures that have a compiler and none: see [toolchain] libc
 * in btfmatrix(1). The declarations are those of the headers of glibc for the same architecture in its other
 * byte order or word size. Architectures with the generic system calls (include/uapi/asm-generic/unistd.h).
 */
#ifndef BTFMATRIX_PROBE_FREESTANDING_SYSCALL_H
#define BTFMATRIX_PROBE_FREESTANDING_SYSCALL_H

#include <errno.h>
#include <sys/syscall.h>

/** The kernel's answer: -errno where it is within [-4095, -1]. */
static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory", "cc");
	return x0;
#elif defined(__riscv)
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
			 : "memory");
	return a0;
#else
#error "no system call for this architecture yet: add it here and in start.c"
#endif
}

/** The same as C has it: -1 and errno. */
static inline long checked_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	long result = raw_syscall(number, a, b, c, d, e, f);

	if ((unsigned long)result < -4095UL)
		return result;
	errno = (int)-result;
	return -1;
}

#define SYSCALL_6(number, a, b, c, d, e, f, ...) \
	checked_syscall(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/** SYSCALL(SYS_read, fd, buffer, len): what is left out is 0. */
#define SYSCALL(...) SYSCALL_6(__VA_ARGS__, 0, 0, 0, 0, 0, 0)

#endif
