// SPDX-License-Identifier: GPL-2.0-only
/*
 * btf_corrupt [--base VMLINUX] IN OUT KIND VARIABLE
 *
 * Takes the .BTF of the ELF file IN, makes it wrong in one way where it speaks of VARIABLE, and writes the
 * blob to OUT. The tests put it back and see whether the verifier names what was done. --base is the ELF
 * file whose .BTF a split BTF refers to.
 */
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_image.h"
#include "btf/btf_layout.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "elf/elf_image.h"

/* Where the variable is. Positions are byte offsets in the blob. */
struct target {
	const struct btf_image *btf;
	uint8_t *blob;
	size_t len;
	struct btf_type_view var, datasec;
	size_t var_pos, datasec_pos, secinfo_pos;
	/* of the entry in its DATASEC */
	uint32_t index;
};

static uint32_t get(const struct target *t, size_t pos)
{
	return btf_get32(t->blob + pos, t->btf->big_endian);
}

static void put(struct target *t, size_t pos, uint32_t value)
{
	btf_put32(t->blob + pos, value, t->btf->big_endian);
}

static void add(struct target *t, size_t pos, int32_t delta)
{
	put(t, pos, get(t, pos) + (uint32_t)delta);
}

/* Fields of struct btf_type and struct btf_var_secinfo. */
enum {
	TYPE_NAME = 0,
	TYPE_INFO = 4,
	TYPE_SIZE = 8,
	SECINFO_OFFSET = 4,
	SECINFO_SIZE = 8,
};

static bool wrong_offset(struct target *t)
{
	add(t, t->secinfo_pos + SECINFO_OFFSET, 1);
	return true;
}

static bool wrong_size(struct target *t)
{
	add(t, t->secinfo_pos + SECINFO_SIZE, 1);
	return true;
}

static bool wrong_name(struct target *t)
{
	/* a string's end is a string too */
	add(t, t->var_pos + TYPE_NAME, 1);
	return true;
}

static bool wrong_linkage(struct target *t)
{
	size_t pos = t->var_pos + BTF_TYPE_SIZE;

	put(t, pos, get(t, pos) == BTF_VAR_STATIC ? BTF_VAR_GLOBAL_ALLOCATED : BTF_VAR_STATIC);
	return true;
}

static bool wrong_section_size(struct target *t)
{
	add(t, t->datasec_pos + TYPE_SIZE, 8);
	return true;
}

/* A type of the same size that is another one: only DWARF can tell. */
static bool wrong_type(struct target *t)
{
	_cleanup_free_ char *right = btf_type_describe(t->btf, t->var.size_or_type);
	uint64_t size;

	if (!btf_type_size(t->btf, t->var.size_or_type, 8, &size))
		return false;
	for (uint32_t id = 1; id < btf_nr_ids(t->btf); id++) {
		struct btf_type_view type;
		_cleanup_free_ char *name = NULL;
		uint64_t other;

		if (!btf_type_get(t->btf, id, &type) || type.kind == BTF_KIND_VAR ||
		    type.kind == BTF_KIND_DATASEC || !btf_type_size(t->btf, id, 8, &other) ||
		    other != size)
			continue;
		name = btf_type_describe(t->btf, id);
		if (str_eq(name, right))
			continue;
		put(t, t->var_pos + TYPE_SIZE, id);
		return true;
	}
	/* nothing else is so large: then the size is wrong as well */
	put(t, t->var_pos + TYPE_SIZE, t->var.size_or_type == 1 ? 2 : 1);
	return true;
}

static bool wrong_order(struct target *t)
{
	uint8_t entry[BTF_SECINFO_SIZE], *here = t->blob + t->secinfo_pos;

	if (t->index + 1 >= t->datasec.vlen)
		return false;
	memcpy(entry, here, sizeof(entry));
	memmove(here, here + sizeof(entry), sizeof(entry));
	memcpy(here + sizeof(entry), entry, sizeof(entry));
	return true;
}

/* One entry more (@by 1, a copy) or less (@by -1), and a header that agrees. */
static void resize_datasec(struct target *t, int by)
{
	size_t end = t->secinfo_pos + BTF_SECINFO_SIZE, rest = t->len - end;
	uint8_t *grown = xcalloc(1, t->len + BTF_SECINFO_SIZE);

	memcpy(grown, t->blob, t->len);
	if (by > 0) {
		memmove(grown + end + BTF_SECINFO_SIZE, grown + end, rest);
		memcpy(grown + end, grown + t->secinfo_pos, BTF_SECINFO_SIZE);
	} else {
		memmove(grown + t->secinfo_pos, grown + end, rest);
	}
	free(t->blob);
	t->blob = grown;
	t->len += (size_t)(by * BTF_SECINFO_SIZE);
	add(t, t->datasec_pos + TYPE_INFO, by);
	add(t, BTF_HDR_TYPE_LEN, by * BTF_SECINFO_SIZE);
	add(t, BTF_HDR_STR_OFF, by * BTF_SECINFO_SIZE);
}

static bool missing(struct target *t)
{
	resize_datasec(t, -1);
	return true;
}

static bool duplicate(struct target *t)
{
	resize_datasec(t, 1);
	return true;
}

static bool wrong_magic(struct target *t)
{
	t->blob[0] ^= 0xff;
	return true;
}

static bool wrong_id(struct target *t)
{
	put(t, t->var_pos + TYPE_SIZE, 0x00fffff0);
	return true;
}

static const struct {
	const char *name;
	bool (*apply)(struct target *t);
} kinds[] = {
	{ "offset", wrong_offset },
	{ "size", wrong_size },
	{ "missing", missing },
	{ "type", wrong_type },
	{ "section-size", wrong_section_size },
	{ "order", wrong_order },
	{ "duplicate", duplicate },
	{ "name", wrong_name },
	{ "linkage", wrong_linkage },
	{ "magic", wrong_magic },
	{ "type-id", wrong_id },
};

static bool find_in_datasec(struct target *t, const struct btf_type_view *datasec,
			    const char *variable)
{
	for (uint32_t i = 0; i < datasec->vlen; i++) {
		if (!btf_type_get(t->btf, btf_secinfo(datasec, i).type, &t->var) ||
		    !str_eq(btf_type_name(&t->var), variable))
			continue;
		t->datasec = *datasec;
		t->datasec_pos = t->btf->type_pos[datasec->id - t->btf->first_id];
		t->var_pos = t->btf->type_pos[t->var.id - t->btf->first_id];
		t->secinfo_pos = t->datasec_pos + BTF_TYPE_SIZE + (size_t)i * BTF_SECINFO_SIZE;
		t->index = i;
		return true;
	}
	return false;
}

static bool find_variable(struct target *t, const char *variable)
{
	btf_for_each_type(type, t->btf)
		if (type.kind == BTF_KIND_DATASEC && find_in_datasec(t, &type, variable))
			return true;
	return false;
}

static struct error *load(const char *path, const struct btf_image *base, struct btf_image **ret)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	const struct elf_section *section;
	const uint8_t *data;
	size_t len;
	struct error *err = elf_image_open(path, &elf);

	if (err)
		return err;
	section = elf_section_by_name(elf, ".BTF");
	if (!section)
		return error_new(ERROR_INPUT, "%s: no .BTF", path);
	err = elf_section_data(elf, section, &data, &len);
	return err ? err : btf_image_parse(path, data, len, base, ret);
}

static struct error *corrupt(const struct btf_image *btf, const char *out, const char *kind,
			     const char *variable)
{
	struct target t = { .btf = btf, .blob = xmemdup(btf->data, btf->len), .len = btf->len };
	struct error *err = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!str_eq(kinds[i].name, kind))
			continue;
		if (!find_variable(&t, variable))
			err = error_new(ERROR_INPUT, "%s: no VAR '%s'", btf->label, variable);
		else if (!kinds[i].apply(&t))
			err = error_new(ERROR_INPUT, "%s: cannot make a wrong %s of '%s'",
					btf->label, kind, variable);
		else
			err = file_write_atomic(out, t.blob, t.len, 0644);
		free(t.blob);
		return err;
	}
	free(t.blob);
	return error_new(ERROR_INPUT, "unknown kind '%s'", kind);
}

int main(int argc, char **argv)
{
	_cleanup_(btf_image_cleanup) struct btf_image *base = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	struct error *err = NULL;

	if (argc == 7 && str_eq(argv[1], "--base")) {
		err = load(argv[2], NULL, &base);
		argc -= 2;
		argv += 2;
	}
	if (argc != 5) {
		fputs("usage: btf_corrupt [--base VMLINUX] IN OUT KIND VARIABLE\nKINDs:", stderr);
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			fprintf(stderr, " %s", kinds[i].name);
		fputc('\n', stderr);
		return 2;
	}
	if (!err)
		err = load(argv[1], base, &btf);
	if (!err)
		err = corrupt(btf, argv[2], argv[3], argv[4]);
	if (err) {
		fprintf(stderr, "btf_corrupt: %s\n", err->message);
		error_free(err);
		return 1;
	}
	return 0;
}
