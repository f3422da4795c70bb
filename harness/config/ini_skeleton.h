/* SPDX-License-Identifier: GPL-2.0-only */
/* A descriptor to begin with, made of the table of its keys. */
#ifndef BTFMATRIX_CONFIG_INI_SKELETON_H
#define BTFMATRIX_CONFIG_INI_SKELETON_H

#include "config/ini_schema.h"
#include "core/strbuf.h"

/**
 * Appends every section and key, each with a comment of what it is and takes: keys that have an example with
 * that, the others commented out with what they are where they are missing. ini_load() takes the result.
 */
void ini_skeleton(const struct ini_schema *schema, struct strbuf *out);

#endif
