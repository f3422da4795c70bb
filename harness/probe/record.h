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

void record_system(void);
void record_btf(const char *name, unsigned int mode, uint64_t size, const char *sha256);
void record_symbol(uint64_t address, char type, const char *name, const char *module);
void record_percpu_offset(unsigned int cpu, uint64_t value);
printf_like(1, 2) void record_no_offsets(const char *fmt, ...);
void record_complaint(const char *line);

/** Something tried that worked; @fmt may be "". @subject may be NULL: the name is @what, else "@what:@subject". */
printf_like(3, 4) void record_ok(const char *what, const char *subject, const char *fmt, ...);
/** Something tried that failed; strerror(@errnum) is put before the text. */
printf_like(4, 5) void record_failed(const char *what, const char *subject, int errnum,
				     const char *fmt, ...);
/** Something that could not be tried here, and why. */
printf_like(3, 4) void record_skipped(const char *what, const char *subject, const char *fmt, ...);

#endif
