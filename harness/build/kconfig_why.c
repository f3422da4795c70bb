// SPDX-License-Identifier: GPL-2.0-only
#include "build/kconfig_why.h"

#include <ctype.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	KCONFIG_MAX = 16 << 20
};

static size_t name_length(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '_')
		len++;
	return len;
}

/* Whether the line at @line begins the entry of the symbol. */
static bool begins_entry(const char *line, const char *symbol, size_t len)
{
	static const char *const words[] = { "config", "menuconfig" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *name = line + strlen(words[i]);

		if (!str_starts(line, words[i]) || (*name != ' ' && *name != '\t'))
			continue;
		name += strspn(name, " \t");
		if (name_length(name) == len && memcmp(name, symbol, len) == 0)
			return true;
	}
	return false;
}

/* Appends the attributes of an entry, one a line, up to its help; lines that are continued become one. */
static void add_attributes(const char *pos, struct strbuf *entry)
{
	while (*pos == ' ' || *pos == '\t' || *pos == '\n') {
		size_t len = strcspn(pos, "\n");
		const char *line = pos + strspn(pos, " \t");
		size_t line_len = (size_t)(pos + len - line);

		if (str_starts(line, "help\n") || str_starts(line, "---help---"))
			return;
		if (line_len && line[line_len - 1] == '\\') {
			strbuf_add(entry, line, line_len - 1);
		} else {
			strbuf_add(entry, line, line_len);
			strbuf_addc(entry, '\n');
		}
		pos += len + (pos[len] == '\n');
	}
}

/* Appends the attributes of every entry of the symbol in @text; whether there was one. */
static bool find_entries(const char *text, const char *symbol, size_t len, struct strbuf *entries)
{
	bool found = false;

	while (*text) {
		const char *end = text + strcspn(text, "\n");

		end += *end == '\n';
		if (begins_entry(text, symbol, len)) {
			found = true;
			add_attributes(end, entries);
		}
		text = end;
	}
	return found;
}

/*
 * The attributes of all entries of the symbol, in any Kconfig file of the tree; those of an architecture's, which may be
 * another one's, only say that the tree knows it.
 */
static bool find_symbol(const char *source_dir, const char *symbol, size_t len,
			struct strbuf *entries)
{
	char *const roots[] = { (char *)(uintptr_t)source_dir, NULL };
	_cleanup_fts_ FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT, NULL);
	_cleanup_free_ char *arches = xasprintf("%s/arch/", source_dir);
	bool found = false;

	for (FTSENT *file; fts && (file = fts_read(fts));) {
		_cleanup_free_ char *text = NULL;
		_cleanup_strbuf_ struct strbuf ignored = STRBUF_INIT;
		bool of_arch = str_starts(file->fts_path, arches) &&
			       strchr(file->fts_path + strlen(arches), '/');

		if (file->fts_info == FTS_D || file->fts_info == FTS_DP ||
		    !str_starts(file->fts_name, "Kconfig"))
			continue;
		_cleanup_error_ struct error *err =
			file_read(file->fts_path, KCONFIG_MAX, &text, NULL);
		if (!err)
			found |= find_entries(text, symbol, len, of_arch ? &ignored : entries);
	}
	return found;
}

/* Steps over the next attribute; false at the end. */
static bool next_attribute(const char **pos, const char **line_ret, size_t *len_ret)
{
	if (!**pos)
		return false;
	*line_ret = *pos;
	*len_ret = strcspn(*pos, "\n");
	*pos += *len_ret + ((*pos)[*len_ret] == '\n');
	return true;
}

/* The expression of an attribute that begins with @word, or NULL. */
static const char *expression_of(const char *line, size_t *len, const char *word)
{
	const char *rest = line + strlen(word);

	if (!str_starts(line, word) || (*rest != ' ' && *rest != '\t'))
		return NULL;
	rest += strspn(rest, " \t");
	*len -= (size_t)(rest - line);
	return rest;
}

static void add_value(struct strbuf *words, const char *name, size_t len, kconfig_value_fn value,
		      void *user)
{
	_cleanup_free_ char *got = value(user, name, len);

	strbuf_addf(words, "%.*s is %s", (int)len, name, got && *got ? got : "n");
}

/* ", and A is n, B is 4" for the symbols of an expression. */
static void add_values(struct strbuf *words, const char *text, size_t len, kconfig_value_fn value,
		       void *user)
{
	const char *name, *before = ", and ";
	size_t name_len, pos = 0;

	while (kconfig_next_symbol(text, len, &pos, &name, &name_len)) {
		strbuf_adds(words, before);
		add_value(words, name, name_len, value, user);
		before = ", ";
	}
}

/* What settles a symbol that nobody is asked for: "which is PAHOLE_VERSION >= 128, and PAHOLE_VERSION is 124". */
static bool add_definition(struct strbuf *words, const char *source_dir, const char *symbol,
			   size_t symbol_len, kconfig_value_fn value, void *user)
{
	_cleanup_strbuf_ struct strbuf entries = STRBUF_INIT;
	const char *line, *pos;
	size_t len;

	find_symbol(source_dir, symbol, symbol_len, &entries);
	pos = strbuf_str(&entries);
	while (next_attribute(&pos, &line, &len)) {
		const char *text = expression_of(line, &len, "def_bool");

		if (!text || kconfig_evaluate(text, len, value, user) == KCONFIG_TRUE)
			continue;
		strbuf_addf(words, ", which is %.*s", (int)len, text);
		add_values(words, text, len, value, user);
		return true;
	}
	return false;
}

static char *describe(const char *source_dir, const char *clause, size_t len,
		      kconfig_value_fn value, void *user)
{
	_cleanup_strbuf_ struct strbuf words = STRBUF_INIT;

	strbuf_addf(&words, "it depends on %.*s", (int)len, clause);
	if (name_length(clause) != len)
		add_values(&words, clause, len, value, user);
	else if (!add_definition(&words, source_dir, clause, len, value, user))
		strbuf_adds(&words, ", which is n");
	return strbuf_detach(&words);
}

char *kconfig_why(const char *source_dir, const char *symbol, size_t len, bool *knows_ret,
		  kconfig_value_fn value, void *user)
{
	_cleanup_strbuf_ struct strbuf entries = STRBUF_INIT;
	const char *line, *pos, *clause;
	size_t line_len, clause_len;

	*knows_ret = find_symbol(source_dir, symbol, len, &entries);
	pos = strbuf_str(&entries);
	while (next_attribute(&pos, &line, &line_len)) {
		const char *text = expression_of(line, &line_len, "depends on");
		size_t at = 0;

		while (text && kconfig_next_clause(text, line_len, &at, &clause, &clause_len))
			if (kconfig_evaluate(clause, clause_len, value, user) == KCONFIG_FALSE)
				return describe(source_dir, clause, clause_len, value, user);
	}
	return NULL;
}
