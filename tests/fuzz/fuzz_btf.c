// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF blobs: a base, and split BTF on it. They are read, judged, described and rewritten.
 *
 * Input: the base as a part (fuzz.h), then the split BTF; without a second part the base alone.
 */
#include <stdlib.h>
#include <string.h>

#include "btf/btf_edit.h"
#include "btf/btf_image.h"
#include "fuzz.h"
#include "verify/alignment.h"
#include "verify/btf_header.h"
#include "verify/distilled.h"
#include "verify/flexible.h"
#include "verify/redundancy.h"
#include "verify/split_base.h"
#include "verify/well_formed.h"

enum {
	POINTER_SIZE = 8,
	/* of the types, which are looked at one by one in ways that take time of their own */
	MAX_LOOKED_AT = 64,
	MAX_TEXT = 1 << 16,
};

static void count_fault(void *user, const struct btf_type_view *type, const char *rule,
			const char *fault)
{
	size_t *n = user;

	fuzz_demand(type->id && *rule && *fault, "a fault says what it is about");
	fuzz_demand(strlen(fault) < MAX_TEXT, "a fault is told in few words");
	(*n)++;
}

static void look_at(const struct btf_image *btf, const struct btf_type_view *type)
{
	_cleanup_free_ char *text = btf_type_describe(btf, type->id);
	_cleanup_free_ char *declared = btf_type_declare(btf, type->id, "name");
	uint64_t size;

	fuzz_demand(strlen(text) < MAX_TEXT && strlen(declared) < MAX_TEXT,
		    "a type is described in few words");
	if (btf_type_size(btf, type->id, POINTER_SIZE, &size))
		fuzz_demand(size <= UINT32_MAX, "a size has 32 bits");
	type_ends_flexible(btf, type->id);
}

static void count_alike(void *user, const struct btf_type_view *type, uint32_t base_id)
{
	size_t *n = user;

	fuzz_demand(base_id && base_id < type->btf->first_id, "what is alike is in the base");
	(*n)++;
}

static void count_lost(void *user, const struct btf_type_view *type, const char *fault)
{
	size_t *n = user;

	fuzz_demand(type->id && *fault, "a fault says what it is about");
	(*n)++;
}

/* What is asked of split BTF and its base. */
static void compare_with_base(const struct btf_image *btf)
{
	size_t nr_alike = 0, nr_lost = 0;
	struct split_fit fit;

	split_fit_measure(btf, POINTER_SIZE, &fit);
	fuzz_demand(fit.nr_torn_names <= fit.nr_names && fit.nr_other_size <= fit.nr_entries,
		    "what does not fit is some of what there is");
	fuzz_demand(strlen(fit.examples) < MAX_TEXT, "examples are few words");
	split_fit_release(&fit);
	redundancy_find(btf, count_alike, &nr_alike);
	fuzz_demand(nr_alike <= btf->nr_types, "a type is alike once");
	distilled_judge(btf->base, btf, count_lost, &nr_lost);
	fuzz_demand(nr_lost <= btf->base->nr_types, "a type is lost once");
}

static void align_types(const struct btf_image *btf)
{
	struct alignment alignment;

	alignment_init(&alignment, btf, POINTER_SIZE);
	btf_for_each_type(type, btf) {
		uint32_t align = alignment_of(&alignment, type.id);

		fuzz_demand(align && align <= POINTER_SIZE && !(align & (align - 1)),
			    "an alignment is a power of two");
	}
	alignment_release(&alignment);
}

/* Writes the blob anew with nothing changed. What comes out must be readable, and then stay as it is. */
static void rewrite(const struct btf_image *btf)
{
	/* an edit borrows its blob: it must go first */
	_cleanup_(btf_image_cleanup) struct btf_image *copy = NULL;
	_cleanup_(btf_edit_cleanup) struct btf_edit *edit = btf_edit_new(btf), *again = NULL;
	_cleanup_free_ uint8_t *blob = NULL, *second = NULL;
	size_t len, second_len;
	struct error *err = btf_edit_apply(edit, &blob, &len);

	if (err) {
		fuzz_ignore(err);
		return;
	}
	fuzz_demand(!btf_image_parse("rewritten", blob, len, btf->base, &copy),
		    "a rewritten blob can be read");
	again = btf_edit_new(copy);
	fuzz_demand(!btf_edit_apply(again, &second, &second_len),
		    "a rewritten blob can be rewritten");
	fuzz_demand(len == second_len && !memcmp(blob, second, len),
		    "rewriting a rewritten blob changes nothing");
}

static struct btf_image *take(const struct fuzz_input *in, const struct btf_image *base)
{
	struct btf_image *btf = NULL;
	size_t nr_faults = 0, looked_at = 0;
	struct error *err = btf_image_parse("fuzz", in->data, in->len, base, &btf);

	if (err) {
		fuzz_demand(err->kind == ERROR_INPUT && *err->message,
			    "what cannot be read is the input's fault");
		fuzz_ignore(err);
		return NULL;
	}
	free(btf_header_fault(btf));
	btf_judge(btf, POINTER_SIZE, count_fault, &nr_faults);
	fuzz_demand(nr_faults <= 3 * (size_t)btf->nr_types, "each type has three faults at most");
	btf_for_each_type(type, btf)
		if (looked_at++ < MAX_LOOKED_AT)
			look_at(btf, &type);
	align_types(btf);
	if (base)
		compare_with_base(btf);
	rewrite(btf);
	return btf;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size }, first = fuzz_part(&in);
	_cleanup_(btf_image_cleanup) struct btf_image *base = take(&first, NULL);

	if (base && in.len)
		btf_image_free(take(&in, base));
	return 0;
}
