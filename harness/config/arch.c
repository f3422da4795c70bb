// SPDX-License-Identifier: GPL-2.0-only
#include "config/arch.h"

#include <stdlib.h>
#include <string.h>

#include "config/ini_schema.h"
#include "config/version.h"
#include "core/mem.h"

static const struct ini_choice channels[] = {
	{ "virtio-pci", CHANNEL_VIRTIO_PCI }, { "virtio-mmio", CHANNEL_VIRTIO_MMIO },
	{ "virtio-ccw", CHANNEL_VIRTIO_CCW }, { "serial", CHANNEL_SERIAL },
	{ "console", CHANNEL_CONSOLE },       { NULL, 0 },
};

static const struct ini_choice ends[] = {
	{ "power-off", END_POWER_OFF },
	{ "reboot", END_REBOOT },
	{ "kill", END_KILL },
	{ NULL, 0 },
};

static const struct ini_choice libcs[] = { { "yes", 0 }, { "no", 1 }, { NULL, 0 } };

static const struct ini_choice byte_orders[] = { { "little", 0 }, { "big", 1 }, { NULL, 0 } };

static const struct ini_choice word_sizes[] = { { "32", 32 }, { "64", 64 }, { NULL, 0 } };

static const char *check_cross_prefix(const char *value)
{
	return str_ends(value, "-") && !strpbrk(value, " \t/")
		       ? NULL
		       : "must be a prefix of program names that ends in '-', like "
			 "s390x-linux-gnu-";
}

static const char *check_device(const char *value)
{
	return str_starts(value, "/dev/") ? NULL : "must be a device in the guest, like /dev/ttyS1";
}

static const char *check_bus(const char *value)
{
	return strpbrk(value, ", \t=")
		       ? "must be the name of one of the machine's buses, like pci.0"
		       : NULL;
}

static const char *check_version(const char *value)
{
	return version_check_range(value) || strstr(value, "..") ? "must be a version, like 8.1"
								 : NULL;
}

#define FIELD(section_, key_, type_, member_, ...)                    \
	{                                                             \
		.section = section_, .key = key_, .type = type_,      \
		.offset = offsetof(struct arch, member_), __VA_ARGS__ \
	}

static const struct ini_field fields[] = {
	FIELD("kernel", "arch", INI_STRING, kernel_arch, .required = true, .check = ini_check_name,
	      .help = "make's ARCH=", .example = "riscv"),
	FIELD("kernel", "srcarch", INI_STRING, srcarch, .required = true, .check = ini_check_name,
	      .help = "the folder below arch/ in the kernel tree", .example = "riscv"),
	FIELD("kernel", "uname", INI_WORDS, uname, .unique = true,
	      .help = "what `uname -m` says there"),
	FIELD("kernel", "image_target", INI_STRING, image_target, .required = true,
	      .help = "make's target for the boot image", .example = "Image"),
	FIELD("kernel", "image_file", INI_STRING, image_file, .required = true,
	      .check = ini_check_subpath, .help = "the boot image below the object tree",
	      .example = "arch/riscv/boot/Image"),
	FIELD("kernel", "kconfig", INI_LINES, kconfig, .unique = true, .check = ini_check_kconfig,
	      .help = "Kconfig lines: console, virtio, power-off",
	      .example = "CONFIG_MMU=y\n"
			 "CONFIG_ARCH_RV64I=y\n"
			 "CONFIG_ARCH_VIRT=y\n"
			 "CONFIG_FPU=y\n"
			 "CONFIG_RISCV_ISA_C=y\n"
			 "CONFIG_RISCV_ISA_FALLBACK=y\n"
			 "CONFIG_SERIAL_8250=y\n"
			 "CONFIG_SERIAL_8250_CONSOLE=y\n"
			 "CONFIG_SERIAL_OF_PLATFORM=y\n"
			 "CONFIG_VIRTIO_MMIO=y"),
	FIELD("kernel", "build_weight", INI_UINT, build_weight, .min = 1, .max = 1000,
	      .fallback = "100", .help = "how long a build takes; the longest starts first"),

	FIELD("toolchain", "cross_compile", INI_STRING, cross_compile, .required = true,
	      .check = check_cross_prefix, .help = "the prefix of the cross tools",
	      .example = "riscv64-linux-gnu-"),

	FIELD("toolchain", "root", INI_STRING, root, .check = ini_check_name,
	      .help = "a name in configs/toolchains/roots/: where the compiler is if the host has "
		      "none"),
	FIELD("toolchain", "probe_flags", INI_WORDS, probe_flags,
	      .help = "compiler flags that the probe needs, like -mbig-endian"),
	FIELD("toolchain", "libc", INI_BOOL, freestanding, .choices = libcs, .fallback = "yes",
	      .help = "whether there is a C library for it: yes, no"),

	FIELD("qemu", "binary", INI_STRING, qemu_binary, .required = true,
	      .help = "the emulator, e.g. qemu-system-x86_64", .example = "qemu-system-riscv64"),
	FIELD("qemu", "root", INI_STRING, qemu_root, .check = ini_check_name,
	      .help = "a name in configs/toolchains/roots/: where QEMU is if the host's does not "
		      "serve"),
	FIELD("qemu", "version", INI_STRING, qemu_version, .check = check_version,
	      .help = "the oldest QEMU that boots it"),
	FIELD("qemu", "machine", INI_STRING, machine, .required = true, .help = "QEMU's -machine",
	      .example = "virt"),
	FIELD("qemu", "cpu", INI_STRING, cpu, .required = true, .help = "QEMU's -cpu",
	      .example = "rv64"),
	FIELD("qemu", "memory_mb", INI_UINT, memory_mb, .min = 16, .max = 65536, .fallback = "512",
	      .help = "the guest's memory in MiB", .example = "256"),
	FIELD("qemu", "cpus", INI_UINT, cpus, .min = 1, .max = 64, .fallback = "2",
	      .help = "the guest's CPUs", .example = "2"),
	FIELD("qemu", "console", INI_STRING, console, .required = true,
	      .help = "the tty for console=, e.g. ttyS0", .example = "ttyS0"),
	FIELD("qemu", "console_port", INI_UINT, console_port, .max = 3, .fallback = "0",
	      .help = "which of QEMU's serial ports the console is"),
	FIELD("qemu", "append", INI_WORDS, append, .help = "further kernel arguments"),
	FIELD("qemu", "args", INI_WORDS, qemu_args, .help = "further QEMU arguments"),
	FIELD("qemu", "channel", INI_ENUM, channel, .required = true, .choices = channels,
	      .help = "how the probe's frames leave the guest", .example = "virtio-mmio"),
	FIELD("qemu", "channel_device", INI_STRING, channel_device, .check = check_device,
	      .help = "the device the probe opens where channel is serial"),
	FIELD("qemu", "channel_bus", INI_STRING, channel_bus, .check = check_bus,
	      .help = "QEMU's name of the bus that a virtio channel goes on"),
	FIELD("qemu", "end", INI_ENUM, end, .choices = ends, .fallback = "power-off",
	      .help = "how the guest is ended: power-off, reboot, kill"),
	FIELD("qemu", "deadline_s", INI_UINT, deadline_s, .min = 1, .max = 86400, .fallback = "120",
	      .help = "seconds for a whole guest run", .example = "120"),
	FIELD("qemu", "silence_s", INI_UINT, silence_s, .min = 1, .max = 86400, .fallback = "30",
	      .help = "seconds without a byte of output", .example = "30"),

	FIELD("elf", "bits", INI_ENUM, elf_bits, .required = true, .choices = word_sizes,
	      .help = "32 or 64 (EI_CLASS)", .example = "64"),
	FIELD("elf", "byte_order", INI_BOOL, elf_big_endian, .required = true,
	      .choices = byte_orders, .help = "little or big (EI_DATA)", .example = "little"),
	FIELD("elf", "machine", INI_UINT, elf_machine, .required = true, .min = 1, .max = 0xffff,
	      .help = "the number of e_machine (EM_*)", .example = "243"),
	FIELD("elf", "percpu_section", INI_BOOL, percpu_section, .fallback = "yes",
	      .help = "whether an SMP kernel has a per-CPU section"),

	FIELD("debian", "packages", INI_WORDS, packages, .required = true, .unique = true,
	      .check = ini_check_package, .help = "packages for compiler, C library and QEMU",
	      .example = "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross "
			 "qemu-system-riscv|qemu-system-misc"),
};

const struct ini_schema arch_schema = { .fields = fields, .nr_fields = ARRAY_SIZE(fields) };

static struct error *check_channel(const struct arch *arch)
{
	bool serial = arch->channel == CHANNEL_SERIAL;

	if (arch->channel_bus && (serial || arch->channel == CHANNEL_CONSOLE))
		return error_new(ERROR_INPUT,
				 "%s:%u: channel_bus is for the virtio channels alone; remove it",
				 arch->path, ini_find_line(arch->path, "qemu", "channel_bus"));
	if (serial == !!arch->channel_device)
		return NULL;
	return error_new(ERROR_INPUT, "%s:%u: %s", arch->path,
			 ini_find_line(arch->path, "qemu", serial ? "channel" : "channel_device"),
			 serial ? "channel = serial needs a channel_device, like /dev/ttyS1"
				: "channel_device is for channel = serial alone; remove it");
}

struct error *arch_load(const char *path, struct arch **ret)
{
	_cleanup_(arch_cleanup) struct arch *arch = xcalloc(1, sizeof(*arch));
	struct error *err = ini_load(path, &arch_schema, arch);

	if (err)
		return err;
	arch->path = xstrdup(path);
	arch->name = ini_name_of_path(path);
	err = check_channel(arch);
	if (err)
		return err;
	*ret = return_ptr(arch);
	return NULL;
}

bool arch_is_of_machine(const struct arch *arch, const char *machine)
{
	size_t len = strcspn(arch->cross_compile, "-");

	if (strv_len(STRV_CONST(arch->uname)))
		return strv_has(STRV_CONST(arch->uname), machine);
	return strlen(machine) == len && strncmp(arch->cross_compile, machine, len) == 0;
}

void arch_free(struct arch *arch)
{
	if (!arch)
		return;
	ini_release(&arch_schema, arch);
	free(arch->path);
	free(arch->name);
	free(arch);
}
