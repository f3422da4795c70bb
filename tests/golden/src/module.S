/* SPDX-License-Identifier: GPL-2.0-only */
/* A module with nothing in it but BTF. */
	.section .BTF, "a", %progbits
	.incbin BTF_FILE

	.section .note.GNU-stack, "", %progbits
