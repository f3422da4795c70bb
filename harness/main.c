// SPDX-License-Identifier: GPL-2.0-only
/* btfmatrix: picks the subcommand. */
#include <argp.h>
#include <stdio.h>

#include "cli/command.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"

#ifndef BTFMATRIX_VERSION
#error "the Makefile defines BTFMATRIX_VERSION"
#endif

static const struct command commands[] = {
	{ "run", "build, boot and verify the cells of a matrix", cmd_run },
	{ "submit", "have a cluster do so, as job arrays, into one run of the record", cmd_submit },
	{ "report", "print a run of the record: text, JSON, JUnit, KTAP, Markdown or HTML",
	  cmd_report },
	{ "history", "print what each run of the record says of a cell", cmd_history },
	{ "compare", "say what broke, was mended or moved from one run to another", cmd_compare },
	{ "merge", "join the runs of several folders, as of shards, into one", cmd_merge },
	{ "bisect", "find the commit that broke a cell", cmd_bisect },
	{ "test", "test a cell of a kernel tree, for `git bisect run`", cmd_test },
	{ "nightly", "watch a tree: fetch it, run the matrix, bisect what broke", cmd_nightly },
	{ "plan", "print the cells a run would do, and why any is left out", cmd_plan },
	{ "arch", "list architectures, begin a descriptor, or try one of your own", cmd_arch },
	{ "verify", "verify files: vmlinux and vmlinux_btf_extra.ko, without booting", cmd_verify },
	{ "target", "keep machines and boards under names, and say what they can do", cmd_target },
	{ "checks", "list every check the verifier has", cmd_checks },
	{ "layout", "print a section of BTF: offsets, holes, cache lines, source files",
	  cmd_layout },
	{ "diff", "say which variables differ between two vmlinux files", cmd_diff },
	{ "cache", "list what the cache keeps, make it smaller, or check that it is sound",
	  cmd_cache },
	{ "doctor", "say which tools would be used and what is missing", cmd_doctor },
	{ "encode", "make BTF of all global variables for a kernel built by any pahole",
	  cmd_encode },
	{ "pahole", "run pahole as kbuild does and repair the BTF it makes", cmd_pahole },
	{ "patch", "say whether the kernel patches apply to a tree, and where they do not",
	  cmd_patch },
	{ "fetch", "get a tool or a kernel source into the cache and print its path", cmd_fetch },
};

static void print_help(FILE *out)
{
	fputs("Usage: btfmatrix COMMAND [OPTION...]\n"
	      "Builds a patched Linux kernel for many architectures in each state of\n"
	      "CONFIG_DEBUG_INFO_BTF_VARS, boots each, and verifies its BTF against ELF, DWARF\n"
	      "and the live kernel.\n\n"
	      "Commands:\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`btfmatrix COMMAND --help` tells what a command takes; btfmatrix(1) has it all.\n"
	      "\n"
	      "Exit status: 0 all is well, 1 there are findings, 2 something could not be done,\n"
	      "130 interrupted.\n",
	      out);
}

int main(int argc, char **argv)
{
	argp_err_exit_status = STATUS_ERROR;
	if (argc < 2) {
		print_help(stderr);
		return STATUS_ERROR;
	}
	if (str_eq(argv[1], "--help") || str_eq(argv[1], "-h") || str_eq(argv[1], "help")) {
		print_help(stdout);
		return STATUS_OK;
	}
	if (str_eq(argv[1], "--version") || str_eq(argv[1], "-V")) {
		puts("btfmatrix " BTFMATRIX_VERSION);
		return STATUS_OK;
	}

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!str_eq(argv[1], commands[i].name))
			continue;
		/* argp names the program from argv[0]. */
		char *name = xasprintf("btfmatrix %s", argv[1]);

		argv[1] = name;
		proc_catch_signals();
		int status = commands[i].run(argc - 1, argv + 1);
		free(name);
		/* A result nobody could read is no result. */
		if (fflush(stdout) || ferror(stdout)) {
			log_error("cannot write to standard output");
			return STATUS_ERROR;
		}
		return status;
	}
	log_error("no command '%s'; `btfmatrix --help` lists them", argv[1]);
	return STATUS_ERROR;
}
