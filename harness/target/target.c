// SPDX-License-Identifier: GPL-2.0-only
#include "target/target.h"

#include <string.h>
#include <unistd.h>

#include "boot/boot.h"
#include "boot/nonce.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "run/wanted.h"
#include "target/find_arch.h"
#include "target/ops.h"
#include "toolroot/cell_tools.h"

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"

enum {
	/* a machine with all distribution modules loaded takes some seconds */
	DEADLINE_S = 300,
};

static const struct target_ops *const targets[] = { &target_local, &target_ssh, &target_qemu,
						    &target_console };

/* The row for "NAME" or "NAME:ARGUMENT". */
static const struct target_ops *find_ops(const char *name, const char **argument_ret)
{
	size_t len = strcspn(name, ":");

	*argument_ret = name[len] ? name + len + 1 : "";
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (strlen(targets[i]->name) == len && strncmp(targets[i]->name, name, len) == 0)
			return targets[i];
	return NULL;
}

bool target_name_is_good(const char *name, char **why_ret)
{
	const char *argument;
	const struct target_ops *ops = find_ops(name, &argument);

	*why_ret = NULL;
	if (!ops)
		*why_ret = xasprintf("'%s' is none of local, ssh:HOST, qemu, console:DEVICE", name);
	else if (ops->takes && !*argument)
		*why_ret = xasprintf("'%s' lacks a %s: %s:%s", name, ops->takes, ops->name,
				     ops->takes);
	else if (!ops->takes && strchr(name, ':'))
		*why_ret = xasprintf("'%s': %s takes nothing behind it", name, ops->name);
	/* ssh would take it for an option */
	else if (*argument == '-')
		*why_ret = xasprintf("'%s' is no %s", argument, ops->takes);
	return !*why_ret;
}

void targets_print(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		_cleanup_free_ char *name =
			targets[i]->takes ? xasprintf("%s:%s", targets[i]->name, targets[i]->takes)
					  : xstrdup(targets[i]->name);

		fprintf(out, "  %-10s %s\n", name, targets[i]->help);
	}
}

/* Where distributions put a kernel's debugging information. */
static char *find_vmlinux(const char *release)
{
	static const char *const places[] = {
		"/usr/lib/debug/boot/vmlinux-%s",
		"/usr/lib/debug/lib/modules/%s/vmlinux",
		"/usr/lib/debug/vmlinux-%s",
		"/lib/modules/%s/build/vmlinux",
	};

	for (size_t i = 0; release && i < ARRAY_SIZE(places); i++) {
		const char *hole = strstr(places[i], "%s");
		char *path = xasprintf("%.*s%s%s", (int)(hole - places[i]), places[i], release,
				       hole + 2);

		if (access(path, R_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

/* Fetches the kernel's own BTF where the request has no file with it. */
static struct error *get_btf(struct target *target, struct target_result *result)
{
	const struct target_request *request = target->request;
	_cleanup_free_ char *to = xasprintf("%s/vmlinux.btf", request->work_dir);
	struct error *err;
	bool there;

	if (request->vmlinux || request->btf_file || !target->ops->fetch)
		return NULL;
	result->vmlinux = find_vmlinux(target->release);
	if (result->vmlinux)
		return NULL;
	err = target->ops->fetch(target, VMLINUX_BTF, to, &there);
	if (err)
		return err;
	if (!there)
		return error_new(ERROR_INPUT,
				 "the kernel there (%s) has no " VMLINUX_BTF
				 " that can be read: it was built without CONFIG_DEBUG_INFO_BTF, "
				 "or sysfs is "
				 "not mounted; --vmlinux or --btf may name a file with its BTF",
				 target->release);
	result->btf_file = return_ptr(to);
	return NULL;
}

static struct error *get_arch(struct target *target, struct target_result *result)
{
	if (target->request->arch || !target->machine)
		return NULL;
	return arch_of_machine(target->machine, &result->arch);
}

/* The machine's own compiler will do for itself; another's takes a cross compiler. */
static struct error *get_probe(const struct target *target, const struct target_result *result,
			       char **path_ret)
{
	const struct target_request *request = target->request;
	const struct arch *arch = request->arch ? request->arch : result->arch;
	_cleanup_(cell_tools_release) struct cell_tools tools = { 0 };
	struct error *err;

	if (request->probe) {
		*path_ret = xstrdup(request->probe);
		return access(request->probe, R_OK) == 0
			       ? NULL
			       : error_new(ERROR_INPUT, "cannot read the probe %s", request->probe);
	}
	if (!arch && target->ops != &target_local)
		return error_new(ERROR_INPUT,
				 "no file in arches/ is for a machine called %s; --arch or --probe "
				 "helps",
				 target->machine);
	if (!arch)
		return probe_build(target->machine, "gcc", NULL, path_ret);
	err = cell_tools_find_guest(arch, &tools);
	return err ? err : probe_build(arch->name, tools.probe_cc, arch, path_ret);
}

/* Against what the machine says it is: --arch and --probe may say otherwise. */
static struct error *check_probe(const struct target *target, const struct target_result *result,
				 const char *probe)
{
	_cleanup_(arch_cleanup) struct arch *there = NULL;
	const struct arch *arch = result->arch;
	struct error *err = NULL;

	if (!arch && target->machine) {
		err = arch_of_machine(target->machine, &there);
		arch = there;
	}
	if (!err && arch)
		err = probe_suits(probe, arch);
	return error_wrap(err, "%s", target->request->target);
}

static struct error *write_lists(const struct wanted *wanted, const char *values,
				 struct probe_run *run)
{
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	struct error *err;

	vec_for_each(name, &wanted->names)
		strbuf_addf(&names, "%s\n", *name);
	err = file_write_atomic(run->wanted_file, strbuf_str(&names), names.len, 0644);
	if (!err)
		err = file_write_atomic(run->values_file, values, strlen(values), 0644);
	return err;
}

static struct error *run_probe(struct target *target, struct target_result *result)
{
	const struct target_request *request = target->request;
	const char *vmlinux = request->vmlinux ? request->vmlinux : result->vmlinux;
	const char *btf = request->btf_file ? request->btf_file : result->btf_file;
	_cleanup_(wanted_release) struct wanted wanted = { 0 };
	_cleanup_strbuf_ struct strbuf values = STRBUF_INIT;
	_cleanup_free_ char *probe = NULL;
	_cleanup_free_ char *wanted_file = xasprintf("%s/wanted", request->work_dir);
	_cleanup_free_ char *values_file = xasprintf("%s/values", request->work_dir);
	char nonce[NONCE_SIZE];
	struct probe_run run = {
		.nonce = nonce,
		.wanted_file = wanted_file,
		.values_file = values_file,
		.module = request->module,
		.deadline_s = request->deadline_s > 0 ? request->deadline_s : DEADLINE_S,
	};
	struct error *err = nonce_make(nonce);

	if (!err)
		err = get_probe(target, result, &probe);
	if (!err)
		err = check_probe(target, result, probe);
	if (!err && (btf || vmlinux))
		err = wanted_collect(btf ? btf : vmlinux, request->module, &wanted);
	if (err)
		return err;
	if (request->values)
		values_write_list(request->values, &values);
	run.probe = probe;
	run.wanted = (const char *const *)wanted.names.data;
	run.nr_wanted = wanted.names.len;
	run.values = strbuf_str(&values);
	err = write_lists(&wanted, run.values, &run);
	if (err)
		return err;
	log_status("%s: probing", request->target);
	err = target->ops->run(target, &run, &result->report);
	log_status_clear();
	return err;
}

struct error *target_probe(const struct target_request *request, struct target_result *result)
{
	struct target target = { .request = request };
	_cleanup_free_ char *why = NULL;
	struct error *err;

	*result = (struct target_result){ 0 };
	if (!target_name_is_good(request->target, &why))
		return error_new(ERROR_INPUT, "%s", why);
	target.ops = find_ops(request->target, &target.argument);
	err = target.ops->open(&target);
	if (!err)
		err = get_arch(&target, result);
	if (!err)
		err = get_btf(&target, result);
	if (!err)
		err = run_probe(&target, result);
	target.ops->close(&target);
	free(target.machine);
	free(target.release);
	return err;
}

struct error *target_shell(const char *name, const char *script, struct strbuf *output)
{
	const struct target_request request = { .target = name };
	struct target target = { .request = &request };
	struct error *err;

	target.ops = find_ops(name, &target.argument);
	if (!target.ops || !target.ops->shell)
		return error_new(ERROR_INPUT, "%s is no running machine", name);
	err = target.ops->open(&target);
	if (!err)
		err = target.ops->shell(&target, script, output);
	target.ops->close(&target);
	free(target.machine);
	free(target.release);
	return err;
}

void target_result_release(struct target_result *result)
{
	guest_report_free(result->report);
	free(result->btf_file);
	free(result->vmlinux);
	arch_free(result->arch);
	*result = (struct target_result){ 0 };
}
