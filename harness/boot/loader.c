// SPDX-License-Identifier: GPL-2.0-only
#include "boot/loader.h"

#include <string.h>

#include "core/mem.h"
#include "core/strbuf.h"

bool loader_is_done(const struct loader *loader)
{
	return loader->nr_typed == strv_len(loader->script->commands);
}

/* The line has grown, or is whole. */
static void look(struct loader *loader, void (*send)(void *user, const char *text), void *user)
{
	const struct loader_script *script = loader->script;

	if (script->stop && !loader->stopped) {
		loader->stopped = strstr(loader->line, script->stop) != NULL;
		if (loader->stopped)
			send(user, " ");
		return;
	}
	/* what it echoes of a command is on the same line */
	if (loader->answered || !str_starts(loader->line, script->prompt))
		return;
	loader->answered = true;
	send(user, script->commands[loader->nr_typed++]);
	send(user, "\r");
}

static bool take_byte(struct loader *loader, char c)
{
	if (c == '\n' || c == '\r') {
		loader->len = 0;
		loader->answered = false;
	} else if (c && loader->len + 1 < sizeof(loader->line)) {
		loader->line[loader->len++] = c;
	}
	loader->line[loader->len] = '\0';
	return loader->len > 0;
}

void loader_feed(struct loader *loader, const char *data, size_t len,
		 void (*send)(void *user, const char *text), void *user)
{
	for (size_t i = 0; i < len && !loader_is_done(loader); i++)
		if (take_byte(loader, data[i]))
			look(loader, send, user);
}

static const struct loader_word *find_word(const struct loader_word *words, const char *name,
					   size_t len)
{
	for (; words->name; words++)
		if (strlen(words->name) == len && strncmp(words->name, name, len) == 0)
			return words;
	return NULL;
}

char *loader_fill_in(const char *text, const struct loader_word *words)
{
	struct strbuf filled = STRBUF_INIT;

	while (*text) {
		size_t len = strcspn(text, "}");
		const struct loader_word *word =
			*text == '{' && text[len] ? find_word(words, text + 1, len - 1) : NULL;

		if (word) {
			strbuf_adds(&filled, word->value);
			text += len + 1;
		} else {
			strbuf_addc(&filled, *text++);
		}
	}
	strbuf_adds(&filled, "");
	return strbuf_detach(&filled);
}
