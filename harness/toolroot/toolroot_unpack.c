// SPDX-License-Identifier: GPL-2.0-only
/* mmdebstrap, and what its log says where it fails. */
#include <stdlib.h>
#include <string.h>

#include "core/fileio.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "debian/apt_log.h"
#include "debian/private_apt.h"
#include "toolroot/toolroot_private.h"

enum {
	UNPACK_DEADLINE_S = 3600
};

/* Those of @wanted that the root lists, else all; as alternatives "a|b" are listed by either name. */
static char *name_missing(const struct toolroot_config *config, const char *const *wanted)
{
	_cleanup_strv_ strv missing = NULL;

	for (; wanted && *wanted; wanted++)
		if (strv_has(STRV_CONST(config->packages), *wanted))
			strv_append(&missing, xstrdup(*wanted));
	return strv_join(STRV_CONST(missing ? missing : config->packages), ", ");
}

static struct error *unpack_error(const struct toolroot_config *config, const char *log_path,
				  const char *const *wanted, const char *what)
{
	_cleanup_free_ char *missing = name_missing(config, wanted);
	_cleanup_free_ char *reason = apt_log_reason(log_path);

	return error_new(ERROR_SYSTEM,
			 "%s of Debian %s %s missing, since the tool root %s cannot be made: %s; "
			 "see %s",
			 missing, config->suite, strchr(missing, ',') ? "are" : "is", config->name,
			 reason ? reason : what, log_path);
}

/* For mmdebstrap's hook: $1 is the root, with the packages it has fetched and unpacked. */
#define LIST_HOOK                                                                \
	"for deb in \"$1\"/var/cache/apt/archives/*.deb; do "                    \
	"dpkg-deb -W --showformat='${Package} ${Version}\\n' \"$deb\" || exit; " \
	"done | sort > "

struct error *toolroot_unpack(const struct toolroot_config *config, const char *dir,
			      const char *log_path, const char *const *wanted)
{
	_cleanup_free_ char *source = NULL, *include = NULL, *root = NULL;
	_cleanup_free_ char *list = strv_join(STRV_CONST(config->packages), ",");
	_cleanup_free_ char *program = path_find_program("mmdebstrap");
	_cleanup_strbuf_ struct strbuf hook = STRBUF_INIT;
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	if (!program)
		return unpack_error(config, log_path, wanted,
				    "mmdebstrap is not in $PATH; install the package mmdebstrap");
	err = private_apt_source(config->suite, &source);
	if (err)
		return err;
	root = xasprintf("%s/root", dir);
	/* base-files: the root's folders; dash: for what is a script */
	include = xasprintf("--include=base-files,dash,%s", list);
	strbuf_adds(&hook, "--extract-hook=" LIST_HOOK);
	strbuf_add_shell_word(&hook, dir);
	strbuf_adds(&hook, "/packages");

	/* extract: no script of any package runs, so it needs no privilege, and "chrootless" is safe. */
	proc.argv = (const char *const[]){ "mmdebstrap",
					   "--variant=extract",
					   "--mode=chrootless",
					   "--format=directory",
					   "--aptopt=Acquire::Retries \"2\"",
					   include,
					   strbuf_str(&hook),
					   config->suite,
					   root,
					   source,
					   NULL };
	proc.log_path = log_path;
	proc.deadline_s = UNPACK_DEADLINE_S;
	proc.env = (const char *const[]){ "LC_ALL=C", NULL };
	err = proc_run(&proc);
	if (err)
		return err;
	if (proc.exit_code || proc.term_signal)
		return unpack_error(config, log_path, wanted, "mmdebstrap failed");
	return NULL;
}
