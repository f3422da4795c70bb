/* SPDX-License-Identifier: GPL-2.0-only */
/* apt with lists, cache and sources of its own, so that other releases of Debian can be looked into. */
#ifndef BTFMATRIX_DEBIAN_PRIVATE_APT_H
#define BTFMATRIX_DEBIAN_PRIVATE_APT_H

#include "core/error.h"

/**
 * Makes the folder @dir an apt for @suites (ended by NULL) and fetches their lists; signatures are checked against
 * debian-archive-keyring. Suites "*-security" are of Debian's security archive. The mirror is the one the host's
 * apt uses, or $BTFMATRIX_DEBIAN_MIRROR. What apt says is appended to @log_path.
 */
must_check struct error *private_apt_open(const char *dir, const char *const *suites,
					  const char *log_path);

/** A line for sources.list: @suite of the mirror as above, with its key. The caller frees it. */
must_check struct error *private_apt_source(const char *suite, char **ret);

/** `apt-get ARGS` (ended by NULL) in it: "install" only fetches, into DIR/cache/archives. */
must_check struct error *private_apt_get(const char *dir, const char *log_path,
					 const char *const *args);

/** `apt-get download PACKAGE` into the folder @to. */
must_check struct error *private_apt_download(const char *dir, const char *log_path,
					      const char *package, const char *to);

/** Names of the packages that begin with @prefix, one a line; the caller frees it. */
must_check struct error *private_apt_names(const char *dir, const char *prefix, char **ret);

#endif
