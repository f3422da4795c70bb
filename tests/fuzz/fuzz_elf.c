// SPDX-License-Identifier: GPL-2.0-only
/*
 * ELF files with .BTF: read, verified by every check that needs files alone, laid out, compared with
 * themselves, repaired.
 *
 * Input: a byte of how (below); vmlinux as a part (fuzz.h); a second file, the extra module unless the byte says
 * otherwise.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_repair.h"
#include "fuzz.h"
#include "layout/image_diff.h"
#include "layout/section_layout.h"
#include "verify/print.h"
#include "verify/verify.h"

enum {
	CACHE_LINE = 64,

	/* the byte: the mode, where 3 is none said */
	HOW_MODE = 3,
	/* no architecture is said */
	HOW_NO_ARCH = 1 << 2,
	/* the second file is a module of its own, or vmlinux's debug file */
	HOW_MODULE = 1 << 3,
	HOW_DEBUG = 1 << 4,
};

/* What the file says of itself, so that the checks are about the rest. */
static struct arch arch_of(const struct fuzz_input *file)
{
	bool big_endian = file->len > EI_DATA && file->data[EI_DATA] == ELFDATA2MSB;
	const uint8_t *machine = file->len > 19 ? file->data + 18 : (const uint8_t *)"\0";

	return (struct arch){
		.name = "fuzz",
		.elf_bits = file->len > EI_CLASS && file->data[EI_CLASS] == ELFCLASS32 ? 32 : 64,
		.elf_big_endian = big_endian,
		.elf_machine =
			(unsigned int)machine[big_endian] | (unsigned int)machine[!big_endian] << 8,
		.percpu_section = true,
	};
}

static void verify(const struct verify_input *input)
{
	_cleanup_(verify_result_release) struct verify_result result = { 0 };
	struct error *err = verify_cell(input, &result);

	fuzz_demand(!err, "a malformed image is a finding");
	vec_for_each(finding, &result.findings)
		fuzz_demand(*finding->image && *finding->expected && *finding->actual,
			    "a finding says what it is about");
	json_decref(verify_to_json(&result));
}

static void lay_out(const struct image_vars *vars)
{
	struct section_layout layout = { 0 };
	size_t looked_at = 0;

	vec_for_each(datasec, &vars->datasecs) {
		if (looked_at++ == 4)
			break;
		fuzz_ignore(section_layout_make(vars, datasec->name, CACHE_LINE, NULL, &layout));
		json_decref(section_layout_to_json(&layout));
		section_layout_release(&layout);
		layout = (struct section_layout){ 0 };
	}
}

static void compare(const struct image_vars *vars)
{
	_cleanup_(image_diff_release) struct image_diff diff = { 0 };

	image_diff_make(vars, vars, &diff);
	fuzz_demand(image_diff_is_empty(&diff), "an image does not differ from itself");
	json_decref(image_diff_to_json(&diff));
}

static void repair(const struct image_vars *vars)
{
	_cleanup_(btf_repairs_release) struct btf_repairs repairs = { 0 };
	_cleanup_(btf_image_cleanup) struct btf_image *repaired = NULL;
	_cleanup_free_ uint8_t *blob = NULL;
	size_t len;
	struct error *err = btf_repair(vars->btf, vars->elf, &repairs, &blob, &len);

	if (err)
		fuzz_ignore(err);
	else if (blob)
		fuzz_demand(!btf_image_parse("repaired", blob, len, NULL, &repaired),
			    "a repaired blob can be read");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file vmlinux_file, module_file;
	struct fuzz_input in = { data, size };
	uint8_t how = fuzz_byte(&in);
	struct fuzz_input vmlinux = fuzz_part(&in);
	_cleanup_(image_vars_cleanup) struct image_vars *vars = NULL;
	struct arch arch = arch_of(&vmlinux);
	const char *second = module_file.path;

	fuzz_file_set(&vmlinux_file, vmlinux.data, vmlinux.len);
	fuzz_file_set(&module_file, in.data, in.len);

	bool is_extra = in.len && !(how & (HOW_MODULE | HOW_DEBUG));
	struct verify_input input = {
		.arch = how & HOW_NO_ARCH ? NULL : &arch,
		.mode_unknown = (how & HOW_MODE) >= BTF_MODE_COUNT,
		.mode = (enum btf_mode)((how & HOW_MODE) % BTF_MODE_COUNT),
		.kernel = "6.12",
		.vmlinux = vmlinux_file.path,
		.extra_module = is_extra ? second : NULL,
		.modules = &second,
		.nr_modules = in.len && how & HOW_MODULE,
		.debug_file = in.len && how & HOW_DEBUG ? second : NULL,
		.no_programs = true,
	};
	struct error *err;

	verify(&input);
	err = image_vars_open(input.vmlinux, input.extra_module, &vars);
	if (err) {
		fuzz_ignore(err);
		return 0;
	}
	lay_out(vars);
	compare(vars);
	repair(vars);
	return 0;
}
