/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions of BPF (Documentation/bpf/standardization/instruction-set.rst), and a program of them. */
#ifndef BTFMATRIX_PROBE_BPF_INSN_H
#define BTFMATRIX_PROBE_BPF_INSN_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#define BPF_INSN_MOV_IMM(dst, value) \
	((struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = dst, .imm = value })
#define BPF_INSN_MOV_REG(dst, src) \
	((struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = dst, .src_reg = src })
#define BPF_INSN_ADD_IMM(dst, value) \
	((struct bpf_insn){ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = dst, .imm = value })
/* @size is BPF_B, BPF_H, BPF_W or BPF_DW */
#define BPF_INSN_LOAD(size, dst, src, at)                       \
	((struct bpf_insn){ .code = BPF_LDX | (size) | BPF_MEM, \
			    .dst_reg = dst,                     \
			    .src_reg = src,                     \
			    .off = (int16_t)(at) })
#define BPF_INSN_STORE(size, dst, at, src)                      \
	((struct bpf_insn){ .code = BPF_STX | (size) | BPF_MEM, \
			    .dst_reg = dst,                     \
			    .src_reg = src,                     \
			    .off = (int16_t)(at) })
#define BPF_INSN_STORE_IMM(size, dst, at, value)               \
	((struct bpf_insn){ .code = BPF_ST | (size) | BPF_MEM, \
			    .dst_reg = dst,                    \
			    .off = (int16_t)(at),              \
			    .imm = value })
#define BPF_INSN_CALL(helper) ((struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = helper })
/* over @count instructions if @reg is 0 */
#define BPF_INSN_SKIP_IF_ZERO(reg, count) \
	((struct bpf_insn){               \
		.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = reg, .off = (int16_t)(count) })
#define BPF_INSN_EXIT ((struct bpf_insn){ .code = BPF_JMP | BPF_EXIT })

enum {
	BPF_PROGRAM_MAX = 4096
};

/* A program being put together. What does not fit is left out: the kernel refuses one without an exit. */
struct bpf_program {
	struct bpf_insn insns[BPF_PROGRAM_MAX];
	size_t nr;
};

static inline void bpf_emit(struct bpf_program *program, struct bpf_insn insn)
{
	if (program->nr < BPF_PROGRAM_MAX)
		program->insns[program->nr++] = insn;
}

/** The two halves of a 64-bit load of what @src_reg (BPF_PSEUDO_*) makes of @low and @high. */
static inline void bpf_emit_load64(struct bpf_program *program, uint8_t dst, uint8_t src_reg,
				   uint32_t low, uint32_t high)
{
	bpf_emit(program, (struct bpf_insn){ .code = BPF_LD | BPF_DW | BPF_IMM,
					     .dst_reg = dst,
					     .src_reg = src_reg,
					     .imm = (int32_t)low });
	bpf_emit(program, (struct bpf_insn){ .imm = (int32_t)high });
}

#endif
