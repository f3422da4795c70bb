/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables without DWARF, and the BTF. */
	.section .data..percpu, "aw"
	.balign 8
	.globl pcpu_assembly
	.type pcpu_assembly, %object
	.size pcpu_assembly, 8
pcpu_assembly:
	.space 8

	.data
	.balign 8
	.globl assembly
	.type assembly, %object
	.size assembly, 8
assembly:
	.space 8

	.section .BTF, "a", %progbits
	.incbin BTF_FILE

	.section .note.GNU-stack, "", %progbits
