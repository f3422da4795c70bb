// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the files' and blobs' form. */
#include <linux/btf.h>
#include <stdlib.h>

#include "verify/btf_header.h"
#include "verify/checks.h"
#include "verify/libbpf_reader.h"

static void check_identity_of(struct check_run *run, const struct blob *blob)
{
	const struct arch *arch = run->evidence->input->arch;

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
		{ "class (bits)", arch->elf_bits, blob->elf->bits },
		{ "byte order (1: big-endian)", arch->elf_big_endian, blob->elf->big_endian },
		{ "e_machine", arch->elf_machine, blob->elf->machine },
	};

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		if (facts[i].expected != facts[i].actual)
			check_report(run, blob->image, blob->path,
				     xasprintf("%s %u, as in the descriptor of %s", facts[i].what,
					       facts[i].expected, arch->name),
				     xasprintf("%s %u", facts[i].what, facts[i].actual));
}

void check_elf_identity(struct check_run *run)
{
	check_identity_of(run, &run->evidence->vmlinux);
	if (run->evidence->extra.path)
		check_identity_of(run, &run->evidence->extra);
}

static void check_parses(struct check_run *run, const struct blob *blob)
{
	_cleanup_free_ char *fault = blob->btf ? btf_header_fault(blob->btf) : NULL;

	check_item(run);
	if (!blob->btf)
		check_report(run, blob->image, BTF_SECTION, xstrdup("a readable BTF blob"),
			     xstrdup(blob->btf_problem));
	else if (blob->btf->big_endian != blob->elf->big_endian)
		check_report(run, blob->image, BTF_SECTION,
			     xasprintf("%s-endian, as the ELF file",
				       blob->elf->big_endian ? "big" : "little"),
			     xasprintf("%s-endian BTF", blob->btf->big_endian ? "big" : "little"));
	if (fault)
		check_report(run, blob->image, BTF_SECTION,
			     xstrdup("a header that accounts for each byte, as the kernel demands"),
			     xstrdup(fault));
}

void check_btf_parses(struct check_run *run)
{
	check_parses(run, &run->evidence->vmlinux);
	if (run->evidence->extra.path)
		check_parses(run, &run->evidence->extra);
}

/* What libbpf cannot read although the kernel may: no fault of the blob. */
static char *beyond_libbpf(const struct btf_image *btf)
{
	if (btf->hdr_len != sizeof(struct btf_header))
		return xasprintf("%s: this libbpf may not know headers of %u bytes", btf->label,
				 btf->hdr_len);
	btf_for_each_type(type, btf)
		if (type.vlen > 0xffff)
			return xasprintf("%s: type %u has %u entries, more than 16 bits of vlen",
					 btf->label, type.id, type.vlen);
	return NULL;
}

static struct error *second_opinion(struct check_run *run, const struct blob *blob,
				    const struct libbpf_reader *base, struct libbpf_reader **ret)
{
	struct error *err = libbpf_reader_open(blob->raw, blob->raw_len, base, ret);
	_cleanup_free_ char *beyond = err ? beyond_libbpf(blob->btf) : NULL;

	check_item(run);
	if (beyond) {
		error_free(err);
		check_skip(run, "%s", beyond);
		return NULL;
	}
	if (err)
		return err;
	if (libbpf_reader_nr_ids(*ret) != btf_nr_ids(blob->btf))
		return error_new(ERROR_INPUT, "%s finds %u ids in it and we find %u",
				 libbpf_reader_version(), libbpf_reader_nr_ids(*ret),
				 btf_nr_ids(blob->btf));
	if (libbpf_reader_big_endian(*ret) != blob->elf->big_endian)
		return error_new(ERROR_INPUT, "%s takes it for %s-endian", libbpf_reader_version(),
				 libbpf_reader_big_endian(*ret) ? "big" : "little");
	return NULL;
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
	const struct blob *vmlinux = &run->evidence->vmlinux, *extra = &run->evidence->extra;
	_cleanup_(libbpf_reader_cleanup) struct libbpf_reader *base = NULL;
	_cleanup_(libbpf_reader_cleanup) struct libbpf_reader *split = NULL;

	report_opinion(run, vmlinux, second_opinion(run, vmlinux, NULL, &base));
	if (base && extra->btf)
		report_opinion(run, extra, second_opinion(run, extra, base, &split));
}
