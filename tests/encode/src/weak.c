// SPDX-License-Identifier: GPL-2.0-only
#define WEAK __attribute__((weak, used))
WEAK int counter = 1;
WEAK struct {
	unsigned int weak;
} same_size = { 1 };
/* another file's struct of this name */
struct left {
	short other;
};
__attribute__((used)) struct left left_other = { 1 };
__attribute__((used)) struct left *left_pointer = &left_other;
