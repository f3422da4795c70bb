// SPDX-License-Identifier: GPL-2.0-only
#include "kcore.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpus.h"
#include "devmem.h"
#include "kallsyms.h"
#include "record.h"

#define KCORE "/proc/kcore"

enum {
	SEGMENTS_MAX = 4096,
};

static struct {
	/* -1: not open; why says why if that was tried */
	int fd;
	char why[200];
	/* the kernel has none */
	bool is_missing;
	ElfW(Phdr) * segments;
	unsigned int nr;
} kcore = { .fd = -1 };

/* The offsets array as read; nr is 0 where it was not. */
static unsigned long offsets[CPUS_MAX];
static unsigned int nr_offsets;

/*
 * kcore is an ELF core file of the kernel's own class and byte order, and the probe is built for
 * that kernel's native ABI: ElfW() fits. A 32-bit probe on a 64-bit kernel is told so.
 */
static bool read_segments(int fd)
{
	ElfW(Ehdr) ehdr;

	if (pread(fd, &ehdr, sizeof(ehdr), 0) != (ssize_t)sizeof(ehdr)) {
		snprintf(kcore.why, sizeof(kcore.why), "cannot read " KCORE ": %s",
			 strerror(errno));
		return false;
	}
	if (memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0 ||
	    ehdr.e_ident[EI_CLASS] != (sizeof(long) == 8 ? ELFCLASS64 : ELFCLASS32) ||
	    ehdr.e_phentsize != sizeof(ElfW(Phdr)) || ehdr.e_phnum > SEGMENTS_MAX) {
		snprintf(kcore.why, sizeof(kcore.why),
			 KCORE " is no ELF file of the probe's class");
		return false;
	}

	size_t size = ehdr.e_phnum * sizeof(*kcore.segments);
	kcore.segments = malloc(size ? size : 1);
	if (!kcore.segments ||
	    pread(fd, kcore.segments, size, (off_t)ehdr.e_phoff) != (ssize_t)size) {
		snprintf(kcore.why, sizeof(kcore.why), "cannot read the segments of " KCORE ": %s",
			 strerror(errno));
		return false;
	}
	kcore.nr = ehdr.e_phnum;
	return true;
}

static bool kcore_open(void)
{
	if (kcore.fd >= 0 || *kcore.why)
		return kcore.fd >= 0;

	int fd = open(KCORE, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		kcore.is_missing = errno == ENOENT;
		snprintf(kcore.why, sizeof(kcore.why), "cannot open " KCORE ": %s",
			 strerror(errno));
		return false;
	}
	if (read_segments(fd))
		kcore.fd = fd;
	else
		close(fd);
	return kcore.fd >= 0;
}

/* Where in the file the kernel's [address, address + len) is; -1 if it is not. */
static off_t find_address(uint64_t address, uint64_t len)
{
	for (unsigned int i = 0; i < kcore.nr; i++) {
		const ElfW(Phdr) *ph = &kcore.segments[i];

		if (ph->p_type == PT_LOAD && address >= ph->p_vaddr && len <= ph->p_memsz &&
		    address - ph->p_vaddr <= ph->p_memsz - len)
			return (off_t)(ph->p_offset + (address - ph->p_vaddr));
	}
	return -1;
}

bool kcore_read(uint64_t address, void *data, size_t len, char *why, size_t why_size)
{
	if (!kcore_open()) {
		char other[200];

		if (kcore.is_missing && devmem_read(address, data, len, other, sizeof(other)))
			return true;
		snprintf(why, why_size, "%s%s%s", kcore.why, kcore.is_missing ? "; " : "",
			 kcore.is_missing ? other : "");
		return false;
	}

	off_t at = find_address(address, len);
	if (at < 0) {
		char other[200];

		/* m68k's has nothing but what was allocated by pages */
		if (devmem_read(address, data, len, other, sizeof(other)))
			return true;
		snprintf(why, why_size, "%zu bytes at %llx are in no segment of " KCORE "; %s", len,
			 (unsigned long long)address, other);
		return false;
	}

	ssize_t n = pread(kcore.fd, data, len, at);
	if (n == (ssize_t)len)
		return true;
	snprintf(why, why_size, "cannot read %zu bytes at %llx from " KCORE ": %s", len,
		 (unsigned long long)address, n < 0 ? strerror(errno) : "it gave fewer");
	return false;
}

bool kcore_percpu_offset(unsigned int cpu, uint64_t *offset_ret)
{
	if (cpu >= nr_offsets)
		return false;
	*offset_ret = offsets[cpu];
	return true;
}

void kcore_send_percpu_offsets(void)
{
	unsigned int nr = cpus_possible_end();
	uint64_t array;
	char why[300];

	if (!kallsyms_find("__per_cpu_offset", &array) || !array) {
		record_no_offsets("kallsyms has no address of __per_cpu_offset (no SMP, no "
				  "CONFIG_KALLSYMS_ALL, or hidden)");
		return;
	}
	if (!nr) {
		record_no_offsets("cannot tell the possible CPUs");
		return;
	}
	if (!kcore_read(array, offsets, nr * sizeof(*offsets), why, sizeof(why))) {
		record_no_offsets("%s", why);
		return;
	}
	nr_offsets = nr;
	for (unsigned int cpu = 0; cpu < nr; cpu++)
		if (cpu_is_possible(cpu))
			record_percpu_offset(cpu, offsets[cpu]);
}
