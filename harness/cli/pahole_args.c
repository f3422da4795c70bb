// SPDX-License-Identifier: GPL-2.0-only
#include "cli/pahole_args.h"

#include <stdlib.h>
#include <string.h>

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

void pahole_args_parse(struct pahole_args *args, char *const *argv)
{
	*args = (struct pahole_args){ 0 };
	for (; *argv; argv++) {
		char *const *start = argv;
		const char *value;

		args->file = NULL;
		if ((value = option_value(&argv, "--btf_encode_detached"))) {
			args->detached = value;
			args->encode = true;
			continue;
		}
		if ((value = option_value(&argv, "--btf_base")))
			args->base = value;
		else if ((value = option_value(&argv, "--btf_features")))
			args->distilled_base |= strstr(value, "distilled_base") != NULL;
		else if (str_eq(*argv, "-J") || str_eq(*argv, "--btf_encode"))
			args->encode = true;
		else if (**argv != '-')
			args->file = *argv;
		for (; start <= argv; start++)
			vec_push(&args->rest, *start);
	}
}

void pahole_args_release(struct pahole_args *args)
{
	vec_free(&args->rest);
}
