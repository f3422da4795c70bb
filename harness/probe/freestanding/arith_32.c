// SPDX-License-Identifier: GPL-2.0-only
/*
 * What compilers call for 64-bit numbers in 32-bit registers. It is in a libgcc, which Debian's cross compilers
 * have for one word size and byte order alone.
 */
#if __SIZEOF_LONG__ == 4 || defined(ARITH_32_WANTED)
#include <stdint.h>

/* Shifts by less than 32 of the halves, which need no call. */
union halves {
	uint64_t whole;
	struct {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		uint32_t low, high;
#else
		uint32_t high, low;
#endif
	};
};

uint64_t __ashldi3(uint64_t value, int by);
uint64_t __lshrdi3(uint64_t value, int by);
uint64_t __udivdi3(uint64_t dividend, uint64_t by);
uint64_t __umoddi3(uint64_t dividend, uint64_t by);

uint64_t __ashldi3(uint64_t value, int by)
{
	union halves from = { .whole = value }, to = { .whole = 0 };

	if (by >= 32) {
		to.high = from.low << (by - 32);
	} else if (by) {
		to.high = from.high << by | from.low >> (32 - by);
		to.low = from.low << by;
	} else {
		to = from;
	}
	return to.whole;
}

uint64_t __lshrdi3(uint64_t value, int by)
{
	union halves from = { .whole = value }, to = { .whole = 0 };

	if (by >= 32) {
		to.low = from.high >> (by - 32);
	} else if (by) {
		to.low = from.low >> by | from.high << (32 - by);
		to.high = from.high >> by;
	} else {
		to = from;
	}
	return to.whole;
}

struct quotient {
	uint64_t quotient, rest;
};

/* Bit by bit. By 0: all ones, as RISC-V's own division has it. */
static struct quotient divide(uint64_t dividend, uint64_t by)
{
	struct quotient q = { 0, 0 };

	for (int bit = 0; bit < 64; bit++) {
		/* the rest is below @by: twice as much may need a bit more than there are */
		uint64_t carry = q.rest >> 63;

		q.rest = q.rest << 1 | dividend >> 63;
		dividend <<= 1;
		q.quotient <<= 1;
		if (carry || q.rest >= by) {
			q.rest -= by;
			q.quotient |= 1;
		}
	}
	return q;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t by)
{
	return divide(dividend, by).quotient;
}

uint64_t __umoddi3(uint64_t dividend, uint64_t by)
{
	return divide(dividend, by).rest;
}

#endif
