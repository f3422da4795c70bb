// SPDX-License-Identifier: GPL-2.0-only
#include "channel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "io.h"
#include "protocol.h"

#define PORTS_DIR   "/sys/class/virtio-ports"
#define VIRTIO_WORD "virtio:"

enum {
	WAIT_STEPS = 100,
	WAIT_STEP_MS = 50
};

void read_argument(const char *argument, char *value, size_t size)
{
	char *cmdline = read_file("/proc/cmdline", NULL);
	char *state = NULL;

	*value = '\0';
	for (char *word = cmdline ? strtok_r(cmdline, " \n", &state) : NULL; word;
	     word = strtok_r(NULL, " \n", &state))
		if (strncmp(word, argument, strlen(argument)) == 0)
			snprintf(value, size, "%s", word + strlen(argument));
	free(cmdline);
}

/* /dev/vportNpM is found by the name QEMU gave the port, not by its number. */
static bool find_port(const char *port, char *device, size_t size)
{
	DIR *dir = opendir(PORTS_DIR);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		char path[512];

		snprintf(path, sizeof(path), PORTS_DIR "/%.255s/name", entry->d_name);
		char *name = read_file(path, NULL);
		if (!name)
			continue;
		name[strcspn(name, "\n")] = '\0';
		found = strcmp(name, port) == 0;
		if (found)
			snprintf(device, size, "/dev/%s", entry->d_name);
		free(name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static int open_port(const char *port, char *why, size_t why_size)
{
	char device[300];

	/* drivers probe asynchronously: the port may come after init */
	for (int i = 0; i < WAIT_STEPS; i++) {
		if (find_port(port, device, sizeof(device))) {
			int fd = open(device, O_WRONLY | O_CLOEXEC);

			if (fd >= 0)
				return fd;
			snprintf(why, why_size, "cannot open %s: %s", device, strerror(errno));
		} else {
			snprintf(why, why_size, "no virtio port named %s in " PORTS_DIR, port);
		}
		pause_ms(WAIT_STEP_MS);
	}
	return -1;
}

static int open_tty(const char *path, char *why, size_t why_size)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	struct termios mode;

	if (fd < 0) {
		snprintf(why, why_size, "cannot open %.200s: %s", path, strerror(errno));
		return -1;
	}
	if (tcgetattr(fd, &mode) == 0) {
		cfmakeraw(&mode);
		/* a port that is not the console may be at 9600 */
		cfsetspeed(&mode, B115200);
		tcsetattr(fd, TCSANOW, &mode);
	}
	return fd;
}

int channel_open(bool *shared_console_ret, char *why, size_t why_size)
{
	char channel[256];
	int fd = -1;

	*why = '\0';
	*shared_console_ret = false;
	read_argument(PROTOCOL_ARGUMENT, channel, sizeof(channel));
	if (strncmp(channel, VIRTIO_WORD, strlen(VIRTIO_WORD)) == 0)
		fd = open_port(channel + strlen(VIRTIO_WORD), why, why_size);
	else if (*channel == '/')
		fd = open_tty(channel, why, why_size);
	else if (strcmp(channel, "console") != 0)
		snprintf(why, why_size, "no channel called \"%s\"", channel);
	if (fd >= 0) {
		*why = '\0';
		return fd;
	}

	*shared_console_ret = true;
	fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	/* what the kernel opened for us as standard output is the console too */
	return fd >= 0 ? fd : STDOUT_FILENO;
}
