// SPDX-License-Identifier: GPL-2.0-only
#include "cli/pahole_args.h"

#include <stdlib.h>
#include <string.h>

#include "core/strbuf.h"

/* The value of "--name=value" or "--name value" at *@argv, which is then advanced to the value. */
static const char *option_value(char *const **argv, const char *name)
{
	const char *arg = **argv;
	size_t len = strlen(name);

	if (strncmp(arg, name, len) != 0)
		return NULL;
	if (arg[len] == '=')
		return arg + len + 1;
	if (arg[len] != '\0' || !(*argv)[1])
		return NULL;
	++*argv;
	return **argv;
}

char *pahole_features_without_all_vars(const char *features, bool *all_vars)
{
	const char *sign = *features == '+' ? "+" : "";
	_cleanup_strbuf_ struct strbuf left = STRBUF_INIT;

	for (const char *word = features + strlen(sign); *word;) {
		size_t len = strcspn(word, ",");
		size_t mark = *word == '+' || *word == '-';
		bool is_it = len - mark == strlen(PAHOLE_ALL_VARS_FEATURE) &&
			     str_starts(word + mark, PAHOLE_ALL_VARS_FEATURE);

		if (is_it)
			*all_vars = *word != '-';
		else if (len)
			strbuf_addf(&left, "%s%.*s", left.len ? "," : sign, (int)len, word);
		word += len + (word[len] == ',');
	}
	return left.len ? strbuf_detach(&left) : NULL;
}

/* Adds the option at @start, whose value may be the next argument, less global_var. */
static void add_plain_features(struct pahole_args *args, const char *name, const char *value)
{
	_cleanup_free_ char *left = pahole_features_without_all_vars(value, &args->all_vars);

	if (left)
		vec_push(&args->plain, xasprintf("%s=%s", name, left));
}

void pahole_args_parse(struct pahole_args *args, char *const *argv)
{
	static const char *const lists[] = { "--btf_features", "--btf_features_strict" };

	*args = (struct pahole_args){ 0 };
	for (; *argv; argv++) {
		char *const *start = argv;
		const char *value, *list = NULL;

		args->file = NULL;
		if ((value = option_value(&argv, "--btf_encode_detached"))) {
			args->detached = value;
			args->encode = true;
			continue;
		}
		for (size_t i = 0; !list && i < ARRAY_SIZE(lists); i++)
			if ((value = option_value(&argv, lists[i])))
				list = lists[i];
		if (list)
			args->distilled_base |= strstr(value, "distilled_base") != NULL;
		else if ((value = option_value(&argv, "--btf_base")))
			args->base = value;
		else if (str_eq(*argv, "-J") || str_eq(*argv, "--btf_encode"))
			args->encode = true;
		else if (str_eq(*argv, "--supported_btf_features"))
			args->ask_features = true;
		else if (str_eq(*argv, PAHOLE_ALL_VARS_OPTION)) {
			args->all_vars = args->all_vars_option = true;
			args->all_vars_place = args->rest.len;
			vec_push(&args->rest, *argv);
			continue;
		} else if (**argv != '-')
			args->file = *argv;

		if (list)
			add_plain_features(args, list, value);
		for (; start <= argv; start++) {
			vec_push(&args->rest, *start);
			if (!list)
				vec_push(&args->plain, xstrdup(*start));
		}
	}
}

void pahole_args_release(struct pahole_args *args)
{
	vec_free(&args->rest);
	vec_for_each(arg, &args->plain)
		free(*arg);
	vec_free(&args->plain);
}
