// SPDX-License-Identifier: GPL-2.0-only
#include "encode/base_copy.h"

#include <string.h>

#include "btf/btf_image.h"
#include "btf/btf_layout.h"
#include "core/mem.h"
#include "verify/type_loops.h"

static struct error *check_name(const struct btf_type_view *type, uint32_t off)
{
	if (btf_string(type->btf, off))
		return NULL;
	return error_new(ERROR_INPUT, "%s: type %u has a name at %u, outside the strings",
			 type->btf->label, type->id, off);
}

static struct error *check_id(const struct btf_type_view *type, uint32_t id)
{
	if (id < btf_nr_ids(type->btf))
		return NULL;
	return error_new(ERROR_INPUT, "%s: type %u refers to type %u of %u", type->btf->label,
			 type->id, id, btf_nr_ids(type->btf));
}

static struct error *check_type(const struct btf_type_view *type)
{
	const struct btf_kind_layout *layout = btf_kind_layout(type->kind);
	bool big_endian = type->btf->big_endian;
	struct error *err = check_name(type, type->name_off);

	if (!err && layout->refers)
		err = check_id(type, type->size_or_type);
	for (size_t i = 0; !err && i < ARRAY_SIZE(layout->fixed_id); i++)
		if (layout->fixed_id[i] >= 0)
			err = check_id(type,
				       btf_get32(type->tail + layout->fixed_id[i], big_endian));
	for (uint32_t i = 0; !err && layout->entry && i < type->vlen; i++) {
		const uint8_t *entry = type->tail + layout->fixed + (size_t)i * layout->entry;

		if (layout->entry_name >= 0)
			err = check_name(type, btf_get32(entry + layout->entry_name, big_endian));
		if (!err && layout->entry_id >= 0)
			err = check_id(type, btf_get32(entry + layout->entry_id, big_endian));
	}
	return err;
}

static void note_loop(void *user, uint32_t id)
{
	*(uint32_t *)user = id;
}

struct error *base_check(const struct btf_image *base)
{
	uint32_t looping = 0;

	btf_for_each_type(type, base) {
		struct error *err = check_type(&type);

		if (err)
			return err;
	}
	btf_find_loops(base, note_loop, &looping);
	if (looping)
		return error_new(ERROR_INPUT, "%s: type %u contains itself", base->label, looping);
	return NULL;
}

uint32_t base_copy(const struct btf_image *base, uint8_t **copy_ret, bool *big_endian_ret)
{
	/* no more than the blob had */
	uint32_t len = BTF_HDR_MIN + base->type_len + base->str_len;
	uint8_t *copy = xcalloc(1, len);

	memcpy(copy, base->data, BTF_HDR_MIN);
	btf_put32(copy + BTF_HDR_HDR_LEN, BTF_HDR_MIN, base->big_endian);
	btf_put32(copy + BTF_HDR_TYPE_OFF, 0, base->big_endian);
	btf_put32(copy + BTF_HDR_TYPE_LEN, base->type_len, base->big_endian);
	btf_put32(copy + BTF_HDR_STR_OFF, base->type_len, base->big_endian);
	btf_put32(copy + BTF_HDR_STR_LEN, base->str_len, base->big_endian);
	memcpy(copy + BTF_HDR_MIN, base->data + base->type_start, base->type_len);
	memcpy(copy + BTF_HDR_MIN + base->type_len, base->data + base->str_data_start,
	       base->str_len);
	*copy_ret = copy;
	*big_endian_ret = base->big_endian;
	return len;
}
