/*
 * A journal and a view in a directory below ZQ_BENCH_DIR (or the current
 * one's build directory), filled with made-up items.
 */
#ifndef ZQ_TESTS_STOREBENCH_H
#define ZQ_TESTS_STOREBENCH_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/journal.h"
#include "hub/query.h"
#include "hub/query_inside.h"
#include "hub/view.h"
#include "tests/bench/titles.h"

#define BENCH_MOST (UINT64_C(64) << 30)
#define BENCH_BATCH 1000

struct bench {
	char dir[512], view_dir[600], journal_dir[600];
	struct journal *journal;
	struct view *view;
	struct titles titles;
	uint64_t said[TITLES_SITES + 1];
	uint64_t items, row_bytes;
	/* What else a page says, if anything; n: of its site's. */
	void (*dress)(struct change *c, uint64_t n, uint32_t site);
};

static inline double
bench_now(void)
{
	return (double)clock_mono() / 1e3;
}

static inline double
bench_cpu(void)
{
	return (double)clock_cpu() / 1e6;
}

static inline int
bench_remove(const char *path, const struct stat *st, int type,
    struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(path);
}

static inline void
bench_sites(struct bench *b)
{
	char json[512];

	journal_begin(b->journal);
	for (unsigned s = 1; s <= TITLES_SITES; s++) {
		snprintf(json, sizeof(json), "{\"do\":\"site-add\",\"site\":"
		    "%u,\"code\":\"4101%06u\",\"name\":\"site %u\","
		    "\"domains\":[\"www.site%u.gov.cn\"],\"kind\":"
		    "\"department\",\"parent\":\"\",\"actor\":\"bench\","
		    "\"reason\":\"\"}", s, s, s, s);
		journal_act(b->journal, span_of(json), TITLES_NOW);
	}
	must(journal_commit(b->journal) == DB_OK);
}

static inline void
bench_open(struct bench *b, const char *name)
{
	const char *where = getenv("ZQ_BENCH_DIR"), *reason;
	struct buf why;
	bool fresh;

	*b = (struct bench){ .items = 0 };
	buf_init(&why, 1024);
	snprintf(b->dir, sizeof(b->dir), "%s/%s-XXXXXX",
	    where != NULL ? where : "/tmp", name);
	if (mkdtemp(b->dir) == NULL)
		fatal("%s: %s", b->dir, strerror(errno));
	snprintf(b->view_dir, sizeof(b->view_dir), "%s/view", b->dir);
	snprintf(b->journal_dir, sizeof(b->journal_dir), "%s/journal",
	    b->dir);
	b->journal = journal_open(&journal_lmdb, b->journal_dir, true,
	    BENCH_MOST, &why);
	b->view = view_open(b->view_dir, BENCH_MOST, &fresh, &reason, &why);
	if (b->journal == NULL || b->view == NULL)
		fatal("%s", buf_cstr(&why));
	titles_open(&b->titles, 20261121);
	bench_sites(b);
}

static inline void
bench_close(struct bench *b)
{
	view_close(b->view);
	journal_close(b->journal);
	titles_close(&b->titles);
	nftw(b->dir, bench_remove, 16, FTW_DEPTH | FTW_PHYS);
}

struct bench_batch {		/* BENCH_BATCH rows, ready to be taken */
	struct buf rows;
	struct span row[BENCH_BATCH];
	uint8_t hash[BENCH_BATCH][32];
	struct journal_batch b;
};

/* The next batch of one site; sites take turns of 20 batches. */
static inline void
bench_make(struct bench *b, struct bench_batch *m)
{
	uint32_t site = 1 + (uint32_t)(b->items / BENCH_BATCH / 20 %
	    TITLES_SITES);
	size_t at[BENCH_BATCH + 1];
	struct change c;

	buf_reset(&m->rows);
	for (size_t i = 0; i < BENCH_BATCH; i++) {
		at[i] = m->rows.n;
		titles_item(&b->titles, b->said[site] + i, site, &c);
		if (b->dress != NULL)
			b->dress(&c, b->said[site] + i, site);
		change_write(&m->rows, &c);
		change_hash(&c, m->hash[i]);
	}
	at[BENCH_BATCH] = m->rows.n;
	must(!m->rows.bad);
	for (size_t i = 0; i < BENCH_BATCH; i++)
		m->row[i] = (struct span){ .at = m->rows.at + at[i],
		    .n = at[i + 1] - at[i] };
	m->b = (struct journal_batch){
		.site = site, .incarnation = 1, .first = b->said[site] + 1,
		.head = b->said[site] + BENCH_BATCH, .now = TITLES_NOW,
		.row = m->row, .hash = (const uint8_t (*)[32])m->hash,
		.count = BENCH_BATCH,
	};
	b->said[site] += BENCH_BATCH;
	b->items += BENCH_BATCH;
	b->row_bytes += m->rows.n;
}

static inline void
bench_take(struct bench *b, const struct bench_batch *m)
{
	struct journal_verdict v;

	do {
		journal_begin(b->journal);
		journal_take(b->journal, &m->b, TITLES_NOW, &v);
	} while (journal_commit(b->journal) != DB_OK);
	must(v.verdict == VERDICT_TAKEN);
}

/* Up to `items` in the journal; each group of `group` applied at once. */
static inline void
bench_apply(struct bench *b, size_t group)
{
	size_t applied;

	while (view_place(b->view) < journal_last(b->journal))
		must(view_apply(b->view, b->journal, group, TITLES_NOW,
		    &applied) == DB_OK);
}

#endif
