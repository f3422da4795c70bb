// SPDX-License-Identifier: GPL-2.0-only
/* From where the kernel starts the program to main(). */
#include <unistd.h>

int main(int argc, char **argv);

#if defined(__aarch64__)
__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, xzr\n"
	"	mov x0, sp\n"
	"	and sp, x0, -16\n"
	"	b freestanding_start\n");
#elif defined(__riscv)
__asm__(".globl _start\n"
	"_start:\n"
	"	.option push\n"
	"	.option norelax\n"
	"	lla gp, __global_pointer$\n"
	"	.option pop\n"
	"	mv a0, sp\n"
	"	andi sp, sp, -16\n"
	"	tail freestanding_start\n");
#endif

/* @stack: the number of arguments, then the arguments (ELF psABI, "Process Initialization"). */
_Noreturn __attribute__((used)) void freestanding_start(long *stack);

_Noreturn void freestanding_start(long *stack)
{
	_exit(main((int)*stack, (char **)(stack + 1)));
}
