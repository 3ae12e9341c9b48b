/*
 * Is a database's file as long as LMDB believes it to be? What is missing at
 * its end is found by SIGBUS otherwise, whenever somebody looks there.
 *
 * A page that was given back before it was ever written may rightly lie
 * behind the file's end: such pages are in LMDB's list of free ones. If that
 * list can't be read either, it lies in what was cut off.
 */
#ifndef ZQ_BASE_DB_WHOLE_H
#define ZQ_BASE_DB_WHOLE_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

struct db_whole {
	uint64_t is, expected;	/* bytes */
};

/* For an open environment of which nothing else is open yet. */
bool db_whole(MDB_env *env, struct db_whole *size);

#endif
