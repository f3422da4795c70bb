/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding something to damage, by what it is: one at random that fits, so that any kernel will do. */
#ifndef BTFMATRIX_TESTS_MUTATE_TARGETS_H
#define BTFMATRIX_TESTS_MUTATE_TARGETS_H

#include "damage.h"

/** Whether what is asked for is there; NULL in its place accepts all. */
typedef bool (*place_test)(const struct subject *subject, const struct place *place);
typedef bool (*type_test)(const struct subject *subject, const struct btf_type_view *type);

/** A sound variable of the subject's ground that passes the test. Sets .named. */
bool find_place(struct subject *subject, place_test test, struct place *ret);

/**
 * A type that passes the test, is the blob's own, and lies by value, or behind one pointer, in a
 * sound variable of any scope. Sets .named to the variable.
 */
bool find_type(struct subject *subject, type_test test, struct btf_type_view *ret);

/**
 * As find_type(), of those whose members are looked at: they lie in the variable by value. What a pointer leads
 * to is known by its kind, name and size alone.
 */
bool find_member_type(struct subject *subject, type_test test, struct btf_type_view *ret);

/** A DATASEC other than @id, not the per-CPU one. */
bool find_other_datasec(const struct subject *subject, uint32_t id, struct btf_type_view *ret);

/** A type of the same size and of another kind; 0: none. */
uint32_t find_same_size(const struct subject *subject, uint32_t id);

#endif
