/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tool roots: another Debian release's compilers, pahole and QEMU beside the host's, in the cache.
 *
 * configs/toolchains/roots/NAME.ini says what is in one. mmdebstrap unpacks the packages (nothing is
 * configured, and nothing outside the cache is touched). Each program of the root gets a wrapper outside of
 * it that runs it inside: bubblewrap makes a file system of the root's /usr and of the cache, /tmp and the
 * project at their own places, so that a wrapper can stand wherever a program can: as kbuild's
 * CROSS_COMPILE, as PAHOLE, as QEMU.
 *
 *	CACHE/toolroots/NAME-KEY/root      the unpacked packages
 *	                        /run/...   a wrapper for each program: run/usr/bin/s390x-linux-gnu-gcc
 *	                        /packages  "NAME VERSION" of each, one a line
 *	                        /files     "SIZE PATH" of each file, against which it is checked at each use
 *	                        /stamp     written last; without it the root is half-made
 */
#ifndef BTFMATRIX_TOOLROOT_TOOLROOT_H
#define BTFMATRIX_TOOLROOT_TOOLROOT_H

#include <time.h>

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"

/* A descriptor, configs/toolchains/roots/NAME.ini. */
struct toolroot_config {
	/* the file's name without ".ini" */
	char *name;
	char *path;
	char *description;
	/* release of Debian */
	char *suite;
	/* their dependencies come by themselves */
	strv packages;
};

/** Reads a descriptor. Messages have "FILE:LINE: what; the mend". */
must_check struct error *toolroot_config_load(const char *path, struct toolroot_config **ret);
/** Reads configs/toolchains/roots/@name.ini. ERROR_INPUT where there is none. */
must_check struct error *toolroot_config_find(const char *name, struct toolroot_config **ret);
void toolroot_config_free(struct toolroot_config *config);
DEFINE_CLEANUP_PTR(toolroot_config, struct toolroot_config, toolroot_config_free);

/* A root that is whole. All strings are owned. */
struct toolroot {
	char *name, *suite;
	/* its folder in the cache */
	char *dir;
	/* digest of names and versions of all packages */
	char *id;
};

/**
 * The root called @name: made if it is not there, made again if anything of it is missing or it was never
 * finished. Tells by log_info() what it does, as it takes minutes.
 *
 * What fails is not tried again by the same process. Errors name what is not to be had: @wanted (may be NULL; those of them that the root lists), else all of
 * its packages; with the reason and the log's path.
 */
must_check struct error *toolroot_open(const char *name, const char *const *wanted,
				       struct toolroot *ret);
void toolroot_release(struct toolroot *root);
/** Has roots that failed tried again. */
void toolroot_forget_failures(void);
/** Lets go of the roots that this process uses, which until then are not removed by any. */
void toolroot_let_go(void);

/**
 * Has wrappers that are run from now on show the folder @dir inside, at its own place. The project's folder,
 * the cache, /tmp and the working folder are there anyway.
 */
must_check struct error *toolroot_bind(const char *dir);

/** The wrapper of a program in usr/bin, e.g. "s390x-linux-gnu-gcc"; the caller frees it. It need not exist. */
char *toolroot_program(const struct toolroot *root, const char *program);

/** The version of @package in it, the caller's to free; NULL: it is not in it. */
must_check struct error *toolroot_package_version(const struct toolroot *root, const char *package,
						  char **ret);

/* Whether a root can be used, without making it. */
enum toolroot_state {
	TOOLROOT_MISSING,
	/* half-made, or files of it are gone; the next use makes it again */
	TOOLROOT_DAMAGED,
	TOOLROOT_WHOLE,
};

/** What there is of @config's root; @why_ret gets one line for a damaged one, the caller's to free. */
must_check struct error *toolroot_look(const struct toolroot_config *config,
				       enum toolroot_state *state_ret, char **why_ret);

/* A folder below CACHE/toolroots, for those who tidy up. */
struct toolroot_kept {
	/* its path and the name of the descriptor it was made from; owned */
	char *dir, *name;
	/* it is what the descriptor says today; others, and what is half-made, are of no use any more */
	bool current;
	time_t used_at;
};

struct toolroots_kept {
	VEC(struct toolroot_kept) list;
};

/** All that is in the cache, whole or not. */
must_check struct error *toolroots_list(struct toolroots_kept *ret);
void toolroots_release(struct toolroots_kept *kept);
/** Removes one; *@removed_ret stays false, and it stays, where a process makes, checks or uses it. */
must_check struct error *toolroot_remove(const char *dir, bool *removed_ret);

#endif
