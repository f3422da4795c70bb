// SPDX-License-Identifier: GPL-2.0-only
#include "verify/dwarf_index.h"

#include <dwarf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "verify/dwarf_walk.h"

enum {
	MAX_THREADS = 16,
	/* .debug_info that is worth another thread */
	BYTES_PER_THREAD = 8 << 20,
};

struct dwarf_index {
	int fd;
	Elf *elf;
	/* each has a handle, to which the entries that its thread found belong */
	struct dwarf_walk walks[MAX_THREADS];
	size_t nr_walks;
	/* sorted by address, then in the file's order */
	VEC(struct dwarf_variable) variables;
	/* sorted */
	VEC(const char *) unlocated, split;
	struct definition_table definitions;
	/* those at file scope, sorted by name, then by address; made when first asked for */
	VEC(const struct dwarf_variable *) by_name;
	/* sorted by tag and name; made when first asked for */
	VEC(struct dwarf_definition) every;
};

static int compare_addresses(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_address(const void *a, const void *b)
{
	const struct dwarf_variable *x = a, *y = b;
	int order = compare_addresses(x->at.address, y->at.address);

	return order ? order : compare_addresses(x->place, y->place);
}

static int by_string(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_variable_name(const void *a, const void *b)
{
	const struct dwarf_variable *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	return order ? order : (*x > *y) - (*x < *y);
}

static int compare_definition(const struct dwarf_definition *x, int tag, const char *name)
{
	int x_tag = dwarf_tag((Dwarf_Die *)&x->die);

	return x_tag != tag ? x_tag - tag : strcmp(x->name, name);
}

static int by_definition(const void *a, const void *b)
{
	const struct dwarf_definition *x = a, *y = b;
	int order = compare_definition(x, dwarf_tag((Dwarf_Die *)&y->die), y->name);

	return order ? order : compare_addresses((uintptr_t)x->die.addr, (uintptr_t)y->die.addr);
}

/* By the size of .debug_info: a thread costs a handle and its start. */
static size_t wanted_threads(Elf *elf)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t names, size = 0, n;
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	if (elf_getshdrstrndx(elf, &names))
		return 1;
	while ((scn = elf_nextscn(elf, scn)) && gelf_getshdr(scn, &shdr)) {
		const char *name = elf_strptr(elf, names, shdr.sh_name);

		if (name && (str_eq(name, ".debug_info") || str_eq(name, ".zdebug_info")))
			size = shdr.sh_size;
	}
	n = 1 + size / BYTES_PER_THREAD;
	if (cpus > 0 && n > (size_t)cpus)
		n = (size_t)cpus;
	return n < MAX_THREADS ? n : MAX_THREADS;
}

/*
 * All handles on the one Elf: the sections' contents, decompressed where they must be, are then there
 * once, and an entry has the same address whichever handle it was found by.
 */
static struct error *open_handles(struct dwarf_index *index, const char *path)
{
	size_t n = wanted_threads(index->elf);

	for (size_t i = 0; i < n; i++) {
		Dwarf *dwarf = dwarf_begin_elf(index->elf, DWARF_C_READ, NULL);

		if (!dwarf)
			return error_new(ERROR_INPUT, "%s: no DWARF in it: %s", path,
					 dwarf_errmsg(-1));
		index->walks[i] = (struct dwarf_walk){ .dwarf = dwarf, .first = i, .step = n };
		index->nr_walks = i + 1;
	}
	return NULL;
}

static void *walk_thread(void *walk)
{
	dwarf_walk(walk);
	return NULL;
}

static void walk_all(struct dwarf_index *index)
{
	pthread_t threads[MAX_THREADS];
	bool started[MAX_THREADS] = { 0 };

	for (size_t i = 1; i < index->nr_walks; i++)
		started[i] = !pthread_create(&threads[i], NULL, walk_thread, &index->walks[i]);
	for (size_t i = 0; i < index->nr_walks; i++)
		if (!started[i])
			dwarf_walk(&index->walks[i]);
	for (size_t i = 1; i < index->nr_walks; i++)
		if (started[i])
			pthread_join(threads[i], NULL);
}

static struct error *merge(struct dwarf_index *index, const char *path)
{
	for (size_t i = 0; i < index->nr_walks; i++) {
		struct dwarf_walk *walk = &index->walks[i];

		if (walk->err)
			return error_wrap(return_ptr(walk->err), "%s", path);
		vec_for_each(var, &walk->variables)
			vec_push(&index->variables, *var);
		vec_for_each(name, &walk->unlocated)
			vec_push(&index->unlocated, *name);
		vec_for_each(name, &walk->split)
			vec_push(&index->split, *name);
		for (size_t k = 0; k < walk->definitions.nr_slots; k++)
			if (walk->definitions.slots[k].name)
				definition_add(&index->definitions, &walk->definitions.slots[k]);
		vec_free(&walk->variables);
		vec_free(&walk->unlocated);
		vec_free(&walk->split);
		free(walk->definitions.slots);
		walk->definitions = (struct definition_table){ 0 };
	}
	if (index->variables.len)
		qsort(index->variables.data, index->variables.len, sizeof(*index->variables.data),
		      by_address);
	if (index->unlocated.len)
		qsort(index->unlocated.data, index->unlocated.len, sizeof(*index->unlocated.data),
		      by_string);
	if (index->split.len)
		qsort(index->split.data, index->split.len, sizeof(*index->split.data), by_string);
	return NULL;
}

struct error *dwarf_index_open(const char *path, struct dwarf_index **ret)
{
	_cleanup_(dwarf_index_cleanup) struct dwarf_index *index = xcalloc(1, sizeof(*index));
	struct error *err;

	index->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (index->fd < 0)
		return error_errno(errno, "%s: cannot open", path);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return error_new(ERROR_SYSTEM, "libelf: %s", elf_errmsg(-1));
	index->elf = elf_begin(index->fd, ELF_C_READ_MMAP, NULL);
	if (!index->elf)
		return error_new(ERROR_INPUT, "%s: cannot be read as ELF: %s", path,
				 elf_errmsg(-1));
	err = open_handles(index, path);
	if (err)
		return err;
	walk_all(index);
	err = merge(index, path);
	if (err)
		return err;
	*ret = return_ptr(index);
	return NULL;
}

void dwarf_index_close(struct dwarf_index *index)
{
	if (!index)
		return;
	vec_free(&index->variables);
	vec_free(&index->unlocated);
	vec_free(&index->split);
	vec_free(&index->by_name);
	vec_free(&index->every);
	free(index->definitions.slots);
	for (size_t i = 0; i < index->nr_walks; i++)
		dwarf_walk_release(&index->walks[i]);
	elf_end(index->elf);
	if (index->fd >= 0)
		close(index->fd);
	free(index);
}

size_t dwarf_index_count(const struct dwarf_index *index)
{
	return index->variables.len;
}

size_t dwarf_variables_at(const struct dwarf_index *index, uint64_t address,
			  const struct dwarf_variable **first_ret)
{
	size_t low = 0, high = index->variables.len, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (index->variables.data[mid].at.address < address)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < index->variables.len; end++)
		if (index->variables.data[end].at.address != address)
			break;
	*first_ret = index->variables.data ? index->variables.data + low : NULL;
	return end - low;
}

/* What is made when first asked for is no change that a caller could see. */
static struct dwarf_index *unconst(const struct dwarf_index *index)
{
	return (struct dwarf_index *)index;
}

static void index_names(struct dwarf_index *index)
{
	vec_for_each(var, &index->variables)
		if (var->file_scope)
			vec_push(&index->by_name, var);
	if (index->by_name.len)
		qsort(index->by_name.data, index->by_name.len, sizeof(*index->by_name.data),
		      by_variable_name);
}

size_t dwarf_variables_by_name(const struct dwarf_index *index, const char *name,
			       const struct dwarf_variable *const **first_ret)
{
	size_t low = 0, high, end;

	if (!index->by_name.len)
		index_names(unconst(index));
	high = index->by_name.len;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(index->by_name.data[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < index->by_name.len; end++)
		if (!str_eq(index->by_name.data[end]->name, name))
			break;
	*first_ret = end > low ? index->by_name.data + low : NULL;
	return end - low;
}

bool dwarf_has_unlocated(const struct dwarf_index *index, const char *name)
{
	return index->unlocated.len && bsearch(&name, index->unlocated.data, index->unlocated.len,
					       sizeof(*index->unlocated.data), by_string) != NULL;
}

bool dwarf_has_split(const struct dwarf_index *index, const char *name)
{
	return index->split.len && bsearch(&name, index->split.data, index->split.len,
					   sizeof(*index->split.data), by_string) != NULL;
}

const struct dwarf_definition *dwarf_find_definition(const struct dwarf_index *index, int tag,
						     const char *name)
{
	const struct dwarf_definition *slot = definition_slot(&index->definitions, tag, name);

	return slot && slot->name ? slot : NULL;
}

static void collect_definitions(struct dwarf_index *index)
{
	struct dwarf_walk walk = {
		.dwarf = index->walks[0].dwarf,
		.step = 1,
		.all_definitions = true,
	};

	/* it went well once */
	dwarf_walk(&walk);
	error_free(walk.err);
	vec_for_each(definition, &walk.every)
		vec_push(&index->every, *definition);
	vec_free(&walk.every);
	if (index->every.len)
		qsort(index->every.data, index->every.len, sizeof(*index->every.data),
		      by_definition);
}

size_t dwarf_all_definitions(const struct dwarf_index *index, int tag, const char *name,
			     const struct dwarf_definition **first_ret)
{
	size_t low = 0, high, end;

	if (!index->every.len)
		collect_definitions(unconst(index));
	high = index->every.len;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_definition(&index->every.data[mid], tag, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < index->every.len; end++)
		if (compare_definition(&index->every.data[end], tag, name))
			break;
	*first_ret = end > low ? index->every.data + low : NULL;
	return end - low;
}
