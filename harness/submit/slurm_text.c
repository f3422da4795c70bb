// SPDX-License-Identifier: GPL-2.0-only
#include "submit/slurm_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"

/* Copies up to the next '|', which is skipped; false where it does not fit or there is none but at the end. */
static bool take_field(const char **at, char *to, size_t size, bool last)
{
	size_t len = strcspn(*at, "|");

	if (!last && !(*at)[len])
		return false;
	/* nodes and reasons of a site's own may be long */
	snprintf(to, size, "%.*s", (int)(len < size ? len : size - 1), *at);
	*at += len + ((*at)[len] == '|');
	return true;
}

/* "12_3", "12_[0-2]" of a queue that does not expand them, "12" */
static bool parse_id(const char *id, struct slurm_task *task)
{
	size_t len = strspn(id, "0123456789");
	char *end;

	if (!len || len >= sizeof(task->job))
		return false;
	snprintf(task->job, sizeof(task->job), "%.*s", (int)len, id);
	task->index = -1;
	if (!id[len])
		return true;
	if (id[len] != '_' || id[len + 1] < '0' || id[len + 1] > '9')
		return false;
	task->index = strtol(id + len + 1, &end, 10);
	return !*end && task->index < 1000000000;
}

bool slurm_parse_task(const char *line, struct slurm_task *ret)
{
	char id[64];

	*ret = (struct slurm_task){ 0 };
	line += strspn(line, " ");
	return take_field(&line, id, sizeof(id), false) &&
	       take_field(&line, ret->state, sizeof(ret->state), false) &&
	       take_field(&line, ret->name, sizeof(ret->name), false) &&
	       take_field(&line, ret->node, sizeof(ret->node), false) &&
	       take_field(&line, ret->reason, sizeof(ret->reason), true) && parse_id(id, ret);
}

/* squeue(1), JOB STATE CODES. */
static const struct {
	const char *state;
	enum slurm_fate fate;
	const char *mend;
} states[] = {
	{ "PENDING", SLURM_WAITS, NULL },
	{ "REQUEUED", SLURM_WAITS, NULL },
	{ "REQUEUE_HOLD", SLURM_WAITS, NULL },
	{ "REQUEUE_FED", SLURM_WAITS, NULL },
	{ "SPECIAL_EXIT", SLURM_WAITS, NULL },
	{ "RESV_DEL_HOLD", SLURM_WAITS, NULL },
	{ "COMPLETED", SLURM_ENDED, NULL },
	{ "FAILED", SLURM_ENDED, NULL },
	{ "TIMEOUT", SLURM_BROKEN, "it took longer than was asked for; --time asks for more" },
	{ "DEADLINE", SLURM_BROKEN, "the cluster's deadline passed" },
	{ "OUT_OF_MEMORY", SLURM_BROKEN,
	  "it took more memory than was asked for; --mem asks for more" },
	{ "NODE_FAIL", SLURM_BROKEN, "its node failed; submit again" },
	{ "BOOT_FAIL", SLURM_BROKEN, "its node did not come up; submit again" },
	{ "CANCELLED", SLURM_BROKEN, "somebody cancelled it, or the task before it broke" },
	{ "PREEMPTED", SLURM_BROKEN, "a job of higher priority took its place; submit again" },
	{ "REVOKED", SLURM_BROKEN, NULL },
	{ "LAUNCH_FAILED", SLURM_BROKEN, "its node could not start it; slurmd's log says why" },
};

enum slurm_fate slurm_fate_of(const char *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (str_eq(states[i].state, state))
			return states[i].fate;
	return SLURM_RUNS;
}

const char *slurm_mend_of(const char *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (str_eq(states[i].state, state))
			return states[i].mend;
	return NULL;
}

bool slurm_parse_job(const char *text, char **job_ret)
{
	size_t len = strspn(text, "0123456789");

	*job_ret = NULL;
	if (!len || len > 20 || (text[len] && !strchr(";\n", text[len])))
		return false;
	*job_ret = xstrndup(text, len);
	return true;
}

static void take_least(unsigned long value, unsigned int *least)
{
	if (value && value <= 0x7fffffff && (!*least || value < *least))
		*least = (unsigned int)value;
}

/* sinfo(1), TIMELIMIT: "days-hours:minutes:seconds", of which days and hours may be missing; in minutes, 0: none */
static unsigned long parse_limit(const char *text)
{
	unsigned long days = 0, part[3] = { 0 };
	int nr = 0;
	char *end;

	if (*text < '0' || *text > '9')
		return 0;
	part[nr++] = strtoul(text, &end, 10);
	if (*end == '-') {
		days = part[0];
		part[0] = strtoul(end + 1, &end, 10);
	}
	while (*end == ':' && nr < 3)
		part[nr++] = strtoul(end + 1, &end, 10);
	if (days > 100000 || part[0] > 1000000 || part[1] > 59)
		return 0;
	/* "hours:minutes:seconds", or "minutes:seconds" */
	return days * 24 * 60 + (nr == 3 || days ? part[0] * 60 + part[1] : part[0]);
}

/* Behind the partition's name. */
static void take_node(const char *at, struct slurm_nodes *nodes)
{
	char *end;

	take_least(strtoul(at, &end, 10), &nodes->cpus);
	end += *end == '+';
	take_least(*end == ' ' ? strtoul(end, &end, 10) : 0, &nodes->memory_mb);
	end += *end == '+';
	take_least(*end == ' ' ? parse_limit(end + 1) : 0, &nodes->minutes);
}

void slurm_parse_nodes(const char *text, bool default_alone, struct slurm_nodes *ret)
{
	bool default_is_there = strstr(text, "* ") != NULL;

	*ret = (struct slurm_nodes){ 0 };
	while (*text) {
		size_t name = strcspn(text, " \n");
		bool is_default = name && text[name - 1] == '*';

		if (text[name] == ' ' && (!default_alone || !default_is_there || is_default))
			take_node(text + name + 1, ret);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

/* squeue(1), JOB REASON CODES: those that only a change of the job, or of the cluster, ends. */
static const struct {
	const char *reason, *mend;
} hopeless[] = {
	{ "PartitionTimeLimit", "the partition allows less time; --time asks for less" },
	{ "PartitionNodeLimit", "the partition gives no node; --partition names another" },
	{ "PartitionConfig", "no node of the partition has that; --cpus and --mem ask for less" },
	{ "BadConstraints", "no node has that; --cpus and --mem ask for less" },
	{ "AccountNotAllowed", "the partition does not take that account" },
	{ "InvalidAccount", "this cluster wants an account: `export SBATCH_ACCOUNT=NAME`" },
	{ "InvalidQOS", "the account has no such QOS: `export SBATCH_QOS=NAME`" },
	{ "DependencyNeverSatisfied", "the task before it was lost" },
	{ "launch failed requeued held", "its node could not start it; slurmd's log says why" },
};

const char *slurm_hopeless(const char *reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(hopeless); i++)
		if (str_eq(hopeless[i].reason, reason))
			return hopeless[i].mend;
	return NULL;
}

/* What Slurm says, and what helps. src/common/slurm_errno.c and the controller's own. */
static const struct {
	const char *says, *mend;
} mends[] = {
	{ "Unable to contact slurm controller", "is slurmctld up? `scontrol ping` asks it" },
	{ "Unable to establish configuration source",
	  "SLURM_CONF names no file, and no controller is found" },
	{ "Could not establish a configuration source",
	  "is this machine one of a cluster's? SLURM_CONF names its slurm.conf" },
	{ "munge", "is munged up, with the cluster's key? `munge -n | unmunge` tries it" },
	{ "Invalid partition", "`sinfo` lists the partitions; --partition names one" },
	{ "invalid partition", "`sinfo` lists the partitions; --partition names one" },
	{ "No partition specified", "--partition names one; `sinfo` lists them" },
	{ "Invalid account", "this cluster wants an account: `export SBATCH_ACCOUNT=NAME`" },
	{ "Requested node configuration is not available",
	  "no node has that; --cpus and --mem ask for less" },
	{ "CPU count per node can not be satisfied", "no node has that; --cpus asks for less" },
	{ "Memory specification can not be satisfied", "no node has that; --mem asks for less" },
	{ "Requested time limit is invalid", "the partition allows less; --time asks for less" },
	{ "Invalid job array specification", "the cluster allows no array as large: MaxArraySize; "
					     "a smaller --matrix has fewer trees" },
	{ "Job violates accounting/QOS policy", "the account's limits are reached" },
};

char *slurm_explain(const char *output)
{
	size_t len = strlen(output);
	const char *line, *end;

	for (size_t i = 0; i < ARRAY_SIZE(mends); i++) {
		line = strstr(output, mends[i].says);
		if (!line)
			continue;
		while (line > output && line[-1] != '\n')
			line--;
		return xasprintf("%.*s; %s", (int)strcspn(line, "\n"), line, mends[i].mend);
	}
	while (len && output[len - 1] == '\n')
		len--;
	end = output + len;
	for (line = end; line > output && line[-1] != '\n';)
		line--;
	return len ? xasprintf("%.*s", (int)(end - line), line)
		   : xstrdup("it failed without a word");
}
