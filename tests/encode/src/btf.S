/* SPDX-License-Identifier: GPL-2.0-only */
	.section .BTF, "a", %progbits
	.incbin BTF_FILE

	.section .note.GNU-stack, "", %progbits
