// SPDX-License-Identifier: GPL-2.0-only
#include "build/granted_config.h"

#include <stdlib.h>
#include <string.h>

#include "config/tool_versions.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	CONFIG_MAX = 16 << 20
};

static char *path_in(const struct object_tree *tree, const char *name)
{
	return xasprintf("%s/%s", tree->dir, name);
}

/* NULL where it cannot be read; the caller frees it. */
static char *read_text(const char *path)
{
	char *text = NULL;
	_cleanup_error_ struct error *err = file_read(path, CONFIG_MAX, &text, NULL);

	return err ? NULL : text;
}

/* "CONFIG_FOO=..." or "# CONFIG_FOO is not set". */
static bool sets(const char *line, size_t len, const char *symbol)
{
	_cleanup_free_ char *value = xasprintf("CONFIG_%s=", symbol);
	_cleanup_free_ char *unset = xasprintf("# CONFIG_%s is not set", symbol);

	return (len > strlen(value) && str_starts(line, value)) ||
	       (len == strlen(unset) && str_starts(line, unset));
}

/*
 * Appends @text with @line, which may be NULL, in the place of the lines that set @symbol. How many there were. The
 * line itself, "" for none, is left in *last_ret, the caller's to free; NULL: nobody wants it.
 */
static size_t replace_symbol(const char *text, const char *symbol, const char *line,
			     struct strbuf *ret, char **last_ret)
{
	size_t nr = 0;

	for (const char *at = text; *at;) {
		size_t len = strcspn(at, "\n");

		if (!sets(at, len, symbol)) {
			strbuf_add(ret, at, len);
			strbuf_addc(ret, '\n');
		} else {
			nr++;
			if (line)
				strbuf_addf(ret, "%s\n", line);
			if (last_ret) {
				free(*last_ret);
				*last_ret = xstrndup(at, len);
			}
		}
		at += len + (at[len] == '\n');
	}
	return nr;
}

/* Whether two requests are the same but for the lines of @symbol. */
static bool same_but_for_symbol(const char *a, const char *b, const char *symbol)
{
	_cleanup_strbuf_ struct strbuf rest_a = STRBUF_INIT, rest_b = STRBUF_INIT;

	replace_symbol(a, symbol, NULL, &rest_a, NULL);
	replace_symbol(b, symbol, NULL, &rest_b, NULL);
	return str_eq(strbuf_str(&rest_a), strbuf_str(&rest_b));
}

/* What else Kconfig's answers hang on, before what it was asked. */
static struct error *describe(const struct build_request *request, const char *config_request,
			      char **ret)
{
	const struct pahole_tool *pahole = request->pahole;
	const struct pahole_spec *spec = request->cell->pahole;
	_cleanup_free_ char *compiler = NULL, *linker = NULL;
	struct error *err = tool_version(request->tools->cc, &compiler);

	if (!err)
		err = tool_version(request->tools->ld, &linker);
	if (!err)
		*ret = xasprintf("# %s, %s, pahole %s %s%s%s\n%s", compiler, linker, pahole->path,
				 pahole->version, spec->stock ? " stock" : "",
				 spec->encode ? " encode" : "", config_request);
	return err;
}

struct error *granted_config_adapt(const struct build_request *request,
				   const struct object_tree *tree, const char *config_request,
				   bool *done_ret, bool *changed_ret)
{
	const char *symbol = request->cell->feature->symbol;
	_cleanup_free_ char *config_path = path_in(tree, ".config");
	_cleanup_free_ char *granted_path = path_in(tree, "btfmatrix/granted.config");
	_cleanup_free_ char *digest_path = path_in(tree, "btfmatrix/granted.sha256");
	_cleanup_free_ char *config = read_text(config_path), *granted = read_text(granted_path);
	_cleanup_free_ char *digest = read_text(digest_path), *line = NULL, *wanted = NULL;
	_cleanup_strbuf_ struct strbuf ignored = STRBUF_INIT, adapted = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];
	struct error *err = describe(request, config_request, &wanted);

	*done_ret = *changed_ret = false;
	if (err || !config || !granted || !digest || !same_but_for_symbol(granted, wanted, symbol))
		return err;
	sha256_hex(config, strlen(config), hex);
	if (!str_eq(hex, digest))
		return NULL;
	replace_symbol(config_request, symbol, NULL, &ignored, &line);
	/* where Kconfig does not know the symbol, or not now, it is for it to say so */
	if (!line || replace_symbol(config, symbol, line, &adapted, NULL) != 1)
		return NULL;
	*done_ret = true;
	return file_write_if_changed(config_path, adapted.data, adapted.len, 0644, changed_ret);
}

struct error *granted_config_note(const struct build_request *request,
				  const struct object_tree *tree, const char *config_request)
{
	_cleanup_free_ char *config_path = path_in(tree, ".config");
	_cleanup_free_ char *granted_path = path_in(tree, "btfmatrix/granted.config");
	_cleanup_free_ char *digest_path = path_in(tree, "btfmatrix/granted.sha256");
	_cleanup_free_ char *granted = NULL;
	char hex[SHA256_HEX_SIZE];
	struct error *err = file_sha256(config_path, hex);

	/* cut short between the two, the digest is another's, and the .config counts for none */
	if (!err)
		err = describe(request, config_request, &granted);
	if (!err)
		err = file_write_atomic(granted_path, granted, strlen(granted), 0644);
	return err ?: file_write_atomic(digest_path, hex, strlen(hex), 0644);
}
