// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_btf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpf_syscall.h"
#include "record.h"
#include "sysfs_btf.h"

static struct kernel_btf images[KERNEL_BTFS_MAX];
static size_t nr_images;

/* A descriptor of the kernel's BTF object called @name, or -1. */
static int object_fd(const char *name)
{
	struct btf_object object;
	uint32_t id = 0;

	while (bpf_btf_next_id(id, &id) == 0) {
		int fd = bpf_btf_fd(id);

		/* one may go away between the two calls */
		if (fd < 0)
			continue;
		if (bpf_btf_info(fd, &object, NULL, 0) == 0 && strcmp(object.name, name) == 0)
			return fd;
		close(fd);
	}
	return -1;
}

static bool open_image(struct kernel_btf *image, const char *name, const struct kernel_btf *base)
{
	const struct sysfs_btf *file = base ? sysfs_btf_of_module(name) : sysfs_btf_find(name);
	const char *why;

	image->name = name;
	if (!file || !file->data) {
		record_failed("kernel-btf", name, file ? file->errnum : ENOENT,
			      "its file in sysfs is not there or unreadable");
		return false;
	}
	if (!btf_view_open(&image->view, file->data, file->len, base ? &base->view : NULL, &why) ||
	    !btf_index_open(&image->index, &image->view, &why)) {
		record_failed("kernel-btf", name, 0, "%s", why);
		return false;
	}
	image->fd = base ? object_fd(name) : 0;
	return true;
}

void kernel_btf_open(const char *extra)
{
	if (!open_image(&images[0], "vmlinux", NULL))
		return;
	nr_images = 1;
	if (extra && open_image(&images[1], extra, &images[0]))
		nr_images = 2;
}

const struct kernel_btf *kernel_btf_at(size_t index)
{
	return index < nr_images ? &images[index] : NULL;
}
