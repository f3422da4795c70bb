/* SPDX-License-Identifier: GPL-2.0-only */
/* The channel to the host, and the records sent on it. There is one channel in the program. */
#ifndef BTFMATRIX_PROBE_RECORD_H
#define BTFMATRIX_PROBE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))

/**
 * Sends all that follows to @fd. On a console shared with the kernel, printk is kept quiet while a
 * buffer is written, so that a message does not land within a frame.
 */
void record_open(int fd, bool shared_console);

void record_begin(const char *nonce);
/** Sends the counts of what was sent, and waits until the device has it. */
void record_end(const char *nonce);
/** Hands what is buffered to the kernel; a crash later does not lose it. */
void record_flush(void);

/** Sends an empty line, which is no frame: a sign of life during what takes long. */
void record_alive(void);

void record_system(void);
void record_btf(const char *name, unsigned int mode, uint64_t size, const char *sha256);
void record_symbol(uint64_t address, char type, const char *name, const char *module);
void record_percpu_offset(unsigned int cpu, uint64_t value);
printf_like(1, 2) void record_no_offsets(const char *fmt, ...);
void record_complaint(const char *line);

/** How many VARs of @image were tried and taken as typed ksyms, and how many of these as per-CPU ones. */
void record_ksyms(const char *image, uint32_t tried, uint32_t accepted, uint32_t percpu);
/** One the kernel refused, with the reason its verifier gave. */
void record_refused(const char *image, const char *name, uint32_t id, bool percpu, int errnum,
		    const char *words);
/** Where bpf_per_cpu_ptr() says that @cpu's copy of a variable is. */
void record_place(const char *name, unsigned int cpu, uint64_t address);
/** How many of a batch of variables are at @value from where the first CPU's are. */
void record_distance(unsigned int cpu, uint64_t value, uint32_t same);

/** What a file says; @time is 0 before and 1 after values are read. */
void record_fact(const char *file, unsigned int time, const void *data, size_t len);

/* Where a value comes from. */
struct value_source {
	/* as the host asks for it */
	const char *path;
	/* "bpf" or "kcore" */
	const char *road;
	/* the BTF that has the variable; "" for none */
	const char *image;
	/* a per-CPU variable's copy; -1: not per-CPU */
	int cpu;
};

void record_value(const struct value_source *source, unsigned int time, const void *data,
		  size_t len);
/** @reason is a word: "absent", "member", "refused", "unreadable", "zeros". */
void record_no_value(const struct value_source *source, const char *reason, const char *why);

/** Something tried that worked; @fmt may be "". @subject may be NULL: the name is @what, else "@what:@subject". */
printf_like(3, 4) void record_ok(const char *what, const char *subject, const char *fmt, ...);
/** Something tried that failed; strerror(@errnum) is put before the text. */
printf_like(4, 5) void record_failed(const char *what, const char *subject, int errnum,
				     const char *fmt, ...);
/** As record_failed(); but what we may not do, or no kernel of this configuration can, was not tried. */
printf_like(4, 5) void record_failed_or_denied(const char *what, const char *subject, int errnum,
					       const char *fmt, ...);
/** Whether @errnum says that we may not do something, or that the kernel lacks the system call. */
bool is_denial(int errnum);
/** Something that could not be tried here, and why. */
printf_like(3, 4) void record_skipped(const char *what, const char *subject, const char *fmt, ...);

#endif
