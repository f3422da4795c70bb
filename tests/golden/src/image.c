// SPDX-License-Identifier: GPL-2.0-only
/* What a small kernel image has of variables, each with something about it that has gone wrong before. */

#define PERCPU __attribute__((section(".data..percpu"), used))
#define USED   __attribute__((used))

struct flexible {
	int count;
	long values[];
};

struct nothing {
};

struct bits {
	unsigned int low : 3, middle : 9, high : 20;
	_Bool flag;
	union {
		char text[8];
		long number;
	};
	struct bits *next;
};

typedef int (*callback)(const struct bits *bits, unsigned long arg, ...);
enum colour { RED, GREEN = 1000000 };

/* the per-CPU section, first thing at offset 0 */
PERCPU long pcpu_first = 1;
PERCPU static unsigned char pcpu_static[3] = { 1, 2, 3 };
PERCPU struct bits pcpu_bits = { .low = 1 };
PERCPU struct flexible pcpu_flexible = { 2, { 1, 2 } };
PERCPU struct nothing pcpu_nothing;
PERCPU callback pcpu_callback = 0;
PERCPU volatile enum colour pcpu_colour = GREEN;
PERCPU int __UNIQUE_ID_generated = 1;
PERCPU long pcpu_last = 1;

USED int global_number = 1;
USED static struct bits static_bits = { .high = 1 };
USED const char read_only[] = "read only";
USED int matrix[3][5] = { { 1 } };
USED struct flexible global_flexible = { 1, { 1 } };
USED long zeroed[4];

/* declared without bounds, as many headers do */
extern int unbounded[];
USED int unbounded[4] = { 1 };

/* the strong definition of what other.c has a weak one of */
USED long overridden = 2;

/* two files have a static variable of this name */
USED static int twin = 1;

int next_call(void);
int next_call(void)
{
	static int calls = 5;
	PERCPU static int pcpu_calls = 5;

	return ++calls + ++pcpu_calls;
}
