/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of the record, and how older ones become today's.
 *
 * `PRAGMA application_id` tells our files from others', `PRAGMA user_version` counts the migrations that
 * have been done. A migration is never changed once it is out: a change of the tables is a new one.
 */
#ifndef BTFMATRIX_RECORD_SCHEMA_H
#define BTFMATRIX_RECORD_SCHEMA_H

#include "record/db.h"

/**
 * Brings a database to today's tables; an empty one gets them. Two processes may do so at once.
 * ERROR_INPUT for a file of another program's, or of a newer btfmatrix.
 */
must_check struct error *schema_migrate(struct db *db);

/** Whether it is ours and lacks migrations. */
bool schema_is_older(struct db *db);

/** The same checks, for reading: ERROR_INPUT also where the tables are older than today's. */
must_check struct error *schema_check(struct db *db);

#endif
