/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors: INI files read into a struct as a const table says.
 *
 * Recipe for a new kind of descriptor:
 *   1. A struct whose members are char * (INI_STRING), unsigned int (INI_UINT, INI_ENUM), bool
 *      (INI_BOOL) or strv (INI_WORDS, INI_LINES).
 *   2. A table of struct ini_field, one row per key, and a struct ini_schema around it.
 *   3. err = ini_load(path, &schema, object) with an object that is all zeroes; ini_release() later,
 *      after a failed load too.
 *
 * Format: `[section]`, `key = value`; a `;` after a space, and a line that starts with `;` or `#`, is
 * a comment; an indented line continues the value above it (INI_WORDS and INI_LINES alone).
 */
#ifndef BTFMATRIX_CONFIG_INI_SCHEMA_H
#define BTFMATRIX_CONFIG_INI_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum ini_type {
	/* one word or text, never empty */
	INI_STRING,
	/* decimal, or hexadecimal with 0x, in [min, max] */
	INI_UINT,
	/* yes or no, or the field's own two choices */
	INI_BOOL,
	/* one of the field's choices */
	INI_ENUM,
	/* words separated by white space, on one or more lines */
	INI_WORDS,
	/* one entry a line */
	INI_LINES,
};

/* A name in the file and the value stored for it; a table of them ends with a NULL name. */
struct ini_choice {
	const char *name;
	unsigned int value;
};

struct ini_field {
	const char *section, *key;
	enum ini_type type;
	/* of the member, in bytes from the start of the object */
	size_t offset;
	bool required;
	/* the same word twice is an error (INI_WORDS) */
	bool unique;
	/* INI_UINT: bounds, both included */
	unsigned int min, max;
	/* INI_ENUM, INI_BOOL */
	const struct ini_choice *choices;
	/* used where the key is missing; NULL: 0, false, NULL or no entries */
	const char *fallback;
	/* Judges a string, word or line: NULL, or what it must be ("must ..."; static). May be NULL. */
	const char *(*check)(const char *value);
	/* what the key is, for messages: "memory of the guest in MiB" */
	const char *help;
	/* a value for ini_skeleton(), lines separated by newlines; NULL: it is shown as left out */
	const char *example;
};

struct ini_schema {
	const struct ini_field *fields;
	size_t nr_fields;
};

/**
 * Fills @object from the file. The first thing wrong ends it (ERROR_INPUT, or ERROR_SYSTEM where the
 * file cannot be read): "FILE:LINE: what; the mend". Nothing is read but a regular file of at most
 * 64 KiB, with lines of at most 190 bytes and no control characters.
 */
must_check struct error *ini_load(const char *path, const struct ini_schema *schema, void *object);

/** Frees what ini_load() put into @object, and zeroes those members; @object itself stays. */
void ini_release(const struct ini_schema *schema, void *object);

/** Where [@section] @key is in the file, for errors that concern more than one key; 1 if nowhere. */
unsigned int ini_find_line(const char *path, const char *section, const char *key);

/** For .check: one path below some folder, without "..". */
const char *ini_check_subpath(const char *value);
/** For .check: a name in lower case that can be part of a file name. */
const char *ini_check_name(const char *value);
/** For .check: "CONFIG_FOO=y" and the like. */
const char *ini_check_kconfig(const char *value);
/** For .check: a Debian package, or several as "a|b". */
const char *ini_check_package(const char *value);

/** "arches/s390x.ini" -> "s390x". The caller frees it. */
char *ini_name_of_path(const char *path);

#endif
