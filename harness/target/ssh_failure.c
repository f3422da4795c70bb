// SPDX-License-Identifier: GPL-2.0-only
#include "target/ssh_failure.h"

#include <stddef.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"

enum {
	/* ssh(1): "or with 255 if an error occurred" */
	OF_SSH = 255,
	/* POSIX shells: found and not executable */
	OF_EXEC = 126,
};

/* The first that fits: what is more special stands first. The words are OpenSSH's and strerror(3)'s. */
static const struct ssh_failure failures[] = {
	{ "key-changed", "REMOTE HOST IDENTIFICATION HAS CHANGED", OF_SSH,
	  "its host key is not the one in known_hosts",
	  "if it was set up anew, `ssh-keygen -R HOST` forgets the old one" },
	{ "key-unknown", "Host key verification failed", OF_SSH, "its host key is not known here",
	  "connect once by `ssh HOST`, compare the fingerprint and accept it" },
	{ "name", "Could not resolve hostname", OF_SSH, "no machine of that name is found",
	  "check its spelling, ~/.ssh/config and the name service" },
	{ "refused", "Connection refused", OF_SSH, "the connection was refused",
	  "start its ssh server, or say in ~/.ssh/config on which port it is" },
	{ "unreachable", "No route to host", OF_SSH, "there is no way to it",
	  "is it up, and on this network?" },
	{ "unreachable", "Network is unreachable", OF_SSH, "there is no way to it",
	  "is this machine on its network?" },
	{ "timeout", "timed out", OF_SSH, "it does not answer",
	  "is it up? does a firewall keep the port to itself?" },
	{ "key-file", "UNPROTECTED PRIVATE KEY FILE", OF_SSH, "others may read the private key",
	  "`chmod 600` on the key file" },
	{ "auth", "Too many authentication failures", OF_SSH, "it does not let us in",
	  "name the one key for it in ~/.ssh/config, with IdentitiesOnly yes" },
	{ "auth", "Permission denied (", OF_SSH, "it does not let us in",
	  "put the public key into ~/.ssh/authorized_keys there and the private one into the agent "
	  "here: passwords are not asked for" },
	{ "sftp-only", "allows sftp connections only", 0, "that account has no shell",
	  "use an account with a shell" },
	{ "no-shell", "account is currently not available", 0, "that account has no shell",
	  "use an account with a shell" },
	{ "config", "bad configuration option", OF_SSH, "ssh does not take its configuration",
	  "mend ~/.ssh/config" },
	{ "closed", "kex_exchange_identification", OF_SSH, "it hung up at once",
	  "is that port an ssh server's? does it take more connections?" },
	{ "closed", "Connection closed by", OF_SSH, "it hung up", "its ssh server's log says why" },
	{ "closed", "Connection reset by", OF_SSH, "it hung up", "its ssh server's log says why" },
	{ "broken", "Broken pipe", OF_SSH, "the connection broke", "try again" },
	{ "no-space", "No space left on device", 0, "there is no space",
	  "free some, or set TMPDIR there to a folder that has some" },
	{ "no-space", "Disk quota exceeded", 0, "there is no space",
	  "free some, or set TMPDIR there to a folder that has some" },
	{ "read-only", "Read-only file system", 0, "its file system is read-only",
	  "set TMPDIR there to a folder that can be written" },
	{ "architecture", "Exec format error", 0, "it cannot run the probe: another architecture",
	  "leave out --arch and --probe, or give those of the machine" },
	{ "architecture", "cannot execute binary file", 0,
	  "it cannot run the probe: another architecture",
	  "leave out --arch and --probe, or give those of the machine" },
	/* execvp(3) gives what is no program to sh, which reads an ELF header */
	{ "architecture",
	  "\x7f"
	  "ELF",
	  0, "it cannot run the probe: another architecture",
	  "leave out --arch and --probe, or give those of the machine" },
	{ "architecture", "yntax error", 0, "it cannot run the probe: another architecture",
	  "leave out --arch and --probe, or give those of the machine" },
	/* dash: "1: ./probe: Permission denied"; it takes a noexec mount and a policy to say so */
	{ "no-exec", "ermission denied", OF_EXEC, "it does not let the probe run",
	  "set TMPDIR there to a folder whose file system is not mounted noexec" },
};

const struct ssh_failure *ssh_failure_find(const char *output, int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		if ((!failures[i].status || failures[i].status == status) &&
		    strcasestr(output, failures[i].says))
			return &failures[i];
	return NULL;
}

/* The line at @at of @text, without blanks around it. */
static char *line_at(const char *text, const char *at)
{
	const char *end;

	while (at > text && at[-1] != '\n')
		at--;
	at += strspn(at, " \t\r@");
	end = at + strcspn(at, "\r\n");
	return xstrndup(at, (size_t)(end - at));
}

/* The last line that is not empty. */
static char *last_line(const char *text)
{
	size_t len = strlen(text);

	while (len && strchr("\r\n\t ", text[len - 1]))
		len--;
	return line_at(text, text + (len ? len - 1 : 0));
}

char *ssh_failure_explain(const char *output, int status)
{
	const struct ssh_failure *failure = ssh_failure_find(output, status);
	_cleanup_free_ char *line =
		failure ? line_at(output, strcasestr(output, failure->says)) : last_line(output);

	if (failure)
		return xasprintf("%s (\"%s\"); %s", failure->what, line, failure->mend);
	if (status == OF_SSH)
		return xasprintf("%s (does `ssh HOST true` work without asking?)",
				 *line ? line : "ssh failed without a word");
	return *line ? xstrdup(line) : xasprintf("status %d without a word", status);
}
