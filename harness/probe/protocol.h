/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probe's wire protocol, shared by the probe (which writes) and the host (which reads).
 * docs/protocol.md is its description. Needs nothing but the C library.
 *
 * A frame is one line: "BTFM1 SEQ TYPE CRC32 KEY=VALUE KEY=VALUE ...\n". To write one:
 *
 *	frame_start(&w, seq, FRAME_TRIAL);
 *	frame_add(&w, "name", "mount");
 *	frame_finish(&w);		// then send w.line, w.len bytes
 */
#ifndef BTFMATRIX_PROBE_PROTOCOL_H
#define BTFMATRIX_PROBE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PROTOCOL_MAGIC   "BTFM1 "
#define PROTOCOL_VERSION 1
/* what QEMU calls the virtio port and the guest finds it by */
#define PROTOCOL_PORT "btfmatrix.0"
/* the kernel argument that names the channel: "virtio:PORT", "console" or a tty's path */
#define PROTOCOL_ARGUMENT "btfm.channel="
/* the kernel argument that says how to end the guest: by a power-off, unless it is "reboot" */
#define PROTOCOL_END_ARGUMENT "btfm.end="
#define PROTOCOL_END_REBOOT   "reboot"

enum {
	/* longest line, with its newline */
	PROTOCOL_LINE_MAX = 64 << 10,
	/* longest value before escaping; what is beyond is cut off */
	PROTOCOL_VALUE_MAX = 4096,
	PROTOCOL_NONCE_MAX = 64,
	/* bytes of a variable or a file that are sent at most: as hex digits they fit a value */
	PROTOCOL_BYTES_MAX = PROTOCOL_VALUE_MAX / 2,
};

enum frame_type {
	FRAME_BEGIN,
	FRAME_SYSTEM,
	FRAME_BTF,
	FRAME_SYMBOL,
	FRAME_OFFSET,
	FRAME_NO_OFFSETS,
	FRAME_TRIAL,
	FRAME_COMPLAINT,
	FRAME_KSYMS,
	FRAME_REFUSED,
	FRAME_PLACE,
	FRAME_DISTANCE,
	FRAME_FACT,
	FRAME_VALUE,
	FRAME_NO_VALUE,
	FRAME_END,
	FRAME_TYPE_COUNT,
};

static inline const char *frame_type_name(enum frame_type type)
{
	static const char *const names[FRAME_TYPE_COUNT] = {
		[FRAME_BEGIN] = "begin",       [FRAME_SYSTEM] = "system",
		[FRAME_BTF] = "btf",           [FRAME_SYMBOL] = "symbol",
		[FRAME_OFFSET] = "offset",     [FRAME_NO_OFFSETS] = "no-offsets",
		[FRAME_TRIAL] = "trial",       [FRAME_COMPLAINT] = "complaint",
		[FRAME_KSYMS] = "ksyms",       [FRAME_REFUSED] = "refused",
		[FRAME_PLACE] = "place",       [FRAME_DISTANCE] = "distance",
		[FRAME_FACT] = "fact",         [FRAME_VALUE] = "value",
		[FRAME_NO_VALUE] = "no-value", [FRAME_END] = "end",
	};

	return names[type];
}

/** CRC-32 as in ISO-HDLC (zlib's crc32()); start with 0 and chain the results. */
static inline uint32_t protocol_crc32(uint32_t crc, const void *data, size_t len)
{
	/* remainders of the 16 possible low nibbles by the reflected polynomial 0xedb88320 */
	static const uint32_t nibble[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const unsigned char *p = data;

	crc = ~crc;
	while (len--) {
		crc ^= *p++;
		crc = (crc >> 4) ^ nibble[crc & 15];
		crc = (crc >> 4) ^ nibble[crc & 15];
	}
	return ~crc;
}

/* A frame being put together. */
struct frame_writer {
	char line[PROTOCOL_LINE_MAX];
	size_t len;
	/* where the eight digits of the checksum and the payload go */
	size_t crc_at, payload_at;
};

static inline void frame_start(struct frame_writer *w, uint32_t seq, enum frame_type type)
{
	int n = snprintf(w->line, sizeof(w->line), PROTOCOL_MAGIC "%lu %s ", (unsigned long)seq,
			 frame_type_name(type));

	w->crc_at = (size_t)n;
	w->payload_at = w->crc_at + 9;
	w->len = w->payload_at;
}

/* One byte, or its escape; silently nothing if the line is full, which frame_add() rules out. */
static inline void frame_put(struct frame_writer *w, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	/* room for an escape and the newline */
	if (w->len + 4 > sizeof(w->line))
		return;
	if (c > ' ' && c < 0x7f && c != '%') {
		w->line[w->len++] = (char)c;
		return;
	}
	w->line[w->len++] = '%';
	w->line[w->len++] = digits[c >> 4];
	w->line[w->len++] = digits[c & 15];
}

/** Adds a field; @key is a word of ours, @value may hold any bytes. */
static inline void frame_add(struct frame_writer *w, const char *key, const char *value)
{
	if (w->len > w->payload_at)
		w->line[w->len++] = ' ';
	while (*key)
		frame_put(w, (unsigned char)*key++);
	frame_put(w, '=');
	for (size_t i = 0; i < PROTOCOL_VALUE_MAX && value[i]; i++)
		frame_put(w, (unsigned char)value[i]);
}

static inline void frame_add_dec(struct frame_writer *w, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	frame_add(w, key, text);
}

static inline void frame_add_hex(struct frame_writer *w, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llx", (unsigned long long)value);
	frame_add(w, key, text);
}

/** Adds bytes as they are in memory, two hex digits each; at most PROTOCOL_BYTES_MAX. */
static inline void frame_add_bytes(struct frame_writer *w, const char *key, const void *data,
				   size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = data;
	char text[2 * PROTOCOL_BYTES_MAX + 1];
	size_t at = 0;

	for (size_t i = 0; i < len && i < PROTOCOL_BYTES_MAX; i++) {
		text[at++] = digits[bytes[i] >> 4];
		text[at++] = digits[bytes[i] & 15];
	}
	text[at] = '\0';
	frame_add(w, key, text);
}

/** The checksum of a frame: over "SEQ TYPE " and the payload. */
static inline uint32_t frame_crc(const char *head, size_t head_len, const char *payload,
				 size_t payload_len)
{
	return protocol_crc32(protocol_crc32(0, head, head_len), payload, payload_len);
}

/** Fills in the checksum and ends the line. */
static inline void frame_finish(struct frame_writer *w)
{
	const size_t magic = sizeof(PROTOCOL_MAGIC) - 1;
	char crc[10];

	snprintf(crc, sizeof(crc), "%08lx ",
		 (unsigned long)frame_crc(w->line + magic, w->crc_at - magic,
					  w->line + w->payload_at, w->len - w->payload_at));
	memcpy(w->line + w->crc_at, crc, 9);
	w->line[w->len++] = '\n';
}

#endif
