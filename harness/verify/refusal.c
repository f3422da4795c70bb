// SPDX-License-Identifier: GPL-2.0-only
#include "verify/refusal.h"

#include <errno.h>
#include <string.h>

/* kernel/bpf/verifier.c, check_pseudo_btf_id(): what kallsyms_lookup_name() has no address for */
static bool is_not_found(const struct guest_refusal *refusal)
{
	return refusal->errnum == ENOENT && strstr(refusal->words, "failed to find the address");
}

static size_t count_lines(const struct live_symbols *live, const char *name)
{
	const struct guest_symbol *const *symbols;

	return live_find(live, name, &symbols);
}

static bool is_at_zero(const struct live_symbols *live, const struct guest_refusal *refusal)
{
	const struct guest_symbol *const *symbols;
	size_t n = live_find(live, refusal->name, &symbols);

	for (size_t i = 0; i < n; i++)
		if (symbols[i]->address)
			return false;
	return n > 0;
}

/* The first task is in every kernel, and is data. */
static bool has_no_data(const struct live_symbols *live, const struct guest_refusal *refusal)
{
	return !count_lines(live, "init_task") && !count_lines(live, refusal->name);
}

/* Of the names that scripts/mksysmap takes out, those that a variable of C can have. */
static bool is_taken_out(const struct live_symbols *live, const struct guest_refusal *refusal)
{
	static const char *const prefixes[] = { "__efistub_", "__crc_", "__kstrtab_",
						"__kstrtabns_" };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_starts(refusal->name, prefixes[i]))
			return !count_lines(live, refusal->name);
	return false;
}

const struct refusal_rule refusal_rules[] = {
	{ "ksym-at-address-0",
	  "its address is 0, as x86-64's first per-CPU variable has it, which the kernel's lookup "
	  "takes "
	  "for a name that is not there",
	  is_at_zero },
	{ "ksym-kallsyms-has-no-data",
	  "the kernel was built without CONFIG_KALLSYMS_ALL and finds no variable by its name",
	  has_no_data },
	{ "ksym-name-not-in-kallsyms", "scripts/mksysmap leaves names like it out of kallsyms",
	  is_taken_out },
};

const size_t nr_refusal_rules = ARRAY_SIZE(refusal_rules);

const struct refusal_rule *refusal_explain(const struct live_symbols *live,
					   const struct guest_refusal *refusal)
{
	if (!is_not_found(refusal))
		return NULL;
	for (size_t i = 0; i < nr_refusal_rules; i++)
		if (refusal_rules[i].applies(live, refusal))
			return &refusal_rules[i];
	return NULL;
}
