// SPDX-License-Identifier: GPL-2.0-only
/* Types in the words of C, for people. */
#include "btf/btf_image.h"

#include <linux/btf.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/mem.h"
#include "core/strbuf.h"

enum {
	/* a chain of typedefs, qualifiers and arrays longer than this is taken for a loop */
	MAX_CHAIN = 256,
	MAX_DESCRIBE_DEPTH = 3,
	MAX_DESCRIBE_PARAMS = 8,
	MAX_DESCRIBE_LEN = 400,
};

static const char *specifier_keyword(const struct btf_type_view *type)
{
	switch (type->kind) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_FWD:
		return type->kind_flag ? "union " : "struct ";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum ";
	default:
		return "";
	}
}

/* Puts @before and @after around the declarator, in parentheses first if @parens. */
static void wrap_declarator(struct strbuf *decl, const char *before, bool parens, const char *after)
{
	struct strbuf next = STRBUF_INIT;

	strbuf_adds(&next, before);
	if (parens)
		strbuf_addc(&next, '(');
	strbuf_adds(&next, strbuf_str(decl));
	if (parens)
		strbuf_addc(&next, ')');
	strbuf_adds(&next, after);
	strbuf_release(decl);
	*decl = next;
}

/* `const` on an array type and on its elements says the same thing twice. */
static void add_qualifier(struct strbuf *quals, const char *qualifier)
{
	if (!strstr(strbuf_str(quals), qualifier))
		strbuf_adds(quals, qualifier);
}

static void describe(struct strbuf *out, const struct btf_image *btf, uint32_t id, const char *name,
		     int depth);

static void describe_params(struct strbuf *out, const struct btf_type_view *proto, int depth)
{
	strbuf_addc(out, '(');
	if (!proto->vlen)
		strbuf_adds(out, "void");
	for (uint32_t i = 0; i < proto->vlen; i++) {
		uint32_t type = btf_param(proto, i).type;

		if (i)
			strbuf_adds(out, ", ");
		/* a last parameter without a type stands for a variable argument list */
		if (depth >= MAX_DESCRIBE_DEPTH || i == MAX_DESCRIBE_PARAMS || !type ||
		    out->len > MAX_DESCRIBE_LEN) {
			strbuf_adds(out, "...");
			break;
		}
		describe(out, proto->btf, type, "", depth + 1);
	}
	strbuf_addc(out, ')');
}

/*
 * Walks from the outermost constructor inwards, as C's declarators are written: pointers go before
 * what is there, arrays and parameters behind it, in parentheses where a pointer came last. @name is
 * what is declared, "" for a type by itself.
 */
static void describe(struct strbuf *out, const struct btf_image *btf, uint32_t id, const char *name,
		     int depth)
{
	_cleanup_strbuf_ struct strbuf decl = STRBUF_INIT;
	/* qualifiers not yet known to belong to a pointer or to the base type */
	_cleanup_strbuf_ struct strbuf quals = STRBUF_INIT;
	/* The name itself is not what makes a type too long to be told. */
	size_t max = MAX_DESCRIBE_LEN;

	strbuf_add(&decl, name, strnlen(name, BTF_NAME_MAX));
	max += decl.len;
	for (int i = 0; i < MAX_CHAIN && decl.len + quals.len < max; i++) {
		bool pointer_last = strbuf_str(&decl)[0] == '*';
		struct btf_type_view type;

		if (!btf_type_get(btf, id, &type)) {
			strbuf_addf(out, "<bad type %u>%s", id, strbuf_str(&decl));
			return;
		}
		switch (type.kind) {
		case BTF_KIND_CONST:
			add_qualifier(&quals, "const ");
			break;
		case BTF_KIND_VOLATILE:
			add_qualifier(&quals, "volatile ");
			break;
		case BTF_KIND_RESTRICT:
			add_qualifier(&quals, "restrict ");
			break;
		case BTF_KIND_TYPE_TAG:
			break;
		case BTF_KIND_PTR:
			if (quals.len && !decl.len)
				quals.data[--quals.len] = '\0';
			wrap_declarator(&decl, strbuf_str(&quals), false, "");
			strbuf_reset(&quals);
			wrap_declarator(&decl, "*", false, "");
			break;
		case BTF_KIND_ARRAY: {
			_cleanup_free_ char *dim = xasprintf("[%u]", btf_array(&type).nr_elems);

			wrap_declarator(&decl, "", pointer_last, dim);
			id = btf_array(&type).elem_type;
			continue;
		}
		case BTF_KIND_FUNC_PROTO: {
			_cleanup_strbuf_ struct strbuf params = STRBUF_INIT;

			describe_params(&params, &type, depth);
			wrap_declarator(&decl, "", pointer_last, strbuf_str(&params));
			break;
		}
		default: {
			const char *base = type.id ? btf_type_name(&type) : "void";

			strbuf_addf(out, "%s%s%.*s", strbuf_str(&quals), specifier_keyword(&type),
				    BTF_NAME_MAX, *base ? base : "(anonymous)");
			if (decl.len)
				strbuf_addf(out, " %s", strbuf_str(&decl));
			return;
		}
		}
		id = type.size_or_type;
	}
	strbuf_addf(out, "... %s", strbuf_str(&decl));
}

char *btf_type_describe(const struct btf_image *btf, uint32_t id)
{
	struct strbuf out = STRBUF_INIT;

	describe(&out, btf, id, "", 0);
	return strbuf_detach(&out);
}

char *btf_type_declare(const struct btf_image *btf, uint32_t id, const char *name)
{
	struct strbuf out = STRBUF_INIT;

	describe(&out, btf, id, name, 0);
	return strbuf_detach(&out);
}
