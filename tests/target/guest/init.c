// SPDX-License-Identifier: GPL-2.0-only
/*
 * Process 1 of a guest with a network and a real sshd: mounts, loads the modules that /modules lists, gives lo and
 * eth0 the addresses of QEMU's user-mode network, and runs sshd.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *type, *path;
} mounts[] = {
	{ "proc", "/proc" },    { "sysfs", "/sys" },      { "securityfs", "/sys/kernel/security" },
	{ "devtmpfs", "/dev" }, { "devpts", "/dev/pts" }, { "tmpfs", "/tmp" },
	{ "tmpfs", "/run" },
};

static void load_modules(void)
{
	FILE *list = fopen("/modules", "r");
	char path[512];

	while (list && fgets(path, sizeof(path), list)) {
		int fd;

		path[strcspn(path, "\n")] = '\0';
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
			printf("guest: %s: %s\n", path, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
}

static void set_address(const char *name, const char *address, const char *mask)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&ifr.ifr_addr;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	in->sin_family = AF_INET;
	inet_pton(AF_INET, address, &in->sin_addr);
	if (ioctl(fd, SIOCSIFADDR, &ifr) < 0)
		printf("guest: %s: %s\n", name, strerror(errno));
	inet_pton(AF_INET, mask, &in->sin_addr);
	ioctl(fd, SIOCSIFNETMASK, &ifr);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
}

int main(void)
{
	static char *const sshd[] = { (char *)"/usr/sbin/sshd", (char *)"-D", (char *)"-e", NULL };

	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		mkdir(mounts[i].path, 0755);
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, 0, NULL) < 0)
			printf("guest: %s: %s\n", mounts[i].path, strerror(errno));
	}
	chmod("/tmp", 01777);
	mkdir("/run/sshd", 0755);
	load_modules();
	set_address("lo", "127.0.0.1", "255.0.0.0");
	/* the driver probes on its own time */
	for (int i = 0; i < 600 && access("/sys/class/net/eth0", F_OK) < 0; i++)
		usleep(100000);
	set_address("eth0", "10.0.2.15", "255.255.255.0");
	printf("guest: ready\n");
	fflush(stdout);
	if (fork() == 0) {
		execv(sshd[0], sshd);
		_exit(127);
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	printf("guest: sshd ended\n");
	reboot(RB_POWER_OFF);
	return 1;
}
