// SPDX-License-Identifier: GPL-2.0-only
/* Architecture and toolchain descriptors: the ones we ship, and bad ones. */
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

#include "config/arch.h"
#include "config/project.h"
#include "config/toolchain.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "scratch.h"

/* What must be true of the shipped descriptors, from the ELF psABIs, not from the files. */
static const struct {
	const char *name;
	unsigned int bits, machine;
	bool big_endian;
	/* no kernel for more than one CPU */
	bool one_cpu;
} shipped[] = {
	{ "x86_64", 64, EM_X86_64, false, false },
	{ "arm64", 64, EM_AARCH64, false, false },
	{ "s390x", 64, EM_S390, true, false },
	{ "mips64el", 64, EM_MIPS, false, false },
	{ "mips64", 64, EM_MIPS, true, false },
	{ "mipsel", 32, EM_MIPS, false, false },
	{ "mips", 32, EM_MIPS, true, false },
	{ "ppc32", 32, EM_PPC, true, false },
	{ "m68k", 32, EM_68K, true, true },
	{ "parisc", 32, EM_PARISC, true, false },
	{ "arm64be", 64, EM_AARCH64, true, false },
	{ "sparc64", 64, EM_SPARCV9, true, false },
	{ "riscv32", 32, EM_RISCV, false, false },
	{ "loongarch64", 64, EM_LOONGARCH, false, false },
};

static void shipped_arches(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shipped); i++) {
		_cleanup_free_ char *path = NULL;
		_cleanup_(arch_cleanup) struct arch *arch = NULL;

		expect_ok(project_path(&path, "arches/%s.ini", shipped[i].name));
		expect_ok(arch_load(path, &arch));
		assert_string_equal(arch->name, shipped[i].name);
		assert_int_equal(arch->elf_bits, shipped[i].bits);
		assert_int_equal(arch->elf_machine, shipped[i].machine);
		assert_int_equal(arch->elf_big_endian, shipped[i].big_endian);
		assert_int_equal(arch->percpu_section, !shipped[i].one_cpu);
		assert_int_equal(strv_has(STRV_CONST(arch->kconfig), "CONFIG_SMP=n"),
				 shipped[i].one_cpu);
		assert_true(arch->silence_s < arch->deadline_s);
		assert_non_null(arch->kconfig[0]);
		assert_non_null(arch->append);
		assert_non_null(arch->qemu_args);
		assert_int_equal(!!arch->channel_device, arch->channel == CHANNEL_SERIAL);
	}
}

static void shipped_toolchain(void **state)
{
	_cleanup_free_ char *path = NULL, *arch_path = NULL, *cc = NULL, *ld = NULL;
	_cleanup_(toolchain_cleanup) struct toolchain *gcc = NULL;
	_cleanup_(arch_cleanup) struct arch *arch = NULL;

	(void)state;
	expect_ok(project_path(&path, "configs/toolchains/gcc.ini"));
	expect_ok(toolchain_load(path, &gcc));
	expect_ok(project_path(&arch_path, "arches/s390x.ini"));
	expect_ok(arch_load(arch_path, &arch));
	cc = toolchain_program(gcc->cc, arch);
	ld = toolchain_program(gcc->ld, arch);
	assert_string_equal(cc, "s390x-linux-gnu-gcc");
	assert_string_equal(ld, "s390x-linux-gnu-ld");
	assert_true(toolchain_supports(gcc, "s390x"));
}

static void toolchain_patterns(void **state)
{
	struct arch arch = { .cross_compile = (char *)"x-" };
	const char *const patterns[][2] = {
		{ "%sgcc-14", "x-gcc-14" },
		{ "clang-19", "clang-19" },
		{ "/opt/%scc", "/opt/x-cc" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		_cleanup_free_ char *program = toolchain_program(patterns[i][0], &arch);

		assert_string_equal(program, patterns[i][1]);
	}
}

static void clang_toolchains(void **state)
{
	static const char *const names[] = { "clang-19", "clang-22" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = NULL, *make_arg = xasprintf("LLVM=%s", names[i] + 5);
		_cleanup_(toolchain_cleanup) struct toolchain *clang = NULL;

		expect_ok(project_path(&path, "configs/toolchains/%s.ini", names[i]));
		expect_ok(toolchain_load(path, &clang));
		assert_string_equal(clang->cc, names[i]);
		assert_string_equal(clang->make_args[0], make_arg);
		assert_true(toolchain_supports(clang, "ppc64le"));
		assert_false(toolchain_supports(clang, "alpha"));
		assert_string_equal(toolchain_since(clang, "s390x"), "6.12");
		assert_null(toolchain_since(clang, "s390"));
		assert_null(toolchain_since(clang, "x86_64"));
	}
}

static void compiler_ids(void **state)
{
	static const char *const ids[][2] = {
		{ "s390x-linux-gnu-gcc 12.2.0", "gcc-12.2.0" },
		{ "s390x-linux-gnu-gcc-14 14.2.0", "gcc-14.2.0" },
		{ "clang-19 19.1.7", "clang-19.1.7" },
		{ "clang 22.1.8", "clang-22.1.8" },
		{ "aarch64-linux-gcc 13.3.0", "gcc-13.3.0" },
		{ "c99 1.0", "c99-1.0" },
		{ "tcc", "tcc" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		_cleanup_free_ char *id = toolchain_compiler_id(ids[i][0]);

		assert_string_equal(id, ids[i][1]);
	}
}

static void bad_toolchains(void **state)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{ "[toolchain]\ncc = %s%sgcc\nld = ld\n",
		  ":2: '%s%sgcc' in cc must have '%s' once" },
		{ "[toolchain]\ncc = %dgcc\nld = ld\n", ":2: '%dgcc' in cc must have '%s' once" },
		{ "[toolchain]\ncc = gcc\nld = ld%\n", ":3: 'ld%' in ld must have '%s' once" },
		{ "[toolchain]\ncc = gcc\nld = ld\nmake_args = -k\n", ":4: '-k' in make_args" },
		{ "[toolchain]\ncc = gcc\nld = ld\nsince = s390x\n", ":4: 's390x' in since" },
		{ "[toolchain]\ncc = gcc\nld = ld\nsince = s390x:new\n",
		  ":4: 's390x:new' in since" },
		{ "[toolchain]\ncc = gcc\nld = ld\nsince = :6.1\n", ":4: ':6.1' in since" },
		{ "[toolchain]\ncc = gcc\nld = ld\nkconfig = CONFIG_A=y\n",
		  ":4: 'CONFIG_A=y' in kconfig must be an architecture and a Kconfig line" },
		{ "[toolchain]\ncc = gcc\nld = ld\nkconfig =\n\tppc64:CONFIG_A=y\n\tppc64:A=y\n",
		  "'ppc64:A=y' in kconfig" },
		{ "[toolchain]\ncc = gcc\n", ":1: [toolchain] ld is missing" },
	};
	char *dir = scratch_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *path = scratch_file(dir, "bad.ini", bad[i].text);
		struct toolchain *toolchain = NULL;

		expect_error(toolchain_load(path, &toolchain), "/bad.ini", bad[i].what, NULL);
		assert_null(toolchain);
	}
	scratch_remove(dir);
}

#define KERNEL "[kernel]\narch = a\nsrcarch = a\nimage_target = I\nimage_file = arch/a/I\n"
#define TOOLS  "[toolchain]\ncross_compile = a-\n"
#define QEMU   "[qemu]\nbinary = q\nmachine = m\ncpu = c\nconsole = ttyS0\n"
#define ELF    "[elf]\nbits = 32\nbyte_order = big\nmachine = 0x15\n"
#define DEBIAN "[debian]\npackages = p\n"

/* A new architecture is a file: this one has a channel of its own kind and is not ours. */
static void new_arch(void **state)
{
	char *dir = scratch_make();
	_cleanup_free_ char *path =
		scratch_file(dir, "pariscv.ini",
			     KERNEL TOOLS QEMU "channel = serial\nchannel_device = /dev/ttyS1\n"
					       "append = a=1,2 b\nargs = -device x -device y\n"
					       "console_port = 1\nend = kill\n" ELF DEBIAN);
	_cleanup_(arch_cleanup) struct arch *arch = NULL;

	(void)state;
	expect_ok(arch_load(path, &arch));
	assert_string_equal(arch->name, "pariscv");
	assert_int_equal(arch->channel, CHANNEL_SERIAL);
	assert_string_equal(arch->channel_device, "/dev/ttyS1");
	assert_int_equal(arch->elf_bits, 32);
	assert_int_equal(arch->elf_machine, 0x15);
	assert_true(arch->elf_big_endian);
	assert_string_equal(arch->append[0], "a=1,2");
	/* the same word twice is right here */
	assert_string_equal(arch->qemu_args[2], "-device");
	assert_null(arch->qemu_args[4]);
	assert_true(arch->deadline_s > 0);
	assert_int_equal(arch->console_port, 1);
	assert_int_equal(arch->end, END_KILL);
	assert_null(arch->channel_bus);
	scratch_remove(dir);
}

static void bad_arches(void **state)
{
	static const struct {
		const char *text, *what;
	} bad[] = {
		{ KERNEL TOOLS QEMU "channel = serial\n" ELF DEBIAN,
		  ":13: channel = serial needs a channel_device" },
		{ KERNEL TOOLS QEMU "channel = console\nchannel_device = /dev/ttyS1\n" ELF DEBIAN,
		  ":14: channel_device is for channel = serial alone" },
		{ KERNEL TOOLS QEMU "channel = console\nchannel_bus = pciB\n" ELF DEBIAN,
		  ":14: channel_bus is for the virtio channels alone" },
		{ KERNEL TOOLS QEMU "channel = virtio-pci\nchannel_bus = pciB,addr=3\n" ELF DEBIAN,
		  ":14: 'pciB,addr=3' in channel_bus must be the name of" },
		{ KERNEL TOOLS QEMU "channel = console\nend = sleep\n" ELF DEBIAN,
		  ":14: 'sleep' in end must be one of: power-off, reboot, kill" },
		{ KERNEL TOOLS QEMU "channel = pigeon\n" ELF DEBIAN,
		  ":13: 'pigeon' in channel must be one of: virtio-pci, virtio-mmio" },
		{ KERNEL TOOLS QEMU ELF DEBIAN, ":8: [qemu] channel is missing" },
		{ KERNEL TOOLS QEMU "channel = console\nmemory_mb = 1\n" ELF DEBIAN,
		  ":14: '1' in memory_mb must be a number from 16" },
		{ KERNEL "[toolchain]\ncross_compile = gcc\n" QEMU "channel = console\n" ELF DEBIAN,
		  ":7: 'gcc' in cross_compile must be a prefix" },
		{ KERNEL "kconfig = PCI=y\n" TOOLS QEMU "channel = console\n" ELF DEBIAN,
		  ":6: 'PCI=y' in kconfig must be like CONFIG_FOO=y" },
		{ "[kernel]\narch = a\nsrcarch = a\nimage_target = I\nimage_file = ../I\n",
		  ":5: '../I' in image_file must be a path below" },
		{ KERNEL TOOLS QEMU "channel = console\n[elf]\nbits = 16\n",
		  ":15: '16' in bits must be one of: 32, 64" },
	};
	char *dir = scratch_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *path = scratch_file(dir, "bad.ini", bad[i].text);
		struct arch *arch = NULL;

		expect_error(arch_load(path, &arch), "/bad.ini", bad[i].what, NULL);
		assert_null(arch);
	}
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped_arches),     cmocka_unit_test(shipped_toolchain),
		cmocka_unit_test(toolchain_patterns), cmocka_unit_test(clang_toolchains),
		cmocka_unit_test(compiler_ids),       cmocka_unit_test(bad_toolchains),
		cmocka_unit_test(new_arch),           cmocka_unit_test(bad_arches),
	};

	return cmocka_run_group_tests_name("arch", tests, NULL, NULL);
}
