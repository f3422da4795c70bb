// SPDX-License-Identifier: GPL-2.0-only
#include "verify/value_judge.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A value in the form in which it is compared. */
struct reading {
	/* its text; owned */
	char *text;
	bool is_number;
	/* in two's complement, of 64 bits */
	uint64_t number;
	bool is_signed;
};

static void reading_release(struct reading *reading)
{
	free(reading->text);
}

static bool is_string(const struct value_entry *entry)
{
	return entry->reading == READ_STRING || entry->reading == READ_POINTED_STRING;
}

/* Bytes in the guest's order, of a C integer's size. */
static bool to_number(const struct guest_value *value, bool big_endian, bool is_signed,
		      uint64_t *ret)
{
	size_t len = value->len;

	if (len != 1 && len != 2 && len != 4 && len != 8)
		return false;
	*ret = 0;
	for (size_t i = 0; i < len; i++)
		*ret = *ret << 8 | value->bytes[big_endian ? i : len - 1 - i];
	if (is_signed && len < 8 && *ret >> (len * 8 - 1))
		*ret |= UINT64_MAX << (len * 8);
	return true;
}

static char *number_text(uint64_t number, enum value_reading reading)
{
	if (reading == READ_POINTER)
		return xasprintf("%#" PRIx64, number);
	return reading == READ_SIGNED ? xasprintf("%" PRId64, (int64_t)number)
				      : xasprintf("%" PRIu64, number);
}

static char *bytes_text(const uint8_t *bytes, size_t len)
{
	enum {
		SHOWN = 16
	};
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < len && i < SHOWN; i++)
		strbuf_addf(&text, "%s%02x", i ? " " : "", bytes[i]);
	return xasprintf("%zu bytes: %s%s", len, strbuf_str(&text), len > SHOWN ? " ..." : "");
}

/* Text without the newlines that end a file or a line. */
static char *trimmed(const void *bytes, size_t len)
{
	char *text = xstrndup(bytes, len);
	size_t end = strlen(text);

	while (end && text[end - 1] == '\n')
		text[--end] = '\0';
	return text;
}

/* False where the bytes cannot be what the entry says; then text is what they are. */
static bool read_value(const struct value_entry *entry, const struct guest_report *guest,
		       const struct guest_value *value, struct reading *reading)
{
	bool ok;

	if (is_string(entry)) {
		reading->text = trimmed(value->bytes, value->len);
		return true;
	}
	reading->is_signed = entry->reading == READ_SIGNED;
	ok = to_number(value, guest->big_endian, reading->is_signed, &reading->number);
	if (entry->reading == READ_POINTER && value->len != guest->bits / 8)
		ok = false;
	reading->is_number = ok;
	reading->text = ok ? number_text(reading->number, entry->reading)
			   : bytes_text(value->bytes, value->len);
	return ok;
}

/* All of @text as a number, in two's complement. */
static bool parse_number(const char *text, uint64_t *ret)
{
	char *end;

	text += strspn(text, " \t");
	if (!isdigit((unsigned char)*text) && *text != '-')
		return false;
	errno = 0;
	*ret = *text == '-' ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
	return !errno && end != text && !end[strspn(end, " \t\n")];
}

static bool is_less(const struct reading *reading, uint64_t a, uint64_t b)
{
	return reading->is_signed ? (int64_t)a < (int64_t)b : a < b;
}

/* Whether the value is what @text says, as text or as a number. */
static bool is_text(const struct reading *reading, const char *text)
{
	uint64_t number;

	if (!reading->is_number)
		return str_eq(reading->text, text);
	return parse_number(text, &number) && number == reading->number;
}

/* What a witness judges; @says gets what it says, or why it says nothing. */
typedef enum value_judgement witness_fn(const struct value_entry *entry,
					const struct guest_report *guest,
					const struct guest_value *value,
					const struct reading *reading, char **says);

static enum value_judgement judge_constant(const struct value_entry *entry,
					   const struct guest_report *guest,
					   const struct guest_value *value,
					   const struct reading *reading, char **says)
{
	(void)guest;
	(void)value;
	for (char **word = entry->arguments; *word; word++)
		if (is_text(reading, *word))
			return VALUE_RIGHT;
	*says = strv_join(STRV_CONST(entry->arguments), " or ");
	return VALUE_WRONG;
}

static enum value_judgement judge_uname(const struct value_entry *entry,
					const struct guest_report *guest,
					const struct guest_value *value,
					const struct reading *reading, char **says)
{
	const struct {
		const char *name, *text;
	} fields[] = {
		{ "release", guest->release },
		{ "version", guest->version },
		{ "machine", guest->machine },
	};
	const char *text = "";

	(void)value;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (str_eq(fields[i].name, entry->arguments[0]))
			text = fields[i].text;
	if (is_text(reading, text))
		return VALUE_RIGHT;
	*says = xstrdup(text);
	return VALUE_WRONG;
}

/* What a file said at @time, or with a key what follows it on its line; NULL: nothing. Owned. */
static char *file_text(const struct value_entry *entry, const struct guest_report *guest,
		       unsigned int time)
{
	_cleanup_free_ char *file = value_file(entry);
	const struct guest_fact *found = NULL;
	_cleanup_free_ char *text = NULL;

	vec_for_each(fact, &guest->facts)
		if (fact->time == time && str_eq(fact->file, file))
			found = fact;
	if (!found)
		return NULL;
	text = trimmed(found->bytes, found->len);
	if (!entry->arguments[1])
		return return_ptr(text);
	const char *rest = text + strcspn(text, " \t");
	return xstrdup(rest + strspn(rest, " \t"));
}

/* Numbers may go on counting between the two readings of the file. */
static enum value_judgement judge_file(const struct value_entry *entry,
				       const struct guest_report *guest,
				       const struct guest_value *value,
				       const struct reading *reading, char **says)
{
	_cleanup_free_ char *before = file_text(entry, guest, 0);
	_cleanup_free_ char *after = file_text(entry, guest, 1);
	uint64_t low, high;

	(void)value;
	if (!before || !after) {
		*says = xasprintf("the kernel has no %s", entry->arguments[0]);
		return VALUE_NO_WITNESS;
	}
	if (is_text(reading, before) || is_text(reading, after))
		return VALUE_RIGHT;
	if (reading->is_number && parse_number(before, &low) && parse_number(after, &high)) {
		bool falls = is_less(reading, high, low);
		uint64_t least = falls ? high : low, most = falls ? low : high;

		if (!is_less(reading, reading->number, least) &&
		    !is_less(reading, most, reading->number))
			return VALUE_RIGHT;
	}
	*says = str_eq(before, after) ? xasprintf("%s, as %s has it", before, entry->arguments[0])
				      : xasprintf("from %s to %s, as %s has it", before, after,
						  entry->arguments[0]);
	return VALUE_WRONG;
}

static enum value_judgement judge_list_end(const struct value_entry *entry,
					   const struct guest_report *guest,
					   const struct guest_value *value,
					   const struct reading *reading, char **says)
{
	_cleanup_free_ char *list = file_text(entry, guest, 0);
	const char *last = list ? list + strlen(list) : NULL;
	uint64_t number;

	(void)value;
	while (last && last > list && isdigit((unsigned char)last[-1]))
		last--;
	if (!last || !parse_number(last, &number)) {
		*says = xasprintf("the kernel has no list in %s", entry->arguments[0]);
		return VALUE_NO_WITNESS;
	}
	if (reading->is_number && reading->number == number + 1)
		return VALUE_RIGHT;
	*says = xasprintf("%" PRIu64 ", as %s is %s", number + 1, entry->arguments[0], list);
	return VALUE_WRONG;
}

static enum value_judgement judge_symbol(const struct value_entry *entry,
					 const struct guest_report *guest,
					 const struct guest_value *value,
					 const struct reading *reading, char **says)
{
	_cleanup_strbuf_ struct strbuf candidates = STRBUF_INIT;

	(void)value;
	vec_for_each(symbol, &guest->symbols) {
		if (*symbol->module || !symbol->address ||
		    !strv_has(STRV_CONST(entry->arguments), symbol->name))
			continue;
		if (reading->is_number && reading->number == symbol->address)
			return VALUE_RIGHT;
		strbuf_addf(&candidates, "%s%#" PRIx64 ", the address of %s",
			    candidates.len ? " or " : "", symbol->address, symbol->name);
	}
	if (candidates.len) {
		*says = strbuf_detach(&candidates);
		return VALUE_WRONG;
	}
	*says = xasprintf("kallsyms has no address of %s", entry->arguments[0]);
	return VALUE_NO_WITNESS;
}

static enum value_judgement judge_cpu(const struct value_entry *entry,
				      const struct guest_report *guest,
				      const struct guest_value *value,
				      const struct reading *reading, char **says)
{
	/* a kernel for one CPU has such variables among the others */
	int cpu = value->cpu < 0 && guest->nr_cpus == 1 ? 0 : value->cpu;

	(void)entry;
	if (cpu < 0) {
		*says = xstrdup("a per-CPU variable");
		return VALUE_WRONG;
	}
	if (reading->is_number && reading->number == (uint64_t)cpu)
		return VALUE_RIGHT;
	*says = xasprintf("%d, the CPU's number", cpu);
	return VALUE_WRONG;
}

static enum value_judgement judge_increases(const struct value_entry *entry,
					    const struct guest_report *guest,
					    const struct guest_value *value,
					    const struct reading *reading, char **says)
{
	uint64_t later;

	if (value->time)
		return VALUE_RIGHT;
	vec_for_each(other, &guest->values) {
		if (other->time != 1 || other->road != value->road || other->cpu != value->cpu ||
		    !str_eq(other->path, value->path) ||
		    !to_number(other, guest->big_endian, reading->is_signed, &later))
			continue;
		if (is_less(reading, reading->number, later))
			return VALUE_RIGHT;
		*says = xstrdup("a value that increases");
		return VALUE_WRONG;
	}
	(void)entry;
	*says = xstrdup("it was read but once");
	return VALUE_NO_WITNESS;
}

static witness_fn *const witness_table[] = {
	[WITNESS_CONSTANT] = judge_constant,   [WITNESS_UNAME] = judge_uname,
	[WITNESS_FILE] = judge_file,           [WITNESS_LIST_END] = judge_list_end,
	[WITNESS_SYMBOL] = judge_symbol,       [WITNESS_CPU] = judge_cpu,
	[WITNESS_INCREASES] = judge_increases,
};

enum value_judgement value_judge(const struct value_entry *entry, const struct guest_report *guest,
				 const struct guest_value *value, char **expected_ret,
				 char **actual_ret)
{
	_cleanup_(reading_release) struct reading reading = { 0 };
	enum value_judgement judgement = VALUE_WRONG;

	*expected_ret = *actual_ret = NULL;
	if (read_value(entry, guest, value, &reading))
		judgement =
			witness_table[entry->witness](entry, guest, value, &reading, expected_ret);
	else
		*expected_ret = xasprintf("%s, as a %s", entry->equals,
					  entry->reading == READ_POINTER ? "pointer" : "number");
	if (judgement == VALUE_WRONG)
		*actual_ret = return_ptr(reading.text);
	return judgement;
}
