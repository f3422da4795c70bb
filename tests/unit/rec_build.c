// SPDX-License-Identifier: GPL-2.0-only
#include "rec_build.h"

#include <inttypes.h>
#include <stdlib.h>

/* Each member gets a value of its own, so that one mixed up with another shows. */
static void fill(void *record, const struct rec_field *fields, size_t nr, int64_t salt)
{
	for (size_t i = 0; i < nr; i++) {
		if (fields[i].type == REC_TEXT)
			*rec_text(record, &fields[i]) =
				xasprintf("%s-%" PRId64, fields[i].name, salt);
		else if (fields[i].type == REC_REAL)
			*rec_real(record, &fields[i]) = (double)i + 0.25;
		else if (fields[i].type == REC_BOOL)
			*rec_int(record, &fields[i]) = 1;
		else
			*rec_int(record, &fields[i]) = (int64_t)i + salt;
	}
}

static void set(char **member, const char *text)
{
	free(*member);
	*member = xstrdup(text);
}

static void add_layout(struct rec_run *run)
{
	struct rec_layout *layout = xcalloc(1, sizeof(*layout));
	struct rec_config *config = xcalloc(1, sizeof(*config));

	*layout = (struct rec_layout){ .digest = xstrdup("d1"),
				       .section = xstrdup(".data..percpu"),
				       .align = 4096,
				       .size = 4096 };
	vec_push(&layout->variables, (struct rec_variable){ xstrdup("first"), xstrdup("int"),
							    xstrdup("kernel/a.c"), 0, 4, 4 });
	vec_push(&layout->variables,
		 (struct rec_variable){ xstrdup("runqueues"), xstrdup("struct rq"), NULL, 64, 3072,
					64 });
	vec_push(&run->layouts, layout);
	*config = (struct rec_config){ xstrdup("c1"), xstrdup("CONFIG_SMP=y\n") };
	vec_push(&run->configs, config);
}

static void add_finding(struct rec_cell *cell, const char *variable, const char *known)
{
	struct rec_finding finding = {
		.check = xstrdup("percpu.offset-matches-symbol"),
		.image = xstrdup("vmlinux"),
		.variable = xstrdup(variable),
		.witness = xstrdup("ELF"),
		.expected = xstrdup("0x10"),
		.actual = xstrdup("0x18"),
		.known = known ? xstrdup(known) : NULL,
	};

	vec_push(&cell->findings, finding);
}

static void add_check(struct rec_cell *cell, const char *id, const char *state, const char *reason,
		      bool applicable)
{
	struct rec_check check = {
		.id = xstrdup(id),
		.state = xstrdup(state),
		.reason = reason ? xstrdup(reason) : NULL,
		.applicable = applicable,
		.items = 177,
	};

	vec_push(&cell->checks, check);
}

static void add_cell(struct rec_run *run, const char *mode, const char *verdict)
{
	int64_t n = (int64_t)run->cells.len;
	struct rec_cell cell = { 0 };

	fill(&cell, rec_cell_fields, nr_rec_cell_fields, n);
	free(cell.name);
	cell.name = xasprintf("s390x/gcc/6.12/%s", mode);
	set(&cell.family, "s390x/gcc/6.12");
	set(&cell.arch, "s390x");
	set(&cell.toolchain, "gcc");
	set(&cell.kernel, "6.12");
	set(&cell.mode, mode);
	set(&cell.verdict, verdict);
	set(&cell.boot_verdict, "ok");
	free(cell.build_key);
	cell.build_key = xasprintf("key-%" PRId64, n);
	cell.cached = 0;
	cell.nr_new = cell.nr_known = 1;
	add_check(&cell, "percpu.offset-matches-symbol", "fail", NULL, true);
	add_check(&cell, "live.ksym", "skipped", "no guest", false);
	add_finding(&cell, "runqueues", NULL);
	add_finding(&cell, "first", "weak-and-strong");
	vec_push(&cell.absences, (struct rec_absence){ xstrdup("function-static"), 12 });
	vec_push(&cell.logs, (struct rec_log){ xstrdup("console log"),
					       xasprintf("%s/cells/a/console.log", run->name) });
	if (!n)
		vec_push(&cell.attempts,
			 (struct rec_attempt){
				 xstrdup("fail"), xstrdup("boot silent"), xstrdup("silent"),
				 xasprintf("%s/cells/a/console-1.log", run->name), 30.5 });
	cell.layout = run->layouts.data[0];
	cell.config = run->configs.data[0];
	vec_push(&run->cells, cell);
}

void rec_build_run(struct rec_run *run, const char *name, int64_t began_at, const char *verdict)
{
	*run = (struct rec_run){ 0 };
	fill(run, rec_run_fields, nr_rec_run_fields, 0);
	set(&run->name, name);
	run->began_at = began_at;
	add_layout(run);
	add_cell(run, "n", verdict);
	add_cell(run, "m", verdict);
}
