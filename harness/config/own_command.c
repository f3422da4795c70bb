// SPDX-License-Identifier: GPL-2.0-only
#include "config/own_command.h"

#include <errno.h>
#include <stdlib.h>

#include "core/mem.h"

struct error *own_program(char **ret)
{
	*ret = realpath("/proc/self/exe", NULL);
	if (!*ret)
		return error_errno(errno, "cannot find this program's own file (was it replaced "
					  "while it ran? then run it again)");
	return NULL;
}

struct error *own_command(const char *command, const struct own_option *options, size_t nr,
			  strv *ret)
{
	char *self;
	struct error *err = own_program(&self);

	*ret = NULL;
	if (err)
		return err;
	strv_append(ret, self);
	strv_append(ret, xstrdup(command));
	for (size_t i = 0; i < nr; i++) {
		if (!options[i].value)
			continue;
		strv_append(ret, xstrdup(options[i].option));
		strv_append(ret, xstrdup(options[i].value));
	}
	return NULL;
}
