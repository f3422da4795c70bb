// SPDX-License-Identifier: GPL-2.0-only
/* Checks of the BTF a running kernel serves, and whether it takes it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/arch_blame.h"
#include "verify/checks.h"

static const struct guest_btf *find_btf(const struct guest_report *guest, const char *name)
{
	vec_for_each(btf, &guest->btfs)
		if (str_eq(btf->name, name))
			return btf;
	return NULL;
}

void check_live_identity(struct check_run *run)
{
	const struct guest_report *guest = run->evidence->input->guest;
	const struct arch *arch = run->evidence->input->arch;

	check_item(run);
	if (arch && guest->bits != arch->elf_bits)
		check_report(run, IMAGE_VMLINUX, "(kernel)",
			     xasprintf("a %u-bit kernel", arch->elf_bits),
			     xasprintf("the probe runs with %u bits", guest->bits));
	if (arch && guest->big_endian != arch->elf_big_endian)
		check_report(run, IMAGE_VMLINUX, "(kernel)",
			     xasprintf("%s-endian", arch->elf_big_endian ? "big" : "little"),
			     xasprintf("%s-endian", guest->big_endian ? "big" : "little"));
	if (arch && !arch_is_of_machine(arch, guest->machine)) {
		_cleanup_free_ char *blame =
			arch_blame(arch, "kernel", "uname", "`uname -m` says %s", guest->machine);

		check_report(run, IMAGE_VMLINUX, "(kernel)",
			     xasprintf("a machine of %s", arch->name), return_ptr(blame));
	}
	if (run->evidence->input->kernel &&
	    !str_starts(guest->release, run->evidence->input->kernel))
		check_report(run, IMAGE_VMLINUX, "(kernel)",
			     xasprintf("a release of %s", run->evidence->input->kernel),
			     xasprintf("%s", guest->release));
}

static void check_served(struct check_run *run, const struct blob *blob)
{
	const char *own_file =
		blob == run->evidence->extra ? run->evidence->input->extra_sysfs : NULL;
	const struct guest_btf *served =
		find_btf(run->evidence->input->guest, own_file ?: blob->image);
	_cleanup_free_ char *file =
		own_file ? xstrdup(own_file) : xasprintf("/sys/kernel/btf/%s", blob->image);
	char digest[SHA256_HEX_SIZE];

	if (!blob->raw)
		return;
	check_item(run);
	sha256_hex(blob->raw, blob->raw_len, digest);
	if (!served)
		check_report(run, blob->image, blob->image,
			     xasprintf("%s, %zu bytes", file, blob->raw_len),
			     xstrdup("no such file"));
	else if (served->size != blob->raw_len || !str_eq(served->sha256, digest))
		check_report(run, blob->image, blob->image,
			     xasprintf("the image's %zu bytes, SHA-256 %s", blob->raw_len, digest),
			     xasprintf("%s: %llu bytes, SHA-256 %s", file,
				       (unsigned long long)served->size, served->sha256));
}

void check_live_sysfs_is_image(struct check_run *run)
{
	check_for_each_blob(blob, run)
		check_served(run, blob);
}

void check_live_sysfs_mode(struct check_run *run)
{
	/* world-readable and nothing else: no user needs a right to learn types */
	enum {
		EXPECTED_MODE = 0444
	};

	vec_for_each(btf, &run->evidence->input->guest->btfs) {
		check_item(run);
		if ((btf->mode & 07777) != EXPECTED_MODE)
			check_report(run, IMAGE_VMLINUX, btf->name,
				     xasprintf("mode %04o", EXPECTED_MODE),
				     xasprintf("/sys/kernel/btf/%s has %04o", btf->name,
					       btf->mode & 07777));
	}
}

void check_live_no_other_btf(struct check_run *run)
{
	const char *own_file = run->evidence->input->extra_sysfs;
	bool extra = run->evidence->input->mode == BTF_MODE_M;

	vec_for_each(btf, &run->evidence->input->guest->btfs) {
		check_item(run);
		if (str_eq(btf->name, IMAGE_VMLINUX) ||
		    (extra && (str_eq(btf->name, evidence_extra_name(run->evidence)) ||
			       (own_file && str_eq(btf->name, own_file)))))
			continue;
		check_report(run, IMAGE_VMLINUX, btf->name,
			     xasprintf("no BTF but that of vmlinux%s",
				       extra ? " and of the extra module" : ""),
			     xasprintf("/sys/kernel/btf/%s", btf->name));
	}
}

/* What the probe must have tried, and seen succeed, for the kernel to have taken the BTF. */
static const struct {
	/* a trial of its own, or of the image whose name is put behind it */
	const char *trial;
	bool of_image;
	/* of the extra module, in mode m; else of vmlinux */
	bool of_extra;
} demanded[] = {
	{ "btf-load:", true, false },   { "prog-load", false, false },
	{ "btf-object:", true, false }, { "module-load:", true, true },
	{ "module-live:", true, true }, { "btf-object:", true, true },
};

static char *describe_failure(const struct guest_trial *trial)
{
	const char *detail = trial->detail ? trial->detail : "";

	if (trial->skipped)
		return xasprintf("not tried: %s", *detail ? detail : "no reason given");
	return xasprintf("%s%s%s", strerror(trial->errnum), *detail ? ": " : "", detail);
}

/* What the probe had no right to try, or the kernel no system call for, is no fault of its BTF. */
static bool was_denied(const struct guest_trial *trial)
{
	return trial->skipped &&
	       (trial->errnum == EPERM || trial->errnum == EACCES || trial->errnum == ENOSYS);
}

void check_live_accepted(struct check_run *run)
{
	const struct verify_input *input = run->evidence->input;
	VEC(char *) denials = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(demanded); i++) {
		const char *image =
			demanded[i].of_extra ? evidence_extra_name(run->evidence) : IMAGE_VMLINUX;
		_cleanup_free_ char *name =
			xasprintf("%s%s", demanded[i].trial, demanded[i].of_image ? image : "");
		const struct guest_trial *trial;

		trial = guest_report_trial(input->guest, name);
		/* a module may have been loaded where nobody said which mode it is */
		if (demanded[i].of_extra && !trial &&
		    (input->mode_unknown || input->mode != BTF_MODE_M))
			continue;
		if (trial && was_denied(trial)) {
			vec_push(&denials, xasprintf("%s: %s", trial->name,
						     trial->detail ? trial->detail : ""));
			continue;
		}
		check_item(run);
		if (!trial)
			check_report(run, image, name, xstrdup("tried on the running kernel"),
				     xstrdup("the probe says nothing of it"));
		else if (!trial->ok)
			check_report(run, image, name, xstrdup("the running kernel accepts it"),
				     describe_failure(trial));
	}
	if (!run->nr_items && denials.len)
		check_skip(run, "%s", denials.data[0]);
	vec_for_each(denial, &denials) {
		if (run->nr_items)
			check_note_unchecked(run, IMAGE_VMLINUX, xstrdup(*denial), false);
		free(*denial);
	}
	vec_free(&denials);
}

void check_live_no_complaints(struct check_run *run)
{
	const struct guest_trial *unread =
		guest_report_trial(run->evidence->input->guest, "kernel-log");

	if (unread) {
		check_skip(run, "the kernel's log: %s", unread->detail ? unread->detail : "");
		return;
	}
	/* one item: the log as a whole */
	check_item(run);
	vec_for_each(line, &run->evidence->input->guest->kernel_complaints)
		check_report(run, IMAGE_VMLINUX, "(kernel log)", xstrdup("no complaint about BTF"),
			     xstrdup(*line));
}
