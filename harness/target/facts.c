// SPDX-License-Identifier: GPL-2.0-only
#include "target/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/strbuf.h"

/*
 * A value that cannot be read is left out. The shell's own `read` will not do for /proc/sys, whose files give
 * nothing after the first byte to who reads byte by byte.
 */
const char facts_script[] =
	"echo btfmatrix-facts; "
	"f() { v=$(cat \"$2\" 2>/dev/null) && echo \"$1 $v\"; }; "
	"echo \"machine $(uname -m)\"; echo \"release $(uname -r)\"; "
	"echo \"uid $(id -u)\"; echo \"user $(id -un)\"; "
	"f kptr_restrict /proc/sys/kernel/kptr_restrict; "
	"f unprivileged_bpf_disabled /proc/sys/kernel/unprivileged_bpf_disabled; "
	"f dmesg_restrict /proc/sys/kernel/dmesg_restrict; "
	"f modules_disabled /proc/sys/kernel/modules_disabled; "
	"f lockdown /sys/kernel/security/lockdown; "
	"while read -r k v; do [ \"$k\" = CapEff: ] && echo \"caps $v\"; done </proc/self/status; "
	"if [ -r /sys/kernel/btf/vmlinux ]; then "
	"echo \"btf $(wc -c </sys/kernel/btf/vmlinux)\"; "
	"echo \"btf_modules $(($(ls /sys/kernel/btf | wc -l) - 1))\"; fi; "
	"if [ -r /proc/kallsyms ]; then "
	"if grep -q -v \"^0* \" /proc/kallsyms; then echo kallsyms shown; "
	"else echo kallsyms hidden; fi; fi; "
	"if ( : </proc/kcore ) 2>/dev/null; then echo kcore yes; "
	"elif [ -e /proc/kcore ]; then echo kcore no; fi; "
	"if ( : </dev/kmsg ) 2>/dev/null; then echo kmsg yes; fi; "
	"exit 0";

bool facts_parse(struct facts *facts, const char *output)
{
	static const char heading[] = "btfmatrix-facts\n";
	const char *line = strstr(output, heading);

	if (!line)
		return false;
	for (line += strlen(heading); *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t len = strcspn(line, "\n"), key_len = strcspn(line, " \n");
		struct fact fact;

		if (!key_len || key_len >= len)
			continue;
		fact.key = xstrndup(line, key_len);
		fact.value = xstrndup(line + key_len + 1, len - key_len - 1);
		vec_push(&facts->list, fact);
	}
	return true;
}

void facts_release(struct facts *facts)
{
	vec_for_each(fact, &facts->list) {
		free(fact->key);
		free(fact->value);
	}
	vec_free(&facts->list);
}

const char *facts_get(const struct facts *facts, const char *key)
{
	vec_for_each(fact, &facts->list)
		if (str_eq(fact->key, key))
			return fact->value;
	return "";
}

/* include/uapi/linux/capability.h */
enum capability {
	SYS_MODULE = 16,
	SYS_RAWIO = 17,
	SYS_ADMIN = 21,
	SYSLOG = 34,
	PERFMON = 38,
	BPF = 39,
};

static bool has_cap(const struct facts *facts, enum capability cap)
{
	return strtoull(facts_get(facts, "caps"), NULL, 16) >> cap & 1;
}

/* "none [integrity] confidentiality": Documentation/admin-guide/LSM */
static bool is_locked(const struct facts *facts, const char *level)
{
	_cleanup_free_ char *chosen = xasprintf("[%s]", level);

	return strstr(facts_get(facts, "lockdown"), chosen) != NULL;
}

static bool has_btf(const struct facts *facts, char **why)
{
	const char *size = facts_get(facts, "btf");

	if (!*size)
		*why = xstrdup("/sys/kernel/btf/vmlinux is not there or cannot be read: built "
			       "without CONFIG_DEBUG_INFO_BTF, or no sysfs");
	else
		*why = xasprintf("/sys/kernel/btf/vmlinux, %s bytes, and %s of modules", size,
				 facts_get(facts, "btf_modules"));
	return *size;
}

/* kernel/bpf/syscall.c: bpf_token_capable(CAP_BPF), and CAP_PERFMON for tracing and ksyms */
static bool has_bpf(const struct facts *facts, char **why)
{
	const char *unprivileged = facts_get(facts, "unprivileged_bpf_disabled");

	if (!*unprivileged)
		*why = xstrdup("the kernel has no BPF: built without CONFIG_BPF_SYSCALL");
	else if (is_locked(facts, "confidentiality"))
		*why = xstrdup("programs may not read the kernel's memory: lockdown is "
			       "confidentiality");
	else if (has_cap(facts, SYS_ADMIN) || (has_cap(facts, BPF) && has_cap(facts, PERFMON)))
		*why = xstrdup("programs can be loaded");
	else
		*why = xasprintf("%s may not load programs: that takes CAP_BPF and CAP_PERFMON, or "
				 "root (kernel.unprivileged_bpf_disabled is %s)",
				 facts_get(facts, "user"), unprivileged);
	return str_starts(*why, "programs can");
}

static bool has_kallsyms(const struct facts *facts, char **why)
{
	const char *kallsyms = facts_get(facts, "kallsyms");

	if (str_eq(kallsyms, "shown"))
		*why = xstrdup("/proc/kallsyms shows addresses");
	else if (!*kallsyms)
		*why = xstrdup("there is no /proc/kallsyms: built without CONFIG_KALLSYMS");
	else
		*why = xasprintf("/proc/kallsyms hides all addresses: kernel.kptr_restrict is %s%s",
				 facts_get(facts, "kptr_restrict"),
				 has_cap(facts, SYSLOG) ? "" : ", and CAP_SYSLOG is missing");
	return str_eq(kallsyms, "shown");
}

/* fs/proc/kcore.c: CAP_SYS_RAWIO, and LOCKDOWN_KCORE, which confidentiality includes */
static bool has_kcore(const struct facts *facts, char **why)
{
	const char *kcore = facts_get(facts, "kcore");

	if (str_eq(kcore, "yes"))
		*why = xstrdup("/proc/kcore can be read");
	else if (!*kcore)
		*why = xstrdup("there is no /proc/kcore: built without CONFIG_PROC_KCORE");
	else if (is_locked(facts, "confidentiality"))
		*why = xstrdup("/proc/kcore is closed: lockdown is confidentiality");
	else
		*why = xasprintf("%s may not read /proc/kcore: that takes CAP_SYS_RAWIO, or root",
				 facts_get(facts, "user"));
	return str_eq(kcore, "yes");
}

static bool has_kmsg(const struct facts *facts, char **why)
{
	bool ok = str_eq(facts_get(facts, "kmsg"), "yes");

	*why = ok ? xstrdup("/dev/kmsg can be read")
		  : xasprintf("/dev/kmsg cannot be read (kernel.dmesg_restrict is %s)",
			      *facts_get(facts, "dmesg_restrict")
				      ? facts_get(facts, "dmesg_restrict")
				      : "not there");
	return ok;
}

static bool has_modules(const struct facts *facts, char **why)
{
	const char *disabled = facts_get(facts, "modules_disabled");

	if (!*disabled)
		*why = xstrdup("the kernel takes no modules: built without CONFIG_MODULES");
	else if (!str_eq(disabled, "0"))
		*why = xstrdup("no module can be loaded any more: kernel.modules_disabled is 1");
	else if (!has_cap(facts, SYS_MODULE))
		*why = xasprintf("%s may not load modules: that takes CAP_SYS_MODULE, or root",
				 facts_get(facts, "user"));
	else if (is_locked(facts, "integrity") || is_locked(facts, "confidentiality"))
		*why = xstrdup("only modules with a signature that the kernel trusts: it is locked "
			       "down");
	else
		*why = xstrdup("modules can be loaded");
	return str_starts(*why, "modules can");
}

const struct ability abilities[] = {
	{ "BTF", "all but files' own", has_btf },
	{ "BPF", "live.btf-accepted, live.every-ksym, live.value-bpf, live.percpu-pointers",
	  has_bpf },
	{ "kallsyms", "live.kallsyms-*, live.percpu-*, live.value-kcore", has_kallsyms },
	{ "memory", "live.value-kcore, live.percpu-offsets", has_kcore },
	{ "kernel log", "live.no-complaints", has_kmsg },
	{ "modules", "--load-module", has_modules },
};

const size_t nr_abilities = ARRAY_SIZE(abilities);
