// SPDX-License-Identifier: GPL-2.0-only
#include "btf/btf_dwarf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/mem.h"

/* longer chains of pointers, arrays and qualifiers are taken for a loop */
enum {
	MAX_CHAIN = 256
};

struct variable {
	uint64_t address;
	/* offsets in .debug_info: the unit's first entry, and the variable's */
	Dwarf_Off unit, die;
};

struct btf_dwarf {
	int fd;
	Dwarf *dwarf;
	/* sorted by address */
	VEC(struct variable) variables;
};

static bool static_address(Dwarf_Die *die, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Op *expr;
	size_t len;

	if (!dwarf_attr(die, DW_AT_location, &attr) || dwarf_getlocation(&attr, &expr, &len) ||
	    len != 1 || expr[0].atom != DW_OP_addr)
		return false;
	*ret = expr[0].number;
	return true;
}

static void add_variables(struct btf_dwarf *dwarf, Dwarf_Die *unit)
{
	Dwarf_Die die;

	for (int more = dwarf_child(unit, &die); more == 0; more = dwarf_siblingof(&die, &die)) {
		struct variable variable = { .unit = dwarf_dieoffset(unit) };

		if (dwarf_tag(&die) != DW_TAG_variable || !static_address(&die, &variable.address))
			continue;
		variable.die = dwarf_dieoffset(&die);
		vec_push(&dwarf->variables, variable);
	}
}

static int compare_variables(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return (x->die > y->die) - (x->die < y->die);
}

static void index_variables(struct btf_dwarf *dwarf)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;

	while (dwarf_get_units(dwarf->dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0)
		add_variables(dwarf, &unit);
	if (dwarf->variables.len)
		qsort(dwarf->variables.data, dwarf->variables.len, sizeof(struct variable),
		      compare_variables);
}

struct btf_dwarf *btf_dwarf_open(const char *path)
{
	struct btf_dwarf *dwarf = xcalloc(1, sizeof(*dwarf));
	GElf_Ehdr ehdr;

	dwarf->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (dwarf->fd >= 0)
		dwarf->dwarf = dwarf_begin(dwarf->fd, DWARF_C_READ);
	/* addresses in an object file are only known once it is relocated */
	if (!dwarf->dwarf || !gelf_getehdr(dwarf_getelf(dwarf->dwarf), &ehdr) ||
	    ehdr.e_type == ET_REL) {
		btf_dwarf_close(dwarf);
		return NULL;
	}
	index_variables(dwarf);
	return dwarf;
}

void btf_dwarf_close(struct btf_dwarf *dwarf)
{
	if (!dwarf)
		return;
	dwarf_end(dwarf->dwarf);
	if (dwarf->fd >= 0)
		close(dwarf->fd);
	vec_free(&dwarf->variables);
	free(dwarf);
}

static size_t first_at(const struct btf_dwarf *dwarf, uint64_t address)
{
	size_t low = 0, high = dwarf->variables.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dwarf->variables.data[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_in_section(uint64_t address, const struct elf_section *section)
{
	return address >= section->addr && address - section->addr < section->size;
}

static const char *base_name(Dwarf_Die *type)
{
	for (int i = 0; i < MAX_CHAIN; i++) {
		Dwarf_Attribute attr;

		switch (dwarf_tag(type)) {
		case DW_TAG_pointer_type:
		case DW_TAG_array_type:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			break;
		default: {
			const char *name = dwarf_diename(type);

			return name ? name : "";
		}
		}
		/* no type: it is void that is pointed to or qualified */
		if (!dwarf_attr_integrate(type, DW_AT_type, &attr) ||
		    !dwarf_formref_die(&attr, type))
			return "";
	}
	return "";
}

static bool describes(const struct btf_dwarf *dwarf, const struct variable *variable,
		      const char *name, uint64_t size, const char *base)
{
	Dwarf_Die die, type;
	Dwarf_Attribute attr;
	Dwarf_Word type_size;

	if (!dwarf_offdie(dwarf->dwarf, variable->die, &die) ||
	    !dwarf_attr_integrate(&die, DW_AT_type, &attr) || !dwarf_formref_die(&attr, &type))
		return false;

	Dwarf_Attribute name_attr;
	const char *die_name = dwarf_formstring(dwarf_attr_integrate(&die, DW_AT_name, &name_attr));

	return die_name && str_eq(die_name, name) && dwarf_aggregate_size(&type, &type_size) == 0 &&
	       type_size == size && str_eq(base_name(&type), base);
}

bool btf_dwarf_confirms(const struct btf_dwarf *dwarf, const struct elf_symbol *symbol,
			const struct elf_section *section, uint64_t size, const char *base)
{
	const struct variable *all = dwarf->variables.data;
	size_t count = dwarf->variables.len;
	size_t first = first_at(dwarf, symbol->value), end = first;

	while (end < count && all[end].address == symbol->value)
		end++;
	for (size_t i = first; i < end; i++) {
		bool before = first > 0 && is_in_section(all[first - 1].address, section) &&
			      all[first - 1].unit == all[i].unit;
		bool behind = end < count && is_in_section(all[end].address, section) &&
			      all[end].unit == all[i].unit;

		if ((before || behind) && describes(dwarf, &all[i], symbol->name, size, base))
			return true;
	}
	return false;
}
