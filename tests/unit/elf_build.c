// SPDX-License-Identifier: GPL-2.0-only
#include "elf_build.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "scratch.h"

/* A file as it grows. */
struct out {
	const struct elf_build *b;
	struct strbuf bytes;
};

static void put(struct out *out, uint64_t value, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++) {
		unsigned int shift = 8 * (out->b->big_endian ? size - 1 - i : i);

		strbuf_addc(&out->bytes, (char)(value >> shift));
	}
}

/* An Elf32_Addr or Elf64_Addr, and what else is of that size. */
static void put_word(struct out *out, uint64_t value)
{
	put(out, value, out->b->bits / 8);
}

static uint32_t add_string(struct strbuf *strings, const char *s)
{
	uint32_t off = (uint32_t)strings->len;

	strbuf_add(strings, s, strlen(s) + 1);
	return off;
}

void elf_build_init(struct elf_build *b, unsigned int bits, bool big_endian, uint16_t type)
{
	*b = (struct elf_build){
		.bits = bits,
		.big_endian = big_endian,
		.type = type,
		.machine = big_endian ? EM_S390 : EM_X86_64,
	};
	strbuf_addc(&b->section_names, '\0');
	strbuf_addc(&b->symbol_names, '\0');
	vec_push(&b->sections, (struct elf_build_section){ 0 });
	vec_push(&b->symbols, (struct elf_build_symbol){ 0 });
}

uint32_t elf_build_add_section(struct elf_build *b, const char *name, uint32_t type, uint64_t flags,
			       uint64_t addr, const void *data, uint64_t size)
{
	struct elf_build_section section = {
		.name = add_string(&b->section_names, name),
		.type = type,
		.flags = flags,
		.addr = addr,
		.size = size,
		.data = data ? xmemdup(data, size) : NULL,
	};

	vec_push(&b->sections, section);
	return (uint32_t)b->sections.len - 1;
}

void elf_build_add_symbol(struct elf_build *b, const char *name, uint8_t bind, uint8_t type,
			  uint32_t shndx, uint64_t value, uint64_t size)
{
	struct elf_build_symbol symbol = {
		.name = add_string(&b->symbol_names, name),
		.shndx = shndx,
		.info = (uint8_t)(bind << 4 | type),
		.value = value,
		.size = size,
	};

	vec_push(&b->symbols, symbol);
}

static bool is_extended(const struct elf_build_symbol *symbol, size_t nr_sections)
{
	/* an index from the reserved range that is a section's: SHN_ABS if there are few sections */
	return symbol->shndx >= SHN_LORESERVE && nr_sections > SHN_LORESERVE;
}

static void put_symbol(struct out *out, const struct elf_build_symbol *symbol, size_t nr_sections)
{
	uint32_t shndx = is_extended(symbol, nr_sections) ? SHN_XINDEX : symbol->shndx;

	put(out, symbol->name, 4);
	if (out->b->bits == 32) {
		put(out, symbol->value, 4);
		put(out, symbol->size, 4);
	}
	put(out, symbol->info, 1);
	put(out, STV_DEFAULT, 1);
	put(out, shndx, 2);
	if (out->b->bits == 64) {
		put(out, symbol->value, 8);
		put(out, symbol->size, 8);
	}
}

/* Adds .symtab, .symtab_shndx where it takes one, .strtab and .shstrtab. */
static void add_tables(struct elf_build *b)
{
	struct out symbols = { .b = b }, indices = { .b = b };
	size_t nr = b->sections.len;
	bool extended = nr > SHN_LORESERVE;
	uint32_t symtab, strtab;

	vec_for_each(symbol, &b->symbols) {
		put_symbol(&symbols, symbol, nr);
		put(&indices, is_extended(symbol, nr) ? symbol->shndx : 0, 4);
	}
	symtab = elf_build_add_section(b, ".symtab", SHT_SYMTAB, 0, 0, symbols.bytes.data,
				       symbols.bytes.len);
	if (extended) {
		uint32_t shndx = elf_build_add_section(b, ".symtab_shndx", SHT_SYMTAB_SHNDX, 0, 0,
						       indices.bytes.data, indices.bytes.len);

		b->sections.data[shndx].link = symtab;
		b->sections.data[shndx].entsize = 4;
	}
	strtab = elf_build_add_section(b, ".strtab", SHT_STRTAB, 0, 0, b->symbol_names.data,
				       b->symbol_names.len);
	b->sections.data[symtab].link = strtab;
	b->sections.data[symtab].entsize = b->bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	uint32_t names = elf_build_add_section(b, ".shstrtab", SHT_STRTAB, 0, 0, NULL, 0);
	b->sections.data[names].data = xmemdup(b->section_names.data, b->section_names.len);
	b->sections.data[names].size = b->section_names.len;
	strbuf_release(&symbols.bytes);
	strbuf_release(&indices.bytes);
}

static void put_header(struct out *out, uint64_t shoff)
{
	const struct elf_build *b = out->b;
	size_t nr = b->sections.len;
	bool wide = b->bits == 64;

	strbuf_add(&out->bytes, ELFMAG, SELFMAG);
	put(out, wide ? ELFCLASS64 : ELFCLASS32, 1);
	put(out, b->big_endian ? ELFDATA2MSB : ELFDATA2LSB, 1);
	put(out, EV_CURRENT, 1);
	for (int i = EI_OSABI; i < EI_NIDENT; i++)
		put(out, 0, 1);
	put(out, b->type, 2);
	put(out, b->machine, 2);
	put(out, EV_CURRENT, 4);
	put_word(out, 0);
	put_word(out, 0);
	put_word(out, shoff);
	put(out, 0, 4);
	put(out, wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), 2);
	put(out, 0, 2);
	put(out, 0, 2);
	put(out, wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr), 2);
	put(out, nr >= SHN_LORESERVE ? 0 : nr, 2);
	put(out, nr - 1 >= SHN_LORESERVE ? SHN_XINDEX : nr - 1, 2);
}

static void put_section(struct out *out, const struct elf_build_section *section, uint64_t offset)
{
	put(out, section->name, 4);
	put(out, section->type, 4);
	put_word(out, section->flags);
	put_word(out, section->addr);
	put_word(out, offset);
	put_word(out, section->size);
	put(out, section->link, 4);
	put(out, section->info, 4);
	put_word(out, section->align ? section->align : 1);
	put_word(out, section->entsize);
}

/* Header, then contents, then section headers. */
uint8_t *elf_build_finish(struct elf_build *b, size_t *len_ret)
{
	uint64_t header = b->bits == 64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	struct out out = { .b = b };

	add_tables(b);

	size_t nr = b->sections.len;
	uint64_t shoff = header;
	vec_for_each(section, &b->sections)
		shoff += section->type == SHT_NOBITS ? 0 : section->size;
	put_header(&out, shoff);

	VEC(uint64_t) offsets = { 0 };
	vec_for_each(section, &b->sections) {
		vec_push(&offsets, out.bytes.len);
		if (section->type == SHT_NOBITS)
			continue;
		for (uint64_t i = 0; i < section->size; i++)
			put(&out, section->data ? section->data[i] : 0, 1);
	}
	/* the first header has what does not fit in the file's header */
	if (nr >= SHN_LORESERVE)
		b->sections.data[0].size = nr;
	if (nr - 1 >= SHN_LORESERVE)
		b->sections.data[0].link = (uint32_t)nr - 1;
	for (size_t i = 0; i < nr; i++)
		put_section(&out, &b->sections.data[i], i ? offsets.data[i] : 0);
	vec_free(&offsets);

	vec_for_each(section, &b->sections)
		free(section->data);
	vec_free(&b->sections);
	vec_free(&b->symbols);
	strbuf_release(&b->section_names);
	strbuf_release(&b->symbol_names);
	*len_ret = out.bytes.len;
	return (uint8_t *)strbuf_detach(&out.bytes);
}

struct elf_image *elf_build_open(struct elf_build *b, const char *dir, const char *name)
{
	size_t len;
	_cleanup_free_ uint8_t *bytes = elf_build_finish(b, &len);
	_cleanup_free_ char *path = scratch_bytes(dir, name, bytes, len);
	struct elf_image *elf = NULL;

	expect_ok(elf_image_open(path, &elf));
	return elf;
}
