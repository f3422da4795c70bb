// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors: INI files of each kind.
 *
 * Input: a byte whose value modulo their number is the kind, then the file's text.
 */
#include <stdlib.h>
#include <string.h>

#include "config/arch.h"
#include "config/known.h"
#include "config/matrix.h"
#include "config/toolchain.h"
#include "config/values.h"
#include "core/mem.h"
#include "fuzz.h"

/* Each loads and frees. What it takes must have what the structs promise. */
static struct error *take_arch(const char *path)
{
	_cleanup_(arch_cleanup) struct arch *arch = NULL;
	struct error *err = arch_load(path, &arch);

	if (!err)
		fuzz_demand(arch->name && arch->kernel_arch && arch->qemu_binary &&
				    (arch->elf_bits == 32 || arch->elf_bits == 64) &&
				    arch->packages,
			    "an architecture has all its parts");
	return err;
}

static struct error *take_toolchain(const char *path)
{
	_cleanup_(toolchain_cleanup) struct toolchain *toolchain = NULL;
	struct error *err = toolchain_load(path, &toolchain);

	if (!err)
		fuzz_demand(toolchain->name && toolchain->cc && toolchain->ld,
			    "a toolchain has a compiler and a linker");
	return err;
}

static struct error *take_matrix(const char *path)
{
	_cleanup_(matrix_cleanup) struct matrix *matrix = NULL;
	struct error *err = matrix_load(path, &matrix);

	if (!err)
		fuzz_demand(*matrix->arches && *matrix->toolchains && *matrix->kernels &&
				    *matrix->modes,
			    "no list of a matrix is empty");
	return err;
}

static struct error *take_known(const char *path)
{
	_cleanup_(known_cleanup) struct known *known = NULL;
	struct error *err = known_load(path, &known);

	if (err)
		return err;
	vec_for_each(entry, &known->entries)
		fuzz_demand(*entry->checks && *entry->variables && entry->doc && entry->pahole,
			    "a known finding has all its parts");
	return NULL;
}

static struct error *take_values(const char *path)
{
	_cleanup_(values_cleanup) struct values *values = NULL;
	_cleanup_strbuf_ struct strbuf list = STRBUF_INIT;
	struct error *err = values_load(path, &values);

	if (err)
		return err;
	values_write_list(values, &list);
	vec_for_each(entry, &values->entries)
		fuzz_demand(*entry->path && *entry->equals, "a value has all its parts");
	return NULL;
}

static struct error *(*const kinds[])(const char *path) = {
	take_arch, take_toolchain, take_matrix, take_known, take_values,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	struct fuzz_input in = { data, size };
	uint8_t kind = fuzz_byte(&in) % ARRAY_SIZE(kinds);
	struct error *err;

	fuzz_file_set(&file, in.data, in.len);
	err = kinds[kind](file.path);
	if (err)
		fuzz_demand(err->kind == ERROR_INPUT && strstr(err->message, file.path),
			    "an error names the file");
	fuzz_ignore(err);
	return 0;
}
