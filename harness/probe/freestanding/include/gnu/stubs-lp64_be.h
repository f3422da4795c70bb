/* SPDX-License-Identifier: GPL-2.0-only */
/* glibc's headers ask for this of an ABI that Debian has no glibc for: no function is a stub. */
