/*
 * Dump and load: the whole journal as one portable file, for backups, for
 * moving to another machine, and for another journal some day.
 *
 *	"ZQDUMP1\n"
 *	i64	ms, when it was made
 *	u64	entries that follow
 *	then for each entry
 *	u8	'E'
 *	u64	place, from 1, without holes
 *	i64	at, ms
 *	u32	site (0: an act of the hub, its body JSON)
 *	u64	incarnation
 *	u64	seq
 *	32	the chain up to here (SHA-256)
 *	u32	length, and that many bytes: the change as a row (change.h)
 *	and at the end
 *	u8	'Z'
 *	32	SHA-256 of every byte before this one
 *
 * Numbers are big-endian. A file is checked whole before anything of it is
 * taken, and every entry must continue the chain.
 */
#ifndef ZQ_HUB_DUMP_H
#define ZQ_HUB_DUMP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "contrib/base/buf.h"
#include "hub/journal.h"

typedef void dump_tell_fn(void *arg, uint64_t done, uint64_t of);

/* All entries that are there now; tell may be NULL. False: why. */
bool dump_write(struct journal *j, FILE *f, dump_tell_fn *tell, void *arg,
    struct buf *why);

/* Reads the file to its end and says how many entries it has. False: why
 * names what is wrong, and where. f is at its start again. */
bool dump_check(FILE *f, uint64_t *entries, dump_tell_fn *tell, void *arg,
    struct buf *why);

/* Takes a checked file into an empty journal, or goes on where a load that
 * was interrupted stopped. False: why. */
bool dump_load(struct journal *j, FILE *f, dump_tell_fn *tell, void *arg,
    struct buf *why);

#endif
