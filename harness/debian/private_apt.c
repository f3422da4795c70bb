// SPDX-License-Identifier: GPL-2.0-only
#include "debian/private_apt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/proc.h"
#include "core/strbuf.h"
#include "debian/apt_log.h"

#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

enum {
	FETCH_DEADLINE_S = 600
};

/* An archive of Debian's: its label in apt's lists, its suites, where it usually is. */
struct archive {
	const char *label;
	/* end of its suites' names; "": all others */
	const char *suite_end;
	/* added to $BTFMATRIX_DEBIAN_MIRROR */
	const char *mirror_end;
	const char *url;
};

static const struct archive archives[] = {
	{ "Debian-Security", "-security", "-security", "http://deb.debian.org/debian-security" },
	{ "Debian", "", "", "http://deb.debian.org/debian" },
};

static const struct archive *archive_of(const char *suite)
{
	const struct archive *archive = archives;

	while (!str_ends(suite, archive->suite_end))
		archive++;
	return archive;
}

/* An argv of apt-get or apt-cache, with everything of its own below a folder. */
struct apt_command {
	VEC(const char *) argv;
	VEC(char *) owned;
};

static void add_option(struct apt_command *command, char *option)
{
	vec_push(&command->owned, option);
	vec_push(&command->argv, "-o");
	vec_push(&command->argv, option);
}

/* The host's configuration gives proxies and the like. */
static void apt_command_init(struct apt_command *command, const char *program, const char *dir)
{
	static const char *const fixed[] = {
		"Dir::Etc::SourceParts=/dev/null",
		"Dir::Etc::Preferences=/dev/null",
		"Dir::Etc::PreferencesParts=/dev/null",
		"Debug::NoLocking=true",
		"APT::Install-Recommends=false",
		"APT::Update::Error-Mode=any",
		"Acquire::Retries=2",
	};

	vec_push(&command->argv, program);
	add_option(command, xasprintf("Dir::Etc::SourceList=%s/sources.list", dir));
	add_option(command, xasprintf("Dir::State=%s/state", dir));
	add_option(command, xasprintf("Dir::State::Status=%s/status", dir));
	add_option(command, xasprintf("Dir::Cache=%s/cache", dir));
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		add_option(command, xstrdup(fixed[i]));
	/* _apt cannot write below the user's home */
	add_option(command, xasprintf("APT::Sandbox::User=%s", geteuid() == 0 ? "root" : "_apt"));
}

static void apt_command_release(struct apt_command *command)
{
	vec_for_each(option, &command->owned)
		free(*option);
	vec_free(&command->owned);
	vec_free(&command->argv);
}

static struct error *run_apt_get(const char *dir, const char *log_path, const char *cwd,
				 const char *const *args)
{
	_cleanup_(apt_command_release) struct apt_command command = { 0 };
	_cleanup_(proc_release) struct proc proc = PROC_INIT;
	struct error *err;

	apt_command_init(&command, "apt-get", dir);
	vec_push(&command.argv, "-q");
	vec_push(&command.argv, "-y");
	add_option(&command, xstrdup("APT::Get::Download-Only=true"));
	for (; *args; args++)
		vec_push(&command.argv, *args);
	vec_push(&command.argv, NULL);

	proc.argv = command.argv.data;
	proc.cwd = cwd;
	proc.log_path = log_path;
	proc.deadline_s = FETCH_DEADLINE_S;
	proc.env = (const char *const[]){ "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", NULL };
	err = proc_run(&proc);
	if (!err && (proc.exit_code || proc.term_signal)) {
		_cleanup_free_ char *reason = apt_log_reason(log_path);

		err = error_new(ERROR_CHILD, "%s; see %s", reason ?: "apt-get failed", log_path);
	}
	return err;
}

/* Where this host's apt takes the archive from. */
static struct error *find_mirror(const struct archive *archive, char **ret)
{
	const char *given = getenv("BTFMATRIX_DEBIAN_MIRROR");
	_cleanup_free_ char *out = NULL, *wanted = xasprintf("Packages %s http", archive->label);
	struct error *err;
	char *save = NULL;

	if (given && *given) {
		*ret = xasprintf("%s%s", given, archive->mirror_end);
		return NULL;
	}
	err = proc_read_output((const char *const[]){ "apt-get", "indextargets", "--format",
						      "$(CREATED_BY) $(LABEL) $(REPO_URI)", NULL },
			       &out);
	if (err)
		return err;
	for (char *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (str_starts(line, wanted)) {
			*ret = xstrdup(line + strlen(wanted) - strlen("http"));
			return NULL;
		}
	}
	*ret = xstrdup(archive->url);
	return NULL;
}

struct error *private_apt_source(const char *suite, char **ret)
{
	_cleanup_free_ char *mirror = NULL;
	struct error *err = find_mirror(archive_of(suite), &mirror);

	if (!err)
		*ret = xasprintf("deb [signed-by=" KEYRING "] %s %s main", mirror, suite);
	return err;
}

static struct error *write_sources(const char *dir, const char *const *suites)
{
	_cleanup_free_ char *path = xasprintf("%s/sources.list", dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	for (; *suites; suites++) {
		_cleanup_free_ char *source = NULL;
		struct error *err = private_apt_source(*suites, &source);

		if (err)
			return err;
		strbuf_addf(&text, "%s\n", source);
	}
	return file_write_atomic(path, text.data, text.len, 0644);
}

struct error *private_apt_open(const char *dir, const char *const *suites, const char *log_path)
{
	static const char *const folders[] = { "state/lists/partial", "cache/archives/partial" };
	_cleanup_free_ char *status = xasprintf("%s/status", dir);
	struct error *err = NULL;

	for (size_t i = 0; !err && i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *folder = xasprintf("%s/%s", dir, folders[i]);

		err = dir_make(folder);
	}
	if (!err && !path_exists(KEYRING))
		err = error_new(ERROR_SYSTEM, KEYRING
				" is not there; install the package debian-archive-keyring");
	if (!err)
		err = write_sources(dir, suites);
	if (!err)
		err = file_write_atomic(status, "", 0, 0644);
	return err ?: private_apt_get(dir, log_path, (const char *const[]){ "update", NULL });
}

struct error *private_apt_get(const char *dir, const char *log_path, const char *const *args)
{
	return run_apt_get(dir, log_path, NULL, args);
}

struct error *private_apt_download(const char *dir, const char *log_path, const char *package,
				   const char *to)
{
	return run_apt_get(dir, log_path, to, (const char *const[]){ "download", package, NULL });
}

struct error *private_apt_names(const char *dir, const char *prefix, char **ret)
{
	_cleanup_(apt_command_release) struct apt_command command = { 0 };

	apt_command_init(&command, "apt-cache", dir);
	vec_push(&command.argv, "pkgnames");
	vec_push(&command.argv, prefix);
	vec_push(&command.argv, NULL);
	return proc_read_output(command.argv.data, ret);
}
