// SPDX-License-Identifier: GPL-2.0-only
/* What machines, ssh and boot loaders say, and targets by their names. */
// clang-format off: cmocka.h needs these before it
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "boot/loader.h"
#include "boot/tty.h"
#include "config/project.h"
#include "core/fileio.h"
#include "core/strbuf.h"
#include "scratch.h"
#include "target/facts.h"
#include "target/find_arch.h"
#include "target/named.h"
#include "target/ssh_failure.h"
#include "target/target.h"

static void test_ssh_failures(void **state)
{
	/* what OpenSSH 9.2 and the shells of Debian 12 wrote, and the status */
	static const struct {
		const char *says;
		int status;
		const char *id;
	} cases[] = {
		{ "ssh: connect to host 127.0.0.1 port 9: Connection refused\r\n", 255, "refused" },
		{ "ssh: Could not resolve hostname x.invalid: Name or service not known\r\n", 255,
		  "name" },
		{ "No ED25519 host key is known for [127.0.0.1]:2 and you have requested strict "
		  "checking.\r\nHost key verification failed.\r\n",
		  255, "key-unknown" },
		{ "@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     "
		  "@\r\n@@@@\r\n"
		  "Host key verification failed.\r\n",
		  255, "key-changed" },
		{ "root@127.0.0.1: Permission denied (publickey,password).\r\n", 255, "auth" },
		{ "Received disconnect from ::1 port 22:2: Too many authentication failures\r\n",
		  255, "auth" },
		{ "Connection timed out during banner exchange\r\n", 255, "timeout" },
		{ "ssh: connect to host 192.0.2.1 port 22: Connection timed out\r\n", 255,
		  "timeout" },
		{ "ssh: connect to host 192.0.2.1 port 22: No route to host\r\n", 255,
		  "unreachable" },
		{ "kex_exchange_identification: Connection closed by remote host\r\n"
		  "Connection closed by 127.0.0.1 port 80\r\n",
		  255, "closed" },
		{ "Connection reset by 127.0.0.1 port 22\r\n", 255, "closed" },
		{ "/root/.ssh/config: line 3: Bad configuration option: hosst\r\n", 255, "config" },
		{ "This service allows sftp connections only.\r\n", 1, "sftp-only" },
		{ "This account is currently not available.\n", 1, "no-shell" },
		{ "cat: write error: No space left on device\n", 1, "no-space" },
		{ "sh: 1: cannot create /tmp/x/probe: Read-only file system\n", 2, "read-only" },
		{ "sh: 1: ./probe: Exec format error\n", 126, "architecture" },
		{ "bash: ./probe: cannot execute binary file: Exec format error\n", 126,
		  "architecture" },
		{ "./probe: 2: Syntax error: \"(\" unexpected\n", 2, "architecture" },
		{ "sh: 1: ./probe: Permission denied\n", 126, "no-exec" },
		/* a status of the machine's, and words that are ssh's own only with 255 */
		{ "curl: (7) Connection refused\n", 7, NULL },
		{ "mkdir: Permission denied\n", 1, NULL },
		{ "all is well\n", 1, NULL },
		{ "", 255, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct ssh_failure *failure =
			ssh_failure_find(cases[i].says, cases[i].status);

		if (!cases[i].id)
			assert_null(failure);
		else if (!failure || !str_eq(failure->id, cases[i].id))
			fail_msg("'%s' is '%s', and should be '%s'", cases[i].says,
				 failure ? failure->id : "nothing", cases[i].id);
	}
}

static void expect_line(const char *output, int status, const char *wanted)
{
	_cleanup_free_ char *line = ssh_failure_explain(output, status);

	assert_string_equal(line, wanted);
}

static void test_ssh_explains(void **state)
{
	(void)state;
	expect_line(
		"Welcome!\r\nssh: connect to host h port 22: Connection refused\r\n", 255,
		"the connection was refused (\"ssh: connect to host h port 22: Connection "
		"refused\"); start its ssh server, or say in ~/.ssh/config on which port it is");
	expect_line("something\nodd\n\n", 255, "odd (does `ssh HOST true` work without asking?)");
	expect_line("", 255,
		    "ssh failed without a word (does `ssh HOST true` work without asking?)");
	expect_line("a\nb", 3, "b");
	expect_line("\n", 3, "status 3 without a word");
}

static char *elf_file(const char *dir, unsigned char class, unsigned char data,
		      unsigned int machine)
{
	unsigned char head[64] = { 0x7f, 'E', 'L', 'F', class, data };

	head[data == ELFDATA2MSB ? 19 : 18] = (unsigned char)machine;
	head[data == ELFDATA2MSB ? 18 : 19] = (unsigned char)(machine >> 8);
	return scratch_bytes(dir, "probe", head, sizeof(head));
}

static void test_probe_suits(void **state)
{
	struct arch x86_64 = { .name = "x86_64", .elf_bits = 64, .elf_machine = EM_X86_64 };
	struct arch s390x = {
		.name = "s390x", .elf_bits = 64, .elf_machine = EM_S390, .elf_big_endian = true
	};
	struct arch i386 = { .name = "i386", .elf_bits = 32, .elf_machine = EM_386 };
	char *dir = scratch_make();
	char *path;

	(void)state;
	path = elf_file(dir, ELFCLASS64, ELFDATA2LSB, EM_X86_64);
	expect_ok(probe_suits(path, &x86_64));
	expect_error(probe_suits(path, &s390x), "another architecture", "little-endian", NULL);
	expect_error(probe_suits(path, &i386), "another architecture", "64-bit", NULL);
	free(path);
	path = elf_file(dir, ELFCLASS64, ELFDATA2LSB, EM_AARCH64);
	expect_error(probe_suits(path, &x86_64), path, "machine 183", "x86_64 is", NULL);
	free(path);
	/* a 64-bit kernel may run it */
	path = elf_file(dir, ELFCLASS32, ELFDATA2LSB, EM_386);
	expect_ok(probe_suits(path, &x86_64));
	free(path);
	path = elf_file(dir, ELFCLASS64, ELFDATA2MSB, EM_S390);
	expect_ok(probe_suits(path, &s390x));
	free(path);
	path = scratch_file(dir, "script", "#!/bin/sh\n");
	expect_error(probe_suits(path, &x86_64), path, "is no ELF program", NULL);
	free(path);
	scratch_remove(dir);
}

struct typed {
	struct strbuf text;
};

static void type(void *user, const char *text)
{
	struct typed *typed = user;

	strbuf_adds(&typed->text, text);
}

/* What is typed in answer to @said, which comes in pieces of @step bytes. */
static void expect_typed(const struct loader_script *script, const char *said, size_t step,
			 const char *wanted, bool done)
{
	struct loader loader = { .script = script };
	struct typed typed = { STRBUF_INIT };
	size_t len = strlen(said);

	for (size_t at = 0; at < len; at += step)
		loader_feed(&loader, said + at, step < len - at ? step : len - at, type, &typed);
	assert_string_equal(strbuf_str(&typed.text), wanted);
	assert_int_equal(loader_is_done(&loader), done);
	strbuf_release(&typed.text);
}

static void test_loader_talk(void **state)
{
	static const char *const commands[] = { "dhcp", "booti", NULL };
	static const char *const none[] = { NULL };
	const struct loader_script script = { "Hit any key", "=>", commands };
	const struct loader_script no_stop = { NULL, "=>", commands };
	const struct loader_script no_talk = { NULL, "=>", none };

	(void)state;
	for (size_t step = 1; step < 40; step += 5) {
		/* a prompt before it was stopped is no prompt; the echo is on the prompt's line */
		expect_typed(&script,
			     "=> \r\nHit any key to stop autoboot: 3 \r\n=> dhcp\r\nBOOTP\r\n"
			     "=> booti\r\n=> ",
			     step, " dhcp\rbooti\r", true);
		expect_typed(&script, "Hit any key\r\n=> dhcp\r\nT T T\r\n", step, " dhcp\r",
			     false);
		expect_typed(&script, "U-Boot\r\n=> \r\n=> \r\n", step, "", false);
		expect_typed(&no_stop, "a => b\r\n=> dhcp\n=> booti\n", step, "dhcp\rbooti\r",
			     true);
		expect_typed(&no_talk, "Hit any key\n=> \n", step, "", true);
	}
}

static void test_loader_words(void **state)
{
	static const struct loader_word words[] = { { "append", "console=ttyS0 {image}" },
						    { "image", "/a" },
						    { 0 } };
	_cleanup_free_ char *filled =
		loader_fill_in("setenv bootargs {append}; {other} {image} {", words);

	(void)state;
	assert_string_equal(filled, "setenv bootargs console=ttyS0 {image}; {other} /a {");
}

static void test_loader_long_line(void **state)
{
	static const char *const commands[] = { "go", NULL };
	const struct loader_script script = { NULL, "=>", commands };
	struct strbuf said = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 5000; i++)
		strbuf_addc(&said, 'x');
	strbuf_adds(&said, "\n=>");
	expect_typed(&script, strbuf_str(&said), 64, "go\r", true);
	strbuf_release(&said);
}

static void test_speeds(void **state)
{
	(void)state;
	assert_true(tty_speed_is_good(9600));
	assert_true(tty_speed_is_good(115200));
	assert_true(tty_speed_is_good(1500000));
	assert_false(tty_speed_is_good(0));
	assert_false(tty_speed_is_good(115201));
}

static void judge(const char *output, const char *name, bool wanted, const char *words)
{
	struct facts facts = { 0 };
	bool found = false;

	assert_true(facts_parse(&facts, output));
	for (size_t i = 0; i < nr_abilities; i++) {
		_cleanup_free_ char *why = NULL;

		if (!str_eq(abilities[i].name, name))
			continue;
		found = true;
		if (abilities[i].judge(&facts, &why) != wanted || !strstr(why, words))
			fail_msg("%s: '%s', and should have '%s'", name, why, words);
	}
	assert_true(found);
	facts_release(&facts);
}

#define ROOT "Hello\nbtfmatrix-facts\nuser root\ncaps 000001ffffffffff\nkptr_restrict 2\n"
#define USER "btfmatrix-facts\nuser joe\ncaps 0000000000000000\nkptr_restrict 1\n"

static void test_facts(void **state)
{
	struct facts none = { 0 };

	(void)state;
	judge(ROOT "btf 5515646\nbtf_modules 12\n", "BTF", true,
	      "5515646 bytes, and 12 of modules");
	judge(ROOT, "BTF", false, "CONFIG_DEBUG_INFO_BTF");
	judge(ROOT "unprivileged_bpf_disabled 2\n", "BPF", true, "can be loaded");
	judge(ROOT "unprivileged_bpf_disabled 2\nlockdown none integrity [confidentiality]\n",
	      "BPF", false, "lockdown");
	judge(ROOT "unprivileged_bpf_disabled 2\nlockdown none [integrity] confidentiality\n",
	      "BPF", true, "can be loaded");
	judge(USER "unprivileged_bpf_disabled 2\n", "BPF", false,
	      "joe may not load programs: that takes CAP_BPF");
	/* CAP_BPF and CAP_PERFMON alone */
	judge("btfmatrix-facts\nuser joe\ncaps 000000c000000000\nunprivileged_bpf_disabled 1\n",
	      "BPF", true, "can be loaded");
	judge(ROOT, "BPF", false, "CONFIG_BPF_SYSCALL");
	judge(ROOT "kallsyms shown\n", "kallsyms", true, "shows");
	judge(USER "kallsyms hidden\n", "kallsyms", false,
	      "kernel.kptr_restrict is 1, and CAP_SYSLOG is missing");
	judge(ROOT, "kallsyms", false, "CONFIG_KALLSYMS");
	judge(ROOT "kcore yes\n", "memory", true, "can be read");
	judge(ROOT "kcore no\nlockdown none integrity [confidentiality]\n", "memory", false,
	      "lockdown");
	judge(USER "kcore no\n", "memory", false, "joe may not read");
	judge(ROOT, "memory", false, "CONFIG_PROC_KCORE");
	judge(USER "dmesg_restrict 1\n", "kernel log", false, "kernel.dmesg_restrict is 1");
	judge(ROOT "kmsg yes\n", "kernel log", true, "can be read");
	judge(ROOT "modules_disabled 1\n", "modules", false, "modules_disabled is 1");
	judge(ROOT "modules_disabled 0\n", "modules", true, "can be loaded");
	judge(ROOT "modules_disabled 0\nlockdown none [integrity] confidentiality\n", "modules",
	      false, "signature");
	judge(USER "modules_disabled 0\n", "modules", false, "CAP_SYS_MODULE");
	assert_false(facts_parse(&none, "Welcome\n"));
	facts_release(&none);
}

/* A folder of configuration with this targets.ini; NULL: none. */
static char *config_with(const char *text)
{
	char *dir = scratch_make();

	setenv("XDG_CONFIG_HOME", dir, 1);
	if (text)
		free(scratch_file(dir, "btfmatrix/" TARGETS_FILE, text));
	return dir;
}

static void expect_bad_file(const char *text, const char *word, const char *mend)
{
	struct named_targets *targets = NULL;
	char *dir = config_with(text);

	expect_error(named_targets_load(&targets), TARGETS_FILE, word, mend, NULL);
	assert_null(targets);
	scratch_remove(dir);
}

static void test_named_targets_bad(void **state)
{
	(void)state;
	expect_bad_file("[a]\ntarget = moon\n", ":2: ", "must be ssh:HOST");
	expect_bad_file("[a]\ntarget = ssh:-oProxyCommand=x\n", ":2: ", "must be ssh:HOST");
	expect_bad_file("[a]\narch = arm64\n", "target", "where it is");
	expect_bad_file("[a]\ntarget = ssh:h\ncolour = red\n", ":3: ", "colour");
	expect_bad_file("[A b]\ntarget = ssh:h\n", "[A b]", "must be a name");
	expect_bad_file("[a]\ntarget = console:/dev/ttyS0\n", ":2: ", "lacks power_cmd");
	expect_bad_file("[a]\ntarget = console:/dev/ttyS0\npower_cmd = p\nbaud = 12345\n",
			":4: ", "115200 is usual");
}

static void test_named_targets_round_trip(void **state)
{
	char *commands[] = { (char *)"dhcp", (char *)"setenv bootargs {append}", NULL };
	const struct named_target board = {
		.name = (char *)"board",
		.target = (char *)"console:/dev/ttyUSB0",
		.arch = (char *)"arm64",
		.power_cmd = (char *)"relay 1 cycle",
		.console = (char *)"ttyS0,115200",
		.baud = 1500000,
		.deadline_s = 600,
		.loader_stop = (char *)"Hit any key",
		.loader_commands = commands,
	};
	struct named_target bad = { .name = (char *)"bad", .target = (char *)"ssh:h" };
	struct named_targets *targets;
	const struct named_target *read;
	char *dir = config_with("; mine\n[lab]\ntarget = ssh:root@lab\n");

	(void)state;
	expect_ok(named_targets_load(&targets));
	expect_ok(named_target_add(targets, &board));
	named_targets_free(targets);
	expect_ok(named_targets_load(&targets));
	assert_int_equal(targets->targets.len, 2);
	assert_string_equal(named_target_find(targets, "lab")->target, "ssh:root@lab");
	read = named_target_find(targets, "board");
	assert_non_null(read);
	assert_string_equal(read->target, board.target);
	assert_string_equal(read->arch, board.arch);
	assert_string_equal(read->power_cmd, board.power_cmd);
	assert_string_equal(read->console, board.console);
	assert_string_equal(read->loader_stop, board.loader_stop);
	assert_string_equal(read->loader_commands[1], commands[1]);
	assert_null(read->off_cmd);
	assert_int_equal(read->baud, 1500000);
	assert_int_equal(read->deadline_s, 600);

	expect_error(named_target_add(targets, &board), "there is a target board", "remove", NULL);
	expect_error(named_target_remove(targets, "moon"), "no target 'moon'", NULL);
	bad.boot_cmd = (char *)"a ; b";
	expect_error(named_target_add(targets, &bad), "boot_cmd", "comment", NULL);
	bad.boot_cmd = (char *)"a\n[evil]";
	expect_error(named_target_add(targets, &bad), "boot_cmd", "line break", NULL);
	bad.boot_cmd = NULL;
	bad.name = (char *)"no]name";
	expect_error(named_target_add(targets, &bad), "must be a name", NULL);
	bad.name = (char *)"bad";
	bad.target = (char *)"moon";
	expect_error(named_target_add(targets, &bad), "must be ssh:HOST", NULL);

	expect_ok(named_target_remove(targets, "board"));
	named_targets_free(targets);
	expect_ok(named_targets_load(&targets));
	assert_int_equal(targets->targets.len, 1);
	assert_string_equal(targets->targets.data[0].name, "lab");
	named_targets_free(targets);
	scratch_remove(dir);
}

static void test_no_targets(void **state)
{
	struct named_targets *targets;
	char *dir = config_with(NULL);

	(void)state;
	expect_ok(named_targets_load(&targets));
	assert_int_equal(targets->targets.len, 0);
	named_targets_free(targets);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ssh_failures),
		cmocka_unit_test(test_ssh_explains),
		cmocka_unit_test(test_probe_suits),
		cmocka_unit_test(test_loader_talk),
		cmocka_unit_test(test_loader_words),
		cmocka_unit_test(test_loader_long_line),
		cmocka_unit_test(test_speeds),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_named_targets_bad),
		cmocka_unit_test(test_named_targets_round_trip),
		cmocka_unit_test(test_no_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
