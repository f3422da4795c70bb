// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutate ARCH MODE VMLINUX [MODULE]
 *
 * Damages the BTF of a real kernel in every way there is in damage.c, one at a time, and demands that the
 * verifier names each by the right check. Prints TAP, and how many of them it did. Mode y has all in
 * vmlinux; in mode m the module's BTF and its base are damaged.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/arch.h"
#include "config/project.h"
#include "core/fileio.h"
#include "damage.h"
#include "verify/verify.h"

/* A copy of an ELF file whose .BTF is replaced for each mutant. */
struct victim {
	char *path;
	int fd;
	struct elf_image *elf;
	struct btf_image *btf;
	struct elf_section section;
	uint64_t file_len;
	/* of the section's header in the file */
	uint64_t header_pos;
};

struct session {
	struct verify_input input;
	struct victim vmlinux, extra;
	struct verify_result baseline;
	size_t nr_run, nr_named;
};

/* Ends the program: nothing can be said about the verifier. */
static void die(struct error *err)
{
	if (!err)
		return;
	fprintf(stderr, "mutate: %s\n", err->message);
	error_free(err);
	exit(2);
}

static void die_if(bool failed, const char *what)
{
	if (failed)
		die(error_errno(errno, "%s", what));
}

static void write_at(const struct victim *v, const void *data, size_t len, uint64_t off)
{
	const char *p = data;

	while (len) {
		ssize_t n = pwrite(v->fd, p, len, (off_t)off);

		die_if(n <= 0, "writing the mutant");
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
}

static uint64_t swapped(uint64_t value, size_t size, bool big_endian)
{
	uint64_t ret = 0;

	for (size_t i = 0; i < size; i++)
		((uint8_t *)&ret)[i] = (uint8_t)(value >> 8 * (big_endian ? size - 1 - i : i));
	return ret;
}

/* sh_offset and sh_size of the .BTF section. */
static void set_section(const struct victim *v, uint64_t offset, uint64_t size)
{
	bool is64 = v->elf->bits == 64;
	size_t word = is64 ? 8 : 4;
	uint64_t offset_bytes = swapped(offset, word, v->elf->big_endian);
	uint64_t size_bytes = swapped(size, word, v->elf->big_endian);

	write_at(v, &offset_bytes, word,
		 v->header_pos + (is64 ? offsetof(Elf64_Shdr, sh_offset)
				       : offsetof(Elf32_Shdr, sh_offset)));
	write_at(v, &size_bytes, word,
		 v->header_pos +
			 (is64 ? offsetof(Elf64_Shdr, sh_size) : offsetof(Elf32_Shdr, sh_size)));
}

static uint64_t read_header_pos(const struct victim *v)
{
	bool is64 = v->elf->bits == 64, be = v->elf->big_endian;
	uint8_t raw[8] = { 0 };
	size_t word = is64 ? 8 : 4;
	uint64_t shoff = 0;

	die_if(pread(v->fd, raw, word,
		     is64 ? offsetof(Elf64_Ehdr, e_shoff) : offsetof(Elf32_Ehdr, e_shoff)) !=
		       (ssize_t)word,
	       "reading the ELF header");
	for (size_t i = 0; i < word; i++)
		shoff |= (uint64_t)raw[i] << 8 * (be ? word - 1 - i : i);
	return shoff + v->section.index * (is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
}

static void victim_open(struct victim *v, const char *from, const char *dir, const char *name,
			const struct btf_image *base)
{
	const struct elf_section *section;
	const uint8_t *data;
	size_t len;

	v->path = xasprintf("%s/%s", dir, name);
	die(file_copy(from, v->path));
	v->fd = open(v->path, O_RDWR | O_CLOEXEC);
	die_if(v->fd < 0, v->path);
	v->file_len = (uint64_t)lseek(v->fd, 0, SEEK_END);
	die(elf_image_open(from, &v->elf));
	section = elf_section_by_name(v->elf, BTF_SECTION);
	if (!section)
		die(error_new(ERROR_INPUT, "%s has no " BTF_SECTION, from));
	v->section = *section;
	die(elf_section_data(v->elf, section, &data, &len));
	die(btf_image_parse(name, data, len, base, &v->btf));
	if (v->btf->hdr_len != BTF_HDR_MIN)
		die(error_new(ERROR_INPUT, "%s: a BTF header of %u bytes is not known here", from,
			      v->btf->hdr_len));
	v->header_pos = read_header_pos(v);
}

/* In its place where it fits exactly, else behind all else. */
static void victim_put(const struct victim *v, const struct strbuf *blob)
{
	if (blob->len == v->section.size) {
		write_at(v, blob->data, blob->len, v->section.offset);
		return;
	}
	write_at(v, blob->data, blob->len, (v->file_len + 15) & ~15ull);
	set_section(v, (v->file_len + 15) & ~15ull, blob->len);
}

static void victim_restore(const struct victim *v)
{
	die_if(ftruncate(v->fd, (off_t)v->file_len), "ftruncate");
	set_section(v, v->section.offset, v->section.size);
	write_at(v, v->btf->data, v->btf->len, v->section.offset);
}

static void victim_close(struct victim *v)
{
	if (!v->path)
		return;
	close(v->fd);
	unlink(v->path);
	btf_image_free(v->btf);
	elf_image_close(v->elf);
	free(v->path);
}

static bool names(const struct finding *finding, const char *variable)
{
	return !variable || str_eq(finding->variable, variable);
}

static bool was_there(const struct verify_result *baseline, const struct finding *finding)
{
	vec_for_each(old, &baseline->findings)
		if (str_eq(old->check, finding->check) && str_eq(old->image, finding->image) &&
		    str_eq(old->variable, finding->variable))
			return true;
	return false;
}

static bool is_sound(const struct subject *subject, const char *variable)
{
	const struct verify_result *baseline = subject->user;

	vec_for_each(old, &baseline->findings)
		if (str_eq(old->variable, variable))
			return false;
	return true;
}

static bool is_check(const char *id, const char *wanted, enum ground ground)
{
	const char *scope = ground == Y_PERCPU ? "percpu." : "global.";

	if (strchr(wanted, '.'))
		return str_eq(id, wanted);
	if (ground & (Y_ANY | M_BASE))
		return str_ends(id, wanted) && id[strlen(id) - strlen(wanted) - 1] == '.';
	return str_starts(id, scope) && str_eq(id + strlen(scope), wanted);
}

/* The finding that names the damage; NULL: it got through. */
static const struct finding *find_naming(const struct session *session, const struct damage *damage,
					 const struct subject *subject,
					 const struct verify_result *result)
{
	vec_for_each(finding, &result->findings) {
		if (!names(finding, subject->named) || was_there(&session->baseline, finding))
			continue;
		for (size_t i = 0; damage->checks[i]; i++)
			if (is_check(finding->check, damage->checks[i], subject->ground))
				return finding;
	}
	return NULL;
}

static void show_what_was_found(const struct session *session, const struct damage *damage,
				const struct verify_result *result, const char *named)
{
	size_t shown = 0;

	printf("# wanted %s of '%s'\n", damage->checks[0], named ? named : "anything");
	vec_for_each(finding, &result->findings)
		if (!was_there(&session->baseline, finding) && shown++ < 8)
			printf("# %s: %s: %s, not %s\n", finding->check, finding->variable,
			       finding->expected, finding->actual);
	printf("# %zu new findings\n", shown);
}

static void judge(struct session *session, const struct damage *damage, struct subject *subject,
		  const char *where)
{
	_cleanup_(verify_result_release) struct verify_result result = { 0 };
	const struct finding *finding;

	die(verify_cell(&session->input, &result));
	finding = find_naming(session, damage, subject, &result);
	session->nr_named += finding != NULL;
	if (finding) {
		printf("ok %zu - %s: %s: %s of %s\n", session->nr_run, where, damage->name,
		       finding->check, finding->variable);
		return;
	}
	printf("not ok %zu - %s: %s\n", session->nr_run, where, damage->name);
	show_what_was_found(session, damage, &result, subject->named);
}

static const struct {
	enum ground ground;
	enum btf_mode mode;
	const char *name;
} grounds[] = {
	{ Y_PERCPU, BTF_MODE_Y, "y, per-CPU" },
	{ Y_GLOBAL, BTF_MODE_Y, "y, global" },
	{ Y_ANY, BTF_MODE_Y, "y" },
	{ M_EXTRA, BTF_MODE_M, "m, module" },
	{ M_BASE, BTF_MODE_M, "m, vmlinux" },
};

static void apply(struct session *session, const struct damage *damage, enum ground ground,
		  const char *where)
{
	struct victim *victim = ground == M_EXTRA ? &session->extra : &session->vmlinux;
	_cleanup_strbuf_ struct strbuf blob = STRBUF_INIT;
	struct subject subject = {
		.ground = ground,
		.btf = victim->btf,
		.vmlinux = session->vmlinux.elf,
		.pointer_size = session->vmlinux.elf->bits / 8,
		.is_sound = is_sound,
		.user = &session->baseline,
	};
	bool found;

	session->nr_run++;
	parts_init(&subject.parts, victim->btf);
	if (damage->bytes)
		subject.named = xstrdup(BTF_SECTION);
	found = !damage->edit || damage->edit(&subject);
	if (found) {
		parts_write(&subject.parts, &blob);
		if (damage->bytes)
			damage->bytes(&blob, victim->btf->big_endian);
		victim_put(victim, &blob);
		judge(session, damage, &subject, where);
		victim_restore(victim);
	} else {
		printf("not ok %zu - %s: %s: nothing to damage\n", session->nr_run, where,
		       damage->name);
	}
	fflush(stdout);
	parts_release(&subject.parts);
	free(subject.named);
}

/* The copies, taken apart and put together again, are what they were. */
static void make_baseline(struct session *session)
{
	const struct victim *victims[] = { &session->vmlinux, &session->extra };

	for (size_t i = 0; i < ARRAY_SIZE(victims); i++) {
		_cleanup_strbuf_ struct strbuf blob = STRBUF_INIT;
		struct blob_parts parts;

		if (!victims[i]->path)
			continue;
		parts_init(&parts, victims[i]->btf);
		parts_write(&parts, &blob);
		if (blob.len != victims[i]->btf->len ||
		    memcmp(blob.data, victims[i]->btf->data, blob.len))
			die(error_new(ERROR_INPUT, "%s: its BTF is not in the usual order",
				      victims[i]->path));
		parts_release(&parts);
	}
	die(verify_cell(&session->input, &session->baseline));
}

static void run_all(struct session *session)
{
	for (size_t g = 0; g < ARRAY_SIZE(grounds); g++)
		for (size_t i = 0; i < nr_damages; i++)
			if (grounds[g].mode == session->input.mode &&
			    damages[i].grounds & grounds[g].ground)
				apply(session, &damages[i], grounds[g].ground, grounds[g].name);
}

static struct arch *load_arch(const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct arch *arch;

	die(project_path(&path, "arches/%s.ini", name));
	die(arch_load(path, &arch));
	return arch;
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	_cleanup_free_ char *dir = xasprintf("%s/mutate.XXXXXX", tmp ? tmp : "/tmp");
	struct session session = { 0 };
	struct arch *arch;

	if (argc < 4 || argc > 5 || !btf_mode_parse(argv[2], &session.input.mode) ||
	    (session.input.mode == BTF_MODE_M) != (argc == 5)) {
		fputs("usage: mutate ARCH y VMLINUX | mutate ARCH m VMLINUX MODULE\n", stderr);
		return 2;
	}
	arch = load_arch(argv[1]);
	die_if(!mkdtemp(dir), dir);
	victim_open(&session.vmlinux, argv[3], dir, "vmlinux", NULL);
	if (argc == 5)
		victim_open(&session.extra, argv[4], dir, IMAGE_EXTRA ".ko", session.vmlinux.btf);
	session.input.arch = arch;
	session.input.kernel = "6.12";
	session.input.vmlinux = session.vmlinux.path;
	session.input.extra_module = session.extra.path;

	make_baseline(&session);
	run_all(&session);
	printf("1..%zu\n# %s, mode %s: %zu of %zu mutants named by the right check\n",
	       session.nr_run, argv[1], argv[2], session.nr_named, session.nr_run);

	verify_result_release(&session.baseline);
	victim_close(&session.extra);
	victim_close(&session.vmlinux);
	rmdir(dir);
	arch_free(arch);
	return session.nr_named != session.nr_run;
}
