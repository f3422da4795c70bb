// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/depends.h"

#include <fts.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/hash.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	CMD_MAX = 16 << 20,
	/* no kernel is made from fewer files */
	FEWEST_FILES = 100,
};

struct entry {
	/* NULL: free */
	char *path;
	size_t count;
};

struct depends {
	struct entry *slots;
	size_t size, nr;
};

static struct entry *find(const struct depends *depends, const char *path)
{
	size_t at = hash_string(path) & (depends->size - 1);

	while (depends->slots[at].path && !str_eq(depends->slots[at].path, path))
		at = (at + 1) & (depends->size - 1);
	return &depends->slots[at];
}

static void grow(struct depends *depends)
{
	struct depends old = *depends;

	depends->size = hash_table_size(4 * (old.nr + 1));
	depends->slots = xcalloc(depends->size, sizeof(*depends->slots));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].path)
			*find(depends, old.slots[i].path) = old.slots[i];
	free(old.slots);
}

static void add(struct depends *depends, const char *path, size_t count)
{
	struct entry *entry;

	if (2 * (depends->nr + 1) > depends->size)
		grow(depends);
	entry = find(depends, path);
	if (!entry->path) {
		entry->path = xstrdup(path);
		depends->nr++;
	}
	entry->count += count;
}

/* "arch/x86/boot/../lib/a.c" -> "arch/x86/lib/a.c", the caller's to free; NULL where it leads out of the tree. */
static char *normalize(const char *path, size_t len)
{
	/* a '/' may come behind the last */
	char *out = xmalloc(len + 2), *to = out;
	const char *end = path + len;

	while (path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		size_t part = slash ? (size_t)(slash - path) : (size_t)(end - path);

		if (part == 2 && path[0] == '.' && path[1] == '.') {
			if (to == out)
				break;
			for (to--; to > out && to[-1] != '/'; to--)
				;
		} else if (part && !(part == 1 && path[0] == '.')) {
			memcpy(to, path, part);
			to += part;
			*to++ = '/';
		}
		path += part + 1;
	}
	if (to == out || path < end) {
		free(out);
		return NULL;
	}
	to[-1] = '\0';
	return out;
}

/* Takes the word at @word if it is a file of the source tree. */
static void add_word(struct depends *depends, const char *source, size_t source_len,
		     const char *word)
{
	size_t len = strcspn(word, " \\\n");
	_cleanup_free_ char *path = NULL;

	if (len <= source_len + 1 || memcmp(word, source, source_len) != 0 ||
	    word[source_len] != '/')
		return;
	path = normalize(word + source_len + 1, len - source_len - 1);
	if (path)
		add(depends, path, 1);
}

/* "source_X := PATH", and under "deps_X := \" a path on each line. */
static void read_cmd(struct depends *depends, const char *source, const char *text)
{
	size_t source_len = strlen(source);

	for (const char *line = text; *line;) {
		if (*line == ' ' || *line == '\t')
			add_word(depends, source, source_len, line + strspn(line, " \t"));
		else if (str_starts(line, "source_")) {
			const char *value = memmem(line, strcspn(line, "\n"), ":= ", 3);

			if (value)
				add_word(depends, source, source_len, value + 3);
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}

struct error *depends_collect(const char *object_tree, const char *source, const char *path)
{
	char *const roots[] = { (char *)(uintptr_t)object_tree, NULL };
	_cleanup_fts_ FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT, NULL);
	_cleanup_(depends_cleanup) struct depends *depends = xcalloc(1, sizeof(*depends));
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	for (FTSENT *entry; fts && (entry = fts_read(fts));) {
		_cleanup_free_ char *text = NULL;
		struct error *err;

		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP ||
		    !str_ends(entry->fts_name, ".cmd"))
			continue;
		err = file_read(entry->fts_path, CMD_MAX, &text, NULL);
		if (err)
			return err;
		read_cmd(depends, source, text);
	}
	for (size_t i = 0; i < depends->size; i++)
		if (depends->slots[i].path && !strchr(depends->slots[i].path, '\n'))
			strbuf_addf(&out, "%zu %s\n", depends->slots[i].count,
				    depends->slots[i].path);
	return file_write_atomic(path, strbuf_str(&out), out.len, 0644);
}

struct depends *depends_load(const char *path)
{
	_cleanup_(depends_cleanup) struct depends *depends = xcalloc(1, sizeof(*depends));
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = file_read(path, 0, &text, NULL);
	char *save = NULL;

	if (err)
		return NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *name;
		size_t count = strtoul(line, &name, 10);

		if (*name == ' ' && count)
			add(depends, name + 1, count);
	}
	return depends->nr < FEWEST_FILES ? NULL : return_ptr(depends);
}

void depends_free(struct depends *depends)
{
	for (size_t i = 0; i < depends->size; i++)
		free(depends->slots[i].path);
	free(depends->slots);
	free(depends);
}

size_t depends_count(const struct depends *depends, const char *path)
{
	const struct entry *entry = find(depends, path);

	return entry->path ? entry->count : 0;
}

static bool ends_with_any(const char *path, const char *const *suffixes)
{
	for (; *suffixes; suffixes++)
		if (str_ends(path, *suffixes))
			return true;
	return false;
}

/* For people: nothing is made from them. */
static bool is_prose(const char *path)
{
	static const char *const files[] = { "MAINTAINERS", "CREDITS", "COPYING", ".mailmap" };
	static const char *const suffixes[] = { ".rst", ".txt", ".svg", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (str_eq(path, files[i]))
			return true;
	return str_starts(path, "Documentation/") && ends_with_any(path, suffixes);
}

bool depends_matters(const struct depends *depends, char status, const char *path)
{
	/* programs of the build's own; headers that scripts read */
	static const char *const never[] = { "scripts/", "tools/", "usr/", "include/uapi/" };
	static const char *const suffixes[] = { ".c", ".h", ".S", NULL };

	if (is_prose(path))
		return false;
	if (status != 'M' || !ends_with_any(path, suffixes) || strstr(path, "/include/uapi/"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(never); i++)
		if (str_starts(path, never[i]))
			return true;
	return depends_count(depends, path) > 0;
}
