// SPDX-License-Identifier: GPL-2.0-only
#include "layout/image_vars.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "btf/btf_layout.h"
#include "core/log.h"
#include "verify/evidence.h"

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

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_identity(const void *a, const void *b)
{
	const struct image_var *x = a, *y = b;
	int order = image_name_compare(x->section, y->section);

	if (!order)
		order = image_name_compare(x->name, y->name);
	if (!order)
		order = compare_u32(x->offset, y->offset);
	return order ? order : compare_u32(x->size, y->size);
}

static int by_identity_base_first(const void *a, const void *b)
{
	const struct image_var *x = a, *y = b;
	int order = by_identity(a, b);

	return order ? order : (x->btf->base != NULL) - (y->btf->base != NULL);
}

/* pahole lists the per-CPU variables in the module once more. */
static void drop_repeated(struct image_vars *vars)
{
	size_t kept = 0;

	if (!vars->module_btf || !vars->list.len)
		return;
	qsort(vars->list.data, vars->list.len, sizeof(*vars->list.data), by_identity_base_first);
	vec_for_each(var, &vars->list) {
		const struct image_var *last = kept ? &vars->list.data[kept - 1] : NULL;

		if (last && var->btf->base && !last->btf->base && by_identity(last, var) == 0)
			vars->nr_repeated++;
		else
			vars->list.data[kept++] = *var;
	}
	vars->list.len = kept;
}

/* A module of another kernel would give wrong names without a word; of another machine it shows. */
static struct error *check_machine(const struct elf_image *module, const struct elf_image *vmlinux)
{
	if (module->machine == vmlinux->machine && module->bits == vmlinux->bits &&
	    module->big_endian == vmlinux->big_endian)
		return NULL;
	return error_new(ERROR_INPUT, "%s is for another machine than %s", module->path,
			 vmlinux->path);
}

struct error *image_vars_open(const char *vmlinux, const char *module, struct image_vars **ret)
{
	_cleanup_(image_vars_cleanup) struct image_vars *vars = xcalloc(1, sizeof(*vars));
	struct error *err = load(vmlinux, NULL, &vars->elf, &vars->btf);

	if (!err && module)
		err = load(module, vars->btf, &vars->module_elf, &vars->module_btf);
	if (!err && module)
		err = check_machine(vars->module_elf, vars->elf);
	if (err)
		return err;
	collect(vars, vars->btf);
	if (vars->module_btf)
		collect(vars, vars->module_btf);
	drop_repeated(vars);
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

void image_vars_warn(const struct image_vars *vars)
{
	if (vars->nr_bad)
		log_warning("%s: %zu entries of DATASECs are no variables", vars->elf->path,
			    vars->nr_bad);
	if (vars->nr_repeated)
		log_warning("%s repeats %zu variables of %s", vars->module_elf->path,
			    vars->nr_repeated, vars->elf->path);
}

int image_name_compare(const char *a, const char *b)
{
	return a == b ? 0 : strncmp(a, b, BTF_NAME_MAX);
}

char *image_printable(const char *text)
{
	char *copy = xstrndup(text, strnlen(text, BTF_NAME_MAX));

	for (char *p = copy; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return copy;
}
