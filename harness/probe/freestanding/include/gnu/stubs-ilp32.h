/* SPDX-License-Identifier: GPL-2.0-only */
/* As stubs-lp64_be.h: what glibc's headers ask for of an ABI that Debian has no glibc for. */
