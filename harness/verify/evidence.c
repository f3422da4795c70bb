// SPDX-License-Identifier: GPL-2.0-only
#include "verify/evidence.h"

#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

bool symbol_is_data(const struct elf_symbol *symbol)
{
	return symbol->type == STT_OBJECT || symbol->type == STT_NOTYPE ||
	       symbol->type == STT_COMMON || symbol->type == STT_TLS;
}

/* Keeps a malformed input as the blob's problem; passes on what kept us from reading it. */
static struct error *note_problem(struct error *err, char **problem)
{
	if (!err || err->kind != ERROR_INPUT)
		return err;
	*problem = return_ptr(err->message);
	error_free(err);
	return NULL;
}

static struct error *load_btf(struct blob *blob, const struct btf_image *base)
{
	const struct elf_section *section = elf_section_by_name(blob->elf, BTF_SECTION);
	_cleanup_free_ char *label = xasprintf("%s: " BTF_SECTION, blob->image);
	struct error *err;

	if (!section) {
		blob->btf_problem = xasprintf("%s: no " BTF_SECTION " section", blob->path);
		return NULL;
	}
	err = elf_section_data(blob->elf, section, &blob->raw, &blob->raw_len);
	if (!err && !blob->raw) {
		blob->btf_problem =
			xasprintf("%s: " BTF_SECTION " has no contents in the file", blob->path);
		return NULL;
	}
	if (!err)
		err = btf_image_parse(label, blob->raw, blob->raw_len, base, &blob->btf);
	return note_problem(err, &blob->btf_problem);
}

static struct error *load_blob(struct blob *blob, const struct blob *base)
{
	struct error *err;

	if (!blob->path)
		return NULL;
	err = note_problem(elf_image_open(blob->path, &blob->elf), &blob->elf_problem);
	if (err)
		return err;
	if (!blob->elf) {
		blob->btf_problem = xstrdup(blob->elf_problem);
		return NULL;
	}
	if (base && !base->btf) {
		blob->btf_problem = xasprintf("its base cannot be read: %s", base->btf_problem);
		return NULL;
	}
	return load_btf(blob, base ? base->btf : NULL);
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/*
 * The symbol a VAR speaks of. Static variables of several files may have one name: then it is the one
 * at the VAR's offset, or else the nearest, so that a wrong offset is reported against something.
 */
static const struct elf_symbol *find_symbol(const struct elf_image *elf, const struct variable *var)
{
	const struct elf_symbol *const *symbols, *best = NULL;
	size_t n = elf_symbols_by_name(elf, var->name, &symbols);

	for (size_t i = 0; i < n; i++) {
		const struct elf_symbol *symbol = symbols[i];

		if (symbol->shndx != var->section->index || !symbol_is_data(symbol))
			continue;
		if (!best || distance(symbol_offset(symbol, var->section), var->info.offset) <
				     distance(symbol_offset(best, var->section), var->info.offset))
			best = symbol;
	}
	return best;
}

static void add_variable(struct evidence *evidence, struct datasec *datasec, uint32_t index,
			 struct btf_secinfo info)
{
	const struct btf_image *btf = datasec->blob->btf;
	struct btf_type_view type;

	if (!btf_type_get(btf, info.type, &type) || type.kind != BTF_KIND_VAR) {
		datasec->nr_bad_entries++;
		return;
	}

	struct variable var = {
		.blob = datasec->blob,
		.scope = datasec->scope,
		.section_name = datasec->name,
		.datasec_id = datasec->id,
		.index = index,
		.info = info,
		.name = btf_type_name(&type),
		.linkage = btf_var_linkage(&type),
		.type_id = type.size_or_type,
		.section = datasec->section,
	};

	var.has_size = btf_type_size(btf, var.type_id, evidence->pointer_size, &var.size);
	if (var.section)
		var.symbol = find_symbol(evidence->vmlinux.elf, &var);
	vec_push(&evidence->variables, var);
	datasec->nr_variables++;
}

static void collect_variables(struct evidence *evidence, const struct blob *blob)
{
	if (!blob->btf || !evidence->vmlinux.elf)
		return;
	btf_for_each_type(type, blob->btf) {
		if (type.kind != BTF_KIND_DATASEC)
			continue;

		const char *name = btf_type_name(&type);
		struct datasec datasec = {
			.blob = blob,
			.scope = str_eq(name, PERCPU_SECTION) ? SCOPE_PERCPU : SCOPE_GLOBAL,
			.name = name,
			.id = type.id,
			.size = type.size_or_type,
			.section = elf_section_by_name(evidence->vmlinux.elf, name),
			.first_variable = evidence->variables.len,
		};

		for (uint32_t i = 0; i < type.vlen; i++)
			add_variable(evidence, &datasec, i, btf_secinfo(&type, i));
		vec_push(&evidence->datasecs, datasec);
	}
}

static struct error *load_dwarf(struct evidence *evidence)
{
	return note_problem(dwarf_index_open(evidence->vmlinux.path, &evidence->dwarf),
			    &evidence->dwarf_problem);
}

struct error *evidence_load(const struct verify_input *input, struct evidence **ret)
{
	_cleanup_(evidence_cleanup) struct evidence *evidence = xcalloc(1, sizeof(*evidence));
	struct error *err;

	evidence->input = input;
	evidence->pointer_size = input->arch->elf_bits / 8;
	evidence->vmlinux = (struct blob){ .image = IMAGE_VMLINUX, .path = input->vmlinux };
	evidence->extra = (struct blob){ .image = IMAGE_EXTRA, .path = input->extra_module };

	err = load_blob(&evidence->vmlinux, NULL);
	if (!err)
		err = load_blob(&evidence->extra, &evidence->vmlinux);
	if (!err && evidence->vmlinux.elf)
		err = load_dwarf(evidence);
	if (err)
		return err;

	if (evidence->vmlinux.elf)
		evidence->percpu = elf_section_by_name(evidence->vmlinux.elf, PERCPU_SECTION);
	collect_variables(evidence, &evidence->vmlinux);
	collect_variables(evidence, &evidence->extra);
	*ret = return_ptr(evidence);
	return NULL;
}

static void blob_release(struct blob *blob)
{
	btf_image_free(blob->btf);
	elf_image_close(blob->elf);
	free(blob->elf_problem);
	free(blob->btf_problem);
}

void evidence_free(struct evidence *evidence)
{
	if (!evidence)
		return;
	vec_free(&evidence->datasecs);
	vec_free(&evidence->variables);
	dwarf_index_close(evidence->dwarf);
	free(evidence->dwarf_problem);
	/* the split BTF borrows its base */
	blob_release(&evidence->extra);
	blob_release(&evidence->vmlinux);
	free(evidence);
}

bool evidence_has_globals(const struct evidence *evidence)
{
	return evidence->input->mode != BTF_MODE_N;
}

const struct blob *evidence_global_blob(const struct evidence *evidence)
{
	static const size_t offsets[BTF_MODE_COUNT] = {
		[BTF_MODE_Y] = offsetof(struct evidence, vmlinux),
		[BTF_MODE_M] = offsetof(struct evidence, extra),
	};

	if (!evidence_has_globals(evidence))
		return NULL;
	return (const struct blob *)((const char *)evidence + offsets[evidence->input->mode]);
}
