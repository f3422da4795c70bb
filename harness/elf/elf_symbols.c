// SPDX-License-Identifier: GPL-2.0-only
/* The symbol table of an ELF file, and finding symbols by name and by place. */
#include <elf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/mem.h"
#include "elf/elf_private.h"

enum {
	/*
	 * Many names may be ends of one long string, and to hash or compare them take as long as all of them
	 * together. The kernel's have less than 512 bytes (KSYM_NAME_LEN).
	 */
	MAX_NAME = 4096,
};

/* A string table whose last byte is known to be NUL, so that what begins inside ends inside. */
struct strings {
	const char *data;
	/* length up to and with the last NUL */
	size_t len;
	/* some string in it has MAX_NAME bytes or more, so that each name must be measured */
	bool has_long;
};

static Elf_Data *extended_indices(const struct elf_image *elf, size_t symtab)
{
	for (size_t i = 1; i < elf->nr_sections; i++) {
		Elf_Scn *scn = elf_getscn(elf->priv->elf, i);
		GElf_Shdr shdr;

		if (elf->sections[i].type == SHT_SYMTAB_SHNDX && gelf_getshdr(scn, &shdr) &&
		    shdr.sh_link == symtab)
			return elf_getdata(scn, NULL);
	}
	return NULL;
}

/* Goes from one NUL to the last one in reach of it: a few thousand steps for the names of a kernel. */
static bool has_long_string(const char *data, size_t len)
{
	for (size_t at = 0; len - at > MAX_NAME;) {
		const char *nul = memrchr(data + at, '\0', MAX_NAME);

		if (!nul)
			return true;
		at = (size_t)(nul - data) + 1;
	}
	return false;
}

static struct strings find_strings(const struct elf_image *elf, uint32_t section)
{
	struct strings strings = { 0 };
	const uint8_t *data;
	struct error *err;
	size_t len;

	if (section >= elf->nr_sections || elf->sections[section].type != SHT_STRTAB)
		return strings;
	err = elf_section_data(elf, &elf->sections[section], &data, &len);
	/* every name is then outside, and the first one says so */
	if (err)
		error_free(err);
	else if (data) {
		const uint8_t *last = memrchr(data, '\0', len);

		strings.data = (const char *)data;
		strings.len = last ? (size_t)(last - data) + 1 : 0;
		strings.has_long = has_long_string(strings.data, strings.len);
	}
	return strings;
}

/* libelf has turned the table into the host's byte order. */
static void decode(const struct elf_image *elf, const Elf_Data *data, size_t i, GElf_Sym *sym)
{
	if (elf->bits == 64) {
		memcpy(sym, (const Elf64_Sym *)data->d_buf + i, sizeof(*sym));
	} else {
		Elf32_Sym small;

		memcpy(&small, (const Elf32_Sym *)data->d_buf + i, sizeof(small));
		*sym = (GElf_Sym){
			.st_name = small.st_name,
			.st_info = small.st_info,
			.st_other = small.st_other,
			.st_shndx = small.st_shndx,
			.st_value = small.st_value,
			.st_size = small.st_size,
		};
	}
}

/* Section index @i of SHT_SYMTAB_SHNDX, for one that does not fit into the symbol. */
static bool extended_index(Elf_Data *data, size_t i, uint32_t *ret)
{
	if (!data || i >= data->d_size / sizeof(*ret))
		return false;
	memcpy(ret, (const uint32_t *)data->d_buf + i, sizeof(*ret));
	return true;
}

static struct error *read_table(struct elf_image *elf, size_t symtab)
{
	Elf_Scn *scn = elf_getscn(elf->priv->elf, symtab);
	Elf_Data *data = elf_getdata(scn, NULL);
	Elf_Data *extended = extended_indices(elf, symtab);
	size_t entry = elf->bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	struct strings strings;
	GElf_Shdr shdr;

	if (!data || !gelf_getshdr(scn, &shdr))
		return elf_damaged(elf, "its symbol table cannot be read");

	size_t count = data->d_size / entry;
	if (count > INT32_MAX)
		return error_new(ERROR_INPUT, "%s: %zu symbols are too many", elf->path, count);
	strings = find_strings(elf, shdr.sh_link);
	elf->symbols = xcalloc(count, sizeof(*elf->symbols));
	for (size_t i = 0; i < count; i++) {
		GElf_Sym sym;
		uint32_t shndx;

		decode(elf, data, i, &sym);
		shndx = sym.st_shndx;
		if (shndx == SHN_XINDEX && !extended_index(extended, i, &shndx))
			return error_new(ERROR_INPUT,
					 "%s: symbol %zu: no extended section index for it",
					 elf->path, i);
		if (sym.st_name >= strings.len)
			return error_new(ERROR_INPUT,
					 "%s: symbol %zu: its name is at offset %u, "
					 "outside the string table",
					 elf->path, i, sym.st_name);
		if (strings.has_long && strnlen(strings.data + sym.st_name, MAX_NAME) == MAX_NAME)
			return error_new(ERROR_INPUT,
					 "%s: symbol %zu: its name has %d bytes or more", elf->path,
					 i, MAX_NAME);
		elf->symbols[i] = (struct elf_symbol){
			.name = strings.data + sym.st_name,
			.value = sym.st_value,
			.size = sym.st_size,
			.type = GELF_ST_TYPE(sym.st_info),
			.bind = GELF_ST_BIND(sym.st_info),
			.visibility = GELF_ST_VISIBILITY(sym.st_other),
			.shndx = shndx,
		};
		elf->nr_symbols = i + 1;
	}
	return NULL;
}

struct error *elf_read_symbols(struct elf_image *elf)
{
	for (size_t i = 1; i < elf->nr_sections; i++)
		if (elf->sections[i].type == SHT_SYMTAB)
			return read_table(elf, i);
	return NULL;
}

void elf_symbol_groups_release(struct symbol_groups *groups)
{
	free(groups->start);
	free(groups->order);
	free(groups->sorted);
}

/*
 * Puts each symbol into the group @group_of says; a group of nr_groups or more is none. Within a group the
 * file's order is kept.
 */
static void make_groups(const struct elf_image *elf, struct symbol_groups *groups, size_t nr_groups,
			const uint32_t *group_of)
{
	uint32_t total = 0, *start = xcalloc(nr_groups + 1, sizeof(*start));

	for (size_t i = 0; i < elf->nr_symbols; i++)
		if (group_of[i] < nr_groups)
			start[group_of[i]]++;
	for (size_t i = 0; i <= nr_groups; i++)
		start[i] = total += start[i];
	/* each start is its group's end now, and moves down to where it belongs */
	groups->order = xmalloc(total * sizeof(struct elf_symbol *));
	for (size_t i = elf->nr_symbols; i--;)
		if (group_of[i] < nr_groups)
			groups->order[--start[group_of[i]]] = &elf->symbols[i];
	groups->start = start;
	groups->nr_groups = nr_groups;
	groups->sorted = xcalloc(nr_groups, sizeof(*groups->sorted));
}

static int compare_names(const void *a, const void *b)
{
	const struct elf_symbol *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	/* the file's order among equals, so that results do not depend on qsort() */
	return order ? order : (*x > *y) - (*x < *y);
}

static int compare_values(const void *a, const void *b)
{
	const struct elf_symbol *const *x = a, *const *y = b;

	if ((*x)->value != (*y)->value)
		return (*x)->value < (*y)->value ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

/* One group in @compare's order: sets @first_ret and returns how many. */
static size_t sorted_group(struct symbol_groups *groups, size_t group,
			   int (*compare)(const void *a, const void *b),
			   const struct elf_symbol ***first_ret)
{
	const struct elf_symbol **first = groups->order + groups->start[group];
	size_t n = groups->start[group + 1] - groups->start[group];

	if (!groups->sorted[group] && n > 1)
		qsort(first, n, sizeof(*first), compare);
	groups->sorted[group] = true;
	*first_ret = first;
	return n;
}

static bool is_global_data(const struct elf_symbol *symbol)
{
	return symbol->bind != STB_LOCAL && symbol->type != STT_FUNC;
}

/* By a hash of the name; a few in each group, as an index that is smaller is quicker to make. */
static void index_names(const struct elf_image *elf, struct symbol_groups *groups,
			bool (*wanted)(const struct elf_symbol *symbol))
{
	size_t nr_groups = hash_table_size(elf->nr_symbols / (wanted ? 16 : 4));
	uint32_t *group_of = xmalloc(elf->nr_symbols * sizeof(*group_of));

	for (size_t i = 0; i < elf->nr_symbols; i++)
		group_of[i] =
			wanted && !wanted(&elf->symbols[i])
				? UINT32_MAX
				: (uint32_t)(hash_string(elf->symbols[i].name) & (nr_groups - 1));
	make_groups(elf, groups, nr_groups, group_of);
	free(group_of);
}

static size_t find_name(struct symbol_groups *groups, const char *name,
			const struct elf_symbol *const **first_ret)
{
	const struct elf_symbol **all;
	size_t low = 0, high, n, end;

	n = high = sorted_group(groups, hash_string(name) & (groups->nr_groups - 1), compare_names,
				&all);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < n && str_eq(all[end]->name, name); end++)
		;
	*first_ret = end > low ? all + low : NULL;
	return end - low;
}

size_t elf_symbols_by_name(const struct elf_image *elf, const char *name,
			   const struct elf_symbol *const **first_ret)
{
	struct symbol_groups *groups = &elf->priv->by_name;

	if (!groups->start)
		index_names(elf, groups, NULL);
	return find_name(groups, name, first_ret);
}

const struct elf_symbol *elf_global_symbol(const struct elf_image *elf, const char *name)
{
	struct symbol_groups *groups = &elf->priv->by_global_name;
	const struct elf_symbol *const *symbols;

	if (!groups->start)
		index_names(elf, groups, is_global_data);
	return find_name(groups, name, &symbols) ? symbols[0] : NULL;
}

static void index_sections(const struct elf_image *elf)
{
	uint32_t *group_of = xmalloc(elf->nr_symbols * sizeof(*group_of));

	for (size_t i = 0; i < elf->nr_symbols; i++)
		group_of[i] = elf->symbols[i].shndx;
	make_groups(elf, &elf->priv->by_section, elf->nr_sections, group_of);
	free(group_of);
}

size_t elf_symbols_in_section(const struct elf_image *elf, uint32_t shndx,
			      const struct elf_symbol *const **first_ret)
{
	struct symbol_groups *groups = &elf->priv->by_section;
	const struct elf_symbol **first;
	size_t n;

	*first_ret = NULL;
	if (shndx >= elf->nr_sections)
		return 0;
	if (!groups->start)
		index_sections(elf);
	n = sorted_group(groups, shndx, compare_values, &first);
	if (n)
		*first_ret = first;
	return n;
}

size_t elf_symbols_at(const struct elf_image *elf, uint32_t shndx, uint64_t value,
		      const struct elf_symbol *const **first_ret)
{
	const struct elf_symbol *const *all;
	size_t n = elf_symbols_in_section(elf, shndx, &all), low = 0, high = n, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (all[middle]->value < value)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < n && all[end]->value == value; end++)
		;
	*first_ret = end > low ? all + low : NULL;
	return end - low;
}
