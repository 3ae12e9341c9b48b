/*
 * What a journal is kept in: a table of verbs.
 *
 * A backend keeps rows by place, and one row per site (its position), in
 * groups that are durable whole or not at all. It knows nothing of what is
 * in them. Inside a group, get() and last() see what the group has put;
 * each() is never called there, and may hand out rows before `from` again.
 * Rows that are handed out live until the callback returns; get() and last()
 * copy.
 */
#ifndef ZQ_HUB_JOURNAL_BACKEND_H
#define ZQ_HUB_JOURNAL_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"

/* False: no more, thank you. */
typedef bool journal_row_fn(void *arg, uint64_t place, struct span row);

struct journal_ops {
	const char *name;
	void *(*open)(const char *dir, bool write, uint64_t most,
	    struct buf *why);
	void (*close)(void *backend);

	void (*begin)(void *backend);
	void (*append)(void *backend, uint64_t place, struct span row);
	void (*put)(void *backend, uint32_t site, struct span position);
	enum db_result (*commit)(void *backend);

	bool (*get)(void *backend, uint32_t site, struct buf *position);
	uint64_t (*last)(void *backend, struct buf *row); /* 0: empty */
	void (*each)(void *backend, uint64_t from, size_t most,
	    journal_row_fn *fn, void *arg);
	uint64_t (*bytes)(void *backend);
};

/* How nasty journal_mem is from the next open on; 0: not at all. */
void journal_mem_seed(uint64_t seed);

#endif
