// SPDX-License-Identifier: GPL-2.0-only
/* What Slurm prints, and a plan as tasks. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "core/fileio.h"
#include "scratch.h"
#include "submit/engine.h"
#include "submit/slurm_text.h"

static void test_queue_lines(void **state)
{
	struct slurm_task task;

	(void)state;
	assert_true(slurm_parse_task("12_3|RUNNING|btfmatrix-0a-boot|node2|None", &task));
	assert_string_equal(task.job, "12");
	assert_int_equal(task.index, 3);
	assert_string_equal(task.state, "RUNNING");
	assert_string_equal(task.name, "btfmatrix-0a-boot");
	assert_string_equal(task.node, "node2");
	assert_string_equal(task.reason, "None");
	assert_true(slurm_parse_task("  7|PENDING|x||(Resources)", &task));
	assert_int_equal(task.index, -1);
	assert_string_equal(task.node, "");
	assert_true(slurm_parse_task("7_0|PENDING|x||a reason | with more", &task));
	assert_string_equal(task.reason, "a reason ");
}

static void test_queue_lines_bad(void **state)
{
	static const char *const bad[] = {
		"",
		"slurm_load_jobs error: Invalid job id specified",
		"12_3|RUNNING|x|node2",
		"x|RUNNING|x|node2|None",
		"12_[0-2%1]|PENDING|x||Resources",
		"12_|RUNNING|x|node|None",
		"12_3x|RUNNING|x|node|None",
		"12_99999999999999999999|RUNNING|x|node|None",
		"111111111111111111111111111111|RUNNING|x|node|None",
	};
	struct slurm_task task;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (slurm_parse_task(bad[i], &task))
			fail_msg("taken: '%s'", bad[i]);
}

static void test_queue_line_of_any_length(void **state)
{
	char line[2000];
	struct slurm_task task;

	(void)state;
	memset(line, 'n', sizeof(line));
	memcpy(line, "1_1|", 4);
	line[200] = line[400] = line[600] = '|';
	line[sizeof(line) - 1] = '\0';
	assert_true(slurm_parse_task(line, &task));
	assert_int_equal(strlen(task.state), sizeof(task.state) - 1);
	assert_int_equal(strlen(task.reason), sizeof(task.reason) - 1);
}

static void test_fates(void **state)
{
	(void)state;
	assert_int_equal(slurm_fate_of("PENDING"), SLURM_WAITS);
	assert_int_equal(slurm_fate_of("REQUEUED"), SLURM_WAITS);
	assert_int_equal(slurm_fate_of("RUNNING"), SLURM_RUNS);
	assert_int_equal(slurm_fate_of("COMPLETING"), SLURM_RUNS);
	assert_int_equal(slurm_fate_of("A_STATE_OF_THE_FUTURE"), SLURM_RUNS);
	assert_int_equal(slurm_fate_of("COMPLETED"), SLURM_ENDED);
	assert_int_equal(slurm_fate_of("FAILED"), SLURM_ENDED);
	assert_int_equal(slurm_fate_of("TIMEOUT"), SLURM_BROKEN);
	assert_non_null(strstr(slurm_mend_of("TIMEOUT"), "--time"));
	assert_non_null(strstr(slurm_mend_of("OUT_OF_MEMORY"), "--mem"));
	assert_null(slurm_mend_of("RUNNING"));
	assert_non_null(strstr(slurm_hopeless("PartitionTimeLimit"), "--time"));
	assert_null(slurm_hopeless("Resources"));
	assert_null(slurm_hopeless("Priority"));
}

static void test_job_numbers(void **state)
{
	static const char *const bad[] = { "",    "x",
					   "12x", "sbatch: error",
					   "-1",  "1111111111111111111111111" };
	char *job;

	(void)state;
	assert_true(slurm_parse_job("123\n", &job));
	assert_string_equal(job, "123");
	free(job);
	assert_true(slurm_parse_job("7;cluster\n", &job));
	assert_string_equal(job, "7");
	free(job);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(slurm_parse_job(bad[i], &job));
}

static void expect_nodes(const char *text, bool default_alone, unsigned int cpus,
			 unsigned int memory_mb, unsigned int minutes)
{
	struct slurm_nodes nodes;

	slurm_parse_nodes(text, default_alone, &nodes);
	assert_int_equal(nodes.cpus, cpus);
	assert_int_equal(nodes.memory_mb, memory_mb);
	assert_int_equal(nodes.minutes, minutes);
}

static void test_nodes(void **state)
{
	static const char two[] = "short 2 4000 30:00\nbatch* 16 64000 1-12:00:00\n"
				  "batch* 8+ 32000+ 1-12:00:00\n";

	(void)state;
	expect_nodes(two, true, 8, 32000, 36 * 60);
	expect_nodes(two, false, 2, 4000, 30);
	expect_nodes("all 4 8000 infinite\n", true, 4, 8000, 0);
	expect_nodes("all 4 8000 6:00:00", true, 4, 8000, 360);
	expect_nodes("all 4 8000 1:00\n", true, 4, 8000, 1);
	expect_nodes("", true, 0, 0, 0);
	expect_nodes("nonsense\n\n* \n", true, 0, 0, 0);
	expect_nodes("all 99999999999999999999 -1 99999999999-99:99:99\n", true, 0, 0, 0);
}

static void expect_explained(const char *output, const char *wanted)
{
	_cleanup_free_ char *why = slurm_explain(output);

	if (!strstr(why, wanted))
		fail_msg("'%s' does not have '%s'", why, wanted);
}

static void test_explains(void **state)
{
	(void)state;
	expect_explained("sbatch: error: invalid partition specified: x\nsbatch: error: Batch job "
			 "submission failed: Invalid partition name specified\n",
			 "`sinfo` lists the partitions");
	expect_explained("sinfo: error: resolve_ctls_from_dns_srv: res_nsearch error\n"
			 "sinfo: error: fetch_config: DNS SRV lookup failed\n"
			 "sinfo: error: _establish_config_source: failed to fetch config\n"
			 "sinfo: fatal: Could not establish a configuration source\n",
			 "SLURM_CONF names its slurm.conf");
	expect_explained("slurm_load_partitions: Unable to contact slurm controller (connect "
			 "failure)\n",
			 "scontrol ping");
	expect_explained("one\ntwo\n\n", "two");
	expect_explained("", "without a word");
}

/* A plan of two trees: one with three cells, one with one. */
struct two_trees {
	struct arch arches[2];
	struct toolchain toolchain;
	struct profile profile;
	struct pahole_spec pahole;
	struct cell cells[4];
	struct plan plan;
};

static void make_plan(struct two_trees *two)
{
	static const char *const names[] = { "a/gcc/6/n", "a/gcc/6/m", "a/gcc/6/y", "b/gcc/6/n" };

	memset(two, 0, sizeof(*two));
	two->arches[0].name = (char *)"a";
	two->arches[1].name = (char *)"b";
	two->toolchain.name = (char *)"gcc";
	two->profile.name = (char *)"tiny";
	two->pahole.text = (char *)"default";
	for (size_t i = 0; i < 4; i++) {
		two->cells[i] = (struct cell){
			.arch = &two->arches[i / 3],
			.toolchain = &two->toolchain,
			.profile = &two->profile,
			.pahole = &two->pahole,
			.kernel = "6",
			.mode = (enum btf_mode)(i % 3),
			.name = (char *)(uintptr_t)names[i],
			.tree = (char *)(uintptr_t)(i < 3 ? "a/gcc/6" : "b/gcc/6"),
		};
	}
	two->plan.cells.data = two->cells;
	two->plan.cells.len = 4;
}

static char *script_of(const struct submission *sub, enum submit_stage stage, size_t tree)
{
	_cleanup_free_ char *path = submission_path(sub, "tasks", stage, tree, ".sh");
	char *text;

	expect_ok(file_read(path, 0, &text, NULL));
	return text;
}

static void expect_script(const struct submission *sub, enum submit_stage stage, size_t tree,
			  const char *wanted)
{
	_cleanup_free_ char *text = script_of(sub, stage, tree);

	if (!strstr(text, wanted))
		fail_msg("'%s' does not have '%s'", text, wanted);
}

static void test_tasks(void **state)
{
	char *dir = scratch_make();
	struct two_trees two;
	struct submission sub = { 0 }, again = { 0 };
	const char *const more[NR_STAGES] = { " --force", " --force", " --retries 3 --force=boot" };
	bool found;

	(void)state;
	make_plan(&two);
	submission_init(&sub, &two.plan, " --matrix 'my own'", dir);
	assert_int_equal(sub.trees.len, 2);
	assert_int_equal(sub.trees.data[0].tasks[STAGE_COMPILE].nr_cells, 1);
	assert_int_equal(sub.trees.data[0].tasks[STAGE_MODES].nr_cells, 2);
	assert_int_equal(sub.trees.data[0].tasks[STAGE_BOOT].nr_cells, 3);
	assert_int_equal(sub.trees.data[1].tasks[STAGE_MODES].nr_cells, 0);
	assert_true(submission_has_stage(&sub, STAGE_MODES));
	sub.needs[STAGE_COMPILE].cpus = 5;
	expect_ok(submission_write(&sub, "/opt/b m/btfmatrix", " --matrix 'my own'", more));
	expect_script(&sub, STAGE_COMPILE, 0,
		      "exec '/opt/b m/btfmatrix' run --matrix 'my own' --arch a --toolchain gcc "
		      "--kernel 6 --profile tiny --pahole default --mode n --results ");
	expect_script(&sub, STAGE_COMPILE, 0, " --jobs 5 --force\n");
	expect_script(&sub, STAGE_MODES, 0, " --mode m,y --results ");
	expect_script(&sub, STAGE_MODES, 1, "# nothing to do");
	expect_script(&sub, STAGE_BOOT, 0, " --mode n,m,y --results ");
	expect_script(&sub, STAGE_BOOT, 1, " --retries 3 --force=boot\n");

	expect_ok(submission_load(&sub, &found));
	assert_false(found);
	sub.jobs[STAGE_COMPILE] = strdup("12");
	expect_ok(submission_save(&sub, "slurm"));
	submission_init(&again, &two.plan, " --matrix 'my own'", dir);
	assert_string_equal(again.dir, sub.dir);
	expect_ok(submission_load(&again, &found));
	assert_true(found);
	assert_string_equal(again.engine, "slurm");
	assert_string_equal(again.jobs[STAGE_COMPILE], "12");
	assert_null(again.jobs[STAGE_MODES]);
	assert_string_equal(again.run_name, sub.run_name);
	submission_release(&again);

	/* other cells are another plan */
	two.plan.cells.len = 3;
	submission_init(&again, &two.plan, " --matrix 'my own'", dir);
	assert_string_not_equal(again.dir, sub.dir);
	submission_release(&again);
	submission_release(&sub);
	scratch_remove(dir);
}

static void test_status_files(void **state)
{
	char *dir = scratch_make();
	struct two_trees two;
	struct submission sub = { 0 };
	const struct submit_task *task;
	_cleanup_free_ char *path = NULL;

	(void)state;
	make_plan(&two);
	submission_init(&sub, &two.plan, "", dir);
	task = &sub.trees.data[1].tasks[STAGE_BOOT];
	path = submission_path(&sub, "tasks", STAGE_BOOT, 1, ".json");
	expect_ok(submission_read_status(&sub, STAGE_BOOT, 1));
	assert_int_equal(task->state, TASK_WAITING);
	free(scratch_file(dir, path + strlen(dir) + 1, "{ \"wall_s\": 1 }"));
	expect_error(submission_read_status(&sub, STAGE_BOOT, 1), path, "has no status", NULL);
	free(scratch_file(dir, path + strlen(dir) + 1, "{"));
	expect_error(submission_read_status(&sub, STAGE_BOOT, 1), path, "is damaged", NULL);
	free(scratch_file(dir, path + strlen(dir) + 1,
			  "{ \"status\": 1, \"wall_s\": 2.5, \"max_rss\": 9, \"node\": \"n1\" }"));
	expect_ok(submission_read_status(&sub, STAGE_BOOT, 1));
	assert_int_equal(task->state, TASK_DONE);
	assert_int_equal(task->status, 1);
	assert_int_equal(task->max_rss, 9);
	assert_string_equal(task->node, "n1");
	submission_release(&sub);
	scratch_remove(dir);
}

static void test_engines(void **state)
{
	(void)state;
	assert_ptr_equal(engine_find("local"), &engine_local);
	assert_ptr_equal(engine_find("slurm"), &engine_slurm);
	assert_null(engine_find("moon"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_lines),
		cmocka_unit_test(test_queue_lines_bad),
		cmocka_unit_test(test_queue_line_of_any_length),
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_job_numbers),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_explains),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_status_files),
		cmocka_unit_test(test_engines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
