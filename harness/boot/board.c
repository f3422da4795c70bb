// SPDX-License-Identifier: GPL-2.0-only
#include "boot/board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/loader.h"
#include "boot/session.h"
#include "boot/tty.h"
#include "core/clock.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"
#include "probe/protocol.h"

enum {
	/* for a command that copies a kernel, and for one that turns a board off */
	BOOT_CMD_S = 600,
	OFF_CMD_S = 60,
	/* room for the last words of a command that failed */
	SAID_MAX = 400,
};

/* A board that is being booted. */
struct boot_of_board {
	const struct board *board;
	struct session *s;
	int tty;
	/* what the user's commands get; owned */
	strv env;
	char *append, *size_hex;
	/* what the commands write, and how the power command failed */
	char *log, *failed;
	strv commands;
	struct loader_script script;
	struct loader loader;
	struct error *err;
};

static void boot_release(struct boot_of_board *boot)
{
	cleanup_close(&boot->tty);
	strv_free(boot->env);
	strv_free(boot->commands);
	free(boot->append);
	free(boot->size_hex);
	free(boot->log);
	free(boot->failed);
	error_free(boot->err);
}

/*
 * panic=0: a board that stands still is one we have ended to listen to; QEMU's resets end it. Frames come on
 * the console.
 */
static char *kernel_arguments(const struct board *board, const struct arch *arch, bool moves)
{
	_cleanup_free_ char *of_arch = strv_join(STRV_CONST(arch->append), " ");
	const char *more = board->append ? board->append : of_arch;

	return xasprintf("console=%s panic=0 %s" PROTOCOL_ARGUMENT "console%s%s",
			 board->console ? board->console : arch->console, moves ? "" : "nokaslr ",
			 *more ? " " : "", more);
}

static void add_env(struct boot_of_board *boot, const char *name, const char *value)
{
	strv_append(&boot->env, xasprintf("%s=%s", name, value));
}

static struct error *prepare(struct boot_of_board *boot)
{
	struct session *s = boot->s;
	struct stat st;
	struct error *err = session_prepare(s);

	if (err)
		return err;
	if (stat(s->initramfs, &st) < 0)
		return error_errno(errno, "%s", s->initramfs);
	boot->append = kernel_arguments(boot->board, s->request->arch, s->request->moves);
	boot->size_hex = xasprintf("%llx", (unsigned long long)st.st_size);
	boot->log = xasprintf("%s/power.log", s->request->work_dir);
	boot->failed = xasprintf("%s/power.failed", s->request->work_dir);
	unlink(boot->log);
	unlink(boot->failed);
	add_env(boot, "BTFM_IMAGE", s->request->image);
	add_env(boot, "BTFM_INITRAMFS", s->initramfs);
	add_env(boot, "BTFM_APPEND", boot->append);
	add_env(boot, "BTFM_ARCH", s->request->arch->name);
	add_env(boot, "BTFM_DEVICE", boot->board->device);
	return NULL;
}

static void prepare_loader(struct boot_of_board *boot)
{
	const struct loader_word words[] = {
		{ "append", boot->append },
		{ "image", boot->s->request->image },
		{ "initramfs", boot->s->initramfs },
		{ "initramfs_size", boot->size_hex },
		{ 0 },
	};
	const char *const *command = boot->board->loader_commands;

	for (; command && *command; command++)
		strv_append(&boot->commands, loader_fill_in(*command, words));
	boot->script.stop = boot->board->loader_stop;
	boot->script.prompt = boot->board->loader_prompt ? boot->board->loader_prompt : "=>";
	boot->script.commands = STRV_CONST(boot->commands);
	boot->loader.script = &boot->script;
}

/* The last line that a user's command wrote. */
static char *last_words(const char *log)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	const char *line;
	struct error *err = file_read(log, 0, &text, &len);

	error_free(err);
	while (!err && len && strchr(" \r\n", text[len - 1]))
		text[--len] = '\0';
	if (err || !len)
		return xstrdup("it wrote nothing");
	line = strrchr(text, '\n');
	return xasprintf("\"%.*s\"", SAID_MAX, line ? line + 1 : text);
}

static struct error *run_hook(struct boot_of_board *boot, const char *what, const char *command,
			      double deadline_s, bool cleanup)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	_cleanup_free_ char *said = NULL;
	struct error *err;

	proc.argv = argv;
	proc.env = STRV_CONST(boot->env);
	proc.log_path = boot->log;
	proc.deadline_s = deadline_s;
	proc.cleanup = cleanup;
	err = proc_run(&proc);
	if (err)
		return error_wrap(err, "the %s command `%s`", what, command);
	if (!proc.exit_code)
		return NULL;
	said = last_words(boot->log);
	return error_new(ERROR_CHILD, "the %s command `%s` failed with status %d: %s", what,
			 command, proc.exit_code, said);
}

/*
 * The child that is listened to: it reads the line while the power command runs, and goes on when that has
 * ended well. $1: the line; $2: the command; $3: its log; $4: gets its status where it fails.
 */
static const char listen_script[] =
	"cat <\"$1\" & reader=$!; "
	"sh -c \"$2\" </dev/null >>\"$3\" 2>&1 || { echo $? >\"$4\"; kill $reader; }; "
	"wait $reader 2>/dev/null";

static void type(void *user, const char *text)
{
	struct boot_of_board *boot = user;

	if (!boot->err)
		boot->err = tty_write(boot->tty, boot->board->device, text);
}

static enum proc_action on_output(struct proc *proc, const char *data, size_t len)
{
	struct boot_of_board *boot = proc->user;

	loader_feed(&boot->loader, data, len, type, boot);
	return !boot->err && session_console(boot->s, data, len) ? PROC_CONTINUE : PROC_STOP;
}

static enum proc_action on_tick(struct proc *proc, double elapsed_s)
{
	struct boot_of_board *boot = proc->user;

	return session_goes_on(boot->s, elapsed_s) ? PROC_CONTINUE : PROC_STOP;
}

/* Whether the power command failed; else what came is the board's. */
static struct error *check_power(const struct boot_of_board *boot)
{
	_cleanup_free_ char *status = NULL, *said = NULL;
	_cleanup_error_ struct error *err = file_read(boot->failed, 0, &status, NULL);

	if (err)
		return NULL;
	said = last_words(boot->log);
	return error_new(ERROR_CHILD, "the power command `%s` failed with status %d: %s",
			 boot->board->power_cmd, atoi(status), said);
}

static struct error *listen_to(struct boot_of_board *boot)
{
	const struct board *board = boot->board;
	const char *const argv[] = { "sh",      "-c",          listen_script,
				     "sh",      board->device, board->power_cmd,
				     boot->log, boot->failed,  NULL };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	proc.argv = argv;
	proc.env = STRV_CONST(boot->env);
	proc.log_path = boot->s->result->console_log;
	proc.on_output = on_output;
	proc.on_tick = on_tick;
	proc.user = boot;
	boot->s->last_sign = clock_now_s();
	err = proc_run(&proc);
	boot->s->result->wall_s = proc.wall_s;
	if (!err)
		err = return_ptr(boot->err);
	if (!err)
		err = check_power(boot);
	if (!err && !loader_is_done(&boot->loader) && !boot->s->console.banners)
		log_warning("%s: the boot loader never asked for command %zu (\"%s\"): see %s",
			    board->device, boot->loader.nr_typed + 1,
			    boot->commands[boot->loader.nr_typed], boot->s->result->console_log);
	if (err)
		return err;
	/* how the reader ended says nothing of the board */
	session_judge(boot->s, &(struct session_end){ .stopped = proc.stopped });
	return NULL;
}

static void turn_off(struct boot_of_board *boot)
{
	_cleanup_error_ struct error *err = NULL;

	if (!boot->board->off_cmd)
		return;
	err = run_hook(boot, "off", boot->board->off_cmd, OFF_CMD_S, true);
	if (err)
		log_warning("%s", err->message);
}

struct error *board_boot(const struct board *board, struct session *s)
{
	_cleanup_(boot_release) struct boot_of_board boot = {
		.board = board,
		.s = s,
		.tty = -1,
	};
	struct error *err;

	if (s->request->deadline_s <= 0 && s->deadline_s < BOARD_DEADLINE_S)
		s->deadline_s = BOARD_DEADLINE_S;
	if (s->request->silence_s <= 0 && s->silence_s < BOARD_SILENCE_S)
		s->silence_s = BOARD_SILENCE_S;
	s->result->command = xstrdup(board->power_cmd);
	/* first what costs nothing and may fail */
	err = tty_open(board->device, board->baud ? board->baud : BOARD_BAUD, &boot.tty);
	if (!err)
		err = prepare(&boot);
	if (err)
		return err;
	prepare_loader(&boot);
	if (board->boot_cmd)
		err = run_hook(&boot, "boot", board->boot_cmd, BOOT_CMD_S, false);
	if (err)
		return err;
	err = listen_to(&boot);
	turn_off(&boot);
	return err;
}
