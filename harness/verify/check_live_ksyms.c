// SPDX-License-Identifier: GPL-2.0-only
/* Checks of variables as typed ksyms: the kernel's own use of each VAR. */
#include <inttypes.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "verify/checks.h"
#include "verify/live_symbols.h"
#include "verify/refusal.h"

static size_t count_vars(const struct btf_image *btf)
{
	size_t n = 0;

	btf_for_each_type(type, btf)
		n += type.kind == BTF_KIND_VAR;
	return n;
}

/* Reports a refusal, or notes the rule that explains it. */
static void judge_refusal(struct check_run *run, const struct live_symbols *live,
			  const struct guest_refusal *refusal)
{
	const struct refusal_rule *rule = refusal_explain(live, refusal);
	struct explained_absence explained = { 0 };

	if (!rule) {
		check_report(run, refusal->image, refusal->name,
			     xasprintf("a program with it as a %s ksym loads",
				       refusal->percpu ? "per-CPU" : "typed"),
			     xasprintf("VAR %u is refused: %s: %s", refusal->id,
				       strerror(refusal->errnum), refusal->words));
		return;
	}
	explained.image = xstrdup(refusal->image);
	explained.symbol = xstrdup(refusal->name);
	explained.rule = rule->id;
	vec_push(&run->result->refusals, explained);
}

static void check_image_ksyms(struct check_run *run, const struct live_symbols *live,
			      const struct blob *blob, const struct guest_ksyms *ksyms)
{
	const struct guest_report *guest = run->evidence->input->guest;
	size_t nr_vars = count_vars(blob->btf), nr_refused = 0, nr_percpu = 0;

	for (uint64_t i = 0; i < ksyms->tried; i++)
		check_item(run);
	vec_for_each(refusal, &guest->refusals) {
		if (!str_eq(refusal->image, blob->image))
			continue;
		nr_refused++;
		judge_refusal(run, live, refusal);
	}
	vec_for_each(var, &run->evidence->variables)
		nr_percpu += var->blob == blob && var->scope == SCOPE_PERCPU;
	if (ksyms->tried != nr_vars)
		check_report(run, blob->image, blob->image,
			     xasprintf("%" PRIu64 " VARs tried", ksyms->tried),
			     xasprintf("%zu VARs", nr_vars));
	if (ksyms->accepted + nr_refused != ksyms->tried)
		check_report(run, blob->image, blob->image,
			     xasprintf("%" PRIu64 " VARs accepted of %" PRIu64, ksyms->accepted,
				       ksyms->tried),
			     xasprintf("%zu refused", nr_refused));
	if (ksyms->percpu != nr_percpu)
		check_report(run, blob->image, blob->image,
			     xasprintf("%" PRIu64 " VARs tried as per-CPU ones", ksyms->percpu),
			     xasprintf("%zu per-CPU VARs", nr_percpu));
}

static bool is_served(const struct guest_report *guest, const char *image)
{
	vec_for_each(btf, &guest->btfs)
		if (str_eq(btf->name, image))
			return true;
	return false;
}

static char *why_not_tried(const struct guest_report *guest, const char *image)
{
	_cleanup_free_ char *name = xasprintf("ksyms:%s", image);
	const struct guest_trial *trial = guest_report_trial(guest, name);

	if (trial)
		return xstrdup(trial->detail && *trial->detail ? trial->detail
							       : strerror(trial->errnum));
	return is_served(guest, image) ? xstrdup("the probe says nothing of it")
				       : xstrdup("the kernel does not serve its BTF");
}

static bool has_variables(const struct evidence *evidence, const struct blob *blob)
{
	return evidence_has_datasec(evidence, blob, SCOPE_PERCPU) ||
	       evidence_has_datasec(evidence, blob, SCOPE_GLOBAL);
}

void check_live_every_ksym(struct check_run *run)
{
	const struct guest_report *guest = run->evidence->input->guest;
	const struct blob *const vmlinux = run->evidence->vmlinux;
	struct live_symbols live = { 0 };

	live_symbols_load(&live, guest);
	evidence_for_each_blob(blob, run->evidence) {
		const struct guest_ksyms *ksyms = guest_report_ksyms(guest, blob->image);

		if (blob->btf && ksyms)
			check_image_ksyms(run, &live, blob, ksyms);
		else if (blob->btf && blob != vmlinux)
			/* the probe is asked for the extra module, not for all modules there are */
			check_note_unchecked(run, blob->image, why_not_tried(guest, blob->image),
					     blob != run->evidence->extra);
	}
	/* as in mode n of a kernel for one CPU */
	if (!run->evidence->variables.len) {
		check_not_applicable(run, "no image has a VAR");
	} else if (!run->nr_items && !run->nr_findings) {
		_cleanup_free_ char *why = why_not_tried(guest, vmlinux->image);

		check_skip(run, "no VAR was tried: %s", why);
	} else if (vmlinux->btf && has_variables(run->evidence, vmlinux) &&
		   !guest_report_ksyms(guest, vmlinux->image)) {
		check_note_unchecked(run, vmlinux->image, why_not_tried(guest, vmlinux->image),
				     false);
	}
	live_symbols_release(&live);
}

static int by_name_and_cpu(const void *a, const void *b)
{
	const struct guest_place *x = *(const struct guest_place *const *)a;
	const struct guest_place *y = *(const struct guest_place *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

/* The places that the probe sent, by name. */
struct places {
	VEC(const struct guest_place *) sorted;
	/* the CPU for which all are there */
	unsigned int first_cpu;
};

static void places_load(struct places *places, const struct guest_report *guest)
{
	places->first_cpu = UINT32_MAX;
	vec_for_each(place, &guest->places) {
		vec_push(&places->sorted, place);
		if (place->cpu < places->first_cpu)
			places->first_cpu = place->cpu;
	}
	if (places->sorted.len)
		qsort(places->sorted.data, places->sorted.len, sizeof(*places->sorted.data),
		      by_name_and_cpu);
}

/* The first of the places called @name; their number. */
static size_t places_find(const struct places *places, const char *name, size_t *first_ret)
{
	size_t low = 0, high = places->sorted.len, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(places->sorted.data[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < places->sorted.len; end++)
		if (!str_eq(places->sorted.data[end]->name, name))
			break;
	*first_ret = low;
	return end - low;
}

/* An address of the guest's, whose arithmetic has its word size. */
static uint64_t to_address(const struct guest_report *guest, uint64_t value)
{
	return guest->bits == 32 ? (uint32_t)value : value;
}

static bool has_refusal(const struct guest_report *guest, const struct variable *var)
{
	vec_for_each(refusal, &guest->refusals)
		if (str_eq(refusal->name, var->name) && str_eq(refusal->image, var->blob->image))
			return true;
	return false;
}

static void check_places(struct check_run *run, const struct places *places,
			 const struct live_symbols *live, const struct variable *var,
			 uint64_t start)
{
	const struct guest_report *guest = run->evidence->input->guest;
	size_t first, n = places_find(places, var->name, &first);
	uint64_t address;

	/* of several with one name the kernel finds the first; and a refusal is told elsewhere */
	if (!live_address(live, var->name, &address) || has_refusal(guest, var))
		return;
	if (!n) {
		check_item(run);
		check_report(run, var->blob->image, var->name, xstrdup("no pointer to it"),
			     xasprintf("offset %#x of %s", var->info.offset, var->section_name));
	}
	for (size_t i = first; i < first + n; i++) {
		const struct guest_place *place = places->sorted.data[i];
		uint64_t area, expected;

		check_item(run);
		if (place->cpu >= guest->percpu_offsets.len) {
			check_report(run, var->blob->image, var->name,
				     xasprintf("CPU %u has it at %#" PRIx64, place->cpu,
					       place->address),
				     xasprintf("%zu CPUs", guest->percpu_offsets.len));
			continue;
		}
		area = start + guest->percpu_offsets.data[place->cpu];
		expected = to_address(guest, area + var->info.offset);
		if (to_address(guest, place->address) != expected)
			check_report(run, var->blob->image, var->name,
				     xasprintf("CPU %u has it at %#" PRIx64, place->cpu,
					       place->address),
				     xasprintf("offset %#x, which in that CPU's area is %#" PRIx64,
					       var->info.offset, expected));
	}
}

/* That all variables of a CPU are as far from the first CPU's as the areas are. */
static void check_distances(struct check_run *run, const struct places *places)
{
	const struct guest_report *guest = run->evidence->input->guest;
	size_t nr = guest->percpu_offsets.len;
	_cleanup_free_ uint64_t *seen = xcalloc(nr + 1, sizeof(*seen));

	vec_for_each(place, &guest->places)
		if (place->cpu < nr)
			seen[place->cpu]++;
	vec_for_each(distance, &guest->distances) {
		uint64_t expected;

		check_item(run);
		if (distance->cpu >= nr || places->first_cpu >= nr) {
			check_report(run, IMAGE_VMLINUX, "__per_cpu_offset",
				     xasprintf("pointers of CPU %u", distance->cpu),
				     xasprintf("%zu CPUs", nr));
			continue;
		}
		seen[distance->cpu] += distance->same;
		expected = guest->percpu_offsets.data[distance->cpu] -
			   guest->percpu_offsets.data[places->first_cpu];
		if (to_address(guest, distance->value) != to_address(guest, expected))
			check_report(run, IMAGE_VMLINUX, "__per_cpu_offset",
				     xasprintf("CPU %u's pointers are %#" PRIx64
					       " from those of CPU %u",
					       distance->cpu, distance->value, places->first_cpu),
				     xasprintf("%#" PRIx64, expected));
	}
	for (size_t cpu = 0; cpu < nr; cpu++) {
		if (!guest->percpu_offsets.data[cpu])
			continue;
		check_item(run);
		if (seen[cpu] != seen[places->first_cpu])
			check_report(run, IMAGE_VMLINUX, "__per_cpu_offset",
				     xasprintf("pointers to %" PRIu64 " variables of CPU %zu",
					       seen[cpu], cpu),
				     xasprintf("%" PRIu64 " of CPU %u", seen[places->first_cpu],
					       places->first_cpu));
	}
}

void check_live_percpu_pointers(struct check_run *run)
{
	const struct guest_report *guest = run->evidence->input->guest;
	const struct guest_trial *can_run = guest_report_trial(guest, "bpf-run");
	const struct guest_trial *failed = guest_report_trial(guest, "percpu-pointers:vmlinux");
	struct live_symbols live = { 0 };
	struct places places = { 0 };
	uint64_t start;

	live_symbols_load(&live, guest);
	places_load(&places, guest);
	if (failed) {
		check_item(run);
		check_report(run, IMAGE_VMLINUX, "bpf_per_cpu_ptr",
			     xstrdup("a program with every per-CPU VAR runs"),
			     xstrdup(failed->detail ? failed->detail : ""));
	} else if (!can_run || !can_run->ok) {
		check_skip(run, "%s",
			   can_run && can_run->detail ? can_run->detail
						      : "the probe ran no BPF program");
	} else if (!guest->percpu_offsets.len) {
		check_skip_without_areas(run);
	} else if (!live_address(&live, SYM_PERCPU_START, &start)) {
		check_skip(run, "kallsyms has no " SYM_PERCPU_START);
	} else {
		check_for_each_variable(var, run)
			if (var->blob == run->evidence->vmlinux)
				check_places(run, &places, &live, var, start);
		if (places.sorted.len)
			check_distances(run, &places);
	}
	vec_free(&places.sorted);
	live_symbols_release(&live);
}
