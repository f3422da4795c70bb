// SPDX-License-Identifier: GPL-2.0-only
#include "config/tool_versions.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/memo.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"

/* Seconds; a cold disk takes some, a program that waits for something would take for ever. */
static const double version_deadline_s = 30;

/* The first line without what is in brackets: "(Debian 12.2.0-14)" is the package's version. */
static char *plain_first_line(const char *output)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	int depth = 0;

	for (; *output && *output != '\n'; output++) {
		if (strchr("([", *output))
			depth++;
		else if (strchr(")]", *output) && depth > 0)
			depth--;
		else if (depth == 0)
			strbuf_addc(&sb, *output);
	}
	return strbuf_detach(&sb);
}

char *tool_version_parse(const char *output)
{
	_cleanup_free_ char *line = plain_first_line(output);
	char *rest = line, *word;

	while ((word = strsep(&rest, " \t\r"))) {
		/* pahole says "v1.30" */
		if (*word == 'v' && isdigit((unsigned char)word[1]))
			word++;

		size_t len = strspn(word, "0123456789.");
		while (len && word[len - 1] == '.')
			len--;
		if (isdigit((unsigned char)*word) && memchr(word, '.', len))
			return xstrndup(word, len);
	}
	return NULL;
}

/* Standard output of a command that must succeed within the deadline. */
static struct error *read_output(const char *const *argv, char **ret)
{
	struct proc proc = {
		.argv = argv,
		.deadline_s = version_deadline_s,
		.capture = true,
		.capture_stdout_only = true,
	};
	struct error *err = proc_run_checked(&proc);

	if (!err)
		*ret = strbuf_detach(&proc.output);
	proc_release(&proc);
	return err;
}

/* The package's version, since dash cannot tell its own; the bare name where dpkg is not there. */
static struct error *shell_version(char **ret)
{
	_cleanup_free_ char *path = realpath("/bin/sh", NULL);
	_cleanup_free_ char *version = NULL;

	if (!path)
		return error_errno(errno, "cannot tell what /bin/sh is");

	const char *name = path_base_name(path);
	_cleanup_error_ struct error *err = read_output(
		(const char *const[]){ "dpkg-query", "-W", "-f", "${Version}", name, NULL },
		&version);
	*ret = err ? xstrdup(name) : xasprintf("%s %s", name, version);
	return NULL;
}

static struct error *ask_version(const char *program, char **ret)
{
	_cleanup_free_ char *output = NULL;

	if (str_eq(program, "sh") || str_eq(program, "/bin/sh"))
		return shell_version(ret);

	struct error *err =
		read_output((const char *const[]){ program, "--version", NULL }, &output);
	if (err)
		return err;

	_cleanup_free_ char *version = tool_version_parse(output);
	if (!version)
		return error_new(ERROR_CHILD, "`%s --version` tells no version", program);
	*ret = xasprintf("%s %s", path_base_name(program), version);
	return NULL;
}

/* A program that is its own file. What a script says, or ccache by a compiler's name, hangs on other files too. */
static bool is_the_program(const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	_cleanup_fclose_ FILE *file = real ? fopen(real, "re") : NULL;
	char magic[4];

	return file && !str_eq(path_base_name(real), "ccache") &&
	       fread(magic, sizeof(magic), 1, file) == 1 &&
	       memcmp(magic, "\177ELF", sizeof(magic)) == 0;
}

/* What this process was told, by the file as it was: a run has a hundred cells with the same script for a compiler. */
struct told {
	char *path, *version;
	struct stat st;
};

static VEC(struct told) told;

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* NULL: nothing, or of another file. The caller frees it. */
static char *told_before(const char *path, const struct stat *st)
{
	vec_for_each(entry, &told)
		if (str_eq(entry->path, path) && is_same_file(&entry->st, st))
			return xstrdup(entry->version);
	return NULL;
}

struct error *tool_version(const char *program, char **ret)
{
	_cleanup_free_ char *path = path_find_program(program);
	_cleanup_free_ char *what = xasprintf("version of %s", path ?: program);
	bool may_remember = path && is_the_program(path);
	struct stat st;
	bool is_there = path && !stat(path, &st);
	struct error *err;

	*ret = is_there ? told_before(path, &st) : NULL;
	if (!*ret && may_remember)
		*ret = memo_get(what, path);
	if (*ret)
		return NULL;
	err = ask_version(program, ret);
	if (!err && may_remember)
		memo_put(what, path, *ret);
	if (!err && is_there)
		vec_push(&told, (struct told){ xstrdup(path), xstrdup(*ret), st });
	return err;
}
