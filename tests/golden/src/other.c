// SPDX-License-Identifier: GPL-2.0-only
/* A second file, for what takes two. */
__attribute__((weak, used)) long overridden = 1;
__attribute__((used)) static int twin = 2;
__attribute__((section(".data..percpu"), used)) int pcpu_other = 1;
