// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probe: looks at the BTF of the kernel it runs on, tries to use it, and tells the host.
 *
 * As process 1 of a guest it mounts what it needs, writes to the channel the kernel's command line
 * names, and powers the machine off. Otherwise:
 *
 *	probe [--nonce TEXT] [--wanted FILE] [--values FILE] [--module FILE]
 *
 * writes the same frames to its standard output.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf_run.h"
#include "bpf_trials.h"
#include "channel.h"
#include "io.h"
#include "kallsyms.h"
#include "kcore.h"
#include "kernel_btf.h"
#include "kmsg.h"
#include "ksyms.h"
#include "module.h"
#include "record.h"
#include "sysfs_btf.h"
#include "values.h"

struct inputs {
	const char *nonce;
	/* NULL where there is none */
	const char *wanted, *values, *module;
};

static void probe(const struct inputs *in)
{
	const char *extra = in->module ? module_name(in->module) : NULL;

	record_system();
	kmsg_open();
	kmsg_drain(NULL, 0);
	trial_prog_load();
	sysfs_btf_read();
	if (in->module) {
		module_load(in->module);
		sysfs_btf_read();
		sysfs_btf_compare();
	}
	sysfs_btf_send();
	kallsyms_read();
	kallsyms_send(in->wanted);
	kcore_send_percpu_offsets();
	/* that the module's is not there is said elsewhere */
	kernel_btf_open(extra && sysfs_btf_of_module(extra) ? extra : NULL);
	trial_btf_load();
	trial_btf_objects(extra);

	bool can_run = bpf_run_open();
	if (can_run)
		ksyms_send_percpu(false);
	ksyms_try();
	if (can_run)
		ksyms_send_percpu(true);
	if (in->values)
		values_send(in->values, can_run);
	kmsg_drain(NULL, 0);
}

struct mount_point {
	const char *type, *path;
};

static const struct mount_point mounts[] = {
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "devtmpfs", "/dev" },
};

enum {
	NR_MOUNTS = sizeof(mounts) / sizeof(*mounts)
};

static void report_mounts(const int errnums[NR_MOUNTS])
{
	bool ok = true;

	for (size_t i = 0; i < NR_MOUNTS; i++) {
		if (!errnums[i])
			continue;
		ok = false;
		record_failed("mount", NULL, errnums[i], "%s on %s", mounts[i].type,
			      mounts[i].path);
	}
	if (ok)
		record_ok("mount", NULL, "%s", "");
}

static const char *existing(const char *path)
{
	return access(path, F_OK) == 0 ? path : NULL;
}

/* The one module at the top of the initramfs, by whatever name. */
static const char *find_module(void)
{
	static char path[300];
	const struct dirent *entry;
	DIR *dir = opendir("/");

	if (!dir)
		return NULL;
	*path = '\0';
	while ((entry = readdir(dir)) && !*path) {
		size_t len = strlen(entry->d_name);

		if (len > 3 && strcmp(entry->d_name + len - 3, ".ko") == 0)
			snprintf(path, sizeof(path), "/%s", entry->d_name);
	}
	closedir(dir);
	return *path ? path : NULL;
}

_Noreturn static void power_off(void)
{
	char end[32];

	read_argument(PROTOCOL_END_ARGUMENT, end, sizeof(end));
	sync();
	/* a kernel that knows of no power-off halts instead, and does not come back */
	if (strcmp(end, PROTOCOL_END_REBOOT) != 0)
		reboot(RB_POWER_OFF);
	/* QEMU has -no-reboot and ends */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

_Noreturn static void run_as_init(void)
{
	int mount_errnums[NR_MOUNTS] = { 0 };
	struct inputs in = { 0 };
	bool shared_console;
	char why[512];

	for (size_t i = 0; i < NR_MOUNTS; i++) {
		mkdir(mounts[i].path, 0755);
		/* EBUSY: the kernel has mounted devtmpfs itself (CONFIG_DEVTMPFS_MOUNT) */
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, 0, NULL) < 0 &&
		    errno != EBUSY)
			mount_errnums[i] = errno;
	}

	char *nonce = read_file("/nonce", NULL);
	if (nonce)
		nonce[strcspn(nonce, "\n")] = '\0';
	in.nonce = nonce ? nonce : "";
	in.wanted = existing("/wanted");
	in.values = existing("/values");
	char *sysfs_file = read_file("/sysfs-file", NULL);
	if (sysfs_file) {
		sysfs_file[strcspn(sysfs_file, "\n")] = '\0';
		sysfs_btf_set_file(sysfs_file);
	}
	in.module = find_module();

	/* The channel may be known only now, so the failures of mounts are reported after it. */
	int fd = channel_open(&shared_console, why, sizeof(why));
	record_open(fd, shared_console);
	record_begin(in.nonce);
	report_mounts(mount_errnums);
	if (*why)
		record_failed("channel", NULL, 0, "%s", why);
	probe(&in);
	record_end(in.nonce);
	power_off();
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "nonce", required_argument, NULL, 'n' },
		{ "wanted", required_argument, NULL, 'w' },
		{ "values", required_argument, NULL, 'v' },
		{ "module", required_argument, NULL, 'm' },
		{ 0 },
	};
	struct inputs in = { .nonce = "" };
	int option;

	if (getpid() == 1)
		run_as_init();

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			in.nonce = optarg;
			break;
		case 'w':
			in.wanted = optarg;
			break;
		case 'v':
			in.values = optarg;
			break;
		case 'm':
			in.module = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind != argc) {
		fprintf(stderr,
			"usage: %s [--nonce TEXT] [--wanted FILE] [--values FILE] [--module "
			"FILE]\n",
			argv[0]);
		return 2;
	}
	record_open(STDOUT_FILENO, false);
	record_begin(in.nonce);
	probe(&in);
	/* a guest of ours is thrown away; a machine is left as it was */
	module_unload();
	record_end(in.nonce);
	return 0;
}
