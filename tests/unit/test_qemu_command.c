// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's command line for each kind of channel. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "boot/qemu_command.h"
#include "core/mem.h"

static char *append[] = { "quiet", "panic=5", NULL };
static char *qemu_args[] = { "-device", "virtio-rng-pci", NULL };

static const struct arch board = {
	.name = "board",
	.qemu_binary = "qemu-system-board",
	.machine = "virt",
	.cpu = "max",
	.memory_mb = 384,
	.cpus = 3,
	.console = "ttyAMA0",
	.append = append,
	.qemu_args = qemu_args,
	.channel = CHANNEL_VIRTIO_PCI,
	.channel_device = "/dev/ttyS1",
};

static strv command_for(enum guest_channel channel, const char *file)
{
	struct arch arch = board;
	const struct qemu_guest guest = {
		.arch = &arch,
		.kernel = "Image",
		.initramfs = "i.cpio",
		.channel_file = file,
	};

	arch.channel = channel;
	return qemu_command(&guest);
}

/* The argument after the @nth "@option"; NULL if there are not so many. */
static const char *option(strv argv, const char *name, size_t nth)
{
	for (char **arg = argv; arg[0] && arg[1]; arg++)
		if (str_eq(*arg, name) && nth-- == 0)
			return arg[1];
	return NULL;
}

static void test_machine(void **state)
{
	_cleanup_strv_ strv argv = command_for(CHANNEL_VIRTIO_PCI, "c");

	(void)state;
	assert_string_equal(argv[0], "qemu-system-board");
	assert_string_equal(option(argv, "-machine", 0), "virt");
	assert_string_equal(option(argv, "-cpu", 0), "max");
	assert_string_equal(option(argv, "-m", 0), "384M");
	assert_string_equal(option(argv, "-smp", 0), "3");
	assert_string_equal(option(argv, "-accel", 0), "tcg");
	assert_string_equal(option(argv, "-kernel", 0), "Image");
	assert_string_equal(option(argv, "-initrd", 0), "i.cpio");
	assert_string_equal(option(argv, "-serial", 0), "chardev:console");
	assert_true(strv_has(STRV_CONST(argv), "-no-reboot"));
	assert_true(strv_has(STRV_CONST(argv), "-nodefaults"));
	assert_true(strv_has(STRV_CONST(argv), "virtio-rng-pci"));
}

static void test_override(void **state)
{
	const struct qemu_guest guest = {
		.arch = &board,
		.qemu = "/opt/qemu",
		.kernel = "k",
		.initramfs = "i",
		.channel_file = "c",
	};
	_cleanup_strv_ strv argv = qemu_command(&guest);

	(void)state;
	assert_string_equal(argv[0], "/opt/qemu");
}

static void test_append(void **state)
{
	_cleanup_strv_ strv argv = command_for(CHANNEL_VIRTIO_PCI, "c");
	const char *args = option(argv, "-append", 0);

	(void)state;
	assert_non_null(strstr(args, "console=ttyAMA0 "));
	/* the descriptor's come after ours, and so win */
	assert_true(strstr(args, "panic=-1 ") < strstr(args, " quiet panic=5"));
	assert_non_null(strstr(args, " quiet panic=5"));
}

/* A kernel stays where it was linked, unless its profile is about moving. */
static void test_moves(void **state)
{
	struct qemu_guest guest = {
		.arch = &board,
		.kernel = "k",
		.initramfs = "i",
		.channel_file = "c",
	};

	(void)state;
	for (int moves = 0; moves < 2; moves++) {
		guest.moves = moves;
		_cleanup_strv_ strv argv = qemu_command(&guest);

		assert_int_equal(strstr(option(argv, "-append", 0), "nokaslr") == NULL, moves);
	}
}

static void test_channels(void **state)
{
	static const struct {
		enum guest_channel channel;
		const char *device, *argument;
	} cases[] = {
		{ CHANNEL_VIRTIO_PCI, "virtio-serial-pci", "btfm.channel=virtio:btfmatrix.0" },
		{ CHANNEL_VIRTIO_MMIO, "virtio-serial-device", "btfm.channel=virtio:btfmatrix.0" },
		{ CHANNEL_VIRTIO_CCW, "virtio-serial-ccw", "btfm.channel=virtio:btfmatrix.0" },
		{ CHANNEL_SERIAL, NULL, "btfm.channel=/dev/ttyS1" },
		{ CHANNEL_CONSOLE, NULL, "btfm.channel=console" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_strv_ strv argv = command_for(cases[i].channel, "chan");
		bool has_port = strv_has(STRV_CONST(argv),
					 "virtserialport,chardev=channel,name=btfmatrix.0");
		bool has_file = strv_has(STRV_CONST(argv), "file,id=channel,path=chan");

		assert_non_null(strstr(option(argv, "-append", 0), cases[i].argument));
		assert_int_equal(has_port, cases[i].device != NULL);
		assert_int_equal(has_file, cases[i].channel != CHANNEL_CONSOLE);
		if (cases[i].device)
			assert_string_equal(option(argv, "-device", 0), cases[i].device);
		else if (cases[i].channel == CHANNEL_SERIAL)
			assert_string_equal(option(argv, "-serial", 1), "chardev:channel");
		else
			assert_null(option(argv, "-serial", 1));
	}
}

/* The console is a later port than the first, and the channel the one after it. */
static void test_console_port(void **state)
{
	struct arch arch = board;
	const struct qemu_guest guest = {
		.arch = &arch,
		.kernel = "k",
		.initramfs = "i",
		.channel_file = "c",
	};
	_cleanup_strv_ strv argv = NULL;

	(void)state;
	arch.console_port = 1;
	arch.channel = CHANNEL_SERIAL;
	argv = qemu_command(&guest);
	assert_string_equal(option(argv, "-serial", 0), "null");
	assert_string_equal(option(argv, "-serial", 1), "chardev:console");
	assert_string_equal(option(argv, "-serial", 2), "chardev:channel");
}

static char bus[] = "pciB";

static void test_channel_bus(void **state)
{
	struct arch arch = board;
	const struct qemu_guest guest = {
		.arch = &arch,
		.kernel = "k",
		.initramfs = "i",
		.channel_file = "c",
	};
	_cleanup_strv_ strv argv = NULL;

	(void)state;
	arch.channel_bus = bus;
	argv = qemu_command(&guest);
	assert_string_equal(option(argv, "-device", 0), "virtio-serial-pci,bus=pciB");
}

/* The probe powers off unless it is told to reset. */
static void test_end(void **state)
{
	static const enum guest_end ends[] = { END_POWER_OFF, END_REBOOT, END_KILL };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct arch arch = board;
		const struct qemu_guest guest = {
			.arch = &arch,
			.kernel = "k",
			.initramfs = "i",
			.channel_file = "c",
		};
		_cleanup_strv_ strv argv = NULL;

		arch.end = ends[i];
		argv = qemu_command(&guest);
		assert_int_equal(!!strstr(option(argv, "-append", 0), " btfm.end=reboot"),
				 ends[i] == END_REBOOT);
	}
}

/* QEMU ends an option's value at a comma. */
static void test_comma_in_path(void **state)
{
	_cleanup_strv_ strv argv = command_for(CHANNEL_VIRTIO_PCI, "a,b/c");

	(void)state;
	assert_true(strv_has(STRV_CONST(argv), "file,id=channel,path=a,,b/c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machine),      cmocka_unit_test(test_override),
		cmocka_unit_test(test_append),       cmocka_unit_test(test_moves),
		cmocka_unit_test(test_channels),     cmocka_unit_test(test_comma_in_path),
		cmocka_unit_test(test_console_port), cmocka_unit_test(test_channel_bus),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
