/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which job of a run goes first. A build's urgency is the seconds of the way from its start to its tree's last verdict
 * (estimates_chain()); these are beyond any such.
 */
#ifndef BTFMATRIX_PLAN_URGENCY_H
#define BTFMATRIX_PLAN_URGENCY_H

/* Added for a tree that was begun: it goes before one that was not, while many are left. */
#define URGENCY_OF_BEGUN 1e6
/* Boots are short, and somebody waits for verdicts: they go before builds. */
#define URGENCY_OF_CHECK 1e9
/* A source comes before all. */
#define URGENCY_OF_SOURCE 2e9

#endif
