// SPDX-License-Identifier: GPL-2.0-only
#include "config/expect.h"

#include <stdlib.h>
#include <string.h>

#include "config/ini_list.h"
#include "config/project.h"
#include "config/version.h"

static const struct {
	/* in the file, and for people */
	const char *name, *text;
} whats[EXPECT_COUNT] = {
	[EXPECT_VMLINUX_PERCPU] = { "vmlinux-percpu", "per-CPU DATASEC" },
	[EXPECT_VMLINUX_GLOBALS] = { "vmlinux-globals", "DATASECs of global variables" },
	[EXPECT_MODULE] = { "module", "module" },
	[EXPECT_MODULE_PERCPU] = { "module-percpu", "per-CPU DATASEC" },
	[EXPECT_MODULE_GLOBALS] = { "module-globals", "DATASECs of global variables" },
};

static const char *check_what(const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(whats); i++)
		if (str_eq(whats[i].name, value))
			return NULL;
	return "must be vmlinux-percpu, vmlinux-globals, module, module-percpu or module-globals";
}

static const char *check_mode(const char *value)
{
	enum btf_mode mode;

	return btf_mode_parse(value, &mode) ? NULL : "must be y, m or n";
}

static const struct ini_choice presences[] = {
	{ "absent", EXPECT_ABSENT },
	{ "present", EXPECT_PRESENT },
	{ 0 },
};

static const struct ini_choice facts_choices[] = {
	{ "no", FACT_NO },
	{ "yes", FACT_YES },
	{ 0 },
};

static const struct ini_choice encoders[] = {
	{ "pahole", FACT_NO },
	{ "btfmatrix", FACT_YES },
	{ 0 },
};

#define RULE(key_, type_, member_, ...)                                                      \
	{                                                                                    \
		.key = key_, .type = type_, .offset = offsetof(struct expect_rule, member_), \
		__VA_ARGS__                                                                  \
	}

static const struct ini_field fields[] = {
	RULE("what", INI_WORDS, what, .required = true, .unique = true, .check = check_what,
	     .help = "what it is about"),
	RULE("expect", INI_ENUM, presence, .required = true, .choices = presences,
	     .help = "present or absent"),
	RULE("datasecs", INI_WORDS, datasecs, .unique = true,
	     .help = "names of DATASECs that are there"),
	RULE("modes", INI_WORDS, modes, .unique = true, .check = check_mode,
	     .help = "the modes it is for"),
	RULE("smp", INI_ENUM, smp, .choices = facts_choices, .help = "CONFIG_SMP: yes or no"),
	RULE("percpu_section", INI_ENUM, percpu_section, .choices = facts_choices,
	     .help = "whether the architecture has a per-CPU section"),
	RULE("encoder", INI_ENUM, encoder, .choices = encoders,
	     .help = "who encodes all variables: pahole or btfmatrix"),
	RULE("kernels", INI_STRING, kernels, .check = version_check_range,
	     .help = "the kernels it is for"),
	RULE("paholes", INI_STRING, paholes, .check = version_check_range,
	     .help = "the versions of pahole it is for"),
	RULE("reason", INI_STRING, reason, .required = true, .help = "why it is so"),
};

struct error *expect_load(const char *path, struct expect **ret)
{
	static const struct ini_list_schema schema = {
		.fields = fields,
		.nr_fields = ARRAY_SIZE(fields),
		.entry_size = sizeof(struct expect_rule),
		.name_offset = offsetof(struct expect_rule, name),
	};
	_cleanup_(expect_cleanup) struct expect *expect = xcalloc(1, sizeof(*expect));
	void *rules;
	size_t nr;
	struct error *err = ini_list_load(path, &schema, &rules, &nr);

	expect->path = xstrdup(path);
	expect->rules.data = rules;
	expect->rules.len = expect->rules.cap = nr;
	if (!err)
		*ret = return_ptr(expect);
	return err;
}

struct error *expect_load_project(struct expect **ret)
{
	_cleanup_free_ char *path = NULL;
	struct error *err = project_path(&path, "configs/expect.ini");

	return err ?: expect_load(path, ret);
}

void expect_free(struct expect *expect)
{
	static const struct ini_schema schema = { fields, ARRAY_SIZE(fields) };

	if (!expect)
		return;
	vec_for_each(rule, &expect->rules) {
		ini_release(&schema, rule);
		free(rule->name);
	}
	vec_free(&expect->rules);
	free(expect->path);
	free(expect);
}

/* The most that is known of several conditions: one that is not met settles it. */
static enum expect_fact all_of(const enum expect_fact *met, size_t nr)
{
	enum expect_fact all = FACT_YES;

	for (size_t i = 0; i < nr; i++) {
		if (met[i] == FACT_NO)
			return FACT_NO;
		if (met[i] == FACT_UNKNOWN)
			all = FACT_UNKNOWN;
	}
	return all;
}

static enum expect_fact meets_fact(unsigned int wanted, enum expect_fact fact)
{
	if (wanted == FACT_UNKNOWN)
		return FACT_YES;
	if (fact == FACT_UNKNOWN)
		return FACT_UNKNOWN;
	return wanted == fact ? FACT_YES : FACT_NO;
}

static enum expect_fact meets_range(const char *range, const char *version)
{
	if (!range)
		return FACT_YES;
	if (!version)
		return FACT_UNKNOWN;
	return version_in_range(version, range) ? FACT_YES : FACT_NO;
}

static enum expect_fact meets(const struct expect_rule *rule, const struct expect_facts *facts)
{
	bool any_mode = !strv_len(STRV_CONST(rule->modes));
	const enum expect_fact met[] = {
		any_mode || strv_has(STRV_CONST(rule->modes), btf_mode_name(facts->mode)) ? FACT_YES
											  : FACT_NO,
		meets_fact(rule->smp, facts->smp),
		meets_fact(rule->percpu_section, facts->percpu_section),
		meets_fact(rule->encoder, facts->encoder),
		meets_range(rule->kernels, facts->kernel),
		meets_range(rule->paholes, facts->pahole),
	};

	return all_of(met, ARRAY_SIZE(met));
}

const struct expect_rule *expect_find(const struct expect *expect, enum expect_what what,
				      const struct expect_facts *facts)
{
	vec_for_each(rule, &expect->rules) {
		enum expect_fact met;

		if (!strv_has(STRV_CONST(rule->what), whats[what].name))
			continue;
		met = meets(rule, facts);
		if (met == FACT_NO)
			continue;
		return met == FACT_YES ? rule : NULL;
	}
	return NULL;
}

const char *expect_what_text(enum expect_what what)
{
	return whats[what].text;
}
