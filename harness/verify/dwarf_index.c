// SPDX-License-Identifier: GPL-2.0-only
#include "verify/dwarf_index.h"

#include <dwarf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"

enum {
	/* nesting of blocks in a function beyond which variables are not looked for */
	MAX_BLOCK_DEPTH = 128,
	/* a chain of typedefs, qualifiers and arrays longer than this is taken for a loop */
	MAX_CHAIN = 256,
};

struct dwarf_index {
	int fd;
	Dwarf *dwarf;
	/* sorted by address, then in the file's order */
	VEC(struct dwarf_variable) variables;
	/* sorted */
	VEC(const char *) unlocated;
};

/* A table of where DIEs that hold other DIEs may hide variables. */
static bool tag_is_block(int tag)
{
	static const int tags[] = {
		DW_TAG_subprogram,    DW_TAG_lexical_block, DW_TAG_inlined_subroutine,
		DW_TAG_try_block,     DW_TAG_catch_block,   DW_TAG_with_stmt,
		DW_TAG_GNU_call_site,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (tags[i] == tag)
			return true;
	return false;
}

static bool has_flag(Dwarf_Die *die, unsigned int attr)
{
	Dwarf_Attribute mem;
	bool flag = false;

	return dwarf_attr_integrate(die, attr, &mem) && !dwarf_formflag(&mem, &flag) && flag;
}

/*
 * The address in a location that is just one: DW_OP_addr A, or an index into .debug_addr. Locations are
 * decoded here and not by dwarf_getlocation() where that can be helped, since that caches each one, and
 * a kernel has a million of them.
 */
static bool fixed_address(Dwarf_Die *die, uint64_t *ret)
{
	Dwarf_Attribute attr, addr_attr;
	Dwarf_Block block;
	Dwarf_Op *ops;
	size_t nr_ops;
	Dwarf_Addr addr;

	if (!dwarf_attr(die, DW_AT_location, &attr) || dwarf_formblock(&attr, &block) ||
	    block.length < 2)
		return false;
	switch (block.data[0]) {
	case DW_OP_addr:
	case DW_OP_addrx:
	case DW_OP_GNU_addr_index:
		break;
	default:
		return false;
	}
	if (dwarf_getlocation(&attr, &ops, &nr_ops) || nr_ops != 1)
		return false;
	if (ops[0].atom == DW_OP_addr) {
		*ret = ops[0].number;
		return true;
	}
	if (dwarf_getlocation_attr(&attr, ops, &addr_attr) || dwarf_formaddr(&addr_attr, &addr))
		return false;
	*ret = addr;
	return true;
}

static const char *die_name(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attr));

	return name ? name : "";
}

static void find_declared_type(Dwarf_Die *die, struct dwarf_variable *var)
{
	Dwarf_Attribute attr;
	Dwarf_Die declaration;

	if (!dwarf_formref_die(dwarf_attr(die, DW_AT_specification, &attr), &declaration))
		return;
	var->has_declared_type = dwarf_formref_die(dwarf_attr(&declaration, DW_AT_type, &attr),
						   &var->declared_type) != NULL;
}

static void add_variable(struct dwarf_index *index, Dwarf_Die *die, const char *unit,
			 bool file_scope)
{
	struct dwarf_variable var = { .unit = unit, .file_scope = file_scope };
	Dwarf_Attribute attr;

	if (!fixed_address(die, &var.address)) {
		if (file_scope && !has_flag(die, DW_AT_declaration)) {
			const char *name = die_name(die);

			if (*name)
				vec_push(&index->unlocated, name);
		}
		return;
	}
	var.name = die_name(die);
	var.external = has_flag(die, DW_AT_external);
	var.artificial = has_flag(die, DW_AT_artificial);
	var.has_type =
		dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attr), &var.type) != NULL;
	find_declared_type(die, &var);
	vec_push(&index->variables, var);
}

static void walk(struct dwarf_index *index, Dwarf_Die *parent, const char *unit, int depth)
{
	Dwarf_Die die;

	if (depth > MAX_BLOCK_DEPTH || dwarf_child(parent, &die))
		return;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_variable)
			add_variable(index, &die, unit, depth == 0);
		else if (tag_is_block(tag))
			walk(index, &die, unit, depth + 1);
	} while (dwarf_siblingof(&die, &die) == 0);
}

static int by_address(const void *a, const void *b)
{
	const struct dwarf_variable *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static int by_string(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct error *dwarf_index_open(const char *path, struct dwarf_index **ret)
{
	_cleanup_(dwarf_index_cleanup) struct dwarf_index *index = xcalloc(1, sizeof(*index));
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;
	int more;

	index->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (index->fd < 0)
		return error_errno(errno, "%s: cannot open", path);
	index->dwarf = dwarf_begin(index->fd, DWARF_C_READ);
	if (!index->dwarf)
		return error_new(ERROR_INPUT, "%s: no DWARF in it: %s", path, dwarf_errmsg(-1));

	while ((more = dwarf_get_units(index->dwarf, cu, &cu, NULL, NULL, &die, NULL)) == 0)
		walk(index, &die, die_name(&die), 0);
	if (more < 0)
		return error_new(ERROR_INPUT, "%s: damaged DWARF: %s", path, dwarf_errmsg(-1));

	if (index->variables.len)
		qsort(index->variables.data, index->variables.len, sizeof(*index->variables.data),
		      by_address);
	if (index->unlocated.len)
		qsort(index->unlocated.data, index->unlocated.len, sizeof(*index->unlocated.data),
		      by_string);
	*ret = return_ptr(index);
	return NULL;
}

void dwarf_index_close(struct dwarf_index *index)
{
	if (!index)
		return;
	vec_free(&index->variables);
	vec_free(&index->unlocated);
	if (index->dwarf)
		dwarf_end(index->dwarf);
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

		if (index->variables.data[mid].address < address)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < index->variables.len; end++)
		if (index->variables.data[end].address != address)
			break;
	*first_ret = index->variables.data ? index->variables.data + low : NULL;
	return end - low;
}

bool dwarf_has_unlocated(const struct dwarf_index *index, const char *name)
{
	return index->unlocated.len && bsearch(&name, index->unlocated.data, index->unlocated.len,
					       sizeof(*index->unlocated.data), by_string) != NULL;
}

/* libdw takes non-const DIEs which it does not change. */
static Dwarf_Die *unconst(const Dwarf_Die *die)
{
	return (Dwarf_Die *)die;
}

bool dwarf_type_of(const Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;

	return dwarf_formref_die(dwarf_attr_integrate(unconst(die), DW_AT_type, &attr), ret) !=
	       NULL;
}

bool dwarf_udata(const Dwarf_Die *die, unsigned int attr, uint64_t *ret)
{
	Dwarf_Attribute mem;
	Dwarf_Word word;

	if (!dwarf_attr_integrate(unconst(die), attr, &mem) || dwarf_formudata(&mem, &word))
		return false;
	*ret = word;
	return true;
}

static bool tag_is_transparent(int tag)
{
	return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
	       tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

bool dwarf_strip(const Dwarf_Die *type, Dwarf_Die *ret)
{
	Dwarf_Die die = *type;

	for (int i = 0; i < MAX_CHAIN; i++) {
		if (!tag_is_transparent(dwarf_tag(&die))) {
			*ret = die;
			return true;
		}
		if (!dwarf_type_of(&die, &die))
			return false;
	}
	return false;
}

/* Number of elements of one dimension; 0 for `[]` and `[0]`, which have no upper bound or one of -1. */
static bool dimension(Dwarf_Die *range, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Sword upper;
	Dwarf_Word word;

	if (dwarf_udata(range, DW_AT_count, ret))
		return true;
	*ret = 0;
	if (!dwarf_attr_integrate(range, DW_AT_upper_bound, &attr))
		return true;
	/* the plain data forms have no sign of their own: a bound of 255 must not become -1 */
	if (dwarf_whatform(&attr) == DW_FORM_sdata ||
	    dwarf_whatform(&attr) == DW_FORM_implicit_const) {
		if (dwarf_formsdata(&attr, &upper))
			return false;
		*ret = (uint64_t)upper + 1;
		return true;
	}
	if (dwarf_formudata(&attr, &word))
		return false;
	*ret = word + 1;
	return true;
}

bool dwarf_type_size(const Dwarf_Die *type, uint32_t pointer_size, uint64_t *size_ret)
{
	uint64_t count = 1, size;
	Dwarf_Die die = *type;

	for (int i = 0; i < MAX_CHAIN; i++) {
		Dwarf_Die range;

		if (!dwarf_strip(&die, &die))
			return false;
		if (dwarf_udata(&die, DW_AT_byte_size, &size)) {
			return !__builtin_mul_overflow(count, size, size_ret);
		}
		switch (dwarf_tag(&die)) {
		case DW_TAG_pointer_type:
		case DW_TAG_reference_type:
		case DW_TAG_rvalue_reference_type:
			return !__builtin_mul_overflow(count, (uint64_t)pointer_size, size_ret);
		case DW_TAG_array_type:
			break;
		default:
			return false;
		}
		if (dwarf_child(&die, &range) == 0) {
			do {
				uint64_t n;

				if (dwarf_tag(&range) != DW_TAG_subrange_type)
					continue;
				if (!dimension(&range, &n) ||
				    __builtin_mul_overflow(count, n, &count))
					return false;
			} while (dwarf_siblingof(&range, &range) == 0);
		}
		if (!dwarf_type_of(&die, &die))
			return false;
	}
	return false;
}
