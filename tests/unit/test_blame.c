// SPDX-License-Identifier: GPL-2.0-only
/* A descriptor that lies: the verdict or the error names its line. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "boot/boot_blame.h"
#include "build/build_blame.h"
#include "config/arch_blame.h"
#include "config/ini_skeleton.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "scratch.h"

struct world {
	char *dir;
	/* made of `btfmatrix arch new`'s text: so this is tested too */
	struct arch *arch;
};

static int setup(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *path = NULL;

	world->dir = scratch_make();
	ini_skeleton(&arch_schema, &text);
	path = scratch_file(world->dir, "own.ini", strbuf_str(&text));
	expect_ok(arch_load(path, &world->arch));
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	arch_free(world->arch);
	scratch_remove(world->dir);
	free(world);
	return 0;
}

/* The line of the file that starts with @start. */
static unsigned int line_of(const struct arch *arch, const char *start)
{
	_cleanup_free_ char *text = NULL;
	unsigned int number = 1;

	expect_ok(file_read(arch->path, 0, &text, NULL));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1, number++)
		if (strncmp(line, start, strlen(start)) == 0)
			return number;
	fail_msg("no line starts with '%s'", start);
	return 0;
}

/* @said has the file, the line that starts with @line, and @words. */
static void expect_line(const struct arch *arch, const char *said, const char *line,
			const char *words)
{
	_cleanup_free_ char *wanted = xasprintf("%s:%u: ", arch->path, line_of(arch, line));

	if (!said || !strstr(said, wanted) || !strstr(said, words))
		fail_msg("\"%s\" has no \"%s\" or no \"%s\"", said ? said : "(nothing)", wanted,
			 words);
}

static void skeleton_is_a_descriptor(void **state)
{
	const struct world *world = *state;

	/* and says what it would without those that are commented out */
	assert_int_equal(world->arch->build_weight, 100);
	assert_true(world->arch->percpu_section);
	assert_string_equal(world->arch->kconfig[0], "CONFIG_MMU=y");
	assert_int_equal(world->arch->elf_machine, EM_RISCV);
	assert_null(world->arch->uname[0]);
}

static void boots(void **state)
{
	static const struct {
		enum boot_verdict verdict;
		const char *panic, *qemu;
		unsigned int banners;
		/* NULL: nothing of the descriptor's */
		const char *line;
	} cases[] = {
		{ BOOT_QEMU_DIED, "", "qemu-system-x: unsupported machine type", 0, "machine = v" },
		{ BOOT_QEMU_DIED, "", "qemu-system-x: unable to find CPU model 'x'", 0, "cpu = " },
		{ BOOT_QEMU_DIED, "", "qemu: Invalid SMP CPUs 64. The max CPUs", 0, "cpus = " },
		{ BOOT_QEMU_DIED, "", "qemu: -device virtio-serial-ccw: 'virtio-serial-ccw' is not",
		  0, "channel = " },
		{ BOOT_QEMU_DIED, "", "qemu: could not load kernel 'x'", 0, "image_file = " },
		{ BOOT_QEMU_DIED, "", "qemu: cannot set up guest memory: no space", 0, NULL },
		{ BOOT_PANIC, "not syncing: System is deadlocked on memory", "", 1, "memory_mb" },
		{ BOOT_PANIC, "Attempted to kill init! exitcode=0x00000004", "", 1, "cpu = " },
		{ BOOT_PANIC, "Attempted to kill init! exitcode=0x00000100", "", 1, NULL },
		{ BOOT_SILENT, "", "", 1, "silence_s = " },
		{ BOOT_SILENT, "", "", 0, "image_file = " },
		{ BOOT_SILENT, "", "", 0, "machine = v" },
		{ BOOT_NO_TOKEN, "", "", 0, "image_file = " },
		{ BOOT_NO_TOKEN, "", "", 1, NULL },
		{ BOOT_TIMEOUT, "", "", 1, "deadline_s = " },
		{ BOOT_NO_CONSOLE, "", "", 0, "console = " },
		{ BOOT_NO_CHANNEL, "", "", 1, "channel = " },
		{ BOOT_OK, "", "", 1, NULL },
		{ BOOT_SPLAT, "", "", 1, NULL },
		{ BOOT_BAD_REPORT, "", "", 1, NULL },
		{ BOOT_REBOOT_LOOP, "", "", 2, NULL },
	};
	const struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct console_state *console = xcalloc(1, sizeof(*console));
		struct boot_evidence evidence = { .console = console };

		strcpy(console->panic, cases[i].panic);
		strcpy(console->qemu, cases[i].qemu);
		console->banners = cases[i].banners;

		_cleanup_free_ char *said = boot_blame(world->arch, cases[i].verdict, &evidence);
		if (cases[i].line)
			expect_line(world->arch, said, cases[i].line, "[");
		else
			assert_null(said);
		free(console);
	}
}

static void builds(void **state)
{
	static const struct {
		const char *message;
		/* NULL: nothing of the descriptor's */
		const char *line, *words;
	} cases[] = {
		{ "riscv64-linux-gnu-gcc: no such program; `make deps`", "cross_compile",
		  "`make deps-nightly`, or install the package gcc-riscv64-linux-gnu" },
		{ "make: no such program; `make deps`", NULL, NULL },
		{ "Kconfig did not grant CONFIG_FPU=y became n; CONFIG_BPF=y is not known",
		  "\tCONFIG_FPU=", "CONFIG_FPU" },
		{ "Kconfig did not grant CONFIG_BPF=y became n", NULL, NULL },
		{ "the kernel does not build: make[1]: *** No rule to make target 'Image'.",
		  "image_target", "no such target" },
		{ "the kernel does not build: Makefile:7: arch/riscv/Makefile: No such file",
		  "arch = ", "no such architecture" },
		{ "the kernel does not build: fs/x.c:9: error: 'y' undeclared", NULL, NULL },
		{ "gcc: error: unrecognized command-line option '-mcmodel=medany'", "cross_compile",
		  "another machine" },
		{ "the build left no arch/riscv/boot/Image: no such file", "image_file",
		  "`make Image`" },
		{ "the build left no vmlinux: no such file", NULL, NULL },
	};
	const struct world *world = *state;

	assert_null(build_blame(world->arch, NULL));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_error_ struct error *err =
			build_blame(world->arch, error_new(ERROR_CHILD, "%s", cases[i].message));

		assert_int_equal(err->kind, ERROR_CHILD);
		assert_ptr_equal(strstr(err->message, cases[i].message), err->message);
		if (cases[i].line)
			expect_line(world->arch, err->message, cases[i].line, cases[i].words);
		else
			assert_string_equal(err->message, cases[i].message);
	}
}

static void no_emulator(void **state)
{
	const struct world *world = *state;
	_cleanup_error_ struct error *err = boot_blame_binary(
		world->arch, error_new(ERROR_SYSTEM, "qemu-system-riscv64: no such program"));

	expect_line(world->arch, err->message, "binary = ",
		    "`make deps-nightly`, or install the package qemu-system-riscv or "
		    "qemu-system-misc");
	assert_null(boot_blame_binary(world->arch, NULL));
}

static void no_source(void **state)
{
	const struct world *world = *state;
	_cleanup_free_ char *kept = scratch_file(world->dir, "arch/riscv/Makefile", "");
	_cleanup_free_ char *empty = xasprintf("%s/arch", world->dir);
	_cleanup_error_ struct error *err = build_check_source(world->arch, empty);

	expect_line(world->arch, err->message, "srcarch = ", "arch/arch/riscv");
	expect_ok(build_check_source(world->arch, world->dir));
}

/* Writes the first 20 bytes of an ELF header. */
static char *write_head(const struct world *world, uint8_t class, uint8_t data, uint16_t machine)
{
	char head[20] = ELFMAG;
	char *path = xasprintf("%s/vmlinux", world->dir);
	bool big = data == ELFDATA2MSB;

	head[EI_CLASS] = (char)class;
	head[EI_DATA] = (char)data;
	head[18] = (char)(big ? machine >> 8 : machine & 0xff);
	head[19] = (char)(big ? machine & 0xff : machine >> 8);
	expect_ok(file_write_atomic(path, head, sizeof(head), 0644));
	return path;
}

static void images(void **state)
{
	static const struct {
		uint8_t class, data;
		uint16_t machine;
		/* NULL: it is as the descriptor says */
		const char *line, *words;
	} cases[] = {
		{ ELFCLASS64, ELFDATA2LSB, EM_RISCV, NULL, NULL },
		{ ELFCLASS64, ELFDATA2LSB, EM_S390, "machine = 243", "says 22" },
		{ ELFCLASS32, ELFDATA2LSB, EM_RISCV, "bits", "says 32" },
		{ ELFCLASS64, ELFDATA2MSB, EM_RISCV, "byte_order", "says big" },
	};
	const struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *path =
			write_head(world, cases[i].class, cases[i].data, cases[i].machine);
		_cleanup_error_ struct error *err = build_check_image(world->arch, path);

		if (cases[i].line)
			expect_line(world->arch, err->message, cases[i].line, cases[i].words);
		else
			assert_null(err);
	}

	_cleanup_free_ char *text =
		scratch_file(world->dir, "text", "no ELF file, but long enough");
	expect_error(build_check_image(world->arch, text), "is no ELF file", NULL);
}

#define BLAME_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BLAME_TEST(skeleton_is_a_descriptor),
		BLAME_TEST(boots),
		BLAME_TEST(builds),
		BLAME_TEST(no_emulator),
		BLAME_TEST(no_source),
		BLAME_TEST(images),
	};

	return cmocka_run_group_tests_name("blame", tests, NULL, NULL);
}
