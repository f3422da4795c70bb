// SPDX-License-Identifier: GPL-2.0-only
#include "devmem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "kallsyms.h"

#define DEVMEM "/dev/mem"
#define IOMEM  "/proc/iomem"

static struct {
	/* -1: not open; why says why if that was tried */
	int fd;
	char why[200];
	/* a kernel's address less its physical one */
	uint64_t distance;
} devmem = { .fd = -1 };

/* "  40008000-404fffff : Kernel code" */
static bool parse_range(const char *line, const char *name, uint64_t *start, uint64_t *end)
{
	const char *colon = strstr(line, " : ");
	char *rest;

	if (!colon || strcmp(colon + 3, name) != 0)
		return false;
	*start = strtoull(line, &rest, 16);
	if (*rest != '-')
		return false;
	*end = strtoull(rest + 1, &rest, 16);
	return rest == colon && *end;
}

/* Whether the kernel's banner is where that distance has it. */
static bool has_banner(void)
{
	char *version = read_file("/proc/version", NULL), there[64];
	uint64_t banner;
	bool found = version && strlen(version) >= sizeof(there) &&
		     kallsyms_find("linux_banner", &banner) &&
		     pread(devmem.fd, there, sizeof(there), (off_t)(banner - devmem.distance)) ==
			     (ssize_t)sizeof(there) &&
		     memcmp(there, version, sizeof(there)) == 0;

	free(version);
	return found;
}

/*
 * From the start of the kernel's code and from the end of its data; they must agree, or this is no
 * architecture whose image lies in the linear map.
 */
static bool find_distance(void)
{
	uint64_t code_start, code_end, data_start, data_end, text, end;
	bool has_code = false, has_data = false;
	char *map = read_file(IOMEM, NULL), *at = map, *line;

	while (map && (line = next_line(&at))) {
		has_code |= parse_range(line, "Kernel code", &code_start, &code_end);
		has_data |= parse_range(line, "Kernel data", &data_start, &data_end);
	}
	free(map);
	/* m68k says nothing, and has its memory at address 0 in both */
	if (!has_code || !has_data) {
		devmem.distance = 0;
		return true;
	}
	if (!kallsyms_find("_text", &text) || !kallsyms_find("_end", &end)) {
		snprintf(devmem.why, sizeof(devmem.why),
			 "kallsyms does not tell where the kernel is");
		return false;
	}
	devmem.distance = text - code_start;
	if (end - (data_end + 1) == devmem.distance)
		return true;
	snprintf(devmem.why, sizeof(devmem.why),
		 "the kernel's image is not in one piece in the linear map");
	return false;
}

static bool devmem_open(void)
{
	if (devmem.fd >= 0 || *devmem.why)
		return devmem.fd >= 0;
	if (!find_distance())
		return false;
	devmem.fd = open(DEVMEM, O_RDONLY | O_CLOEXEC);
	if (devmem.fd < 0) {
		snprintf(devmem.why, sizeof(devmem.why), "cannot open " DEVMEM ": %s",
			 strerror(errno));
		return false;
	}
	if (has_banner())
		return true;
	snprintf(devmem.why, sizeof(devmem.why),
		 "linux_banner is not where " IOMEM " and kallsyms have it in " DEVMEM);
	close(devmem.fd);
	devmem.fd = -1;
	return false;
}

bool devmem_read(uint64_t address, void *data, size_t len, char *why, size_t why_size)
{
	ssize_t n;

	if (!devmem_open()) {
		snprintf(why, why_size, "%s", devmem.why);
		return false;
	}
	n = pread(devmem.fd, data, len, (off_t)(address - devmem.distance));
	if (n == (ssize_t)len)
		return true;
	snprintf(why, why_size, "cannot read %zu bytes at %llx through " DEVMEM ": %s", len,
		 (unsigned long long)address, n < 0 ? strerror(errno) : "it gave fewer");
	return false;
}
