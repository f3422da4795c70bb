// SPDX-License-Identifier: GPL-2.0-only
#include "boot/boot_blame.h"

#include <stdlib.h>
#include <string.h>

#include "config/arch_blame.h"
#include "config/packages.h"
#include "core/cleanup.h"
#include "core/mem.h"

/* QEMU's own words. Sources: QEMU's hw/core/machine.c, hw/core/machine-smp.c, cpu-common.c, qdev-monitor.c. */
static const struct arch_blame_rule qemu_rules[] = {
	{ "unsupported machine type", "qemu", "machine", "QEMU has no such machine" },
	{ "CPU model", "qemu", "cpu", "QEMU has no such CPU for this machine" },
	{ "nvalid CPU type", "qemu", "cpu", "this machine takes other CPUs" },
	{ "CPU type", "qemu", "cpu", "QEMU refuses this CPU" },
	{ "SMP CPUs", "qemu", "cpus", "this machine takes fewer CPUs" },
	{ "maxcpus", "qemu", "cpus", "this machine takes fewer CPUs" },
	{ "RAM size", "qemu", "memory_mb", "this machine takes less memory" },
	{ "memory size", "qemu", "memory_mb", "this machine takes another size of memory" },
	{ "bus found for device 'virtio", "qemu", "channel", "this machine has no bus for it" },
	{ "'virtio-serial", "qemu", "channel", "this machine has no such device" },
	{ "could not load kernel", "kernel", "image_file", "QEMU cannot load it on this machine" },
	{ "could not load elf", "kernel", "image_file", "QEMU cannot load it on this machine" },
	{ "rror loading", "kernel", "image_file", "QEMU cannot load it on this machine" },
	{ "load ram disk", "kernel", "image_file", "QEMU takes another format on this machine" },
	{ "-machine", "qemu", "machine", "QEMU refuses it" },
	{ "invalid option", "qemu", "args", "QEMU has no such option" },
	{ "Property", "qemu", "machine", "QEMU knows no such property" },
};

/* The kernel's words as it panics. Sources: init/main.c, init/initramfs.c, mm/oom_kill.c, kernel/exit.c. */
static const struct arch_blame_rule panic_rules[] = {
	{ "deadlocked on memory", "qemu", "memory_mb", "it is too little" },
	{ "out of memory", "qemu", "memory_mb", "it is too little" },
	{ "Out of memory", "qemu", "memory_mb", "it is too little" },
	{ "Failed to allocate", "qemu", "memory_mb", "it may be too little" },
	/* the lower seven bits are the signal: SIGILL */
	{ "exitcode=0x00000004", "qemu", "cpu", "it lacks an instruction that the probe has" },
	{ "Requested init /init failed (error -8)", "toolchain", "cross_compile",
	  "it makes programs for another machine" },
	{ "rdinit", "qemu", "append", "the probe is /init" },
};

/* The kernel ran, and QEMU never got a byte: joined, as nothing tells them apart. */
static char *blame_start(const struct arch *arch)
{
	_cleanup_free_ char *image = arch_blame(arch, "kernel", "image_file",
						"nothing of it ran: QEMU may want another format");
	_cleanup_free_ char *machine = arch_blame(
		arch, "qemu", "machine", "the kernel may not have been built for this machine");
	_cleanup_free_ char *cpu = arch_blame(arch, "qemu", "cpu", "or for this CPU");
	_cleanup_free_ char *console =
		arch_blame(arch, "qemu", "console", "or its messages and the probe's go elsewhere");

	return xasprintf("%s; %s; %s; %s", image, machine, cpu, console);
}

static char *blame_silence(const struct arch *arch, const struct boot_evidence *e)
{
	if (!e->console->banners)
		return blame_start(arch);
	return arch_blame(arch, "qemu", "silence_s",
			  "the kernel runs; it may be silent for longer than %g s", e->silence_s);
}

static char *blame_timeout(const struct arch *arch, const struct boot_evidence *e)
{
	return arch_blame(arch, "qemu", "deadline_s",
			  "the guest was still writing; it may need more than %g s", e->deadline_s);
}

static char *blame_no_console(const struct arch *arch, const struct boot_evidence *e)
{
	(void)e;
	return arch_blame(arch, "qemu", "console",
			  "the kernel has no console=%s, or its driver is not in [kernel] kconfig",
			  arch->console);
}

static char *blame_no_channel(const struct arch *arch, const struct boot_evidence *e)
{
	const char *key = arch->channel == CHANNEL_SERIAL ? "channel_device" : "channel";

	(void)e;
	return arch_blame(arch, "qemu", key,
			  "the guest has no such channel, or its driver is not in [kernel] "
			  "kconfig");
}

static char *blame_qemu(const struct arch *arch, const struct boot_evidence *e)
{
	return arch_blame_message(arch, qemu_rules, ARRAY_SIZE(qemu_rules), e->console->qemu);
}

static char *blame_panic(const struct arch *arch, const struct boot_evidence *e)
{
	return arch_blame_message(arch, panic_rules, ARRAY_SIZE(panic_rules), e->console->panic);
}

static char *blame_early_end(const struct arch *arch, const struct boot_evidence *e)
{
	return e->console->banners ? NULL : blame_start(arch);
}

static char *(*const blames[])(const struct arch *arch, const struct boot_evidence *e) = {
	[BOOT_PANIC] = blame_panic,           [BOOT_SILENT] = blame_silence,
	[BOOT_TIMEOUT] = blame_timeout,       [BOOT_QEMU_DIED] = blame_qemu,
	[BOOT_NO_TOKEN] = blame_early_end,    [BOOT_NO_CONSOLE] = blame_no_console,
	[BOOT_NO_CHANNEL] = blame_no_channel,
};

char *boot_blame(const struct arch *arch, enum boot_verdict verdict,
		 const struct boot_evidence *evidence)
{
	if ((size_t)verdict >= ARRAY_SIZE(blames) || !blames[verdict])
		return NULL;
	return blames[verdict](arch, evidence);
}

struct error *boot_blame_binary(const struct arch *arch, struct error *err)
{
	_cleanup_free_ char *mend = packages_mend(STRV_CONST(arch->packages), "qemu");
	_cleanup_free_ char *blame = NULL;
	char *both;

	if (!err)
		return NULL;
	blame = mend ? arch_blame(arch, "qemu", "binary", "%s", mend)
		     : arch_blame(arch, "qemu", "binary", "there is no such program");
	both = xasprintf("%s; %s", err->message, blame);
	free(err->message);
	err->message = both;
	return err;
}
