// SPDX-License-Identifier: GPL-2.0-only
#include "config/pahole_spec.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

static const char stock_suffix[] = "-stock", encode_suffix[] = "+encode";

/* WHICH alone: a name, or a program with a '/' in it. */
static bool is_which(const char *which)
{
	static const char in_version[] = "0123456789.";

	if (strchr(which, '/'))
		return !strpbrk(which, "\n\t,");
	return str_eq(which, "host") ||
	       (*which && strspn(which, in_version) == strlen(which) && strchr(which, '.'));
}

/* No '/' and nothing that a file's name or a shell minds. */
static char *label_of(const char *text)
{
	char *label = xstrdup(text);

	for (char *p = label; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-",
			    *p))
			*p = '_';
	return label;
}

struct pahole_spec *pahole_spec_parse(const char *text)
{
	_cleanup_(pahole_spec_cleanup) struct pahole_spec *spec = xcalloc(1, sizeof(*spec));
	size_t len = strlen(text);

	if (str_eq(text, PAHOLE_SPEC_DEFAULT) || str_eq(text, "repaired")) {
		spec->text = xstrdup(PAHOLE_SPEC_DEFAULT);
		return return_ptr(spec);
	}
	spec->stock = str_eq(text, stock_suffix + 1) || str_ends(text, stock_suffix);
	spec->encode = str_eq(text, encode_suffix + 1) || str_ends(text, encode_suffix);
	spec->text = xstrdup(text);
	spec->label = label_of(text);
	if (str_eq(text, stock_suffix + 1) || str_eq(text, encode_suffix + 1))
		return return_ptr(spec);
	len -= spec->stock ? strlen(stock_suffix) : spec->encode ? strlen(encode_suffix) : 0;
	spec->which = xstrndup(text, len);
	return is_which(spec->which) ? return_ptr(spec) : NULL;
}

void pahole_spec_free(struct pahole_spec *spec)
{
	if (!spec)
		return;
	free(spec->text);
	free(spec->label);
	free(spec->which);
	free(spec);
}

const char *pahole_spec_check(const char *value)
{
	_cleanup_(pahole_spec_cleanup) struct pahole_spec *spec = pahole_spec_parse(value);

	return spec ? NULL
		    : "must be default, or host, a version or a program's path, with -stock or "
		      "+encode behind it where wanted";
}
