/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variables whose value a running kernel tells elsewhere too: configs/values.ini. The probe reads them
 * through BTF, and the checks live.value-* compare.
 */
#ifndef BTFMATRIX_CONFIG_VALUES_H
#define BTFMATRIX_CONFIG_VALUES_H

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"
#include "core/mem.h"
#include "core/strbuf.h"

/** How a variable's bytes are to be read. */
enum value_reading {
	/* characters, up to a NUL */
	READ_STRING,
	/* what a pointer points to, as a string */
	READ_POINTED_STRING,
	READ_SIGNED,
	READ_UNSIGNED,
	/* an address of the kernel's */
	READ_POINTER,
};

/** What a value must be. The words behind it in the file are its arguments. */
enum value_witness {
	/* one of the words */
	WITNESS_CONSTANT,
	/* "release", "version" or "machine" of uname(2) */
	WITNESS_UNAME,
	/* a file's contents, or with a KEY what follows that word at the start of a line; where it changed
	 * while values were read, anything between */
	WITNESS_FILE,
	/* the highest number in a file such as "0-3,8", and 1 */
	WITNESS_LIST_END,
	/* the address that kallsyms has for one of the words */
	WITNESS_SYMBOL,
	/* of a per-CPU variable: the CPU's number */
	WITNESS_CPU,
	/* more when it is read again, some 30 ms later */
	WITNESS_INCREASES,
};

struct value_entry {
	/* the section's name */
	char *name;
	/* "init_uts_ns.name.release" */
	char *path;
	unsigned int reading;
	/* as the file has it; and its parts */
	char *equals;
	enum value_witness witness;
	strv arguments;
	/* that surely have it; none: nobody knows */
	strv kernels, arches;
	/* folders below arch/ of those that never give it a value */
	strv unset;
};

struct values {
	VEC(struct value_entry) entries;
};

/** Reads the file. Messages have "FILE:LINE: what; the mend". */
must_check struct error *values_load(const char *path, struct values **ret);
void values_free(struct values *values);
DEFINE_CLEANUP_PTR(values, struct values, values_free);

/** Appends the list that the probe reads (docs/protocol.md). */
void values_write_list(const struct values *values, struct strbuf *list);

/** The file, or the file and the word in it, that the entry is compared with; NULL: none. The caller frees it. */
char *value_file(const struct value_entry *entry);

/** Whether the entry says that this kernel has it; @arch and @kernel may be NULL: not known. */
bool value_is_sure(const struct value_entry *entry, const char *arch, const char *kernel);

/** Whether kernels of @srcarch, a folder below arch/ (NULL: not known), never give it a value. */
bool value_is_unset(const struct value_entry *entry, const char *srcarch);

#endif
