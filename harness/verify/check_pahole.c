// SPDX-License-Identifier: GPL-2.0-only
/* How pahole was run: with what makes it encode all variables where the mode wants them, and nowhere else. */
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"
#include "verify/checks.h"

/* Whether one of the names between commas in @list, with or without '+', is the @len bytes of @word. */
static bool list_has(const char *list, size_t list_len, const char *word)
{
	const char *end = list + list_len;

	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *item = list + (*list == '+');
		size_t len = (size_t)((comma ? comma : end) - item);

		if (len == strlen(word) && memcmp(item, word, len) == 0)
			return true;
		list = comma ? comma + 1 : end;
	}
	return false;
}

/* Whether the command line @arguments, one space between them, has @word; see struct feature. */
static bool has_word(const char *arguments, const char *word)
{
	static const char *const options[] = { "--btf_features", "--btf_features_strict" };
	bool is_value = false;

	while (*arguments) {
		size_t len = strcspn(arguments, " ");
		bool was_value = is_value;

		if (len == strlen(word) && memcmp(arguments, word, len) == 0 &&
		    str_starts(word, "--"))
			return true;
		is_value = false;
		for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
			size_t option_len = strlen(options[i]);

			if (len < option_len || memcmp(arguments, options[i], option_len) != 0)
				continue;
			if (len == option_len)
				is_value = true;
			else if (arguments[option_len] == '=' &&
				 list_has(arguments + option_len + 1, len - option_len - 1, word))
				return true;
		}
		if (was_value && list_has(arguments, len, word))
			return true;
		arguments += len;
		arguments += *arguments == ' ';
	}
	return false;
}

static bool asks_for_all(const struct verify_pahole *pahole, const char *arguments)
{
	for (const char *const *word = pahole->words; *word; word++)
		if (has_word(arguments, *word))
			return true;
	return false;
}

/* What would have been right, for people: "--btf_features=+global_var". */
static char *describe_words(const struct verify_pahole *pahole)
{
	char *all = xstrdup("");

	for (const char *const *word = pahole->words; *word; word++) {
		char *more = xasprintf("%s%s%s%s", all, *all ? " or " : "",
				       str_starts(*word, "--") ? "" : "--btf_features=+", *word);

		free(all);
		all = more;
	}
	return all;
}

static void demand(struct check_run *run, const char *image, const char *arguments, bool expected)
{
	const struct verify_pahole *pahole = &run->evidence->input->pahole;
	_cleanup_free_ char *words = NULL;

	check_item(run);
	if (arguments && asks_for_all(pahole, arguments) == expected)
		return;
	words = describe_words(pahole);
	check_report(run, image, "(pahole)",
		     xasprintf("pahole run %s %s in mode %s", expected ? "with" : "without", words,
			       btf_mode_name(run->evidence->input->mode)),
		     arguments ? xasprintf("pahole %s", arguments)
			       : xstrdup("pahole was not run for it"));
}

void check_mode_pahole_flags(struct check_run *run)
{
	const struct verify_input *input = run->evidence->input;
	const struct verify_pahole *pahole = &input->pahole;

	if (!pahole->words || !pahole->vmlinux) {
		check_skip(run, "it is not known how pahole was run");
		return;
	}
	demand(run, IMAGE_VMLINUX, pahole->vmlinux, input->mode == BTF_MODE_Y);
	if (input->mode == BTF_MODE_M)
		demand(run, evidence_extra_name(run->evidence), pahole->extra, true);
}
