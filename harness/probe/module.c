// SPDX-License-Identifier: GPL-2.0-only
#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "kmsg.h"
#include "record.h"

static char loaded[64];

const char *module_name(const char *path)
{
	static char name[64];
	const char *slash = strrchr(path, '/');

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : path);
	name[strcspn(name, ".")] = '\0';
	for (char *c = name; (c = strchr(c, '-'));)
		*c = '_';
	return name;
}

/* /proc/modules: "NAME SIZE REFS USERS STATE ADDRESS" */
static void check_live(const char *name)
{
	char *text = read_file("/proc/modules", NULL), *at = text, *line;
	char found[64], state[16];

	if (!text) {
		record_failed("module-live", name, errno, "cannot read /proc/modules");
		return;
	}
	while ((line = next_line(&at))) {
		if (sscanf(line, "%63s %*s %*s %*s %15s", found, state) != 2 ||
		    strcmp(found, name) != 0)
			continue;
		if (strcmp(state, "Live") == 0)
			record_ok("module-live", name, "%s", "");
		else
			record_failed("module-live", name, 0, "its state is %s", state);
		free(text);
		return;
	}
	record_failed("module-live", name, 0, "it is not in /proc/modules");
	free(text);
}

void module_load(const char *path)
{
	const char *name = module_name(path);
	char said[1024];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		record_failed("module-load", name, errno, "cannot open %s", path);
		return;
	}
	kmsg_drain(NULL, 0);

	long ret = syscall(SYS_finit_module, fd, "", 0);
	int errnum = errno;

	close(fd);
	kmsg_drain(said, sizeof(said));
	if (ret == 0) {
		snprintf(loaded, sizeof(loaded), "%s", name);
		record_ok("module-load", name, "%s", said);
	} else if (errnum == EEXIST) {
		record_ok("module-load", name, "a module of this name was loaded already");
	} else {
		record_failed_or_denied("module-load", name, errnum, "%s", said);
		return;
	}
	check_live(name);
}

void module_unload(void)
{
	if (!*loaded)
		return;
	if (syscall(SYS_delete_module, loaded, O_NONBLOCK) == 0)
		record_ok("module-unload", loaded, "%s", "");
	else
		record_failed("module-unload", loaded, errno, "%s", "");
}
