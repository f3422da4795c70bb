/* SPDX-License-Identifier: GPL-2.0-only */
/* A feature under test: configs/features/NAME.ini. What a series that gives BTF more variables calls its things. */
#ifndef BTFMATRIX_CONFIG_FEATURE_H
#define BTFMATRIX_CONFIG_FEATURE_H

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"

/** The feature of our own series, where none is named. */
#define FEATURE_DEFAULT "btf-vars"

struct feature {
	/* the descriptor's file name without ".ini" */
	char *name;
	char *path;
	char *description;
	/* Kconfig symbol without CONFIG_ */
	char *symbol;
	/* states it can have: "n", "m", "y"; without "m" for a bool */
	strv modes;
	/* the module of mode m below the object tree, "kernel/bpf/vmlinux_btf_extra.ko"; NULL: there is no mode m */
	char *module;
	/* its name, which is that of its BTF in sysfs: "vmlinux_btf_extra"; NULL as above */
	char *module_name;
	/* the file in sysfs that has the module's BTF, where it is not /sys/kernel/btf/MODULE; else NULL */
	char *sysfs;
	/* the word that makes pahole encode all variables, or one of several: among the features of --btf_features, or an
	 * option that begins with "--" */
	strv pahole;
};

/** Reads a descriptor. Messages have "FILE:LINE: what; the mend". */
must_check struct error *feature_load(const char *path, struct feature **ret);
void feature_free(struct feature *feature);
DEFINE_CLEANUP_PTR(feature, struct feature, feature_free);

#endif
