// SPDX-License-Identifier: GPL-2.0-only
#include "encode/encode.h"

#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_append.h"
#include "btf/btf_edit.h"
#include "btf/btf_file.h"
#include "btf/btf_layout.h"
#include "core/proc.h"
#include "encode/choose.h"
#include "encode/type_make.h"

#define PERCPU_SECTION ".data..percpu"

enum {
	/* entries of a DATASEC before Linux 7, and since */
	NARROW_VLEN = 0xffff,
	WIDE_VLEN = 0xffffff,
	/* how often a signal is looked for, in variables */
	VARIABLES_PER_LOOK = 256,
};

/* A DATASEC of the base. */
struct base_datasec {
	const char *name;
	uint32_t id;
	uint32_t nr_entries;
	/* where its entries are, sorted */
	uint32_t *offsets;
};

struct encoder {
	const struct encode_input *input;
	struct encode_result *result;
	struct elf_image *elf;
	struct dwarf_index *dwarf;
	struct btf_image *base;
	VEC(struct base_datasec) datasecs;
	struct choice choice;
	/* of each chosen variable: its type's id */
	uint32_t *types;
	struct type_find *find;
	struct type_make *make;
};

static void forget_datasecs(struct encoder *encoder)
{
	vec_for_each(datasec, &encoder->datasecs)
		free(datasec->offsets);
	encoder->datasecs.len = 0;
}

static void encoder_release(struct encoder *encoder)
{
	type_make_free(encoder->make);
	type_find_free(encoder->find);
	choice_release(&encoder->choice);
	free(encoder->types);
	forget_datasecs(encoder);
	vec_free(&encoder->datasecs);
	btf_image_free(encoder->base);
	dwarf_index_close(encoder->dwarf);
	elf_image_close(encoder->elf);
}

static struct error *interrupted(void)
{
	return proc_interrupted() ? error_new(ERROR_INTERRUPTED, "interrupted") : NULL;
}

static struct error *open_vmlinux(struct encoder *encoder)
{
	const char *path = encoder->input->vmlinux;
	struct error *err = elf_image_open(path, &encoder->elf);

	if (err)
		return err;
	if (encoder->elf->type == ET_REL)
		return error_new(ERROR_INPUT,
				 "%s: an object file, whose variables have no addresses yet; "
				 "give the linked vmlinux",
				 path);
	if (!encoder->elf->nr_symbols)
		return error_new(ERROR_INPUT,
				 "%s: no symbol table, which says what the linker took; "
				 "give the vmlinux that was not stripped",
				 path);
	err = dwarf_index_open(path, &encoder->dwarf);
	if (!err && !dwarf_index_count(encoder->dwarf))
		err = error_new(ERROR_INPUT,
				"%s: no DWARF of variables in it; build it with "
				"CONFIG_DEBUG_INFO, and give the file that was not stripped",
				path);
	return err;
}

static struct error *open_base(struct encoder *encoder)
{
	const char *path = encoder->input->base ?: encoder->input->vmlinux;
	struct error *err = btf_file_read(path, NULL, &encoder->base);

	if (err)
		return error_wrap(err, "the base BTF, which has the types");
	if (encoder->base->big_endian != encoder->elf->big_endian)
		return error_new(ERROR_INPUT, "%s: its BTF has not the byte order of %s", path,
				 encoder->input->vmlinux);
	return NULL;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void find_datasecs(struct encoder *encoder)
{
	forget_datasecs(encoder);
	btf_for_each_type(type, encoder->base) {
		struct base_datasec datasec = { .name = btf_type_name(&type), .id = type.id };

		if (type.kind != BTF_KIND_DATASEC)
			continue;
		datasec.nr_entries = type.vlen;
		datasec.offsets = xcalloc(type.vlen, sizeof(*datasec.offsets));
		for (uint32_t i = 0; i < type.vlen; i++)
			datasec.offsets[i] = btf_secinfo(&type, i).offset;
		if (type.vlen)
			qsort(datasec.offsets, type.vlen, sizeof(*datasec.offsets), by_number);
		vec_push(&encoder->datasecs, datasec);
	}
}

static const struct base_datasec *datasec_of(const struct encoder *encoder, const char *section)
{
	vec_for_each(datasec, &encoder->datasecs)
		if (str_eq(datasec->name, section))
			return datasec;
	return NULL;
}

static bool has_entry_at(const struct base_datasec *datasec, uint32_t offset)
{
	return datasec->nr_entries &&
	       bsearch(&offset, datasec->offsets, datasec->nr_entries, sizeof(offset), by_number);
}

/* The variables of one section, adjacent in the choice. */
struct range {
	const struct encode_variable *first;
	size_t count;
};

static struct range range_from(const struct encoder *encoder, size_t start)
{
	struct range range = { encoder->choice.variables.data + start, 0 };
	size_t left = encoder->choice.variables.len - start;

	while (range.count < left && range.first[range.count].section == range.first->section)
		range.count++;
	return range;
}

static size_t count_missing(const struct base_datasec *datasec, struct range range)
{
	size_t missing = 0;

	for (size_t i = 0; i < range.count; i++)
		missing += !has_entry_at(datasec, range.first[i].offset);
	return missing;
}

/* Takes a DATASEC, and the VARs that it alone lists, out of the base. */
static void drop_datasec(const struct encoder *encoder, struct btf_edit *edit, uint32_t id)
{
	struct btf_type_view datasec;

	btf_type_get(encoder->base, id, &datasec);
	for (uint32_t i = 0; i < datasec.vlen; i++)
		btf_edit_drop(edit, btf_secinfo(&datasec, i).type);
	btf_edit_set_datasec(edit, id, 0, NULL, 0);
}

static struct range range_of(const struct encoder *encoder, const char *section)
{
	for (size_t i = 0; i < encoder->choice.variables.len;) {
		struct range range = range_from(encoder, i);

		if (str_eq(range.first->section->name, section))
			return range;
		i += range.count;
	}
	return (struct range){ 0 };
}

/*
 * Merged BTF has one DATASEC for each section, and it is ours. The per-CPU one was made by pahole and
 * stays if it is complete: pahole before 1.30 leaves out what is at address 0.
 */
static bool is_replaced(const struct encoder *encoder, const struct base_datasec *datasec)
{
	if (!str_eq(datasec->name, PERCPU_SECTION))
		return encoder->input->mode == ENCODE_MERGED;
	return count_missing(datasec, range_of(encoder, datasec->name)) > 0;
}

/* The base without the DATASECs that are replaced; NULL where none is. */
static struct error *make_rest(const struct encoder *encoder, struct btf_image **ret)
{
	_cleanup_(btf_edit_cleanup) struct btf_edit *edit = btf_edit_new(encoder->base);
	_cleanup_free_ uint8_t *blob = NULL;
	struct error *err;
	bool any = false;
	size_t len;

	btf_edit_keep_types(edit);
	vec_for_each(datasec, &encoder->datasecs) {
		if (!is_replaced(encoder, datasec))
			continue;
		drop_datasec(encoder, edit, datasec->id);
		any = true;
	}
	if (!any)
		return NULL;
	err = btf_edit_apply(edit, &blob, &len);
	return err ? err : btf_image_parse(encoder->base->label, blob, len, NULL, ret);
}

static struct error *drop_replaced(struct encoder *encoder)
{
	struct btf_image *rest = NULL;
	struct error *err = make_rest(encoder, &rest);

	if (err || !rest)
		return err;
	btf_image_free(encoder->base);
	encoder->base = rest;
	find_datasecs(encoder);
	return NULL;
}

/* Leaves the sections that the base has to the base. */
static void drop_those_of_base(struct encoder *encoder)
{
	struct encode_variable *all = encoder->choice.variables.data;
	size_t kept = 0;

	for (size_t i = 0; i < encoder->choice.variables.len;) {
		struct range range = range_from(encoder, i);
		const char *name = range.first->section->name;
		const struct base_datasec *datasec = datasec_of(encoder, name);
		struct encode_section section = { .name = xstrdup(name) };

		i += range.count;
		if (datasec) {
			section.nr_in_base = datasec->nr_entries;
			if (str_eq(name, PERCPU_SECTION))
				encoder->result->nr_percpu_missing = count_missing(datasec, range);
		} else {
			memmove(all + kept, range.first, range.count * sizeof(*all));
			kept += range.count;
		}
		vec_push(&encoder->result->sections, section);
	}
	encoder->choice.variables.len = kept;
}

static void leave_out_for_type(struct encoder *encoder, const struct encode_variable *var,
			       const char *why)
{
	const struct left_out left_out = {
		.name = var->name,
		.section = var->section,
		.reason = LEFT_OUT_TYPE,
		.detail = why,
	};

	vec_push(&encoder->choice.left_out, left_out);
}

/* Gives each variable its type; what cannot be written goes. */
static struct error *make_types(struct encoder *encoder)
{
	struct encode_variable *all = encoder->choice.variables.data;
	size_t kept = 0;

	encoder->types = xcalloc(encoder->choice.variables.len, sizeof(*encoder->types));
	encoder->find = type_find_new(encoder->base);
	encoder->make = type_make_new(encoder->find, encoder->base);
	for (size_t i = 0; i < encoder->choice.variables.len; i++) {
		struct error *err = i % VARIABLES_PER_LOOK ? NULL : interrupted();
		const char *why = NULL;

		if (err)
			return err;
		if (type_make(encoder->make, &all[i].dwarf->type, all[i].count,
			      &encoder->types[kept], &why))
			all[kept++] = all[i];
		else
			leave_out_for_type(encoder, &all[i], why);
	}
	encoder->choice.variables.len = kept;
	return NULL;
}

/* The new types that variables have, each once. */
static size_t find_roots(const struct encoder *encoder, uint32_t *roots)
{
	uint32_t first_new = type_make_made(encoder->make)->first_id;
	size_t count = 0, unique = 0;

	for (size_t i = 0; i < encoder->choice.variables.len; i++)
		if (encoder->types[i] >= first_new)
			roots[count++] = encoder->types[i];
	if (count)
		qsort(roots, count, sizeof(*roots), by_number);
	for (size_t i = 0; i < count; i++)
		if (!unique || roots[i] != roots[unique - 1])
			roots[unique++] = roots[i];
	return unique;
}

/* Writes the new types, and replaces their ids by those they have then. */
static struct error *append_new_types(struct encoder *encoder, struct btf_append *append)
{
	const struct new_types *made = type_make_made(encoder->make);
	_cleanup_free_ uint32_t *roots = xcalloc(encoder->choice.variables.len, sizeof(*roots));
	_cleanup_(btf_image_cleanup) struct btf_image *split = NULL;
	size_t nr_roots = find_roots(encoder, roots), len;
	_cleanup_free_ uint8_t *blob = NULL;
	struct error *err;

	if (!nr_roots)
		return NULL;
	err = new_types_to_btf(made, encoder->base, roots, nr_roots,
			       encoder->choice.variables.data[0].name, &blob, &len);
	if (!err)
		err = btf_image_parse("types that the base lacks", blob, len, encoder->base,
				      &split);
	if (!err && split->nr_types < nr_roots)
		err = error_new(ERROR_INPUT, "libbpf gives %u types for %zu variables",
				split->nr_types, nr_roots);
	if (err)
		return err;

	uint32_t nr_types = split->nr_types - (uint32_t)nr_roots;
	for (size_t i = 0; i < encoder->choice.variables.len; i++) {
		const uint32_t *root =
			bsearch(&encoder->types[i], roots, nr_roots, sizeof(*roots), by_number);
		struct btf_type_view var;

		if (!root)
			continue;
		if (!btf_type_get(split, split->first_id + nr_types + (uint32_t)(root - roots),
				  &var) ||
		    var.kind != BTF_KIND_VAR)
			return error_new(ERROR_INPUT, "libbpf has lost a variable");
		encoder->types[i] = var.size_or_type;
	}
	btf_append_types(append, split, nr_types);
	encoder->result->nr_new_types = nr_types;
	return NULL;
}

static struct encode_section *section_of(struct encode_result *result, const char *name)
{
	vec_for_each(section, &result->sections)
		if (str_eq(section->name, name))
			return section;
	return NULL;
}

/* Linux 7 made room for more entries when it gave the header a kind layout. */
static struct error *check_vlen(const struct encoder *encoder, struct range range)
{
	bool wide = encoder->input->wide_vlen || encoder->base->hdr_len >= BTF_HDR_WITH_LAYOUT;
	size_t max = wide ? WIDE_VLEN : NARROW_VLEN;

	if (range.count <= max)
		return NULL;
	return error_new(ERROR_INPUT,
			 "%s: section %s has %zu variables, and a DATASEC %s has room for %zu%s",
			 encoder->input->vmlinux, range.first->section->name, range.count,
			 wide ? "of Linux 7" : "before Linux 7", max,
			 wide ? "" : "; --wide-vlen is for those who read it with Linux 7");
}

static struct error *append_variables(struct encoder *encoder, struct btf_append *append)
{
	const struct encode_variable *all = encoder->choice.variables.data;
	_cleanup_free_ struct btf_secinfo *infos =
		xcalloc(encoder->choice.variables.len, sizeof(*infos));

	for (size_t i = 0; i < encoder->choice.variables.len; i++) {
		infos[i].type =
			btf_append_var(append, all[i].name, encoder->types[i], all[i].linkage);
		infos[i].offset = all[i].offset;
		infos[i].size = all[i].size;
	}
	for (size_t i = 0; i < encoder->choice.variables.len;) {
		struct range range = range_from(encoder, i);
		const struct elf_section *section = range.first->section;
		struct error *err = check_vlen(encoder, range);

		if (err)
			return err;
		btf_append_datasec(append, section->name, (uint32_t)section->size, infos + i,
				   (uint32_t)range.count);
		section_of(encoder->result, section->name)->nr_variables += range.count;
		i += range.count;
	}
	encoder->result->nr_variables = encoder->choice.variables.len;
	return NULL;
}

static void report_absences(struct encoder *encoder)
{
	vec_for_each(left_out, &encoder->choice.left_out) {
		struct encode_absence absence = {
			.name = xstrdup(left_out->name),
			.section = xstrdup(left_out->section->name),
			.reason = left_out_reason_name(left_out->reason),
			.text = left_out_reason_text(left_out->reason),
			.detail = left_out->detail,
		};

		vec_push(&encoder->result->absences, absence);
	}
}

static struct error *write_blob(struct encoder *encoder)
{
	_cleanup_(btf_append_cleanup) struct btf_append *append = btf_append_new(encoder->base);
	struct encode_result *result = encoder->result;
	struct error *err = append_new_types(encoder, append);

	if (!err)
		err = append_variables(encoder, append);
	if (err)
		return err;
	return encoder->input->mode == ENCODE_SPLIT
		       ? btf_append_split(append, &result->blob, &result->len)
		       : btf_append_merged(append, &result->blob, &result->len);
}

/* Chooses the per-CPU variables alone; false where the base has all of them, or none. */
static bool keep_percpu(struct encoder *encoder)
{
	const struct base_datasec *datasec = datasec_of(encoder, PERCPU_SECTION);
	struct range range = range_of(encoder, PERCPU_SECTION);

	if (!datasec || !count_missing(datasec, range))
		return false;
	memmove(encoder->choice.variables.data, range.first, range.count * sizeof(*range.first));
	encoder->choice.variables.len = range.count;
	return true;
}

static struct error *encode(struct encoder *encoder)
{
	struct error *err = open_vmlinux(encoder);

	if (!err)
		err = interrupted();
	if (!err)
		err = open_base(encoder);
	if (err)
		return err;
	find_datasecs(encoder);
	choose_variables(encoder->elf, encoder->dwarf, encoder->elf->bits / 8, &encoder->choice);
	if (encoder->input->mode == ENCODE_PERCPU && !keep_percpu(encoder))
		return NULL;
	if (encoder->input->mode != ENCODE_SPLIT)
		err = drop_replaced(encoder);
	if (err)
		return err;
	drop_those_of_base(encoder);
	if (!encoder->choice.variables.len)
		return error_new(ERROR_INPUT, "%s: no variable that its BTF has not already",
				 encoder->input->vmlinux);
	err = make_types(encoder);
	if (!err)
		err = write_blob(encoder);
	if (!err)
		report_absences(encoder);
	return err;
}

struct error *encode_variables(const struct encode_input *input, struct encode_result *result)
{
	_cleanup_(encoder_release) struct encoder encoder = { .input = input, .result = result };
	struct error *err = encode(&encoder);

	return err ? err : interrupted();
}

void encode_result_release(struct encode_result *result)
{
	free(result->blob);
	vec_for_each(section, &result->sections)
		free(section->name);
	vec_free(&result->sections);
	vec_for_each(absence, &result->absences) {
		free(absence->name);
		free(absence->section);
	}
	vec_free(&result->absences);
	*result = (struct encode_result){ 0 };
}
