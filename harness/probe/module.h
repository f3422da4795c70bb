/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading the module that carries split BTF. */
#ifndef BTFMATRIX_PROBE_MODULE_H
#define BTFMATRIX_PROBE_MODULE_H

/** A module's name as the kernel has it: the file's without folder and ".ko", '-' as '_'. */
const char *module_name(const char *path);

/** Trials "module-load:NAME" and "module-live:NAME". */
void module_load(const char *path);

/** Removes a module that module_load() loaded. */
void module_unload(void);

#endif
