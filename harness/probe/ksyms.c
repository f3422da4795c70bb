// SPDX-License-Identifier: GPL-2.0-only
#include "ksyms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf_run.h"
#include "bpf_syscall.h"
#include "cpus.h"
#include "kallsyms.h"
#include "kernel_btf.h"
#include "record.h"

enum {
	/*
	 * Variables in a program; four instructions at most for each of them. Smaller batches take longer
	 * to load, larger ones are harder to share out.
	 */
	BATCH = 250,
	WORKERS_MAX = 16,
	NOT_TRIED = 0xffff,
};

enum {
	KINDS = 32,
	/* kinds, and arrays of each kind */
	CLASSES = 2 * KINDS,
};

/*
 * For each variable the kernel goes through all types, for the section of per-CPU ones. What it then looks at is
 * whether kallsyms has the name, whether the variable is in that section, and, behind typedefs and qualifiers, the
 * type: its kind, and of an array that it has a size (check_pseudo_btf_id() in kernel/bpf/verifier.c). So where it
 * took one that is not per-CPU it takes every other whose name kallsyms has and whose type is of the same kind, or an
 * array whose elements are: of 4,600 variables 200 are tried, which are all the per-CPU ones and one of each kind.
 */
struct search {
	const struct kernel_btf *image;
	/*
	 * First those whose address kallsyms knows and that are tried, in batches; then those that another of their
	 * type may speak for; then those that kallsyms does not know
	 */
	struct btf_variable **variables;
	uint32_t nr_asked, nr_known, nr;
	/* by class_of(): where in variables the one is that speaks for it, plus 1; 0: none */
	uint32_t speakers[CLASSES];
	/* for each of them, shared with the workers: 0, the errno of the refusal, or NOT_TRIED */
	uint16_t *outcomes;
};

/* To R1 its address; per-CPU ones must also be what bpf_per_cpu_ptr() takes: to R0 that of CPU 0's. */
static void emit_ksym(struct bpf_program *program, const struct kernel_btf *image,
		      const struct btf_variable *var)
{
	bpf_emit_load64(program, BPF_REG_1, BPF_PSEUDO_BTF_ID, var->id, (uint32_t)image->fd);
	if (!var->percpu)
		return;
	bpf_emit(program, BPF_INSN_MOV_IMM(BPF_REG_2, 0));
	bpf_emit(program, BPF_INSN_CALL(BPF_FUNC_per_cpu_ptr));
}

static int load(const struct search *search, uint32_t first, uint32_t end, char *log, size_t size)
{
	static struct bpf_program program;

	program.nr = 0;
	for (uint32_t i = first; i < end; i++)
		emit_ksym(&program, search->image, search->variables[i]);
	bpf_emit(&program, BPF_INSN_MOV_IMM(BPF_REG_0, 0));
	bpf_emit(&program, BPF_INSN_EXIT);
	return bpf_prog_load(BPF_PROG_TYPE_SYSCALL, program.insns, program.nr, log, size);
}

/* What decides whether the kernel takes a variable; 0: nothing that others have too. */
static uint32_t class_of(const struct btf_index *index, const struct btf_variable *var)
{
	const struct btf_type *type = btf_plain_type(index, var->type_id);
	uint32_t arrays = 0;
	uint64_t size;

	if (!type || !btf_type_size(index, var->type_id, &size))
		return 0;
	for (; type && btf_kind(type) == BTF_KIND_ARRAY; arrays = KINDS)
		type = btf_plain_type(index, ((const struct btf_array *)(type + 1))->type);
	return type ? arrays + btf_kind(type) : 0;
}

/* Tries variables together, and where the kernel refuses that, each half of them. */
static void bisect(const struct search *search, uint32_t first, uint32_t end)
{
	int fd = load(search, first, end, NULL, 0);

	if (fd >= 0) {
		close(fd);
		memset(search->outcomes + first, 0, (end - first) * sizeof(*search->outcomes));
	} else if (end - first == 1) {
		search->outcomes[first] = (uint16_t)errno;
	} else {
		bisect(search, first, first + (end - first) / 2);
		bisect(search, first + (end - first) / 2, end);
	}
}

/* Every @step-th batch from the @worker-th on. */
static void try_share(const struct search *search, uint32_t worker, uint32_t step)
{
	for (uint32_t i = worker * BATCH; i < search->nr_asked; i += step * BATCH) {
		bisect(search, i, i + BATCH < search->nr_asked ? i + BATCH : search->nr_asked);
		/* one of them speaks for all */
		if (!worker)
			record_alive();
	}
	/* the kernel has no address for these, and a batch of them is refused for sure */
	for (uint32_t i = search->nr_known + worker; i < search->nr; i += step)
		bisect(search, i, i + 1);
}

/*
 * The kernel goes through all types for each of the variables, which takes long where both are many: all
 * CPUs do a share. What a worker did not do is done here.
 */
static void try_all(const struct search *search)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t workers = online < 1 ? 1 : online > WORKERS_MAX ? WORKERS_MAX : (uint32_t)online;
	pid_t pids[WORKERS_MAX];

	record_flush();
	for (uint32_t w = 1; w < workers; w++) {
		pids[w] = fork();
		if (pids[w] == 0) {
			try_share(search, w, workers);
			_exit(0);
		}
	}
	try_share(search, 0, workers);
	for (uint32_t w = 1; w < workers; w++)
		if (pids[w] > 0)
			waitpid(pids[w], NULL, 0);
	for (uint32_t i = 0; i < search->nr_asked; i++)
		if (search->outcomes[i] == NOT_TRIED)
			bisect(search, i, i + 1);
	for (uint32_t i = search->nr_asked; i < search->nr_known; i++)
		if (!search->outcomes[search->speakers[class_of(&search->image->index,
								search->variables[i])] -
				      1])
			search->outcomes[i] = 0;
	/* what nobody spoke for */
	for (uint32_t i = search->nr_asked; i < search->nr; i++)
		if (search->outcomes[i] == NOT_TRIED)
			bisect(search, i, i + 1);
}

static void send_outcomes(const struct search *search)
{
	static char log[16 << 10];
	const struct btf_index *index = &search->image->index;
	uint32_t accepted = 0, percpu = 0;

	for (uint32_t i = 0; i < index->nr_variables; i++)
		accepted += index->variables[i].sent;
	percpu = accepted;
	for (uint32_t i = 0; i < search->nr; i++) {
		struct btf_variable *var = search->variables[i];

		percpu += var->percpu;
		if (!search->outcomes[i]) {
			accepted++;
			continue;
		}
		/* once more, for its words */
		*log = '\0';
		int fd = load(search, i, i + 1, log, sizeof(log));
		if (fd >= 0)
			close(fd);
		var->refused = true;
		record_refused(search->image->name, var->name, var->id, var->percpu,
			       search->outcomes[i], bpf_log_reason(log));
	}
	record_ksyms(search->image->name, index->nr_variables, accepted, percpu);
}

/* Whether it has to be tried; if not, one of its type is that speaks for it. */
static bool is_asked(struct search *search, const struct btf_variable *var)
{
	uint32_t class = class_of(&search->image->index, var);
	uint32_t *speaker = &search->speakers[class];

	if (var->percpu || !class)
		return true;
	if (*speaker)
		return false;
	*speaker = search->nr + 1;
	return true;
}

static void add_variables(struct search *search)
{
	const struct btf_index *index = &search->image->index;
	uint32_t nr_answered = 0;
	struct btf_variable **answered = calloc(index->nr_variables + 1, sizeof(*answered));

	for (uint32_t i = 0; i < index->nr_variables; i++) {
		struct btf_variable *var = &index->variables[i];

		if (var->sent || !kallsyms_has_address(var->name))
			continue;
		if (!answered || is_asked(search, var))
			search->variables[search->nr++] = var;
		else
			answered[nr_answered++] = var;
	}
	search->nr_asked = search->nr;
	for (uint32_t i = 0; i < nr_answered; i++)
		search->variables[search->nr++] = answered[i];
	search->nr_known = search->nr;
	for (uint32_t i = 0; i < index->nr_variables; i++) {
		struct btf_variable *var = &index->variables[i];

		if (!var->sent && !kallsyms_has_address(var->name))
			search->variables[search->nr++] = var;
	}
	free(answered);
}

static void try_image(const struct kernel_btf *image)
{
	const struct btf_index *index = &image->index;
	struct search search = { .image = image };
	size_t size = (index->nr_variables + 1) * sizeof(*search.outcomes);

	search.variables = calloc(index->nr_variables + 1, sizeof(*search.variables));
	search.outcomes =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!search.variables || search.outcomes == MAP_FAILED) {
		record_failed("ksyms", image->name, ENOMEM, "%s", "");
		return;
	}
	memset(search.outcomes, 0xff, size);
	add_variables(&search);
	try_all(&search);
	send_outcomes(&search);
	munmap(search.outcomes, size);
	free(search.variables);
}

/* Why no program can be loaded; 0: one can. */
static int program_errnum(void)
{
	static const struct bpf_insn nothing[] = { BPF_INSN_MOV_IMM(BPF_REG_0, 0), BPF_INSN_EXIT };
	int fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, nothing, 2, NULL, 0);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

void ksyms_try(void)
{
	const struct kernel_btf *image;
	int errnum = program_errnum();

	for (size_t i = 0; (image = kernel_btf_at(i)); i++) {
		if (errnum)
			record_skipped("ksyms", image->name, "no BPF program can be loaded: %s",
				       strerror(errnum));
		else if (image->fd >= 0)
			try_image(image);
		else
			record_skipped("ksyms", image->name,
				       "the kernel has no BTF object of this name");
	}
}

enum {
	/* how many pointers the array has room for behind the CPU's number */
	POINTERS = BPF_RUN_BYTES / 8 - 1,
	/* five instructions for each, and those before and after them */
	POINTER_BATCH = BPF_PROGRAM_MAX / 5 - 2 < POINTERS ? BPF_PROGRAM_MAX / 5 - 2 : POINTERS,
};

struct exchange {
	uint64_t cpu, pointers[POINTERS];
};

_Static_assert(sizeof(struct exchange) == BPF_RUN_BYTES, "the array's element");

/* Sends @now of @cpu: whole for the first CPU, else as one distance and what does not have it. */
static void send_pointers(struct btf_variable *const *vars, uint32_t nr, unsigned int cpu,
			  const struct exchange *now, const struct exchange *first)
{
	uint64_t distance = now->pointers[0] - first->pointers[0];
	uint32_t same = 0;

	for (uint32_t i = 0; i < nr; i++) {
		if (now != first && now->pointers[i] - first->pointers[i] == distance)
			same++;
		else
			record_place(vars[i]->name, cpu, now->pointers[i]);
	}
	if (now != first)
		record_distance(cpu, distance, same);
}

/* @last: there is no other try if the kernel does not take them together. */
static void send_batch(const struct kernel_btf *image, struct btf_variable *const *vars,
		       uint32_t nr, bool last)
{
	static struct bpf_program program;
	static struct exchange first, now;
	unsigned int cpu, end = cpus_possible_end();
	bool has_first = false;
	char why[400];

	bpf_run_begin(&program);
	bpf_emit(&program, BPF_INSN_LOAD(BPF_W, BPF_REG_7, BPF_REG_6,
					 __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0));
	for (uint32_t i = 0; i < nr; i++) {
		bpf_emit_load64(&program, BPF_REG_1, BPF_PSEUDO_BTF_ID, vars[i]->id,
				(uint32_t)image->fd);
		bpf_emit(&program, BPF_INSN_MOV_REG(BPF_REG_2, BPF_REG_7));
		bpf_emit(&program, BPF_INSN_CALL(BPF_FUNC_per_cpu_ptr));
		bpf_emit(&program,
			 BPF_INSN_STORE(BPF_DW, BPF_REG_6,
					offsetof(struct exchange, pointers) + i * 8, BPF_REG_0));
	}

	int fd = bpf_run_load(&program, why, sizeof(why));
	if (fd < 0) {
		if (last)
			record_failed("percpu-pointers", image->name, errno, "%s", why);
		return;
	}
	for (uint32_t i = 0; i < nr; i++)
		vars[i]->sent = true;
	for (cpu = 0; cpu < end; cpu++) {
		struct exchange *data = has_first ? &now : &first;

		if (!cpu_is_possible(cpu))
			continue;
		memset(data, 0, sizeof(*data));
		data->cpu = cpu;
		if (!bpf_run(fd, data, why, sizeof(why))) {
			record_failed("percpu-pointers", image->name, 0, "%s", why);
			break;
		}
		send_pointers(vars, nr, cpu, data, &first);
		has_first = true;
	}
	close(fd);
}

void ksyms_send_percpu(bool after_trial)
{
	static struct btf_variable *batch[POINTER_BATCH];
	const struct kernel_btf *image;

	for (size_t i = 0; (image = kernel_btf_at(i)); i++) {
		const struct btf_index *index = &image->index;
		uint32_t nr = 0;

		for (uint32_t v = 0; v < index->nr_variables; v++) {
			struct btf_variable *var = &index->variables[v];
			uint64_t address;

			/* the kernel looks up names alone: of two it would take the first for both */
			if (!var->percpu || var->refused || var->sent ||
			    !kallsyms_find(var->name, &address))
				continue;
			/* which it refuses: the trial says how */
			if (!after_trial && !kallsyms_has_address(var->name))
				continue;
			batch[nr++] = var;
			if (nr == POINTER_BATCH) {
				send_batch(image, batch, nr, after_trial);
				nr = 0;
			}
		}
		if (nr)
			send_batch(image, batch, nr, after_trial);
	}
}
