// SPDX-License-Identifier: GPL-2.0-only
/* Checks of what other programs make of the BTF: a difference is a fault of theirs, of ours, or of the BTF. */
#include <linux/btf.h>
#include <stdlib.h>

#include "core/strbuf.h"
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

/* What it makes of the blob is another matter than what we do; the caller frees it. NULL: it agrees. */
static char *difference(const struct blob *blob, const struct bpftool_dump *dump)
{
	const struct {
		const char *what;
		size_t ours, theirs;
	} counts[] = {
		{ "types", blob->btf->nr_types, dump->nr_types },
		{ "VARs", count_kind(blob->btf, BTF_KIND_VAR), dump->nr_vars },
		{ "DATASECs", count_kind(blob->btf, BTF_KIND_DATASEC), dump->nr_datasecs },
	};
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	if (dump->complaint)
		return xasprintf("bpftool refuses it: %s", dump->complaint);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		if (counts[i].ours != counts[i].theirs)
			strbuf_addf(&sb, "%sbpftool dumps %zu %s and we find %zu",
				    sb.len ? ", " : "", counts[i].theirs, counts[i].what,
				    counts[i].ours);
	return sb.len ? strbuf_detach(&sb) : NULL;
}

/* False: there is no use in going on. */
static bool check_dump(struct check_run *run, const struct blob *blob)
{
	_cleanup_free_ char *base = blob->base && !blob->distilled ? file_of(blob->base) : NULL;
	_cleanup_free_ char *file = file_of(blob);
	_cleanup_(bpftool_dump_release) struct bpftool_dump dump = { 0 };
	_cleanup_error_ struct error *err = bpftool_dump(file, base, &dump);
	_cleanup_free_ char *beyond = NULL, *actual = NULL;

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
	actual = difference(blob, &dump);
	/* a tool that is out of order finds nothing */
	err = actual ? bpftool_is_sound() : NULL;
	if (err) {
		check_skip(run, "%s", err->message);
		return false;
	}
	check_item(run);
	if (actual)
		check_report(run, blob->image, BTF_SECTION, xstrdup("bpftool reads it as we do"),
			     return_ptr(actual));
	return true;
}

void check_bpftool(struct check_run *run)
{
	check_for_each_blob(blob, run) {
		if (!check_dump(run, blob))
			return;
	}
}
