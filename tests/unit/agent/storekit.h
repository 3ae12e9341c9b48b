/*
 * What the tests of the agent's store share: a store in a directory of its
 * own, changes to put into it, and the proof that its digest is right.
 */
#ifndef ZQ_TEST_AGENT_STOREKIT_H
#define ZQ_TEST_AGENT_STOREKIT_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/compare.h"
#include "agent/known.h"
#include "agent/spool.h"
#include "agent/store.h"

#define KIT_LIMIT (4u << 20)

static char kit_dir[64];

static inline void
kit_make_dir(void)
{
	snprintf(kit_dir, sizeof(kit_dir), "/tmp/zq-agent-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(kit_dir));
}

static inline int
kit_remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static inline void
kit_remove_tree(const char *path)
{
	ck_assert_int_eq(nftw(path, kit_remove_one, 16,
	    FTW_DEPTH | FTW_PHYS), 0);
}

static inline void
kit_remove_dir(void)
{
	ck_assert_int_eq(strncmp(kit_dir, "/tmp/zq-agent-", 14), 0);
	kit_remove_tree(kit_dir);
}

static inline struct store *
kit_open(uint64_t limit)
{
	struct buf why;
	struct store *s;

	buf_init(&why, 4096);
	s = store_open(kit_dir, DB_WRITE | DB_CREATE, limit, &why);
	ck_assert_msg(s != NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	return s;
}

struct kit_item {
	const char *path;
	int version;		/* of its bytes */
	enum compare_news news;
	const char *reason;	/* not NULL: it is gone */
	size_t padding;		/* bytes of description */
};

static inline bool
kit_tell_work(struct store_txn *t, void *arg)
{
	struct kit_item *i = arg;
	static char padding[8192];
	char url[2048];
	struct change c;
	struct compare_item item = {
		.source = SPAN("www"), .path = span_of(i->path),
		.stat = { .mtime = i->version, .size = 10, .inode = 7 },
	};

	if (i->reason != NULL) {
		i->news = compare_gone(t, item.source, item.path,
		    span_of(i->reason), SPAN_NONE);
		return i->news != COMPARE_NO_ROOM;
	}
	change_init(&c);
	snprintf(url, sizeof(url), "http://www.test.gov.cn/%s", i->path);
	c.url = span_of(url);
	c.word[WORD_TITLE] = SPAN("title");
	memset(padding, 'x', sizeof(padding));
	c.word[WORD_DESCRIPTION] = (struct span){ padding, i->padding };
	c.has_hash = true;
	memset(c.hash, i->version, sizeof(c.hash));
	i->news = compare_is(t, &item, &c);
	return i->news != COMPARE_NO_ROOM;
}

static inline enum compare_news
kit_tell(struct store *s, const char *path, int version)
{
	struct kit_item i = { .path = path, .version = version };

	(void)store_do(s, kit_tell_work, &i);
	return i.news;
}

static inline enum compare_news
kit_gone(struct store *s, const char *path)
{
	struct kit_item i = { .path = path, .reason = "file removed" };

	(void)store_do(s, kit_tell_work, &i);
	return i.news;
}

static inline bool
kit_add_up(void *arg, const struct known *k)
{
	struct digest *d = arg;
	uint8_t hash[32];
	struct buf id;

	if (!k->told || (k->adopted && !k->kept))
		return true;
	if (k->adopted) {
		digest_add(d, k->change);
		return true;
	}
	buf_init(&id, KNOWN_ID_MAX);
	known_id(&id, k->source, k->path);
	digest_item_hash(hash, id.n > 0 ? buf_look(&id) : k->url, k->change);
	digest_add(d, hash);
	buf_clear(&id);
	return true;
}

/* The digest that was kept is the one of what is there, and the spool has no
 * hole and counts its bytes. */
static inline void
kit_is_whole(struct store *s)
{
	struct store_txn *t = store_look(s);
	const struct store_meta *m = &t->meta;
	struct digest d;
	struct change c;
	uint64_t waiting = 0;

	digest_init(&d);
	known_all(t, kit_add_up, &d);
	ck_assert(digest_is(&d, &t->digest));
	for (uint64_t n = m->first; n < m->next; n++) {
		ck_assert_msg(spool_get(t, n, &c), "change %llu is missing",
		    (unsigned long long)n);
		ck_assert_uint_eq(c.seq, n);
		waiting += n > m->confirmed;
	}
	ck_assert(!spool_get(t, m->next, &c));
	ck_assert(m->first == 1 || !spool_get(t, m->first - 1, &c));
	ck_assert_uint_eq(waiting, spool_waiting(m));
	store_end(t);
}

#endif
