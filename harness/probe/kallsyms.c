// SPDX-License-Identifier: GPL-2.0-only
#include "kallsyms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "record.h"

#define KALLSYMS "/proc/kallsyms"

struct symbol {
	uint64_t address;
	const char *name, *module;
	/* the next one in its place of table.first, plus 1 */
	uint32_t next;
	char type;
};

static struct {
	/* what the symbols' strings point into; never freed: they live as long as the program */
	char *text;
	struct symbol *symbols;
	size_t nr;
	/* all addresses are shown as 0 */
	bool is_hidden;
	/* by what a name's digest leaves of it: the first symbol with it, plus 1; of 2^n places */
	uint32_t *first;
	uint32_t mask;
} table;

/* Where things are, beside the per-CPU section: lets the host find a KASLR offset and sections. */
static const char *const landmarks[] = {
	"_text",        "_stext",      "_etext",           "_sdata",         "_edata",
	"_end",         "__bss_start", "__bss_stop",       "__start_rodata", "__end_rodata",
	"__init_begin", "__init_end",  "__per_cpu_start",  "__per_cpu_end",  "__per_cpu_load",
	"__start_BTF",  "__stop_BTF",  "__per_cpu_offset", "pcpu_base_addr", "nr_cpu_ids",
	"init_task",
};

/* "ADDRESS TYPE NAME" and, for a module's, "\t[MODULE]" */
static bool parse_line(char *line, struct symbol *sym)
{
	char *end;

	sym->address = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	sym->type = end[1];
	sym->name = end + 3;
	sym->module = "";

	char *tab = strchr(end + 3, '\t');
	if (!tab)
		return true;
	*tab++ = '\0';
	if (*tab == '[') {
		sym->module = tab + 1;
		tab[strcspn(tab, "]")] = '\0';
	}
	return true;
}

/* FNV-1a; a table of names is quicker made than sorted, which counts under emulation */
static uint32_t place_of(const char *name)
{
	uint32_t hash = 2166136261u;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 16777619u;
	return (hash ^ hash >> 16) & table.mask;
}

/* From the last to the first, so that those of one name stay in their order. */
static void index_names(void)
{
	for (size_t i = table.nr; i-- > 0;) {
		uint32_t *first = &table.first[place_of(table.symbols[i].name)];

		table.symbols[i].next = *first;
		*first = (uint32_t)i + 1;
	}
}

void kallsyms_read(void)
{
	size_t nr_lines = 1;
	bool all_zero = true;
	char *at, *line;

	table.text = read_file(KALLSYMS, NULL);
	if (!table.text) {
		record_failed("kallsyms", NULL, errno, "cannot read " KALLSYMS);
		return;
	}
	for (at = table.text; (at = strchr(at, '\n')); at++)
		nr_lines++;
	for (table.mask = 1023; table.mask < nr_lines; table.mask = table.mask * 2 + 1)
		;
	table.symbols = calloc(nr_lines, sizeof(*table.symbols));
	table.first = calloc((size_t)table.mask + 1, sizeof(*table.first));
	if (!table.symbols || !table.first) {
		record_failed("kallsyms", NULL, ENOMEM, "%zu lines", nr_lines);
		return;
	}

	size_t nr_bad = 0;
	for (at = table.text; (line = next_line(&at));) {
		struct symbol *sym = &table.symbols[table.nr];

		if (!parse_line(line, sym)) {
			nr_bad++;
			continue;
		}
		all_zero = all_zero && !sym->address;
		table.nr++;
	}
	index_names();
	table.is_hidden = table.nr && all_zero;
	if (nr_bad)
		record_failed("kallsyms", NULL, 0, "%zu lines of " KALLSYMS " make no sense",
			      nr_bad);
	else if (table.is_hidden)
		record_failed("kallsyms", NULL, 0,
			      "all addresses are hidden (kernel.kptr_restrict, or not root)");
	else
		record_ok("kallsyms", NULL, "%zu symbols", table.nr);
}

/* Calls @fn for all symbols called @name; returns how many. */
static size_t for_each_named(const char *name, void (*fn)(const struct symbol *sym, void *user),
			     void *user)
{
	size_t count = 0;

	if (!table.nr)
		return 0;
	for (uint32_t i = table.first[place_of(name)]; i; i = table.symbols[i - 1].next) {
		const struct symbol *sym = &table.symbols[i - 1];

		if (strcmp(sym->name, name) == 0) {
			fn(sym, user);
			count++;
		}
	}
	return count;
}

struct find {
	uint64_t address;
	size_t count;
};

static void find_one(const struct symbol *sym, void *user)
{
	struct find *find = user;

	if (*sym->module)
		return;
	find->address = sym->address;
	find->count++;
}

bool kallsyms_find(const char *name, uint64_t *address_ret)
{
	struct find find = { 0 };

	for_each_named(name, find_one, &find);
	*address_ret = find.address;
	return find.count == 1;
}

static void find_address(const struct symbol *sym, void *user)
{
	bool *found = user;

	*found = *found || (!*sym->module && sym->address);
}

bool kallsyms_has_address(const char *name)
{
	bool found = false;

	for_each_named(name, find_address, &found);
	return found || table.is_hidden || !table.nr;
}

static void send_symbol(const struct symbol *sym)
{
	record_symbol(sym->address, sym->type, sym->name, sym->module);
}

struct range {
	uint64_t start, end;
};

/* A symbol right at the end belongs in: it may be one of no size, or __per_cpu_end itself. */
static bool in_range(const struct symbol *sym, const struct range *range)
{
	return range->end && !*sym->module && sym->address >= range->start &&
	       sym->address <= range->end;
}

static void send_unless_in_range(const struct symbol *sym, void *user)
{
	if (!in_range(sym, user))
		send_symbol(sym);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The landmarks and the host's names, sorted, so that none is sent twice. */
static const char **wanted_names(char *text, size_t *nr_ret)
{
	const size_t nr_landmarks = sizeof(landmarks) / sizeof(*landmarks);
	size_t nr_max = nr_landmarks + 1, nr = 0;
	char *line;

	for (char *at = text; at && (at = strchr(at, '\n')); at++)
		nr_max++;

	const char **names = calloc(nr_max, sizeof(*names));
	if (!names)
		return NULL;
	for (; nr < nr_landmarks; nr++)
		names[nr] = landmarks[nr];
	while (text && (line = next_line(&text)))
		if (*line)
			names[nr++] = line;
	qsort(names, nr, sizeof(*names), compare_names);
	*nr_ret = nr;
	return names;
}

void kallsyms_send(const char *wanted)
{
	struct range range = { 0 };

	if (!kallsyms_find("__per_cpu_start", &range.start) ||
	    !kallsyms_find("__per_cpu_end", &range.end))
		range = (struct range){ 0 };
	for (size_t i = 0; i < table.nr; i++)
		if (in_range(&table.symbols[i], &range))
			send_symbol(&table.symbols[i]);

	size_t nr = 0;
	char *text = wanted ? read_file(wanted, NULL) : NULL;
	if (wanted && !text)
		record_failed("wanted", NULL, errno, "cannot read %s", wanted);

	const char **names = wanted_names(text, &nr);
	if (!names)
		record_failed("wanted", NULL, ENOMEM, "too many names");
	for (size_t i = 0; i < nr; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			for_each_named(names[i], send_unless_in_range, &range);
	free(names);
	free(text);
}
