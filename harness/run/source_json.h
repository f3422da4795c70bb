/* SPDX-License-Identifier: GPL-2.0-only */
/* A prepared source as text, from the worker that prepared it. */
#ifndef BTFMATRIX_RUN_SOURCE_JSON_H
#define BTFMATRIX_RUN_SOURCE_JSON_H

#include "core/error.h"
#include "core/strbuf.h"
#include "source/kernel_source.h"

/** Appends it. */
void source_to_json(const struct kernel_source *source, struct strbuf *text);
/** ERROR_CHILD where it is none. */
must_check struct error *source_from_json(const struct strbuf *text, struct kernel_source *ret);

#endif
