// SPDX-License-Identifier: GPL-2.0-only
#include "verify/evidence.h"

#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

enum {
	/*
	 * Symbols of one place or one name that are looked at for a VAR: many times what a kernel has, so that a
	 * file full of them takes no time that grows with its square.
	 */
	MAX_CANDIDATES = 1000,
};

#include "verify/checks.h"
#include "verify/kernel_release.h"

bool symbol_is_data(const struct elf_symbol *symbol)
{
	return symbol->type == STT_OBJECT || symbol->type == STT_NOTYPE ||
	       symbol->type == STT_COMMON || symbol->type == STT_TLS;
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
	size_t n = elf_symbols_at(elf, var->section->index, var->section->addr + var->info.offset,
				  &symbols);

	for (size_t i = 0; i < n && i < MAX_CANDIDATES; i++)
		if (symbol_is_data(symbols[i]) && str_eq(symbols[i]->name, var->name))
			return symbols[i];
	n = elf_symbols_by_name(elf, var->name, &symbols);
	for (size_t i = 0; i < n && i < MAX_CANDIDATES; i++) {
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
		var.symbol = find_symbol(datasec->blob->of->elf, &var);
	vec_push(&evidence->variables, var);
	datasec->nr_variables++;
}

static void collect_variables(struct evidence *evidence, const struct blob *blob)
{
	const struct elf_image *elf = blob->of->elf;

	if (!blob->btf)
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
			.section = elf ? elf_section_by_name(elf, name) : NULL,
			.first_variable = evidence->variables.len,
		};

		for (uint32_t i = 0; i < type.vlen; i++)
			add_variable(evidence, &datasec, i, btf_secinfo(&type, i));
		vec_push(&evidence->datasecs, datasec);
	}
}

static bool has_data_symbol(const struct elf_image *elf, const char *name)
{
	const struct elf_symbol *const *symbols;
	size_t n = elf ? elf_symbols_by_name(elf, name, &symbols) : 0;

	for (size_t i = 0; i < n; i++)
		if (symbols[i]->shndx != SHN_UNDEF && symbol_is_data(symbols[i]))
			return true;
	return false;
}

/*
 * Whose variables a module's VARs are: its own, as pahole makes them, or vmlinux's, as in
 * vmlinux_btf_extra.ko. The symbol tables tell: whichever has more of the names.
 */
static bool describes_vmlinux(const struct blob *blob, const struct blob *vmlinux)
{
	size_t own = 0, theirs = 0;

	if (!blob->btf)
		return false;
	btf_for_each_type(type, blob->btf) {
		if (type.kind != BTF_KIND_VAR)
			continue;
		own += has_data_symbol(blob->elf, btf_type_name(&type));
		theirs += has_data_symbol(vmlinux->elf, btf_type_name(&type));
	}
	return theirs > own;
}

static struct blob *add_blob(struct evidence *evidence, char *image)
{
	struct blob *blob = &evidence->blobs[evidence->nr_blobs++];

	*blob = (struct blob){ .image = image, .of = blob, .unpacked_fd = -1 };
	if (blob != evidence->blobs)
		blob->base = evidence->blobs;
	return blob;
}

static void name_blobs(struct evidence *evidence)
{
	const struct verify_input *input = evidence->input;
	struct blob *blob;

	/* vmlinux, split raw BTF and the extra module at most, and the other modules */
	evidence->blobs = xcalloc(3 + input->nr_modules, sizeof(*evidence->blobs));
	blob = add_blob(evidence, xstrdup(IMAGE_VMLINUX));
	blob->path = input->vmlinux;
	blob->debug_path = input->debug_file ? xstrdup(input->debug_file) : NULL;
	blob->raw_path = input->base_file ? input->base_file : input->btf_file;
	evidence->vmlinux = blob;
	if (input->base_file && input->btf_file) {
		blob = add_blob(evidence, blob_module_name(input->btf_file));
		blob->raw_path = input->btf_file;
	}
	if (input->extra_module) {
		blob = add_blob(evidence, xstrdup(evidence_extra_name(evidence)));
		blob->path = input->extra_module;
		blob->of = evidence->vmlinux;
		evidence->extra = blob;
	}
	for (size_t i = 0; i < input->nr_modules; i++) {
		blob = add_blob(evidence, blob_module_name(input->modules[i]));
		blob->path = input->modules[i];
	}
}

/* 4 or 8 where some image or the architecture says so; else what the types say, else 8. */
static uint32_t find_pointer_size(const struct evidence *evidence)
{
	const struct btf_image *btf = evidence->vmlinux->btf;

	if (evidence->input->arch)
		return evidence->input->arch->elf_bits / 8;
	evidence_for_each_blob(blob, evidence)
		if (blob->elf)
			return blob->elf->bits / 8;
	if (!btf)
		return 8;
	/* in the kernel's models (ILP32, LP64) a long is as large as a pointer */
	btf_for_each_type(type, btf)
		if (type.kind == BTF_KIND_INT && (str_eq(btf_type_name(&type), "long int") ||
						  str_eq(btf_type_name(&type), "long")))
			return type.size_or_type == 4 ? 4 : 8;
	return 8;
}

static struct error *load_blobs(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->nr_blobs; i++) {
		struct blob *blob = &evidence->blobs[i];
		struct error *err = blob_load(blob);

		if (err)
			return err;
		if (!i)
			continue;
		if (blob->of == blob && describes_vmlinux(blob, evidence->vmlinux))
			blob->of = evidence->vmlinux;
		if (blob->of == evidence->vmlinux && !evidence->extra)
			evidence->extra = blob;
	}
	return NULL;
}

static struct error *load_dwarf(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->nr_blobs; i++) {
		struct blob *blob = &evidence->blobs[i];
		struct error *err = blob->of == blob ? blob_load_dwarf(blob) : NULL;

		if (err)
			return err;
	}
	return NULL;
}

/* It takes by far the longest to read. */
static bool needs_dwarf(const struct verify_input *input)
{
	for (size_t i = 0; i < nr_checks; i++)
		if (checks[i].needs & NEEDS_DWARF && (!input->selected || input->selected[i]))
			return true;
	return false;
}

static char *find_release(const struct blob *vmlinux)
{
	char *release = vmlinux->elf ? vmlinux_release(vmlinux->elf) : NULL;

	/* a debug file has the symbol, and not what is there */
	return release || !vmlinux->other_elf ? release : vmlinux_release(vmlinux->other_elf);
}

/* "6.12" of "6.12.117-amd64"; NULL: nothing says which kernel it is. */
static char *find_line(const struct evidence *evidence)
{
	const char *release = evidence->release;
	size_t major, minor;

	if (evidence->input->kernel)
		return xstrdup(evidence->input->kernel);
	major = release ? strspn(release, "0123456789") : 0;
	if (!major || release[major] != '.')
		return NULL;
	minor = strspn(release + major + 1, "0123456789");
	return minor ? xstrndup(release, major + 1 + minor) : NULL;
}

struct error *evidence_load(const struct verify_input *input, struct evidence **ret)
{
	_cleanup_(evidence_cleanup) struct evidence *evidence = xcalloc(1, sizeof(*evidence));
	struct error *err;

	evidence->input = input;
	evidence->expect = input->expect;
	name_blobs(evidence);
	err = load_blobs(evidence);
	if (!err && !input->expect) {
		err = expect_load_project(&evidence->own_expect);
		evidence->expect = evidence->own_expect;
	}
	if (!err && needs_dwarf(input))
		err = load_dwarf(evidence);
	if (err)
		return err;
	evidence->pointer_size = find_pointer_size(evidence);
	evidence->release = find_release(evidence->vmlinux);
	evidence->line = find_line(evidence);
	evidence_for_each_blob(blob, evidence)
		collect_variables(evidence, blob);
	*ret = return_ptr(evidence);
	return NULL;
}

struct error *evidence_replace_btf(struct evidence *evidence, size_t nr, const void *data,
				   size_t len)
{
	struct blob *changed = &evidence->blobs[nr];
	struct error *err = blob_replace_btf(changed, data, len);

	for (size_t i = 0; i < evidence->nr_blobs && !err; i++) {
		struct blob *blob = &evidence->blobs[i];

		/* split BTF counts its ids on from its base's */
		if (blob->base == changed && blob->raw)
			err = blob_replace_btf(blob, blob->raw, blob->raw_len);
	}
	vec_free(&evidence->datasecs);
	vec_free(&evidence->variables);
	evidence_for_each_blob(blob, evidence)
		collect_variables(evidence, blob);
	return err;
}

void evidence_free(struct evidence *evidence)
{
	if (!evidence)
		return;
	vec_free(&evidence->datasecs);
	vec_free(&evidence->variables);
	/* split BTF borrows its base, which is the first */
	for (size_t i = evidence->nr_blobs; i > 0; i--)
		blob_release(&evidence->blobs[i - 1]);
	free(evidence->blobs);
	free(evidence->release);
	free(evidence->line);
	expect_free(evidence->own_expect);
	free(evidence);
}

const char *evidence_extra_name(const struct evidence *evidence)
{
	return evidence->input->extra_name ?: IMAGE_EXTRA;
}

const struct blob *evidence_global_blob(const struct evidence *evidence)
{
	const struct blob *const holders[BTF_MODE_COUNT] = {
		[BTF_MODE_Y] = evidence->vmlinux,
		[BTF_MODE_M] = evidence->extra,
	};

	return evidence->input->mode_unknown ? NULL : holders[evidence->input->mode];
}

bool evidence_has_datasec(const struct evidence *evidence, const struct blob *blob,
			  enum scope scope)
{
	vec_for_each(sec, &evidence->datasecs)
		if (sec->blob == blob && sec->scope == scope)
			return true;
	return false;
}

bool evidence_owes(const struct evidence *evidence, const struct blob *blob, enum scope scope)
{
	if (scope == SCOPE_PERCPU)
		return blob->of == blob;
	if (blob->of == evidence->vmlinux && !evidence->input->mode_unknown)
		return blob == evidence_global_blob(evidence);
	return evidence_has_datasec(evidence, blob, scope);
}

bool evidence_is_for_one_cpu(const struct evidence *evidence)
{
	const struct blob *vmlinux = evidence->vmlinux;

	return evidence_has_no_area_table(evidence) && !(vmlinux->percpu && vmlinux->percpu->size);
}

bool evidence_has_no_area_table(const struct evidence *evidence)
{
	const struct elf_image *elf = evidence->vmlinux->elf;

	return elf && elf->nr_symbols && !has_data_symbol(elf, SYM_PERCPU_OFFSET);
}
