// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the files' and blobs' form. */
#include <stdlib.h>

#include "verify/beyond_libbpf.h"
#include "verify/btf_header.h"
#include "verify/checks.h"
#include "verify/libbpf_reader.h"

/* What an ELF file's header is to say, and who says so. */
struct identity {
	unsigned int bits, big_endian, machine;
	/* e.g. "the descriptor of arm64" */
	char *source;
};

/* Nobody said which architecture it is: then all images are to be of one. */
static struct identity find_identity(const struct evidence *evidence)
{
	const struct arch *arch = evidence->input->arch;

	if (arch)
		return (struct identity){ arch->elf_bits, arch->elf_big_endian, arch->elf_machine,
					  xasprintf("the descriptor of %s", arch->name) };
	evidence_for_each_blob(blob, evidence)
		if (blob->elf)
			return (struct identity){ blob->elf->bits, blob->elf->big_endian,
						  blob->elf->machine,
						  xasprintf("the header of %s", blob->image) };
	return (struct identity){ .source = xstrdup("no file") };
}

static void check_identity_of(struct check_run *run, const struct identity *identity,
			      const struct blob *blob)
{
	check_item(run);
	if (!blob->elf) {
		check_report(run, blob->image, blob->path, xstrdup("a readable ELF file"),
			     xstrdup(blob->elf_problem));
		return;
	}

	const struct {
		const char *what;
		unsigned int expected, actual;
	} facts[] = {
		{ "class (bits)", identity->bits, blob->elf->bits },
		{ "byte order (1: big-endian)", identity->big_endian, blob->elf->big_endian },
		{ "e_machine", identity->machine, blob->elf->machine },
	};

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		if (facts[i].expected != facts[i].actual)
			check_report(run, blob->image, blob->path,
				     xasprintf("%s %u, as in %s", facts[i].what, facts[i].expected,
					       identity->source),
				     xasprintf("%s %u", facts[i].what, facts[i].actual));
}

void check_elf_identity(struct check_run *run)
{
	struct identity identity = find_identity(run->evidence);

	check_for_each_blob(blob, run)
		if (blob->path)
			check_identity_of(run, &identity, blob);
	free(identity.source);
	if (!run->nr_items)
		check_skip(run, "no ELF: no ELF file was given");
}

/* An ELF file of the image, or of any: BTF is to be in that byte order. NULL: there is none. */
static const struct elf_image *find_elf(const struct evidence *evidence, const struct blob *blob)
{
	if (blob->of->elf)
		return blob->of->elf;
	evidence_for_each_blob(other, evidence)
		if (other->elf)
			return other->elf;
	return NULL;
}

static void check_parses(struct check_run *run, const struct blob *blob)
{
	_cleanup_free_ char *fault = blob->btf ? btf_header_fault(blob->btf) : NULL;
	const struct elf_image *elf = find_elf(run->evidence, blob);

	check_item(run);
	if (!blob->btf)
		check_report(run, blob->image, BTF_SECTION, xstrdup("a readable BTF blob"),
			     xstrdup(blob->btf_problem));
	else if (elf && blob->btf->big_endian != elf->big_endian)
		check_report(run, blob->image, BTF_SECTION,
			     xasprintf("%s-endian, as the ELF file",
				       elf->big_endian ? "big" : "little"),
			     xasprintf("%s-endian BTF", blob->btf->big_endian ? "big" : "little"));
	if (fault)
		check_report(run, blob->image, BTF_SECTION,
			     xstrdup("a header that accounts for each byte, as the kernel demands"),
			     xstrdup(fault));
}

void check_btf_parses(struct check_run *run)
{
	check_for_each_blob(blob, run)
		check_parses(run, blob);
}

static struct error *second_opinion(struct check_run *run, const struct blob *blob,
				    const struct libbpf_reader *base, struct libbpf_reader **ret)
{
	struct error *err = libbpf_reader_open(blob->raw, blob->raw_len, base, ret);
	_cleanup_free_ char *beyond = err ? btf_beyond_libbpf(blob->btf) : NULL;

	check_item(run);
	if (beyond) {
		error_free(err);
		check_not_applicable(run, "%s", beyond);
		return NULL;
	}
	if (err)
		return err;
	if (libbpf_reader_nr_ids(*ret) != btf_nr_ids(blob->btf))
		return error_new(ERROR_INPUT, "%s finds %u ids in it and we find %u",
				 libbpf_reader_version(), libbpf_reader_nr_ids(*ret),
				 btf_nr_ids(blob->btf));
	if (libbpf_reader_big_endian(*ret) != blob->btf->big_endian)
		return error_new(ERROR_INPUT, "%s takes it for %s-endian", libbpf_reader_version(),
				 libbpf_reader_big_endian(*ret) ? "big" : "little");
	return NULL;
}

static struct error *on_distilled_base(struct check_run *run, const struct blob *blob,
				       struct libbpf_reader **ret)
{
	_cleanup_(libbpf_reader_cleanup) struct libbpf_reader *base = NULL;
	struct error *err =
		libbpf_reader_open(blob->distilled->data, blob->distilled->len, NULL, &base);

	if (!err)
		err = second_opinion(run, blob, base, ret);
	/* it must not outlive its base */
	libbpf_reader_close(*ret);
	*ret = NULL;
	return err;
}

static void report_opinion(struct check_run *run, const struct blob *blob, struct error *err)
{
	if (!err)
		return;
	check_report(run, blob->image, BTF_SECTION,
		     xasprintf("%s reads it as we do", libbpf_reader_version()),
		     xstrdup(err->message));
	error_free(err);
}

void check_libbpf_parses(struct check_run *run)
{
	_cleanup_(libbpf_reader_cleanup) struct libbpf_reader *base = NULL;

	check_for_each_blob(blob, run) {
		_cleanup_(libbpf_reader_cleanup) struct libbpf_reader *split = NULL;

		if (blob->distilled)
			report_opinion(run, blob, on_distilled_base(run, blob, &split));
		else if (!blob->base)
			report_opinion(run, blob, second_opinion(run, blob, NULL, &base));
		else if (base)
			report_opinion(run, blob, second_opinion(run, blob, base, &split));
	}
}
