// SPDX-License-Identifier: GPL-2.0-only
/*
 * seeds DIR: writes the fuzz targets' seeds, DIR/TARGET/NAME, small inputs that are right; the targets say
 * how each is laid out. What fuzzing found has been added beside them by hand.
 */
#include <elf.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf_build.h"
#include "config/project.h"
#include "core/fileio.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "elf_build.h"
#include "probe/protocol.h"

static const char *out_dir;

static void die(struct error *err)
{
	if (!err)
		return;
	fprintf(stderr, "seeds: %s\n", err->message);
	error_free(err);
	exit(2);
}

static void write_seed(const char *target, const char *name, const struct strbuf *seed)
{
	_cleanup_free_ char *dir = xasprintf("%s/%s", out_dir, target);
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	die(dir_make(dir));
	die(file_write_atomic(path, strbuf_str(seed), seed->len, 0644));
}

/* A part, as fuzz_part() takes it. */
static void add_part(struct strbuf *seed, const void *data, size_t len)
{
	for (int i = 0; i < 4; i++)
		strbuf_addc(seed, (char)(len >> 8 * i));
	if (len)
		strbuf_add(seed, data, len);
}

/* BTF with a type of each kind, and a per-CPU and a global section. */

enum {
	NUMBER_SIZE = 4,
	NODE_SIZE = 24,
	/* ids, in the order in which add_types() adds them */
	ID_INT = 1,
	ID_NODE,
	ID_POINTER,
	ID_ARRAY,
	ID_CONST,
	ID_TYPEDEF,
};

static void add_types(struct btf_build *b)
{
	const struct btf_build_member members[] = {
		{ "value", ID_INT, 0 },
		{ "next", ID_POINTER, 64 },
		{ "numbers", ID_ARRAY, 128 },
	};

	btf_build_add_int(b, "int", NUMBER_SIZE);
	btf_build_add_struct(b, "node", NODE_SIZE, members, ARRAY_SIZE(members));
	btf_build_add_ptr(b, ID_NODE);
	btf_build_add_array(b, ID_INT, ID_INT, 2);
	btf_build_add_const(b, ID_INT);
	btf_build_add_typedef(b, "node_t", ID_NODE);
}

static void add_other_kinds(struct btf_build *b)
{
	uint32_t proto, union_id;

	/* a bit field of three bits at bit 1 */
	union_id = btf_build_add_type(b, "bits", BTF_KIND_UNION, true, 1, NUMBER_SIZE);
	btf_build_add_word(b, btf_build_add_string(b, "flags"));
	btf_build_add_word(b, ID_INT);
	btf_build_add_word(b, 3u << 24 | 1);
	btf_build_add_type(b, "colour", BTF_KIND_ENUM, false, 2, NUMBER_SIZE);
	for (uint32_t i = 0; i < 2; i++) {
		btf_build_add_word(b, btf_build_add_string(b, i ? "RED" : "GREEN"));
		btf_build_add_word(b, i);
	}
	btf_build_add_type(b, "wide", BTF_KIND_ENUM64, true, 1, 8);
	btf_build_add_word(b, btf_build_add_string(b, "FAR"));
	btf_build_add_word(b, 0);
	btf_build_add_word(b, 1);
	btf_build_add_type(b, "hidden", BTF_KIND_FWD, true, 0, 0);
	btf_build_add_type(b, "", BTF_KIND_VOLATILE, false, 0, union_id);
	btf_build_add_type(b, "", BTF_KIND_RESTRICT, false, 0, ID_POINTER);
	proto = btf_build_add_type(b, "", BTF_KIND_FUNC_PROTO, false, 2, ID_INT);
	btf_build_add_word(b, btf_build_add_string(b, "first"));
	btf_build_add_word(b, ID_POINTER);
	btf_build_add_word(b, 0);
	btf_build_add_word(b, 0);
	btf_build_add_type(b, "function", BTF_KIND_FUNC, false, BTF_FUNC_GLOBAL, proto);
	btf_build_add_type(b, "double", BTF_KIND_FLOAT, false, 0, 8);
	btf_build_add_type(b, "user", BTF_KIND_TYPE_TAG, false, 0, ID_INT);
	btf_build_add_decl_tag(b, "tag", ID_NODE, 1);
}

static void add_section(struct btf_build *b, const char *section, const char *first,
			const char *second, uint32_t linkage)
{
	struct btf_secinfo infos[] = {
		{ btf_build_add_var(b, first, ID_INT, linkage), 0, NUMBER_SIZE },
		{ btf_build_add_var(b, second, ID_TYPEDEF, linkage), 8, NODE_SIZE },
	};

	btf_build_add_datasec(b, section, 8 + NODE_SIZE, infos, ARRAY_SIZE(infos));
}

static void add_percpu(struct btf_build *b)
{
	add_section(b, ".data..percpu", "pcpu_number", "pcpu_node", BTF_VAR_GLOBAL_ALLOCATED);
}

static void add_globals(struct btf_build *b)
{
	add_section(b, ".data", "number", "node", BTF_VAR_STATIC);
}

struct blob {
	uint8_t *data;
	size_t len;
};

static struct blob finish(struct btf_build *b)
{
	struct blob blob;

	blob.data = btf_build_finish(b, &blob.len);
	return blob;
}

/* The base of a kernel in mode n or m; all kinds and global variables too if @whole. */
static struct blob make_base(bool big_endian, bool whole)
{
	struct btf_build b;

	btf_build_init(&b, big_endian, NULL);
	add_types(&b);
	if (whole)
		add_other_kinds(&b);
	add_percpu(&b);
	if (whole)
		add_globals(&b);
	return finish(&b);
}

static struct blob make_split(const struct blob *base)
{
	struct btf_image *image;
	struct btf_build b;
	struct blob blob;

	die(btf_image_parse("base", base->data, base->len, NULL, &image));
	btf_build_init(&b, image->big_endian, image);
	add_globals(&b);
	blob = finish(&b);
	btf_image_free(image);
	return blob;
}

static void btf_seed(const char *name, const struct blob *base, const struct blob *split)
{
	_cleanup_strbuf_ struct strbuf seed = STRBUF_INIT;

	add_part(&seed, base->data, base->len);
	if (split)
		strbuf_add(&seed, split->data, split->len);
	write_seed("btf", name, &seed);
}

/* With the longer header of Linux 7.x and its kind layout section empty. */
static void btf_long_header(void)
{
	struct btf_build b;
	struct blob blob;

	btf_build_init(&b, false, NULL);
	b.hdr_len = 32;
	add_types(&b);
	blob = finish(&b);
	btf_seed("long-header", &blob, NULL);
	free(blob.data);
}

static void btf_seeds(void)
{
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct blob whole = make_base(big_endian, true),
			    base = make_base(big_endian, false);
		struct blob split = make_split(&base);

		btf_seed(big_endian ? "all-kinds-be" : "all-kinds", &whole, NULL);
		btf_seed(big_endian ? "split-be" : "split", &base, &split);
		free(whole.data);
		free(base.data);
		free(split.data);
	}
	btf_long_header();
}

/* ELF: a vmlinux with the sections and symbols that the BTF above speaks of. */

static void add_variables(struct elf_build *b, uint32_t section, uint64_t addr, uint8_t bind,
			  const char *first, const char *second)
{
	elf_build_add_symbol(b, first, bind, STT_OBJECT, section, addr, NUMBER_SIZE);
	elf_build_add_symbol(b, second, bind, STT_OBJECT, section, addr + 8, NODE_SIZE);
}

static struct blob make_vmlinux(unsigned int bits, bool big_endian, const struct blob *btf)
{
	struct elf_build b;
	uint32_t percpu, data, section;
	struct blob file;

	elf_build_init(&b, bits, big_endian, ET_EXEC);
	percpu = elf_build_add_section(&b, ".data..percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0,
				       NULL, 8 + NODE_SIZE);
	data = elf_build_add_section(&b, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0x1000, NULL,
				     8 + NODE_SIZE);
	section = elf_build_add_section(&b, ".BTF", SHT_PROGBITS, SHF_ALLOC, 0x2000, btf->data,
					btf->len);
	elf_build_add_symbol(&b, "__start_BTF", STB_GLOBAL, STT_NOTYPE, section, 0x2000, 0);
	elf_build_add_symbol(&b, "__stop_BTF", STB_GLOBAL, STT_NOTYPE, section, 0x2000 + btf->len,
			     0);
	elf_build_add_symbol(&b, "__per_cpu_start", STB_GLOBAL, STT_NOTYPE, percpu, 0, 0);
	elf_build_add_symbol(&b, "__per_cpu_end", STB_GLOBAL, STT_NOTYPE, percpu, 8 + NODE_SIZE, 0);
	add_variables(&b, percpu, 0, STB_GLOBAL, "pcpu_number", "pcpu_node");
	add_variables(&b, data, 0x1000, STB_LOCAL, "number", "node");
	file.data = elf_build_finish(&b, &file.len);
	return file;
}

static struct blob make_module(unsigned int bits, bool big_endian, const struct blob *btf)
{
	struct elf_build b;
	struct blob file;

	elf_build_init(&b, bits, big_endian, ET_REL);
	elf_build_add_section(&b, ".BTF", SHT_PROGBITS, SHF_ALLOC, 0, btf->data, btf->len);
	file.data = elf_build_finish(&b, &file.len);
	return file;
}

static void elf_seed(const char *name, char mode, const struct blob *vmlinux,
		     const struct blob *module)
{
	_cleanup_strbuf_ struct strbuf seed = STRBUF_INIT;

	strbuf_addc(&seed, mode);
	add_part(&seed, vmlinux->data, vmlinux->len);
	if (module)
		strbuf_add(&seed, module->data, module->len);
	write_seed("elf", name, &seed);
}

static void elf_seeds_of(unsigned int bits, bool big_endian)
{
	struct blob base = make_base(big_endian, false), whole = make_base(big_endian, true);
	struct blob split = make_split(&base);
	struct blob n = make_vmlinux(bits, big_endian, &base);
	struct blob y = make_vmlinux(bits, big_endian, &whole);
	struct blob module = make_module(bits, big_endian, &split);
	const struct blob *modes[] = { &n, &y, &n };

	for (char mode = 0; mode < 3; mode++) {
		_cleanup_free_ char *name =
			xasprintf("%u%s-%c", bits, big_endian ? "be" : "le", "nym"[(int)mode]);

		elf_seed(name, mode, modes[(int)mode], mode == 2 ? &module : NULL);
	}
	free(base.data);
	free(whole.data);
	free(split.data);
	free(n.data);
	free(y.data);
	free(module.data);
}

/* Frames: a whole report, one on a console, and what kernels say when they die. */

struct report {
	struct strbuf text;
	struct frame_writer writer;
	uint32_t seq;
	unsigned int counts[FRAME_TYPE_COUNT];
};

static struct frame_writer *start(struct report *r, enum frame_type type)
{
	r->counts[type]++;
	frame_start(&r->writer, r->seq++, type);
	return &r->writer;
}

static void finish_frame(struct report *r)
{
	frame_finish(&r->writer);
	strbuf_add(&r->text, r->writer.line, r->writer.len);
}

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void add_report(struct report *r)
{
	static const struct {
		enum frame_type type;
		const char *fields[14];
	} frames[] = {
		{ FRAME_BEGIN, { "version", "1", "nonce", "fuzz" } },
		{ FRAME_SYSTEM,
		  { "release", "6.12.0", "version", "#1 SMP", "machine", "s390x", "endian", "big",
		    "bits", "64", "cpus", "2" } },
		{ FRAME_BTF,
		  { "name", "vmlinux", "mode", "444", "size", "1820146", "sha256", SHA256 } },
		{ FRAME_SYMBOL, { "a", "c0de", "t", "D", "n", "runqueues", "m", "" } },
		{ FRAME_OFFSET, { "cpu", "0", "value", "ffff8000" } },
		{ FRAME_OFFSET, { "cpu", "1", "value", "ffff9000" } },
		{ FRAME_TRIAL,
		  { "name", "btf-load:vmlinux", "outcome", "failed", "errno", "22", "detail",
		    "Invalid offset" } },
		{ FRAME_COMPLAINT, { "line", "BPF: Invalid offset" } },
		{ FRAME_KSYMS,
		  { "image", "vmlinux", "tried", "9", "accepted", "8", "percpu", "3" } },
		{ FRAME_REFUSED,
		  { "image", "vmlinux", "name", "zero", "id", "7", "percpu", "yes", "errno", "2",
		    "words", "failed" } },
		{ FRAME_PLACE, { "name", "runqueues", "cpu", "0", "a", "c0de" } },
		{ FRAME_DISTANCE, { "cpu", "1", "value", "1000", "same", "1" } },
		{ FRAME_FACT, { "file", "/proc/version", "time", "0", "bytes", "4c0a" } },
		{ FRAME_VALUE,
		  { "path", "runqueues.cpu", "road", "bpf", "image", "vmlinux", "cpu", "1", "time",
		    "0", "bytes", "00000001" } },
		{ FRAME_NO_VALUE,
		  { "path", "x[3].y", "road", "", "image", "", "reason", "absent", "why",
		    "no x" } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		struct frame_writer *w = start(r, frames[i].type);

		for (size_t f = 0; f + 1 < ARRAY_SIZE(frames[i].fields) && frames[i].fields[f];
		     f += 2)
			frame_add(w, frames[i].fields[f], frames[i].fields[f + 1]);
		finish_frame(r);
	}

	struct frame_writer *w = start(r, FRAME_END);
	frame_add(w, "nonce", "fuzz");
	for (int type = 0; type < FRAME_TYPE_COUNT; type++)
		if (type != FRAME_END)
			frame_add_dec(w, frame_type_name(type), r->counts[type]);
	finish_frame(r);
}

static void frames_seed(const char *name, const char *before, const char *after, bool with_report)
{
	struct report *r = xcalloc(1, sizeof(*r));

	strbuf_addc(&r->text, '\0');
	strbuf_adds(&r->text, before);
	if (with_report)
		add_report(r);
	strbuf_adds(&r->text, after);
	write_seed("frames", name, &r->text);
	strbuf_release(&r->text);
	free(r);
}

static void frames_seeds(void)
{
	frames_seed("report", "", "", true);
	frames_seed("console", "\x1b[2J[    0.000000] Linux version 6.12.0\r\n[    0.5] ",
		    "reboot: Power down\n", true);
	frames_seed("panic",
		    "[    0.1][    T1] ------------[ cut here ]------------\n"
		    "[    0.2] WARNING: CPU: 0 PID: 1 at kernel/bpf/btf.c:1\n"
		    "[    0.3] Kernel panic - not syncing: Attempted to kill init!\n"
		    "qemu-system-s390x: terminating\n",
		    "", false);
}

/* Descriptors: the real ones. */

static void descriptor_seed(char kind, const char *path_in_project)
{
	_cleanup_strbuf_ struct strbuf seed = STRBUF_INIT;
	_cleanup_free_ char *path = NULL, *text = NULL, *name = xstrdup(path_in_project);

	die(project_path(&path, "%s", path_in_project));
	die(file_read(path, 0, &text, NULL));
	for (char *p = name; *p; p++)
		*p = *p == '/' ? '-' : *p;
	strbuf_addc(&seed, kind);
	strbuf_adds(&seed, text);
	write_seed("descriptors", name, &seed);
}

static void descriptor_seeds(void)
{
	descriptor_seed(0, "arches/s390x.ini");
	descriptor_seed(0, "arches/x86_64.ini");
	descriptor_seed(1, "configs/toolchains/gcc.ini");
	descriptor_seed(2, "configs/matrices/default.ini");
}

static void values_seed(void)
{
	_cleanup_strbuf_ struct strbuf seed = STRBUF_INIT;

	strbuf_addc(&seed, 4);
	strbuf_adds(&seed, "[release]\npath = init_uts_ns.name.release\nread = string\n"
			   "equals = uname release\nkernels = 6.12\n[cpu]\npath = timers[0].cpu\n"
			   "read = unsigned\nequals = file /proc/stat processes\n");
	write_seed("descriptors", "values", &seed);
}

/* The real list of known findings is long and changes often. */
static void known_seed(void)
{
	_cleanup_strbuf_ struct strbuf seed = STRBUF_INIT;

	strbuf_addc(&seed, 3);
	strbuf_adds(&seed, "; a comment\n[an-entry]\nchecks = global.none-missing\n"
			   "variables =\n  number\n  node ; two\nimage = vmlinux\n"
			   "arches = x86_64 s390x\nkernels = 6.12\nmodes = m y\n"
			   "pahole = 1.28..1.32\ncompilers = gcc-12.\n"
			   "evidence = DWARF has it\ndoc = an-anchor\n");
	write_seed("descriptors", "known", &seed);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: seeds DIR\n", stderr);
		return 2;
	}
	out_dir = argv[1];
	btf_seeds();
	elf_seeds_of(64, false);
	elf_seeds_of(64, true);
	elf_seeds_of(32, true);
	frames_seeds();
	descriptor_seeds();
	known_seed();
	values_seed();
	return 0;
}
