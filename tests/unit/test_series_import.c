// SPDX-License-Identifier: GPL-2.0-only
/* A user's series: subjects of mails, mailboxes as saved from a list, folders. All mails are made up here. */
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
#include "core/mem.h"
#include "core/strbuf.h"
#include "scratch.h"
#include "source/mail_subject.h"
#include "source/series_import.h"
#include "source/wanted_series.h"

#define FROM "From someone@example.org Thu Jan  1 00:00:00 1970\n"
#define HEAD(subject)                                                                 \
	"From: A Developer <dev@example.org>\nDate: Wed, 1 Jan 2025 10:00:00 +0000\n" \
	"Message-Id: <x@example.org>\nSubject: " subject "\n"
#define DIFF(file, new) "--- a/" file "\n+++ b/" file "\n@@ -1,2 +1,3 @@\n a\n+" new "\n b\n"
#define MAIL(subject, file, new)                                     \
	FROM HEAD(subject) "\nWhy.\n\nSigned-off-by: A\n---\n " file \
			   " | 1 +\n\n" DIFF(file, new) "-- \n2.39\n\n"

static int setup(void **state)
{
	char *dir = scratch_make();

	free(scratch_file(dir, "arches/x.ini", ""));
	free(scratch_file(dir, "configs/toolchains/x.ini", ""));
	free(scratch_file(dir, "patches/linux/6.12/series.ini", "[series]\nversions = 6.12\n"));
	free(scratch_file(dir, "patches/linux/6.12/series", "ours.patch\n"));
	free(scratch_file(dir, "patches/linux/6.12/ours.patch", DIFF("ours", "o")));
	setenv("BTFMATRIX_DIR", dir, 1);
	setenv("XDG_CACHE_HOME", dir, 1);
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	scratch_remove(*state);
	unsetenv("BTFMATRIX_DIR");
	unsetenv("XDG_CACHE_HOME");
	return 0;
}

/* The names of a series' patches, one a line. */
static char *names_of(const struct series *series)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	for (unsigned int i = 0; i < series->nr_patches; i++)
		strbuf_addf(&sb, "%s\n", strrchr(series->patches[i], '/') + 1);
	return strbuf_detach(&sb);
}

/* Opens what is at @path; expects these names, and these added lines in this order. */
static void expect_series(const char *path, const char *names, const char *added)
{
	_cleanup_(series_release) struct series series = { 0 };
	_cleanup_strbuf_ struct strbuf lines = STRBUF_INIT;
	_cleanup_free_ char *got = NULL;

	expect_ok(series_open(path, &series));
	got = names_of(&series);
	assert_string_equal(got, names);
	for (unsigned int i = 0; i < series.nr_patches; i++) {
		_cleanup_free_ char *text = NULL;
		const char *line;

		expect_ok(file_read(series.patches[i], 0, &text, NULL));
		line = strstr(text, "\n a\n+");
		assert_non_null(line);
		line += strlen("\n a\n+");
		strbuf_addf(&lines, "%.*s\n", (int)strcspn(line, "\n"), line);
	}
	assert_string_equal(strbuf_str(&lines), added);
}

static void expect_mailbox(const char *dir, const char *text, const char *names, const char *added)
{
	_cleanup_free_ char *path = scratch_file(dir, "box", text);

	expect_series(path, names, added);
}

static void expect_refused(const char *dir, const char *text, const char *what, const char *more)
{
	_cleanup_free_ char *path = scratch_file(dir, "box", text);
	struct series series = { 0 };

	expect_error(series_open(path, &series), what, more, NULL);
}

static void subjects(void **state)
{
	static const struct {
		const char *text;
		bool tagged, reply;
		unsigned int version, number, total;
		const char *title;
	} cases[] = {
		{ "[PATCH 1/3] bpf: a thing", true, false, 1, 1, 3, "bpf: a thing" },
		{ "[PATCH v2 03/10] x", true, false, 2, 3, 10, "x" },
		{ "[RFC PATCH bpf-next v4 0/2] cover", true, false, 4, 0, 2, "cover" },
		{ "[PATCHv3 2/2] x", true, false, 3, 2, 2, "x" },
		{ "[dwarves] [PATCH,v2,1/2] x [y]", true, false, 2, 1, 2, "x [y]" },
		{ "[patch] x", true, false, 1, 0, 0, "x" },
		{ "Re: [PATCH v2 1/3] x", true, true, 2, 1, 3, "Re: [PATCH v2 1/3] x" },
		{ "AW: x", false, true, 1, 0, 0, "AW: x" },
		{ "[PATCH v0 1/2] x", true, false, 1, 1, 2, "x" },
		{ "[PATCH 1/0] x", true, false, 1, 0, 0, "x" },
		{ "[PATCH 99999999999/2] x", true, false, 1, 0, 0, "x" },
		{ "[PATCH v2 1/3 x", false, false, 1, 0, 0, "[PATCH v2 1/3 x" },
		{ "plain", false, false, 1, 0, 0, "plain" },
		{ "", false, false, 1, 0, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mail_subject got = mail_subject_parse(cases[i].text);

		/* what an answer answers to plays no part */
		if (!cases[i].reply) {
			assert_int_equal(got.tagged, cases[i].tagged);
			assert_int_equal(got.version, cases[i].version);
			assert_int_equal(got.number, cases[i].number);
			assert_int_equal(got.total, cases[i].total);
		}
		assert_int_equal(got.reply, cases[i].reply);
		assert_string_equal(got.title, cases[i].title);
	}
}

/* A thread: cover letter, an answer that quotes, an answer with a counter-proposal, out of order. */
static void thread(void **state)
{
	expect_mailbox(
		*state,
		FROM HEAD("[PATCH 0/2] two things") "\nCover.\n\n A (2):\n\n one | 1 +\n" MAIL(
			"[PATCH 2/2] second: thing", "two",
			"second") MAIL("[PATCH 1/2] first thing", "one", "first") FROM
			HEAD("Re: [PATCH 1/2] first thing") "\n> --- a/one\n> +++ b/one\n> @@ -1,2 "
							    "+1,3 @@\nNo.\n" MAIL(
								    "Re: [PATCH 2/2] second: thing",
								    "two", "rather this"),
		"0001-first-thing.patch\n0002-second-thing.patch\n", "first\nsecond\n");
}

static void versions(void **state)
{
	/* v2 supersedes v1 */
	expect_mailbox(*state,
		       MAIL("[PATCH v2 1/2] new one", "one", "first v2")
			       MAIL("[PATCH 1/2] one", "one", "first")
				       MAIL("[PATCH 2/2] two", "two", "second")
					       MAIL("[PATCH v2 2/2] two", "two", "second v2"),
		       "0001-new-one.patch\n0002-two.patch\n", "first v2\nsecond v2\n");
	/* one patch sent again alone takes its predecessor's place */
	expect_mailbox(*state,
		       MAIL("[PATCH 1/2] one", "one", "first")
			       MAIL("[PATCH 2/2] two", "two", "second")
				       MAIL("[PATCH v2 2/2] two", "two", "second v2"),
		       "0001-one.patch\n0002-two.patch\n", "first\nsecond v2\n");
	/* a newer version of fewer patches has nothing of the older one */
	expect_mailbox(*state,
		       MAIL("[PATCH 1/2] one", "one", "first")
			       MAIL("[PATCH 2/2] two", "two", "second")
				       MAIL("[PATCH v3 1/1] all", "one", "all"),
		       "0001-all.patch\n", "all\n");
	/* single patches without numbers */
	expect_mailbox(*state,
		       MAIL("[PATCH] one", "one", "first")
			       MAIL("[PATCH v2] one", "one", "first v2"),
		       "0001-one.patch\n", "first v2\n");
	/* the same mail twice */
	expect_mailbox(*state,
		       MAIL("[PATCH 1/1] one", "one", "first")
			       MAIL("[PATCH 1/1] one", "one", "first"),
		       "0001-one.patch\n", "first\n");
}

static void refusals(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *nowhere = xasprintf("%s/nowhere", dir);
	_cleanup_free_ char *empty = xasprintf("%s/empty", dir);
	struct series series = { 0 };

	expect_refused(dir,
		       MAIL("[PATCH 1/3] one", "one", "x") MAIL("[PATCH 3/3] three", "one", "y"),
		       "patch 2/3 of version 1 is missing", "save the whole thread");
	expect_refused(dir,
		       MAIL("[PATCH 1/1] one", "one", "x") MAIL("[PATCH 1/1] other", "one", "y"),
		       "two patches are 1/1 of version 1", "'[PATCH 1/1] other'");
	expect_refused(dir, FROM HEAD("[PATCH 0/1] cover") "\nNothing.\n",
		       "there is no patch in it", "box");
	expect_refused(dir, "", "there is no patch in it", "box");
	expect_refused(dir, "\001\002\003 nonsense", "there is no patch in it", "box");
	expect_error(series_open(nowhere, &series), "nowhere", NULL);
	expect_ok(dir_make(empty));
	expect_error(series_open(empty, &series), "there is no patch in it", NULL);
}

/* As mailers send it: quoted-printable with soft line breaks, base64, an attachment, an encoded subject, CRLF. */
static void encodings(void **state)
{
	expect_mailbox(
		*state,
		FROM HEAD(
			"=?UTF-8?q?=5BPATCH_1/1=5D_caf=C3=A9?=") "MIME-Version: 1.0\nContent-Type: "
								 "text/plain; charset=UTF-8\n"
								 "Content-Transfer-Encoding: "
								 "quoted-printable\n\n"
								 "Why=20so.\n---\n--- a/one\n+++ "
								 "b/one\n@@ -1,2 +1,3 @@\n a\n"
								 "+x =3D =\n1; /* =C3=A9 */\n b\n",
		"0001-caf.patch\n", "x = 1; /* \303\251 */\n");
	/* "--- a/one\n+++ b/one\n@@ -1,2 +1,3 @@\n a\n+x\n b\n" */
	expect_mailbox(*state,
		       FROM HEAD("[PATCH 1/1] one") "MIME-Version: 1.0\nContent-Type: text/plain; "
						    "charset=utf-8\n"
						    "Content-Transfer-Encoding: base64\n\n"
						    "LS0tIGEvb25lCisrKyBiL29uZQpAQCAtMSwyICsxLDMgQE"
						    "AKIGEKK3gKIGIK\n",
		       "0001-one.patch\n", "x\n");
	expect_mailbox(
		*state,
		FROM HEAD("[PATCH 1/1] one") "MIME-Version: 1.0\nContent-Type: multipart/mixed; "
					     "boundary=\"==b\"\n\n"
					     "--==b\nContent-Type: text/plain; "
					     "charset=us-ascii\n\nSee below.\n---\n"
					     "--==b\nContent-Type: text/x-patch; name=\"1.patch\"\n"
					     "Content-Transfer-Encoding: base64\n\n"
					     "LS0tIGEvb25lCisrKyBiL29uZQpAQCAtMSwyICsxLDMgQEAKIGEKK"
					     "3gKIGIK\n--==b--\n",
		"0001-one.patch\n", "x\n");
	expect_mailbox(*state,
		       "From x Thu Jan  1 00:00:00 1970\r\nSubject: [PATCH\r\n 1/1] one\r\n"
		       "From: A <a@example.org>\r\n\r\nWhy.\r\n---\r\n--- a/one\r\n+++ b/one\r\n"
		       "@@ -1,2 +1,3 @@\r\n a\r\n+x\r\n b\r\n",
		       "0001-one.patch\n", "x\n");
}

static void gzipped(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *path =
		scratch_file(dir, "t.mbox", MAIL("[PATCH 1/1] one", "one", "x"));
	_cleanup_free_ char *command = xasprintf("gzip '%s'", path);
	_cleanup_free_ char *zipped = xasprintf("%s.gz", path);

	assert_int_equal(system(command), 0);
	expect_series(zipped, "0001-one.patch\n", "x\n");
}

static void folders(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *mails = xasprintf("%s/mails", dir),
			    *plain = xasprintf("%s/plain", dir);
	_cleanup_free_ char *svn = xasprintf("%s/svn.patch", dir);
	_cleanup_free_ char *quilt = xasprintf("%s/quilt", dir);
	_cleanup_free_ char *one =
		scratch_file(dir, "plain/0001-a-b.patch", DIFF("one", "plain one"));

	/* git format-patch: the numbers count, not the names */
	free(scratch_file(mails, "0000-cover-letter.patch",
			  FROM HEAD("[PATCH 0/2] both") "\nCover.\n"));
	free(scratch_file(mails, "0002-x.patch", MAIL("[PATCH 1/2] one", "one", "first")));
	free(scratch_file(mails, "0001-y.patch", MAIL("[PATCH 2/2] two", "two", "second")));
	free(scratch_file(mails, "README", "no patch\n"));
	expect_series(mails, "0001-one.patch\n0002-two.patch\n", "first\nsecond\n");

	/* bare differences: the names count */
	free(scratch_file(plain, "0002-c.patch", DIFF("two", "plain two")));
	expect_series(plain, "0001-a-b.patch\n0002-c.patch\n", "plain one\nplain two\n");
	expect_series(one, "0001-a-b.patch\n", "plain one\n");
	free(scratch_file(dir, "svn.patch", "Index: one\n===\n" DIFF("one", "svn")));
	expect_series(svn, "0001-svn.patch\n", "svn\n");

	/* quilt: what `series` says, nothing is copied */
	free(scratch_file(quilt, "series", "z.patch\na.patch\n"));
	free(scratch_file(quilt, "z.patch", DIFF("one", "z")));
	free(scratch_file(quilt, "a.patch", DIFF("one", "a")));
	free(scratch_file(quilt, "b.patch", DIFF("one", "b")));
	expect_series(quilt, "z.patch\na.patch\n", "z\na\n");
}

static void expect_wanted(const char *version, const char *user, const char *name,
			  const char *names)
{
	_cleanup_(wanted_series_release) struct wanted_series wanted = { 0 };
	_cleanup_free_ char *got = NULL;

	expect_ok(wanted_series_load(version, user, &wanted));
	got = names_of(&wanted.series);
	assert_string_equal(wanted.name, name);
	assert_string_equal(got, names);
	assert_string_equal(wanted.nearest, "6.12 (6.12)");
}

/* Ours, the user's in place of it, and on top of it. */
static void wanted(void **state)
{
	const char *dir = *state;
	_cleanup_free_ char *path = scratch_file(dir, "u/1.patch", DIFF("one", "x"));
	_cleanup_free_ char *folder = xasprintf("%s/u", dir), *on_top = xasprintf("+%s/u", dir);
	_cleanup_free_ char *both = xasprintf("6.12 + %s", folder);
	struct wanted_series none = { 0 };

	expect_wanted("6.12", NULL, "6.12", "ours.patch\n");
	expect_wanted("6.12", folder, folder, "0001-1.patch\n");
	expect_wanted("6.12", on_top, both, "ours.patch\n0001-1.patch\n");
	/* the user's own is for any kernel */
	expect_wanted("5.4", folder, folder, "0001-1.patch\n");
	expect_error(wanted_series_load("5.4", on_top, &none),
		     "no series in patches/linux is for Linux 5.4", "6.12 (6.12)", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subjects),
		cmocka_unit_test_setup_teardown(thread, setup, teardown),
		cmocka_unit_test_setup_teardown(versions, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(encodings, setup, teardown),
		cmocka_unit_test_setup_teardown(gzipped, setup, teardown),
		cmocka_unit_test_setup_teardown(folders, setup, teardown),
		cmocka_unit_test_setup_teardown(wanted, setup, teardown),
	};

	return cmocka_run_group_tests_name("series import", tests, NULL, NULL);
}
