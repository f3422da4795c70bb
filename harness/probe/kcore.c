// SPDX-License-Identifier: GPL-2.0-only
#include "kcore.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "kallsyms.h"
#include "record.h"

#define KCORE    "/proc/kcore"
#define POSSIBLE "/sys/devices/system/cpu/possible"

enum {
	/* above any kernel's NR_CPUS (x86 with MAXSMP: 8192) */
	CPUS_MAX = 16384,
	SEGMENTS_MAX = 4096,
};

/*
 * kcore is an ELF core file of the kernel's own class and byte order, and the probe is built for
 * that kernel's native ABI: ElfW() fits. A 32-bit probe on a 64-bit kernel is told so.
 */
static bool read_header(int fd, ElfW(Ehdr) * ehdr)
{
	if (pread(fd, ehdr, sizeof(*ehdr), 0) != (ssize_t)sizeof(*ehdr)) {
		record_no_offsets("cannot read " KCORE ": %s", strerror(errno));
		return false;
	}
	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) != 0 ||
	    ehdr->e_ident[EI_CLASS] != (sizeof(long) == 8 ? ELFCLASS64 : ELFCLASS32) ||
	    ehdr->e_phentsize != sizeof(ElfW(Phdr)) || ehdr->e_phnum > SEGMENTS_MAX) {
		record_no_offsets(KCORE " is no ELF file of the probe's class");
		return false;
	}
	return true;
}

/* Where in the file the kernel's [address, address + len) is; -1 if it is not. */
static off_t find_address(int fd, const ElfW(Ehdr) * ehdr, uint64_t address, uint64_t len)
{
	for (unsigned int i = 0; i < ehdr->e_phnum; i++) {
		off_t at = (off_t)(ehdr->e_phoff + i * sizeof(ElfW(Phdr)));
		ElfW(Phdr) ph;

		if (pread(fd, &ph, sizeof(ph), at) != (ssize_t)sizeof(ph))
			return -1;
		if (ph.p_type == PT_LOAD && address >= ph.p_vaddr && len <= ph.p_memsz &&
		    address - ph.p_vaddr <= ph.p_memsz - len)
			return (off_t)(ph.p_offset + (address - ph.p_vaddr));
	}
	return -1;
}

/* Marks the CPUs of a list such as "0-3,8"; returns the highest number + 1, 0 on nonsense. */
static unsigned int parse_cpu_list(const char *list, bool *possible)
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

static void send_offsets(int fd, uint64_t array, const bool *possible, unsigned int nr)
{
	uint64_t len = (uint64_t)nr * sizeof(unsigned long);
	_Alignas(unsigned long) static unsigned long offsets[CPUS_MAX];
	ElfW(Ehdr) ehdr;

	if (!read_header(fd, &ehdr))
		return;

	off_t at = find_address(fd, &ehdr, array, len);
	if (at < 0) {
		record_no_offsets("__per_cpu_offset (%llx) is in no segment of " KCORE,
				  (unsigned long long)array);
		return;
	}
	if (pread(fd, offsets, len, at) != (ssize_t)len) {
		record_no_offsets("cannot read __per_cpu_offset from " KCORE ": %s",
				  strerror(errno));
		return;
	}
	for (unsigned int cpu = 0; cpu < nr; cpu++)
		if (possible[cpu])
			record_percpu_offset(cpu, offsets[cpu]);
}

void kcore_send_percpu_offsets(void)
{
	static bool possible[CPUS_MAX];
	uint64_t array;

	if (!kallsyms_find("__per_cpu_offset", &array) || !array) {
		record_no_offsets(
			"kallsyms has no address of __per_cpu_offset (no SMP, or hidden)");
		return;
	}

	char *list = read_file(POSSIBLE, NULL);
	unsigned int nr = list ? parse_cpu_list(list, possible) : 0;
	free(list);
	if (!nr) {
		record_no_offsets("cannot tell the possible CPUs from " POSSIBLE);
		return;
	}

	int fd = open(KCORE, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		record_no_offsets("cannot open " KCORE ": %s", strerror(errno));
		return;
	}
	send_offsets(fd, array, possible, nr);
	close(fd);
}
