// SPDX-License-Identifier: GPL-2.0-only
/* verify_cell() on a made-up image and what a made-up kernel said of it, right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "core/fileio.h"
#include "elf_build.h"
#include "scratch.h"
#include "verify/checks.h"
#include "verify/verify.h"

enum {
	PERCPU_ADDR = 0x1000,
	PERCPU_LEN = 64,
	DATA_ADDR = 0x2000,
	DATA_LEN = 32,
	/* how far the made-up kernel was moved */
	SLIDE = 0x40000000,
};

struct fake_cell {
	char *dir, *vmlinux;
	struct arch arch;
	struct verify_input input;
	struct guest_report guest;
	struct values *values;
	struct verify_result result;
	/* its symbol table has __per_cpu_offset */
	bool has_areas;
};

/* Per-CPU variables pcpu_a at 0 and pcpu_b at 8, and a global at 4. */
static uint8_t *make_btf(bool big_endian, bool globals, size_t *len)
{
	struct btf_build b;
	struct btf_secinfo infos[2] = { { 0, 0, 4 }, { 0, 8, 4 } }, global = { 0, 4, 4 };

	btf_build_init(&b, big_endian, NULL);
	btf_build_add_int(&b, "int", 4);
	infos[0].type = btf_build_add_var(&b, "pcpu_a", 1, BTF_VAR_GLOBAL_ALLOCATED);
	infos[1].type = btf_build_add_var(&b, "pcpu_b", 1, BTF_VAR_GLOBAL_ALLOCATED);
	btf_build_add_datasec(&b, PERCPU_SECTION, PERCPU_LEN, infos, 2);
	if (globals) {
		global.type = btf_build_add_var(&b, "global", 1, BTF_VAR_GLOBAL_ALLOCATED);
		btf_build_add_datasec(&b, ".data", DATA_LEN, &global, 1);
	}
	return btf_build_finish(&b, len);
}

static void make_image(struct fake_cell *cell, bool globals)
{
	bool big_endian = cell->arch.elf_big_endian;
	_cleanup_free_ uint8_t *bytes = NULL, *btf = NULL;
	uint32_t percpu, data;
	struct elf_build b;
	size_t len;

	elf_build_init(&b, 64, big_endian, ET_EXEC);
	b.machine = (uint16_t)cell->arch.elf_machine;
	percpu = elf_build_add_section(&b, PERCPU_SECTION, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
				       PERCPU_ADDR, NULL, PERCPU_LEN);
	data = elf_build_add_section(&b, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, DATA_ADDR,
				     NULL, DATA_LEN);
	if (cell->has_areas)
		elf_build_add_symbol(&b, SYM_PERCPU_OFFSET, STB_GLOBAL, STT_OBJECT, data, DATA_ADDR,
				     4);
	elf_build_add_symbol(&b, "pcpu_a", STB_GLOBAL, STT_OBJECT, percpu, PERCPU_ADDR, 4);
	elf_build_add_symbol(&b, "pcpu_b", STB_GLOBAL, STT_OBJECT, percpu, PERCPU_ADDR + 8, 4);
	elf_build_add_symbol(&b, "global", STB_GLOBAL, STT_OBJECT, data, DATA_ADDR + 4, 4);
	btf = make_btf(big_endian, globals, &len);
	elf_build_add_section(&b, BTF_SECTION, SHT_PROGBITS, SHF_ALLOC, 0x3000, btf, len);
	bytes = elf_build_finish(&b, &len);
	cell->vmlinux = scratch_bytes(cell->dir, "vmlinux", bytes, len);
}

static void add_symbol(struct fake_cell *cell, const char *name, uint64_t address)
{
	struct guest_symbol symbol = { address, 'D', xstrdup(name), xstrdup("") };

	vec_push(&cell->guest.symbols, symbol);
}

static void add_trial(struct fake_cell *cell, const char *name)
{
	struct guest_trial trial = { .name = xstrdup(name), .ok = true };

	vec_push(&cell->guest.trials, trial);
}

static void add_place(struct fake_cell *cell, const char *name, unsigned int cpu, uint64_t address)
{
	struct guest_place place = { xstrdup(name), cpu, address };

	vec_push(&cell->guest.places, place);
}

/* A value of 4 bytes, in the made-up kernel's byte order. */
static void add_value(struct fake_cell *cell, const char *path, enum guest_road road, int cpu,
		      uint8_t number)
{
	struct guest_value value = {
		.path = xstrdup(path),
		.road = road,
		.image = xstrdup(IMAGE_VMLINUX),
		.cpu = cpu,
		.bytes = xcalloc(4, 1),
		.len = 4,
	};

	value.bytes[cell->guest.big_endian ? 3 : 0] = number;
	vec_push(&cell->guest.values, value);
}

/* All VARs are taken as ksyms, the per-CPU ones are where they should be, and two have a known value. */
static void add_variables(struct fake_cell *cell, bool globals)
{
	struct guest_ksyms ksyms = { xstrdup(IMAGE_VMLINUX), 2 + globals, 2 + globals, 2 };
	struct guest_distance distance = { 1, 0x10000, 2 };

	vec_push(&cell->guest.ksyms, ksyms);
	add_place(cell, "pcpu_a", 0, PERCPU_ADDR + SLIDE + 0x10000);
	add_place(cell, "pcpu_b", 0, PERCPU_ADDR + SLIDE + 8 + 0x10000);
	vec_push(&cell->guest.distances, distance);
	for (enum guest_road road = 0; road < GUEST_ROADS; road++) {
		for (int cpu = 0; cpu < 2; cpu++)
			add_value(cell, "pcpu_b", road, cpu, (uint8_t)cpu);
		if (globals)
			add_value(cell, "global", road, -1, 7);
	}
	if (!globals) {
		struct guest_no_value none = { .path = xstrdup("global"),
					       .every_road = true,
					       .image = xstrdup(""),
					       .reason = NO_VALUE_ABSENT,
					       .why = xstrdup("no VAR global") };

		vec_push(&cell->guest.no_values, none);
	}
}

/* What a kernel says with which all is well. */
static void make_guest(struct fake_cell *cell, bool globals)
{
	struct guest_btf btf = { .name = xstrdup(IMAGE_VMLINUX), .mode = 0444 };
	_cleanup_free_ uint8_t *blob = make_btf(cell->arch.elf_big_endian, globals, &btf.size);

	sha256_hex(blob, btf.size, btf.sha256);
	vec_push(&cell->guest.btfs, btf);
	cell->guest.release = xstrdup("6.12.0");
	cell->guest.machine = xstrdup("s390x");
	cell->guest.bits = 64;
	cell->guest.big_endian = cell->arch.elf_big_endian;
	cell->guest.nr_cpus = 2;
	vec_push(&cell->guest.percpu_offsets, 0x10000);
	vec_push(&cell->guest.percpu_offsets, 0x20000);
	add_symbol(cell, SYM_PERCPU_START, PERCPU_ADDR + SLIDE);
	add_symbol(cell, SYM_PERCPU_END, PERCPU_ADDR + SLIDE + PERCPU_LEN);
	add_symbol(cell, "pcpu_a", PERCPU_ADDR + SLIDE);
	add_symbol(cell, "pcpu_b", PERCPU_ADDR + SLIDE + 8);
	add_symbol(cell, "global", DATA_ADDR + SLIDE + 4);
	add_trial(cell, "btf-load:vmlinux");
	add_trial(cell, "prog-load");
	add_trial(cell, "btf-object:vmlinux");
	add_trial(cell, "bpf-run");
	add_variables(cell, globals);
}

static void cell_make_with(struct fake_cell *cell, bool big_endian, enum btf_mode mode,
			   bool has_areas)
{
	*cell = (struct fake_cell){
		.dir = scratch_make(),
		.has_areas = has_areas,
		.arch = { .name = "test",
			  .path = (char *)"test.ini",
			  .cross_compile = (char *)"s390x-linux-gnu-",
			  .elf_bits = 64,
			  .elf_machine = EM_S390,
			  .elf_big_endian = big_endian,
			  .percpu_section = true },
	};
	make_image(cell, mode == BTF_MODE_Y);
	make_guest(cell, mode == BTF_MODE_Y);
	_cleanup_free_ char *values = scratch_file(cell->dir, "values.ini",
						   "[b]\npath = pcpu_b\nread = signed\n"
						   "equals = cpu\n[g]\npath = global\n"
						   "read = signed\nequals = constant 7\n"
						   "kernels = 6.12\n");
	expect_ok(values_load(values, &cell->values));
	cell->input = (struct verify_input){
		.arch = &cell->arch,
		.mode = mode,
		.kernel = "6.12",
		.vmlinux = cell->vmlinux,
		.guest = &cell->guest,
		.values = cell->values,
	};
}

static void cell_make(struct fake_cell *cell, bool big_endian, enum btf_mode mode)
{
	cell_make_with(cell, big_endian, mode, false);
}

static void cell_release(struct fake_cell *cell)
{
	verify_result_release(&cell->result);
	guest_report_release(&cell->guest);
	values_free(cell->values);
	free(cell->vmlinux);
	scratch_remove(cell->dir);
}

static const struct check_outcome *outcome_of(const struct fake_cell *cell, const char *id)
{
	vec_for_each(outcome, &cell->result.checks)
		if (str_eq(outcome->id, id))
			return outcome;
	fail_msg("no check %s", id);
	return NULL;
}

static bool has_finding(const struct fake_cell *cell, const char *check, const char *variable)
{
	vec_for_each(finding, &cell->result.findings)
		if (str_eq(finding->check, check) && str_eq(finding->variable, variable))
			return true;
	return false;
}

static void test_all_is_well(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct fake_cell cell;

		cell_make(&cell, i & 1, i & 2 ? BTF_MODE_Y : BTF_MODE_N);
		expect_ok(verify_cell(&cell.input, &cell.result));
		vec_for_each(finding, &cell.result.findings)
			if (!str_starts(finding->check, "layout."))
				fail_msg("%s: %s: %s, %s", finding->check, finding->variable,
					 finding->expected, finding->actual);
		for (size_t c = 0; c < nr_checks; c++) {
			const struct check_outcome *outcome = outcome_of(&cell, checks[c].id);

			if (!str_starts(outcome->id, "live."))
				continue;
			/* in mode n there are no global variables to look up */
			if (i < 2 && str_eq(outcome->id, "live.kallsyms-global"))
				assert_int_equal(outcome->state, CHECK_SKIPPED);
			else
				assert_int_equal(outcome->state, CHECK_PASS);
		}
		assert_int_equal(cell.result.nr_percpu, 2);
		assert_int_equal(cell.result.nr_global, i < 2 ? 0 : 1);
		/* without DWARF these cannot run, and must not count as passed */
		assert_int_equal(outcome_of(&cell, "percpu.type-matches-dwarf")->state,
				 CHECK_SKIPPED);
		assert_int_equal(outcome_of(&cell, "percpu.none-missing")->state, CHECK_SKIPPED);
		cell_release(&cell);
	}
}

static struct guest_symbol *symbol_of(struct fake_cell *cell, const char *name)
{
	vec_for_each(symbol, &cell->guest.symbols)
		if (str_eq(symbol->name, name))
			return symbol;
	fail_msg("no symbol %s", name);
	return NULL;
}

/* Ways in which a kernel may disagree. */
static void other_blob(struct fake_cell *cell)
{
	cell->guest.btfs.data[0].sha256[0] ^= 1;
}

static void longer_blob(struct fake_cell *cell)
{
	cell->guest.btfs.data[0].size++;
}

static void writable_blob(struct fake_cell *cell)
{
	cell->guest.btfs.data[0].mode = 0644;
}

static void second_blob(struct fake_cell *cell)
{
	struct guest_btf btf = { .name = xstrdup(IMAGE_EXTRA), .mode = 0444 };

	vec_push(&cell->guest.btfs, btf);
}

static void no_blob(struct fake_cell *cell)
{
	free(cell->guest.btfs.data[0].name);
	cell->guest.btfs.data[0].name = xstrdup("other");
}

static void refused(struct fake_cell *cell)
{
	cell->guest.trials.data[0].ok = false;
	cell->guest.trials.data[0].errnum = 22;
}

static void not_tried(struct fake_cell *cell)
{
	free(cell->guest.trials.data[1].name);
	cell->guest.trials.data[1].name = xstrdup("something-else");
}

static void skipped(struct fake_cell *cell)
{
	cell->guest.trials.data[2].ok = false;
	cell->guest.trials.data[2].skipped = true;
}

static void refuse(struct fake_cell *cell, const char *name, const char *words)
{
	struct guest_refusal refusal = { .image = xstrdup(IMAGE_VMLINUX),
					 .name = xstrdup(name),
					 .words = xstrdup(words),
					 .id = 2,
					 .percpu = true,
					 .errnum = ENOENT };

	vec_push(&cell->guest.refusals, refusal);
	cell->guest.ksyms.data[0].accepted--;
}

static void ksym_refused(struct fake_cell *cell)
{
	add_symbol(cell, "init_task", DATA_ADDR);
	refuse(cell, "pcpu_a", "ldimm64 failed to find the address for kernel symbol 'pcpu_a'.");
}

/* Not for the reason that a rule explains. */
static void ksym_without_size(struct fake_cell *cell)
{
	symbol_of(cell, "pcpu_a")->address = 0;
	refuse(cell, "pcpu_a", "ldimm64 unable to resolve the size of type 'x': -22");
}

static void ksyms_too_few(struct fake_cell *cell)
{
	cell->guest.ksyms.data[0].tried--;
	cell->guest.ksyms.data[0].accepted--;
}

static void ksyms_do_not_add_up(struct fake_cell *cell)
{
	cell->guest.ksyms.data[0].accepted--;
}

static void ksyms_not_percpu(struct fake_cell *cell)
{
	cell->guest.ksyms.data[0].percpu--;
}

static void pointer_moved(struct fake_cell *cell)
{
	cell->guest.places.data[1].address++;
}

static void pointer_missing(struct fake_cell *cell)
{
	cell->guest.places.data[0].name[0] = 'x';
}

static void pointer_of_no_cpu(struct fake_cell *cell)
{
	cell->guest.places.data[0].cpu = 7;
}

static void distance_wrong(struct fake_cell *cell)
{
	cell->guest.distances.data[0].value++;
}

static void distance_of_few(struct fake_cell *cell)
{
	cell->guest.distances.data[0].same--;
}

/* The values are pcpu_b's by BPF on CPU 0 and 1, global's, and the same from kcore. */
static void value_wrong(struct fake_cell *cell, size_t index)
{
	cell->guest.values.data[index].bytes[1] = 9;
}

static void percpu_value_wrong(struct fake_cell *cell)
{
	value_wrong(cell, 1);
}

static void value_by_bpf_wrong(struct fake_cell *cell)
{
	value_wrong(cell, 2);
}

static void value_from_kcore_wrong(struct fake_cell *cell)
{
	value_wrong(cell, 5);
}

static void value_too_long(struct fake_cell *cell)
{
	cell->guest.values.data[2].len = 3;
}

static void value_not_sent(struct fake_cell *cell)
{
	cell->guest.values.data[2].path[0] = 'x';
}

static void no_value(struct fake_cell *cell, enum guest_road road, enum no_value_reason reason)
{
	struct guest_no_value none = { .path = xstrdup("global"),
				       .road = road,
				       .image = xstrdup(IMAGE_VMLINUX),
				       .reason = reason,
				       .why = xstrdup("because") };

	vec_push(&cell->guest.no_values, none);
}

static void value_refused(struct fake_cell *cell)
{
	no_value(cell, ROAD_BPF, NO_VALUE_REFUSED);
}

static void member_missing(struct fake_cell *cell)
{
	no_value(cell, ROAD_KCORE, NO_VALUE_MEMBER);
}

static void complaint(struct fake_cell *cell)
{
	vec_push(&cell->guest.kernel_complaints, xstrdup("BPF: Invalid offset"));
}

static void percpu_moved(struct fake_cell *cell)
{
	symbol_of(cell, "pcpu_b")->address += 4;
}

static void percpu_gone(struct fake_cell *cell)
{
	symbol_of(cell, "pcpu_b")->name[0] = 'x';
}

static void global_moved(struct fake_cell *cell)
{
	/* one moved and one that says where the rest is */
	symbol_of(cell, "global")->address += 4;
	add_symbol(cell, "global", DATA_ADDR + SLIDE + 12);
}

static void area_too_small(struct fake_cell *cell)
{
	symbol_of(cell, SYM_PERCPU_END)->address = PERCPU_ADDR + SLIDE + 8;
}

static void areas_overlap(struct fake_cell *cell)
{
	cell->guest.percpu_offsets.data[1] = cell->guest.percpu_offsets.data[0] + PERCPU_LEN - 1;
}

static void one_area(struct fake_cell *cell)
{
	cell->guest.percpu_offsets.len = 1;
}

static void other_release(struct fake_cell *cell)
{
	cell->guest.release[0] = '7';
}

static void other_machine(struct fake_cell *cell)
{
	strcpy(cell->guest.machine, "s390");
}

static void other_order(struct fake_cell *cell)
{
	cell->guest.big_endian = !cell->guest.big_endian;
}

static const struct {
	void (*spoil)(struct fake_cell *cell);
	const char *check, *variable;
} wrongs[] = {
	{ other_blob, "live.sysfs-btf-is-image", IMAGE_VMLINUX },
	{ longer_blob, "live.sysfs-btf-is-image", IMAGE_VMLINUX },
	{ no_blob, "live.sysfs-btf-is-image", IMAGE_VMLINUX },
	{ writable_blob, "live.sysfs-mode", IMAGE_VMLINUX },
	{ second_blob, "live.no-other-btf", IMAGE_EXTRA },
	{ refused, "live.btf-accepted", "btf-load:vmlinux" },
	{ not_tried, "live.btf-accepted", "prog-load" },
	{ skipped, "live.btf-accepted", "btf-object:vmlinux" },
	{ ksym_refused, "live.every-ksym", "pcpu_a" },
	{ ksym_without_size, "live.every-ksym", "pcpu_a" },
	{ ksyms_too_few, "live.every-ksym", IMAGE_VMLINUX },
	{ ksyms_do_not_add_up, "live.every-ksym", IMAGE_VMLINUX },
	{ ksyms_not_percpu, "live.every-ksym", IMAGE_VMLINUX },
	{ pointer_moved, "live.percpu-pointers", "pcpu_b" },
	{ pointer_missing, "live.percpu-pointers", "pcpu_a" },
	{ pointer_of_no_cpu, "live.percpu-pointers", "pcpu_a" },
	{ distance_wrong, "live.percpu-pointers", "__per_cpu_offset" },
	{ distance_of_few, "live.percpu-pointers", "__per_cpu_offset" },
	{ percpu_value_wrong, "live.value-bpf", "pcpu_b" },
	{ value_by_bpf_wrong, "live.value-bpf", "global" },
	{ value_from_kcore_wrong, "live.value-kcore", "global" },
	{ value_too_long, "live.value-bpf", "global" },
	{ value_not_sent, "live.value-bpf", "global" },
	{ value_refused, "live.value-bpf", "global" },
	{ member_missing, "live.value-kcore", "global" },
	{ complaint, "live.no-complaints", "(kernel log)" },
	{ percpu_moved, "live.kallsyms-percpu", "pcpu_b" },
	{ percpu_gone, "live.kallsyms-percpu", "pcpu_b" },
	{ area_too_small, "live.percpu-bounds", "pcpu_b" },
	{ area_too_small, "live.percpu-bounds", PERCPU_SECTION },
	{ areas_overlap, "live.percpu-offsets", "__per_cpu_offset" },
	{ one_area, "live.percpu-offsets", "__per_cpu_offset" },
	{ other_release, "live.identity", "(kernel)" },
	{ other_order, "live.identity", "(kernel)" },
	{ other_machine, "live.identity", "(kernel)" },
};

static void test_each_disagreement_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		struct fake_cell cell;

		cell_make(&cell, i % 2, BTF_MODE_Y);
		wrongs[i].spoil(&cell);
		expect_ok(verify_cell(&cell.input, &cell.result));
		if (!has_finding(&cell, wrongs[i].check, wrongs[i].variable))
			fail_msg("%zu: %s does not name %s", i, wrongs[i].check,
				 wrongs[i].variable);
		assert_int_equal(outcome_of(&cell, wrongs[i].check)->state, CHECK_FAIL);
		cell_release(&cell);
	}
}

/* What cannot be known is skipped with a reason, and never passed. */
static void test_ignorance_is_no_pass(void **state)
{
	static const char *const by_kallsyms[] = { "live.kallsyms-percpu", "live.kallsyms-global",
						   "live.percpu-bounds" };
	struct fake_cell cell;

	(void)state;
	cell_make_with(&cell, false, BTF_MODE_Y, true);
	vec_for_each(symbol, &cell.guest.symbols)
		symbol->address = 0;
	cell.guest.percpu_offsets.len = 0;
	cell.guest.percpu_offset_why = xstrdup("no /proc/kcore");
	/* no program could be run, and no variable was tried */
	cell.guest.trials.data[3].ok = false;
	cell.guest.trials.data[3].skipped = true;
	cell.guest.trials.data[3].detail = xstrdup("no road");
	free(cell.guest.ksyms.data[0].image);
	cell.guest.ksyms.len = 0;
	vec_for_each(value, &cell.guest.values)
		value->road = ROAD_BPF;
	no_value(&cell, ROAD_KCORE, NO_VALUE_UNREADABLE);
	free(cell.guest.no_values.data[0].path);
	cell.guest.no_values.data[0].path = xstrdup("pcpu_b");
	no_value(&cell, ROAD_KCORE, NO_VALUE_UNREADABLE);
	expect_ok(verify_cell(&cell.input, &cell.result));
	for (size_t i = 0; i < ARRAY_SIZE(by_kallsyms); i++) {
		assert_int_equal(outcome_of(&cell, by_kallsyms[i])->state, CHECK_SKIPPED);
		assert_non_null(strstr(outcome_of(&cell, by_kallsyms[i])->reason, "hides"));
	}
	assert_non_null(strstr(outcome_of(&cell, "live.percpu-offsets")->reason, "/proc/kcore"));
	assert_int_equal(outcome_of(&cell, "live.every-ksym")->state, CHECK_SKIPPED);
	assert_string_equal(outcome_of(&cell, "live.value-bpf")->reason, "no road");
	assert_non_null(strstr(outcome_of(&cell, "live.value-kcore")->reason, "because"));
	assert_int_equal(outcome_of(&cell, "live.percpu-pointers")->state, CHECK_SKIPPED);
	cell_release(&cell);
}

/* A kernel that has no table of the CPUs' areas: what would be read through it has nothing to look at. */
static void test_no_area_table(void **state)
{
	static const char *const by_areas[] = { "live.percpu-offsets", "live.percpu-pointers",
						"live.value-kcore" };
	struct fake_cell cell;

	(void)state;
	cell_make(&cell, false, BTF_MODE_N);
	cell.guest.percpu_offsets.len = 0;
	cell.guest.percpu_offset_why = xstrdup("kallsyms has no address of it");
	vec_for_each(value, &cell.guest.values)
		value->road = ROAD_BPF;
	no_value(&cell, ROAD_KCORE, NO_VALUE_UNREADABLE);
	free(cell.guest.no_values.data[cell.guest.no_values.len - 1].path);
	cell.guest.no_values.data[cell.guest.no_values.len - 1].path = xstrdup("pcpu_b");
	expect_ok(verify_cell(&cell.input, &cell.result));
	for (size_t i = 0; i < ARRAY_SIZE(by_areas); i++) {
		assert_int_equal(outcome_of(&cell, by_areas[i])->state, CHECK_SKIPPED);
		assert_true(outcome_of(&cell, by_areas[i])->not_applicable);
	}
	cell_release(&cell);
}

/* Reads that give zeros whatever is there tell nothing: of all values, the check has nothing to look at. */
static void test_zeros(void **state)
{
	struct fake_cell cell;

	(void)state;
	cell_make(&cell, false, BTF_MODE_N);
	vec_for_each(value, &cell.guest.values)
		value->road = ROAD_KCORE;
	no_value(&cell, ROAD_BPF, NO_VALUE_ZEROS);
	free(cell.guest.no_values.data[cell.guest.no_values.len - 1].path);
	cell.guest.no_values.data[cell.guest.no_values.len - 1].path = xstrdup("pcpu_b");
	expect_ok(verify_cell(&cell.input, &cell.result));
	assert_int_equal(outcome_of(&cell, "live.value-bpf")->state, CHECK_SKIPPED);
	assert_true(outcome_of(&cell, "live.value-bpf")->not_applicable);
	assert_non_null(strstr(outcome_of(&cell, "live.value-bpf")->reason, "because"));
	cell_release(&cell);
}

/* Without the rights there is nothing to find: the probe said so, and the check says it on. */
static void test_denied(void **state)
{
	struct fake_cell cell;

	(void)state;
	cell_make(&cell, false, BTF_MODE_N);
	for (size_t i = 0; i < 3; i++) {
		cell.guest.trials.data[i].ok = false;
		cell.guest.trials.data[i].skipped = true;
		cell.guest.trials.data[i].errnum = EPERM;
		cell.guest.trials.data[i].detail = xstrdup("not allowed");
	}
	expect_ok(verify_cell(&cell.input, &cell.result));
	assert_int_equal(outcome_of(&cell, "live.btf-accepted")->state, CHECK_SKIPPED);
	assert_non_null(strstr(outcome_of(&cell, "live.btf-accepted")->reason, "not allowed"));
	cell_release(&cell);
}

/* A kernel that does not find a variable by its name, as a rule has it, is no finding. */
static void test_refusals_by_rule(void **state)
{
	static const char words[] =
		"ldimm64 failed to find the address for kernel symbol 'pcpu_a'.";
	struct fake_cell cell;

	(void)state;
	cell_make(&cell, false, BTF_MODE_N);
	/* at 0, where kallsyms says the first one is; its pointer is not asked for then */
	add_symbol(&cell, "init_task", DATA_ADDR);
	symbol_of(&cell, "pcpu_a")->address = 0;
	refuse(&cell, "pcpu_a", words);
	expect_ok(verify_cell(&cell.input, &cell.result));
	assert_int_equal(outcome_of(&cell, "live.every-ksym")->state, CHECK_PASS);
	assert_int_equal(cell.result.refusals.len, 1);
	assert_string_equal(cell.result.refusals.data[0].rule, "ksym-at-address-0");
	cell_release(&cell);

	/* no data in kallsyms at all */
	cell_make(&cell, true, BTF_MODE_N);
	symbol_of(&cell, "pcpu_a")->name[0] = 'x';
	refuse(&cell, "pcpu_a", words);
	expect_ok(verify_cell(&cell.input, &cell.result));
	assert_int_equal(outcome_of(&cell, "live.every-ksym")->state, CHECK_PASS);
	assert_string_equal(cell.result.refusals.data[0].rule, "ksym-kallsyms-has-no-data");
	cell_release(&cell);
}

/* A feature may have the module's BTF elsewhere in sysfs: there it is no other BTF. */
static void test_extra_sysfs(void **state)
{
	static const char file[] = "/sys/kernel/btf_extra/vmlinux";

	(void)state;
	for (int said = 0; said < 2; said++) {
		struct guest_btf btf = { .name = xstrdup(file), .mode = 0444, .size = 24 };
		struct fake_cell cell;
		size_t n = 0;

		cell_make(&cell, false, BTF_MODE_N);
		cell.input.mode = BTF_MODE_M;
		cell.input.extra_sysfs = said ? file : NULL;
		vec_push(&cell.guest.btfs, btf);
		expect_ok(verify_cell(&cell.input, &cell.result));
		vec_for_each(finding, &cell.result.findings)
			n += str_eq(finding->check, "live.no-other-btf") &&
			     str_eq(finding->variable, file);
		assert_int_equal(n, !said);
		cell_release(&cell);
	}
}

/* Mode n of a kernel for one CPU: nothing could be tried, and nothing had to be. */
static void test_no_variable_at_all(void **state)
{
	struct fake_cell cell;
	struct btf_build b;
	size_t len;

	(void)state;
	cell_make(&cell, false, BTF_MODE_N);
	btf_build_init(&b, false, NULL);
	btf_build_add_int(&b, "int", 4);
	_cleanup_free_ uint8_t *btf = btf_build_finish(&b, &len);
	_cleanup_free_ char *raw = scratch_bytes(cell.dir, "btf", btf, len);

	cell.input.btf_file = raw;
	free(cell.guest.ksyms.data[0].image);
	cell.guest.ksyms.len = 0;
	expect_ok(verify_cell(&cell.input, &cell.result));
	assert_int_equal(outcome_of(&cell, "live.every-ksym")->state, CHECK_SKIPPED);
	assert_true(outcome_of(&cell, "live.every-ksym")->not_applicable);
	cell_release(&cell);
}

/* The arithmetic of addresses is the guest's. */
static void test_pointers_of_32_bits(void **state)
{
	struct fake_cell cell;

	(void)state;
	cell_make(&cell, true, BTF_MODE_N);
	cell.guest.bits = 32;
	/* an area below the symbols: the offset is negative */
	cell.guest.percpu_offsets.data[0] = 0xfff00000;
	cell.guest.percpu_offsets.data[1] = 0xfff10000;
	vec_for_each(place, &cell.guest.places)
		place->address = (uint32_t)(place->address - 0x10000 + 0xfff00000);
	expect_ok(verify_cell(&cell.input, &cell.result));
	assert_int_equal(outcome_of(&cell, "live.percpu-pointers")->state, CHECK_PASS);
	cell_release(&cell);
}

/* One slide for all: it is what most variables say, so a lone one cannot be wrong. */
static void test_slide_is_of_the_most(void **state)
{
	struct fake_cell cell;

	(void)state;
	cell_make(&cell, false, BTF_MODE_Y);
	global_moved(&cell);
	expect_ok(verify_cell(&cell.input, &cell.result));
	assert_int_equal(outcome_of(&cell, "live.kallsyms-global")->state, CHECK_SKIPPED);
	cell_release(&cell);
}

/* A damaged image, cut off at each of many places: findings and no crash. */
static void test_truncated_image(void **state)
{
	_cleanup_free_ char *bytes = NULL;
	struct fake_cell cell;
	size_t len;

	(void)state;
	cell_make(&cell, true, BTF_MODE_Y);
	expect_ok(file_read(cell.vmlinux, 0, &bytes, &len));
	for (size_t cut = 0; cut < len; cut += 7) {
		struct verify_result result = { 0 };
		_cleanup_free_ char *path = scratch_bytes(cell.dir, "cut", bytes, cut);

		cell.input.vmlinux = path;
		expect_ok(verify_cell(&cell.input, &result));
		if (!result.findings.len)
			fail_msg("cut at %zu of %zu: nothing found", cut, len);
		verify_result_release(&result);
	}
	cell_release(&cell);
}

/* The catalogue itself: ids are unique, and each says what it asserts. */
static void test_catalogue(void **state)
{
	(void)state;
	for (size_t i = 0; i < nr_checks; i++) {
		assert_ptr_equal(check_by_id(checks[i].id), &checks[i]);
		assert_non_null(strchr(checks[i].id, '.'));
		assert_true(*checks[i].asserts && *checks[i].witness && checks[i].run);
		assert_int_equal(str_starts(checks[i].id, "live."),
				 (checks[i].needs & NEEDS_GUEST) != 0);
	}
	assert_null(check_by_id("percpu.nonsense"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_well),
		cmocka_unit_test(test_each_disagreement_is_named),
		cmocka_unit_test(test_ignorance_is_no_pass),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_no_area_table),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_extra_sysfs),
		cmocka_unit_test(test_no_variable_at_all),
		cmocka_unit_test(test_refusals_by_rule),
		cmocka_unit_test(test_pointers_of_32_bits),
		cmocka_unit_test(test_slide_is_of_the_most),
		cmocka_unit_test(test_truncated_image),
		cmocka_unit_test(test_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
