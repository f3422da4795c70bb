// SPDX-License-Identifier: GPL-2.0-only
#include "build/kconfig_expr.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/mem.h"

/* Parentheses deeper than any in the kernel; beyond it an expression is none. */
enum {
	MAX_DEPTH = 64
};

enum token_kind {
	TOKEN_END,
	/* a symbol or a constant without quotes, a text in quotes, $(...) */
	TOKEN_WORD,
	TOKEN_TEXT,
	TOKEN_MACRO,
	/* of one or two characters */
	TOKEN_OPERATOR,
};

struct token {
	enum token_kind kind;
	const char *text;
	size_t len;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* Length of a $(...) with all that is nested in it; up to the end where it is not closed. */
static size_t macro_length(const char *text, size_t len)
{
	size_t depth = 0;

	for (size_t i = 1; i < len; i++) {
		depth += text[i] == '(';
		if (text[i] == ')' && --depth == 0)
			return i + 1;
	}
	return len;
}

static size_t text_length(const char *text, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == text[0])
			return i + 1;
	}
	return len;
}

static struct token next_token(const char *text, size_t len, size_t *pos)
{
	static const char *const pairs[] = { "&&", "||", "!=", "<=", ">=" };
	struct token token = { 0 };

	while (*pos < len && (isspace((unsigned char)text[*pos]) || text[*pos] == '\\'))
		++*pos;
	text += *pos;
	len -= *pos;
	if (!len)
		return token;
	token.text = text;
	if (is_word(*text)) {
		token.kind = TOKEN_WORD;
		while (token.len < len && is_word(text[token.len]))
			token.len++;
	} else if (*text == '"' || *text == '\'') {
		token.kind = TOKEN_TEXT;
		token.len = text_length(text, len);
	} else if (len >= 2 && text[0] == '$' && text[1] == '(') {
		token.kind = TOKEN_MACRO;
		token.len = macro_length(text, len);
	} else {
		token.kind = TOKEN_OPERATOR;
		token.len = 1;
		for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
			if (len >= 2 && !memcmp(text, pairs[i], 2))
				token.len = 2;
	}
	*pos += token.len;
	return token;
}

struct parser {
	const char *text;
	size_t len, pos;
	struct token token;
	kconfig_value_fn value;
	void *user;
	unsigned int depth;
	bool failed;
};

static void advance(struct parser *parser)
{
	parser->token = next_token(parser->text, parser->len, &parser->pos);
}

static bool at_operator(const struct parser *parser, const char *text)
{
	return parser->token.kind == TOKEN_OPERATOR && parser->token.len == strlen(text) &&
	       !memcmp(parser->token.text, text, parser->token.len);
}

static bool is_constant(const struct token *token)
{
	static const char *const truths[] = { "y", "m", "n" };

	for (size_t i = 0; i < ARRAY_SIZE(truths); i++)
		if (token->len == 1 && *token->text == *truths[i])
			return true;
	/* symbols have upper-case letters; 64 and 0x40 are numbers */
	return isdigit((unsigned char)*token->text) && !memchr(token->text, '_', token->len);
}

/* What a word or text stands for; NULL: unset. The caller frees it. */
static char *value_of(const struct parser *parser, const struct token *token)
{
	if (token->kind == TOKEN_TEXT)
		return xstrndup(token->text + 1, token->len >= 2 ? token->len - 2 : 0);
	if (is_constant(token))
		return xstrndup(token->text, token->len);
	return parser->value(parser->user, token->text, token->len);
}

/* As numbers where both are, else as texts. */
static int compare(const char *a, const char *b)
{
	char *end_a, *end_b;
	long long number_a, number_b;

	errno = 0;
	number_a = strtoll(a, &end_a, 0);
	number_b = strtoll(b, &end_b, 0);
	if (!errno && *a && *b && !*end_a && !*end_b)
		return number_a < number_b ? -1 : number_a > number_b;
	return strcmp(a, b);
}

static const struct {
	const char *text;
	/* by the sign of the comparison: less, equal, greater */
	bool met[3];
} comparisons[] = {
	{ "=", { false, true, false } }, { "!=", { true, false, true } },
	{ "<", { true, false, false } }, { ">", { false, false, true } },
	{ "<=", { true, true, false } }, { ">=", { false, true, true } },
};

/* WORD, or WORD OPERATOR WORD. */
static enum kconfig_truth parse_comparison(struct parser *parser)
{
	struct token left = parser->token;
	_cleanup_free_ char *a = NULL, *b = NULL;

	advance(parser);
	for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++) {
		if (!at_operator(parser, comparisons[i].text))
			continue;
		advance(parser);
		struct token right = parser->token;

		if (right.kind == TOKEN_END || right.kind == TOKEN_OPERATOR) {
			parser->failed = true;
			return KCONFIG_UNKNOWN;
		}
		advance(parser);
		if (left.kind == TOKEN_MACRO || right.kind == TOKEN_MACRO)
			return KCONFIG_UNKNOWN;
		a = value_of(parser, &left);
		b = value_of(parser, &right);
		int order = compare(a ?: "n", b ?: "n");

		return comparisons[i].met[order < 0    ? 0
					  : order == 0 ? 1
						       : 2]
			       ? KCONFIG_TRUE
			       : KCONFIG_FALSE;
	}
	if (left.kind == TOKEN_MACRO)
		return KCONFIG_UNKNOWN;
	a = value_of(parser, &left);
	return a && (str_eq(a, "y") || str_eq(a, "m")) ? KCONFIG_TRUE : KCONFIG_FALSE;
}

static enum kconfig_truth parse_or(struct parser *parser);

static enum kconfig_truth parse_operand(struct parser *parser)
{
	enum kconfig_truth truth;

	if (++parser->depth > MAX_DEPTH || parser->token.kind == TOKEN_END) {
		parser->failed = true;
		return KCONFIG_UNKNOWN;
	}
	if (at_operator(parser, "!")) {
		advance(parser);
		truth = parse_operand(parser);
		truth = truth == KCONFIG_UNKNOWN ? truth
			: truth == KCONFIG_TRUE  ? KCONFIG_FALSE
						 : KCONFIG_TRUE;
	} else if (at_operator(parser, "(")) {
		advance(parser);
		truth = parse_or(parser);
		if (!at_operator(parser, ")"))
			parser->failed = true;
		advance(parser);
	} else if (parser->token.kind == TOKEN_OPERATOR) {
		parser->failed = true;
		truth = KCONFIG_UNKNOWN;
	} else {
		truth = parse_comparison(parser);
	}
	parser->depth--;
	return truth;
}

static enum kconfig_truth parse_and(struct parser *parser)
{
	enum kconfig_truth truth = parse_operand(parser);

	while (!parser->failed && at_operator(parser, "&&")) {
		advance(parser);
		enum kconfig_truth other = parse_operand(parser);

		if (truth == KCONFIG_FALSE || other == KCONFIG_FALSE)
			truth = KCONFIG_FALSE;
		else if (other == KCONFIG_UNKNOWN)
			truth = other;
	}
	return truth;
}

static enum kconfig_truth parse_or(struct parser *parser)
{
	enum kconfig_truth truth = parse_and(parser);

	while (!parser->failed && at_operator(parser, "||")) {
		advance(parser);
		enum kconfig_truth other = parse_and(parser);

		if (truth == KCONFIG_TRUE || other == KCONFIG_TRUE)
			truth = KCONFIG_TRUE;
		else if (other == KCONFIG_UNKNOWN)
			truth = other;
	}
	return truth;
}

enum kconfig_truth kconfig_evaluate(const char *text, size_t len, kconfig_value_fn value,
				    void *user)
{
	struct parser parser = { .text = text, .len = len, .value = value, .user = user };
	enum kconfig_truth truth;

	advance(&parser);
	truth = parse_or(&parser);
	return parser.failed || parser.token.kind != TOKEN_END ? KCONFIG_UNKNOWN : truth;
}

/* Steps over one token; whether it is the operator of two characters @c outside of parentheses. */
static bool step(const char *text, size_t len, size_t *pos, size_t *depth, char c,
		 struct token *token)
{
	*token = next_token(text, len, pos);
	if (token->kind != TOKEN_OPERATOR)
		return false;
	*depth += *token->text == '(';
	*depth -= *token->text == ')' && *depth;
	return !*depth && token->len == 2 && *token->text == c;
}

static bool has_outermost_or(const char *text, size_t len)
{
	struct token token;
	size_t pos = 0, depth = 0;

	do {
		if (step(text, len, &pos, &depth, '|', &token))
			return true;
	} while (token.kind != TOKEN_END);
	return false;
}

bool kconfig_next_clause(const char *text, size_t len, size_t *pos, const char **clause_ret,
			 size_t *clause_len_ret)
{
	bool whole = has_outermost_or(text, len);
	size_t start = *pos, end = len, depth = 0;
	struct token token;

	while (start < len && isspace((unsigned char)text[start]))
		start++;
	if (start >= len)
		return false;
	*pos = whole ? len : start;
	while (!whole && end == len) {
		if (step(text, len, pos, &depth, '&', &token))
			end = (size_t)(token.text - text);
		else if (token.kind == TOKEN_END)
			break;
	}
	while (end > start && isspace((unsigned char)text[end - 1]))
		end--;
	*clause_ret = text + start;
	*clause_len_ret = end - start;
	return true;
}

bool kconfig_next_symbol(const char *text, size_t len, size_t *pos, const char **name_ret,
			 size_t *name_len_ret)
{
	for (struct token token; (token = next_token(text, len, pos)).kind != TOKEN_END;) {
		if (token.kind != TOKEN_WORD || is_constant(&token))
			continue;
		*name_ret = token.text;
		*name_len_ret = token.len;
		return true;
	}
	return false;
}
