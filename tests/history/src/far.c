// SPDX-License-Identifier: GPL-2.0-only
/* Variables more than 2 GiB apart: the difference of their offsets is no int. */
__attribute__((section(".data..percpu"), used)) int pcpu_number = 1;
__attribute__((used)) int global_number = 4;
__attribute__((used)) int behind[4];
__attribute__((used)) char large[0x90000000ul];
__attribute__((used)) int before;
