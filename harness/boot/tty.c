// SPDX-License-Identifier: GPL-2.0-only
#include "boot/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/proc.h"

static const struct {
	unsigned int baud;
	speed_t speed;
} speeds[] = {
	{ 9600, B9600 },       { 19200, B19200 },     { 38400, B38400 },     { 57600, B57600 },
	{ 115200, B115200 },   { 230400, B230400 },   { 460800, B460800 },   { 500000, B500000 },
	{ 576000, B576000 },   { 921600, B921600 },   { 1000000, B1000000 }, { 1152000, B1152000 },
	{ 1500000, B1500000 }, { 2000000, B2000000 }, { 3000000, B3000000 }, { 4000000, B4000000 },
};

static bool find_speed(unsigned int baud, speed_t *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(speeds); i++) {
		if (speeds[i].baud == baud) {
			*ret = speeds[i].speed;
			return true;
		}
	}
	return false;
}

bool tty_speed_is_good(unsigned int baud)
{
	speed_t speed;

	return find_speed(baud, &speed);
}

static struct error *explain_open(const char *device, int errnum)
{
	static const struct {
		int errnum;
		const char *mend;
	} mends[] = {
		{ ENOENT,
		  "is the board's adapter plugged in? /dev/serial/by-id has lasting names" },
		{ EACCES, "be in the group that owns it, often dialout" },
		{ EPERM, "be in the group that owns it, often dialout" },
		{ EBUSY, "another program has it for itself: end that" },
		{ ENXIO, "there is no hardware behind it" },
		{ EIO, "there is no hardware behind it" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(mends); i++)
		if (mends[i].errnum == errnum)
			return error_new(ERROR_SYSTEM, "cannot open the console %s: %s; %s", device,
					 strerror(errnum), mends[i].mend);
	return error_errno(errnum, "cannot open the console %s", device);
}

static struct error *set_raw(int fd, const char *device, unsigned int baud)
{
	struct termios mode;
	speed_t speed;

	if (!find_speed(baud, &speed))
		return error_new(ERROR_INPUT, "%s: no serial line has %u baud; 115200 is usual",
				 device, baud);
	if (tcgetattr(fd, &mode) < 0)
		return error_new(ERROR_INPUT, "%s is no serial line nor another terminal: %s",
				 device, strerror(errno));
	cfmakeraw(&mode);
	mode.c_cflag |= CLOCAL | CREAD;
	mode.c_cflag &= ~(tcflag_t)CRTSCTS;
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	cfsetspeed(&mode, speed);
	if (tcsetattr(fd, TCSANOW, &mode) < 0)
		return error_errno(errno, "cannot set %s to %u baud", device, baud);
	return NULL;
}

static struct error *lock(int fd, const char *device)
{
	bool said = false;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return error_errno(errno, "cannot lock %s", device);
		if (!said)
			log_info("%s is in use; waiting for it", device);
		said = true;
		usleep(200000);
		if (proc_interrupted())
			return error_new(ERROR_INTERRUPTED, "interrupted");
	}
	return NULL;
}

struct error *tty_open(const char *device, unsigned int baud, int *fd_ret)
{
	/* a line without carrier would not open otherwise */
	_cleanup_close_ int fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct error *err;

	*fd_ret = -1;
	if (fd < 0)
		return explain_open(device, errno);
	err = lock(fd, device);
	if (!err)
		err = set_raw(fd, device, baud);
	if (err)
		return err;
	tcflush(fd, TCIOFLUSH);
	*fd_ret = fd;
	fd = -1;
	return NULL;
}

struct error *tty_write(int fd, const char *device, const char *text)
{
	enum {
		WAIT_MS = 10000
	};
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	for (size_t len = strlen(text); len;) {
		ssize_t n = write(fd, text, len);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return error_errno(errno, "cannot write to %s", device);
		} else if (poll(&ready, 1, WAIT_MS) == 0) {
			return error_new(ERROR_TIMEOUT, "%s takes nothing: is the line connected?",
					 device);
		}
	}
	return NULL;
}
