// SPDX-License-Identifier: GPL-2.0-only
#include "cli/command.h"

#include "core/log.h"

int command_fail(struct error *err)
{
	int status = err->kind == ERROR_INTERRUPTED ? STATUS_INTERRUPTED : STATUS_ERROR;

	log_status_clear();
	log_error("%s", err->message);
	error_free(err);
	return status;
}
