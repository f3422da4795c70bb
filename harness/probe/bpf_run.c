// SPDX-License-Identifier: GPL-2.0-only
#include "bpf_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf_syscall.h"
#include "record.h"

#define CGROUP "/cgroup"
/* any device: a look at its inode's permissions runs the program */
#define DEVICE "/dev/null"

/* A way to run a program. */
struct road {
	const char *name;
	uint32_t type;
	/* makes ready what it needs; false with errno and what failed */
	bool (*open)(const char **what);
	bool (*run)(int fd, const char **what);
};

static int cgroup_fd = -1;

static bool test_run_open(const char **what)
{
	(void)what;
	return true;
}

static bool test_run(int fd, const char **what)
{
	*what = "BPF_PROG_TEST_RUN";
	return bpf_prog_test_run(fd) == 0;
}

static bool cgroup_open(const char **what)
{
	/* a machine that is not ours keeps the cgroups it has */
	*what = "this is no guest of ours";
	errno = EPERM;
	if (getpid() != 1)
		return false;
	*what = "mounting cgroup2";
	mkdir(CGROUP, 0755);
	if (mount("none", CGROUP, "cgroup2", 0, NULL) < 0)
		return false;
	*what = "opening " CGROUP;
	cgroup_fd = open(CGROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cgroup_fd >= 0;
}

static bool cgroup_run(int fd, const char **what)
{
	*what = "BPF_PROG_ATTACH";
	if (bpf_prog_attach(cgroup_fd, fd, BPF_CGROUP_DEVICE) < 0)
		return false;
	*what = "opening " DEVICE;
	int device = open(DEVICE, O_RDONLY | O_CLOEXEC);
	int saved = errno;

	if (device >= 0)
		close(device);
	bpf_prog_detach(cgroup_fd, BPF_CGROUP_DEVICE);
	errno = saved;
	return device >= 0;
}

static const struct road roads[] = {
	{ "BPF_PROG_TEST_RUN", BPF_PROG_TYPE_SYSCALL, test_run_open, test_run },
	{ "a cgroup's device program", BPF_PROG_TYPE_CGROUP_DEVICE, cgroup_open, cgroup_run },
};

static const struct road *road;
static int array_fd = -1;

const char *bpf_log_reason(char *log)
{
	char *reason = log, *line, *state = NULL;

	/* the last line, but for the statistics that end a log */
	for (line = strtok_r(log, "\n", &state); line; line = strtok_r(NULL, "\n", &state))
		if (strncmp(line, "processed ", 10) != 0)
			reason = line;
	return reason;
}

void bpf_run_begin(struct bpf_program *program)
{
	program->nr = 0;
	bpf_emit_load64(program, BPF_REG_6, BPF_PSEUDO_MAP_VALUE, (uint32_t)array_fd, 0);
}

int bpf_run_load(struct bpf_program *program, char *why, size_t why_size)
{
	static char log[16 << 10];

	/* 1 lets the device be opened */
	bpf_emit(program, BPF_INSN_MOV_IMM(BPF_REG_0, 1));
	bpf_emit(program, BPF_INSN_EXIT);

	int fd = bpf_prog_load(road->type, program->insns, program->nr, NULL, 0);
	if (fd >= 0)
		return fd;

	int errnum = errno;
	*log = '\0';
	fd = bpf_prog_load(road->type, program->insns, program->nr, log, sizeof(log));
	/* a load that works now is as good */
	if (fd < 0)
		snprintf(why, why_size, "%s: %s", strerror(errnum), bpf_log_reason(log));
	errno = errnum;
	return fd;
}

bool bpf_run(int fd, void *data, char *why, size_t why_size)
{
	const char *what = "BPF_MAP_UPDATE_ELEM";

	if (bpf_array_write(array_fd, data) == 0 && road->run(fd, &what)) {
		what = "BPF_MAP_LOOKUP_ELEM";
		if (bpf_array_read(array_fd, data) == 0)
			return true;
	}
	snprintf(why, why_size, "%s: %s", what, strerror(errno));
	return false;
}

/* Whether a program run by @candidate can tell us something. */
static bool try_road(const struct road *candidate, char *why, size_t why_size)
{
	static struct bpf_program program;
	static uint8_t data[BPF_RUN_BYTES];
	const char *what = "";

	road = candidate;
	if (!candidate->open(&what)) {
		snprintf(why, why_size, "%s: %s", what, strerror(errno));
		return false;
	}
	bpf_run_begin(&program);
	bpf_emit(&program, BPF_INSN_STORE_IMM(BPF_B, BPF_REG_6, 0, 1));

	int fd = bpf_run_load(&program, why, why_size);
	if (fd < 0)
		return false;
	bool ran = bpf_run(fd, data, why, why_size);
	close(fd);
	if (ran && data[0] == 1)
		return true;
	if (ran)
		snprintf(why, why_size, "the program left nothing in its array");
	return false;
}

bool bpf_run_open(void)
{
	char why[2][300] = { "", "" };

	array_fd = bpf_array_create(BPF_RUN_BYTES);
	if (array_fd < 0) {
		record_skipped("bpf-run", NULL, "BPF_MAP_CREATE: %s", strerror(errno));
		return false;
	}
	for (size_t i = 0; i < sizeof(roads) / sizeof(*roads); i++) {
		if (!try_road(&roads[i], why[i], sizeof(why[i])))
			continue;
		record_ok("bpf-run", NULL, "%s", roads[i].name);
		return true;
	}
	road = NULL;
	record_skipped("bpf-run", NULL, "no way to run a BPF program. %s: %s; %s: %s",
		       roads[0].name, why[0], roads[1].name, why[1]);
	return false;
}
