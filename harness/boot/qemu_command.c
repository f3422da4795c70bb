// SPDX-License-Identifier: GPL-2.0-only
#include "boot/qemu_command.h"

#include <string.h>

#include "config/strv.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "probe/protocol.h"

/* How a channel looks from both sides. */
struct channel {
	/* QEMU device that carries virtio ports; NULL: not a virtio port */
	const char *controller;
	/* needs a second -serial */
	bool serial;
};

static const struct channel channels[] = {
	[CHANNEL_VIRTIO_PCI] = { .controller = "virtio-serial-pci" },
	[CHANNEL_VIRTIO_MMIO] = { .controller = "virtio-serial-device" },
	[CHANNEL_VIRTIO_CCW] = { .controller = "virtio-serial-ccw" },
	[CHANNEL_SERIAL] = { .serial = true },
	[CHANNEL_CONSOLE] = { 0 },
};

static void add(strv *args, const char *arg)
{
	strv_append(args, xstrdup(arg));
}

printf_like(2, 3) static void addf(strv *args, const char *fmt, ...)
{
	va_list list;

	va_start(list, fmt);
	strv_append(args, xvasprintf(fmt, list));
	va_end(list);
}

/* Within an option's value QEMU takes ",," for a comma. */
static char *double_commas(const char *text)
{
	struct strbuf sb = STRBUF_INIT;

	for (; *text; text++) {
		strbuf_addc(&sb, *text);
		if (*text == ',')
			strbuf_addc(&sb, ',');
	}
	strbuf_adds(&sb, "");
	return strbuf_detach(&sb);
}

static void add_channel(strv *args, const struct qemu_guest *guest)
{
	const struct channel *channel = &channels[guest->arch->channel];
	_cleanup_free_ char *file = NULL;

	if (!channel->controller && !channel->serial)
		return;
	file = double_commas(guest->channel_file);
	add(args, "-chardev");
	addf(args, "file,id=channel,path=%s", file);
	if (channel->serial) {
		add(args, "-serial");
		add(args, "chardev:channel");
		return;
	}
	add(args, "-device");
	if (guest->arch->channel_bus)
		addf(args, "%s,bus=%s", channel->controller, guest->arch->channel_bus);
	else
		add(args, channel->controller);
	add(args, "-device");
	add(args, "virtserialport,chardev=channel,name=" PROTOCOL_PORT);
}

/* The probe's name for the channel. */
static void append_channel(struct strbuf *append, const struct arch *arch)
{
	const struct channel *channel = &channels[arch->channel];

	strbuf_adds(append, " " PROTOCOL_ARGUMENT);
	if (channel->controller)
		strbuf_adds(append, "virtio:" PROTOCOL_PORT);
	else
		strbuf_adds(append, channel->serial ? arch->channel_device : "console");
}

static void add_kernel(strv *args, const struct qemu_guest *guest)
{
	_cleanup_strbuf_ struct strbuf append = STRBUF_INIT;

	/*
	 * panic=-1: reset at once, which ends QEMU. nokaslr: one build's addresses are those of its
	 * System.map, unless the profile is about just that. The descriptor's own arguments come last: the kernel takes the last of two.
	 */
	strbuf_addf(&append, "console=%s panic=-1%s", guest->arch->console,
		    guest->moves ? "" : " nokaslr");
	append_channel(&append, guest->arch);
	if (guest->arch->end == END_REBOOT)
		strbuf_adds(&append, " " PROTOCOL_END_ARGUMENT PROTOCOL_END_REBOOT);
	for (char **arg = guest->arch->append; arg && *arg; arg++)
		strbuf_addf(&append, " %s", *arg);

	add(args, "-kernel");
	add(args, guest->kernel);
	add(args, "-initrd");
	add(args, guest->initramfs);
	add(args, "-append");
	add(args, strbuf_str(&append));
}

strv qemu_command(const struct qemu_guest *guest)
{
	const struct arch *arch = guest->arch;
	strv args = NULL;

	add(&args, guest->qemu ? guest->qemu : arch->qemu_binary);
	add(&args, "-machine");
	add(&args, arch->machine);
	/* the same everywhere, with and without /dev/kvm */
	add(&args, "-accel");
	add(&args, "tcg");
	add(&args, "-cpu");
	add(&args, arch->cpu);
	add(&args, "-m");
	addf(&args, "%uM", arch->memory_mb);
	add(&args, "-smp");
	addf(&args, "%u", arch->cpus);
	add(&args, "-nodefaults");
	add(&args, "-no-user-config");
	add(&args, "-no-reboot");
	add(&args, "-display");
	add(&args, "none");
	add(&args, "-chardev");
	add(&args, "stdio,id=console,mux=off,signal=off");
	for (unsigned int i = 0; i < arch->console_port; i++) {
		add(&args, "-serial");
		add(&args, "null");
	}
	add(&args, "-serial");
	add(&args, "chardev:console");
	add_channel(&args, guest);
	add_kernel(&args, guest);
	for (char **arg = arch->qemu_args; arg && *arg; arg++)
		add(&args, *arg);
	return args;
}
