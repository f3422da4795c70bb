// SPDX-License-Identifier: GPL-2.0-only
#include "cli/pahole_encode.h"

#include <elf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "btf/btf_file.h"
#include "btf/btf_repair.h"
#include "cli/pahole_child.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/proc.h"
#include "encode/encode.h"

/* where an ELF file has its BTF */
#define BTF_SECTION ".BTF"

enum {
	/* pahole, up to 1.32 at least, counts a DATASEC's entries in 16 bits */
	PAHOLE_MAX_VLEN = 0xffff,
	/* since this version pahole encodes a variable at address 0 */
	PAHOLE_SEES_ADDRESS_0 = 130,
	/* since this version what it writes with -j is the same each time */
	PAHOLE_IS_REPRODUCIBLE = 128,
};

struct arguments {
	VEC(const char *) list;
};

/* Runs pahole with these arguments and, where @detached is given, that file for the BTF. */
static struct error *run_pahole(const struct pahole_request *request, const char *const *args,
				size_t nr, const char *detached, int *status_ret)
{
	_cleanup_free_ char *option = NULL;
	VEC(const char *) argv = { 0 };

	vec_push(&argv, request->real);
	if (detached) {
		option = xasprintf("--btf_encode_detached=%s", detached);
		vec_push(&argv, option);
	}
	for (size_t i = 0; i < nr; i++)
		vec_push(&argv, args[i]);
	vec_push(&argv, NULL);

	struct error *err = pahole_child_run(argv.data, status_ret);
	vec_free(&argv);
	return err;
}

/* Where the report goes: --report, or a file named after the image in a folder; NULL: nowhere. */
static char *report_path(const struct pahole_request *request)
{
	const char *dir = getenv("BTFMATRIX_PAHOLE_REPORT_DIR");

	if (request->report)
		return xstrdup(request->report);
	if (!dir || !*dir)
		return NULL;
	return xasprintf("%s/%s.btf-repairs.json", dir, path_base_name(request->args.file));
}

/* @nr_encoded: the variables our encoder wrote. */
static struct error *write_report(const struct pahole_request *request,
				  const struct btf_repairs *repairs, size_t nr_encoded)
{
	_cleanup_free_ char *path = report_path(request);
	_cleanup_free_ char *version = NULL;

	if (!path)
		return NULL;

	const char *const argv[] = { request->real, "--version", NULL };
	struct error *err = proc_read_output(argv, &version);
	if (err)
		return err;

	_cleanup_free_ char *name = xasprintf("%s%s", version[0] == 'v' ? version + 1 : version,
					      request->encode ? "+encode" : "");
	json_t *json = btf_repairs_to_json(repairs, path_base_name(request->args.file), name);
	json_t *arguments = json_array();
	for (char **arg = request->pahole_argv; *arg; arg++)
		json_array_append_new(arguments, json_text(*arg));
	json_object_set_new(json, "arguments", arguments);
	if (nr_encoded)
		json_object_set_new(json, "encoded", json_integer((json_int_t)nr_encoded));
	_cleanup_free_ char *text = json_dumps(json, JSON_INDENT(2));
	json_decref(json);

	_cleanup_free_ char *line = xasprintf("%s\n", text);
	return file_write_atomic(path, line, strlen(line), 0666);
}

static void warn_of_cut_datasecs(const struct btf_image *btf, const struct elf_image *elf)
{
	btf_for_each_type(type, btf) {
		const struct elf_section *section;
		const struct elf_symbol *const *symbols;
		size_t count = 0;

		if (type.kind != BTF_KIND_DATASEC)
			continue;
		section = elf_section_by_name(elf, btf_type_name(&type));
		if (!section)
			continue;

		size_t nr = elf_symbols_in_section(elf, section->index, &symbols);
		for (size_t i = 0; i < nr; i++)
			count += symbols[i]->type == STT_OBJECT && symbols[i]->size;
		if (count > PAHOLE_MAX_VLEN)
			log_warning("%s: section %s has %zu variables; pahole writes at most %d "
				    "and gives BTF %u of them",
				    elf->path, section->name, count, PAHOLE_MAX_VLEN, type.vlen);
	}
}

/* Whether the image encoded is the one whose BTF is the base: so it is with vmlinux_btf_extra. */
static bool is_base(const struct pahole_args *args)
{
	struct stat base, file;

	return args->base && !stat(args->base, &base) && !stat(args->file, &file) &&
	       base.st_dev == file.st_dev && base.st_ino == file.st_ino;
}

/* Repairs the BTF in the file @path, made from the request's. */
static struct error *repair_file(const struct pahole_request *request, const char *path,
				 struct btf_repairs *repairs)
{
	_cleanup_(btf_image_cleanup) struct btf_image *base = NULL;
	_cleanup_(btf_image_cleanup) struct btf_image *btf = NULL;
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	_cleanup_(mapped_file_close) struct mapped_file map = { 0 };
	_cleanup_(btf_image_cleanup) struct btf_image *smaller = NULL;
	_cleanup_free_ uint8_t *blob = NULL, *smaller_blob = NULL;
	struct error *err = NULL;
	struct stat st;
	size_t len, smaller_len;

	if (request->args.base)
		err = btf_file_read(request->args.base, NULL, &base);
	if (!err)
		err = mapped_file_open(path, &map);
	if (!err)
		err = btf_image_parse("pahole's BTF", map.data, map.len, base, &btf);
	if (!err)
		err = elf_image_open(request->args.file, &elf);
	if (err)
		return err;

	warn_of_cut_datasecs(btf, elf);
	err = btf_repair_known(btf, is_base(&request->args), repairs, &smaller_blob, &smaller_len);
	if (!err && smaller_blob)
		err = btf_image_parse("pahole's BTF without the base's types", smaller_blob,
				      smaller_len, base, &smaller);
	if (!err)
		err = btf_repair(smaller ?: btf, elf, repairs, &blob, &len);
	if (err || (!blob && !smaller_blob))
		return err;
	if (!blob) {
		blob = return_ptr(smaller_blob);
		len = smaller_len;
	}
	if (stat(path, &st) < 0)
		return error_errno(errno, "cannot read %s", path);
	return file_write_atomic(path, blob, len, st.st_mode & 0777);
}

/* objcopy @option @what in the request's file, by the one that kbuild names: the host's knows no foreign files. */
static struct error *run_objcopy(const struct pahole_request *request, const char *option,
				 const char *what, int *status_ret)
{
	/* kbuild may give a command with arguments of its own */
	static const char script[] = "exec ${LLVM_OBJCOPY:-llvm-objcopy} \"$@\"";
	const char *const argv[] = {
		"sh", "-c", script, "objcopy", option, what, request->args.file, NULL
	};

	if (!getenv("LLVM_OBJCOPY")) {
		_cleanup_free_ char *llvm = path_find_program("llvm-objcopy");

		if (!llvm)
			setenv("LLVM_OBJCOPY", "objcopy", 0);
	}
	return pahole_child_run(argv, status_ret);
}

/* As pahole does it. */
static struct error *add_section(const struct pahole_request *request, const char *path,
				 int *status_ret)
{
	const char *file = request->args.file;
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	_cleanup_free_ char *section = xasprintf(BTF_SECTION "=%s", path);
	struct error *err = elf_image_open(file, &elf);
	const struct elf_section *there;
	struct stat st;

	if (err)
		return err;
	if (stat(path, &st))
		return error_errno(errno, "cannot read %s", path);
	there = elf_section_by_name(elf, BTF_SECTION);
	*status_ret = 0;
	/*
	 * lld keeps an empty one in the first link of vmlinux, and llvm-objcopy enlarges none that is in a
	 * segment; kbuild only takes the new one out again. Removing one would fail where relocations refer to
	 * its bounds.
	 */
	if (there && there->flags & SHF_ALLOC && there->size < (uint64_t)st.st_size) {
		err = run_objcopy(request, "--rename-section",
				  BTF_SECTION "=" BTF_SECTION ".before", status_ret);
		there = NULL;
	}
	if (err || *status_ret)
		return err;
	return run_objcopy(request, there ? "--update-section" : "--add-section", section,
			   status_ret);
}

static struct error *publish(const struct pahole_request *request, const char *path,
			     int *status_ret)
{
	const char *detached = request->args.detached;

	if (!detached)
		return add_section(request, path, status_ret);
	if (rename(path, detached) < 0)
		return error_errno(errno, "cannot put %s in place", detached);
	return NULL;
}

/* What cannot be read is the verifier's to judge, which names what is wrong where a failed build does not. */
static struct error *repair_if_readable(const struct pahole_request *request, const char *path,
					struct btf_repairs *repairs)
{
	struct error *err = repair_file(request, path, repairs);

	if (!err || err->kind != ERROR_INPUT)
		return err;
	log_warning("%s: BTF is left as pahole wrote it: %s", request->args.file, err->message);
	error_free(err);
	return NULL;
}

/*
 * All variables of the request's file, on the base it names or into the BTF that pahole has put into the
 * file @path; the result goes there.
 */
static struct error *encode_into(const struct pahole_request *request, const char *path,
				 size_t *nr_ret)
{
	const struct pahole_args *args = &request->args;
	_cleanup_(encode_result_release) struct encode_result result = { 0 };
	const struct encode_input input = {
		.vmlinux = args->file,
		.base = args->base ?: path,
		.mode = args->base ? ENCODE_SPLIT : ENCODE_MERGED,
	};
	struct error *err = encode_variables(&input, &result);

	*nr_ret = result.nr_variables;
	return err ? err : file_write_atomic(path, result.blob, result.len, 0644);
}

static struct error *is_object_file(const char *path, bool *ret)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	struct error *err = elf_image_open(path, &elf);

	*ret = !err && elf->type == ET_REL;
	return err;
}

/*
 * pahole before 1.30 may not see a variable at address 0, where x86_64 has its first per-CPU one. Modules have
 * sections and no addresses, and what has no DWARF or no symbols stays as it is.
 */
static struct error *complete_percpu(const struct pahole_request *request, const char *path,
				     size_t *nr_ret)
{
	const struct encode_input input = {
		.vmlinux = request->args.file,
		.base = path,
		.mode = ENCODE_PERCPU,
	};
	_cleanup_(encode_result_release) struct encode_result result = { 0 };
	_cleanup_free_ char *version = NULL;
	unsigned int number;
	struct error *err = pahole_child_version(request->real, &version, &number);

	if (!err && number < PAHOLE_SEES_ADDRESS_0)
		err = encode_variables(&input, &result);
	if (err && (err->kind == ERROR_INPUT || err->kind == ERROR_CHILD)) {
		error_free(err);
		err = NULL;
	}
	if (err || !result.blob)
		return err;
	*nr_ret = result.nr_variables;
	return file_write_atomic(path, result.blob, result.len, 0644);
}

/* -j, -j4, --jobs, --jobs=4: the value is never apart. */
static bool is_jobs_option(const char *arg)
{
	if (str_starts(arg, "--"))
		return str_eq(arg, "--jobs") || str_starts(arg, "--jobs=");
	return str_starts(arg, "-j") && strspn(arg + 2, "0123456789") == strlen(arg + 2);
}

/*
 * An old pahole that works in parallel writes types in another order each time, and deduplicates them better or
 * worse: no two modes of a kernel then have one BTF. It takes seconds; let it take them one after the other.
 */
static struct error *choose_arguments(const struct pahole_request *request, const char *const *args,
				      size_t nr, struct arguments *ret)
{
	_cleanup_free_ char *version = NULL;
	unsigned int number = PAHOLE_IS_REPRODUCIBLE;
	bool has_jobs = false;
	struct error *err = NULL;

	for (size_t i = 0; i < nr; i++)
		has_jobs |= is_jobs_option(args[i]);
	if (has_jobs)
		err = pahole_child_version(request->real, &version, &number);
	/* what has no version is no old pahole */
	if (err && err->kind != ERROR_CHILD)
		return err;
	error_free(err);
	for (size_t i = 0; i < nr; i++)
		if (number >= PAHOLE_IS_REPRODUCIBLE || !is_jobs_option(args[i]))
			vec_push(&ret->list, args[i]);
	return NULL;
}

/*
 * The types, and the per-CPU variables, are pahole's, all other variables are ours. Variables for a base
 * that has the types already, which vmlinux_btf_extra is, need no pahole.
 */
static struct error *make_btf(const struct pahole_request *request, const char *path,
			      struct btf_repairs *repairs, size_t *nr_encoded, int *status_ret)
{
	const struct pahole_args *args = &request->args;
	const char *const *argv =
		request->encode ? (const char *const *)args->plain.data : args->rest.data;
	size_t argc = request->encode ? args->plain.len : args->rest.len;
	struct arguments arguments = { 0 };
	bool is_object = false;
	struct error *err = NULL;

	if (request->encode)
		err = is_object_file(args->file, &is_object);
	if (err)
		return err;
	if (request->encode && args->base && !is_object)
		return encode_into(request, path, nr_encoded);

	err = choose_arguments(request, argv, argc, &arguments);
	if (!err)
		err = run_pahole(request, arguments.list.data, arguments.list.len, path,
				 status_ret);
	vec_free(&arguments.list);
	/* pahole may have had nothing to write, and no complaint */
	if (err || *status_ret || !path_exists(path))
		return err;
	err = repair_if_readable(request, path, repairs);
	if (!err && !request->encode && !args->base)
		err = complete_percpu(request, path, nr_encoded);
	if (err || !request->encode)
		return err;
	if (is_object) {
		log_warning("%s: an object file, whose variables have no addresses yet: they are "
			    "not encoded",
			    args->file);
		return NULL;
	}
	return encode_into(request, path, nr_encoded);
}

static struct error *encode_in(const struct pahole_request *request, const char *dir,
			       int *status_ret)
{
	_cleanup_free_ char *path = xasprintf("%s/btf", dir);
	_cleanup_(btf_repairs_release) struct btf_repairs repairs = { 0 };
	size_t nr_encoded = 0;
	struct error *err = make_btf(request, path, &repairs, &nr_encoded, status_ret);

	if (err || *status_ret || !path_exists(path))
		return err;
	err = publish(request, path, status_ret);
	if (!err && !*status_ret)
		err = write_report(request, &repairs, nr_encoded);
	return err;
}

/* The folder is beside the result, so that this can be renamed into place. */
struct error *pahole_encode(const struct pahole_request *request, int *status_ret)
{
	const struct pahole_args *args = &request->args;
	_cleanup_free_ char *dir = xasprintf("%s.btfmatrix-XXXXXX", args->detached ?: args->file);

	if (!mkdtemp(dir))
		return error_errno(errno, "cannot create a folder beside %s",
				   args->detached ?: args->file);

	struct error *err = encode_in(request, dir, status_ret);
	struct error *removed = tree_remove(dir);
	if (err) {
		error_free(removed);
		return err;
	}
	return removed;
}

struct error *pahole_encode_unrepaired(const struct pahole_request *request, int *status_ret)
{
	const struct btf_repairs none = { 0 };
	size_t nr = 0;

	while (request->pahole_argv[nr])
		nr++;

	struct error *err = run_pahole(request, (const char *const *)request->pahole_argv, nr, NULL,
				       status_ret);
	if (err || *status_ret)
		return err;
	return write_report(request, &none, 0);
}
