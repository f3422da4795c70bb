// SPDX-License-Identifier: GPL-2.0-only
#include "sched/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

enum {
	FILE_MAX = 1 << 20
};

/* The file's text, NULL where it cannot be read; the caller frees it. */
static char *read_text(const char *path)
{
	char *text = NULL;
	struct error *err = file_read(path, FILE_MAX, &text, NULL);

	error_free(err);
	return err ? NULL : text;
}

/* A file that has one number, "max" is none. */
static uint64_t read_number(const char *dir, const char *name, uint64_t none)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	_cleanup_free_ char *text = read_text(path);
	unsigned long long value;

	return text && sscanf(text, "%llu", &value) == 1 ? value : none;
}

/* The number behind @key at the start of a line of DIR/NAME. */
static uint64_t read_field(const char *dir, const char *name, const char *key, uint64_t none)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	_cleanup_free_ char *text = read_text(path);
	size_t key_len = strlen(key);
	unsigned long long value;

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_len) == 0 &&
		    sscanf(line + key_len, " %llu", &value) == 1)
			return value;
	}
	return none;
}

/* How the two versions of cgroups call the same things. */
static const struct cgroup_files {
	/* in /proc/self/cgroup, before the path */
	const char *marker;
	const char *mount, *limit, *usage, *reclaimable;
} cgroup_files[] = {
	{ "0::", "/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file" },
	{ ":memory:", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
	  "total_inactive_file" },
};

static uint64_t left_in(const struct cgroup_files *files, const char *dir)
{
	uint64_t limit = read_number(dir, files->limit, UINT64_MAX);
	uint64_t usage = read_number(dir, files->usage, 0);
	uint64_t cache = read_field(dir, "memory.stat", files->reclaimable, 0);

	/* v1 says "none" by the largest number of pages */
	if (limit > INT64_MAX / 2)
		return UINT64_MAX;
	usage -= cache < usage ? cache : usage;
	return usage < limit ? limit - usage : 0;
}

/* The least that the cgroup at @path and those above it leave. */
static uint64_t least_left(const struct cgroup_files *files, const char *root, char *path)
{
	uint64_t least = UINT64_MAX;

	for (;;) {
		_cleanup_free_ char *dir = xasprintf("%s%s%s", root, files->mount, path);
		uint64_t left = left_in(files, dir);
		char *slash = strrchr(path, '/');

		least = left < least ? left : least;
		if (!slash)
			return least;
		*slash = '\0';
	}
}

uint64_t memory_available_in(const char *root)
{
	_cleanup_free_ char *proc = xasprintf("%s/proc", root);
	_cleanup_free_ char *cgroups_path = xasprintf("%s/self/cgroup", proc);
	_cleanup_free_ char *cgroups = read_text(cgroups_path);
	uint64_t kib = read_field(proc, "meminfo", "MemAvailable:", UINT64_MAX);
	uint64_t least = kib == UINT64_MAX ? kib : kib * 1024;

	for (size_t i = 0; cgroups && i < ARRAY_SIZE(cgroup_files); i++) {
		const char *at = strstr(cgroups, cgroup_files[i].marker);
		_cleanup_free_ char *path = NULL;
		uint64_t left;

		if (!at)
			continue;
		at += strlen(cgroup_files[i].marker);
		path = xstrndup(at, strcspn(at, "\n"));
		left = least_left(&cgroup_files[i], root, path);
		least = left < least ? left : least;
	}
	return least;
}

uint64_t memory_available(void)
{
	return memory_available_in("");
}
