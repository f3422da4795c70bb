// SPDX-License-Identifier: GPL-2.0-only
#include "run/kept_boot.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/replay.h"
#include "cache/aside.h"
#include "cache/memo.h"
#include "config/parts.h"
#include "config/tool_versions.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "run/outcome_json.h"

enum {
	KEY_DIGITS = 16
};

static const char record_name[] = "boot.json";

/* What a boot leaves in the cell's folder. */
static const char *const files[] = { "channel", "console.log" };

char *kept_boot_dir(const struct outcome *outcome, const char *key)
{
	return xasprintf("%s/boot-%.*s", outcome->build.dir, KEY_DIGITS, key);
}

struct error *kept_boot_key(const struct cell_context *context, struct outcome *outcome,
			    char **key_ret)
{
	const struct arch *arch = outcome->cell->arch;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *cc_version = NULL;
	char hex[SHA256_HEX_SIZE];
	struct error *err = memo_sha256(arch->path, hex);

	if (!err && !outcome->qemu_version)
		err = tool_version(outcome->tools.qemu, &outcome->qemu_version);
	if (!err)
		err = tool_version(outcome->tools.probe_cc, &cc_version);
	if (err)
		return err;
	strbuf_addf(&text, "build %s\narch %s\nqemu %s\nprobe %s %s\nvalues\n", outcome->build.key,
		    hex, outcome->qemu_version, part_boot, cc_version);
	if (outcome->cell->profile->moves)
		strbuf_adds(&text, "moves\n");
	if (outcome->cell->feature->sysfs)
		strbuf_addf(&text, "sysfs %s\n", outcome->cell->feature->sysfs);
	values_write_list(context->values, &text);
	sha256_hex(text.data, text.len, hex);
	*key_ret = xstrdup(hex);
	return NULL;
}

/* A second name for the file, else a copy: it is only read from now on. */
static struct error *link_or_copy(const char *from_dir, const char *to_dir, const char *name)
{
	_cleanup_free_ char *from = xasprintf("%s/%s", from_dir, name);
	_cleanup_free_ char *to = xasprintf("%s/%s", to_dir, name);

	unlink(to);
	return link(from, to) ? file_copy(from, to) : NULL;
}

static struct error *digest_files(const char *dir, json_t **ret)
{
	_cleanup_json_ json_t *digests = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, files[i]);
		char hex[SHA256_HEX_SIZE];
		struct error *err = memo_sha256(path, hex);

		if (err)
			return err;
		json_object_set_new(digests, files[i], json_string(hex));
	}
	*ret = return_ptr(digests);
	return NULL;
}

/*
 * Takes the boot, and nothing else, out of the outcome as it was kept: another version of this program with the same
 * part_boot may have kept it, to which the rest of an outcome is something else.
 */
static struct error *take_boot(const char *dir, const json_t *kept, struct outcome *outcome)
{
	_cleanup_free_ char *channel = xasprintf("%s/channel", dir);
	_cleanup_free_ char *console = xasprintf("%s/console.log", dir);
	_cleanup_(boot_result_release) struct boot_result boot = { 0 };
	struct guest_report *report = NULL;
	struct error *err = outcome_boot_from_json(kept, &boot);

	if (!err)
		err = boot_replay(channel, console, boot.nonce, &report);
	if (err)
		return err;
	guest_report_free(boot.report);
	boot.report = report;
	outcome->boot = boot;
	boot = (struct boot_result){ 0 };
	outcome->nr_guest_symbols = report->symbols.len;
	outcome->booted = true;
	return NULL;
}

static struct error *check_files(const char *dir, const char *key, const json_t *record)
{
	_cleanup_json_ json_t *digests = NULL;
	const char *kept_key = json_string_value(json_object_get(record, "key"));
	struct error *err = digest_files(dir, &digests);

	if (err)
		return err;
	if (!kept_key || !str_eq(kept_key, key) ||
	    !json_equal(digests, json_object_get(record, "sha256")))
		return error_new(ERROR_INPUT, "its files are not those that were kept");
	return NULL;
}

bool kept_boot_is_whole(const struct outcome *outcome, const char *key)
{
	_cleanup_free_ char *dir = kept_boot_dir(outcome, key);
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, record_name);
	_cleanup_json_ json_t *record = json_load_file(path, 0, NULL);
	_cleanup_error_ struct error *err = record ? check_files(dir, key, record) : NULL;

	return record && !err;
}

struct error *kept_boot_find(const struct cell_context *context, const char *key,
			     struct outcome *outcome, bool *found_ret)
{
	_cleanup_free_ char *dir = kept_boot_dir(outcome, key);
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, record_name);
	_cleanup_json_ json_t *record = json_load_file(path, 0, NULL);
	struct error *err;

	*found_ret = false;
	if (!record && !path_exists(path))
		return NULL;
	err = check_files(dir, key, record);
	if (err) {
		log_warning("%s: %s is damaged (%s); booting again", outcome->cell->name, dir,
			    err->message);
		error_free(err);
		return cache_move_aside(dir);
	}
	err = take_boot(dir, json_object_get(record, "outcome"), outcome);
	if (err) {
		log_info("%s: another version of btfmatrix kept its boot (%s); booting again",
			 outcome->cell->name, err->message);
		error_free(err);
		return NULL;
	}
	for (size_t i = 0; !err && i < ARRAY_SIZE(files); i++)
		err = link_or_copy(dir, context->dir, files[i]);
	if (err)
		return err;
	free(outcome->boot.console_log);
	outcome->boot.console_log = xasprintf("%s/console.log", context->dir);
	*found_ret = true;
	return NULL;
}

struct error *kept_boot_store(const struct cell_context *context, const char *key,
			      const struct outcome *outcome)
{
	_cleanup_free_ char *dir = kept_boot_dir(outcome, key);
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, record_name);
	json_t *digests;
	struct error *err;

	if (outcome->boot.verdict != BOOT_OK || outcome->attempts.len)
		return NULL;
	err = tree_remove(dir);
	if (!err)
		err = dir_make(dir);
	for (size_t i = 0; !err && i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *from = xasprintf("%s/%s", context->dir, files[i]);
		_cleanup_free_ char *to = xasprintf("%s/%s", dir, files[i]);

		err = file_copy(from, to);
	}
	if (!err)
		err = digest_files(dir, &digests);
	if (err)
		return err;
	/* Last: without it the folder counts for nothing. */
	return json_write(json_pack("{s:s, s:o, s:o}", "key", key, "sha256", digests, "outcome",
				    outcome_to_json(outcome)),
			  path);
}
