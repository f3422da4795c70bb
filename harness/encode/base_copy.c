// SPDX-License-Identifier: GPL-2.0-only
#include "encode/base_copy.h"

#include <string.h>

#include "btf/btf_image.h"
#include "btf/btf_layout.h"
#include "core/mem.h"

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
