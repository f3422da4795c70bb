// SPDX-License-Identifier: GPL-2.0-only
#include "cli/select_args.h"

#include "cli/command.h"
#include "core/mem.h"

enum {
	OPT_MATRIX = 0x4000,
	OPT_ARCH,
	OPT_ARCH_FILE,
	OPT_TOOLCHAIN,
	OPT_KERNEL,
	OPT_PROFILE,
	OPT_PAHOLE,
	OPT_MODE,
	OPT_KERNEL_DIR,
	OPT_SERIES,
	OPT_FEATURE,
	OPT_CONFIG,
};

static const struct argp_option options[] = {
	{ "matrix", OPT_MATRIX, "NAME|FILE", 0,
	  "a name in configs/matrices, or a file with a '/' in its name (default: default)", 0 },
	{ "arch", OPT_ARCH, "A,B", 0, "architectures, in place of the matrix's", 0 },
	{ "arch-file", OPT_ARCH_FILE, "FILE", 0,
	  "the architecture that this descriptor is of, in place of the matrix's", 0 },
	{ "toolchain", OPT_TOOLCHAIN, "T,U", 0,
	  "toolchains, in place of the matrix's; path:PREFIX is an unpacked one: what is in front "
	  "of 'gcc', or a folder with LLVM and a '/' at its end",
	  0 },
	{ "kernel", OPT_KERNEL, "K,L", 0, "kernel lines, in place of the matrix's", 0 },
	{ "profile", OPT_PROFILE, "P,Q", 0,
	  "Kconfig profiles, in place of the matrix's: names in " PROFILE_DIR, 0 },
	{ "pahole", OPT_PAHOLE, "WHICH[HOW],...", 0,
	  "paholes, in place of the matrix's. WHICH: host, a version (1.24, 1.30, 1.32) or a "
	  "program's path; HOW: nothing (btfmatrix mends what it writes), -stock (as it is), "
	  "+encode (btfmatrix encodes all variables); or 'default', 'stock', 'encode' for the "
	  "pahole a run takes by itself",
	  0 },
	{ "mode", OPT_MODE, "y,m,n", 0,
	  "states of CONFIG_DEBUG_INFO_BTF_VARS, in place of the matrix's", 0 },
	{ "kernel-dir", OPT_KERNEL_DIR, "DIR", 0,
	  "build from a copy of this kernel tree instead of Debian's source; it is only read", 1 },
	{ "series", OPT_SERIES, "PATH", 0, SERIES_HELP, 1 },
	{ "config", OPT_CONFIG, "FILE", 0,
	  "Kconfig lines on top of all others; each is proved to be granted", 1 },
	{ "feature", OPT_FEATURE, "NAME|FILE", 0,
	  "what the series calls its Kconfig symbol and module: a name in configs/features, or a "
	  "file with a '/' in its name (default: " FEATURE_DEFAULT ")",
	  1 },
	{ 0 },
};

static const struct {
	int key;
	/* of a const char * in struct plan_request */
	size_t offset;
} members[] = {
	{ OPT_MATRIX, offsetof(struct plan_request, matrix) },
	{ OPT_ARCH, offsetof(struct plan_request, arches) },
	{ OPT_ARCH_FILE, offsetof(struct plan_request, arch_file) },
	{ OPT_TOOLCHAIN, offsetof(struct plan_request, toolchains) },
	{ OPT_KERNEL, offsetof(struct plan_request, kernels) },
	{ OPT_PROFILE, offsetof(struct plan_request, profiles) },
	{ OPT_PAHOLE, offsetof(struct plan_request, paholes) },
	{ OPT_MODE, offsetof(struct plan_request, modes) },
	{ OPT_KERNEL_DIR, offsetof(struct plan_request, kernel_dir) },
	{ OPT_SERIES, offsetof(struct plan_request, series) },
	{ OPT_FEATURE, offsetof(struct plan_request, feature) },
	{ OPT_CONFIG, offsetof(struct plan_request, config) },
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
