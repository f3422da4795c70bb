// SPDX-License-Identifier: GPL-2.0-only
#include "sysfs_btf.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "record.h"

#define BTF_DIR "/sys/kernel/btf"

/* a desktop has some hundred modules */
enum {
	FILES_MAX = 2048
};

struct listing {
	struct sysfs_btf files[FILES_MAX];
	size_t nr;
};

static struct listing listings[2], *current = &listings[0], *previous = &listings[1];

static const struct sysfs_btf *find_in(const struct listing *listing, const char *name)
{
	for (size_t i = 0; i < listing->nr; i++)
		if (strcmp(listing->files[i].name, name) == 0)
			return &listing->files[i];
	return NULL;
}

const struct sysfs_btf *sysfs_btf_find(const char *name)
{
	return find_in(current, name);
}

const struct sysfs_btf *sysfs_btf_at(size_t index)
{
	return index < current->nr ? &current->files[index] : NULL;
}

/* The one beside the folder's; NULL: there is none. */
static const char *own_file;

void sysfs_btf_set_file(const char *path)
{
	own_file = path;
}

const struct sysfs_btf *sysfs_btf_of_module(const char *name)
{
	return sysfs_btf_find(own_file ? own_file : name);
}

/* @name is in the folder, or a path. */
static void read_one(struct sysfs_btf *file, const char *name)
{
	char path[128];
	struct stat st = { 0 };

	snprintf(file->name, sizeof(file->name), "%.*s", (int)sizeof(file->name) - 1, name);
	snprintf(path, sizeof(path), "%s%s", *name == '/' ? "" : BTF_DIR "/", file->name);
	*file->sha256 = '\0';
	file->errnum = 0;
	file->data = read_file(path, &file->len);
	if (!file->data || stat(path, &st) < 0)
		file->errnum = errno;
	file->mode = st.st_mode & 07777;
	if (!file->data)
		return;

	/* under emulation it is quicker to compare the bytes than to digest them once more */
	const struct sysfs_btf *before = find_in(previous, file->name);
	if (before && before->data && before->len == file->len &&
	    memcmp(before->data, file->data, file->len) == 0)
		memcpy(file->sha256, before->sha256, sizeof(file->sha256));
	else
		probe_sha256(file->data, file->len, file->sha256);
}

static void drop(struct listing *listing)
{
	for (size_t i = 0; i < listing->nr; i++)
		free(listing->files[i].data);
	listing->nr = 0;
}

void sysfs_btf_read(void)
{
	struct listing *old = previous;
	struct dirent *entry;

	previous = current;
	current = old;
	drop(current);

	DIR *dir = opendir(BTF_DIR);
	if (!dir) {
		record_failed("sysfs-btf", NULL, errno, "cannot read the folder " BTF_DIR);
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (current->nr == FILES_MAX ||
		    strlen(entry->d_name) >= sizeof(current->files->name)) {
			record_failed("sysfs-btf", entry->d_name, 0,
				      "too many files, or too long a name");
			continue;
		}
		read_one(&current->files[current->nr++], entry->d_name);
	}
	closedir(dir);
	if (own_file && access(own_file, F_OK) == 0 && current->nr < FILES_MAX)
		read_one(&current->files[current->nr++], own_file);
}

void sysfs_btf_compare(void)
{
	for (size_t i = 0; i < previous->nr; i++) {
		const struct sysfs_btf *before = &previous->files[i];
		const struct sysfs_btf *now = sysfs_btf_find(before->name);

		if (!now)
			record_failed("btf-stable", before->name, 0,
				      "was there before the module load, and is gone");
		else if (strcmp(before->sha256, now->sha256) != 0)
			record_failed("btf-stable", before->name, 0,
				      "changed at the module load: sha256 was %s, is %s",
				      before->sha256, now->sha256);
		else
			record_ok("btf-stable", before->name, "%s", "");
	}
}

void sysfs_btf_send(void)
{
	for (size_t i = 0; i < current->nr; i++) {
		const struct sysfs_btf *file = &current->files[i];

		if (file->errnum)
			record_failed("sysfs-btf", file->name, file->errnum, "cannot read it");
		if (file->data)
			record_btf(file->name, file->mode, file->len, file->sha256);
	}
}
