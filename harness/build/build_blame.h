/* SPDX-License-Identifier: GPL-2.0-only */
/* A build that failed, or made something else than the descriptor says: the line that is likely to be the cause. */
#ifndef BTFMATRIX_BUILD_BUILD_BLAME_H
#define BTFMATRIX_BUILD_BUILD_BLAME_H

#include "config/arch.h"
#include "core/error.h"

/** Adds to a build's error the descriptor's line that it points at, if any. Takes @err and returns it; NULL stays NULL. */
must_check struct error *build_blame(const struct arch *arch, struct error *err);

/** ERROR_INPUT with the descriptor's line where the kernel tree @source_dir has no arch/SRCARCH. */
must_check struct error *build_check_source(const struct arch *arch, const char *source_dir);

/** ERROR_INPUT with the descriptor's line where the ELF header of @vmlinux is not what [elf] says. */
must_check struct error *build_check_image(const struct arch *arch, const char *vmlinux);

#endif
