// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix arch: the architecture descriptors there are, a new one, and whether one is true. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/diagnosis.h"
#include "cli/format_args.h"
#include "config/arch_blame.h"
#include "config/ini_schema.h"
#include "config/ini_skeleton.h"
#include "config/packages.h"
#include "config/project.h"
#include "config/toolchain.h"
#include "core/cleanup.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"

/* arch list */

/* An architecture with what was looked for on this machine. */
struct listed_arch {
	struct arch *arch;
	struct diagnoses found;
};

struct arch_list {
	VEC(struct listed_arch) list;
};

static void arch_list_release(struct arch_list *arches)
{
	vec_for_each(listed, &arches->list) {
		diagnoses_release(&listed->found);
		arch_free(listed->arch);
	}
	vec_free(&arches->list);
}

static int is_descriptor(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends(entry->d_name, ".ini");
}

static struct error *arch_list_load(struct arch_list *arches)
{
	_cleanup_free_ char *dir = NULL;
	_cleanup_free_ char *gcc_path = NULL;
	_cleanup_(toolchain_cleanup) struct toolchain *gcc = NULL;
	struct dirent **entries;
	struct error *err = project_path(&dir, "arches");
	int nr;

	if (!err)
		err = project_path(&gcc_path, "configs/toolchains/gcc.ini");
	if (!err)
		err = toolchain_load(gcc_path, &gcc);
	if (err)
		return err;
	nr = scandir(dir, &entries, is_descriptor, alphasort);
	if (nr < 0)
		return error_errno(errno, "cannot read %s", dir);
	for (int i = 0; i < nr; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, entries[i]->d_name);
		struct listed_arch listed = { 0 };

		free(entries[i]);
		if (!err)
			err = arch_load(path, &listed.arch);
		if (err)
			continue;
		err = diagnose_arch_tools(&listed.found, listed.arch, gcc);
		vec_push(&arches->list, listed);
	}
	free(entries);
	return err;
}

static size_t count_missing(struct diagnoses *found)
{
	size_t n = 0;

	vec_for_each(d, &found->list)
		n += !d->ok;
	return n;
}

/* "no compiler, no QEMU: `make deps-nightly`, or install the packages a b or c" */
static void print_missing(struct listed_arch *listed)
{
	_cleanup_free_ char *mend = packages_mend(STRV_CONST(listed->arch->packages), "");
	const char *separator = "";

	vec_for_each(d, &listed->found.list) {
		const char *colon = strstr(d->what, ": ");

		if (d->ok)
			continue;
		printf("%sno %s", separator, colon ? colon + 2 : d->what);
		separator = ", ";
	}
	printf(": %s\n", mend);
}

static void list_text(struct arch_list *arches)
{
	printf("%-12s %4s  %-6s  %-20s  %s\n", "architecture", "bits", "order", "QEMU's machine",
	       "here");
	vec_for_each(listed, &arches->list) {
		const struct arch *arch = listed->arch;

		/* without the machine's properties */
		printf("%-12s %4u  %-6s  %-20.*s  ", arch->name, arch->elf_bits,
		       arch->elf_big_endian ? "big" : "little", (int)strcspn(arch->machine, ","),
		       arch->machine);
		if (count_missing(&listed->found))
			print_missing(listed);
		else
			printf("all there\n");
	}
}

static json_t *missing_json(struct diagnoses *found)
{
	json_t *missing = json_array();

	vec_for_each(d, &found->list)
		if (!d->ok)
			json_array_append_new(missing, json_pack("{s:o, s:o, s:o}", "what",
								 json_text(d->what), "detail",
								 json_text(d->detail), "mend",
								 json_text(d->mend)));
	return missing;
}

static void list_json(struct arch_list *arches)
{
	json_t *root = json_array();

	vec_for_each(listed, &arches->list) {
		const struct arch *arch = listed->arch;
		json_t *packages = json_array();

		for (char **package = arch->packages; *package; package++)
			json_array_append_new(packages, json_text(*package));
		json_array_append_new(
			root,
			json_pack("{s:o, s:o, s:i, s:s, s:o, s:o, s:o, s:o, s:b, s:o}", "arch",
				  json_text(arch->name), "file", json_text(arch->path), "bits",
				  (int)arch->elf_bits, "byte_order",
				  arch->elf_big_endian ? "big" : "little", "cross_compile",
				  json_text(arch->cross_compile), "qemu",
				  json_text(arch->qemu_binary), "machine", json_text(arch->machine),
				  "packages", packages, "ready", !count_missing(&listed->found),
				  "missing", missing_json(&listed->found)));
	}
	json_dumpf(root, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(root);
}

static error_t parse_list(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static int arch_list(int argc, char **argv)
{
	static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		.parser = parse_list,
		.children = children,
		.doc = "Lists the architectures there are descriptors of, and for each whether "
		       "this "
		       "machine has its compiler, C library and QEMU, or which packages have them.",
	};
	static void (*const print[])(struct arch_list * arches) = {
		[FORMAT_TEXT] = list_text,
		[FORMAT_JSON] = list_json,
	};
	enum output_format format = FORMAT_TEXT;
	struct arch_list arches = { 0 };
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &format))
		return STATUS_ERROR;
	err = arch_list_load(&arches);
	if (!err)
		print[format](&arches);
	arch_list_release(&arches);
	return err ? command_fail(err) : STATUS_OK;
}

/* arch new */

struct new_arguments {
	const char *name, *output;
};

static error_t parse_new(int key, char *arg, struct argp_state *state)
{
	struct new_arguments *arguments = state->input;

	switch (key) {
	case 'o':
		arguments->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->name)
			argp_error(state, "one name is enough; '%s' is a second", arg);
		arguments->name = arg;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->name)
			argp_error(state, "which name shall it have?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void write_skeleton(const char *name, const char *file, struct strbuf *text)
{
	strbuf_addf(text,
		    "; %s: say here what machine this is, and what is special about it.\n"
		    ";\n"
		    "; The values are those of a machine that works (riscv64 on QEMU's virt "
		    "board): put\n"
		    "; yours in their place, then try it:\n"
		    ";\n"
		    ";     btfmatrix arch check %s\n"
		    ";\n"
		    "; btfmatrix(1) tells more of each key. A file in arches/ is one of the\n"
		    "; architectures that a matrix may name.\n",
		    name, file);
	ini_skeleton(&arch_schema, text);
}

/* Never over a file that is there. */
static struct error *write_new(const char *path, const struct strbuf *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	ssize_t n;

	if (fd < 0 && errno == EEXIST)
		return error_new(ERROR_INPUT, "%s is there already", path);
	if (fd < 0)
		return error_errno(errno, "cannot make %s", path);
	n = write(fd, strbuf_str(text), text->len);
	if (n == (ssize_t)text->len)
		return NULL;
	return error_errno(n < 0 ? errno : ENOSPC, "cannot write %s", path);
}

static int arch_new(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "output", 'o', "FILE", 0, "write it there, where no file may be yet", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_new,
		.args_doc = "NAME",
		.doc = "Writes a descriptor to begin with, each key with a comment of what it is, "
		       "to "
		       "standard output or FILE.",
	};
	struct new_arguments arguments = { 0 };
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *file = NULL;
	const char *wrong;
	struct error *err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return STATUS_ERROR;
	wrong = ini_check_name(arguments.name);
	if (wrong)
		return command_fail(error_new(ERROR_INPUT, "'%s' %s", arguments.name, wrong));
	file = arguments.output ? xstrdup(arguments.output) : xasprintf("%s.ini", arguments.name);
	write_skeleton(arguments.name, file, &text);
	if (!arguments.output) {
		fputs(strbuf_str(&text), stdout);
		return STATUS_OK;
	}
	err = write_new(arguments.output, &text);
	return err ? command_fail(err) : STATUS_OK;
}

/* arch check */

static int arch_check(int argc, char **argv)
{
	VEC(char *) words = { 0 };
	_cleanup_free_ char *option = NULL;
	static char mode[] = "--mode=m", retries[] = "--retries=0";
	int status;

	if (argc < 2 || argv[1][0] == '-') {
		bool help = argc > 1 && str_eq(argv[1], "--help");

		fputs("Usage: btfmatrix arch check FILE [OPTION...]\n"
		      "Builds, boots and verifies one cell, of mode m, with the architecture that "
		      "FILE\n"
		      "describes; FILE may be anywhere. OPTIONs are those of `btfmatrix run`, such "
		      "as\n"
		      "--mode=y, --kernel=6.12 or --results=DIR. Where FILE is not true, the "
		      "verdict\n"
		      "names the line that is likely to be at fault.\n",
		      help ? stdout : stderr);
		return help ? STATUS_OK : STATUS_ERROR;
	}
	option = xasprintf("--arch-file=%s", argv[1]);
	vec_push(&words, argv[0]);
	vec_push(&words, option);
	vec_push(&words, mode);
	vec_push(&words, retries);
	for (int i = 2; i < argc; i++)
		vec_push(&words, argv[i]);
	vec_push(&words, NULL);
	status = cmd_run((int)words.len - 1, words.data);
	vec_free(&words);
	return status;
}

static const struct command commands[] = {
	{ "list", "the architectures, what each needs, and whether this machine has it",
	  arch_list },
	{ "new", "write a descriptor to begin with", arch_new },
	{ "check", "build, boot and verify one cell with a descriptor of your own", arch_check },
};

static void print_help(FILE *out)
{
	fputs("Usage: btfmatrix arch COMMAND [OPTION...]\n"
	      "Architecture descriptors: those there are, a new one, and whether one is true.\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`btfmatrix arch COMMAND --help` tells what a command takes.\n", out);
}

int cmd_arch(int argc, char **argv)
{
	if (argc < 2 || str_eq(argv[1], "--help") || str_eq(argv[1], "-?")) {
		print_help(argc < 2 ? stderr : stdout);
		return argc < 2 ? STATUS_ERROR : STATUS_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!str_eq(argv[1], commands[i].name))
			continue;

		_cleanup_free_ char *name = xasprintf("btfmatrix arch %s", argv[1]);
		argv[1] = name;
		return commands[i].run(argc - 1, argv + 1);
	}
	log_error("no command 'arch %s'; `btfmatrix arch --help` lists them", argv[1]);
	return STATUS_ERROR;
}
