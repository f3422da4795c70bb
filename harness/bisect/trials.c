// SPDX-License-Identifier: GPL-2.0-only
#include "bisect/trials.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bisect/cell_spec.h"
#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/log.h"
#include "core/proc.h"

enum {
	/* tries of what the machine made fail */
	TRIES = 2,
	WAIT_MS = 100,
};

static char *result_path(const struct bisect_request *request, size_t commit, size_t cell)
{
	_cleanup_free_ char *id = cell_spec_slug(request->history->commits.data[commit].id);
	_cleanup_free_ char *name = cell_spec_slug(request->names[cell]);

	return xasprintf("%s/trials/%s-%s.json", request->state, id, name);
}

/* Whether every result of the trial is written down; with @also_failed those too that are to be tried again. */
static bool load(const struct bisect_request *request, struct trial *trial, bool also_failed)
{
	for (size_t i = 0; i < trial->nr_cells; i++) {
		_cleanup_free_ char *path = result_path(request, trial->commit, trial->cells[i]);

		trial_result_release(&trial->results[i]);
		if (!trial_result_load(path, &trial->results[i]))
			return false;
		if (trial->results[i].infrastructure && !also_failed)
			return false;
	}
	return true;
}

bool trial_load(const struct bisect_request *request, struct trial *trial)
{
	trial->is_old = load(request, trial, false);
	if (!trial->is_old)
		trial_forget(trial);
	return trial->is_old;
}

static struct error *save(const struct bisect_request *request, const struct trial *trial)
{
	struct error *err = NULL;

	for (size_t i = 0; !err && i < trial->nr_cells; i++) {
		_cleanup_free_ char *path = result_path(request, trial->commit, trial->cells[i]);

		err = trial_result_save(&trial->results[i], path);
	}
	return err;
}

static bool failed(const struct trial *trial)
{
	for (size_t i = 0; i < trial->nr_cells; i++)
		if (trial->results[i].infrastructure)
			return true;
	return false;
}

void trial_forget(struct trial *trial)
{
	for (size_t i = 0; i < TRIAL_CELLS_MAX; i++)
		trial_result_release(&trial->results[i]);
}

static struct error *do_trial(const struct bisect_request *request, struct trial *trial,
			      unsigned int slot)
{
	double wall_s = 0, cpu_s = 0;
	struct error *err = NULL;

	for (int64_t tries = 1; !err && tries <= TRIES; tries++) {
		trial_forget(trial);
		err = request->ops->test(request->context, trial->commit, trial->cells,
					 trial->nr_cells, slot, trial->results);
		wall_s += trial->results[0].wall_s;
		cpu_s += trial->results[0].cpu_s;
		trial->results[0].nr_tries = tries;
		if (!failed(trial))
			break;
	}
	trial->results[0].wall_s = wall_s;
	trial->results[0].cpu_s = cpu_s;
	return err ?: save(request, trial);
}

/* Where the machine fails one trial after another, skipping commits is no way on. */
static struct error *refuse_failures(const struct trial *trials, size_t nr)
{
	const char *reason = NULL;

	for (size_t i = 0; i < nr; i++) {
		if (!failed(&trials[i]))
			return NULL;
		for (size_t k = 0; k < trials[i].nr_cells; k++)
			if (trials[i].results[k].infrastructure)
				reason = trials[i].results[k].reason;
	}
	if (!nr)
		return NULL;
	return error_new(
		ERROR_SYSTEM,
		"nothing can be tested, and no commit is to blame: %s (the same command goes "
		"on from here)",
		reason ?: "no reason");
}

/* A process for each slot: they share nothing but the files they write. */
static pid_t start_slot(const struct bisect_request *request, struct trial *trial,
			unsigned int slot)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	log_set_level(LOG_QUIET);
	struct error *err = do_trial(request, trial, slot);
	int status = !err ? 0 : err->kind == ERROR_INTERRUPTED ? 130 : 2;

	if (err && err->kind != ERROR_INTERRUPTED)
		log_error("%s", err->message);
	_exit(status);
}

/* Ends with all children reaped, whatever happens. */
static struct error *wait_for_slots(pid_t *pids, size_t nr)
{
	const struct timespec pause = { .tv_nsec = WAIT_MS * 1000000L };
	struct error *err = NULL;
	size_t nr_left = 0;
	bool told = false;

	for (size_t i = 0; i < nr; i++)
		nr_left += pids[i] > 0;
	while (nr_left) {
		for (size_t i = 0; proc_interrupted() && !told && i < nr; i++)
			if (pids[i] > 0)
				kill(pids[i], SIGTERM);
		told = proc_interrupted();
		for (size_t i = 0; i < nr; i++) {
			int status;

			if (pids[i] <= 0 || waitpid(pids[i], &status, WNOHANG) != pids[i])
				continue;
			pids[i] = 0;
			nr_left--;
			if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
				continue;
			error_free(err);
			err = told || (WIFEXITED(status) && WEXITSTATUS(status) == 130)
				      ? error_new(ERROR_INTERRUPTED, "interrupted")
				      : error_new(ERROR_CHILD,
						  "a trial ended with wait status 0x%x", status);
		}
		nanosleep(&pause, NULL);
	}
	return err;
}

static struct error *run_side_by_side(const struct bisect_request *request, struct trial **trials,
				      size_t nr)
{
	pid_t *pids = xcalloc(nr, sizeof(*pids));
	struct error *err = NULL, *wait_err;

	for (size_t i = 0; !err && i < nr; i++) {
		pids[i] = start_slot(request, trials[i], (unsigned int)i);
		if (pids[i] < 0)
			err = error_errno(errno, "cannot start a process for a trial");
	}
	wait_err = wait_for_slots(pids, nr);
	free(pids);
	if (err) {
		error_free(wait_err);
		return err;
	}
	for (size_t i = 0; !wait_err && i < nr; i++)
		if (!load(request, trials[i], true))
			wait_err = error_new(ERROR_CHILD, "a trial left no result");
	return wait_err;
}

struct error *trials_run(const struct bisect_request *request, struct trial *trials, size_t nr)
{
	_cleanup_free_ char *folder = xasprintf("%s/trials", request->state);
	_cleanup_free_ struct trial **wanted = xcalloc(nr + 1, sizeof(struct trial *));
	size_t nr_wanted = 0, nr_slots = request->nr_slots ?: 1;
	struct error *err = dir_make(folder);

	for (size_t i = 0; i < nr; i++) {
		if (!trial_load(request, &trials[i]))
			wanted[nr_wanted++] = &trials[i];
	}
	for (size_t i = 0; !err && nr_slots == 1 && i < nr_wanted; i++)
		err = do_trial(request, wanted[i], 0);
	for (size_t i = 0; !err && nr_slots > 1 && i < nr_wanted; i += nr_slots)
		err = run_side_by_side(request, &wanted[i],
				       nr_wanted - i < nr_slots ? nr_wanted - i : nr_slots);
	return err ?: refuse_failures(trials, nr);
}

void trials_free(struct trial *trials, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		trial_forget(&trials[i]);
	free(trials);
}
