// SPDX-License-Identifier: GPL-2.0-only
/*
 * make_record DIR CELLS RUNS: a record of made-up runs, the same for the same arguments, for the tests of
 * reports and for timing them. It has every verdict, new and known findings, flaky cells, layouts that
 * move, and names as nobody would choose them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/strbuf.h"
#include "record/record.h"

static const char *const arches[] = { "x86_64",  "arm64",   "s390x",      "arm",   "riscv64",
				      "ppc64le", "ppc64",   "mips64el",   "i386",  "loongarch64",
				      "sparc64", "m68k",    "parisc",     "sh4",   "mips",
				      "mipsel",  "riscv32", "armeb",      "alpha", "hppa64",
				      "arc",     "xtensa",  "microblaze", "nios2", "openrisc" };
static const char *const toolchains[] = { "gcc", "clang", "gcc-14", "clang-19" };
static const char *const kernels[] = { "6.12", "6.1" };
static const char *const modes[] = { "n", "m", "y" };

/* Names out of untrusted BTF, which every report must show as they are and no more. */
static const char *const hostile[] = {
	"<script>alert(1)</script>",
	"</script><img src=x onerror=window.broken=1>",
	"a\"b'c&d`e|f",
	"esc\033[31mred\007",
	"line\nbreak\tand\rreturn",
	"]]>--><!--",
	"\xe2\x80\xa8separator\xe2\x80\xaeturned",
	"not\xffutf8\xc3",
	"::error::injected%0A#1 # SKIP no",
	"${7*7}{{constructor}}",
};

static const char *const names[] = {
	"runqueues",        "cpu_number",      "current_task", "hrtimer_bases",  "timer_bases",
	"softnet_data",     "vm_event_states", "rcu_data",     "tick_cpu_sched", "kstat",
	"cpu_worker_pools", "nr_iowait",       "irq_stat",     "cpu_tlbstate",   "gdt_page",
	"process_counts",   "lru_pvecs",       "boot_pageset", "srcu_struct",    "cpuhp_state",
};

static const char *const checks[] = {
	"format.btf-parses",
	"percpu.symbol-exists",
	"percpu.offset-matches-symbol",
	"percpu.size-matches-type",
	"percpu.no-overlap",
	"percpu.none-missing",
	"percpu.type-matches-dwarf",
	"global.none-missing",
	"live.btf-accepted",
	"live.every-ksym",
};

static uint64_t random_state = 1;

/* 0 .. @below - 1 */
static int64_t pick(int64_t below)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int64_t)((random_state >> 33) % (uint64_t)below);
}

static void must(struct error *err)
{
	if (!err)
		return;
	fprintf(stderr, "make_record: %s\n", err->message);
	exit(2);
}

/* @version: how often the layout of this family has changed */
static struct rec_layout *make_layout(int64_t family, int64_t version)
{
	static const int64_t sizes[] = { 1, 4, 8, 8, 8, 4, 16, 64, 24, 128, 320, 3008, 48, 192, 4 };
	struct rec_layout *layout = xcalloc(1, sizeof(*layout));
	int64_t offset = 0, nr = 150 + family * 7 % 60;
	uint64_t saved = random_state;

	layout->digest = xasprintf("%064" PRIx64, (uint64_t)(family * 1000 + version + 1));
	layout->section = xstrdup(".data..percpu");
	layout->align = 4096;
	random_state = (uint64_t)family + 7;
	for (int64_t i = 0; i < nr; i++) {
		int64_t size = sizes[pick(ARRAY_SIZE(sizes))];
		int64_t align = size >= 64 ? 64 : size >= 8 ? 8 : size;
		struct rec_variable var;

		/* a new variable, or one that grew, moves all that follow */
		if (i == 40 && version)
			size += 64 * version;
		offset = (offset + align - 1) / align * align;
		var = (struct rec_variable){
			.name = i == 20 ? utf8_clean(hostile[0])
					: xasprintf("%s_%" PRId64, names[i % 20], i),
			.type = xasprintf("struct %s", names[i % 20]),
			.file = i % 9 ? xasprintf("kernel/%s.c", names[i % 20]) : NULL,
			.offset = offset,
			.size = size,
			.align = align,
		};
		vec_push(&layout->variables, var);
		offset += size;
		if (pick(17) == 0)
			offset += 40;
	}
	layout->size = (offset + 63) / 64 * 64;
	random_state = saved;
	return layout;
}

static void add_finding(struct rec_cell *cell, const char *check, const char *variable,
			const char *known)
{
	struct rec_finding finding = {
		.check = xstrdup(check),
		.image = xstrdup("vmlinux"),
		.variable = utf8_clean(variable),
		.witness = xstrdup("ELF symbol table"),
		.expected = xstrdup("offset 0x1c40"),
		.actual = xstrdup("offset 0x1c48"),
		.known = known ? xstrdup(known) : NULL,
	};

	vec_push(&cell->findings, finding);
	if (known)
		cell->nr_known++;
	else
		cell->nr_new++;
}

static void add_checks(struct rec_cell *cell)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		bool found = false, global = str_starts(checks[i], "global");
		struct rec_check check = { .id = xstrdup(checks[i]), .applicable = 1 };

		vec_for_each(finding, &cell->findings)
			found |= str_eq(finding->check, checks[i]);
		check.state = xstrdup(found ? "fail" : "pass");
		check.items = 177;
		if (global && str_eq(cell->mode, "n")) {
			free(check.state);
			check.state = xstrdup("skipped");
			check.reason = xstrdup("mode n encodes no global variables");
			check.applicable = 0;
			check.items = 0;
		}
		vec_push(&cell->checks, check);
	}
}

static void add_log(const char *dir, const struct rec_run *run, struct rec_cell *cell,
		    const char *kind, const char *file, const char *text)
{
	_cleanup_free_ char *name = xstrdup(cell->name), *path = NULL, *folder = NULL;
	struct rec_log log;

	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '-';
	folder = xasprintf("%s/%s/cells/%s", dir, run->name, name);
	must(dir_make(folder));
	path = xasprintf("%s/%s", folder, file);
	must(file_write_atomic(path, text, strlen(text), 0644));
	log = (struct rec_log){ xstrdup(kind), xasprintf("%s/cells/%s/%s", run->name, name, file) };
	vec_push(&cell->logs, log);
}

static void set(char **member, const char *text)
{
	free(*member);
	*member = xstrdup(text);
}

static void make_verdict(const char *dir, const struct rec_run *run, struct rec_cell *cell,
			 int64_t number, bool last)
{
	int64_t kind = number % 50;
	static const char console[] =
		"Linux version 6.12.117\n[    0.000000] <b>not bold</b> & so on\n"
		"[    0.512000] BPF: \t Invalid offset \033[31mred\033[0m\n"
		"[    0.700000] Kernel panic - not syncing: Attempted to kill init!\n";

	set(&cell->verdict, "pass");
	if (kind == 7) {
		for (size_t i = 0; i < ARRAY_SIZE(hostile); i++)
			add_finding(cell, checks[2 + i % 3], hostile[i], NULL);
	} else if (kind == 11) {
		set(&cell->boot_verdict, "panic");
		set(&cell->boot_detail, "Attempted to kill init!");
		if (last)
			add_log(dir, run, cell, "console log", "console.log", console);
	} else if (kind == 13 && last) {
		set(&cell->verdict, "error");
		cell->built = cell->booted = cell->verified = 0;
		cell->reason =
			xstrdup("kernel/bpf/btf.c:5: error: 'x' undeclared <here>; see build.log");
		add_log(dir, run, cell, "build log", "build.log",
			"  CC      kernel/bpf/btf.o\nkernel/bpf/btf.c:5: error: 'x' undeclared\n");
		return;
	} else if (kind == 17 && last) {
		set(&cell->verdict, "skipped");
		cell->built = cell->booted = cell->verified = 0;
		cell->reason = xstrdup("the run ended before its turn");
		return;
	} else if (kind == 19 && pick(2)) {
		/* same key, now and then a finding */
		add_finding(cell, "live.every-ksym", "cpu_number", NULL);
	}
	if (!str_eq(cell->mode, "n"))
		for (int64_t i = 0; i < 60; i++) {
			_cleanup_free_ char *name = xasprintf("unbounded_%" PRId64, i);

			add_finding(cell, "global.none-missing", name,
				    "variables-declared-without-bounds");
		}
	if (!str_eq(cell->boot_verdict, "ok")) {
		cell->verified = 0;
		set(&cell->verdict, "fail");
		cell->reason = xstrdup("boot panic: Attempted to kill init!; see console.log");
		vec_for_each(finding, &cell->findings) {
			free(finding->check);
			free(finding->image);
			free(finding->variable);
			free(finding->witness);
			free(finding->expected);
			free(finding->actual);
			free(finding->known);
		}
		cell->findings.len = 0;
		cell->nr_new = cell->nr_known = 0;
		return;
	}
	add_checks(cell);
	if (cell->nr_new) {
		set(&cell->verdict, "fail");
		cell->reason = xasprintf("%" PRId64 " findings", cell->nr_new);
	} else if (cell->nr_known) {
		set(&cell->verdict, "known");
	}
}

static void make_cell(const char *dir, struct rec_run *run, int64_t number, int64_t nr_run,
		      bool last)
{
	int64_t family = number / 3, version;
	const char *arch = arches[family % ARRAY_SIZE(arches)];
	const char *toolchain = toolchains[family / ARRAY_SIZE(arches) % ARRAY_SIZE(toolchains)];
	const char *kernel = kernels[family / (ARRAY_SIZE(arches) * ARRAY_SIZE(toolchains)) %
				     ARRAY_SIZE(kernels)];
	const char *mode = modes[number % 3];
	struct rec_cell cell = {
		.family = xasprintf("%s/%s/%s", arch, toolchain, kernel),
		.name = xasprintf("%s/%s/%s/%s", arch, toolchain, kernel, mode),
		.arch = xstrdup(arch),
		.toolchain = xstrdup(toolchain),
		.kernel = xstrdup(kernel),
		.mode = xstrdup(mode),
		.reproduce =
			xasprintf("btfmatrix run --arch %s --toolchain %s --kernel %s --mode %s",
				  arch, toolchain, kernel, mode),
		.built = 1,
		.booted = 1,
		.verified = 1,
		.cached = nr_run % 5 != 0,
		.build_wall_s = number % 3 ? 11 + (double)pick(40) / 10
					   : 120 + (double)pick(300) / 10 + (double)nr_run,
		.build_cpu_s = 200,
		.boot_wall_s = 0.8 + (double)pick(20) / 10,
		.verify_wall_s = 0.4,
		.compiler = xasprintf("%s 12.2.0", toolchain),
		.linker = xstrdup("ld 2.40"),
		.make = xstrdup("make 4.3"),
		.qemu = xasprintf("qemu-system-%s 7.2.22", arch),
		.boot_verdict = xstrdup("ok"),
		.boot_command = xasprintf("qemu-system-%s -nodefaults -kernel image", arch),
		.build_command = xasprintf("make ARCH=%s bzImage", arch),
		.nr_percpu = 150 + family * 7 % 60,
		.nr_global = mode[0] == 'n' ? 0 : 4300,
		.ended_at = run->began_at + number,
	};
	_cleanup_free_ char *config = NULL;
	struct rec_layout *layout;
	struct rec_config *of_run;

	version = nr_run / 7 + (family % 5 == 0 && nr_run > 3);
	cell.btf_bytes = 1400000 + family * 3001 + nr_run * (500 + family % 7 * 90) +
			 (mode[0] == 'y' ? 240000 : 0);
	cell.extra_btf_bytes = mode[0] == 'm' ? 207000 : 0;
	cell.build_key = xasprintf("%s-%" PRId64, cell.name, version);
	cell.verdict_key = xasprintf("%s!%" PRId64, cell.name, version);
	layout = make_layout(family, version);
	cell.layout = rec_find_layout(run, layout->digest);
	if (cell.layout) {
		rec_layout_free(layout);
	} else {
		cell.layout = layout;
		vec_push(&run->layouts, layout);
	}
	config = xasprintf("CONFIG_ARCH_%s=y\nCONFIG_SMP=y\nCONFIG_DEBUG_INFO_BTF_VARS=%s\n", arch,
			   mode);
	of_run = rec_find_config(run, config);
	if (!of_run) {
		of_run = xcalloc(1, sizeof(*of_run));
		*of_run = (struct rec_config){ xstrdup(config), xstrdup(config) };
		vec_push(&run->configs, of_run);
	}
	cell.config = of_run;
	vec_push(&cell.absences, (struct rec_absence){ xstrdup("function-static"), 12 });
	make_verdict(dir, run, &cell, number, last);
	if (number % 50 == 23) {
		struct rec_attempt attempt = { xstrdup("fail"), xstrdup("boot silent: 30 s"),
					       xstrdup("silent"), NULL, 30 };

		vec_push(&cell.attempts, attempt);
	}
	vec_push(&run->cells, cell);
}

static void make_run(const char *dir, struct db *db, int64_t nr, int64_t nr_cells, bool last)
{
	_cleanup_(rec_run_release) struct rec_run run = {
		.name = xasprintf("20261%03" PRId64 "-120000", nr),
		.began_at = 1790000000 + nr * 86400,
		.ended_at = 1790000000 + nr * 86400 + 900,
		.wall_s = 900,
		.matrix = xstrdup("configs/matrices/full.ini"),
		.options = xstrdup(""),
		.version = xstrdup("0.1"),
		.commit = xasprintf("%012" PRIx64, 0xabc000 + (uint64_t)nr),
		.pahole_version = xstrdup(nr < 10 ? "1.30" : "1.31"),
		.repaired = 1,
		.host = xstrdup("builder"),
		.jobs = 2,
	};

	run.dir = xasprintf("%s/%s", dir, run.name);
	for (int64_t i = 0; i < nr_cells; i++)
		make_cell(dir, &run, i, nr, last);
	must(record_add_run(db, &run));
	vec_for_each(cell, &run.cells)
		must(record_put_cell(db, cell));
	must(record_end_run(db, &run));
}

int main(int argc, char **argv)
{
	_cleanup_(db_cleanup) struct db *db = NULL;
	int64_t nr_cells, nr_runs;

	if (argc != 4) {
		fputs("usage: make_record DIR CELLS RUNS\n", stderr);
		return 2;
	}
	nr_cells = atoll(argv[2]);
	nr_runs = atoll(argv[3]);
	must(dir_make(argv[1]));
	must(record_open(argv[1], DB_WRITE, &db));
	/* made-up runs may be lost */
	must(db_exec(db, "PRAGMA synchronous = OFF"));
	for (int64_t i = 0; i < nr_runs; i++)
		make_run(argv[1], db, i, nr_cells, i + 1 == nr_runs);
	return 0;
}
