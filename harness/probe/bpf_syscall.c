// SPDX-License-Identifier: GPL-2.0-only
#include "bpf_syscall.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel checks that what is beyond the fields of a command is zero. */
#define ATTR(name)           \
	union bpf_attr name; \
	memset(&(name), 0, sizeof(name))

static uint64_t pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

int bpf_btf_load(const void *data, size_t len, char *log, size_t log_size)
{
	ATTR(attr);
	attr.btf = pointer(data);
	attr.btf_size = (uint32_t)len;
	if (log) {
		attr.btf_log_level = 1;
		attr.btf_log_buf = pointer(log);
		attr.btf_log_size = (uint32_t)log_size;
	}
	return bpf(BPF_BTF_LOAD, &attr);
}

int bpf_prog_load(uint32_t type, const struct bpf_insn *insns, size_t nr, char *log,
		  size_t log_size)
{
	ATTR(attr);
	attr.prog_type = type;
	/* the only way such programs may run */
	if (type == BPF_PROG_TYPE_SYSCALL)
		attr.prog_flags = BPF_F_SLEEPABLE;
	attr.insns = pointer(insns);
	attr.insn_cnt = (uint32_t)nr;
	attr.license = pointer("GPL");
	if (log) {
		attr.log_level = 1;
		attr.log_buf = pointer(log);
		attr.log_size = (uint32_t)log_size;
	}
	return bpf(BPF_PROG_LOAD, &attr);
}

int bpf_prog_is_jited(int fd)
{
	struct bpf_prog_info info;

	memset(&info, 0, sizeof(info));
	ATTR(attr);
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = pointer(&info);
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0)
		return -1;
	return info.jited_prog_len != 0;
}

int bpf_prog_test_run(int fd)
{
	ATTR(attr);
	attr.test.prog_fd = (uint32_t)fd;
	return bpf(BPF_PROG_TEST_RUN, &attr);
}

int bpf_prog_attach(int target_fd, int prog_fd, uint32_t type)
{
	ATTR(attr);
	attr.target_fd = (uint32_t)target_fd;
	attr.attach_bpf_fd = (uint32_t)prog_fd;
	attr.attach_type = type;
	return bpf(BPF_PROG_ATTACH, &attr);
}

int bpf_prog_detach(int target_fd, uint32_t type)
{
	ATTR(attr);
	attr.target_fd = (uint32_t)target_fd;
	attr.attach_type = type;
	return bpf(BPF_PROG_DETACH, &attr);
}

int bpf_array_create(size_t value_size)
{
	ATTR(attr);
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = (uint32_t)value_size;
	attr.max_entries = 1;
	return bpf(BPF_MAP_CREATE, &attr);
}

static int array_element(int command, int fd, uint64_t value)
{
	const uint32_t key = 0;

	ATTR(attr);
	attr.map_fd = (uint32_t)fd;
	attr.key = pointer(&key);
	attr.value = value;
	return bpf(command, &attr);
}

int bpf_array_read(int fd, void *value)
{
	return array_element(BPF_MAP_LOOKUP_ELEM, fd, pointer(value));
}

int bpf_array_write(int fd, const void *value)
{
	return array_element(BPF_MAP_UPDATE_ELEM, fd, pointer(value));
}

int bpf_btf_next_id(uint32_t id, uint32_t *next_ret)
{
	ATTR(attr);
	attr.start_id = id;
	if (bpf(BPF_BTF_GET_NEXT_ID, &attr) < 0)
		return -1;
	*next_ret = attr.next_id;
	return 0;
}

int bpf_btf_fd(uint32_t id)
{
	ATTR(attr);
	attr.btf_id = id;
	return bpf(BPF_BTF_GET_FD_BY_ID, &attr);
}

int bpf_btf_info(int fd, struct btf_object *object, void *data, size_t cap)
{
	struct bpf_btf_info info;

	memset(&info, 0, sizeof(info));
	memset(object, 0, sizeof(*object));
	info.name = pointer(object->name);
	info.name_len = sizeof(object->name);
	info.btf = pointer(data);
	info.btf_size = data ? (uint32_t)cap : 0;

	ATTR(attr);
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = pointer(&info);
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0)
		return -1;
	object->size = info.btf_size;
	return 0;
}
