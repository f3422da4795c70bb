// SPDX-License-Identifier: GPL-2.0-only
#include "verify/type_match.h"

#include <dwarf.h>
#include <stdlib.h>

#include "verify/dwarf_die.h"
#include "verify/type_match_state.h"

enum {
	/* see type_match.tries_left */
	MAX_TRIES = 200000,
	/* pairs that are compared at most: so many, and so many for each variable that DWARF has */
	MIN_MAX_PAIRS = 1 << 20,
	PAIRS_PER_VARIABLE = 64,
};

static void forget_difference(struct type_match *match)
{
	free(match->text);
	match->text = NULL;
	match->wrong_steps.len = 0;
}

struct type_match *type_match_new(const struct type_match_config *config)
{
	struct type_match *match = xcalloc(1, sizeof(*match));

	match->config = *config;
	match->parent = NO_PARENT;
	match->tries_left = MAX_TRIES;
	match->max_pairs = MIN_MAX_PAIRS;
	if (config->dwarf)
		match->max_pairs += PAIRS_PER_VARIABLE * dwarf_index_count(config->dwarf);
	return match;
}

void type_match_free(struct type_match *match)
{
	if (!match)
		return;
	vec_for_each(wrong, &match->wrong) {
		free(wrong->text);
		free(wrong->steps);
	}
	vec_for_each(pointee, &match->pointees)
		free(pointee->steps);
	vec_free(&match->steps);
	vec_free(&match->wrong_steps);
	vec_free(&match->wrong);
	vec_free(&match->pointees);
	vec_free(&match->ready);
	free(match->pairs);
	free(match->pointee_slots);
	free(match->text);
	free(match->reason);
	free(match);
}

/* "path: what differs there" */
static char *tell_difference(const struct type_match *match)
{
	_cleanup_free_ char *path = type_match_path(match);

	return xasprintf("%s: %s", path, match->text);
}

/*
 * GCC gives `static int x[];` before `static int x[] = { 1, 2 };` one array type without bounds. How many
 * elements the variable has, its symbol says, and that is another check's witness.
 */
static const void *find_unbounded(const Dwarf_Die *die)
{
	Dwarf_Die array, range;
	uint64_t bound;

	if (!die || !dwarf_strip(die, &array) || dwarf_tag(&array) != DW_TAG_array_type)
		return NULL;
	if (dwarf_child(&array, &range) == 0 &&
	    (dwarf_udata(&range, DW_AT_count, &bound) || dwarf_hasattr(&range, DW_AT_upper_bound)))
		return NULL;
	return array.addr;
}

char *type_match_variable(struct type_match *match, const struct type_match_root *root,
			  const struct btf_image *btf, uint32_t id, const Dwarf_Die *die)
{
	char *difference = NULL;

	match->root = root;
	match->parent = NO_PARENT;
	match->strict = true;
	match->unbounded = find_unbounded(die);
	if (!type_match_same(match, btf, id, die, BY_VALUE))
		difference = tell_difference(match);
	match->unbounded = NULL;
	forget_difference(match);
	return difference;
}

/* Whether a definition is what the pointee's BTF type says. */
static bool fits(struct type_match *match, const struct pointee *pointee, const Dwarf_Die *die)
{
	struct btf_type_view type;

	match->root = pointee->root;
	match->parent = (uint32_t)(pointee - match->pointees.data);
	match->strict = false;
	return btf_type_get(pointee->btf, pointee->id, &type) &&
	       type_match_members(match, &type, die);
}

/* Tries the definitions that other units have of that name. */
static bool any_definition_fits(struct type_match *match, uint32_t position)
{
	Dwarf_Die first = match->pointees.data[position].die;
	struct btf_type_view type;
	const struct dwarf_definition *definitions;
	size_t n;

	btf_type_get(match->pointees.data[position].btf, match->pointees.data[position].id, &type);
	if (!match->config.dwarf)
		return false;
	n = dwarf_all_definitions(match->config.dwarf, dwarf_tag(&first), btf_type_name(&type),
				  &definitions);
	for (size_t i = 0; i < n; i++) {
		if (definitions[i].die.addr == first.addr)
			continue;
		if (!match->tries_left) {
			match->nr_untried++;
			return true;
		}
		match->tries_left--;
		forget_difference(match);
		if (fits(match, &match->pointees.data[position], &definitions[i].die))
			return true;
	}
	return false;
}

static const char *unit_of(const Dwarf_Die *die)
{
	Dwarf_Die unit;

	return dwarf_diecu((Dwarf_Die *)die, &unit, NULL, NULL) ? dwarf_name_of(&unit) : "";
}

static void compare_pointee(struct type_match *match, uint32_t position,
			    void (*report)(void *user, const struct type_match_pointee *pointee),
			    void *user)
{
	_cleanup_free_ char *difference = NULL;
	const struct pointee *pointee = &match->pointees.data[position];
	Dwarf_Die die = pointee->die;

	if (fits(match, pointee, &die))
		return;
	difference = tell_difference(match);
	if (!any_definition_fits(match, position)) {
		/* comparing may have moved them */
		pointee = &match->pointees.data[position];
		report(user, &(struct type_match_pointee){ .root = pointee->root,
							   .unit = unit_of(&die),
							   .btf = pointee->btf,
							   .id = pointee->id,
							   .difference = difference });
	}
	forget_difference(match);
}

void type_match_pointees(struct type_match *match,
			 void (*report)(void *user, const struct type_match_pointee *pointee),
			 void *user)
{
	while (match->next_ready < match->ready.len)
		compare_pointee(match, match->ready.data[match->next_ready++], report, user);
}

size_t type_match_not_compared(const struct type_match *match, const char **reason_ret)
{
	struct type_match *m = (struct type_match *)match;
	size_t nr_declared = 0;

	vec_for_each(pointee, &match->pointees)
		/* what a module only declares is its base's, and compared with that one's DWARF */
		nr_declared += pointee->declared_only && pointee->btf != match->config.foreign;
	free(m->reason);
	m->reason = xasprintf("%zu types that DWARF only declares, %zu nested or referring too "
			      "much or not to be read, %zu with too many definitions of one name",
			      nr_declared, match->nr_limited, match->nr_untried);
	*reason_ret = m->reason;
	return nr_declared + match->nr_limited + match->nr_untried;
}

size_t type_match_nr_pairs(const struct type_match *match)
{
	return match->nr_pairs;
}
