/* SPDX-License-Identifier: GPL-2.0-only */
/* This program as a child of its own. */
#ifndef BTFMATRIX_CONFIG_OWN_COMMAND_H
#define BTFMATRIX_CONFIG_OWN_COMMAND_H

#include "config/strv.h"
#include "core/error.h"

struct own_option {
	const char *option;
	/* NULL: the option is left out */
	const char *value;
};

/** This program's file, the caller's to free. ERROR_SYSTEM where it is not there any more. */
must_check struct error *own_program(char **ret);

/**
 * This program's file, @command and the options that have a value. The caller frees it, and may append to it.
 * Errors are own_program()'s.
 */
must_check struct error *own_command(const char *command, const struct own_option *options,
				     size_t nr, strv *ret);

#endif
