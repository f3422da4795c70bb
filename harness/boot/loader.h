/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A talk with a board's boot loader: its autoboot is stopped, then each command is typed at its prompt. Pure:
 * text in, text out. What it says is untrusted; memory is bounded.
 */
#ifndef BTFMATRIX_BOOT_LOADER_H
#define BTFMATRIX_BOOT_LOADER_H

#include <stdbool.h>
#include <stddef.h>

#include "config/strv.h"

struct loader_script {
	/* what it says when a key stops it, e.g. "Hit any key"; NULL: it stops by itself */
	const char *stop;
	/* what begins the line in which it takes a command, e.g. "=>" */
	const char *prompt;
	/* NULL-terminated; none: there is no talk */
	const char *const *commands;
};

struct loader {
	const struct loader_script *script;
	bool stopped;
	/* commands typed so far */
	size_t nr_typed;
	/* private: the line being gathered, and that a prompt on it was answered */
	char line[256];
	size_t len;
	bool answered;
};

/**
 * Takes what came and calls @send with what is to be typed, each time something is. Start with a zeroed
 * loader but for its script.
 */
void loader_feed(struct loader *loader, const char *data, size_t len,
		 void (*send)(void *user, const char *text), void *user);

/** Whether all commands were typed; true where there are none. */
bool loader_is_done(const struct loader *loader);

/** A name and what takes its place; a table of them ends with a NULL name. */
struct loader_word {
	const char *name, *value;
};

/** @text with each "{name}" replaced; "{other}" stays. The caller frees it. */
char *loader_fill_in(const char *text, const struct loader_word *words);

#endif
