/*
 * For tests of the store: a journal and a view in a directory of their own,
 * and short ways to say things to them. Time is what the test says it is.
 */
#ifndef ZQ_TESTS_STOREKIT_H
#define ZQ_TESTS_STOREKIT_H

#include <check.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "hub/journal.h"
#include "hub/journal_backend.h"
#include "hub/query.h"
#include "hub/query_inside.h"
#include "hub/view.h"
#include "protocol/change.h"

#define KIT_SITES 8
#define KIT_NOW INT64_C(1795000000000)	/* 2026-11-18 */
#define KIT_MOST (UINT64_C(4) << 30)

struct kit {
	char dir[64], view_dir[80], journal_dir[80];
	struct journal *journal;
	struct view *view;
	int64_t now;
	uint64_t incarnation[KIT_SITES], seq[KIT_SITES];
	struct buf why;
};

static inline int
kit_remove(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(path);
}

static inline void
kit_wipe(const char *dir)
{
	nftw(dir, kit_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
kit_open_view(struct kit *k)
{
	const char *reason;
	bool fresh;

	k->view = view_open(k->view_dir, KIT_MOST, &fresh, &reason, &k->why);
	ck_assert_msg(k->view != NULL, "%s", buf_cstr(&k->why));
}

static inline void
kit_open(struct kit *k, const struct journal_ops *ops)
{
	*k = (struct kit){ .now = KIT_NOW };
	buf_init(&k->why, 4096);
	snprintf(k->dir, sizeof(k->dir), "/tmp/zq-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(k->dir));
	snprintf(k->view_dir, sizeof(k->view_dir), "%s/view", k->dir);
	snprintf(k->journal_dir, sizeof(k->journal_dir), "%s/journal",
	    k->dir);
	k->journal = journal_open(ops, k->journal_dir, true, KIT_MOST,
	    &k->why);
	ck_assert_msg(k->journal != NULL, "%s", buf_cstr(&k->why));
	kit_open_view(k);
	for (uint64_t i = 0; i < KIT_SITES; i++)
		k->incarnation[i] = 1000 + i;
	clock_set(k->now, 0);
}

static inline void
kit_close(struct kit *k)
{
	view_close(k->view);
	journal_close(k->journal);
	buf_clear(&k->why);
	kit_wipe(k->dir);
	clock_release();
}

__attribute__((format(printf, 2, 3)))
static inline uint64_t
kit_act(struct kit *k, const char *fmt, ...)
{
	char json[4096];
	uint64_t place;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(json, sizeof(json), fmt, ap);
	va_end(ap);
	do {
		journal_begin(k->journal);
		place = journal_act(k->journal, span_of(json), k->now);
	} while (journal_commit(k->journal) != DB_OK);
	return place;
}

/* Sites 1, 2, …: codes 4100000001 …, domains sN.gov.cn. */
static inline void
kit_site(struct kit *k, uint32_t number)
{
	kit_act(k, "{\"do\":\"site-add\",\"site\":%u,\"code\":\"41000000%02u\","
	    "\"name\":\"site %u\",\"domains\":[\"s%u.gov.cn\"],"
	    "\"kind\":\"portal\",\"parent\":\"\",\"actor\":\"test\","
	    "\"reason\":\"\"}", number, number, number, number);
}

/* One batch as it stands; the rows and hashes are made here. */
static inline struct journal_verdict
kit_post(struct kit *k, uint32_t site, uint64_t incarnation, uint64_t first,
    const struct change *c, size_t n)
{
	struct buf *row = calloc(n + 1, sizeof(*row));
	struct span *rows = calloc(n + 1, sizeof(*rows));
	uint8_t (*hash)[32] = calloc(n + 1, 32);
	struct journal_batch b = { .site = site, .incarnation = incarnation,
	    .first = first, .head = n > 0 ? first + n - 1 : 0,
	    .now = k->now, .count = n };
	struct journal_verdict v;

	for (size_t i = 0; i < n; i++) {
		struct change one = c[i];

		one.seq = first + i;
		buf_init(&row[i], LIMIT_CHANGE);
		change_write(&row[i], &one);
		rows[i] = buf_look(&row[i]);
		change_hash(&one, hash[i]);
	}
	b.row = rows;
	b.hash = (const uint8_t (*)[32])hash;
	do {
		journal_begin(k->journal);
		journal_take(k->journal, &b, k->now, &v);
	} while (journal_commit(k->journal) != DB_OK);
	for (size_t i = 0; i < n; i++)
		buf_clear(&row[i]);
	free(row);
	free(rows);
	free(hash);
	return v;
}

/* The next change of a site. */
static inline void
kit_say(struct kit *k, uint32_t site, const struct change *c)
{
	struct journal_verdict v = kit_post(k, site, k->incarnation[site],
	    ++k->seq[site], c, 1);

	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
}

static inline struct change
kit_change(enum change_kind kind, const char *url, const char *title)
{
	struct change c;

	change_init(&c);
	c.kind = kind;
	c.when = KIT_NOW;
	c.url = span_of(url);
	c.word[WORD_TITLE] = span_of(title);
	return c;
}

/* Applies all there is, in groups of at most `most`. */
static inline void
kit_show(struct kit *k, size_t most)
{
	size_t applied;

	while (view_place(k->view) < journal_last(k->journal))
		ck_assert_int_eq(view_apply(k->view, k->journal, most, k->now,
		    &applied), DB_OK);
}

static inline struct store *
kit_store(struct kit *k)
{
	struct store *s = store_over(k->journal, k->view_dir, &k->why);

	ck_assert_msg(s != NULL, "%s", buf_cstr(&k->why));
	return s;
}

static inline struct query_spec
kit_spec(const char *phrase)
{
	return (struct query_spec){ .phrase = span_of(phrase),
	    .since = CLOCK_NONE, .until = CLOCK_NONE, .limit = 20 };
}

#endif
