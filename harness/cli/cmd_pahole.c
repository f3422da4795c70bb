// SPDX-License-Identifier: GPL-2.0-only
/*
 * btfmatrix pahole: what kbuild calls as PAHOLE=. It takes pahole's own command line, runs the real
 * pahole, repairs the BTF that made, and puts it where kbuild looks for it.
 */
#include <argp.h>
#include <elf.h>
#include <errno.h>
#include <linux/btf.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "btf/btf_repair.h"
#include "cli/command.h"
#include "cli/pahole_args.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/proc.h"

/* where an ELF file has its BTF */
#define BTF_SECTION ".BTF"

extern char **environ;

enum {
	/* pahole, up to 1.32 at least, counts a DATASEC's entries in 16 bits */
	PAHOLE_MAX_VLEN = 0xffff,
	/* how a shell tells that a signal ended a command */
	STATUS_SIGNAL = 128,
};

struct request {
	const char *real, *report;
	bool stock;
	/* NULL-terminated, without program name */
	char **pahole_argv;
	struct pahole_args args;
};

/*
 * Runs a child with our own outputs, which are pahole's to kbuild. Not core/proc.h: the child must stay
 * in make's process group, so that whoever ends the build ends it too.
 */
static struct error *run_child(const char *const *argv, int *status_ret)
{
	posix_spawnattr_t attr;
	sigset_t defaults;
	pid_t pid;
	int status;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	int errnum = posix_spawnp(&pid, argv[0], NULL, &attr, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attr);
	if (errnum)
		return error_errno(errnum, "cannot run %s", argv[0]);

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return error_errno(errno, "cannot wait for %s", argv[0]);
		if (proc_interrupted())
			kill(pid, proc_interrupted());
	}
	if (proc_interrupted())
		return error_new(ERROR_INTERRUPTED, "interrupted");
	*status_ret = WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
	return NULL;
}

/* Runs pahole with these arguments and, where @detached is given, that file for the BTF. */
static struct error *run_pahole(const struct request *request, const char *const *args, size_t nr,
				const char *detached, int *status_ret)
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

	struct error *err = run_child(argv.data, status_ret);
	vec_free(&argv);
	return err;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Where the report goes: --report, or a file named after the image in a folder; NULL: nowhere. */
static char *report_path(const struct request *request)
{
	const char *dir = getenv("BTFMATRIX_PAHOLE_REPORT_DIR");

	if (request->report)
		return xstrdup(request->report);
	if (!dir || !*dir)
		return NULL;
	return xasprintf("%s/%s.btf-repairs.json", dir, base_name(request->args.file));
}

static struct error *write_report(const struct request *request, const struct btf_repairs *repairs)
{
	_cleanup_free_ char *path = report_path(request);
	_cleanup_free_ char *version = NULL;

	if (!path)
		return NULL;

	const char *const argv[] = { request->real, "--version", NULL };
	struct error *err = proc_read_output(argv, &version);
	if (err)
		return err;

	json_t *json = btf_repairs_to_json(repairs, base_name(request->args.file),
					   version[0] == 'v' ? version + 1 : version);
	json_t *arguments = json_array();
	for (char **arg = request->pahole_argv; *arg; arg++)
		json_array_append_new(arguments, json_text(*arg));
	json_object_set_new(json, "arguments", arguments);
	_cleanup_free_ char *text = json_dumps(json, JSON_INDENT(2));
	json_decref(json);

	_cleanup_free_ char *line = xasprintf("%s\n", text);
	return file_write_atomic(path, line, strlen(line), 0666);
}

/* The BTF to which a split BTF belongs: in an ELF file, or a file of nothing else. */
static struct error *load_base(const char *path, struct btf_image **ret)
{
	_cleanup_(mapped_file_close) struct mapped_file map = { 0 };
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	struct error *err = mapped_file_open(path, &map);
	const uint8_t *data;
	size_t len;

	if (err)
		return err;
	if (map.len < 4 || memcmp(map.data, "\177ELF", 4) != 0)
		return btf_image_parse(path, map.data, map.len, NULL, ret);
	err = elf_image_open(path, &elf);
	if (err)
		return err;

	const struct elf_section *section = elf_section_by_name(elf, BTF_SECTION);
	if (!section)
		return error_new(ERROR_INPUT, "%s: no %s section", path, BTF_SECTION);
	err = elf_section_data(elf, section, &data, &len);
	return err ? err : btf_image_parse(path, data, len, NULL, ret);
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
static struct error *repair_file(const struct request *request, const char *path,
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
		err = load_base(request->args.base, &base);
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

/* As pahole does it, and with the objcopy that kbuild names: the host's knows no foreign files. */
static struct error *add_section(const struct request *request, const char *path, int *status_ret)
{
	/* kbuild may give a command with arguments of its own */
	static const char script[] = "exec ${LLVM_OBJCOPY:-llvm-objcopy} \"$@\"";
	const char *file = request->args.file;
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	_cleanup_free_ char *section = xasprintf(BTF_SECTION "=%s", path);
	VEC(const char *) argv = { 0 };
	struct error *err = elf_image_open(file, &elf);

	if (err)
		return err;
	if (!getenv("LLVM_OBJCOPY")) {
		_cleanup_free_ char *llvm = path_find_program("llvm-objcopy");

		if (!llvm)
			setenv("LLVM_OBJCOPY", "objcopy", 0);
	}
	vec_push(&argv, "sh");
	vec_push(&argv, "-c");
	vec_push(&argv, script);
	vec_push(&argv, "objcopy");
	/* Removing one would fail where relocations refer to its bounds. */
	vec_push(&argv,
		 elf_section_by_name(elf, BTF_SECTION) ? "--update-section" : "--add-section");
	vec_push(&argv, section);
	vec_push(&argv, file);
	vec_push(&argv, NULL);

	err = run_child(argv.data, status_ret);
	vec_free(&argv);
	return err;
}

static struct error *publish(const struct request *request, const char *path, int *status_ret)
{
	const char *detached = request->args.detached;

	if (!detached)
		return add_section(request, path, status_ret);
	if (rename(path, detached) < 0)
		return error_errno(errno, "cannot put %s in place", detached);
	return NULL;
}

static struct error *encode_in(const struct request *request, const char *dir, int *status_ret)
{
	const struct pahole_args *args = &request->args;
	_cleanup_free_ char *path = xasprintf("%s/btf", dir);
	_cleanup_(btf_repairs_release) struct btf_repairs repairs = { 0 };
	struct error *err;

	err = run_pahole(request, args->rest.data, args->rest.len, path, status_ret);
	/* pahole may have had nothing to write, and no complaint */
	if (err || *status_ret || !path_exists(path))
		return err;

	err = repair_file(request, path, &repairs);
	if (err && err->kind == ERROR_INPUT) {
		/* the verifier names what is wrong with it, which a failed build would not */
		log_warning("%s: BTF is left as pahole wrote it: %s", args->file, err->message);
		error_free(err);
		err = NULL;
	}
	if (!err)
		err = publish(request, path, status_ret);
	if (!err && !*status_ret)
		err = write_report(request, &repairs);
	return err;
}

/* The folder is beside the result, so that this can be renamed into place. */
static struct error *encode(const struct request *request, int *status_ret)
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

static struct error *encode_unrepaired(const struct request *request, int *status_ret)
{
	const struct btf_repairs none = { 0 };
	size_t nr = 0;

	while (request->pahole_argv[nr])
		nr++;

	struct error *err = run_pahole(request, (const char *const *)request->pahole_argv, nr, NULL,
				       status_ret);
	if (err || *status_ret)
		return err;
	return write_report(request, &none);
}

/* Becomes pahole: there is no BTF to repair. */
static struct error *exec_pahole(struct request *request)
{
	VEC(char *) argv = { 0 };

	vec_push(&argv, (char *)request->real);
	for (char **arg = request->pahole_argv; *arg; arg++)
		vec_push(&argv, *arg);
	vec_push(&argv, NULL);
	signal(SIGPIPE, SIG_DFL);
	execvp(request->real, argv.data);

	struct error *err = error_errno(errno, "cannot run %s", request->real);
	vec_free(&argv);
	return err;
}

static struct error *run(struct request *request, int *status_ret)
{
	const struct pahole_args *args = &request->args;

	/* an odd command line is pahole's to complain about */
	if (!args->encode || !args->file)
		return exec_pahole(request);
	if (args->distilled_base && !request->stock)
		log_warning("%s: BTF with a distilled base is not repaired", args->file);
	if (request->stock || args->distilled_base)
		return encode_unrepaired(request, status_ret);
	return encode(request, status_ret);
}

enum {
	OPT_REAL = 0x6000,
	OPT_STOCK,
	OPT_REPORT
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case OPT_REAL:
		request->real = arg;
		return 0;
	case OPT_STOCK:
		request->stock = true;
		return 0;
	case OPT_REPORT:
		request->report = arg;
		return 0;
	case ARGP_KEY_ARGS:
		/* main()'s argv, so there is a NULL at its end */
		request->pahole_argv = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (!request->real)
			argp_error(state, "--real: which pahole to run must be given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_pahole(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "real", OPT_REAL, "PROGRAM", 0, "the pahole to run", 0 },
		{ "stock", OPT_STOCK, NULL, 0, "repair nothing", 0 },
		{ "report", OPT_REPORT, "FILE", 0,
		  "where to list the repairs as JSON (default: IMAGE.btf-repairs.json in "
		  "$BTFMATRIX_PAHOLE_REPORT_DIR, or nowhere)",
		  0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "-- PAHOLE-ARGUMENT...",
		.doc = "Runs pahole as kbuild does, and repairs the BTF it makes where the ELF "
		       "file proves it wrong. Exits as pahole does.",
	};
	static char *no_arguments[] = { NULL };
	struct request request = { .pahole_argv = no_arguments };
	int status = STATUS_OK;

	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &request))
		return STATUS_ERROR;

	pahole_args_parse(&request.args, request.pahole_argv);
	struct error *err = run(&request, &status);
	pahole_args_release(&request.args);
	return err ? command_fail(err) : status;
}
