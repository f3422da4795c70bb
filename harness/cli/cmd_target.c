// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix target: targets by their names, and what they can do. */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "boot/tty.h"
#include "cli/board_args.h"
#include "cli/command.h"
#include "cli/number_arg.h"
#include "config/project.h"
#include "core/cleanup.h"
#include "core/escape.h"
#include "core/fileio.h"
#include "core/strbuf.h"
#include "target/facts.h"
#include "target/find_arch.h"
#include "target/named.h"
#include "target/target.h"

enum {
	OPT_ARCH = 0x100,
	OPT_DEADLINE,
	OPT_LOADER_STOP,
	OPT_LOADER_PROMPT,
	OPT_LOADER_COMMAND,
	DEADLINE_MAX = 86400,
	MAX_WORDS = 3,
};

struct arguments {
	/* action, name, target */
	char *words[MAX_WORDS];
	size_t nr_words;
	struct board board;
	char *arch, *loader_stop, *loader_prompt;
	strv loader_commands;
	unsigned int deadline_s;
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What add takes:", 1 },
	{ "arch", OPT_ARCH, "NAME", 0, "its architecture, a file in arches/", 1 },
	{ "deadline", OPT_DEADLINE, "SECONDS", 0, "how long it may take to boot and report", 1 },
	{ NULL, 0, NULL, 0, "A talk with a board's boot loader:", 3 },
	{ "loader-stop", OPT_LOADER_STOP, "TEXT", 0,
	  "what it says when a key stops it, e.g. 'Hit any key'", 3 },
	{ "loader-prompt", OPT_LOADER_PROMPT, "TEXT", 0, "its prompt (default: =>)", 3 },
	{ "loader-command", OPT_LOADER_COMMAND, "TEXT", 0,
	  "what is typed there, in the order in which they are given; {append}, {image}, "
	  "{initramfs} and {initramfs_size} (hex) are filled in",
	  3 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->board;
		return 0;
	case OPT_ARCH:
		args->arch = arg;
		return 0;
	case OPT_DEADLINE:
		args->deadline_s =
			(unsigned int)number_arg(state, "--deadline", arg, 1, DEADLINE_MAX);
		return 0;
	case OPT_LOADER_STOP:
		args->loader_stop = arg;
		return 0;
	case OPT_LOADER_PROMPT:
		args->loader_prompt = arg;
		return 0;
	case OPT_LOADER_COMMAND:
		strv_append(&args->loader_commands, xstrdup(arg));
		return 0;
	case ARGP_KEY_ARG:
		if (args->nr_words == MAX_WORDS)
			argp_error(state, "'%s' is one word too many", arg);
		args->words[args->nr_words++] = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct error *list(struct arguments *args, struct named_targets *targets)
{
	(void)args;
	vec_for_each(target, &targets->targets) {
		put_padded(stdout, target->name, 12);
		put_padded(stdout, target->arch ? target->arch : "-", 8);
		put_line(stdout, target->target);
		printf("  (%s)\n", target->file);
	}
	if (!targets->targets.len)
		printf("no targets; `btfmatrix target add NAME ssh:HOST` puts one into %s\n",
		       targets->user_file);
	return NULL;
}

static struct error *check_arch_name(const char *name)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_(arch_cleanup) struct arch *arch = NULL;
	struct error *err = project_path(&path, "arches/%s.ini", name);

	return err ? err : arch_load(path, &arch);
}

/* The options' strings are not changed, but struct named_target owns its own elsewhere. */
static char *borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

static struct error *add(struct arguments *args, struct named_targets *targets)
{
	const struct named_target target = {
		.name = args->words[1],
		.target = args->words[2],
		.arch = args->arch,
		.power_cmd = borrow(args->board.power_cmd),
		.off_cmd = borrow(args->board.off_cmd),
		.boot_cmd = borrow(args->board.boot_cmd),
		.console = borrow(args->board.console),
		.append = borrow(args->board.append),
		.baud = args->board.baud,
		.deadline_s = args->deadline_s,
		.loader_stop = args->loader_stop,
		.loader_prompt = args->loader_prompt,
		.loader_commands = args->loader_commands,
	};
	struct error *err = args->arch ? check_arch_name(args->arch) : NULL;

	if (!err)
		err = named_target_add(targets, &target);
	if (!err)
		printf("%s is in %s; `btfmatrix target check %s` says what it can do\n",
		       target.name, targets->user_file, target.name);
	return err;
}

static struct error *remove_one(struct arguments *args, struct named_targets *targets)
{
	return named_target_remove(targets, args->words[1]);
}

static void print_row(const char *name, const char *mark, const char *text)
{
	printf("  %-12s %-4s ", name, mark);
	put_line(stdout, text);
	putchar('\n');
}

static struct error *check_board(const struct chosen_target *chosen)
{
	const struct board *board = &chosen->board;
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int fd = -1;
	struct error *err = tty_open(board->device, board->baud ? board->baud : BOARD_BAUD, &fd);

	if (err)
		return err;
	text = xasprintf("%s opens, at %u baud", board->device,
			 board->baud ? board->baud : BOARD_BAUD);
	print_row("console", "yes", text);
	print_row("power_cmd", board->power_cmd ? "yes" : "no",
		  board->power_cmd ? board->power_cmd : "needed to boot it; it is not run here");
	print_row("boot_cmd", board->boot_cmd ? "yes" : "no",
		  board->boot_cmd ? board->boot_cmd
				  : "the board must find kernel and initramfs by itself");
	print_row("arch", chosen->arch ? "yes" : "no",
		  chosen->arch ? chosen->arch : "--arch is needed to boot it");
	return NULL;
}

static struct error *check_machine(const struct chosen_target *chosen)
{
	_cleanup_strbuf_ struct strbuf output = STRBUF_INIT;
	_cleanup_(facts_release) struct facts facts = { 0 };
	_cleanup_(arch_cleanup) struct arch *arch = NULL;
	_cleanup_free_ char *machine = NULL;
	struct error *err = target_shell(chosen->target, facts_script, &output);

	if (err)
		return err;
	if (!facts_parse(&facts, strbuf_str(&output)))
		return error_new(ERROR_CHILD, "%s: its shell says \"%.200s\"", chosen->target,
				 strbuf_str(&output));
	err = arch_of_machine(facts_get(&facts, "machine"), &arch);
	if (err)
		return err;
	machine = xasprintf("%s, Linux %s, as %s", facts_get(&facts, "machine"),
			    facts_get(&facts, "release"), facts_get(&facts, "user"));
	print_row("machine", "", machine);
	print_row("arch", arch ? "yes" : "no",
		  arch ? arch->name : "no file in arches/ is for it: --probe is needed");
	for (size_t i = 0; i < nr_abilities; i++) {
		_cleanup_free_ char *why = NULL;
		bool able = abilities[i].judge(&facts, &why);

		print_row(abilities[i].name, able ? "yes" : "no", why);
		if (!able)
			print_row("", "", abilities[i].checks);
	}
	return NULL;
}

static struct error *check_qemu(const struct chosen_target *chosen)
{
	print_row("guest", "yes",
		  "boots --image of --arch; `btfmatrix doctor` checks the emulators");
	(void)chosen;
	return NULL;
}

static struct error *check(struct arguments *args, struct named_targets *targets)
{
	_cleanup_(chosen_target_release) struct chosen_target chosen = { 0 };
	struct error *err = choose_target(args->words[1], &args->board, &chosen);

	(void)targets;
	if (err)
		return err;
	put_line(stdout, chosen.target);
	printf(":\n");
	if (chosen.board.device)
		return check_board(&chosen);
	if (str_eq(chosen.target, "qemu"))
		return check_qemu(&chosen);
	return check_machine(&chosen);
}

static const struct {
	const char *name;
	/* words, with its own */
	size_t nr_words;
	const char *usage;
	struct error *(*run)(struct arguments *args, struct named_targets *targets);
} actions[] = {
	{ "list", 1, "list", list },
	{ "add", 3, "add NAME TARGET", add },
	{ "remove", 2, "remove NAME", remove_one },
	{ "check", 2, "check NAME|TARGET", check },
};

static struct error *act(struct arguments *args, struct named_targets *targets)
{
	const char *name = args->nr_words ? args->words[0] : "";

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (!str_eq(actions[i].name, name))
			continue;
		if (args->nr_words != actions[i].nr_words)
			return error_new(ERROR_INPUT, "it is `btfmatrix target %s`",
					 actions[i].usage);
		return actions[i].run(args, targets);
	}
	return error_new(ERROR_INPUT, "'%s' is none of list, add, remove, check", name);
}

int cmd_target(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &board_argp, 0, BOARD_ARGS_TITLE, 2 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "list\nadd NAME TARGET\nremove NAME\ncheck NAME|TARGET",
		.doc = "Keeps targets under names, for --target NAME, and says what one can do. "
		       "TARGET is "
		       "ssh:HOST, console:DEVICE, local or qemu; docs/targets.md has examples.\v"
		       "They are in targets.ini in $XDG_CONFIG_HOME/btfmatrix, usually "
		       "~/.config/btfmatrix; one in the current folder comes first.",
		.children = children,
	};
	_cleanup_(named_targets_cleanup) struct named_targets *targets = NULL;
	struct arguments args = { 0 };
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &args))
		return STATUS_ERROR;
	err = named_targets_load(&targets);
	if (!err)
		err = act(&args, targets);
	strv_free(args.loader_commands);
	return err ? command_fail(err) : STATUS_OK;
}
