// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/cell_spec.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "plan/plan.h"

enum {
	MAX_PARTS = 5
};

static const char pahole_prefix[] = "pahole-";

static void spec_release(struct cell_spec *spec)
{
	free(spec->name);
	free(spec->arch);
	free(spec->toolchain);
	free(spec->mode);
	free(spec->profile);
	free(spec->pahole);
	free(spec->family);
}

/* Cuts "+PROFILE" off @part. */
static void take_profile(struct cell_spec *spec, char *part)
{
	char *plus = strchr(part, '+');

	if (!plus)
		return;
	*plus = '\0';
	free(spec->profile);
	spec->profile = xstrdup(plus + 1);
}

static bool parse_parts(struct cell_spec *spec, char **parts, size_t nr)
{
	enum btf_mode mode;

	if (nr < 3 || nr > MAX_PARTS || !btf_mode_parse(parts[nr - 1], &mode))
		return false;
	for (size_t i = 1; i + 1 < nr; i++) {
		/* "pahole-1.24+encode" has a '+' of its own */
		if (str_starts(parts[i], pahole_prefix)) {
			free(spec->pahole);
			spec->pahole = xstrdup(parts[i] + strlen(pahole_prefix));
		} else {
			take_profile(spec, parts[i]);
		}
	}
	spec->arch = xstrdup(parts[0]);
	spec->toolchain = xstrdup(parts[1]);
	spec->mode = xstrdup(parts[nr - 1]);
	return *spec->arch && *spec->toolchain;
}

static struct error *parse_one(const char *text, struct cell_spec *spec)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *parts[MAX_PARTS + 1], *save = copy, *part;
	size_t nr = 0;

	while (nr <= MAX_PARTS && (part = strsep(&save, "/")))
		parts[nr++] = part;
	if (!parse_parts(spec, parts, nr))
		return error_new(ERROR_INPUT,
				 "--cell: '%s' is no cell; it is ARCH/TOOLCHAIN/MODE, such as "
				 "x86_64/gcc/m",
				 text);
	spec->family =
		xasprintf("%s/%s%s%s%s%s", spec->arch, spec->toolchain, spec->profile ? "+" : "",
			  spec->profile ?: "", spec->pahole ? "/pahole-" : "", spec->pahole ?: "");
	spec->name = xasprintf("%s/%s", spec->family, spec->mode);
	return NULL;
}

struct error *cell_specs_parse(const char *text, struct cell_specs *ret)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *save = copy, *word;
	struct error *err = NULL;

	while (!err && (word = strsep(&save, ","))) {
		struct cell_spec spec = { 0 };

		err = parse_one(word, &spec);
		vec_for_each(other, &ret->list)
			if (!err && str_eq(other->name, spec.name))
				err = error_new(ERROR_INPUT, "--cell: %s is there twice", word);
		if (err)
			spec_release(&spec);
		else
			vec_push(&ret->list, spec);
	}
	if (err)
		cell_specs_release(ret);
	return err;
}

struct error *cell_specs_check(const struct cell_specs *specs, const char *feature)
{
	vec_for_each(spec, &specs->list) {
		const struct plan_request request = {
			.arches = spec->arch,
			.toolchains = spec->toolchain,
			.modes = spec->mode,
			.profiles = spec->profile,
			.paholes = spec->pahole,
			.feature = feature,
		};
		_cleanup_(plan_cleanup) struct plan *plan = NULL;
		struct error *err = plan_make(&request, &plan);

		if (err)
			return error_wrap(err, "--cell %s", spec->name);
	}
	return NULL;
}

void cell_specs_release(struct cell_specs *specs)
{
	vec_for_each(spec, &specs->list)
		spec_release(spec);
	vec_free(&specs->list);
}

char *cell_spec_slug(const char *name)
{
	char *slug = xstrdup(name);

	for (char *p = slug; *p; p++)
		if (*p == '/')
			*p = '-';
	return slug;
}
