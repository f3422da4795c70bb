// SPDX-License-Identifier: GPL-2.0-only
#include "verify/judge.h"

#include <linux/btf.h>
#include <stdarg.h>
#include <stdlib.h>

#include "core/cleanup.h"
#include "core/mem.h"

bool judge_fault(const struct judge *judge, const struct btf_type_view *type, const char *rule,
		 const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	judge->report(judge->user, type, rule, text);
	return false;
}

static bool wants_identifier(enum name_rule rule)
{
	return rule == NAME_IDENTIFIER || rule == NAME_OPTIONAL;
}

/* Offsets are those of strings that are there. */
static bool is_known(const struct judge *judge, uint32_t name_off, enum name_rule rule)
{
	return wants_identifier(rule) && judge->identifiers[name_off / 8] & 1 << name_off % 8;
}

static void make_known(const struct judge *judge, uint32_t name_off, enum name_rule rule)
{
	if (wants_identifier(rule))
		judge->identifiers[name_off / 8] |= (uint8_t)(1 << name_off % 8);
}

bool judge_name_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t name_off,
		   enum name_rule rule, const char *whose)
{
	const char *name = btf_string(type->btf, name_off);

	if (!name)
		return judge_fault(judge, type, "a name offset in the string section",
				   "%s name at %u, beyond its end", whose, name_off);
	if (!name_off) {
		if (name_may_lack(rule))
			return true;
		return judge_fault(judge, type, name_rule_text(rule), "%s has no name", whose);
	}
	if (is_known(judge, name_off, rule))
		return true;
	if (!name_is_valid(rule, name))
		return judge_fault(judge, type, name_rule_text(rule), "%s is called '%.80s'", whose,
				   name);
	make_known(judge, name_off, rule);
	return true;
}

bool judge_is_modifier(uint32_t kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

/* Variables, sections, functions and tags are no types; only a section or a tag may refer to them. */
static bool is_no_type(uint32_t kind)
{
	return kind == BTF_KIND_VAR || kind == BTF_KIND_DATASEC || kind == BTF_KIND_DECL_TAG ||
	       kind == BTF_KIND_FUNC;
}

/* NULL where there is no such type. Most are referred to by many: what is found is kept. */
static const struct judge_target *find_target(const struct judge *judge, uint32_t id)
{
	struct btf_type_view type;
	struct judge_target *target;
	uint64_t size = 0;

	if (id >= judge->nr_ids)
		return NULL;
	target = &judge->targets[id];
	if (target->known)
		return target;
	if (!btf_type_get(judge->btf, id, &type))
		return NULL;
	target->kind = (uint8_t)type.kind;
	target->has_size = btf_type_size(judge->btf, id, judge->pointer_size, &size);
	/* sizes of types have 32 bits */
	target->size = (uint32_t)size;
	target->known = true;
	return target;
}

bool judge_ref_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t id,
		  const char *whose)
{
	const struct judge_target *target = find_target(judge, id);

	if (!target)
		return judge_fault(judge, type, "ids of types that are there",
				   "%s refers to type %u of %u", whose, id, btf_nr_ids(judge->btf));
	if (is_no_type(target->kind))
		return judge_fault(judge, type, "references to types", "%s refers to [%u], a %s",
				   whose, id, btf_kind_name(target->kind));
	return true;
}

bool judge_sized_ref_ok(const struct judge *judge, const struct btf_type_view *type, uint32_t id,
			const char *whose, uint64_t *size_ret)
{
	const struct judge_target *target;

	if (!judge_ref_ok(judge, type, id, whose))
		return false;
	target = &judge->targets[id];
	if (!target->has_size)
		return judge_fault(judge, type, "a type with a size",
				   "%s has type %u, which has none", whose, id);
	if (size_ret)
		*size_ret = target->size;
	return true;
}
