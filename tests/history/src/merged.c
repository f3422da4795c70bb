// SPDX-License-Identifier: GPL-2.0-only
/* Static variables that LLVM's GlobalMerge puts into one: all but the first have a DWARF location of two parts. */
static int merged_first = 1, merged_second = 2;

__attribute__((section(".data..percpu"), used)) int pcpu_number = 1;
__attribute__((used)) int global_number = 4;

int step(int by);
int step(int by)
{
	merged_first += by;
	merged_second -= by;
	return merged_first + merged_second;
}

int both(void);
int both(void)
{
	return merged_first ^ merged_second;
}
