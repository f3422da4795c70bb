// SPDX-License-Identifier: GPL-2.0-only
#include "layout/image_vars.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "verify/evidence.h"

enum {
	/* KSYM_NAME_LEN of the kernel */
	NAME_LIMIT = 512
};

static struct error *load(const char *path, const struct btf_image *base, struct elf_image **elf,
			  struct btf_image **btf)
{
	_cleanup_free_ char *label = xasprintf("%s: " BTF_SECTION, path);
	const struct elf_section *section;
	const uint8_t *data;
	size_t len;
	struct error *err = elf_image_open(path, elf);

	if (err)
		return err;
	section = elf_section_by_name(*elf, BTF_SECTION);
	if (!section)
		return error_new(ERROR_INPUT, "%s: no " BTF_SECTION " section", path);
	err = elf_section_data(*elf, section, &data, &len);
	if (err)
		return err;
	if (!data)
		return error_new(ERROR_INPUT, "%s: " BTF_SECTION " has no contents in the file",
				 path);
	return btf_image_parse(label, data, len, base, btf);
}

static void collect(struct image_vars *vars, const struct btf_image *btf)
{
	btf_for_each_type(datasec, btf) {
		if (datasec.kind != BTF_KIND_DATASEC)
			continue;

		const char *section = btf_type_name(&datasec);

		vec_push(&vars->datasecs, (struct image_datasec){ section, datasec.size_or_type });
		for (uint32_t i = 0; i < datasec.vlen; i++) {
			struct btf_secinfo info = btf_secinfo(&datasec, i);
			struct btf_type_view type;

			if (!btf_type_get(btf, info.type, &type) || type.kind != BTF_KIND_VAR) {
				vars->nr_bad++;
				continue;
			}
			vec_push(&vars->list, (struct image_var){
						      .btf = btf,
						      .section = section,
						      .name = btf_type_name(&type),
						      .offset = info.offset,
						      .size = info.size,
						      .type = type.size_or_type,
						      .linkage = btf_var_linkage(&type),
					      });
		}
	}
}

struct error *image_vars_open(const char *vmlinux, const char *module, struct image_vars **ret)
{
	_cleanup_(image_vars_cleanup) struct image_vars *vars = xcalloc(1, sizeof(*vars));
	struct error *err = load(vmlinux, NULL, &vars->elf, &vars->btf);

	if (!err && module)
		err = load(module, vars->btf, &vars->module_elf, &vars->module_btf);
	if (err)
		return err;
	collect(vars, vars->btf);
	if (vars->module_btf)
		collect(vars, vars->module_btf);
	*ret = return_ptr(vars);
	return NULL;
}

void image_vars_free(struct image_vars *vars)
{
	if (!vars)
		return;
	vec_free(&vars->datasecs);
	vec_free(&vars->list);
	btf_image_free(vars->module_btf);
	elf_image_close(vars->module_elf);
	btf_image_free(vars->btf);
	elf_image_close(vars->elf);
	free(vars);
}

int image_name_compare(const char *a, const char *b)
{
	return a == b ? 0 : strncmp(a, b, NAME_LIMIT);
}

char *image_printable(const char *text)
{
	char *copy = xstrndup(text, strnlen(text, NAME_LIMIT));

	for (char *p = copy; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return copy;
}
