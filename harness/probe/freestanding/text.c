// SPDX-License-Identifier: GPL-2.0-only
/* Strings, numbers in them, and printf() for the conversions that the probe has. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	for (; *s; s++)
		if (*s == (char)c)
			found = s;
	return (char *)(uintptr_t)(c ? found : s);
}

/* How many bytes at the start are in @set, or are not. */
static size_t span(const char *s, const char *set, bool in)
{
	size_t n = 0;

	while (s[n] && !!strchr(set, s[n]) == in)
		n++;
	return n;
}

size_t strspn(const char *s, const char *set)
{
	return span(s, set, true);
}

size_t strcspn(const char *s, const char *set)
{
	return span(s, set, false);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static char as_is(char c)
{
	return c;
}

static char *find(const char *s, const char *what, char (*fold)(char c))
{
	for (;; s++) {
		size_t n = 0;

		while (what[n] && fold(s[n]) == fold(what[n]))
			n++;
		if (!what[n])
			return (char *)(uintptr_t)s;
		if (!*s)
			return NULL;
	}
}

char *strstr(const char *s, const char *what)
{
	return find(s, what, as_is);
}

char *strcasestr(const char *s, const char *what)
{
	return find(s, what, lower);
}

char *strtok_r(char *restrict s, const char *restrict set, char **restrict state)
{
	char *word = s ? s : *state;

	word += strspn(word, set);
	*state = word + strcspn(word, set);
	if (!*word)
		return NULL;
	if (**state)
		*(*state)++ = '\0';
	return word;
}

/* Bases 8, 10 and 16; without signs and prefixes, which nothing here has. */
unsigned long long strtoull(const char *restrict s, char **restrict end, int base)
{
	unsigned long long value = 0;
	const char *at = s + strspn(s, " \t\n");
	bool any = false;

	for (;; at++, any = true) {
		char c = lower(*at);
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
						   : 16;

		if (digit >= base)
			break;
		value = value * (unsigned int)base + (unsigned int)digit;
	}
	if (end)
		*end = (char *)(uintptr_t)(any ? at : s);
	return value;
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base)
{
	return (unsigned long)strtoull(s, end, base);
}

/* A text being written: what does not fit is counted. */
struct output {
	char *to;
	size_t size, len;
};

/* A va_list that functions called one after another take from: by itself it may be an array or not. */
struct arguments {
	va_list list;
};

static void put(struct output *out, const char *s, size_t n)
{
	for (; n; n--, s++, out->len++)
		if (out->len + 1 < out->size)
			out->to[out->len] = *s;
}

static void put_padded(struct output *out, const char *s, size_t n, size_t width, char fill)
{
	for (; width > n; width--)
		put(out, &fill, 1);
	put(out, s, n);
}

static void put_number(struct output *out, unsigned long long value, bool negative,
		       unsigned int base, size_t width, char fill)
{
	char digits[24], *at = digits + sizeof(digits);

	do
		*--at = "0123456789abcdef"[value % base];
	while (value /= base);
	if (negative)
		*--at = '-';
	put_padded(out, at, (size_t)(digits + sizeof(digits) - at), width, fill);
}

static size_t read_width(const char **format, struct arguments *args)
{
	size_t width = 0;

	if (**format == '*') {
		(*format)++;
		return (size_t)va_arg(args->list, int);
	}
	for (; **format >= '0' && **format <= '9'; (*format)++)
		width = width * 10 + (size_t)(**format - '0');
	return width;
}

/* Steps over "l", "ll", "z": 0, 1 or 2 longs. */
static int read_length(const char **format)
{
	int longs = 0;

	for (; **format == 'l' || **format == 'z'; (*format)++)
		longs++;
	return longs;
}

static unsigned long long take_unsigned(int longs, struct arguments *args)
{
	return longs > 1   ? va_arg(args->list, unsigned long long)
	       : longs > 0 ? va_arg(args->list, unsigned long)
			   : va_arg(args->list, unsigned int);
}

static void convert(struct output *out, const char **format, struct arguments *args)
{
	char fill = **format == '0' ? '0' : ' ';
	size_t width = read_width(format, args), max = SIZE_MAX;
	long long value;
	const char *text;
	int longs;
	char c;

	if (**format == '.') {
		(*format)++;
		max = read_width(format, args);
	}
	longs = read_length(format);
	c = *(*format)++;
	switch (c) {
	case 's':
		text = va_arg(args->list, const char *);
		put_padded(out, text, strnlen(text, max), width, ' ');
		break;
	case 'd':
		value = longs > 1   ? va_arg(args->list, long long)
			: longs > 0 ? va_arg(args->list, long)
				    : va_arg(args->list, int);
		put_number(out, value < 0 ? -(unsigned long long)value : (unsigned long long)value,
			   value < 0, 10, width, fill);
		break;
	case 'u':
	case 'x':
	case 'o':
		put_number(out, take_unsigned(longs, args), false,
			   c == 'u'   ? 10
			   : c == 'x' ? 16
				      : 8,
			   width, fill);
		break;
	default:
		put(out, &c, 1);
	}
}

int vsnprintf(char *restrict to, size_t size, const char *restrict format, va_list list)
{
	struct output out = { to, size, 0 };
	struct arguments args;

	va_copy(args.list, list);
	for (const char *at = format; *at;) {
		size_t n = strcspn(at, "%");

		put(&out, at, n);
		at += n;
		if (!*at++)
			break;
		convert(&out, &at, &args);
	}
	va_end(args.list);
	if (size)
		to[out.len < size ? out.len : size - 1] = '\0';
	return (int)out.len;
}

int snprintf(char *restrict to, size_t size, const char *restrict format, ...)
{
	va_list args;

	va_start(args, format);
	int len = vsnprintf(to, size, format, args);
	va_end(args);
	return len;
}

/* Words alone: "%s", "%63s" and "%*s", between white space. */
int sscanf(const char *restrict s, const char *restrict format, ...)
{
	static const char space[] = " \t\n";
	int found = 0;
	va_list args;

	va_start(args, format);
	for (; (format = strchr(format, '%')); format++) {
		bool skipped = format[1] == '*';
		char *end;
		size_t max = strtoul(format + 1, &end, 10), n;

		s += strspn(s, space);
		n = strcspn(s, space);
		if (!n)
			break;
		if (max && n > max)
			n = max;
		if (!skipped) {
			char *to = va_arg(args, char *);

			memcpy(to, s, n);
			to[n] = '\0';
			found++;
		}
		s += n;
	}
	va_end(args);
	return found;
}

FILE *stderr;

/* There is no other stream. */
int fprintf(FILE *restrict stream, const char *restrict format, ...)
{
	char text[1024];
	va_list args;

	(void)stream;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return (int)write(STDERR_FILENO, text, strlen(text));
}

char *strerror(int errnum)
{
	static const struct {
		int errnum;
		const char *text;
	} texts[] = {
		{ EPERM, "Operation not permitted" },  { ENOENT, "No such file or directory" },
		{ EBADF, "Bad file descriptor" },      { ENOMEM, "Cannot allocate memory" },
		{ EACCES, "Permission denied" },       { EFAULT, "Bad address" },
		{ EBUSY, "Device or resource busy" },  { EINVAL, "Invalid argument" },
		{ ENOSPC, "No space left on device" }, { ENOSYS, "Function not implemented" },
	};
	static char other[24];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].errnum == errnum)
			return (char *)(uintptr_t)texts[i].text;
	snprintf(other, sizeof(other), "errno %d", errnum);
	return other;
}
