/* SPDX-License-Identifier: GPL-2.0-only */
/* INI files whose sections are the entries of a list: the same keys in each, the heading is its name. */
#ifndef BTFMATRIX_CONFIG_INI_LIST_H
#define BTFMATRIX_CONFIG_INI_LIST_H

#include <stddef.h>

#include "config/ini_schema.h"

struct ini_list_schema {
	/* the keys; .section and .offset's base are filled in for each entry */
	const struct ini_field *fields;
	size_t nr_fields;
	/* of an entry, in bytes, and of its `char *name`, which gets the heading */
	size_t entry_size, name_offset;
};

/**
 * Reads the file into an array of entries, which the caller frees, after a failure too. Errors are as
 * ini_load()'s.
 */
must_check struct error *ini_list_load(const char *path, const struct ini_list_schema *schema,
				       void **entries_ret, size_t *nr_ret);

#endif
