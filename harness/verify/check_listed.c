// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reverse of a DATASEC's entries: a VAR that none lists has no place, and no other check sees it; one
 * that is listed twice has two.
 */
#include <linux/btf.h>
#include <stdlib.h>

#include "verify/checks.h"

static void note_listed(const struct btf_image *btf, const struct btf_type_view *datasec,
			uint32_t *listed)
{
	for (uint32_t i = 0; i < datasec->vlen; i++) {
		uint32_t id = btf_secinfo(datasec, i).type;

		if (id >= btf->first_id && id - btf->first_id < btf->nr_types)
			listed[id - btf->first_id]++;
	}
}

static void check_blob(struct check_run *run, const struct blob *blob)
{
	const struct btf_image *btf = blob->btf;
	_cleanup_free_ uint32_t *listed = xcalloc(btf->nr_types, sizeof(*listed));

	btf_for_each_type(datasec, btf)
		if (datasec.kind == BTF_KIND_DATASEC)
			note_listed(btf, &datasec, listed);
	btf_for_each_type(var, btf) {
		if (var.kind != BTF_KIND_VAR)
			continue;
		check_item(run);

		uint32_t n = listed[var.id - btf->first_id];

		if (n != 1)
			check_report(run, blob->image, btf_type_name(&var),
				     xstrdup("one entry of one DATASEC for each VAR"),
				     n ? xasprintf("VAR [%u] '%s' in %u of them", var.id,
						   btf_type_name(&var), n)
				       : xasprintf("VAR [%u] '%s' in none", var.id,
						   btf_type_name(&var)));
	}
}

void check_var_in_datasec(struct check_run *run)
{
	check_for_each_blob(blob, run)
		check_blob(run, blob);
}
