// SPDX-License-Identifier: GPL-2.0-only
#include "verify/beyond_libbpf.h"

#include "btf/btf_layout.h"
#include "core/mem.h"

char *btf_beyond_libbpf(const struct btf_image *btf)
{
	if (btf->hdr_len != BTF_HDR_MIN)
		return xasprintf("%s: this libbpf may not know headers of %u bytes", btf->label,
				 btf->hdr_len);
	btf_for_each_type(type, btf)
		if (type.vlen > 0xffff)
			return xasprintf("%s: type %u has %u entries, more than 16 bits of vlen",
					 btf->label, type.id, type.vlen);
	return NULL;
}
