// SPDX-License-Identifier: GPL-2.0-only
#include "plan/simulate.h"

#include <stdlib.h>
#include <string.h>

#include "plan/urgency.h"

/* Seconds that are none: what floating point leaves. */
static const double nothing_s = 1e-9;

struct job {
	/* the cell, in the plan */
	size_t cell;
	bool check;
	double urgency;
	uint64_t memory;
	/* what is left: CPU seconds that any number of cores share, then those of one */
	double parallel, serial;
};

typedef VEC(struct job) jobs;

struct simulation {
	const struct plan *plan;
	const struct estimates *estimates;
	const struct sim_machine *machine;
	/* the most urgent is last */
	jobs ready, running;
	size_t nr_untouched;
	uint64_t memory_in_use;
	double now;
};

static bool is_before(const struct job *a, const struct job *b)
{
	/* of equal ones the one that came first is the more urgent */
	return a->urgency < b->urgency || (a->urgency == b->urgency && a->cell > b->cell);
}

static void add(struct simulation *sim, const struct job *job)
{
	size_t at;

	vec_push(&sim->ready, *job);
	for (at = sim->ready.len - 1; at > 0 && is_before(job, &sim->ready.data[at - 1]); at--)
		sim->ready.data[at] = sim->ready.data[at - 1];
	sim->ready.data[at] = *job;
}

static struct job build_job(const struct simulation *sim, size_t cell, bool begun)
{
	struct job job = {
		.cell = cell,
		.urgency = estimates_chain(sim->plan, sim->estimates, cell, sim->machine->cores),
		.memory = estimates_build_memory(sim->estimates, cell),
	};

	estimates_build(sim->plan, sim->estimates, cell, &job.parallel, &job.serial);
	if (begun && sim->nr_untouched > sim->machine->cores)
		job.urgency += URGENCY_OF_BEGUN;
	return job;
}

static void add_check(struct simulation *sim, size_t cell)
{
	const struct stage_estimate *check = &sim->estimates->cells[cell].stages[COST_CHECK];

	add(sim, &(struct job){ .cell = cell,
				.check = true,
				.urgency = URGENCY_OF_CHECK,
				.memory = estimates_check_memory(sim->estimates, cell),
				.serial = check->cpu_s });
}

static void take_out(jobs *list, size_t at)
{
	memmove(&list->data[at], &list->data[at + 1], (list->len - at - 1) * sizeof(*list->data));
	list->len--;
}

static bool fits(const struct simulation *sim, const struct job *job)
{
	return !sim->running.len || (sim->memory_in_use < sim->machine->memory &&
				     job->memory <= sim->machine->memory - sim->memory_in_use);
}

static void start_what_can(struct simulation *sim)
{
	for (size_t i = sim->ready.len; i > 0 && sim->running.len < sim->machine->cores; i--) {
		struct job job = sim->ready.data[i - 1];

		if (!fits(sim, &job))
			continue;
		take_out(&sim->ready, i - 1);
		sim->memory_in_use += job.memory;
		vec_push(&sim->running, job);
	}
}

/* How many cores a running job has now. */
static double cores_of(const struct simulation *sim, const struct job *job, size_t nr_parallel)
{
	double spare = (double)(sim->machine->cores - sim->running.len);

	return job->parallel > 0 ? 1 + spare / (double)nr_parallel : 1;
}

static double left_of(const struct job *job)
{
	return job->parallel > 0 ? job->parallel : job->serial;
}

/* Lets time pass until a phase of a job ends. */
static void advance(struct simulation *sim)
{
	size_t nr_parallel = 0;
	double step = -1;

	vec_for_each(job, &sim->running)
		nr_parallel += job->parallel > 0;
	vec_for_each(job, &sim->running) {
		double needs = left_of(job) / cores_of(sim, job, nr_parallel);

		if (step < 0 || needs < step)
			step = needs;
	}
	vec_for_each(job, &sim->running) {
		double *left = job->parallel > 0 ? &job->parallel : &job->serial;

		*left -= step * cores_of(sim, job, nr_parallel);
		if (*left < nothing_s)
			*left = 0;
	}
	sim->now += step;
}

static bool is_over(const struct job *job)
{
	return job->parallel <= 0 && job->serial <= 0;
}

static void on_over(struct simulation *sim, const struct job *job)
{
	struct job next;

	if (job->check)
		return;
	add_check(sim, job->cell);
	if (job->cell + 1 == plan_tree_end(sim->plan, job->cell))
		return;
	next = build_job(sim, job->cell + 1, true);
	add(sim, &next);
}

static void end_what_is_over(struct simulation *sim)
{
	for (size_t i = sim->running.len; i > 0; i--) {
		struct job job = sim->running.data[i - 1];

		if (!is_over(&job))
			continue;
		take_out(&sim->running, i - 1);
		sim->memory_in_use -= job.memory;
		on_over(sim, &job);
	}
}

static bool begins(const struct plan *plan, const struct job *job)
{
	return !job->check && plan_begins_tree(plan, job->cell);
}

static int by_urgency(const void *a, const void *b)
{
	return is_before(a, b) ? -1 : 1;
}

static double wall_of(const struct plan *plan, const struct estimates *estimates,
		      const size_t *firsts, size_t nr, const struct sim_machine *machine)
{
	struct simulation sim = { .plan = plan, .estimates = estimates, .machine = machine };

	for (size_t i = 0; i < nr; i++)
		vec_push(&sim.ready, build_job(&sim, firsts[i], false));
	if (nr)
		qsort(sim.ready.data, nr, sizeof(*sim.ready.data), by_urgency);
	sim.nr_untouched = nr;
	while (sim.ready.len || sim.running.len) {
		size_t running = sim.running.len;

		start_what_can(&sim);
		for (size_t i = running; i < sim.running.len; i++)
			sim.nr_untouched -= begins(plan, &sim.running.data[i]);
		advance(&sim);
		end_what_is_over(&sim);
	}
	vec_free(&sim.ready);
	vec_free(&sim.running);
	return sim.now;
}

static enum sim_limit find_limit(const struct sim_result *result)
{
	/* a hundredth is no limit */
	if (result->wall_s > 1.01 * result->free_memory_s)
		return SIM_MEMORY;
	return result->chain_bound_s > result->cores_bound_s ? SIM_CHAIN : SIM_CORES;
}

void simulate(const struct plan *plan, const struct estimates *estimates, const size_t *firsts,
	      size_t nr, const struct sim_machine *machine, struct sim_result *ret)
{
	const struct sim_machine free_memory = { machine->cores, UINT64_MAX };

	*ret = (struct sim_result){ 0 };
	for (size_t i = 0; i < nr; i++) {
		double chain = estimates_chain(plan, estimates, firsts[i], machine->cores);

		ret->cpu_s += estimates_tree(plan, estimates, firsts[i]);
		if (chain > ret->chain_bound_s) {
			ret->chain_bound_s = chain;
			ret->chain_cell = firsts[i];
		}
	}
	ret->cores_bound_s = ret->cpu_s / machine->cores;
	ret->wall_s = wall_of(plan, estimates, firsts, nr, machine);
	ret->free_memory_s = wall_of(plan, estimates, firsts, nr, &free_memory);
	ret->limit = find_limit(ret);
}

static const char *const limit_names[] = {
	[SIM_CORES] = "cores",
	[SIM_CHAIN] = "the longest chain",
	[SIM_MEMORY] = "memory",
};

const char *sim_limit_name(enum sim_limit limit)
{
	return limit_names[limit];
}
