/* SPDX-License-Identifier: GPL-2.0-only */
/* An architecture descriptor: arches/NAME.ini. Data alone; a new architecture needs no C. */
#ifndef BTFMATRIX_CONFIG_ARCH_H
#define BTFMATRIX_CONFIG_ARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "config/strv.h"
#include "core/cleanup.h"
#include "core/error.h"

/** How the probe's frames leave a QEMU guest. */
enum guest_channel {
	/* a named port of a virtio-serial device on the PCI bus */
	CHANNEL_VIRTIO_PCI,
	/* the same on virtio-mmio */
	CHANNEL_VIRTIO_MMIO,
	/* the same on the s390 channel subsystem */
	CHANNEL_VIRTIO_CCW,
	/* a second serial port */
	CHANNEL_SERIAL,
	/* framed between the messages of the console */
	CHANNEL_CONSOLE,
};

/** How a guest is ended once its probe has said all. */
enum guest_end {
	/* the probe powers it off */
	END_POWER_OFF,
	/* it cannot be powered off: the probe resets it, and QEMU ends at a reset */
	END_REBOOT,
	/* it can do neither: QEMU is killed */
	END_KILL,
};

struct arch {
	/* the descriptor's file name without ".ini" */
	char *name;
	char *path;

	/* [kernel] */
	/* make's ARCH=, and the folder below arch/ */
	char *kernel_arch, *srcarch;
	/* what `uname -m` says there; none: what cross_compile begins with */
	strv uname;
	/* make's target and the file it makes, below the object tree */
	char *image_target, *image_file;
	/* "CONFIG_FOO=y" lines, as Kconfig writes them */
	strv kconfig;
	/* how long a build takes beside other architectures': the longest starts first */
	unsigned int build_weight;

	/* [toolchain] */
	/* e.g. "s390x-linux-gnu-" */
	char *cross_compile;
	/* the tool root that has the compiler where the host has none; or NULL */
	char *root;

	/* flags that make this compiler's programs those of the guest; may be empty */
	strv probe_flags;
	/* there is no C library for such programs: the probe brings what it needs of one */
	bool freestanding;

	/* [qemu] */
	char *qemu_binary, *machine, *cpu;
	/* the tool root that has QEMU where the host has none, or none of this version; either may be NULL */
	char *qemu_root, *qemu_version;
	unsigned int memory_mb, cpus;
	/* tty name for console=, and which of QEMU's serial ports it is */
	char *console;
	unsigned int console_port;
	/* further kernel arguments and QEMU arguments; either may be empty */
	strv append, qemu_args;
	enum guest_channel channel;
	/* the device the probe opens for CHANNEL_SERIAL; else NULL */
	char *channel_device;
	/* QEMU's name of the bus that a virtio channel's device goes on; NULL: QEMU's choice */
	char *channel_bus;
	enum guest_end end;
	/* seconds for a whole guest run, and without a byte of output */
	unsigned int deadline_s, silence_s;

	/* [elf] what its vmlinux must be */
	/* 32 or 64; EM_* */
	unsigned int elf_bits, elf_machine;
	bool elf_big_endian;
	/* whether an SMP kernel has a per-CPU section */
	bool percpu_section;

	/*
	 * [debian] packages for compiler, C library and QEMU; all are in packages.list too. "a|b" where
	 * Debian's releases have different names for one thing.
	 */
	strv packages;
};

struct ini_schema;

/** The keys of a descriptor. */
extern const struct ini_schema arch_schema;

/** Reads a descriptor. Messages have "FILE:LINE: what; the mend". */
must_check struct error *arch_load(const char *path, struct arch **ret);
void arch_free(struct arch *arch);

/**
 * Whether @machine, as `uname -m` has it, is of this architecture: one that [kernel] uname has or, without
 * that key, what the cross compiler's prefix begins with.
 */
bool arch_is_of_machine(const struct arch *arch, const char *machine);
DEFINE_CLEANUP_PTR(arch, struct arch, arch_free);

#endif
