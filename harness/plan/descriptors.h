/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding the files that names on the command line and in a matrix stand for. */
#ifndef BTFMATRIX_PLAN_DESCRIPTORS_H
#define BTFMATRIX_PLAN_DESCRIPTORS_H

#include "config/matrix.h"
#include "config/strv.h"
#include "core/error.h"

/* A kind of descriptor: FOLDER/NAMESUFFIX, with the folder below the project's. */
struct descriptor_kind {
	/* the matrix's key, e.g. "arches" */
	const char *key;
	const char *folder, *suffix;
};

/** The names there are, sorted; none where the folder cannot be read. */
must_check struct error *descriptor_names(const struct descriptor_kind *kind, strv *ret);

/**
 * Path of the file that a name of @matrix stands for; ERROR_INPUT at the matrix's line, with the names there are, where
 * there is none. The caller frees it.
 */
must_check struct error *descriptor_find(const struct descriptor_kind *kind,
					 const struct matrix *matrix, const char *name,
					 char **path_ret);

/** Path of FOLDER/NAME.ini, or @name itself where it is a path. @what is for messages: "matrix". */
must_check struct error *descriptor_find_or_path(const char *what, const char *folder,
						 const char *name, char **path_ret);

#endif
