// SPDX-License-Identifier: GPL-2.0-only
/* verify_cell() on kernels of which little is known: modules, raw BTF, stripped files, one CPU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "core/fileio.h"
#include "elf_build.h"
#include "scratch.h"
#include "verify/blob.h"
#include "verify/checks.h"
#include "verify/select.h"
#include "verify/verify.h"

enum {
	PERCPU_ADDR = 0x1000,
	DATA_ADDR = 0x2000,
	SECTION_LEN = 64,
};

/* What a made-up image has, and how its BTF errs. */
struct recipe {
	bool percpu, global;
	/* added to each offset in BTF */
	uint32_t error;
	bool no_symbols, no_btf;
	const char *build_id;
};

struct kernel {
	char *dir;
	/* BTF of the vmlinux made last, which split BTF is split from */
	struct btf_image *base;
	struct verify_input input;
	struct verify_result result;
};

static uint8_t *make_btf(const struct recipe *recipe, const struct btf_image *base,
			 const char *prefix, size_t *len)
{
	_cleanup_free_ char *percpu = xasprintf("%spercpu", prefix);
	_cleanup_free_ char *global = xasprintf("%sglobal", prefix);
	struct btf_secinfo info = { 0, 8 + recipe->error, 4 };
	uint32_t type = 1;
	struct btf_build b;

	btf_build_init(&b, false, base);
	if (!base)
		type = btf_build_add_int(&b, "int", 4);
	if (recipe->percpu) {
		info.type = btf_build_add_var(&b, percpu, type, BTF_VAR_GLOBAL_ALLOCATED);
		btf_build_add_datasec(&b, PERCPU_SECTION, SECTION_LEN, &info, 1);
	}
	if (recipe->global) {
		info.type = btf_build_add_var(&b, global, type, BTF_VAR_GLOBAL_ALLOCATED);
		btf_build_add_datasec(&b, ".data", SECTION_LEN, &info, 1);
	}
	return btf_build_finish(&b, len);
}

static void add_build_id(struct elf_build *b, const char *id)
{
	uint8_t note[20] = { 4, 0, 0, 0, 4, 0, 0, 0, NT_GNU_BUILD_ID, 0, 0, 0, 'G', 'N', 'U', 0 };

	memcpy(note + 16, id, 4);
	elf_build_add_section(b, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, 0x8000, note,
			      sizeof(note));
}

/* An ELF file with variables of its own: symbols in both sections, and the BTF given. */
static char *make_elf(const char *dir, const char *name, uint16_t type, const char *prefix,
		      const struct recipe *recipe, const uint8_t *btf, size_t btf_len)
{
	_cleanup_free_ char *percpu_name = xasprintf("%spercpu", prefix);
	_cleanup_free_ char *global_name = xasprintf("%sglobal", prefix);
	uint64_t percpu_addr = type == ET_REL ? 0 : PERCPU_ADDR;
	uint64_t data_addr = type == ET_REL ? 0 : DATA_ADDR;
	uint64_t flags = SHF_ALLOC | SHF_WRITE;
	_cleanup_free_ uint8_t *bytes = NULL;
	uint32_t percpu = 0, data;
	struct elf_build b;
	size_t len;

	elf_build_init(&b, 64, false, type);
	b.machine = EM_X86_64;
	if (recipe->percpu)
		percpu = elf_build_add_section(&b, PERCPU_SECTION, SHT_PROGBITS, flags, percpu_addr,
					       NULL, SECTION_LEN);
	data = elf_build_add_section(&b, ".data", SHT_PROGBITS, flags, data_addr, NULL,
				     SECTION_LEN);
	b.sections.data[data].align = 8;
	if (percpu)
		b.sections.data[percpu].align = 8;
	if (percpu && !recipe->no_symbols)
		elf_build_add_symbol(&b, percpu_name, STB_GLOBAL, STT_OBJECT, percpu,
				     percpu_addr + 8, 4);
	if (!recipe->no_symbols)
		elf_build_add_symbol(&b, global_name, STB_GLOBAL, STT_OBJECT, data, data_addr + 8,
				     4);
	if (recipe->build_id)
		add_build_id(&b, recipe->build_id);
	if (!recipe->no_btf)
		elf_build_add_section(&b, BTF_SECTION, SHT_PROGBITS, SHF_ALLOC, 0x3000, btf,
				      btf_len);
	bytes = elf_build_finish(&b, &len);
	return scratch_bytes(dir, name, bytes, len);
}

static char *make_vmlinux(struct kernel *kernel, const struct recipe *recipe)
{
	_cleanup_free_ uint8_t *btf = NULL;
	size_t len;

	btf = make_btf(recipe, NULL, "", &len);
	btf_image_free(kernel->base);
	expect_ok(btf_image_parse("base", btf, len, NULL, &kernel->base));
	return make_elf(kernel->dir, "vmlinux", ET_EXEC, "", recipe, btf, len);
}

/* BTF whose VARs are called @prefix and so on, in a module whose own symbols begin with "mod_". */
static char *make_module(struct kernel *kernel, const char *name, const char *prefix,
			 const struct recipe *recipe)
{
	_cleanup_free_ uint8_t *btf = NULL;
	size_t len;

	btf = make_btf(recipe, kernel->base, prefix, &len);
	return make_elf(kernel->dir, name, ET_REL, "mod_", recipe, btf, len);
}

static char *make_raw(struct kernel *kernel, const char *name, const char *prefix, bool split,
		      const struct recipe *recipe)
{
	_cleanup_free_ uint8_t *btf = NULL;
	size_t len;

	btf = make_btf(recipe, split ? kernel->base : NULL, prefix, &len);
	if (!split) {
		btf_image_free(kernel->base);
		expect_ok(btf_image_parse("base", btf, len, NULL, &kernel->base));
	}
	return scratch_bytes(kernel->dir, name, btf, len);
}

static void kernel_make(struct kernel *kernel)
{
	*kernel = (struct kernel){ .dir = scratch_make(), .input.mode_unknown = true };
}

static void kernel_release(struct kernel *kernel)
{
	verify_result_release(&kernel->result);
	btf_image_free(kernel->base);
	scratch_remove(kernel->dir);
}

static const struct check_outcome *outcome_of(const struct kernel *kernel, const char *id)
{
	vec_for_each(outcome, &kernel->result.checks)
		if (str_eq(outcome->id, id))
			return outcome;
	fail_msg("no check %s", id);
	return NULL;
}

static void expect_state(const struct kernel *kernel, const char *id, enum check_state state)
{
	const struct check_outcome *outcome = outcome_of(kernel, id);

	if (outcome->state != state)
		fail_msg("%s: state %d, not %d: %s", id, outcome->state, state,
			 outcome->reason ? outcome->reason : "");
}

static void expect_skipped(const struct kernel *kernel, const char *id, const char *reason,
			   bool not_applicable)
{
	const struct check_outcome *outcome = outcome_of(kernel, id);

	expect_state(kernel, id, CHECK_SKIPPED);
	if (!strstr(outcome->reason, reason))
		fail_msg("%s: skipped for '%s', not for '%s'", id, outcome->reason, reason);
	assert_int_equal(outcome->not_applicable, not_applicable);
}

/* layout.* want a kernel's segments and symbols, which the made-up ones lack. */
static void expect_no_findings(const struct kernel *kernel)
{
	vec_for_each(finding, &kernel->result.findings)
		if (!str_starts(finding->check, "layout."))
			fail_msg("%s: %s: %s: %s, %s", finding->check, finding->image,
				 finding->variable, finding->expected, finding->actual);
}

static void expect_finding(const struct kernel *kernel, const char *check, const char *image)
{
	vec_for_each(finding, &kernel->result.findings)
		if (str_eq(finding->check, check) && str_eq(finding->image, image))
			return;
	fail_msg("no finding of %s in %s", check, image);
}

static void test_nothing_said(void **state)
{
	struct kernel kernel;

	(void)state;
	for (int globals = 0; globals < 2; globals++) {
		kernel_make(&kernel);
		_cleanup_free_ char *vmlinux = make_vmlinux(
			&kernel, &(struct recipe){ .percpu = true, .global = globals });
		kernel.input.vmlinux = vmlinux;
		expect_ok(verify_cell(&kernel.input, &kernel.result));
		expect_no_findings(&kernel);
		expect_state(&kernel, "format.elf-identity", CHECK_PASS);
		expect_state(&kernel, "percpu.offset-matches-symbol", CHECK_PASS);
		expect_skipped(&kernel, "mode.datasecs", "no mode was said", true);
		if (globals)
			expect_state(&kernel, "global.offset-matches-symbol", CHECK_PASS);
		else
			expect_skipped(&kernel, "global.offset-matches-symbol", "no variables but",
				       true);
		expect_skipped(&kernel, "percpu.none-missing", "no DWARF of vmlinux", false);
		assert_int_equal(kernel.result.images.len, 1);
		assert_int_equal(kernel.result.nr_percpu, 1);
		assert_int_equal(kernel.result.nr_global, globals);
		kernel_release(&kernel);
	}
}

static void test_one_cpu(void **state)
{
	struct kernel kernel;

	(void)state;
	kernel_make(&kernel);
	_cleanup_free_ char *vmlinux = make_vmlinux(&kernel, &(struct recipe){ .global = true });
	kernel.input.vmlinux = vmlinux;
	expect_ok(verify_cell(&kernel.input, &kernel.result));
	expect_no_findings(&kernel);
	expect_skipped(&kernel, "percpu.sorted", "no per-CPU variables", true);
	kernel_release(&kernel);
}

static void test_raw(void **state)
{
	struct kernel kernel;

	(void)state;
	kernel_make(&kernel);
	_cleanup_free_ char *raw =
		make_raw(&kernel, "raw", "", false, &(struct recipe){ .percpu = true });
	kernel.input.btf_file = raw;
	expect_ok(verify_cell(&kernel.input, &kernel.result));
	expect_no_findings(&kernel);
	expect_state(&kernel, "format.btf-parses", CHECK_PASS);
	expect_state(&kernel, "percpu.sorted", CHECK_PASS);
	expect_state(&kernel, "percpu.size-matches-type", CHECK_PASS);
	/* each check that has an ELF file for its witness, and none of them passes */
	for (size_t i = 0; i < nr_checks; i++)
		if (checks[i].needs & (NEEDS_ELF | NEEDS_SYMBOLS | NEEDS_BTF_SECTION) &&
		    checks[i].scope != SCOPE_GLOBAL)
			expect_skipped(&kernel, checks[i].id, "no ELF", false);
	expect_skipped(&kernel, "format.elf-identity", "no ELF", false);
	kernel_release(&kernel);
}

static void test_raw_split(void **state)
{
	struct kernel kernel;

	(void)state;
	kernel_make(&kernel);
	_cleanup_free_ char *base =
		make_raw(&kernel, "vmlinux.btf", "", false, &(struct recipe){ .percpu = true });
	_cleanup_free_ char *split =
		make_raw(&kernel, "some-module", "mod_", true, &(struct recipe){ .percpu = true });
	kernel.input.btf_file = split;
	kernel.input.base_file = base;
	expect_ok(verify_cell(&kernel.input, &kernel.result));
	expect_no_findings(&kernel);
	assert_int_equal(kernel.result.images.len, 2);
	assert_string_equal(kernel.result.images.data[1].name, "some_module");
	assert_int_equal(kernel.result.images.data[1].nr_percpu, 1);
	kernel_release(&kernel);
}

/* Raw BTF stands in for what vmlinux has itself. */
static void test_raw_against_vmlinux(void **state)
{
	struct kernel kernel;

	(void)state;
	kernel_make(&kernel);
	_cleanup_free_ char *vmlinux = make_vmlinux(&kernel, &(struct recipe){ .percpu = true });
	_cleanup_free_ char *raw =
		make_raw(&kernel, "raw", "", false, &(struct recipe){ .percpu = true, .error = 4 });
	kernel.input.vmlinux = vmlinux;
	kernel.input.btf_file = raw;
	expect_ok(verify_cell(&kernel.input, &kernel.result));
	expect_finding(&kernel, "percpu.offset-matches-symbol", IMAGE_VMLINUX);
	kernel_release(&kernel);
}

/* A module's variables are looked up in its own symbols, from the start of its own sections. */
static void test_module_of_its_own(void **state)
{
	struct kernel kernel;

	(void)state;
	for (uint32_t error = 0; error < 2; error++) {
		const struct recipe recipe = { .percpu = true, .global = true, .error = error * 4 };

		kernel_make(&kernel);
		_cleanup_free_ char *vmlinux =
			make_vmlinux(&kernel, &(struct recipe){ .percpu = true });
		_cleanup_free_ char *module = make_module(&kernel, "own.ko", "mod_", &recipe);
		const char *modules[] = { module };

		kernel.input.vmlinux = vmlinux;
		kernel.input.modules = modules;
		kernel.input.nr_modules = 1;
		expect_ok(verify_cell(&kernel.input, &kernel.result));
		if (error) {
			expect_finding(&kernel, "percpu.offset-matches-symbol", "own");
			expect_finding(&kernel, "global.offset-matches-symbol", "own");
		} else {
			expect_no_findings(&kernel);
			expect_state(&kernel, "global.symbol-exists", CHECK_PASS);
			assert_int_equal(kernel.result.nr_percpu, 2);
		}
		kernel_release(&kernel);
	}
}

/* A module that lists vmlinux's variables is a container, whatever it is called. */
static void test_container(void **state)
{
	struct kernel kernel;

	(void)state;
	for (uint32_t error = 0; error < 2; error++) {
		kernel_make(&kernel);
		_cleanup_free_ char *vmlinux =
			make_vmlinux(&kernel, &(struct recipe){ .percpu = true });
		_cleanup_free_ char *module =
			make_module(&kernel, "box.ko", "",
				    &(struct recipe){ .global = true, .error = error * 4 });
		const char *modules[] = { module };

		kernel.input.vmlinux = vmlinux;
		kernel.input.modules = modules;
		kernel.input.nr_modules = 1;
		expect_ok(verify_cell(&kernel.input, &kernel.result));
		if (error)
			expect_finding(&kernel, "global.offset-matches-symbol", "box");
		else
			expect_no_findings(&kernel);
		expect_state(&kernel, "global.offset-matches-symbol",
			     error ? CHECK_FAIL : CHECK_PASS);
		kernel_release(&kernel);
	}
}

/* One image has a witness and the other has not: the check runs, and says where it could not. */
static void test_witness_of_one(void **state)
{
	const struct recipe recipe = { .percpu = true };
	struct kernel kernel;
	size_t n = 0;

	(void)state;
	kernel_make(&kernel);
	_cleanup_free_ char *raw = make_raw(&kernel, "raw", "", false, &recipe);
	_cleanup_free_ char *module = make_module(&kernel, "own.ko", "mod_", &recipe);
	const char *modules[] = { module };

	kernel.input.btf_file = raw;
	kernel.input.modules = modules;
	kernel.input.nr_modules = 1;
	expect_ok(verify_cell(&kernel.input, &kernel.result));
	expect_no_findings(&kernel);
	expect_state(&kernel, "percpu.offset-matches-symbol", CHECK_PASS);
	assert_int_equal(outcome_of(&kernel, "percpu.offset-matches-symbol")->nr_items, 1);
	vec_for_each(unchecked, &kernel.result.unchecked) {
		if (!str_eq(unchecked->check, "percpu.offset-matches-symbol"))
			continue;
		n++;
		assert_string_equal(unchecked->image, IMAGE_VMLINUX);
		assert_non_null(strstr(unchecked->reason, "no ELF"));
	}
	assert_int_equal(n, 1);
	kernel_release(&kernel);
}

static void test_modules_of_another_machine(void **state)
{
	struct kernel kernel;

	(void)state;
	kernel_make(&kernel);
	_cleanup_free_ char *vmlinux = make_vmlinux(&kernel, &(struct recipe){ .percpu = true });
	_cleanup_free_ char *module =
		make_module(&kernel, "own.ko", "mod_", &(struct recipe){ .percpu = true });
	_cleanup_free_ char *bytes = NULL;
	const char *modules[] = { module };
	size_t len;

	expect_ok(file_read(module, 0, &bytes, &len));
	bytes[offsetof(Elf64_Ehdr, e_machine)] = EM_386;
	expect_ok(file_write_atomic(module, bytes, len, 0644));
	kernel.input.vmlinux = vmlinux;
	kernel.input.modules = modules;
	kernel.input.nr_modules = 1;
	expect_ok(verify_cell(&kernel.input, &kernel.result));
	expect_finding(&kernel, "format.elf-identity", "own");
	kernel_release(&kernel);
}

/* A stripped file has no witness; its debug file has symbols, and the stripped one the BTF. */
static void test_stripped(void **state)
{
	struct kernel kernel;

	(void)state;
	for (int with_debug = 0; with_debug < 2; with_debug++) {
		kernel_make(&kernel);
		_cleanup_free_ char *debug = make_elf(
			kernel.dir, "debug", ET_EXEC, "",
			&(struct recipe){ .percpu = true, .no_btf = true, .build_id = "same" },
			NULL, 0);
		_cleanup_free_ char *vmlinux = make_vmlinux(
			&kernel,
			&(struct recipe){ .percpu = true, .no_symbols = true, .build_id = "same" });

		kernel.input.vmlinux = vmlinux;
		kernel.input.debug_file = with_debug ? debug : NULL;
		expect_ok(verify_cell(&kernel.input, &kernel.result));
		expect_no_findings(&kernel);
		expect_state(&kernel, "percpu.section-exists", CHECK_PASS);
		if (with_debug)
			expect_state(&kernel, "percpu.symbol-exists", CHECK_PASS);
		else
			expect_skipped(&kernel, "percpu.symbol-exists", "stripped", false);
		kernel_release(&kernel);
	}
}

static void test_wrong_debug_file(void **state)
{
	struct kernel kernel;

	(void)state;
	kernel_make(&kernel);
	_cleanup_free_ char *debug =
		make_elf(kernel.dir, "debug", ET_EXEC, "",
			 &(struct recipe){ .no_btf = true, .build_id = "old!" }, NULL, 0);
	_cleanup_free_ char *vmlinux =
		make_vmlinux(&kernel, &(struct recipe){ .percpu = true, .build_id = "new!" });

	kernel.input.vmlinux = vmlinux;
	kernel.input.debug_file = debug;
	expect_error(verify_cell(&kernel.input, &kernel.result), "not the debug file of",
		     "6f6c6421", "6e657721", NULL);
	kernel_release(&kernel);
}

static void test_selection_is_obeyed(void **state)
{
	_cleanup_free_ bool *selected = NULL;
	struct kernel kernel;

	(void)state;
	kernel_make(&kernel);
	_cleanup_free_ char *vmlinux = make_vmlinux(&kernel, &(struct recipe){ .percpu = true });
	expect_ok(select_checks("percpu.sorted,format.btf-parses", &selected));
	kernel.input.vmlinux = vmlinux;
	kernel.input.selected = selected;
	expect_ok(verify_cell(&kernel.input, &kernel.result));
	assert_int_equal(kernel.result.checks.len, 2);
	assert_string_equal(kernel.result.checks.data[0].id, "format.btf-parses");
	assert_string_equal(kernel.result.checks.data[1].id, "percpu.sorted");
	kernel_release(&kernel);
}

static size_t count_selected(const char *list)
{
	_cleanup_free_ bool *selected = NULL;
	size_t n = 0;

	expect_ok(select_checks(list, &selected));
	for (size_t i = 0; i < nr_checks; i++)
		n += selected[i];
	return n;
}

static void test_selection(void **state)
{
	bool *selected = NULL;
	size_t nr_percpu = 0;

	(void)state;
	for (size_t i = 0; i < nr_checks; i++)
		nr_percpu += str_starts(checks[i].id, "percpu.");
	assert_int_equal(count_selected("*"), nr_checks);
	assert_int_equal(count_selected("percpu.*"), nr_percpu);
	assert_int_equal(count_selected("percpu.*,-percpu.linkage"), nr_percpu - 1);
	assert_int_equal(count_selected("-percpu.*"), nr_checks - nr_percpu);
	assert_int_equal(count_selected("-*,+percpu.*"), nr_percpu);
	assert_int_equal(count_selected("+percpu.linkage"), nr_checks);
	assert_int_equal(count_selected("*.linkage"), 2);
	expect_error(select_checks("percpu.linkagee", &selected), "percpu.linkagee",
		     "near it: percpu.linkage", NULL);
	expect_error(select_checks("linkage", &selected), "percpu.linkage", "global.linkage", NULL);
	expect_error(select_checks("-nonsense.*", &selected), "nonsense.*", "btfmatrix checks",
		     NULL);
	expect_error(select_checks("", &selected), "no check", NULL);
	expect_error(select_checks("percpu.linkage,-*", &selected), "no check", NULL);
	assert_null(selected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_said),
		cmocka_unit_test(test_one_cpu),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_raw_split),
		cmocka_unit_test(test_raw_against_vmlinux),
		cmocka_unit_test(test_module_of_its_own),
		cmocka_unit_test(test_container),
		cmocka_unit_test(test_witness_of_one),
		cmocka_unit_test(test_modules_of_another_machine),
		cmocka_unit_test(test_stripped),
		cmocka_unit_test(test_wrong_debug_file),
		cmocka_unit_test(test_selection_is_obeyed),
		cmocka_unit_test(test_selection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
