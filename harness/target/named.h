/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Targets with a name, and all that is to be known of them: targets.ini, in the current folder and in
 * $XDG_CONFIG_HOME/btfmatrix (usually ~/.config/btfmatrix). A section is a target; the current folder's come
 * first.
 */
#ifndef BTFMATRIX_TARGET_NAMED_H
#define BTFMATRIX_TARGET_NAMED_H

#include <stddef.h>
#include <stdio.h>

#include "boot/board.h"
#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"

#define TARGETS_FILE "targets.ini"

struct named_target {
	char *name;
	/* the file it is in; borrowed */
	const char *file;
	/* "ssh:root@board", "console:/dev/ttyUSB0", "local", "qemu" */
	char *target;
	/* a file in arches/; NULL: told by the machine */
	char *arch;
	/* as in struct board; NULL and 0 where they are not there */
	char *power_cmd, *off_cmd, *boot_cmd, *console, *append;
	char *loader_stop, *loader_prompt;
	strv loader_commands;
	unsigned int baud, deadline_s;
};

struct named_targets {
	/* the user's own file, which targets_add() writes */
	char *user_file;
	VEC(char *) files;
	VEC(struct named_target) targets;
};

/** Reads both files; that one is not there is no error. */
must_check struct error *named_targets_load(struct named_targets **ret);
void named_targets_free(struct named_targets *targets);
DEFINE_CLEANUP_PTR(named_targets, struct named_targets, named_targets_free);

/** The target called @name, or NULL. */
const struct named_target *named_target_find(const struct named_targets *targets, const char *name);

/**
 * Adds @target to the user's file, which is made if it is missing. ERROR_INPUT for a name that is there, or is
 * none, and for a value that such a file cannot hold.
 */
must_check struct error *named_target_add(const struct named_targets *targets,
					  const struct named_target *target);

/** Takes the section of @name out of the file it is in; what else is in that stays as it is. */
must_check struct error *named_target_remove(const struct named_targets *targets, const char *name);

#endif
