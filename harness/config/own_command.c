// SPDX-License-Identifier: GPL-2.0-only
#include "config/own_command.h"

#include <errno.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "core/mem.h"

struct error *own_command(const char *command, const struct own_option *options, size_t nr,
			  strv *ret)
{
	_cleanup_free_ char *self = realpath("/proc/self/exe", NULL);

	*ret = NULL;
	if (!self)
		return error_errno(errno, "cannot find this program's own file (was it replaced "
					  "while it ran? then run it again)");
	strv_append(ret, return_ptr(self));
	strv_append(ret, xstrdup(command));
	for (size_t i = 0; i < nr; i++) {
		if (!options[i].value)
			continue;
		strv_append(ret, xstrdup(options[i].option));
		strv_append(ret, xstrdup(options[i].value));
	}
	return NULL;
}
