/* SPDX-License-Identifier: GPL-2.0-only */
/* Delta debugging (Zeller and Hildebrandt's ddmin): the smallest set of differences that still makes something bad. */
#ifndef BTFMATRIX_BISECT_DDMIN_H
#define BTFMATRIX_BISECT_DDMIN_H

#include <stdbool.h>
#include <stddef.h>

#include "bisect/search.h"
#include "core/error.h"

/** Tests what it is with the differences for which @chosen is true. MARK_SKIP: that cannot be tested. */
typedef struct error *(*ddmin_test)(void *context, const bool *chosen, enum mark *mark_ret);

/**
 * Reduces the @nr differences, which together are bad and none of which is good, to a set that is bad and of which no
 * single one can be left out. @chosen_ret has @nr entries. An error of @test ends it.
 */
must_check struct error *ddmin(size_t nr, ddmin_test test, void *context, bool *chosen_ret);

#endif
