// SPDX-License-Identifier: GPL-2.0-only
#include "verify/cause_twice.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/mem.h"
#include "verify/dwarf_die.h"

#define WELL_FORMED "format.btf-is-well-formed"

/* Variables of a DATASEC are adjacent. */
static const struct variable *before(const struct evidence *evidence, const struct variable *var)
{
	const struct variable *other = var > evidence->variables.data ? var - 1 : NULL;

	return other && other->blob == var->blob && other->datasec_id == var->datasec_id ? other
											 : NULL;
}

static uint64_t end_of(const struct variable *var)
{
	return (uint64_t)var->info.offset + var->info.size;
}

bool twice_concerns(const struct evidence *evidence, const struct variable *var)
{
	const struct variable *other = before(evidence, var);

	return other && other->info.offset <= var->info.offset && end_of(other) > var->info.offset;
}

static size_t nr_definitions(const struct variable *var)
{
	const struct blob *of = var->blob->of;
	uint64_t place = var->section->addr + var->info.offset;
	const struct dwarf_variable *there;
	size_t nr = dwarf_variables_at(of->dwarf,
				       blob_dwarf_address(of, var->section->index, place), &there);
	size_t n = 0;

	for (size_t i = 0; i < nr; i++)
		n += there[i].file_scope && str_eq(there[i].name, var->name);
	return n;
}

static size_t nr_symbols_there(const struct variable *var)
{
	const struct elf_symbol *const *symbols;
	size_t nr = elf_symbols_by_name(var->blob->of->elf, var->name, &symbols), n = 0;

	for (size_t i = 0; i < nr; i++)
		n += symbols[i]->shndx == var->section->index &&
		     symbol_offset(symbols[i], var->section) == var->info.offset;
	return n;
}

bool twice_holds(const struct evidence *evidence, const struct variable *var)
{
	const struct variable *other = before(evidence, var);

	return twice_concerns(evidence, var) && var->section && var->blob->of->elf &&
	       var->blob->of->dwarf && str_eq(other->name, var->name) &&
	       other->info.offset == var->info.offset && nr_symbols_there(var) == 1 &&
	       nr_definitions(var) > 1;
}

static const struct datasec *datasec_of(const struct evidence *evidence,
					const struct finding *finding)
{
	const struct datasec *found = NULL;

	vec_for_each(sec, &evidence->datasecs) {
		if (!str_eq(sec->blob->image, finding->image) ||
		    !str_eq(sec->name, finding->variable))
			continue;
		if (found)
			return NULL;
		found = sec;
	}
	return found;
}

/* As btf_datasec_check_meta() has it, of a VAR that the one before it ends at @end. */
static bool is_in_order(const struct datasec *sec, const struct variable *var, uint64_t end)
{
	return var->info.offset >= end && var->info.size && end_of(var) <= sec->size &&
	       (!var->has_size || var->info.size >= var->size);
}

bool twice_is_behind_section(const struct evidence *evidence, const struct verify_result *result,
			     const struct finding *finding)
{
	const struct datasec *sec = datasec_of(evidence, finding);
	uint64_t end = 0;
	bool some = false;

	(void)result;
	if (!sec || sec->nr_bad_entries || !sec->size)
		return false;
	for (size_t i = 0; i < sec->nr_variables; i++) {
		const struct variable *var = &evidence->variables.data[sec->first_variable + i];

		if (twice_holds(evidence, var)) {
			some = true;
			continue;
		}
		if (!is_in_order(sec, var, end))
			return false;
		end = end_of(var);
	}
	return some;
}

/* Nothing but such VARs keeps a kernel from taking @image. */
static bool is_refused_for_it(const struct verify_result *result, const char *image)
{
	bool some = false;

	vec_for_each(finding, &result->findings) {
		if (!str_eq(finding->check, WELL_FORMED) || !str_eq(finding->image, image))
			continue;
		if (!finding->cause || !str_eq(finding->cause, CAUSE_TWICE))
			return false;
		some = true;
	}
	return some;
}

/* Whether a line of the kernel's verifier of BTF is about such a VAR: "type_id=%u offset=%u size=%u". */
static bool is_line_of_one(const struct evidence *evidence, const struct verify_result *result,
			   const char *line)
{
	struct btf_secinfo at;

	if (sscanf(line, "type_id=%" SCNu32 " offset=%" SCNu32 " size=%" SCNu32, &at.type,
		   &at.offset, &at.size) != 3)
		return false;
	vec_for_each(var, &evidence->variables)
		if (var->info.type == at.type && var->info.offset == at.offset &&
		    var->info.size == at.size && twice_holds(evidence, var) &&
		    is_refused_for_it(result, var->blob->image))
			return true;
	return false;
}

/* The line in front of what rule is broken. The log may have those of all entries, and be cut at its beginning. */
static bool names_one(const struct evidence *evidence, const struct verify_result *result,
		      const char *said)
{
	const char *rule = strstr(said, "Invalid offset"), *line = NULL;

	for (const char *at = said; rule && (at = strstr(at, "type_id=")) && at < rule; at++)
		line = at;
	return line && is_line_of_one(evidence, result, line);
}

/* What a trial, by the beginning of its name, comes to once the kernel refused the BTF. */
static const struct {
	const char *check, *trial, *said;
	/* what it said of the VAR must be there too */
	bool names_it;
} consequences[] = {
	{ "live.btf-accepted", "btf-load:", "Invalid offset", true },
	{ "live.btf-accepted", "module-load:", "Invalid offset", true },
	{ "live.btf-accepted", "prog-load", "in-kernel BTF is malformed", false },
	{ "live.btf-accepted", "btf-object:", "has not accepted it", false },
	/* of a module that was not loaded */
	{ "live.btf-accepted", "btf-object:", "the probe says nothing of it", false },
	{ "live.btf-accepted", "module-live:", "the probe says nothing of it", false },
	{ "live.sysfs-btf-is-image", "", "no such file", false },
};

/* A complaint in the kernel's log, of whichever blob. */
static bool is_behind_complaint(const struct evidence *evidence, const struct verify_result *result,
				const char *line)
{
	const char *extra = evidence_extra_name(evidence);
	_cleanup_free_ char *of_module =
		xasprintf("failed to validate module [%s] BTF: -22", extra);
	const char *of_type = strstr(line, "type_id=");

	if (str_eq(line, "BPF: Invalid offset"))
		return is_refused_for_it(result, IMAGE_VMLINUX) || is_refused_for_it(result, extra);
	if (str_eq(line, of_module))
		return is_refused_for_it(result, extra);
	return of_type && is_line_of_one(evidence, result, of_type);
}

bool twice_is_behind_refusal(const struct evidence *evidence, const struct verify_result *result,
			     const struct finding *finding)
{
	if (str_eq(finding->check, "live.no-complaints"))
		return is_behind_complaint(evidence, result, finding->actual);
	if (!is_refused_for_it(result, finding->image))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(consequences); i++)
		if (str_eq(finding->check, consequences[i].check) &&
		    str_starts(finding->variable, consequences[i].trial) &&
		    strstr(finding->actual, consequences[i].said) &&
		    (!consequences[i].names_it || names_one(evidence, result, finding->actual)))
			return true;
	return false;
}
