// SPDX-License-Identifier: GPL-2.0-only
/* Only here is libbpf asked to make BTF: it deduplicates, which is not worth doing twice. */
#include "encode/new_types.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "encode/base_copy.h"

void new_types_cut(struct new_types *types, size_t len)
{
	while (types->list.len > len) {
		struct new_type *type = &types->list.data[--types->list.len];

		vec_free(&type->entries);
	}
}

static const char *optional(const char *name)
{
	return *name ? name : NULL;
}

static int add_int(struct btf *btf, const struct new_type *type)
{
	int id = btf__add_int(btf, type->name, type->size, (int)type->encoding);

	/* libbpf gives an int all the bits of its size */
	if (id > 0 && type->bits != type->size * 8)
		return -EINVAL;
	return id;
}

static int add_float(struct btf *btf, const struct new_type *type)
{
	return btf__add_float(btf, type->name, type->size);
}

static int add_pointer(struct btf *btf, const struct new_type *type)
{
	return btf__add_ptr(btf, (int)type->target);
}

static int add_const(struct btf *btf, const struct new_type *type)
{
	return btf__add_const(btf, (int)type->target);
}

static int add_volatile(struct btf *btf, const struct new_type *type)
{
	return btf__add_volatile(btf, (int)type->target);
}

static int add_restrict(struct btf *btf, const struct new_type *type)
{
	return btf__add_restrict(btf, (int)type->target);
}

static int add_typedef(struct btf *btf, const struct new_type *type)
{
	return btf__add_typedef(btf, type->name, (int)type->target);
}

static int add_type_tag(struct btf *btf, const struct new_type *type)
{
	return btf__add_type_tag(btf, type->name, (int)type->target);
}

static int add_array(struct btf *btf, const struct new_type *type)
{
	return btf__add_array(btf, (int)type->index_type, (int)type->target, type->count);
}

static int add_forward(struct btf *btf, const struct new_type *type)
{
	return btf__add_fwd(btf, type->name, type->is_union ? BTF_FWD_UNION : BTF_FWD_STRUCT);
}

static int add_composite(struct btf *btf, const struct new_type *type)
{
	int id = type->kind == BTF_KIND_UNION
			 ? btf__add_union(btf, optional(type->name), type->size)
			 : btf__add_struct(btf, optional(type->name), type->size);

	for (size_t i = 0; id > 0 && i < type->entries.len; i++) {
		const struct new_entry *entry = &type->entries.data[i];
		int err = btf__add_field(btf, optional(entry->name), (int)entry->type,
					 entry->bit_offset, entry->bit_size);

		if (err)
			return err;
	}
	return id;
}

static int add_enum(struct btf *btf, const struct new_type *type)
{
	int id = btf__add_enum(btf, optional(type->name), type->size);

	for (size_t i = 0; id > 0 && i < type->entries.len; i++) {
		const struct new_entry *entry = &type->entries.data[i];
		int64_t value =
			type->is_signed ? (int32_t)entry->value : (int64_t)(uint32_t)entry->value;
		int err = btf__add_enum_value(btf, entry->name, value);

		if (err)
			return err;
	}
	return id;
}

static int add_enum64(struct btf *btf, const struct new_type *type)
{
	int id = btf__add_enum64(btf, optional(type->name), type->size, type->is_signed);

	for (size_t i = 0; id > 0 && i < type->entries.len; i++) {
		const struct new_entry *entry = &type->entries.data[i];
		int err = btf__add_enum64_value(btf, entry->name, entry->value);

		if (err)
			return err;
	}
	return id;
}

static int add_prototype(struct btf *btf, const struct new_type *type)
{
	int id = btf__add_func_proto(btf, (int)type->target);

	for (size_t i = 0; id > 0 && i < type->entries.len; i++) {
		const struct new_entry *entry = &type->entries.data[i];
		int err = btf__add_func_param(btf, optional(entry->name), (int)entry->type);

		if (err)
			return err;
	}
	return id;
}

static int (*const adders[])(struct btf *btf, const struct new_type *type) = {
	[BTF_KIND_INT] = add_int,           [BTF_KIND_PTR] = add_pointer,
	[BTF_KIND_ARRAY] = add_array,       [BTF_KIND_STRUCT] = add_composite,
	[BTF_KIND_UNION] = add_composite,   [BTF_KIND_ENUM] = add_enum,
	[BTF_KIND_FWD] = add_forward,       [BTF_KIND_TYPEDEF] = add_typedef,
	[BTF_KIND_VOLATILE] = add_volatile, [BTF_KIND_CONST] = add_const,
	[BTF_KIND_RESTRICT] = add_restrict, [BTF_KIND_FUNC_PROTO] = add_prototype,
	[BTF_KIND_FLOAT] = add_float,       [BTF_KIND_TYPE_TAG] = add_type_tag,
	[BTF_KIND_ENUM64] = add_enum64,
};

static struct error *refused(int result, const char *what, const char *name)
{
	return error_new(ERROR_INPUT, "libbpf refuses %s '%s', which the base lacks: %s", what,
			 name, strerror(result < 0 ? -result : errno));
}

static struct error *add_all(struct btf *btf, const struct new_types *types, const uint32_t *roots,
			     size_t nr_roots, const char *name)
{
	for (size_t i = 0; i < types->list.len; i++) {
		const struct new_type *type = &types->list.data[i];
		int id = adders[type->kind](btf, type);

		if (id != (int)(types->first_id + i))
			return refused(id, "type", type->name);
	}
	for (size_t i = 0; i < nr_roots; i++) {
		int id = btf__add_var(btf, name, BTF_VAR_STATIC, (int)roots[i]);

		if (id < 0)
			return refused(id, "variable", name);
	}
	return NULL;
}

struct error *new_types_to_btf(const struct new_types *types, const struct btf_image *base,
			       const uint32_t *roots, size_t nr_roots, const char *name,
			       uint8_t **blob_ret, size_t *len_ret)
{
	_cleanup_free_ uint8_t *copy = NULL;
	struct btf *base_btf = NULL, *btf = NULL;
	struct error *err = base_check(base);
	const void *data;
	uint32_t len;
	bool big_endian;
	int result;

	if (err)
		return err;
	len = base_copy(base, &copy, &big_endian);
	base_btf = btf__new(copy, len);
	if (!base_btf)
		err = error_errno(errno, "libbpf refuses the base, to which types must be added");
	if (!err && btf__type_cnt(base_btf) != types->first_id)
		err = error_new(ERROR_INPUT, "libbpf finds %u ids in the base and we find %u",
				btf__type_cnt(base_btf), types->first_id);
	if (!err) {
		btf = btf__new_empty_split(base_btf);
		if (!btf)
			err = error_errno(errno, "libbpf makes no split BTF");
	}
	if (!err)
		err = add_all(btf, types, roots, nr_roots, name);
	if (!err && (result = btf__dedup(btf, NULL)))
		err = refused(result, "to deduplicate", name);
	if (!err && btf__set_endianness(btf, big_endian ? BTF_BIG_ENDIAN : BTF_LITTLE_ENDIAN))
		err = error_errno(errno, "libbpf does not turn BTF into the other byte order");
	if (!err) {
		data = btf__raw_data(btf, &len);
		if (data) {
			*blob_ret = xmemdup(data, len);
			*len_ret = len;
		} else {
			err = error_errno(errno, "libbpf gives no BTF");
		}
	}
	btf__free(btf);
	btf__free(base_btf);
	return err;
}
