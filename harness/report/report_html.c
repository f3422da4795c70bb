// SPDX-License-Identifier: GPL-2.0-only
/*
 * The HTML report: the page of harness/report/page/ with its styles, scripts and data put in, so that one
 * file is all. Its policy lets the browser run these scripts alone, known by their digests, and load
 * nothing: whatever a name out of a guest might bring about, it stays text.
 */
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/strbuf.h"
#include "core/escape.h"
#include "report/html_data.h"
#include "report/page_files.h"

static const char *const styles[] = { page_uplot_css, page_css };
/* in one script: what one defines the next ones use */
static const char *const scripts[] = { page_uplot_js, page_core_js, page_matrix_js, page_detail_js,
				       page_map_js,   page_time_js, page_main_js };

static void put_base64(FILE *out, const uint8_t *data, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = (uint32_t)data[i] << 16;
		size_t left = len - i;

		bits |= left > 1 ? (uint32_t)data[i + 1] << 8 : 0;
		bits |= left > 2 ? (uint32_t)data[i + 2] : 0;
		fputc(digits[bits >> 18], out);
		fputc(digits[bits >> 12 & 63], out);
		fputc(left > 1 ? digits[bits >> 6 & 63] : '=', out);
		fputc(left > 2 ? digits[bits & 63] : '=', out);
	}
}

static uint8_t hex_digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static char *all_scripts(void)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		strbuf_adds(&sb, scripts[i]);
		strbuf_addc(&sb, '\n');
	}
	return strbuf_detach(&sb);
}

static void put_policy(FILE *out, const struct report *report)
{
	_cleanup_free_ char *script = all_scripts();
	char hex[SHA256_HEX_SIZE];
	uint8_t digest[SHA256_HEX_SIZE / 2];

	(void)report;
	sha256_hex(script, strlen(script), hex);
	for (size_t i = 0; i < sizeof(digest); i++)
		digest[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
	fputs("default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; "
	      "img-src data:; script-src 'sha256-",
	      out);
	put_base64(out, digest, sizeof(digest));
	fputc('\'', out);
}

static void put_title(FILE *out, const struct report *report)
{
	put_xml(out, report->run->name);
}

static void put_style(FILE *out, const struct report *report)
{
	(void)report;
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++)
		fputs(styles[i], out);
}

static void put_script(FILE *out, const struct report *report)
{
	_cleanup_free_ char *script = all_scripts();

	(void)report;
	fputs(script, out);
}

/* No '<' begins a tag or a comment there, and all is ASCII, so no line ends where JSON has none. */
static void put_data(FILE *out, const struct report *report)
{
	json_t *json = html_data(report);
	_cleanup_free_ char *text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(json);
	for (const char *p = text ?: "null"; *p; p++) {
		if (*p == '<')
			fputs("\\u003c", out);
		else
			fputc(*p, out);
	}
}

static const struct {
	const char *mark;
	void (*put)(FILE *out, const struct report *report);
} marks[] = {
	{ "@POLICY@", put_policy }, { "@TITLE@", put_title },   { "@STYLE@", put_style },
	{ "@DATA@", put_data },     { "@SCRIPT@", put_script },
};

void report_print_html(FILE *out, const struct report *report)
{
	const char *p = page_html;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		const char *mark = strstr(p, marks[i].mark);

		/* they are in the page, in this order: a test holds that */
		if (!mark)
			break;
		fwrite(p, 1, (size_t)(mark - p), out);
		marks[i].put(out, report);
		p = mark + strlen(marks[i].mark);
	}
	fputs(p, out);
}
