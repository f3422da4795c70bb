// SPDX-License-Identifier: GPL-2.0-only
/* The script that runs a program inside a root, and its names. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "toolroot/toolroot_private.h"

/*
 * $0 is CACHE/toolroots/NAME-KEY/run/usr/bin/PROGRAM, a symbolic link to this: so it works wherever the
 * cache is moved to. What is bound is there at its own path. $BTFMATRIX_BINDS: further folders, ':' between
 * them.
 */
static const char script[] =
	"#!/bin/sh\n"
	"# Runs a program of this tool root inside it. Written by btfmatrix.\n"
	"top=${0%/run/*}\n"
	"root=$top/root cache=${top%/toolroots/*}\n"
	"program=${0#\"$top\"/run}\n"
	"# a folder the root has itself cannot be the host's too\n"
	"case $PWD in\n"
	"/ | /usr | /usr/* | /etc | /etc/* | /var | /var/lib* | /bin* | /sbin* | /lib* | /dev* | "
	"/proc* | /sys* | /run*) at=/ ;;\n"
	"*) at=$PWD ;;\n"
	"esac\n"
	"way=${BTFMATRIX_ENTER-}\n"
	"[ \"$way\" ] || if command -v bwrap >/dev/null; then way=bwrap; else way=unshare; fi\n"
	"IFS=:\n"
	"binds=/tmp:/usr/local:$cache:$at:${TMPDIR-}:${BTFMATRIX_BINDS-}\n"
	"case $way in\n"
	"bwrap)\n"
	"	set -- --chdir \"$at\" -- \"$program\" \"$@\"\n"
	"	for dir in $binds; do\n"
	"		[ \"$dir\" = / ] || [ ! -d \"$dir\" ] || set -- --bind \"$dir\" \"$dir\" "
	"\"$@\"\n"
	"	done\n"
	"	for dir in bin sbin lib lib32 lib64 libx32; do\n"
	"		[ ! -L \"$root/$dir\" ] || set -- --symlink \"usr/$dir\" \"/$dir\" \"$@\"\n"
	"	done\n"
	"	exec bwrap --die-with-parent --ro-bind \"$root/usr\" /usr --ro-bind \"$root/etc\" "
	"/etc \\\n"
	"		--dev-bind /dev /dev --ro-bind /proc /proc \"$@\"\n"
	"	;;\n"
	"unshare)\n"
	"	user=; [ \"$(id -u)\" -eq 0 ] || user=--map-root-user\n"
	"	exec unshare --mount $user /bin/sh -c '\n"
	"		set -e\n"
	"		top=$1 root=$1/root new=$1/mnt binds=$2 at=$3; shift 3\n"
	"		IFS=:\n"
	"		mount -t tmpfs tmpfs \"$new\"\n"
	"		for dir in bin sbin lib lib32 lib64 libx32; do\n"
	"			[ ! -L \"$root/$dir\" ] || ln -s \"usr/$dir\" \"$new/$dir\"\n"
	"		done\n"
	"		mkdir \"$new/usr\" \"$new/etc\" \"$new/dev\" \"$new/proc\"\n"
	"		mount --bind \"$root/usr\" \"$new/usr\"\n"
	"		mount --bind \"$root/etc\" \"$new/etc\"\n"
	"		mount --rbind /dev \"$new/dev\"\n"
	"		mount --rbind /proc \"$new/proc\"\n"
	"		for dir in $binds; do\n"
	"			[ \"$dir\" != / ] && [ -d \"$dir\" ] || continue\n"
	"			mkdir -p \"$new$dir\"\n"
	"			mount --rbind \"$dir\" \"$new$dir\"\n"
	"		done\n"
	"		exec chroot \"$new\" /bin/sh -c \"cd \\\"\\$1\\\" && shift && exec "
	"\\\"\\$@\\\"\" sh \"$at\" \"$@\"\n"
	"	' sh \"$top\" \"$binds\" \"$at\" \"$program\" \"$@\"\n"
	"	;;\n"
	"*)\n"
	"	echo \"$0: BTFMATRIX_ENTER is '$way'; it can be bwrap or unshare\" >&2\n"
	"	exit 126\n"
	"	;;\n"
	"esac\n";

/* Folders of programs, as glob() has them; LLVM's have the names that kbuild's LLVM=FOLDER/ asks for. */
static const char *const program_dirs[] = { "usr/bin", "usr/sbin", "usr/lib/llvm-*/bin" };

/* "usr/bin" -> "../../../enter" from below run/ */
static char *way_up(const char *below_run)
{
	char *target = xstrdup("../");

	for (const char *p = below_run; *p; p++) {
		if (*p != '/' && p != below_run)
			continue;
		char *longer = xasprintf("../%s", target);

		free(target);
		target = longer;
	}
	char *whole = xasprintf("%senter", target);

	free(target);
	return whole;
}

static struct error *wrap_folder(const char *dir, const char *below_root)
{
	_cleanup_free_ char *from = xasprintf("%s/root/%s", dir, below_root);
	_cleanup_free_ char *to = xasprintf("%s/run/%s", dir, below_root);
	_cleanup_free_ char *target = way_up(below_root);
	_cleanup_closedir_ DIR *programs = opendir(from);
	struct error *err = dir_make(to);

	for (struct dirent *entry; !err && programs && (entry = readdir(programs));) {
		_cleanup_free_ char *name = xasprintf("%s/%s", to, entry->d_name);

		if (entry->d_name[0] != '.' && symlink(target, name) && errno != EEXIST)
			err = error_errno(errno, "cannot make %s", name);
	}
	return err;
}

struct error *toolroot_write_wrappers(const char *dir)
{
	_cleanup_free_ char *enter = xasprintf("%s/enter", dir), *mnt = xasprintf("%s/mnt", dir);
	_cleanup_free_ char *local = xasprintf("%s/root/usr/local", dir);
	struct error *err = file_write_atomic(enter, script, sizeof(script) - 1, 0755);

	if (!err)
		err = dir_make(mnt);
	/* where the host's, which may hold the project, is bound */
	if (!err)
		err = dir_make(local);
	for (size_t i = 0; !err && i < ARRAY_SIZE(program_dirs); i++) {
		_cleanup_free_ char *pattern = xasprintf("%s/root/%s", dir, program_dirs[i]);
		_cleanup_globfree_ glob_t found = { 0 };

		if (glob(pattern, 0, NULL, &found))
			continue;
		for (size_t j = 0; !err && j < found.gl_pathc; j++)
			err = wrap_folder(dir, found.gl_pathv[j] + strlen(dir) + strlen("/root/"));
	}
	return err;
}
