// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_cell() on a made-up vmlinux of mode m with its extra module, right, and damaged in one place: the
 * check that is about that place must find it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "btf_build.h"
#include "elf_build.h"
#include "scratch.h"
#include "verify/checks.h"
#include "verify/verify.h"

enum {
	PERCPU_ADDR = 0x1000,
	PERCPU_LEN = 64,
	DATA_ADDR = 0x2000,
	DATA_LEN = 32,
	BANNER_ADDR = 0x4000,
	MODULE_SIZE = 48,
	/* of two variables with one name */
	TWIN_AT = 8,
	OTHER_TWIN_AT = 16,
	/* ids of vmlinux's types */
	INT = 1,
	PTR,
	MODULE,
	NR_BASE_TYPES = 3,
};

/* What is wrong: each is NULL or 0 where it is as it should be. */
struct damage {
	const char *what;
	/* the check that must find it; NULL: nothing is wrong */
	const char *check;
	const char *vermagic;
	uint64_t module_size;
	/* moves __per_cpu_start, and the per-CPU pointer */
	uint64_t percpu_start_by, pointer_by;
	bool data_not_in_memory, no_module_info;
	/* in the extra module: the per-CPU DATASEC's first entry, a type once more, a VAR in two DATASECs */
	bool percpu_repeated, percpu_other_type, redundant_type, listed_twice;
	/* the type of its entries is the module's own int: a copy of vmlinux's, or one of another name */
	const char *percpu_own_int;
	/* a per-CPU variable whose symbol is in another section */
	bool of_hypervisor;
	/* the per-CPU section is at address 0, where other sections are too, as on x86-64 before Linux 6.15 */
	bool zero_based;
	/* static variables of two files with one name: where the second one's VAR says it is */
	uint32_t twin_at;
	/* a .BTF.base in which int has that many bytes */
	uint32_t distilled_int;
};

static void add_percpu(struct btf_build *b, const struct damage *damage, bool repeated)
{
	uint32_t type = repeated && damage->percpu_other_type ? PTR
			: repeated && damage->percpu_own_int
				? btf_build_add_int(b, damage->percpu_own_int, 4)
				: INT;
	struct btf_secinfo infos[] = {
		{ 0, 0, type == PTR ? 8 : 4 },
		{ 0, (uint32_t)(8 + damage->pointer_by), 8 },
		{ 0, 24, 4 },
	};

	infos[0].type = btf_build_add_var(b, "pcpu_a", type, BTF_VAR_GLOBAL_ALLOCATED);
	infos[1].type = btf_build_add_var(b, "pcpu_p", PTR, BTF_VAR_GLOBAL_ALLOCATED);
	if (damage->of_hypervisor)
		infos[2].type = btf_build_add_var(b, "hyp", INT, BTF_VAR_GLOBAL_ALLOCATED);
	btf_build_add_datasec(b, PERCPU_SECTION, PERCPU_LEN, infos, damage->of_hypervisor ? 3 : 2);
}

static struct btf_image *make_base(const struct damage *damage, bool big_endian)
{
	struct btf_build b;

	btf_build_init(&b, big_endian, NULL);
	btf_build_add_int(&b, "int", 4);
	btf_build_add_ptr(&b, 0);
	btf_build_add_struct(&b, "module", MODULE_SIZE, NULL, 0);
	add_percpu(&b, damage, false);
	return btf_build_parse(&b, "base", NULL);
}

static struct btf_image *make_distilled(uint32_t int_size, bool big_endian)
{
	struct btf_build b;

	btf_build_init(&b, big_endian, NULL);
	btf_build_add_int(&b, "int", int_size);
	return btf_build_parse(&b, "distilled", NULL);
}

static uint8_t *make_split(const struct damage *damage, const struct btf_image *base,
			   bool big_endian, size_t *len)
{
	struct btf_secinfo info = { 0, 4, 4 }, infos[] = { info, { 0, TWIN_AT, 4 }, { 0 } };
	struct btf_build b;

	btf_build_init(&b, big_endian, base);
	if (damage->redundant_type)
		btf_build_add_ptr(&b, 0);
	info.type = btf_build_add_var(&b, "global", INT, BTF_VAR_GLOBAL_ALLOCATED);
	infos[0].type = info.type;
	if (damage->twin_at) {
		infos[2] = (struct btf_secinfo){ 0, damage->twin_at, 4 };
		for (size_t i = 1; i < 3; i++)
			infos[i].type = btf_build_add_var(&b, "twin", INT, BTF_VAR_STATIC);
	}
	btf_build_add_datasec(&b, ".data", DATA_LEN, infos, damage->twin_at ? 3 : 1);
	if (damage->listed_twice) {
		info.offset = 0;
		btf_build_add_datasec(&b, ".rodata", DATA_LEN, &info, 1);
	}
	if (damage->percpu_repeated)
		add_percpu(&b, damage, true);
	return btf_build_finish(&b, len);
}

static char *make_vmlinux(const char *dir, const struct damage *damage,
			  const struct btf_image *base)
{
	static const char banner[] = "Linux version 6.12.1-test (somebody)\n";
	uint64_t data_flags = damage->data_not_in_memory ? 0 : SHF_ALLOC | SHF_WRITE;
	uint64_t percpu_addr = damage->zero_based ? 0 : PERCPU_ADDR;
	uint64_t hyp_addr = damage->zero_based ? 0 : 0x1800;
	uint64_t start = percpu_addr + damage->percpu_start_by;
	_cleanup_free_ uint8_t *bytes = NULL;
	uint32_t percpu, hyp, data, rodata;
	struct elf_build b;
	size_t len;

	elf_build_init(&b, 64, base->big_endian, ET_EXEC);
	percpu = elf_build_add_section(&b, PERCPU_SECTION, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
				       percpu_addr, NULL, PERCPU_LEN);
	hyp = elf_build_add_section(&b, ".hyp.data..percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
				    hyp_addr, NULL, PERCPU_LEN);
	data = elf_build_add_section(&b, ".data", SHT_PROGBITS, data_flags, DATA_ADDR, NULL,
				     DATA_LEN);
	rodata = elf_build_add_section(&b, ".rodata", SHT_PROGBITS, SHF_ALLOC, BANNER_ADDR, banner,
				       sizeof(banner));
	elf_build_add_section(&b, BTF_SECTION, SHT_PROGBITS, SHF_ALLOC, 0x3000, base->data,
			      base->len);
	elf_build_add_symbol(&b, "pcpu_a", STB_GLOBAL, STT_OBJECT, percpu, percpu_addr, 4);
	elf_build_add_symbol(&b, "pcpu_p", STB_GLOBAL, STT_OBJECT, percpu,
			     percpu_addr + 8 + damage->pointer_by, 8);
	elf_build_add_symbol(&b, "hyp", STB_GLOBAL, STT_OBJECT, hyp, hyp_addr + 24, 4);
	elf_build_add_symbol(&b, "twin", STB_LOCAL, STT_OBJECT, data, DATA_ADDR + TWIN_AT, 4);
	elf_build_add_symbol(&b, "twin", STB_LOCAL, STT_OBJECT, data, DATA_ADDR + OTHER_TWIN_AT, 4);
	elf_build_add_symbol(&b, "global", STB_GLOBAL, STT_OBJECT, data, DATA_ADDR + 4, 4);
	elf_build_add_symbol(&b, "linux_banner", STB_GLOBAL, STT_OBJECT, rodata, BANNER_ADDR,
			     sizeof(banner));
	elf_build_add_symbol(&b, SYM_PERCPU_START, STB_GLOBAL, STT_NOTYPE, percpu, start, 0);
	elf_build_add_symbol(&b, SYM_PERCPU_END, STB_GLOBAL, STT_NOTYPE, percpu,
			     percpu_addr + PERCPU_LEN, 0);
	bytes = elf_build_finish(&b, &len);
	return scratch_bytes(dir, "vmlinux", bytes, len);
}

static char *make_module(const char *dir, const struct damage *damage, const struct btf_image *base)
{
	bool big_endian = base->big_endian;
	struct btf_image *distilled =
		damage->distilled_int ? make_distilled(damage->distilled_int, big_endian) : NULL;
	_cleanup_free_ char *info = NULL;
	_cleanup_free_ uint8_t *bytes = NULL, *btf = NULL;
	struct elf_build b;
	size_t len;

	/* a NUL ends each line of .modinfo */
	info = xasprintf("license=GPL%cvermagic=%s SMP mod_unload %c", 0,
			 damage->vermagic ? damage->vermagic : "6.12.1-test", 0);
	len = strlen("license=GPL") + 1;
	len += strlen(info + len) + 1;
	elf_build_init(&b, 64, big_endian, ET_REL);
	if (!damage->no_module_info) {
		elf_build_add_section(&b, ".modinfo", SHT_PROGBITS, SHF_ALLOC, 0, info, len);
		elf_build_add_section(&b, ".gnu.linkonce.this_module", SHT_PROGBITS,
				      SHF_ALLOC | SHF_WRITE, 0, NULL,
				      damage->module_size ? damage->module_size : MODULE_SIZE);
	}
	btf = make_split(damage, distilled ? distilled : base, big_endian, &len);
	elf_build_add_section(&b, BTF_SECTION, SHT_PROGBITS, SHF_ALLOC, 0, btf, len);
	if (distilled)
		elf_build_add_section(&b, BTF_BASE_SECTION, SHT_PROGBITS, SHF_ALLOC, 0,
				      distilled->data, distilled->len);
	bytes = elf_build_finish(&b, &len);
	btf_image_free(distilled);
	return scratch_bytes(dir, IMAGE_EXTRA ".ko", bytes, len);
}

/* Mode m of @damage's images; @input has whatever else is known. */
static void verify_input_with(const struct damage *damage, bool big_endian,
			      struct verify_input *input, struct verify_result *result)
{
	char *dir = scratch_make();
	struct btf_image *base = make_base(damage, big_endian);
	_cleanup_free_ char *vmlinux = make_vmlinux(dir, damage, base);
	_cleanup_free_ char *module = make_module(dir, damage, base);

	input->mode = BTF_MODE_M;
	input->vmlinux = vmlinux;
	input->extra_module = module;
	expect_ok(verify_cell(input, result));
	btf_image_free(base);
	scratch_remove(dir);
}

static void verify_beside(const struct damage *damage, bool big_endian,
			  const struct verify_sibling *siblings, size_t nr_siblings,
			  struct verify_result *result)
{
	struct verify_input input = { .siblings = siblings, .nr_siblings = nr_siblings };

	verify_input_with(damage, big_endian, &input, result);
}

static void verify(const struct damage *damage, bool big_endian, struct verify_result *result)
{
	verify_beside(damage, big_endian, NULL, 0, result);
}

static const struct check_outcome *outcome_of(const struct verify_result *result, const char *id)
{
	vec_for_each(outcome, &result->checks)
		if (str_eq(outcome->id, id))
			return outcome;
	fail_msg("no check %s", id);
	return NULL;
}

/* The checks that this file is about. */
static const char *const subjects[] = {
	"format.btf-is-well-formed", "format.var-in-datasec",        "format.split-fits-base",
	"format.module-of-kernel",   "layout.percpu-bounds-symbols", "mode.extra-redundancy",
	"percpu.section-in-memory",  "global.section-in-memory",     "percpu.alignment",
	"global.alignment",          "percpu.symbol-exists",
};

static const struct damage damages[] = {
	{ .what = "nothing" },
	{ .what = "the per-CPU DATASEC in both", .percpu_repeated = true },
	{ .what = "a distilled base", .distilled_int = 4 },
	{ .what = "a per-CPU section at address 0", .zero_based = true },
	{ .what = "static variables of one name", .twin_at = OTHER_TWIN_AT },
	{ .what = "static variables of one name at one place",
	  .twin_at = TWIN_AT,
	  .check = "global.unique" },
	{ .what = "a static variable where none of its name is",
	  .twin_at = 12,
	  .check = "global.offset-matches-symbol" },
	{ .what = "a variable of another section at address 0 in .data..percpu",
	  .zero_based = true,
	  .of_hypervisor = true,
	  .check = "percpu.symbol-exists" },
	{ .what = "a module of another release",
	  .vermagic = "6.12.2-test",
	  .check = "format.module-of-kernel" },
	{ .what = "a module of a longer release",
	  .vermagic = "6.12.1-test2",
	  .check = "format.module-of-kernel" },
	{ .what = "a module with another struct module",
	  .module_size = MODULE_SIZE + 8,
	  .check = "format.module-of-kernel" },
	{ .what = "__per_cpu_start beside the section",
	  .percpu_start_by = 8,
	  .check = "layout.percpu-bounds-symbols" },
	{ .what = "a pointer between two addresses", .pointer_by = 4, .check = "percpu.alignment" },
	{ .what = "a section that is not in memory",
	  .data_not_in_memory = true,
	  .check = "global.section-in-memory" },
	{ .what = "a per-CPU variable of another type in the module",
	  .percpu_repeated = true,
	  .percpu_other_type = true,
	  .check = "mode.extra-percpu" },
	{ .what = "a type that vmlinux has",
	  .redundant_type = true,
	  .check = "mode.extra-redundancy" },
	{ .what = "a VAR in two DATASECs", .listed_twice = true, .check = "format.var-in-datasec" },
	{ .what = "a variable of .hyp.data..percpu in .data..percpu",
	  .of_hypervisor = true,
	  .check = "percpu.symbol-exists" },
	{ .what = "a distilled base of another kernel",
	  .distilled_int = 2,
	  .check = "format.distilled-base" },
};

static void expect_subjects_pass(const struct damage *damage, const struct verify_result *result)
{
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		const struct check_outcome *outcome = outcome_of(result, subjects[i]);

		if (outcome->state == CHECK_PASS)
			continue;
		vec_for_each(finding, &result->findings)
			print_error("%s: %s: %s, not %s\n", finding->check, finding->variable,
				    finding->actual, finding->expected);
		fail_msg("%s: %s: %s", damage->what, subjects[i],
			 outcome->reason ? outcome->reason : "findings");
	}
}

static void test_damages(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(damages); i++) {
		const struct damage *damage = &damages[i / 2];
		struct verify_result result = { 0 };

		verify(damage, i % 2, &result);
		if (!damage->check)
			expect_subjects_pass(damage, &result);
		else if (outcome_of(&result, damage->check)->state != CHECK_FAIL)
			fail_msg("%s: %s did not find it", damage->what, damage->check);
		verify_result_release(&result);
	}
}

/* A type of the module's own is known for a copy where it is the same as that of vmlinux's VAR, and only there. */
static void test_copied_percpu_type(void **state)
{
	static const struct {
		struct damage damage;
		const char *cause;
	} cases[] = {
		{ { .percpu_repeated = true, .percpu_own_int = "int" }, "copied" },
		{ { .percpu_repeated = true, .percpu_own_int = "other" }, NULL },
		{ { .percpu_repeated = true, .percpu_other_type = true }, NULL },
		{ { .percpu_repeated = true, .percpu_other_type = true, .redundant_type = true },
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		const char *cause = cases[i / 2].cause;
		struct verify_result result = { 0 };
		size_t n = 0;

		verify(&cases[i / 2].damage, i % 2, &result);
		vec_for_each(finding, &result.findings) {
			if (!str_eq(finding->check, "mode.extra-percpu"))
				continue;
			assert_string_equal(finding->variable, "pcpu_a");
			assert_string_equal(finding->cause ?: "none", cause ?: "none");
			n++;
		}
		assert_int_equal(n, 1);
		verify_result_release(&result);
	}
}

/* What there is nothing to say of is no pass. */
static void test_not_applicable(void **state)
{
	static const char *const ids[] = { "format.module-of-kernel", "format.distilled-base",
					   "mode.extra-percpu" };
	const struct damage damage = { .no_module_info = true };
	struct verify_result result = { 0 };

	(void)state;
	verify(&damage, true, &result);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct check_outcome *outcome = outcome_of(&result, ids[i]);

		assert_int_equal(outcome->state, CHECK_SKIPPED);
		assert_true(outcome->not_applicable);
		assert_non_null(outcome->reason);
	}
	verify_result_release(&result);
}

/* A kernel of mode n without per-CPU variables. @smp: it has the table of the CPUs' areas. */
static void verify_without_percpu(bool smp, bool big_endian, struct verify_result *result)
{
	const struct arch arch = {
		.name = (char *)"test",
		.elf_bits = 64,
		.elf_machine = EM_S390,
		.elf_big_endian = big_endian,
		.percpu_section = true,
	};
	char *dir = scratch_make();
	_cleanup_free_ uint8_t *bytes = NULL, *btf = NULL;
	struct btf_build types;
	struct elf_build b;
	uint32_t bss;
	size_t len;

	btf_build_init(&types, big_endian, NULL);
	btf_build_add_int(&types, "int", 4);
	btf = btf_build_finish(&types, &len);
	elf_build_init(&b, 64, big_endian, ET_EXEC);
	b.machine = EM_S390;
	bss = elf_build_add_section(&b, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x5000, NULL,
				    64);
	elf_build_add_symbol(&b, smp ? SYM_PERCPU_OFFSET : "other", STB_GLOBAL, STT_OBJECT, bss,
			     0x5000, 64);
	elf_build_add_section(&b, BTF_SECTION, SHT_PROGBITS, SHF_ALLOC, 0x3000, btf, len);
	bytes = elf_build_finish(&b, &len);

	_cleanup_free_ char *path = scratch_bytes(dir, "vmlinux", bytes, len);
	const struct verify_input input = {
		.arch = &arch,
		.mode = BTF_MODE_N,
		.vmlinux = path,
		.no_programs = true,
	};

	expect_ok(verify_cell(&input, result));
	scratch_remove(dir);
}

static void test_one_cpu(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool smp = i / 2;
		struct verify_result result = { 0 };
		const struct check_outcome *sorted;

		verify_without_percpu(smp, i % 2, &result);
		sorted = outcome_of(&result, "percpu.sorted");
		assert_int_equal(outcome_of(&result, "mode.datasecs")->state,
				 smp ? CHECK_FAIL : CHECK_PASS);
		assert_int_equal(sorted->state == CHECK_SKIPPED, !smp);
		if (!smp)
			assert_true(sorted->not_applicable);
		verify_result_release(&result);
	}
}

/* What is there or not, and what is known of the kernel, and what mode.datasecs says. */
static const struct {
	const char *what;
	struct damage damage;
	enum expect_fact smp, encoder;
	const char *pahole;
	/* "image variable" of the finding about the per-CPU DATASECs; NULL: none */
	const char *finding;
	/* words of what is expected there, or of the reason of an absence in the module */
	const char *says;
} presences[] = {
	{ "pahole repeats the DATASEC",
	  { .percpu_repeated = true },
	  FACT_YES,
	  FACT_NO,
	  "1.30",
	  NULL,
	  NULL },
	{ "pahole does not",
	  { 0 },
	  FACT_YES,
	  FACT_NO,
	  "1.30",
	  "vmlinux_btf_extra .data..percpu",
	  "writes the per-CPU DATASEC into split BTF once more" },
	{ "btfmatrix does not repeat it",
	  { 0 },
	  FACT_YES,
	  FACT_YES,
	  "1.24",
	  NULL,
	  "btfmatrix leaves to vmlinux's BTF" },
	{ "btfmatrix does",
	  { .percpu_repeated = true },
	  FACT_YES,
	  FACT_YES,
	  "1.24",
	  "vmlinux_btf_extra .data..percpu",
	  "no per-CPU DATASEC in mode m: btfmatrix leaves" },
	{ "a kernel for one CPU has one",
	  { 0 },
	  FACT_NO,
	  FACT_NO,
	  "1.30",
	  "vmlinux .data..percpu",
	  "CONFIG_SMP=n" },
	{ "pahole was told to skip it, and did not",
	  { 0 },
	  FACT_YES,
	  FACT_YES,
	  "1.20",
	  "vmlinux .data..percpu",
	  "--skip_encoding_btf_vars" },
	{ "nobody said who encoded it", { 0 }, FACT_YES, FACT_UNKNOWN, NULL, NULL, NULL },
};

static const struct finding *percpu_finding(const struct verify_result *result)
{
	vec_for_each(finding, &result->findings)
		if (str_eq(finding->check, "mode.datasecs") &&
		    str_eq(finding->variable, PERCPU_SECTION))
			return finding;
	return NULL;
}

static void assert_absence_is_told(const struct verify_result *result, const char *reason)
{
	vec_for_each(met, &result->met)
		if (!met->present && strstr(met->reason, reason)) {
			assert_string_equal(met->image, IMAGE_EXTRA);
			return;
		}
	fail_msg("no absence because '%s'", reason);
}

static void test_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(presences); i++) {
		struct verify_input input = {
			.smp = presences[i].smp,
			.pahole = { .version = presences[i].pahole,
				    .encoder = presences[i].encoder },
		};
		struct verify_result result = { 0 };
		const struct finding *finding;

		verify_input_with(&presences[i].damage, false, &input, &result);
		finding = percpu_finding(&result);
		if (!!finding != !!presences[i].finding)
			fail_msg("%s: %s", presences[i].what, finding ? "found" : "not found");
		if (finding) {
			_cleanup_free_ char *where =
				xasprintf("%s %s", finding->image, finding->variable);

			assert_string_equal(where, presences[i].finding);
			assert_non_null(strstr(finding->expected, presences[i].says));
		} else if (presences[i].says) {
			assert_absence_is_told(&result, presences[i].says);
		}
		verify_result_release(&result);
	}
}

/* A section that has objects, and no DATASEC of its name. */
static void test_expected_names(void **state)
{
	const struct damage right = { 0 };
	struct verify_result result = { 0 };
	size_t n = 0;

	(void)state;
	verify(&right, false, &result);
	vec_for_each(finding, &result.findings) {
		if (!str_eq(finding->check, "mode.datasecs"))
			continue;
		n++;
		/* .bss and .init.data are not in this image */
		assert_string_equal(finding->variable, ".rodata");
		assert_string_equal(finding->actual, "no DATASEC '.rodata'");
	}
	assert_int_equal(n, 1);
	verify_result_release(&result);
}

/* Lets @script, or with NULL no program at all, stand for bpftool. */
static void verify_with(const char *script, struct verify_result *result)
{
	const struct damage damage = { 0 };
	char *dir = scratch_make();
	_cleanup_free_ char *path = scratch_file(dir, "bpftool", script ? script : "");

	assert_int_equal(chmod(path, script ? 0755 : 0644), 0);
	assert_int_equal(setenv("BTFMATRIX_BPFTOOL", script ? path : "/nonexistent/bpftool", 1), 0);
	verify(&damage, false, result);
	assert_int_equal(unsetenv("BTFMATRIX_BPFTOOL"), 0);
	scratch_remove(dir);
}

/* A bpftool that is right of a small BTF, as which it is tried, and then does what is written behind. */
#define SOUND "#!/bin/sh\n[ $(wc -c <\"$4\") -lt 60 ] && echo \"[1] INT 'int' size=4\" && exit\n"

static const struct {
	const char *what, *script;
	enum check_state state;
	/* in a finding, or in the reason */
	const char *says;
} tools[] = {
	{ "fewer variables", SOUND "printf \"[1] INT 'int'\\n[2] VAR 'x'\\n\\ttype_id=1\\n\"\n",
	  CHECK_FAIL, "1 VARs and we find 2" },
	{ "refusal", SOUND "echo 'Error: no' >&2\nexit 255\n", CHECK_FAIL,
	  "refuses it: Error: no" },
	{ "a signal", SOUND "kill -SEGV $$\n", CHECK_FAIL, "signal 11" },
	{ "out of order", "#!/bin/sh\necho 'it is broken' >&2\nexit 3\n", CHECK_SKIPPED,
	  "bpftool is out of order: of a BTF that is right it says: it is broken" },
	{ "nothing", "#!/bin/sh\nexit 0\n", CHECK_SKIPPED, "of a BTF with one type it dumps 0" },
	{ "no program", NULL, CHECK_SKIPPED, "package bpftool" },
};

static bool finding_says(const struct verify_result *result, const char *check, const char *text)
{
	vec_for_each(finding, &result->findings)
		if (str_eq(finding->check, check) && strstr(finding->actual, text))
			return true;
	return false;
}

static void test_bpftool(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		struct verify_result result = { 0 };
		const struct check_outcome *outcome;

		verify_with(tools[i].script, &result);
		outcome = outcome_of(&result, "tools.bpftool");
		if (outcome->state != tools[i].state)
			fail_msg("%s: state %d", tools[i].what, outcome->state);
		if (!(outcome->reason && strstr(outcome->reason, tools[i].says)) &&
		    !finding_says(&result, "tools.bpftool", tools[i].says))
			fail_msg("%s: nothing says '%s'", tools[i].what, tools[i].says);
		verify_result_release(&result);
	}
}

/* Mode m beside a mode that was built before it, from @theirs; what becomes of the two checks of families. */
static void verify_family(const struct damage *theirs, enum btf_mode mode, bool big_endian,
			  enum check_state *percpu_ret, enum check_state *base_ret)
{
	const struct damage right = { 0 };
	struct verify_result result = { 0 };
	char *dir = scratch_make();
	struct btf_image *base = make_base(theirs, big_endian);
	_cleanup_free_ char *path = make_vmlinux(dir, theirs, base);
	const struct verify_sibling sibling = { mode, path };

	verify_beside(&right, big_endian, &sibling, 1, &result);
	*percpu_ret = outcome_of(&result, "mode.family-percpu")->state;
	*base_ret = outcome_of(&result, "mode.family-base")->state;
	verify_result_release(&result);
	btf_image_free(base);
	scratch_remove(dir);
}

static void test_family(void **state)
{
	const struct damage right = { 0 }, moved = { .pointer_by = 8 },
			    more = { .of_hypervisor = true };
	enum check_state percpu, base;

	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		verify_family(&right, BTF_MODE_N, big_endian, &percpu, &base);
		assert_int_equal(percpu, CHECK_PASS);
		assert_int_equal(base, CHECK_PASS);
		verify_family(&moved, BTF_MODE_N, big_endian, &percpu, &base);
		assert_int_equal(percpu, CHECK_FAIL);
		assert_int_equal(base, CHECK_FAIL);
		verify_family(&more, BTF_MODE_N, big_endian, &percpu, &base);
		assert_int_equal(percpu, CHECK_FAIL);
		/* in mode y vmlinux's BTF has more, and nothing is said of that */
		verify_family(&moved, BTF_MODE_Y, big_endian, &percpu, &base);
		assert_int_equal(percpu, CHECK_FAIL);
		assert_int_equal(base, CHECK_SKIPPED);
		/* its own mode, built before, is no other one */
		verify_family(&moved, BTF_MODE_M, big_endian, &percpu, &base);
		assert_int_equal(percpu, CHECK_SKIPPED);
	}
}

static void test_family_unreadable(void **state)
{
	const struct verify_sibling sibling = { BTF_MODE_N, "/dev/null" };
	const struct damage right = { 0 };
	struct verify_result result = { 0 };
	const struct check_outcome *outcome;

	(void)state;
	verify_beside(&right, true, &sibling, 1, &result);
	outcome = outcome_of(&result, "mode.family-percpu");
	assert_int_equal(outcome->state, CHECK_SKIPPED);
	assert_false(outcome->not_applicable);
	assert_non_null(strstr(outcome->reason, "mode n"));
	verify_result_release(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damages),           cmocka_unit_test(test_copied_percpu_type),
		cmocka_unit_test(test_not_applicable),    cmocka_unit_test(test_one_cpu),
		cmocka_unit_test(test_bpftool),           cmocka_unit_test(test_family),
		cmocka_unit_test(test_family_unreadable), cmocka_unit_test(test_expected),
		cmocka_unit_test(test_expected_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
