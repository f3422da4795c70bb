// SPDX-License-Identifier: GPL-2.0-only
#include "cli/select_args.h"

#include "core/mem.h"

enum {
	OPT_MATRIX = 0x4000,
	OPT_ARCH,
	OPT_TOOLCHAIN,
	OPT_KERNEL,
	OPT_MODE,
};

static const struct argp_option options[] = {
	{ "matrix", OPT_MATRIX, "NAME|FILE", 0,
	  "a name in configs/matrices, or a file with a '/' in its name (default: default)", 0 },
	{ "arch", OPT_ARCH, "A,B", 0, "these architectures of the matrix alone", 0 },
	{ "toolchain", OPT_TOOLCHAIN, "T,U", 0, "these toolchains of the matrix alone", 0 },
	{ "kernel", OPT_KERNEL, "K,L", 0, "these kernel lines of the matrix alone", 0 },
	{ "mode", OPT_MODE, "y,m,n", 0, "these states of CONFIG_DEBUG_INFO_BTF_VARS alone", 0 },
	{ 0 },
};

static const struct {
	int key;
	/* of a const char * in struct plan_request */
	size_t offset;
} members[] = {
	{ OPT_MATRIX, offsetof(struct plan_request, matrix) },
	{ OPT_ARCH, offsetof(struct plan_request, arches) },
	{ OPT_TOOLCHAIN, offsetof(struct plan_request, toolchains) },
	{ OPT_KERNEL, offsetof(struct plan_request, kernels) },
	{ OPT_MODE, offsetof(struct plan_request, modes) },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (members[i].key == key) {
			*(const char **)((char *)state->input + members[i].offset) = arg;
			return 0;
		}
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp select_argp = { .options = options, .parser = parse_option };
