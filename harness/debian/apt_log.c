// SPDX-License-Identifier: GPL-2.0-only
#include "debian/apt_log.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/fileio.h"
#include "core/mem.h"

enum {
	LOG_MAX = 16 << 20
};

char *apt_log_reason(const char *log_path)
{
	static const char *const telling[] = {
		"Unable to locate package",
		"has no installation candidate",
		"No space left on device",
		"Could not resolve",
		"Could not connect",
		"Connection failed",
		"Failed to fetch",
		"Unable to fetch",
		"E: ",
	};
	_cleanup_free_ char *text = NULL;
	_cleanup_error_ struct error *err = file_read(log_path, LOG_MAX, &text, NULL);
	const char *hit = NULL;

	for (size_t i = 0; !err && !hit && i < ARRAY_SIZE(telling); i++)
		hit = strstr(text, telling[i]);
	if (!hit)
		return NULL;
	while (hit > text && hit[-1] != '\n')
		hit--;
	hit += strspn(hit, " \t");
	if (str_starts(hit, "E: ") || str_starts(hit, "W: "))
		hit += 3;
	return xstrndup(hit, strcspn(hit, "\n"));
}
