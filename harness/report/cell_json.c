// SPDX-License-Identifier: GPL-2.0-only
#include "report/cell_json.h"

#include "core/json_text.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "verify/print.h"

char *cell_reproducer(const struct run *run, const struct cell *cell)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "btfmatrix run --matrix %s --arch %s --toolchain %s --kernel %s --mode %s",
		    run->request->plan->matrix_path, cell->arch->name,
		    toolchain_path_prefix(cell->toolchain->path) ? cell->toolchain->path
								 : cell->toolchain->name,
		    cell->kernel, btf_mode_name(cell->mode));
	/* also where it is the default: the matrix may have others */
	if (run->request->plan->profiles.len > 1 || !str_eq(cell->profile->name, PROFILE_DEFAULT))
		strbuf_addf(&sb, " --profile %s", cell->profile->name);
	if (run->request->plan->paholes.len > 1 || cell->pahole->label) {
		strbuf_adds(&sb, " --pahole ");
		strbuf_add_shell_word(&sb, cell->pahole->text);
	}
	strbuf_adds(&sb, run->request->options);
	return strbuf_detach(&sb);
}

static json_t *words_json(strv words)
{
	json_t *list = json_array();

	for (; words && *words; words++)
		json_array_append_new(list, json_text(*words));
	return list;
}

static json_t *tools_json(const struct run *run, const struct outcome *outcome)
{
	const struct pahole_spec *spec = outcome->cell->pahole;
	const struct pahole_tool *tool = &run_find_pahole(run, outcome->cell)->tool;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o, s:b, s:b}, s:o, s:o}",
			 "roots", words_json(outcome->tools.roots), "root_packages",
			 words_json(outcome->tools.root_packages), "compiler",
			 json_text(outcome->build.compiler), "linker",
			 json_text(outcome->build.linker), "make", json_text(outcome->build.make),
			 "ccache", json_text(outcome->build.ccache), "pahole", "version",
			 json_text(tool->version), "path", json_text(tool->path), "packages",
			 json_text(tool->packages), "repaired", !spec->stock, "encoder",
			 spec->encode, "qemu", json_text(outcome->qemu_version), "sh",
			 json_text(run->sh_version));
}

/* What an error kept from being done; null where there was none. */
static json_t *failure_json(const struct outcome *outcome)
{
	if (!outcome->failure_stage)
		return json_null();
	return json_pack("{s:s, s:s}", "stage", outcome->failure_stage, "kind",
			 outcome->failure_kind);
}

static json_t *build_json(const struct outcome *outcome)
{
	const struct build_result *build = &outcome->build;

	return json_pack("{s:b, s:f, s:f, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "cached",
			 build->cached, "wall_s", build->wall_s, "cpu_s", build->cpu_s, "compiled",
			 (json_int_t)build->nr_compiled, "key", json_text(build->key), "command",
			 json_text(build->command), "vmlinux", json_text(build->vmlinux), "image",
			 json_text(build->image), "extra_module", json_text(build->extra_module),
			 "config", json_text(build->config));
}

static json_t *guest_json(const struct guest_report *guest, size_t nr_symbols)
{
	json_t *trials = json_array(), *btfs = json_array();

	vec_for_each(trial, &guest->trials)
		json_array_append_new(trials,
				      json_pack("{s:o, s:b, s:b, s:i, s:o}", "name",
						json_text(trial->name), "ok", trial->ok, "skipped",
						trial->skipped, "errno", trial->errnum, "detail",
						json_text(trial->detail)));
	vec_for_each(btf, &guest->btfs)
		json_array_append_new(btfs,
				      json_pack("{s:o, s:i, s:I, s:s}", "name",
						json_text(btf->name), "mode", btf->mode, "size",
						(json_int_t)btf->size, "sha256", btf->sha256));
	return json_pack("{s:o, s:o, s:o, s:i, s:b, s:i, s:I, s:o, s:o}", "release",
			 json_text(guest->release), "version", json_text(guest->version), "machine",
			 json_text(guest->machine), "bits", guest->bits, "big_endian",
			 guest->big_endian, "cpus", guest->nr_cpus, "symbols",
			 (json_int_t)nr_symbols, "sysfs_btf", btfs, "trials", trials);
}

static json_t *boot_json(const struct outcome *outcome)
{
	const struct boot_result *boot = &outcome->boot;

	if (!outcome->booted)
		return json_null();
	return json_pack(
		"{s:s, s:o, s:f, s:f, s:o, s:o}", "verdict", boot_verdict_name(boot->verdict),
		"detail", json_text(boot->detail), "wall_s", boot->wall_s, "cpu_s", boot->cpu_s,
		"command", json_text(boot->command), "guest",
		boot->report ? guest_json(boot->report, outcome->nr_guest_symbols) : json_null());
}

static json_t *verify_json(const struct outcome *outcome)
{
	json_t *json = verify_to_json(&outcome->verify);

	json_object_set_new(json, "wall_s", json_real(outcome->verify_wall_s));
	return json;
}

/* The report of `btfmatrix pahole` as it is, or null. */
static json_t *repairs_json(const char *path)
{
	json_t *json = path ? json_load_file(path, 0, NULL) : NULL;

	return json ?: json_null();
}

json_t *cell_json(const struct run *run, const struct outcome *outcome)
{
	const struct cell *cell = outcome->cell;
	_cleanup_free_ char *reproducer = cell_reproducer(run, cell);

	return json_pack(
		"{s:s, s:b, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, "
		"s:o, s:o, s:o, "
		"s:{s:o, s:o}, "
		"s:o}",
		"schema", "btfmatrix-cell-1", "cached", outcome->cached, "cell", cell->name, "arch",
		cell->arch->name, "toolchain", cell->toolchain->name, "kernel", cell->kernel,
		"profile", json_text(cell->profile->name), "pahole", json_text(cell->pahole->text),
		"release", json_text(outcome->release), "series", json_text(outcome->series),
		"mode", btf_mode_name(cell->mode), "verdict", verdict_name(outcome->verdict),
		"reason", json_text(outcome->reason), "failure", failure_json(outcome), "reproduce",
		json_text(reproducer), "tools", tools_json(run, outcome), "build",
		outcome->built ? build_json(outcome) : json_null(), "boot", boot_json(outcome),
		"repairs", "vmlinux", repairs_json(outcome->build.repairs), "vmlinux_btf_extra",
		repairs_json(outcome->build.extra_repairs), "verify",
		outcome->verified ? verify_json(outcome) : json_null());
}
