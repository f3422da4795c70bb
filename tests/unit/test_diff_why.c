// SPDX-License-Identifier: GPL-2.0-only
/* Why an image lacks a variable that another one has: each reason, of a program that gcc made. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "layout/diff_why.h"
#include "scratch.h"

static const char source[] =
	"extern long first;\n"
	"__attribute__((section(\".data..percpu\"))) long first = 1, other = 2;\n"
	"extern int unbounded[];\n"
	"int unbounded[4] = { 1 };\n"
	"int plain = 3;\n"
	"int *count(void) { static int within = 4; return &within; }\n";

/* The per-CPU section is at 0, as on x86_64 before Linux 6.15. */
static const char script[] = "SECTIONS { . = 0; .data..percpu : { *(.data..percpu) } "
			     ". = 0x1000; .text : { *(.text) } .data : { *(.data) } "
			     "/DISCARD/ : { *(.note.gnu*) *(.eh_frame) } }";

static char *build(const char *dir, bool stripped)
{
	char *vmlinux = xasprintf("%s/vmlinux", dir);
	_cleanup_free_ char *c = scratch_file(dir, "first.c", source);
	_cleanup_free_ char *lds = scratch_file(dir, "first.lds", script);
	_cleanup_free_ char *link = xasprintf("-Wl,-e,0,--build-id=none,-T,%s", lds), *out = NULL;
	const char *argv[] = { "gcc",       stripped ? "-g0" : "-g",
			       "-nostdlib", "-static",
			       "-fno-pie",  "-no-pie",
			       link,        "-o",
			       vmlinux,     c,
			       NULL };

	expect_ok(proc_read_output(argv, &out));
	return vmlinux;
}

/* Puts BTF with the VAR 'plain' alone into the file, where gcc put it. */
static void add_btf(const char *dir, const char *vmlinux)
{
	struct btf_build b;
	struct btf_secinfo info = { 0, 0, 4 };
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	const struct elf_symbol *const *symbols;
	_cleanup_free_ char *section = NULL, *out = NULL;
	_cleanup_free_ uint8_t *btf = NULL;
	size_t len;

	expect_ok(elf_image_open(vmlinux, &elf));
	assert_int_equal(elf_symbols_by_name(elf, "plain", &symbols), 1);
	info.offset = (uint32_t)(symbols[0]->value - elf_section_by_name(elf, ".data")->addr);
	btf_build_init(&b, false, NULL);
	btf_build_add_int(&b, "int", 4);
	info.type = btf_build_add_var(&b, "plain", 1, BTF_VAR_GLOBAL_ALLOCATED);
	btf_build_add_datasec(&b, ".data", 64, &info, 1);
	btf = btf_build_finish(&b, &len);

	_cleanup_free_ char *blob = scratch_bytes(dir, "btf", btf, len);
	section = xasprintf(".BTF=%s", blob);
	const char *argv[] = { "objcopy", "--add-section", section, vmlinux, NULL };
	expect_ok(proc_read_output(argv, &out));
}

static uint32_t offset_of(const char *vmlinux, const char *name, const char *section)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	const struct elf_symbol *const *symbols;

	expect_ok(elf_image_open(vmlinux, &elf));
	if (!elf_section_by_name(elf, section))
		return 0;
	for (size_t i = 0, n = elf_symbols_by_name(elf, name, &symbols); i < n; i++)
		return (uint32_t)(symbols[i]->value - elf_section_by_name(elf, section)->addr);
	return 0;
}

static void expect_why(const char *vmlinux, const char *section, const char *name, const char *why)
{
	const struct image_var var = { .section = section,
				       .name = name,
				       .offset = offset_of(vmlinux, name, section),
				       .size = 4 };
	struct diff_list list = { 0 };

	vec_push(&list.list, (struct diff_entry){ .b = &var });
	expect_ok(diff_why(vmlinux, NULL, &list));
	if (!strstr(list.list.data[0].why, why))
		fail_msg("%s: '%s' and not '%s'", name, list.list.data[0].why, why);
	free(list.list.data[0].why);
	vec_free(&list.list);
}

static void test_reasons(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *vmlinux = build(dir, false);

	(void)state;
	add_btf(dir, vmlinux);
	expect_why(vmlinux, ".data..percpu", "first", "(address-zero)");
	expect_why(vmlinux, ".data..percpu", "other", "no rule explains it");
	expect_why(vmlinux, ".data", "unbounded", "(declared-incomplete)");
	expect_why(vmlinux, ".data", "plain", "it has the VAR once, and the other twice");
	expect_why(vmlinux, ".data", "nowhere", ".data has no symbol of that name");
	expect_why(vmlinux, ".bss", "nowhere", "it has no section .bss");
	expect_why(vmlinux, ".debug_info", "first", "is no section that is in memory");
	/* gcc puts a number behind it */
	expect_why(vmlinux, ".data", "within.0", "(function-static)");
	scratch_remove(dir);
}

static void test_without_dwarf(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *vmlinux = build(dir, true);
	struct diff_list none = { 0 };

	(void)state;
	add_btf(dir, vmlinux);
	expect_why(vmlinux, ".data..percpu", "first", "it has the symbol, and no DWARF");
	expect_ok(diff_why(vmlinux, NULL, &none));
	scratch_remove(dir);
}

/* Names are printed to terminals. */
static void test_hostile_name(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *vmlinux = build(dir, true);

	(void)state;
	add_btf(dir, vmlinux);
	expect_why(vmlinux, ".\033[31m", "x", "it has no section .?[31m");
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_without_dwarf),
		cmocka_unit_test(test_hostile_name),
	};

	return cmocka_run_group_tests_name("diff why", tests, NULL, NULL);
}
