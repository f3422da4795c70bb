// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutate ARCH MODE VMLINUX [MODULE [OTHER-VMLINUX OTHER-MODULE]]
 *
 * Damages the BTF of a real kernel in every way there is in damages.c, one at a time and on several victims
 * each, and demands that the verifier names each by the right check, and what was damaged by its name. Prints
 * TAP, and how many of them it did. In mode m the module's BTF and its base are damaged, and replaced by those
 * of another kernel where one is given. The kernel's ELF and DWARF are read once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/arch.h"
#include "config/project.h"
#include "damage.h"
#include "verify/checks.h"

enum {
	/* victims of each kind of damage that can have several */
	ROUNDS = 2,
	/* findings shown of a mutant that got through */
	SHOWN_MAX = 8,
};

/* Of an image: its BTF as it is, and where it stands in the evidence. */
struct victim {
	size_t nr;
	struct btf_image *btf;
};

struct session {
	struct verify_input input;
	struct evidence *evidence;
	struct elf_image *elf;
	struct victim vmlinux, extra;
	/* of another kernel; NULL: none was given */
	struct btf_image *other_vmlinux, *other_extra;
	struct verify_result baseline;
	size_t nr_run, nr_named, nr_equivalent;
	/* of a kind that this kernel has no victim for */
	size_t nr_without;
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

static struct btf_image *read_btf(const char *path, const struct btf_image *base)
{
	_cleanup_(elf_image_cleanup) struct elf_image *elf = NULL;
	const struct elf_section *section;
	struct btf_image *btf;
	const uint8_t *data;
	size_t len;

	die(elf_image_open(path, &elf));
	section = elf_section_by_name(elf, BTF_SECTION);
	if (!section)
		die(error_new(ERROR_INPUT, "%s has no " BTF_SECTION, path));
	die(elf_section_data(elf, section, &data, &len));
	die(btf_image_parse(path, data, len, base, &btf));
	if (btf->hdr_len != BTF_HDR_MIN)
		die(error_new(ERROR_INPUT, "%s: a BTF header of %u bytes is not known here", path,
			      btf->hdr_len));
	return btf;
}

static bool names(const struct finding *finding, const char *variable)
{
	return !variable || str_eq(finding->variable, variable);
}

static bool was_there(const struct verify_result *baseline, const struct finding *finding)
{
	vec_for_each(old, &baseline->findings)
		if (old->check == finding->check && str_eq(old->variable, finding->variable) &&
		    str_eq(old->image, finding->image))
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

static bool is_check(const char *id, const char *wanted, unsigned int ground)
{
	const char *scope = ground & PERCPU_VARIABLES ? "percpu." : "global.";

	if (strchr(wanted, '.'))
		return str_eq(id, wanted);
	if (ground & (Y_ANY | N_ANY | M_BASE))
		return str_ends(id, wanted) && id[strlen(id) - strlen(wanted) - 1] == '.';
	return str_starts(id, scope) && str_eq(id + strlen(scope), wanted);
}

/* The finding that names the damage; NULL: it got through. */
static const struct finding *find_naming(const struct session *session, const struct damage *damage,
					 const struct subject *subject,
					 const struct verify_result *result)
{
	vec_for_each(finding, &result->findings) {
		if (!names(finding, subject->named))
			continue;
		for (size_t i = 0; damage->checks[i]; i++)
			if (is_check(finding->check, damage->checks[i], subject->ground) &&
			    !was_there(&session->baseline, finding))
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
		if (shown < SHOWN_MAX && !was_there(&session->baseline, finding) && ++shown)
			printf("# %s: %s: %s, not %s\n", finding->check, finding->variable,
			       finding->expected, finding->actual);
	printf("# %zu findings shown\n", shown);
}

static void judge(struct session *session, const struct damage *damage,
		  const struct subject *subject, const char *where)
{
	_cleanup_(verify_result_release) struct verify_result result = { 0 };
	const struct finding *finding;

	verify_evidence(session->evidence, &result);
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
	{ N_PERCPU, BTF_MODE_N, "n, per-CPU" },
	{ N_ANY, BTF_MODE_N, "n" },
	{ Y_PERCPU, BTF_MODE_Y, "y, per-CPU" },
	{ Y_GLOBAL, BTF_MODE_Y, "y, global" },
	{ Y_ANY, BTF_MODE_Y, "y" },
	{ M_EXTRA, BTF_MODE_M, "m, module" },
	{ M_BASE, BTF_MODE_M, "m, vmlinux" },
};

static bool is_unchanged(const struct strbuf *blob, const struct btf_image *btf)
{
	return blob->len == btf->len && !memcmp(blob->data, btf->data, btf->len);
}

/* The blob after the damage; false where there is nothing to damage. */
static bool make_mutant(const struct session *session, const struct damage *damage,
			struct subject *subject, struct strbuf *blob)
{
	if (damage->other) {
		const struct btf_image *other =
			damage->other(session->other_vmlinux, session->other_extra);

		if (other)
			strbuf_add(blob, other->data, other->len);
		return other;
	}
	if (damage->bytes)
		subject->named = xstrdup(BTF_SECTION);
	if (damage->edit && !damage->edit(subject))
		return false;
	parts_write(&subject->parts, blob);
	if (damage->bytes)
		damage->bytes(blob, subject->btf->big_endian);
	return true;
}

/*
 * A kernel for one CPU has no per-CPU section, and so no victim where those variables are all that there is: in
 * them, and in vmlinux's BTF in modes n and m. Anywhere else a victim that is not found is a fault of this test.
 */
static bool may_lack_victims(const struct session *session, enum ground ground)
{
	return ground & (N_PERCPU | N_ANY | Y_PERCPU | M_BASE) &&
	       !elf_section_by_name(session->elf, PERCPU_SECTION);
}

static void apply(struct session *session, const struct damage *damage, enum ground ground,
		  const char *where, uint64_t seed)
{
	const struct victim *victim = ground == M_EXTRA ? &session->extra : &session->vmlinux;
	_cleanup_strbuf_ struct strbuf blob = STRBUF_INIT;
	struct subject subject = {
		.ground = ground,
		.btf = victim->btf,
		.vmlinux = session->elf,
		.pointer_size = session->elf->bits / 8,
		.is_sound = is_sound,
		.user = &session->baseline,
		.random = seed,
	};

	session->nr_run++;
	parts_init(&subject.parts, victim->btf);
	bool made = make_mutant(session, damage, &subject, &blob);
	if (!made && may_lack_victims(session, ground)) {
		session->nr_without++;
		printf("ok %zu - %s: %s # SKIP no per-CPU variables\n", session->nr_run, where,
		       damage->name);
	} else if (!made) {
		printf("not ok %zu - %s: %s: nothing to damage\n", session->nr_run, where,
		       damage->name);
	} else if (is_unchanged(&blob, victim->btf)) {
		session->nr_equivalent++;
		printf("ok %zu - %s: %s: equivalent, not a byte differs\n", session->nr_run, where,
		       damage->name);
	} else {
		die(evidence_replace_btf(session->evidence, victim->nr, blob.data, blob.len));
		judge(session, damage, &subject, where);
		die(evidence_replace_btf(session->evidence, victim->nr, victim->btf->data,
					 victim->btf->len));
	}
	fflush(stdout);
	parts_release(&subject.parts);
	free(subject.named);
}

/* What is taken apart and put together again is what it was; else damage would be more than meant. */
static void check_round_trip(const struct victim *victim)
{
	_cleanup_strbuf_ struct strbuf blob = STRBUF_INIT;
	struct blob_parts parts;

	if (!victim->btf)
		return;
	parts_init(&parts, victim->btf);
	parts_write(&parts, &blob);
	if (!is_unchanged(&blob, victim->btf))
		die(error_new(ERROR_INPUT, "%s: its BTF is not in the usual order",
			      victim->btf->label));
	parts_release(&parts);
}

static void run_one(struct session *session, const struct damage *damage, size_t ground)
{
	/* another kernel is there or not; bytes have but one place */
	bool needs_other = damage->other != NULL;
	int rounds = damage->edit ? ROUNDS : 1;

	if (needs_other && !session->other_vmlinux)
		return;
	for (int round = 0; round < rounds; round++)
		apply(session, damage, grounds[ground].ground, grounds[ground].name,
		      (uint64_t)(damage - damages) * ROUNDS + (uint64_t)round + 1);
}

static void run_all(struct session *session)
{
	for (size_t g = 0; g < ARRAY_SIZE(grounds); g++)
		for (size_t i = 0; i < nr_damages; i++)
			if (grounds[g].mode == session->input.mode &&
			    damages[i].grounds & grounds[g].ground)
				run_one(session, &damages[i], g);
}

static struct arch *load_arch(const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct arch *arch;

	die(project_path(&path, "arches/%s.ini", name));
	die(arch_load(path, &arch));
	return arch;
}

static void load(struct session *session)
{
	const struct verify_input *input = &session->input;

	die(elf_image_open(input->vmlinux, &session->elf));
	session->vmlinux.btf = read_btf(input->vmlinux, NULL);
	die(evidence_load(input, &session->evidence));
	if (input->extra_module) {
		session->extra.btf = read_btf(input->extra_module, session->vmlinux.btf);
		session->extra.nr = (size_t)(session->evidence->extra - session->evidence->blobs);
	}
	check_round_trip(&session->vmlinux);
	check_round_trip(&session->extra);
	verify_evidence(session->evidence, &session->baseline);
}

static void release(struct session *session)
{
	verify_result_release(&session->baseline);
	evidence_free(session->evidence);
	btf_image_free(session->other_extra);
	btf_image_free(session->other_vmlinux);
	btf_image_free(session->extra.btf);
	btf_image_free(session->vmlinux.btf);
	elf_image_close(session->elf);
}

int main(int argc, char **argv)
{
	struct session session = { .input = { .kernel = "6.12", .no_programs = true } };
	struct arch *arch;
	size_t nr_mutants;

	if (argc < 4 || argc == 6 || argc > 7 || !btf_mode_parse(argv[2], &session.input.mode) ||
	    (session.input.mode == BTF_MODE_M) != (argc > 4)) {
		fputs("usage: mutate ARCH y|n VMLINUX\n"
		      "       mutate ARCH m VMLINUX MODULE [OTHER-VMLINUX OTHER-MODULE]\n",
		      stderr);
		return 2;
	}
	arch = load_arch(argv[1]);
	session.input.arch = arch;
	session.input.vmlinux = argv[3];
	session.input.extra_module = argc > 4 ? argv[4] : NULL;
	if (argc == 7) {
		session.other_vmlinux = read_btf(argv[5], NULL);
		session.other_extra = read_btf(argv[6], session.other_vmlinux);
	}
	load(&session);
	run_all(&session);
	nr_mutants = session.nr_run - session.nr_equivalent - session.nr_without;
	printf("1..%zu\n# %s, mode %s: %zu of %zu mutants named by the right check, %zu the same "
	       "as what they were made of, %zu without a victim\n",
	       session.nr_run, argv[1], argv[2], session.nr_named, nr_mutants,
	       session.nr_equivalent, session.nr_without);
	release(&session);
	arch_free(arch);
	return session.nr_named != nr_mutants;
}
