// SPDX-License-Identifier: GPL-2.0-only
/*
 * edit_btf IN OUT EDIT...
 * edit_btf --base VMLINUX IN OUT EDIT...
 *
 * Takes the .BTF of the ELF file IN, makes it what a tool once wrote that is not to be had any more, and writes
 * the blob to OUT. Edits are carried out in turn; each is a word with its arguments behind colons:
 *
 *	drop:VAR                  takes the VAR out, with the entry that lists it
 *	drop-from:SECTION:N       the same for the Nth entry (from 0) and all behind it
 *	drop-section:SECTION      the same for all of a DATASEC, which goes too
 *	unlist:SECTION            takes the DATASEC out and leaves its VARs
 *	rename:VAR:NAME
 *	linkage:VAR:N
 *	size:VAR:N                of the entry
 *	at:VAR:OTHER              gives it the offset of another
 *	type:VAR:OTHER            gives it the type of another
 *	members:VAR:A:B           gives it a struct of its own, in which the members A and B swap names
 *	swap:VAR                  swaps its offset with that of the nearest one of its size
 *	shift:SECTION:N           adds N to all offsets
 *	section:VAR:OTHER         lists it in another DATASEC
 *	copy-types                every struct, union and typedef is there a second time
 *	copy-base                 all that the base has of types is in the split BTF as well
 *	swap-bytes                all in the other byte order
 */
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mutate/blob.h"
#include "btf/btf_image.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "elf/elf_image.h"

#define ENTRY(i) (BTF_TYPE_SIZE + (size_t)(i)*BTF_SECINFO_SIZE)

enum {
	ARGS_MAX = 4,
	SECINFO_OFFSET = 4,
	SECINFO_SIZE = 8,
};

/* The blob as it is now; parsed anew after each edit. */
struct editor {
	const struct btf_image *base;
	struct btf_image *btf;
	struct blob_parts parts;
	bool swap_bytes;
};

struct place {
	struct btf_type_view datasec, var;
	uint32_t index;
};

static void die(struct error *err)
{
	if (!err)
		return;
	fprintf(stderr, "edit_btf: %s\n", err->message);
	exit(2);
}

static struct btf_type_view find_datasec(const struct editor *ed, const char *name)
{
	btf_for_each_type(type, ed->btf)
		if (type.kind == BTF_KIND_DATASEC && str_eq(btf_type_name(&type), name))
			return type;
	die(error_new(ERROR_INPUT, "no DATASEC '%s'", name));
	abort();
}

static struct place find_var(const struct editor *ed, const char *name)
{
	struct place p;

	btf_for_each_type(type, ed->btf) {
		if (type.kind != BTF_KIND_DATASEC)
			continue;
		for (uint32_t i = 0; i < type.vlen; i++) {
			if (!btf_type_get(ed->btf, btf_secinfo(&type, i).type, &p.var) ||
			    !str_eq(btf_type_name(&p.var), name))
				continue;
			p.datasec = type;
			p.index = i;
			return p;
		}
	}
	die(error_new(ERROR_INPUT, "no VAR '%s'", name));
	abort();
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 0);
}

static void drop_entry(struct editor *ed, const struct btf_type_view *datasec, uint32_t index)
{
	uint32_t var = btf_secinfo(datasec, index).type;

	parts_remove_entry(&ed->parts, datasec->id, index, BTF_SECINFO_SIZE);
	parts_remove_type(&ed->parts, var);
}

static void drop(struct editor *ed, char **args)
{
	struct place p = find_var(ed, args[0]);

	drop_entry(ed, &p.datasec, p.index);
}

static void reload(struct editor *ed);

static void drop_from(struct editor *ed, char **args)
{
	for (;;) {
		struct btf_type_view datasec = find_datasec(ed, args[0]);

		if (datasec.vlen <= number(args[1]))
			return;
		drop_entry(ed, &datasec, datasec.vlen - 1);
		reload(ed);
	}
}

static void unlist(struct editor *ed, char **args)
{
	parts_remove_type(&ed->parts, find_datasec(ed, args[0]).id);
}

static void drop_section(struct editor *ed, char **args)
{
	drop_from(ed, (char *[]){ args[0], "0" });
	unlist(ed, args);
}

static void rename_var(struct editor *ed, char **args)
{
	parts_put(&ed->parts, find_var(ed, args[0]).var.id, TYPE_NAME,
		  parts_add_string(&ed->parts, args[1]));
}

static void set_linkage(struct editor *ed, char **args)
{
	parts_put(&ed->parts, find_var(ed, args[0]).var.id, BTF_TYPE_SIZE, number(args[1]));
}

static void set_size(struct editor *ed, char **args)
{
	struct place p = find_var(ed, args[0]);

	parts_put(&ed->parts, p.datasec.id, ENTRY(p.index) + SECINFO_SIZE, number(args[1]));
}

static void set_place(struct editor *ed, char **args)
{
	struct place p = find_var(ed, args[0]), other = find_var(ed, args[1]);

	parts_put(&ed->parts, p.datasec.id, ENTRY(p.index) + SECINFO_OFFSET,
		  btf_secinfo(&other.datasec, other.index).offset);
}

static void set_type(struct editor *ed, char **args)
{
	parts_put(&ed->parts, find_var(ed, args[0]).var.id, TYPE_SIZE,
		  find_var(ed, args[1]).var.size_or_type);
}

/* A copy behind all other types; of the base too. Returns its id. */
static uint32_t copy_struct(struct editor *ed, const struct btf_type_view *type)
{
	uint32_t index = type->id - type->btf->first_id, start = type->btf->type_pos[index];
	uint32_t end = index + 1 < type->btf->nr_types
			       ? type->btf->type_pos[index + 1]
			       : type->btf->type_start + type->btf->type_len;

	parts_add_bytes(&ed->parts, type->btf->data + start, end - start);
	return ed->parts.first_id + (uint32_t)ed->parts.types.len - 1;
}

static void swap_members(struct editor *ed, char **args)
{
	enum {
		MEMBER_SIZE = 12
	};
	struct place p = find_var(ed, args[0]);
	struct btf_type_view type;
	uint32_t copy, name[2] = { 0 }, at[2] = { 0 };

	if (!btf_type_get(ed->btf, p.var.size_or_type, &type) || type.kind != BTF_KIND_STRUCT)
		die(error_new(ERROR_INPUT, "%s is no struct", args[0]));
	for (uint32_t i = 0; i < type.vlen; i++) {
		struct btf_member_view member = btf_member(&type, i);

		for (int n = 0; n < 2; n++) {
			if (!str_eq(btf_string(ed->btf, member.name_off), args[1 + n]))
				continue;
			name[n] = member.name_off;
			at[n] = BTF_TYPE_SIZE + i * MEMBER_SIZE;
		}
	}
	if (!at[0] || !at[1])
		die(error_new(ERROR_INPUT, "%s has no member %s", args[0], args[at[0] ? 2 : 1]));
	copy = copy_struct(ed, &type);
	parts_put(&ed->parts, copy, at[0], name[1]);
	parts_put(&ed->parts, copy, at[1], name[0]);
	parts_put(&ed->parts, p.var.id, TYPE_SIZE, copy);
}

static void swap_offset(struct editor *ed, char **args)
{
	struct place p = find_var(ed, args[0]);
	struct btf_secinfo mine = btf_secinfo(&p.datasec, p.index), other;

	for (uint32_t distance = 1; distance < p.datasec.vlen; distance++) {
		for (int sign = -1; sign <= 1; sign += 2) {
			uint32_t i = p.index + (uint32_t)(sign * (int)distance);

			if (i >= p.datasec.vlen)
				continue;
			other = btf_secinfo(&p.datasec, i);
			if (other.size != mine.size)
				continue;
			parts_put(&ed->parts, p.datasec.id, ENTRY(p.index), other.type);
			parts_put(&ed->parts, p.datasec.id, ENTRY(i), mine.type);
			return;
		}
	}
	die(error_new(ERROR_INPUT, "%s is alone with its size", args[0]));
}

static void shift(struct editor *ed, char **args)
{
	struct btf_type_view datasec = find_datasec(ed, args[0]);

	for (uint32_t i = 0; i < datasec.vlen; i++)
		parts_put(&ed->parts, datasec.id, ENTRY(i) + SECINFO_OFFSET,
			  btf_secinfo(&datasec, i).offset + number(args[1]));
}

static void set_section(struct editor *ed, char **args)
{
	struct place p = find_var(ed, args[0]);
	struct btf_type_view to = find_datasec(ed, args[1]);
	struct btf_secinfo info = btf_secinfo(&p.datasec, p.index);
	uint32_t at = 0;

	while (at < to.vlen && btf_secinfo(&to, at).offset < info.offset)
		at++;
	parts_remove_entry(&ed->parts, p.datasec.id, p.index, BTF_SECINFO_SIZE);
	parts_insert_secinfo(&ed->parts, to.id, at, info);
}

static void copy_types(struct editor *ed, char **args)
{
	(void)args;
	btf_for_each_type(type, ed->btf)
		if (type.kind == BTF_KIND_STRUCT || type.kind == BTF_KIND_UNION ||
		    type.kind == BTF_KIND_TYPEDEF)
			parts_copy_type(&ed->parts, type.id);
}

static void copy_base(struct editor *ed, char **args)
{
	(void)args;
	btf_for_each_type(type, ed->base) {
		uint32_t index = type.id - ed->base->first_id, start = ed->base->type_pos[index];
		uint32_t end = index + 1 < ed->base->nr_types
				       ? ed->base->type_pos[index + 1]
				       : ed->base->type_start + ed->base->type_len;

		if (type.kind == BTF_KIND_VAR || type.kind == BTF_KIND_DATASEC)
			continue;
		parts_add_bytes(&ed->parts, ed->base->data + start, end - start);
	}
}

static void swap_bytes(struct editor *ed, char **args)
{
	(void)args;
	ed->swap_bytes = true;
}

static const struct {
	const char *name;
	int nr_args;
	void (*edit)(struct editor *ed, char **args);
} edits[] = {
	{ "drop", 1, drop },
	{ "drop-from", 2, drop_from },
	{ "drop-section", 1, drop_section },
	{ "unlist", 1, unlist },
	{ "rename", 2, rename_var },
	{ "linkage", 2, set_linkage },
	{ "size", 2, set_size },
	{ "at", 2, set_place },
	{ "type", 2, set_type },
	{ "members", 3, swap_members },
	{ "swap", 1, swap_offset },
	{ "shift", 2, shift },
	{ "section", 2, set_section },
	{ "copy-types", 0, copy_types },
	{ "copy-base", 0, copy_base },
	{ "swap-bytes", 0, swap_bytes },
};

/* Makes ed->btf what ed->parts has become. */
static void reload(struct editor *ed)
{
	_cleanup_strbuf_ struct strbuf blob = STRBUF_INIT;

	parts_write(&ed->parts, &blob);
	btf_image_free(ed->btf);
	die(btf_image_parse("edited", blob.data, blob.len, ed->base, &ed->btf));
}

static void carry_out(struct editor *ed, char *edit)
{
	char *args[ARGS_MAX] = { 0 }, *state = NULL, *name = strtok_r(edit, ":", &state);
	int n = 0;

	while (n < ARGS_MAX && (args[n] = strtok_r(NULL, ":", &state)))
		n++;
	for (size_t i = 0; name && i < ARRAY_SIZE(edits); i++) {
		if (!str_eq(edits[i].name, name) || edits[i].nr_args != n)
			continue;
		edits[i].edit(ed, args);
		reload(ed);
		return;
	}
	die(error_new(ERROR_INPUT, "unknown edit '%s' with %d arguments", edit, n));
}

/* Magic, and every word of header and types. */
static void write_swapped(const struct editor *ed, struct strbuf *blob)
{
	bool be = ed->btf->big_endian;
	uint8_t *data = (uint8_t *)blob->data, first = data[0];
	size_t end = ed->btf->hdr_len + ed->btf->type_len;

	data[0] = data[1];
	data[1] = first;
	for (size_t off = BTF_HDR_HDR_LEN; off < end; off += 4)
		btf_put32(data + off, btf_get32(data + off, be), !be);
}

static struct btf_image *load(const char *path, const struct btf_image *base)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	const struct elf_section *section;
	struct btf_image *btf;
	const uint8_t *data;
	size_t len;

	die(elf_image_open(path, &elf));
	section = elf_section_by_name(elf, ".BTF");
	die(section ? NULL : error_new(ERROR_INPUT, "%s: no .BTF", path));
	die(elf_section_data(elf, section, &data, &len));
	die(btf_image_parse(path, data, len, base, &btf));
	return btf;
}

int main(int argc, char **argv)
{
	_cleanup_(btf_image_cleanup) struct btf_image *base = NULL;
	_cleanup_strbuf_ struct strbuf blob = STRBUF_INIT;
	struct editor ed = { 0 };

	if (argc > 2 && str_eq(argv[1], "--base")) {
		ed.base = base = load(argv[2], NULL);
		argc -= 2;
		argv += 2;
	}
	if (argc < 4) {
		fputs("usage: edit_btf [--base VMLINUX] IN OUT EDIT...\n", stderr);
		return 2;
	}
	ed.btf = load(argv[1], base);
	parts_init(&ed.parts, ed.btf);
	for (int i = 3; i < argc; i++)
		carry_out(&ed, argv[i]);
	parts_write(&ed.parts, &blob);
	if (ed.swap_bytes)
		write_swapped(&ed, &blob);
	die(file_write_atomic(argv[2], blob.data, blob.len, 0644));
	parts_release(&ed.parts);
	btf_image_free(ed.btf);
	return 0;
}
