// SPDX-License-Identifier: GPL-2.0-only
#include "build/build_blame.h"

#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/arch_blame.h"
#include "config/packages.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"

/* GNU make's, GCC's and clang's words. */
static const struct arch_blame_rule make_rules[] = {
	{ "unrecognized command-line option", "toolchain", "cross_compile",
	  "this compiler may be for another machine" },
	{ "unrecognized argument in option", "toolchain", "cross_compile",
	  "this compiler may be for another machine" },
	{ "bad value", "toolchain", "cross_compile", "this compiler may be for another machine" },
	{ "unknown target triple", "toolchain", "cross_compile", "clang knows no such target" },
};

/* Lines of each symbol of the descriptor's that Kconfig refused. */
static char *blame_kconfig(const struct arch *arch, const char *message)
{
	static const char prefix[] = "CONFIG_";
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	if (!strstr(message, "Kconfig did not grant"))
		return NULL;
	for (const char *at = message; (at = strstr(at, prefix));) {
		size_t len = 0;
		unsigned int line;

		at += strlen(prefix);
		while (isalnum((unsigned char)at[len]) || at[len] == '_')
			len++;
		line = arch_kconfig_line(arch, at, len);
		if (line)
			strbuf_addf(&sb, "%s%s:%u: CONFIG_%.*s", sb.len ? ", " : "", arch->path,
				    line, (int)len, at);
		at += len;
	}
	return sb.len ? strbuf_detach(&sb) : NULL;
}

static char *blame_make(const struct arch *arch, const char *message)
{
	_cleanup_free_ char *makefile = xasprintf("arch/%s/Makefile", arch->kernel_arch);
	bool no_rule = strstr(message, "No rule to make target") != NULL;

	if (strstr(message, makefile))
		return arch_blame(arch, "kernel", "arch", "this kernel has no such architecture");
	if (no_rule && strstr(message, arch->image_target))
		return arch_blame(arch, "kernel", "image_target", "make knows no such target");
	return arch_blame_message(arch, make_rules, ARRAY_SIZE(make_rules), message);
}

static char *blame_tools(const struct arch *arch, const char *message)
{
	if (!strstr(message, "no such program") || !strstr(message, arch->cross_compile))
		return NULL;

	_cleanup_free_ char *mend = packages_mend(STRV_CONST(arch->packages), "gcc");
	return mend ? arch_blame(arch, "toolchain", "cross_compile", "%s", mend)
		    : arch_blame(arch, "toolchain", "cross_compile", "there is no such compiler");
}

static char *blame_image_file(const struct arch *arch, const char *message)
{
	_cleanup_free_ char *said = xasprintf("the build left no %s", arch->image_file);

	return strstr(message, said)
		       ? arch_blame(arch, "kernel", "image_file", "`make %s` makes no such file",
				    arch->image_target)
		       : NULL;
}

static char *(*const blames[])(const struct arch *arch, const char *message) = {
	blame_tools,
	blame_kconfig,
	blame_image_file,
	blame_make,
};

struct error *build_blame(const struct arch *arch, struct error *err)
{
	for (size_t i = 0; err && i < ARRAY_SIZE(blames); i++) {
		_cleanup_free_ char *blame = blames[i](arch, err->message);
		char *both;

		if (!blame)
			continue;
		both = xasprintf("%s; likely %s", err->message, blame);
		free(err->message);
		err->message = both;
		break;
	}
	return err;
}

struct error *build_check_source(const struct arch *arch, const char *source_dir)
{
	_cleanup_free_ char *dir = xasprintf("%s/arch/%s", source_dir, arch->srcarch);
	_cleanup_free_ char *blame = NULL;

	if (path_exists(dir))
		return NULL;
	blame = arch_blame(arch, "kernel", "srcarch", "there is no %s", dir);
	return error_new(ERROR_INPUT, "%s", blame);
}

/* What [elf] says, and what an ELF header has for it. */
struct claim {
	const char *key;
	unsigned int said, is;
	/* "64", "little", "62" as the descriptor is to say it */
	char *right;
};

static struct error *judge(const struct arch *arch, const struct claim *claim)
{
	_cleanup_free_ char *blame = NULL;

	if (claim->said == claim->is)
		return NULL;
	blame = arch_blame(arch, "elf", claim->key, "the vmlinux that was built says %s",
			   claim->right);
	return error_new(ERROR_INPUT, "%s", blame);
}

struct error *build_check_image(const struct arch *arch, const char *vmlinux)
{
	_cleanup_close_ int fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	/* to e_machine, which is at one place in both classes */
	uint8_t head[offsetof(Elf64_Ehdr, e_machine) + 2];
	struct error *err = NULL;
	bool big;

	if (fd < 0)
		return error_errno(errno, "cannot open %s", vmlinux);
	if (read(fd, head, sizeof(head)) != (ssize_t)sizeof(head) ||
	    memcmp(head, ELFMAG, SELFMAG) != 0)
		return error_new(ERROR_INPUT, "%s is no ELF file", vmlinux);
	big = head[EI_DATA] == ELFDATA2MSB;

	const uint8_t *machine = head + offsetof(Elf64_Ehdr, e_machine);
	struct claim claims[] = {
		{ "machine", arch->elf_machine,
		  big ? (unsigned int)machine[0] << 8 | machine[1]
		      : (unsigned int)machine[1] << 8 | machine[0],
		  NULL },
		{ "bits", arch->elf_bits, head[EI_CLASS] == ELFCLASS64 ? 64 : 32, NULL },
		{ "byte_order", arch->elf_big_endian, big, xstrdup(big ? "big" : "little") },
	};

	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		if (!claims[i].right)
			claims[i].right = xasprintf("%u", claims[i].is);
		if (!err)
			err = judge(arch, &claims[i]);
		free(claims[i].right);
	}
	return err;
}
