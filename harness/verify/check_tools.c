// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what other programs make of the BTF: a difference is a fault of theirs, of ours, or of the BTF. */
#include <linux/btf.h>
#include <stdlib.h>

#include "verify/beyond_libbpf.h"
#include "verify/bpftool.h"
#include "verify/checks.h"

static size_t count_kind(const struct btf_image *btf, uint32_t kind)
{
	size_t n = 0;

	btf_for_each_type(type, btf)
		n += type.kind == kind;
	return n;
}

/* The file that has the image's BTF, in whichever form. The caller frees it. */
static char *file_of(const struct blob *blob)
{
	return blob->raw_path ? xstrdup(blob->raw_path) : blob_elf_path(blob, blob->btf_elf);
}

static void report(struct check_run *run, const struct blob *blob, char *actual)
{
	check_report(run, blob->image, BTF_SECTION, xstrdup("bpftool reads it as we do"), actual);
}

static void compare(struct check_run *run, const struct blob *blob, const struct bpftool_dump *dump)
{
	const struct {
		const char *what;
		size_t ours, theirs;
	} counts[] = {
		{ "types", blob->btf->nr_types, dump->nr_types },
		{ "VARs", count_kind(blob->btf, BTF_KIND_VAR), dump->nr_vars },
		{ "DATASECs", count_kind(blob->btf, BTF_KIND_DATASEC), dump->nr_datasecs },
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		if (counts[i].ours != counts[i].theirs)
			report(run, blob,
			       xasprintf("bpftool dumps %zu %s and we find %zu", counts[i].theirs,
					 counts[i].what, counts[i].ours));
}

/* False: there is no use in going on. */
static bool check_dump(struct check_run *run, const struct blob *blob)
{
	_cleanup_free_ char *base = blob->base && !blob->distilled ? file_of(blob->base) : NULL;
	_cleanup_free_ char *file = file_of(blob);
	_cleanup_(bpftool_dump_release) struct bpftool_dump dump = { 0 };
	_cleanup_error_ struct error *err = bpftool_dump(file, base, &dump);
	_cleanup_free_ char *beyond = NULL;

	if (err) {
		check_skip(run, "%s", err->message);
		return false;
	}
	beyond = dump.complaint ? btf_beyond_libbpf(blob->btf) : NULL;
	/* bpftool knows of distilled bases since 7.5 */
	if (beyond || (dump.complaint && blob->distilled)) {
		check_not_applicable(run, "bpftool: %s%s%s", dump.complaint, beyond ? "; " : "",
				     beyond ? beyond : "");
		return false;
	}
	check_item(run);
	if (dump.complaint)
		report(run, blob, xasprintf("bpftool refuses it: %s", dump.complaint));
	else
		compare(run, blob, &dump);
	return true;
}

void check_bpftool(struct check_run *run)
{
	check_for_each_blob(blob, run) {
		if (!check_dump(run, blob))
			return;
	}
}
