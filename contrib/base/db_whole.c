/*
 * Whether a database's file was cut off. See db_whole.h.
 */
#include "contrib/base/db_whole.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define FREE_LIST 0		/* LMDB's own table of free pages */

static sigjmp_buf back;
static MDB_cursor *cursor;	/* to be closed after SIGBUS, too */

static void
on_bus(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

/* A row is how many there are, and their numbers. */
static uint64_t
count_from(MDB_val row, size_t first)
{
	size_t held = row.mv_size / sizeof(size_t), page;
	const char *at = row.mv_data;
	uint64_t n = 0;

	for (size_t i = 1; i < held; i++) {
		memcpy(&page, at + i * sizeof(page), sizeof(page));
		n += page >= first;
	}
	return n;
}

/* Free pages whose number is first or more. */
static uint64_t
free_from(MDB_txn *txn, size_t first)
{
	MDB_val key, row;
	uint64_t n = 0;

	if (mdb_cursor_open(txn, FREE_LIST, &cursor) != 0)
		return 0;
	while (mdb_cursor_get(cursor, &key, &row, MDB_NEXT) == 0)
		n += count_from(row, first);
	return n;
}

static bool
all_are_free(MDB_txn *txn, size_t first, uint64_t missing)
{
	struct sigaction was, now = { .sa_handler = on_bus };
	volatile bool good = false;

	if (sigaction(SIGBUS, &now, &was) != 0)
		return false;
	if (sigsetjmp(back, 1) == 0)
		good = free_from(txn, first) == missing;
	sigaction(SIGBUS, &was, NULL);
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	cursor = NULL;
	return good;
}

/* The file is looked at last: a writer makes it longer before it says so. */
bool
db_whole(MDB_env *env, struct db_whole *size)
{
	mdb_filehandle_t fd;
	MDB_envinfo info;
	MDB_stat stat;
	struct stat st;
	MDB_txn *txn;
	uint64_t pages;
	bool good;

	mdb_env_info(env, &info);
	mdb_env_stat(env, &stat);
	size->expected = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	if (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0)
		return true;		/* whoever begins one is told why */
	good = mdb_env_get_fd(env, &fd) != 0 || fstat(fd, &st) != 0;
	if (!good) {
		size->is = (uint64_t)st.st_size;
		pages = size->is / stat.ms_psize;
		good = size->is >= size->expected || all_are_free(txn,
		    (size_t)pages, info.me_last_pgno + 1 - pages);
	}
	mdb_txn_abort(txn);
	return good;
}
