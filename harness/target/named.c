// SPDX-License-Identifier: GPL-2.0-only
#include "target/named.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/tty.h"
#include "config/ini_list.h"
#include "config/project.h"
#include "core/fileio.h"
#include "core/strbuf.h"
#include "target/target.h"

enum {
	/* as the reader of such files has it, with room for the key */
	VALUE_MAX = 160,
	BAUD_MAX = 4000000,
	DEADLINE_MAX = 86400,
};

static const char *check_target(const char *value)
{
	_cleanup_free_ char *why = NULL;

	return target_name_is_good(value, &why) ? NULL
						: "must be ssh:HOST, console:DEVICE, local or qemu";
}

#define TARGET(member) offsetof(struct named_target, member)

/* The keys of every section, in the order in which they are written. */
static const struct ini_field fields[] = {
	{ .key = "target",
	  .type = INI_STRING,
	  .offset = TARGET(target),
	  .required = true,
	  .check = check_target,
	  .help = "where it is: ssh:HOST, console:DEVICE" },
	{ .key = "arch",
	  .type = INI_STRING,
	  .offset = TARGET(arch),
	  .check = ini_check_name,
	  .help = "its architecture, a file in arches/" },
	{ .key = "power_cmd",
	  .type = INI_STRING,
	  .offset = TARGET(power_cmd),
	  .help = "the command that turns it off and on" },
	{ .key = "off_cmd",
	  .type = INI_STRING,
	  .offset = TARGET(off_cmd),
	  .help = "the command that turns it off" },
	{ .key = "boot_cmd",
	  .type = INI_STRING,
	  .offset = TARGET(boot_cmd),
	  .help = "the command that puts $BTFM_IMAGE and $BTFM_INITRAMFS where it loads them" },
	{ .key = "console",
	  .type = INI_STRING,
	  .offset = TARGET(console),
	  .help = "what the kernel gets as console=, e.g. ttyS0,115200" },
	{ .key = "append",
	  .type = INI_STRING,
	  .offset = TARGET(append),
	  .help = "further kernel arguments" },
	{ .key = "baud",
	  .type = INI_UINT,
	  .offset = TARGET(baud),
	  .min = 0,
	  .max = BAUD_MAX,
	  .fallback = "0",
	  .help = "the serial line's speed" },
	{ .key = "deadline_s",
	  .type = INI_UINT,
	  .offset = TARGET(deadline_s),
	  .min = 0,
	  .max = DEADLINE_MAX,
	  .fallback = "0",
	  .help = "seconds from power-on to the end" },
	{ .key = "loader_stop",
	  .type = INI_STRING,
	  .offset = TARGET(loader_stop),
	  .help = "what the boot loader says when a key stops it" },
	{ .key = "loader_prompt",
	  .type = INI_STRING,
	  .offset = TARGET(loader_prompt),
	  .help = "the boot loader's prompt, e.g. =>" },
	{ .key = "loader_commands",
	  .type = INI_LINES,
	  .offset = TARGET(loader_commands),
	  .help = "what is typed at its prompt, one command a line" },
};

static const struct ini_list_schema schema = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.entry_size = sizeof(struct named_target),
	.name_offset = TARGET(name),
};

static void target_release(struct named_target *target)
{
	ini_release(&(const struct ini_schema){ fields, ARRAY_SIZE(fields) }, target);
	free(target->name);
}

void named_targets_free(struct named_targets *targets)
{
	if (!targets)
		return;
	vec_for_each(target, &targets->targets)
		target_release(target);
	vec_free(&targets->targets);
	vec_for_each(file, &targets->files)
		free(*file);
	vec_free(&targets->files);
	free(targets->user_file);
	free(targets);
}

static struct error *check_entry(const struct named_target *target)
{
	const char *name_fault = ini_check_name(target->name);

	if (name_fault)
		return error_new(ERROR_INPUT, "%s: [%s]: a target's name %s", target->file,
				 target->name, name_fault);
	if (target->baud && !tty_speed_is_good(target->baud))
		return error_new(ERROR_INPUT,
				 "%s:%u: [%s] baud: no serial line has %u; 115200 is usual",
				 target->file, ini_find_line(target->file, target->name, "baud"),
				 target->name, target->baud);
	if (str_starts(target->target, "console:") && !target->power_cmd)
		return error_new(ERROR_INPUT,
				 "%s:%u: [%s] is a console and lacks power_cmd, the command that "
				 "turns the board off and on",
				 target->file, ini_find_line(target->file, target->name, "target"),
				 target->name);
	return NULL;
}

static struct error *load_file(struct named_targets *targets, const char *path)
{
	struct named_target *entries;
	void *loaded;
	size_t nr;
	struct error *err;
	char *file = xstrdup(path);

	vec_push(&targets->files, file);
	if (!path_exists(path))
		return NULL;
	err = ini_list_load(path, &schema, &loaded, &nr);
	entries = loaded;
	for (size_t i = 0; i < nr; i++) {
		entries[i].file = file;
		if (!err)
			err = check_entry(&entries[i]);
		vec_push(&targets->targets, entries[i]);
	}
	free(entries);
	return err;
}

struct error *named_targets_load(struct named_targets **ret)
{
	_cleanup_(named_targets_cleanup) struct named_targets *targets =
		xcalloc(1, sizeof(*targets));
	struct error *err = config_path(&targets->user_file, TARGETS_FILE);

	if (!err)
		err = load_file(targets, TARGETS_FILE);
	if (!err)
		err = load_file(targets, targets->user_file);
	if (!err)
		*ret = return_ptr(targets);
	return err;
}

const struct named_target *named_target_find(const struct named_targets *targets, const char *name)
{
	vec_for_each(target, &targets->targets)
		if (str_eq(target->name, name))
			return target;
	return NULL;
}

/* A value that comes back as it was: the format has comments, and lines of a bounded length. */
static struct error *check_value(const char *key, const char *value)
{
	const char *why = NULL;

	if (!*value || *value == ' ' || str_ends(value, " "))
		why = "is empty, or has a space at an end";
	else if (strlen(value) > VALUE_MAX)
		why = "is longer than 160 bytes: put it into a script";
	else if (strstr(value, " ;"))
		why = "has a ';' after a space, which begins a comment: put it into a script";
	else
		for (const char *c = value; *c && !why; c++)
			if ((unsigned char)*c < ' ' || *c == 0x7f)
				why = "has a control character or a line break";
	return why ? error_new(ERROR_INPUT, "%s: '%s' %s", key, value, why) : NULL;
}

static struct error *write_field(struct strbuf *text, const struct ini_field *field,
				 const struct named_target *target)
{
	const char *member = (const char *)target + field->offset;
	struct error *err = NULL;

	if (field->type == INI_UINT) {
		unsigned int value = *(const unsigned int *)(const void *)member;

		if (value)
			strbuf_addf(text, "%s = %u\n", field->key, value);
	} else if (field->type == INI_STRING) {
		const char *value = *(char *const *)(const void *)member;

		if (!value)
			return NULL;
		err = check_value(field->key, value);
		strbuf_addf(text, "%s = %s\n", field->key, value);
	} else {
		const strv lines = *(const strv *)(const void *)member;

		if (!strv_len(STRV_CONST(lines)))
			return NULL;
		strbuf_addf(text, "%s =\n", field->key);
		for (char **line = lines; !err && *line; line++) {
			err = check_value(field->key, *line);
			strbuf_addf(text, "\t%s\n", *line);
		}
	}
	return err;
}

static struct error *make_folder(const char *file)
{
	_cleanup_free_ char *dir = xstrndup(file, (size_t)(strrchr(file, '/') - file));

	return dir_make(dir);
}

struct error *named_target_add(const struct named_targets *targets,
			       const struct named_target *target)
{
	const struct named_target *other = named_target_find(targets, target->name);
	const char *name_fault = ini_check_name(target->name);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *old = NULL;
	struct named_target checked = *target;
	struct error *err = NULL;

	checked.file = targets->user_file;
	if (name_fault)
		return error_new(ERROR_INPUT, "'%s': a target's name %s", target->name, name_fault);
	if (other)
		return error_new(ERROR_INPUT,
				 "there is a target %s in %s; `btfmatrix target "
				 "remove %s` takes it out",
				 target->name, other->file, target->name);
	if (check_target(target->target))
		return error_new(ERROR_INPUT, "'%s' %s", target->target,
				 check_target(target->target));
	err = check_entry(&checked);
	if (!err && path_exists(targets->user_file))
		err = file_read(targets->user_file, 0, &old, NULL);
	if (err)
		return err;
	strbuf_addf(&text, "%s%s[%s]\n", old ? old : "", old && *old ? "\n" : "", target->name);
	for (size_t i = 0; !err && i < ARRAY_SIZE(fields); i++)
		err = write_field(&text, &fields[i], target);
	if (!err)
		err = make_folder(targets->user_file);
	if (!err)
		err = file_write_atomic(targets->user_file, text.data, text.len, 0644);
	return err;
}

struct error *named_target_remove(const struct named_targets *targets, const char *name)
{
	const struct named_target *target = named_target_find(targets, name);
	_cleanup_free_ char *text = NULL, *heading = xasprintf("[%s]", name);
	_cleanup_strbuf_ struct strbuf rest = STRBUF_INIT;
	bool within = false;
	struct error *err;

	if (!target)
		return error_new(ERROR_INPUT,
				 "there is no target '%s'; `btfmatrix target list` "
				 "lists them",
				 name);
	err = file_read(target->file, 0, &text, NULL);
	if (err)
		return err;
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		len += line[len] == '\n';
		if (*line == '[')
			within = str_starts(line, heading);
		if (!within)
			strbuf_add(&rest, line, len);
		line += len;
	}
	return file_write_atomic(target->file, strbuf_str(&rest), rest.len, 0644);
}
