// SPDX-License-Identifier: GPL-2.0-only
#include "boot/frame_records.h"

#include <string.h>

enum {
	/* above what any kernel has: bounds, not facts */
	BTFS_MAX = 4096,
	SYMBOLS_MAX = 1 << 20,
	TRIALS_MAX = 16384,
	CPUS_MAX = 16384,
	COMPLAINTS_MAX = 1024,
	IMAGES_MAX = 16,
	VARIABLES_MAX = 1 << 20,
	VALUES_MAX = 1 << 16,
	TIMES_MAX = 2,
	ERRNO_MAX = 4095,
};

static bool is_sha256_hex(const char *text)
{
	return strlen(text) == SHA256_HEX_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == SHA256_HEX_SIZE - 1;
}

static bool take_system(struct guest_report *r, const struct frame_fields *fields)
{
	const char *release = frame_field(fields, "release");
	const char *version = frame_field(fields, "version");
	const char *machine = frame_field(fields, "machine");
	const char *endian = frame_field(fields, "endian");
	uint64_t bits, cpus;

	if (!release || !version || !machine || !endian || r->release ||
	    !frame_number(fields, "bits", 10, 64, &bits) || (bits != 32 && bits != 64) ||
	    !frame_number(fields, "cpus", 10, CPUS_MAX, &cpus))
		return false;
	r->big_endian = str_eq(endian, "big");
	if (!r->big_endian && !str_eq(endian, "little"))
		return false;
	r->release = xstrdup(release);
	r->version = xstrdup(version);
	r->machine = xstrdup(machine);
	r->bits = (unsigned int)bits;
	r->nr_cpus = (unsigned int)cpus;
	return true;
}

static bool take_btf(struct guest_report *r, const struct frame_fields *fields)
{
	const char *name = frame_field(fields, "name"), *sha256 = frame_field(fields, "sha256");
	struct guest_btf btf = { 0 };
	uint64_t mode;

	if (!name || !*name || !sha256 || !is_sha256_hex(sha256) || r->btfs.len == BTFS_MAX ||
	    !frame_number(fields, "mode", 8, 07777, &mode) ||
	    !frame_number(fields, "size", 10, UINT64_MAX, &btf.size))
		return false;
	vec_for_each(other, &r->btfs)
		if (str_eq(other->name, name))
			return false;
	btf.name = xstrdup(name);
	btf.mode = (unsigned int)mode;
	memcpy(btf.sha256, sha256, SHA256_HEX_SIZE);
	vec_push(&r->btfs, btf);
	return true;
}

static bool take_symbol(struct guest_report *r, const struct frame_fields *fields)
{
	const char *type = frame_field(fields, "t"), *name = frame_field(fields, "n");
	const char *module = frame_field(fields, "m");
	struct guest_symbol sym = { 0 };

	if (!type || strlen(type) != 1 || !name || !*name || r->symbols.len == SYMBOLS_MAX ||
	    !frame_number(fields, "a", 16, UINT64_MAX, &sym.address))
		return false;
	sym.type = *type;
	sym.name = xstrdup(name);
	sym.module = xstrdup(module ? module : "");
	vec_push(&r->symbols, sym);
	return true;
}

static bool take_offset(struct guest_report *r, const struct frame_fields *fields)
{
	uint64_t cpu, value;

	if (!frame_number(fields, "cpu", 10, CPUS_MAX - 1, &cpu) ||
	    !frame_number(fields, "value", 16, UINT64_MAX, &value) || r->percpu_offset_why)
		return false;
	/* The array is indexed by CPU; numbers come in order, and may leave some out. */
	if (cpu < r->percpu_offsets.len)
		return false;
	while (r->percpu_offsets.len < cpu)
		vec_push(&r->percpu_offsets, 0);
	vec_push(&r->percpu_offsets, value);
	return true;
}

static bool take_no_offsets(struct guest_report *r, const struct frame_fields *fields)
{
	const char *why = frame_field(fields, "why");

	if (!why || r->percpu_offset_why || r->percpu_offsets.len)
		return false;
	r->percpu_offset_why = xstrdup(why);
	return true;
}

static bool take_trial(struct guest_report *r, const struct frame_fields *fields)
{
	const char *name = frame_field(fields, "name"), *outcome = frame_field(fields, "outcome");
	const char *detail = frame_field(fields, "detail");
	struct guest_trial trial = { 0 };
	uint64_t errnum = 0;

	if (!name || !*name || !outcome || r->trials.len == TRIALS_MAX ||
	    (frame_field(fields, "errno") && !frame_number(fields, "errno", 10, 4095, &errnum)))
		return false;
	trial.ok = str_eq(outcome, "ok");
	trial.skipped = str_eq(outcome, "skipped");
	if (!trial.ok && !trial.skipped && !str_eq(outcome, "failed"))
		return false;
	trial.errnum = (int)errnum;
	trial.name = xstrdup(name);
	trial.detail = xstrdup(detail ? detail : "");
	vec_push(&r->trials, trial);
	return true;
}

static bool take_complaint(struct guest_report *r, const struct frame_fields *fields)
{
	const char *line = frame_field(fields, "line");

	if (!line || r->kernel_complaints.len == COMPLAINTS_MAX)
		return false;
	vec_push(&r->kernel_complaints, xstrdup(line));
	return true;
}

static bool take_ksyms(struct guest_report *r, const struct frame_fields *fields)
{
	const char *image = frame_field(fields, "image");
	struct guest_ksyms ksyms = { 0 };

	if (!image || !*image || r->ksyms.len == IMAGES_MAX || guest_report_ksyms(r, image) ||
	    !frame_number(fields, "tried", 10, VARIABLES_MAX, &ksyms.tried) ||
	    !frame_number(fields, "accepted", 10, ksyms.tried, &ksyms.accepted) ||
	    !frame_number(fields, "percpu", 10, ksyms.tried, &ksyms.percpu))
		return false;
	ksyms.image = xstrdup(image);
	vec_push(&r->ksyms, ksyms);
	return true;
}

/* "yes" or "no" */
static bool get_flag(const struct frame_fields *fields, const char *key, bool *ret)
{
	const char *text = frame_field(fields, key);

	*ret = text && str_eq(text, "yes");
	return text && (*ret || str_eq(text, "no"));
}

static bool take_refused(struct guest_report *r, const struct frame_fields *fields)
{
	const char *image = frame_field(fields, "image"), *name = frame_field(fields, "name");
	const char *words = frame_field(fields, "words");
	struct guest_refusal refusal = { 0 };
	uint64_t id, errnum;

	if (!image || !*image || !name || !words || r->refusals.len == VARIABLES_MAX ||
	    !get_flag(fields, "percpu", &refusal.percpu) ||
	    !frame_number(fields, "id", 10, UINT32_MAX, &id) ||
	    !frame_number(fields, "errno", 10, ERRNO_MAX, &errnum))
		return false;
	refusal.id = (uint32_t)id;
	refusal.errnum = (int)errnum;
	refusal.image = xstrdup(image);
	refusal.name = xstrdup(name);
	refusal.words = xstrdup(words);
	vec_push(&r->refusals, refusal);
	return true;
}

static bool take_place(struct guest_report *r, const struct frame_fields *fields)
{
	const char *name = frame_field(fields, "name");
	struct guest_place place = { 0 };
	uint64_t cpu;

	if (!name || !*name || r->places.len == VARIABLES_MAX ||
	    !frame_number(fields, "cpu", 10, CPUS_MAX - 1, &cpu) ||
	    !frame_number(fields, "a", 16, UINT64_MAX, &place.address))
		return false;
	place.cpu = (unsigned int)cpu;
	place.name = xstrdup(name);
	vec_push(&r->places, place);
	return true;
}

static bool take_distance(struct guest_report *r, const struct frame_fields *fields)
{
	struct guest_distance distance = { 0 };
	uint64_t cpu;

	if (r->distances.len == VALUES_MAX ||
	    !frame_number(fields, "cpu", 10, CPUS_MAX - 1, &cpu) ||
	    !frame_number(fields, "value", 16, UINT64_MAX, &distance.value) ||
	    !frame_number(fields, "same", 10, VARIABLES_MAX, &distance.same))
		return false;
	distance.cpu = (unsigned int)cpu;
	vec_push(&r->distances, distance);
	return true;
}

static bool take_fact(struct guest_report *r, const struct frame_fields *fields)
{
	const char *file = frame_field(fields, "file");
	struct guest_fact fact = { 0 };
	uint64_t time;

	if (!file || !*file || r->facts.len == VALUES_MAX ||
	    !frame_number(fields, "time", 10, TIMES_MAX - 1, &time) ||
	    !frame_bytes(fields, "bytes", &fact.bytes, &fact.len))
		return false;
	fact.time = (unsigned int)time;
	fact.file = xstrdup(file);
	vec_push(&r->facts, fact);
	return true;
}

/* A word of a table, as its position. */
static bool get_word(const struct frame_fields *fields, const char *key, const char *const *words,
		     size_t nr, unsigned int *ret)
{
	const char *text = frame_field(fields, key);

	for (size_t i = 0; text && i < nr; i++) {
		if (!str_eq(text, words[i]))
			continue;
		*ret = (unsigned int)i;
		return true;
	}
	return false;
}

static bool take_value(struct guest_report *r, const struct frame_fields *fields)
{
	const char *path = frame_field(fields, "path"), *image = frame_field(fields, "image");
	struct guest_value value = { .cpu = -1 };
	uint64_t cpu, time;
	unsigned int road;

	if (!path || !*path || !image || !*image || r->values.len == VALUES_MAX ||
	    !get_word(fields, "road", guest_road_names, GUEST_ROADS, &road) ||
	    !frame_number(fields, "time", 10, TIMES_MAX - 1, &time))
		return false;
	if (frame_field(fields, "cpu")) {
		if (!frame_number(fields, "cpu", 10, CPUS_MAX - 1, &cpu))
			return false;
		value.cpu = (int)cpu;
	}
	if (!frame_bytes(fields, "bytes", &value.bytes, &value.len))
		return false;
	value.road = road;
	value.time = (unsigned int)time;
	value.path = xstrdup(path);
	value.image = xstrdup(image);
	vec_push(&r->values, value);
	return true;
}

static bool take_no_value(struct guest_report *r, const struct frame_fields *fields)
{
	static const char *const reasons[] = {
		[NO_VALUE_ABSENT] = "absent",
		[NO_VALUE_MEMBER] = "member",
		[NO_VALUE_REFUSED] = "refused",
		[NO_VALUE_UNREADABLE] = "unreadable",
		[NO_VALUE_ZEROS] = "zeros",
	};
	const char *path = frame_field(fields, "path"), *image = frame_field(fields, "image");
	const char *road = frame_field(fields, "road"), *why = frame_field(fields, "why");
	struct guest_no_value none = { .every_road = road && !*road };
	unsigned int number = 0, reason;

	if (!path || !*path || !image || !why || r->no_values.len == VALUES_MAX ||
	    !get_word(fields, "reason", reasons, ARRAY_SIZE(reasons), &reason) ||
	    (!none.every_road && !get_word(fields, "road", guest_road_names, GUEST_ROADS, &number)))
		return false;
	none.road = number;
	none.reason = reason;
	none.path = xstrdup(path);
	none.image = xstrdup(image);
	none.why = xstrdup(why);
	vec_push(&r->no_values, none);
	return true;
}

typedef bool take_fn(struct guest_report *r, const struct frame_fields *fields);

static take_fn *const takers[FRAME_TYPE_COUNT] = {
	[FRAME_SYSTEM] = take_system,     [FRAME_BTF] = take_btf,
	[FRAME_SYMBOL] = take_symbol,     [FRAME_OFFSET] = take_offset,
	[FRAME_TRIAL] = take_trial,       [FRAME_NO_OFFSETS] = take_no_offsets,
	[FRAME_KSYMS] = take_ksyms,       [FRAME_COMPLAINT] = take_complaint,
	[FRAME_REFUSED] = take_refused,   [FRAME_PLACE] = take_place,
	[FRAME_DISTANCE] = take_distance, [FRAME_FACT] = take_fact,
	[FRAME_VALUE] = take_value,       [FRAME_NO_VALUE] = take_no_value,
};

bool frame_take_record(struct guest_report *report, enum frame_type type,
		       const struct frame_fields *fields)
{
	return takers[type] && takers[type](report, fields);
}
