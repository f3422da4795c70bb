/* SPDX-License-Identifier: GPL-2.0-only */
/* What clang makes of it: a byte for `level`, which is 5 or 9; two variables of `trigger`; no symbol for `message`. */
/* for image.lds */
int global_number = 1;
int plain[4];
const int table[4] = { 1, 2, 3, 4 };
static int level = 5;
static unsigned char trigger[2];
static const char message[] = "panic";

void set(int a, int b)
{
	if (a)
		level = 9;
	trigger[0] = (unsigned char)a;
	trigger[1] = (unsigned char)b;
	plain[0] += a;
}

int get(int i)
{
	return plain[i & 3] + table[i & 3] + level + (i ? trigger[0] : trigger[1]);
}

const char *text(int i)
{
	return i ? message : "panic";
}
