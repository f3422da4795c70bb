/* SPDX-License-Identifier: GPL-2.0-only */
/* What the logs of apt and of mmdebstrap say of a failure. */
#ifndef BTFMATRIX_DEBIAN_APT_LOG_H
#define BTFMATRIX_DEBIAN_APT_LOG_H

/** The line of @log_path that tells best what went wrong, the caller's; NULL: none. */
char *apt_log_reason(const char *log_path);

#endif
