/* SPDX-License-Identifier: GPL-2.0-only */
/* A cell's tools as text, from the worker that found them or made the tool roots they are in. */
#ifndef BTFMATRIX_RUN_TOOLS_JSON_H
#define BTFMATRIX_RUN_TOOLS_JSON_H

#include "core/error.h"
#include "core/strbuf.h"
#include "toolroot/cell_tools.h"

/** Appends them. */
void tools_to_json(const struct cell_tools *tools, struct strbuf *text);
/** ERROR_CHILD where these are none. */
must_check struct error *tools_from_json(const struct strbuf *text, struct cell_tools *ret);

#endif
