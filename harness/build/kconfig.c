// SPDX-License-Identifier: GPL-2.0-only
#include "build/kconfig.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "build/kconfig_why.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

enum {
	CONFIG_MAX = 16 << 20
};

static const char prefix[] = "CONFIG_";
static const char unset_suffix[] = " is not set";

/* A line of a .config: the symbol without CONFIG_, and its value, "n" where it is unset. */
struct config_line {
	const char *symbol;
	size_t symbol_len;
	const char *value;
	size_t value_len;
};

static size_t symbol_length(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '_')
		len++;
	return len;
}

/* Parses one line of @len bytes. False where it sets nothing; *ok_ret tells a comment from a mistake. */
static bool parse_line(const char *line, size_t len, struct config_line *ret, bool *ok_ret)
{
	const char *end = line + len, *p = line;
	bool comment = false;

	*ok_ret = true;
	if (len >= 2 && line[0] == '#' && line[1] == ' ') {
		comment = true;
		p += 2;
	}
	if ((size_t)(end - p) < sizeof(prefix) || !str_starts(p, prefix)) {
		*ok_ret = len == 0 || line[0] == '#';
		return false;
	}
	p += sizeof(prefix) - 1;
	ret->symbol = p;
	ret->symbol_len = symbol_length(p);
	p += ret->symbol_len;
	if (comment) {
		ret->value = "n";
		ret->value_len = 1;
		return (size_t)(end - p) == sizeof(unset_suffix) - 1 && str_starts(p, unset_suffix);
	}
	if (!ret->symbol_len || p >= end || *p != '=' || p + 1 == end) {
		*ok_ret = false;
		return false;
	}
	ret->value = p + 1;
	ret->value_len = (size_t)(end - ret->value);
	return true;
}

/* Steps *text over its next line; false at the end. */
static bool next_line(const char **text, const char **line_ret, size_t *len_ret)
{
	if (!**text)
		return false;
	*line_ret = *text;
	*len_ret = strcspn(*text, "\n");
	*text += *len_ret + ((*text)[*len_ret] == '\n');
	return true;
}

static struct error *add_fragment(const char *path, struct strbuf *request)
{
	_cleanup_free_ char *text = NULL;
	struct error *err = file_read(path, CONFIG_MAX, &text, NULL);
	unsigned int number = 0;
	const char *line;
	size_t len;

	if (err)
		return err;
	for (const char *pos = text; next_line(&pos, &line, &len);) {
		struct config_line parsed;
		bool ok;

		number++;
		if (parse_line(line, len, &parsed, &ok)) {
			strbuf_add(request, line, len);
			strbuf_addc(request, '\n');
		} else if (!ok) {
			return error_new(ERROR_INPUT,
					 "%s:%u: '%.*s' is no Kconfig line; write CONFIG_FOO=y or "
					 "# CONFIG_FOO is not set",
					 path, number, (int)len, line);
		}
	}
	return NULL;
}

static struct error *add_lines(strv lines, const char *path, struct strbuf *request)
{
	for (char **line = lines; line && *line; line++) {
		struct config_line parsed;
		bool ok;

		if (!parse_line(*line, strlen(*line), &parsed, &ok))
			return error_new(ERROR_INPUT,
					 "%s: '%s' is no Kconfig line; write CONFIG_FOO=y", path,
					 *line);
		strbuf_addf(request, "%s\n", *line);
	}
	return NULL;
}

/* What the toolchain needs for this architecture: after the architecture's own lines, which it overrules. */
static void add_toolchain_lines(const struct cell *cell, struct strbuf *request)
{
	for (char **line = cell->toolchain->kconfig; line && *line; line++) {
		const char *ours = toolchain_kconfig_of(*line, cell->arch->name);

		if (ours)
			strbuf_addf(request, "%s\n", ours);
	}
}

/* How the feature's symbol gets each of its states. */
static const char *const mode_lines[BTF_MODE_COUNT] = {
	[BTF_MODE_N] = "# CONFIG_%s is not set\n",
	[BTF_MODE_M] = "CONFIG_%s=m\n",
	[BTF_MODE_Y] = "CONFIG_%s=y\n",
};

/* Appends the lines of @all, but for those that set a symbol of @not_asked. */
static void add_but(const char *all, strv not_asked, struct strbuf *request)
{
	const char *line;
	size_t len;

	while (next_line(&all, &line, &len)) {
		struct config_line parsed;
		bool ok, dropped = false;

		if (parse_line(line, len, &parsed, &ok))
			for (char **symbol = not_asked; symbol && *symbol; symbol++)
				dropped |= strlen(*symbol) == parsed.symbol_len &&
					   memcmp(*symbol, parsed.symbol, parsed.symbol_len) == 0;
		if (!dropped)
			strbuf_addf(request, "%.*s\n", (int)len, line);
	}
}

struct error *kconfig_request(const struct cell *cell, struct strbuf *request)
{
	_cleanup_free_ char *base = NULL;
	_cleanup_strbuf_ struct strbuf common = STRBUF_INIT;
	struct error *err = project_path(&base, "configs/kernel/base.config");

	if (!err)
		err = add_fragment(base, &common);
	if (!err)
		err = add_lines(cell->arch->kconfig, cell->arch->path, &common);
	if (!err)
		add_toolchain_lines(cell, &common);
	if (!err)
		err = add_lines(cell->line->kconfig, cell->line->path, &common);
	if (err)
		return err;
	add_but(strbuf_str(&common), cell->profile->not_asked, request);
	err = add_fragment(cell->profile->path, request);
	if (!err && cell->config)
		err = add_fragment(cell->config, request);
	if (err)
		return err;
	strbuf_addf(request, mode_lines[cell->mode], cell->feature->symbol);
	return NULL;
}

/* The last line of @text that sets @symbol. */
static bool find_symbol(const char *text, const char *symbol, size_t symbol_len,
			struct config_line *ret)
{
	bool found = false;
	const char *line;
	size_t len;

	while (next_line(&text, &line, &len)) {
		struct config_line parsed;
		bool ok;

		if (parse_line(line, len, &parsed, &ok) && parsed.symbol_len == symbol_len &&
		    memcmp(parsed.symbol, symbol, symbol_len) == 0) {
			*ret = parsed;
			found = true;
		}
	}
	return found;
}

/* The value of a symbol in the .config @user. */
static char *value_in(void *user, const char *name, size_t len)
{
	struct config_line line;

	if (!find_symbol(user, name, len, &line))
		return NULL;
	/* a text without its quotes */
	if (line.value_len >= 2 && *line.value == '"')
		return xstrndup(line.value + 1, line.value_len - 2);
	return xstrndup(line.value, line.value_len);
}

struct error *kconfig_prove(const char *request, const char *config_path, const char *source_dir)
{
	_cleanup_free_ char *config = NULL;
	_cleanup_strbuf_ struct strbuf refused = STRBUF_INIT;
	struct error *err = file_read(config_path, CONFIG_MAX, &config, NULL);
	const char *line;
	size_t len;

	if (err)
		return err;
	for (const char *pos = request; next_line(&pos, &line, &len);) {
		struct config_line want, last, got = { .value = "n", .value_len = 1 };
		_cleanup_free_ char *why = NULL;
		bool ok, known, knows;

		if (!parse_line(line, len, &want, &ok))
			continue;
		/* Overridden by a later fragment. */
		if (find_symbol(request, want.symbol, want.symbol_len, &last) &&
		    last.symbol != want.symbol)
			continue;
		known = find_symbol(config, want.symbol, want.symbol_len, &got);
		if (got.value_len == want.value_len &&
		    memcmp(got.value, want.value, want.value_len) == 0)
			continue;
		strbuf_addf(&refused, "%sCONFIG_%.*s=%.*s ", refused.len ? "; " : "",
			    (int)want.symbol_len, want.symbol, (int)want.value_len, want.value);
		why = kconfig_why(source_dir, want.symbol, want.symbol_len, &knows, value_in,
				  config);
		if (known || knows)
			strbuf_addf(&refused, "became %.*s: %s", (int)got.value_len, got.value,
				    why ?: "a dependency is not met");
		else
			strbuf_adds(&refused, "is not known to this tree");
	}
	if (!refused.len)
		return NULL;
	return error_new(ERROR_INPUT, "Kconfig did not grant %s; see %s", strbuf_str(&refused),
			 config_path);
}
