// SPDX-License-Identifier: GPL-2.0-only
#include "verify/type_path.h"

#include "core/strbuf.h"

enum {
	/* characters: more are none that anybody reads, and hostile input has them by the gigabyte */
	MAX_PATH_LEN = 600,
	/* KSYM_NAME_LEN */
	MAX_NAME_LEN = 512,
};

/* Puts @n stars before what is there, in parentheses where more is to follow. */
static void put_stars(struct strbuf *sb, size_t n, bool more)
{
	struct strbuf with = STRBUF_INIT;

	if (!n)
		return;
	if (more)
		strbuf_addc(&with, '(');
	for (size_t i = 0; i < n; i++)
		strbuf_addc(&with, '*');
	strbuf_adds(&with, strbuf_str(sb));
	if (more)
		strbuf_addc(&with, ')');
	strbuf_release(sb);
	*sb = with;
}

/* @stars pointers have been followed since the last step that shows. */
static void put_step(struct strbuf *sb, const struct path_step *step, size_t stars)
{
	/* `->` and a call follow one pointer themselves */
	if (stars && step->kind != STEP_ELEMENT)
		put_stars(sb, stars - 1, true);
	else
		put_stars(sb, stars, true);
	switch (step->kind) {
	case STEP_MEMBER:
		strbuf_addf(sb, "%s%.*s", stars ? "->" : ".", MAX_NAME_LEN, step->name);
		break;
	case STEP_ELEMENT:
		strbuf_adds(sb, "[]");
		break;
	case STEP_RETURN:
		strbuf_adds(sb, "()");
		break;
	case STEP_PARAMETER:
		strbuf_addf(sb, "(#%u)", step->index);
		break;
	case STEP_POINTEE:
		break;
	}
}

char *path_format(const char *root, const struct path_step *steps, size_t nr_steps)
{
	struct strbuf sb = STRBUF_INIT;
	size_t stars = 0;

	strbuf_addf(&sb, "%.*s", MAX_NAME_LEN, root);
	for (size_t i = 0; i < nr_steps; i++) {
		if (steps[i].kind == STEP_POINTEE) {
			stars++;
			continue;
		}
		if (steps[i].kind == STEP_MEMBER && !*steps[i].name)
			continue;
		if (sb.len > MAX_PATH_LEN) {
			strbuf_adds(&sb, "...");
			return strbuf_detach(&sb);
		}
		put_step(&sb, &steps[i], stars);
		stars = 0;
	}
	put_stars(&sb, stars < MAX_PATH_LEN ? stars : MAX_PATH_LEN, false);
	return strbuf_detach(&sb);
}
