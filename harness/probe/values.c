// SPDX-License-Identifier: GPL-2.0-only
#include "values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf_run.h"
#include "bpf_syscall.h"
#include "btf_path.h"
#include "cpus.h"
#include "io.h"
#include "kallsyms.h"
#include "kcore.h"
#include "kernel_btf.h"
#include "protocol.h"
#include "record.h"

enum {
	/* of a variable: more would be a program too long for nothing */
	BYTES_MAX = 600,
	/* what a clock needs to move, whatever its rate: HZ is at least 100 */
	PAUSE_MS = 30,
	/* a busy host keeps the CPU that counts from running, while we run on another */
	PAUSES_MAX = 100,
	LINES_MAX = 256,
};

/* What a line of the list asks for. */
enum wish {
	WISH_ONCE,
	WISH_TWICE,
	/* the text a pointer points to */
	WISH_POINTED,
	WISH_FILE,
	WISHES,
};

static const char *const wish_words[WISHES] = { "once ", "twice ", "pointed ", "file " };

enum road_index {
	ROAD_BPF,
	ROAD_KCORE,
	ROADS,
};

struct line {
	enum wish wish;
	const char *path;
	/* NULL: no BTF has it */
	const struct kernel_btf *image;
	struct btf_place place;
	/* what is to be read twice, after the first time; NULL: it could not be read */
	char *before[ROADS];
};

/* What a program gets and leaves in its array. */
struct exchange {
	uint32_t cpu, done;
	uint8_t bytes[BPF_RUN_BYTES - 8];
};

_Static_assert(sizeof(struct exchange) == BPF_RUN_BYTES, "the array's element");

/* A way to read @line's variable on @cpu (-1: it is not per-CPU). */
struct road {
	const char *name;
	/* makes ready; false with a reason word and why */
	bool (*open)(const struct line *line, const char **reason, char *why, size_t why_size);
	bool (*read)(const struct line *line, int cpu, void *data, char *why, size_t why_size);
	void (*close)(void);
};

/* By a BPF program that names the VAR. */

static int prog_fd = -1;

static int size_code(uint32_t bytes)
{
	switch (bytes) {
	case 8:
		return BPF_DW;
	case 4:
		return BPF_W;
	case 2:
		return BPF_H;
	default:
		return BPF_B;
	}
}

/* Copies the member from what R1 points to. */
static void emit_copy(struct bpf_program *program, const struct btf_place *place, uint32_t len)
{
	/* an offset in an instruction has 16 bits with a sign */
	const uint32_t far = 16384;
	uint32_t at = place->offset, unit = place->unit;

	if (at > far) {
		bpf_emit(program, BPF_INSN_ADD_IMM(BPF_REG_1, (int32_t)at));
		at = 0;
	}
	if (unit > 8 || unit & (unit - 1))
		unit = 1;
	for (uint32_t i = 0; i + unit <= len; i += unit) {
		bpf_emit(program, BPF_INSN_LOAD(size_code(unit), BPF_REG_2, BPF_REG_1, at + i));
		bpf_emit(program, BPF_INSN_STORE(size_code(unit), BPF_REG_6,
						 offsetof(struct exchange, bytes) + i, BPF_REG_2));
	}
}

static uint32_t length(const struct line *line)
{
	return line->place.size < BYTES_MAX ? line->place.size : BYTES_MAX;
}

/*
 * What is behind a pointer to a struct is read by instructions that may not fault. The kernel's interpreter
 * does them by bpf_probe_read_kernel_common(), which without CONFIG_BPF_EVENTS gives zeros, whatever is there.
 * It runs the programs that no JIT took: many JITs do not know these instructions.
 */
static bool gives_zeros(const struct line *line, int fd)
{
	const struct btf_type *type =
		btf_plain_type(&line->image->index, line->place.variable->type_id);
	uint64_t address;

	if (!type || (btf_kind(type) != BTF_KIND_STRUCT && btf_kind(type) != BTF_KIND_UNION))
		return false;
	/* it is there with CONFIG_BPF_EVENTS alone */
	return bpf_prog_is_jited(fd) == 0 && !kallsyms_find("kprobe_prog_ops", &address);
}

static bool bpf_open(const struct line *line, const char **reason, char *why, size_t why_size)
{
	static struct bpf_program program;
	static struct bpf_program copy;
	const struct btf_variable *var = line->place.variable;

	/* said once, of the ksym */
	*reason = "unreadable";
	if (var->refused) {
		snprintf(why, why_size, "the kernel refuses %s as a typed ksym", var->name);
		return false;
	}
	*reason = "refused";
	if (line->image->fd < 0) {
		snprintf(why, why_size, "the kernel has no BTF object called %s",
			 line->image->name);
		return false;
	}
	bpf_run_begin(&program);
	bpf_emit(&program,
		 BPF_INSN_LOAD(BPF_W, BPF_REG_7, BPF_REG_6, offsetof(struct exchange, cpu)));
	bpf_emit_load64(&program, BPF_REG_1, BPF_PSEUDO_BTF_ID, var->id, (uint32_t)line->image->fd);
	copy.nr = 0;
	emit_copy(&copy, &line->place, length(line));
	bpf_emit(&copy, BPF_INSN_STORE_IMM(BPF_W, BPF_REG_6, offsetof(struct exchange, done), 1));
	if (var->percpu) {
		bpf_emit(&program, BPF_INSN_MOV_REG(BPF_REG_2, BPF_REG_7));
		bpf_emit(&program, BPF_INSN_CALL(BPF_FUNC_per_cpu_ptr));
		/* there is no such CPU */
		bpf_emit(&program, BPF_INSN_SKIP_IF_ZERO(BPF_REG_0, copy.nr + 1));
		bpf_emit(&program, BPF_INSN_MOV_REG(BPF_REG_1, BPF_REG_0));
	}
	for (size_t i = 0; i < copy.nr; i++)
		bpf_emit(&program, copy.insns[i]);
	prog_fd = bpf_run_load(&program, why, why_size);
	if (prog_fd < 0 || !gives_zeros(line, prog_fd))
		return prog_fd >= 0;
	*reason = "zeros";
	snprintf(why, why_size,
		 "the JIT leaves the program to the kernel's interpreter, which reads zeros behind "
		 "a "
		 "pointer to a struct without CONFIG_BPF_EVENTS");
	close(prog_fd);
	prog_fd = -1;
	return false;
}

static bool bpf_read(const struct line *line, int cpu, void *data, char *why, size_t why_size)
{
	static struct exchange exchange;

	memset(&exchange, 0, sizeof(exchange));
	exchange.cpu = cpu < 0 ? 0 : (uint32_t)cpu;
	if (!bpf_run(prog_fd, &exchange, why, why_size))
		return false;
	if (!exchange.done) {
		snprintf(why, why_size, "bpf_per_cpu_ptr() has nothing for CPU %d", cpu);
		return false;
	}
	memcpy(data, exchange.bytes, length(line));
	return true;
}

static void bpf_close(void)
{
	close(prog_fd);
	prog_fd = -1;
}

/* From memory, where the DATASEC's base and the VAR's offset in it say. */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* What the variables of a section say of where it begins, by their addresses in kallsyms: sorted. */
struct bases {
	const struct kernel_btf *image;
	uint32_t section_id;
	uint64_t *values;
	size_t nr;
};

/* Those of a section are asked for again and again, and to look up its thousands of names takes long. */
static const struct bases *section_bases(const struct kernel_btf *image, uint32_t section_id)
{
	static struct bases kept;
	const struct btf_index *index = &image->index;
	uint64_t address;

	if (kept.values && kept.image == image && kept.section_id == section_id)
		return &kept;
	free(kept.values);
	kept = (struct bases){ image, section_id,
			       calloc(index->nr_variables + 1, sizeof(*kept.values)), 0 };
	for (uint32_t i = 0; kept.values && i < index->nr_variables; i++) {
		const struct btf_variable *var = &index->variables[i];

		if (var->section_id == section_id && kallsyms_find(var->name, &address) && address)
			kept.values[kept.nr++] = address - var->offset;
	}
	if (kept.nr)
		qsort(kept.values, kept.nr, sizeof(*kept.values), by_value);
	return &kept;
}

/* Where a section begins: what most of its other variables say. */
static bool section_base(const struct line *line, uint64_t *base_ret)
{
	const struct btf_variable *var = line->place.variable;
	const struct bases *bases = section_bases(line->image, var->section_id);
	uint64_t address, own = 0;
	size_t best = 0, run = 0;
	/* it has no say */
	bool is_in = kallsyms_find(var->name, &address) && address;

	if (is_in)
		own = address - var->offset;
	for (size_t i = 0; i < bases->nr; i++) {
		if (is_in && bases->values[i] == own) {
			is_in = false;
			continue;
		}
		run = run && bases->values[i] == bases->values[i - 1] ? run + 1 : 1;
		if (run > best) {
			best = run;
			*base_ret = bases->values[i];
		}
	}
	return best > 0;
}

/* the variable's own address: without the CPU's offset where it is per-CPU */
static uint64_t kcore_address;

static bool kcore_road_open(const struct line *line, const char **reason, char *why,
			    size_t why_size)
{
	const struct btf_variable *var = line->place.variable;
	uint64_t base;

	*reason = "unreadable";
	if (!var->section) {
		snprintf(why, why_size, "no DATASEC has it");
		return false;
	}
	if (!(var->percpu && kallsyms_find("__per_cpu_start", &base)) &&
	    !section_base(line, &base)) {
		snprintf(why, why_size, "kallsyms has no address of another variable in %s",
			 var->section);
		return false;
	}
	kcore_address = base + var->offset;
	return true;
}

static bool kcore_road_read(const struct line *line, int cpu, void *data, char *why,
			    size_t why_size)
{
	uint64_t offset = 0;

	if (cpu >= 0 && !kcore_percpu_offset((unsigned int)cpu, &offset)) {
		snprintf(why, why_size, "__per_cpu_offset could not be read");
		return false;
	}
	return kcore_read((unsigned long)(kcore_address + offset + line->place.offset), data,
			  length(line), why, why_size);
}

static void kcore_road_close(void)
{
}

static const struct road roads[ROADS] = {
	[ROAD_BPF] = { "bpf", bpf_open, bpf_read, bpf_close },
	[ROAD_KCORE] = { "kcore", kcore_road_open, kcore_road_read, kcore_road_close },
};

/* The text at a pointer, up to its NUL or BYTES_MAX; a piece may end at a page that is not there. */
static size_t read_pointed(const void *pointer, char *text, char *why, size_t why_size)
{
	unsigned long address;
	size_t len = 0;

	memcpy(&address, pointer, sizeof(address));
	while (len < BYTES_MAX) {
		/* up to the next multiple of 64, which no page ends before */
		size_t part = 64 - (address + len) % 64;

		if (len + part > BYTES_MAX)
			part = BYTES_MAX - len;
		if (!kcore_read(address + len, text + len, part, why, why_size))
			return 0;
		if (memchr(text + len, '\0', part))
			return len + strnlen(text + len, part) + 1;
		len += part;
	}
	return len;
}

static bool read_one(const struct line *line, const struct road *road, int cpu, unsigned int time)
{
	const struct value_source source = { line->path, road->name, line->image->name, cpu };
	static char data[BYTES_MAX], text[BYTES_MAX];
	char why[400];
	size_t len = length(line);

	if (!road->read(line, cpu, data, why, sizeof(why))) {
		record_no_value(&source, "unreadable", why);
		return false;
	}
	if (line->wish != WISH_POINTED) {
		record_value(&source, time, data, len);
		return true;
	}
	/* what it points to has no VAR: there is but one road to it */
	if (!line->place.is_pointer)
		snprintf(why, sizeof(why), "it is no pointer");
	len = line->place.is_pointer ? read_pointed(data, text, why, sizeof(why)) : 0;
	if (!len) {
		record_no_value(&source, line->place.is_pointer ? "unreadable" : "member", why);
		return false;
	}
	record_value(&source, time, text, len);
	return true;
}

/* Until it is another than it was, or for PAUSES_MAX pauses. */
static void wait_for_change(const struct line *line, const struct road *road, int cpu,
			    const char *before)
{
	static char now[BYTES_MAX];
	char why[400];

	for (int i = 0; i < PAUSES_MAX && road->read(line, cpu, now, why, sizeof(why)) &&
			memcmp(before, now, length(line)) == 0;
	     i++)
		pause_ms(PAUSE_MS);
}

/* What is to be read twice is so when all else has been read: by then it is mostly another, and nothing waits. */
static void read_line(struct line *line, enum road_index index, unsigned int time)
{
	const struct road *road = &roads[index];
	const struct value_source source = { line->path, road->name, line->image->name, -1 };
	const struct btf_variable *var = line->place.variable;
	/* of a per-CPU variable it is CPU 0's that is waited for */
	int first_cpu = var->percpu ? 0 : -1;
	bool ok = true;
	const char *reason;
	char why[400];

	if (!road->open(line, &reason, why, sizeof(why))) {
		record_no_value(&source, reason, why);
		return;
	}
	if (time)
		wait_for_change(line, road, first_cpu, line->before[index]);
	if (!var->percpu)
		ok = read_one(line, road, -1, time);
	for (unsigned int cpu = 0; ok && var->percpu && cpu < cpus_possible_end(); cpu++)
		if (cpu_is_possible(cpu))
			ok = read_one(line, road, (int)cpu, time);
	if (!time && ok && line->wish == WISH_TWICE) {
		line->before[index] = calloc(1, BYTES_MAX);
		if (line->before[index] &&
		    !road->read(line, first_cpu, line->before[index], why, sizeof(why))) {
			free(line->before[index]);
			line->before[index] = NULL;
		}
	}
	road->close();
}

/* The first image that has the variable; where none has its member, says so. */
static void find_place(struct line *line)
{
	struct value_source source = { line->path, "", "", -1 };
	enum btf_path_result best = PATH_NO_VARIABLE;
	const struct kernel_btf *image;
	char why[300], best_why[300] = "the kernel has no BTF";

	for (size_t i = 0; !line->image && (image = kernel_btf_at(i)); i++) {
		enum btf_path_result result =
			btf_path_find(&image->index, line->path, &line->place, why, sizeof(why));

		if (result == PATH_FOUND)
			line->image = image;
		if (result == PATH_NO_MEMBER || (i == 0 && result == PATH_NO_VARIABLE)) {
			best = result;
			source.image = image->name;
			memcpy(best_why, why, sizeof(why));
		}
	}
	if (!line->image)
		record_no_value(&source, best == PATH_NO_MEMBER ? "member" : "absent", best_why);
}

/* The line of @text whose first word is @key. */
static char *find_key(char *text, const char *key)
{
	size_t len = strlen(key);
	char *line;

	while ((line = next_line(&text)))
		if (strncmp(line, key, len) == 0 && (line[len] == ' ' || line[len] == '\t'))
			return line;
	return NULL;
}

/* "PATH" or "PATH KEY": a file, or one line of it. */
static void send_file(const struct line *line, unsigned int time)
{
	const char *space = strchr(line->path, ' ');
	size_t len = 0;
	char path[300];

	snprintf(path, sizeof(path), "%.*s",
		 space ? (int)(space - line->path) : (int)sizeof(path) - 1, line->path);

	char *data = read_file(path, &len);
	char *found = data && space ? find_key(data, space + 1) : data;

	/* what is missing in the end is known by its absence */
	if (found)
		record_fact(line->path, time, found, space ? strlen(found) : len);
	free(data);
}

static size_t parse_list(char *text, struct line *lines)
{
	size_t nr = 0;
	char *line;

	while (nr < LINES_MAX && (line = next_line(&text)))
		for (int wish = 0; wish < WISHES; wish++)
			if (strncmp(line, wish_words[wish], strlen(wish_words[wish])) == 0)
				lines[nr++] = (struct line){ .wish = wish,
							     .path = strchr(line, ' ') + 1 };
	return nr;
}

static void send_files(const struct line *lines, size_t nr, unsigned int time)
{
	for (size_t i = 0; i < nr; i++)
		if (lines[i].wish == WISH_FILE)
			send_file(&lines[i], time);
}

void values_send(const char *list, bool bpf)
{
	static struct line lines[LINES_MAX];
	char *text = read_file(list, NULL);

	if (!text) {
		record_failed("values", NULL, errno, "cannot read %s", list);
		return;
	}

	size_t nr = parse_list(text, lines);
	send_files(lines, nr, 0);
	for (size_t i = 0; i < nr; i++) {
		if (lines[i].wish == WISH_FILE)
			continue;
		find_place(&lines[i]);
		for (int road = bpf ? ROAD_BPF : ROAD_KCORE; lines[i].image && road < ROADS; road++)
			read_line(&lines[i], road, 0);
	}
	for (size_t i = 0; i < nr; i++)
		for (int road = 0; road < ROADS; road++)
			if (lines[i].before[road])
				read_line(&lines[i], road, 1);
	send_files(lines, nr, 1);
	free(text);
}
