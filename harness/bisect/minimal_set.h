/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delta debugging: a smallest set of differences that still makes something bad. It takes about log2(N) tests for each
 * difference that matters, as a bisection does (the search is that of Junker's QuickXplain, one element at a time).
 */
#ifndef BTFMATRIX_BISECT_MINIMAL_SET_H
#define BTFMATRIX_BISECT_MINIMAL_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "bisect/search.h"
#include "core/error.h"

/** Tests what it is with the differences for which @chosen is true. MARK_SKIP: that cannot be tested. */
typedef struct error *(*minimal_set_test)(void *context, const bool *chosen, enum mark *mark_ret);

/**
 * Reduces the @nr differences, which together are bad, to a set that is bad and of which no single one can be left out:
 * what is left then is good, or cannot be tested. @chosen_ret has @nr entries. An error of @test ends it.
 */
must_check struct error *minimal_set_find(size_t nr, minimal_set_test test, void *context,
					  bool *chosen_ret);

#endif
