/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf(2), as far as the probe needs it. All return -1 with errno on failure. */
#ifndef BTFMATRIX_PROBE_BPF_SYSCALL_H
#define BTFMATRIX_PROBE_BPF_SYSCALL_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

/** BPF_BTF_LOAD: a descriptor. @log may be NULL; it is at least 128 bytes otherwise. */
int bpf_btf_load(const void *data, size_t len, char *log, size_t log_size);

/** BPF_PROG_LOAD of a program of BPF_PROG_TYPE_* @type: a descriptor. @log may be NULL. */
int bpf_prog_load(uint32_t type, const struct bpf_insn *insns, size_t nr, char *log,
		  size_t log_size);

/** Whether the kernel's JIT took the program; -1 with errno where the kernel does not tell. */
int bpf_prog_is_jited(int fd);

/** BPF_PROG_TEST_RUN, without a context. */
int bpf_prog_test_run(int fd);

/** BPF_PROG_ATTACH to a cgroup, as BPF_CGROUP_* @type; and BPF_PROG_DETACH. */
int bpf_prog_attach(int target_fd, int prog_fd, uint32_t type);
int bpf_prog_detach(int target_fd, uint32_t type);

/** BPF_MAP_CREATE of an array of one element: a descriptor; and the element. */
int bpf_array_create(size_t value_size);
int bpf_array_read(int fd, void *value);
int bpf_array_write(int fd, const void *value);

/** BPF_BTF_GET_NEXT_ID: 0; errno is ENOENT after the last. */
int bpf_btf_next_id(uint32_t id, uint32_t *next_ret);

/** BPF_BTF_GET_FD_BY_ID: a descriptor. */
int bpf_btf_fd(uint32_t id);

struct btf_object {
	char name[64];
	uint32_t size;
};

/** BPF_OBJ_GET_INFO_BY_FD: the name, and up to @cap bytes of the blob (@data may be NULL). */
int bpf_btf_info(int fd, struct btf_object *object, void *data, size_t cap);

#endif
