// SPDX-License-Identifier: GPL-2.0-only
/* Variables of every type C has, and what pahole gets wrong about variables. */
#define USED __attribute__((used))

struct list {
	struct list *next, *prev;
};

/* two that need each other */
struct left;
struct right {
	struct left *left;
	int (*ask)(const struct left *left, struct right *right, ...);
};
struct left {
	struct right by_value;
	struct right *right;
	struct list list;
};

struct unknown;
union word {
	unsigned char bytes[8];
	struct {
		unsigned int low, high;
	};
	unsigned long long all;
};

struct packed {
	unsigned char a : 3, b : 5;
	signed int c : 17;
	_Bool d : 1;
	enum { ONE, TWO = 2 } e;
} __attribute__((packed));

struct flexible {
	int count;
	struct list tail[];
};

enum big { HUGE_VALUE = 0x123456789abcdefULL };
enum below { BELOW = -1, ABOVE = 1 };
typedef unsigned long ulong_t;
typedef const volatile ulong_t *(*maker)(union word word, enum big big);
typedef struct {
	int x, y;
} point;

USED struct left left_one;
USED static struct right right_one = { &left_one, 0 };
USED union word words[3][2] = { { { .all = 1 } } };
USED struct packed packed = { 1, 2, 3, 1, TWO };
USED struct flexible flexible = { 2, { { 0, 0 }, { 0, 0 } } };
USED enum big big = HUGE_VALUE;
USED enum below below = BELOW;
USED maker make;
USED point points[2] = { { 1, 2 } };
USED struct unknown *unknown;
USED void *const nowhere = 0;
USED char *volatile *restrict chars;
USED int (*old_style)();
USED signed char narrow = -1;
USED unsigned char byte = 1;
USED _Bool yes = 1;
USED double floating = 1.0;
USED long double floating_more = 1.0;
USED struct {
	int anonymous;
	struct {
		long deeper;
	} inner[2];
} nameless = { 1 };

/* declared without bounds before it is defined: DWARF's definition has them */
extern int unbounded[];
USED int unbounded[4] = { 1 };

/* the same with a static one: GCC's DWARF has the bounds nowhere */
static const short tentative[];
short ask_tentative(int i);
short ask_tentative(int i)
{
	return tentative[i];
}
static const short tentative[] = { 1, 2, 3, 4, 5 };
static struct list cycles[];
struct list *ask_cycles(int i);
struct list *ask_cycles(int i)
{
	return &cycles[i];
}
USED static struct list cycles[3] = { { 0, 0 } };

/* a strong definition of another type than the weak one in weak.c, and of the same size */
USED long counter = 2;
USED struct {
	int strong;
} same_size = { 1 };
USED int behind_same_size = 1;
/* no strong one */
USED int __attribute__((weak)) lonely = 1;

/* left out: in a function, made by a macro, without bytes */
USED int __UNIQUE_ID_made = 1;
USED struct nothing {
} nothing;
int next(void);
int next(void)
{
	static int calls = 5;

	return ++calls;
}

/* a note is loaded and no PROGBITS */
USED __attribute__((section(".note.mine"))) const int note[] = { 4, 4, 1, 0, 7 };
/* discarded by the linker */
USED __attribute__((section(".gone"))) int gone = 1;
USED __attribute__((section(".data..percpu"))) long pcpu_first = 1;
USED __attribute__((section(".data..percpu"))) struct list pcpu_list = { 0, 0 };
