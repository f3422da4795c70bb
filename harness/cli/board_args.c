// SPDX-License-Identifier: GPL-2.0-only
#include "cli/board_args.h"

#include <string.h>

#include "boot/tty.h"
#include "cli/number_arg.h"
#include "core/strbuf.h"
#include "target/target.h"

enum {
	OPT_POWER_CMD = 0x7000,
	OPT_OFF_CMD,
	OPT_BOOT_CMD,
	OPT_BAUD,
	OPT_CONSOLE,
	OPT_APPEND,
	BAUD_MAX = 4000000,
};

static const struct argp_option options[] = {
	{ "power-cmd", OPT_POWER_CMD, "CMD", 0,
	  "shell command that turns the board off and on; it may stay for as long as it is on", 0 },
	{ "off-cmd", OPT_OFF_CMD, "CMD", 0, "one that turns it off, at the end", 0 },
	{ "boot-cmd", OPT_BOOT_CMD, "CMD", 0,
	  "one that is run before, and puts $BTFM_IMAGE and $BTFM_INITRAMFS where the board loads "
	  "them; $BTFM_APPEND are the kernel's arguments",
	  0 },
	{ "baud", OPT_BAUD, "N", 0, "speed of the serial line (default: 115200)", 0 },
	{ "console", OPT_CONSOLE, "TTY", 0,
	  "what the kernel gets as console= (default: the architecture's, as in QEMU)", 0 },
	{ "append", OPT_APPEND, "ARGS", 0,
	  "further kernel arguments (default: the architecture's, as in QEMU)", 0 },
	{ 0 },
};

static const struct {
	int key;
	/* of a const char * in struct board, and of a char * in struct named_target */
	size_t offset, named_offset;
} strings[] = {
#define STRING(option, member)                                                                \
	{                                                                                     \
		option, offsetof(struct board, member), offsetof(struct named_target, member) \
	}
	STRING(OPT_POWER_CMD, power_cmd), STRING(OPT_OFF_CMD, off_cmd),
	STRING(OPT_BOOT_CMD, boot_cmd),   STRING(OPT_CONSOLE, console),
	STRING(OPT_APPEND, append),       STRING(0, loader_stop),
	STRING(0, loader_prompt),
#undef STRING
};

static const char **string_at(struct board *board, size_t i)
{
	return (const char **)(void *)((char *)board + strings[i].offset);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct board *board = state->input;

	if (key == OPT_BAUD) {
		board->baud = (unsigned int)number_arg(state, "--baud", arg, 1, BAUD_MAX);
		if (!tty_speed_is_good(board->baud))
			argp_error(state, "--baud: no serial line has %u; 115200 is usual",
				   board->baud);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		if (strings[i].key && strings[i].key == key) {
			*string_at(board, i) = arg;
			return 0;
		}
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp board_argp = { .options = options, .parser = parse_option };

bool board_is_given(const struct board *board)
{
	struct board copy = *board;
	bool given = board->baud;

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		given |= *string_at(&copy, i) != NULL;
	return given;
}

static void take_named(const struct named_target *named, struct chosen_target *chosen)
{
	chosen->target = named->target;
	chosen->arch = named->arch;
	chosen->deadline_s = named->deadline_s;
	if (!chosen->board.baud)
		chosen->board.baud = named->baud;
	chosen->board.loader_commands = STRV_CONST(named->loader_commands);
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		const char **value = string_at(&chosen->board, i);

		if (!*value)
			*value = *(char *const *)(const void *)((const char *)named +
								strings[i].named_offset);
	}
}

static struct error *no_such(const char *name, const struct named_targets *targets)
{
	_cleanup_free_ char *why = NULL;
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;

	if (target_name_is_good(name, &why))
		return NULL;
	vec_for_each(target, &targets->targets)
		strbuf_addf(&names, "%s%s", names.len ? ", " : "", target->name);
	/* of a colon nobody makes a name */
	if (strchr(name, ':'))
		return error_new(ERROR_INPUT, "--target: %s", why);
	return error_new(ERROR_INPUT, "--target: %s, and no name in %s%s%s%s", why,
			 targets->user_file, names.len ? " (there are: " : "", strbuf_str(&names),
			 names.len ? ")" : "");
}

struct error *choose_target(const char *name, const struct board *given, struct chosen_target *ret)
{
	const struct named_target *named;
	struct error *err;

	*ret = (struct chosen_target){ .board = *given };
	if (!name)
		return board_is_given(given)
			       ? error_new(ERROR_INPUT, "--power-cmd and the like go with "
							"--target console:DEVICE")
			       : NULL;
	err = named_targets_load(&ret->named);
	if (err)
		return err;
	named = named_target_find(ret->named, name);
	if (named)
		take_named(named, ret);
	else
		ret->target = name;
	err = named ? NULL : no_such(name, ret->named);
	if (!err && !str_starts(ret->target, "console:") && board_is_given(given))
		err = error_new(ERROR_INPUT,
				"--power-cmd and the like go with a console:DEVICE, not with %s",
				ret->target);
	if (!err && str_starts(ret->target, "console:"))
		ret->board.device = strchr(ret->target, ':') + 1;
	return err;
}

void chosen_target_release(struct chosen_target *chosen)
{
	named_targets_free(chosen->named);
	*chosen = (struct chosen_target){ 0 };
}
