// SPDX-License-Identifier: GPL-2.0-only
#include "target/find_arch.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "config/project.h"
#include "core/mem.h"

struct error *arch_of_machine(const char *machine, struct arch **ret)
{
	_cleanup_free_ char *dir_path = NULL;
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	struct error *err = project_path(&dir_path, "arches");

	*ret = NULL;
	if (err)
		return err;
	dir = opendir(dir_path);
	if (!dir)
		return error_errno(errno, "cannot read %s", dir_path);
	while ((entry = readdir(dir))) {
		_cleanup_(arch_cleanup) struct arch *arch = NULL;
		_cleanup_free_ char *path = xasprintf("%s/%s", dir_path, entry->d_name);

		if (!str_ends(entry->d_name, ".ini") || entry->d_name[0] == '.')
			continue;
		err = arch_load(path, &arch);
		if (err)
			return err;
		if (arch_is_of_machine(arch, machine)) {
			*ret = return_ptr(arch);
			return NULL;
		}
	}
	return NULL;
}
