// SPDX-License-Identifier: GPL-2.0-only
#include "verify/split_base.h"

#include <linux/btf.h>
#include <stdlib.h>

#include "btf/btf_layout.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	MAX_EXAMPLES = 4
};

struct measure {
	const struct btf_image *split;
	uint32_t pointer_size;
	struct split_fit *fit;
	struct strbuf examples;
	unsigned int nr_examples;
};

static printf_like(2, 3) void add_example(struct measure *m, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	if (m->nr_examples++ >= MAX_EXAMPLES)
		return;
	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	strbuf_addf(&m->examples, "%s%s", m->examples.len ? "; " : "", text);
}

/* Where the base is split BTF itself, its first string has none of its own before it. */
static bool begins_string(const struct btf_image *base, uint32_t off, const char *name)
{
	while (off < base->str_start)
		base = base->base;
	return off == base->str_start || name[-1] == '\0';
}

/* libbpf keeps strings whole: an offset into the base is where one of them begins. */
static void look_at_name(struct measure *m, const struct btf_type_view *type, uint32_t off)
{
	const char *name = btf_string(m->split, off);

	if (!off || off >= m->split->str_start || !name)
		return;
	m->fit->nr_names++;
	if (begins_string(m->split->base, off, name))
		return;
	m->fit->nr_torn_names++;
	add_example(m, "[%u] %s is named by the end of another name, '%.40s'", type->id,
		    btf_kind_name(type->kind), name);
}

static void look_at_id(struct measure *m, uint32_t id)
{
	m->fit->nr_ids += id && id < m->split->first_id;
}

static void look_at_entry(struct measure *m, const struct btf_type_view *datasec, uint32_t i)
{
	struct btf_secinfo info = btf_secinfo(datasec, i);
	struct btf_type_view var;
	uint64_t size;

	if (!btf_type_get(m->split, info.type, &var) || var.kind != BTF_KIND_VAR ||
	    var.size_or_type >= m->split->first_id)
		return;
	m->fit->nr_entries++;
	if (btf_type_size(m->split, var.size_or_type, m->pointer_size, &size) && size == info.size)
		return;

	m->fit->nr_other_size++;
	if (m->nr_examples < MAX_EXAMPLES) {
		_cleanup_free_ char *type = btf_type_describe(m->split, var.size_or_type);

		add_example(m, "'%.40s' has %u bytes, and type [%u] %.60s has not",
			    btf_type_name(&var), info.size, var.size_or_type, type);
	} else {
		m->nr_examples++;
	}
}

static void look_at(struct measure *m, const struct btf_type_view *type)
{
	const struct btf_kind_layout *layout = btf_kind_layout(type->kind);

	look_at_name(m, type, type->name_off);
	if (layout->refers)
		look_at_id(m, type->size_or_type);
	for (size_t i = 0; i < 2; i++)
		if (layout->fixed_id[i] >= 0)
			look_at_id(m, btf_get32(type->tail + layout->fixed_id[i],
						type->btf->big_endian));
	for (uint32_t i = 0; layout->entry && i < type->vlen; i++) {
		const uint8_t *entry = type->tail + layout->fixed + (size_t)i * layout->entry;

		if (layout->entry_id >= 0)
			look_at_id(m, btf_get32(entry + layout->entry_id, type->btf->big_endian));
		if (layout->entry_name >= 0)
			look_at_name(m, type,
				     btf_get32(entry + layout->entry_name, type->btf->big_endian));
		if (type->kind == BTF_KIND_DATASEC)
			look_at_entry(m, type, i);
	}
}

void split_fit_measure(const struct btf_image *split, uint32_t pointer_size, struct split_fit *ret)
{
	struct measure m = {
		.split = split,
		.pointer_size = pointer_size,
		.fit = ret,
		.examples = STRBUF_INIT,
	};

	*ret = (struct split_fit){ 0 };
	btf_for_each_type(type, split)
		look_at(&m, &type);
	if (m.nr_examples > MAX_EXAMPLES)
		strbuf_adds(&m.examples, "; ...");
	ret->examples = strbuf_detach(&m.examples);
}

void split_fit_release(struct split_fit *fit)
{
	free(fit->examples);
	fit->examples = NULL;
}
