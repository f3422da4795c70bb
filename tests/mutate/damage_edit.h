/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kinds of damage are made of, and the functions behind the table of them. */
#ifndef BTFMATRIX_TESTS_MUTATE_DAMAGE_EDIT_H
#define BTFMATRIX_TESTS_MUTATE_DAMAGE_EDIT_H

#include <stdlib.h>

#include "damage.h"
#include "targets.h"

#define INFO(kind, vlen) ((uint32_t)(kind) << 24 | (vlen))
#define KIND_FLAG        0x80000000u
#define ENTRY(i)         (BTF_TYPE_SIZE + (size_t)(i)*12)
#define NO_OFFSET        0x7ffffff0u

/* Fields of struct btf_var_secinfo and struct btf_member. */
enum {
	SECINFO_TYPE = 0,
	SECINFO_OFFSET = 4,
	SECINFO_SIZE = 8,
	MEMBER_NAME = 0,
	MEMBER_TYPE = 4,
	MEMBER_OFFSET = 8,
};

/** Adds to the word at byte @off of own type @id. */
static inline void add(struct subject *s, uint32_t id, size_t off, int by)
{
	parts_put(&s->parts, id, off, parts_get(&s->parts, id, off) + (uint32_t)by);
}

static inline void swap(struct subject *s, uint32_t id, size_t a, size_t b)
{
	uint32_t value = parts_get(&s->parts, id, a);

	parts_put(&s->parts, id, a, parts_get(&s->parts, id, b));
	parts_put(&s->parts, id, b, value);
}

/** What the finding must name from now on. */
static inline void set_named(struct subject *s, const char *name)
{
	free(s->named);
	s->named = xstrdup(name);
}

/** Places that have another variable behind them in their DATASEC. */
static inline bool has_next(const struct subject *s, const struct place *place)
{
	(void)s;
	return place->index + 1 < place->datasec.vlen;
}

/* damage_variable.c */
bool offset_plus_1(struct subject *s);
bool offset_plus_align(struct subject *s);
bool size_plus_1(struct subject *s);
bool size_minus_1(struct subject *s);
bool far_offset(struct subject *s);
bool offsets_swapped(struct subject *s);
bool unsorted(struct subject *s);
bool overlap(struct subject *s);
bool twice_in_datasec(struct subject *s);
bool in_two_datasecs(struct subject *s);
bool in_other_datasec(struct subject *s);
bool in_no_datasec(struct subject *s);
bool lost(struct subject *s);
bool invented(struct subject *s);
bool invented_and_in_no_datasec(struct subject *s);
bool entry_of_no_variable(struct subject *s);
bool renamed(struct subject *s);
bool no_identifier(struct subject *s);
bool no_name(struct subject *s);
bool name_out_of_range(struct subject *s);
bool names_swapped(struct subject *s);
bool global_as_static(struct subject *s);
bool static_as_global(struct subject *s);
bool linkage_unknown(struct subject *s);
bool datasec_size(struct subject *s);
bool datasec_too_small(struct subject *s);
bool datasec_renamed(struct subject *s);
bool datasec_lost(struct subject *s);
bool datasec_twice(struct subject *s);
bool datasec_vlen(struct subject *s);
bool size_0(struct subject *s);
bool offset_of_next(struct subject *s);
bool entries_exchange_vars(struct subject *s);
bool section_shifted(struct subject *s);
bool first_lost(struct subject *s);
bool last_lost(struct subject *s);
bool name_offset_plus_1(struct subject *s);
bool name_of_next(struct subject *s);
bool second_var(struct subject *s);
bool counted_in_16_bits(struct subject *s);
bool var_vlen(struct subject *s);
bool var_kind_flag(struct subject *s);
bool datasec_kind_flag(struct subject *s);
bool datasec_without_name(struct subject *s);
bool whole_datasec_lost(struct subject *s);
/* damage_its_type.c */
bool type_of_same_size(struct subject *s);
bool type_void(struct subject *s);
bool type_dangling(struct subject *s);
bool type_id_plus_1(struct subject *s);
bool type_itself(struct subject *s);
bool const_dropped(struct subject *s);
bool const_added(struct subject *s);
bool volatile_added(struct subject *s);
bool pointer_to_it(struct subject *s);
bool pointer_to_other_struct(struct subject *s);
bool array_length(struct subject *s);
bool array_length_and_size(struct subject *s);
bool int_signedness(struct subject *s);
bool int_encoding_undefined(struct subject *s);
bool int_bits(struct subject *s);
bool int_size(struct subject *s);
bool int_as_float(struct subject *s);
bool typedef_of_other_name(struct subject *s);
bool struct_of_other_name(struct subject *s);
bool struct_as_forward(struct subject *s);
bool copy_of_base_type(struct subject *s);
bool copy_of_base_struct(struct subject *s);
bool type_is_var(struct subject *s);
bool type_is_datasec(struct subject *s);
bool type_is_prototype(struct subject *s);
bool types_swapped(struct subject *s);
bool typedef_dropped(struct subject *s);
bool typedef_added(struct subject *s);
bool pointee_const(struct subject *s);
bool pointer_to_pointer(struct subject *s);
/* damage_type.c */
bool member_offset(struct subject *s);
bool member_name(struct subject *s);
bool member_lost(struct subject *s);
bool last_member_lost(struct subject *s);
bool member_type(struct subject *s);
bool struct_size(struct subject *s);
bool struct_as_union(struct subject *s);
bool struct_in_itself(struct subject *s);
bool kind_unknown(struct subject *s);
bool bitfield_size(struct subject *s);
bool bitfield_offset(struct subject *s);
bool bitfield_as_member(struct subject *s);
bool enum_value(struct subject *s);
bool enum_name(struct subject *s);
bool enum_lost_value(struct subject *s);
bool enum_size(struct subject *s);
bool enum_signedness(struct subject *s);
bool int_renamed(struct subject *s);
bool typedef_loop(struct subject *s);
bool typedef_target(struct subject *s);
bool parameter_type(struct subject *s);
bool parameter_lost(struct subject *s);
bool return_type(struct subject *s);
bool forward_of_union(struct subject *s);
bool array_shorter(struct subject *s);
bool members_swapped(struct subject *s);
bool member_far(struct subject *s);
bool member_void(struct subject *s);
bool member_dangling(struct subject *s);
bool struct_twice(struct subject *s);
bool struct_vlen_plus_1(struct subject *s);
bool union_member_offset(struct subject *s);
bool array_of_void(struct subject *s);
bool array_without_index(struct subject *s);
bool enumerator_without_name(struct subject *s);
bool int_of_3_bytes(struct subject *s);
bool pointer_dangling(struct subject *s);
bool pointer_with_name(struct subject *s);
bool typedef_without_name(struct subject *s);
bool ellipsis_first(struct subject *s);
/* damage_blob.c */
bool all_type_ids_plus_1(struct subject *s);
bool base_has_a_type_more(struct subject *s);
bool base_has_a_string_more(struct subject *s);
bool percpu_datasec_in_split(struct subject *s);
bool global_datasec_in_base(struct subject *s);
const struct btf_image *other_vmlinux(const struct btf_image *vmlinux,
				      const struct btf_image *extra);
const struct btf_image *other_module(const struct btf_image *vmlinux,
				     const struct btf_image *extra);
void magic_flipped(struct strbuf *b, bool be);
void words_flipped(struct strbuf *b, bool be);
void magic_wrong(struct strbuf *b, bool be);
void version_2(struct strbuf *b, bool be);
void flags_set(struct strbuf *b, bool be);
void hdr_len_0(struct strbuf *b, bool be);
void hdr_len_plus_4(struct strbuf *b, bool be);
void hdr_len_huge(struct strbuf *b, bool be);
void type_off_plus_4(struct strbuf *b, bool be);
void type_off_odd(struct strbuf *b, bool be);
void type_len_less(struct strbuf *b, bool be);
void type_len_more(struct strbuf *b, bool be);
void type_len_huge(struct strbuf *b, bool be);
void str_off_plus_1(struct strbuf *b, bool be);
void str_len_less(struct strbuf *b, bool be);
void str_len_more(struct strbuf *b, bool be);
void cut_by_1(struct strbuf *b, bool be);
void cut_in_half(struct strbuf *b, bool be);
void cut_in_header(struct strbuf *b, bool be);
void garbage_appended(struct strbuf *b, bool be);
void zeros_appended(struct strbuf *b, bool be);
void gap(struct strbuf *b, bool be);
void all_zero(struct strbuf *b, bool be);
void last_nul_lost(struct strbuf *b, bool be);
void first_string(struct strbuf *b, bool be);

#endif
