/* See compare.h. */
#include "agent/compare.h"

#include <stdlib.h>
#include <string.h>

#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"

#define ROW_MAX (LIMIT_CHANGE + 4096)

/* Tells c; k is the row that then holds. k may stand on what known_get()
 * gave as long as those parts were copied. */
static enum compare_news
tell(struct store_txn *t, struct known *k, struct change *c)
{
	enum compare_news news;
	struct buf id;

	buf_init(&id, KNOWN_ID_MAX);
	known_id(&id, k->source, k->path);
	c->id = buf_look(&id);
	c->when = clock_wall();
	if (!change_is_sane(c, NULL) || !spool_put(t, c)) {
		news = change_is_sane(c, NULL) ? COMPARE_NO_ROOM :
		    COMPARE_UNFIT;
		buf_clear(&id);
		return news;
	}
	change_item_hash(c, k->change);
	buf_clear(&id);
	c->id = SPAN_NONE;
	k->told = true;
	k->links_cut = c->links_cut;
	k->adopted = false;
	k->withdrawn = 0;
	known_put(t, k);
	return c->kind == CHANGE_CREATED ? COMPARE_CREATED : COMPARE_UPDATED;
}

/* The same row with another stat. */
static void
touch(struct store_txn *t, const struct known *old,
    const struct known_stat *stat)
{
	struct known k = *old;

	known_own(&k);
	k.stat = *stat;
	known_put(t, &k);
	known_disown(&k);
}

/* The same file at another address: withdrawn by a person it stays that. */
static enum compare_news
move_withdrawn(struct store_txn *t, const struct known *old,
    const struct compare_item *i, struct span url)
{
	struct known own = *old, k;

	known_own(&own);
	k = own;
	k.stat = i->stat;
	k.url = url;
	known_put(t, &k);
	known_disown(&own);
	return COMPARE_NOTHING;
}

/* What a person said of it, of this address. */
static void
read_said(struct change *c, struct buf *said, const struct known *k,
    struct span url)
{
	if (!change_read(c, k->said))
		fatal("what was said of an item can't be read: the store is "
		    "damaged");
	c->kind = CHANGE_UPDATED;
	c->url = url;
	buf_init(said, ROW_MAX);
	change_write(said, c);
	must(!said->bad);
}

/* … and in a person's words it keeps them. */
static enum compare_news
move_said(struct store_txn *t, const struct known *old,
    const struct compare_item *i, struct span url)
{
	struct known own = *old, k;
	enum compare_news news;
	struct change c;
	struct buf said;

	known_own(&own);
	read_said(&c, &said, &own, url);
	k = own;
	k.stat = i->stat;
	k.url = url;
	k.said = buf_look(&said);
	news = tell(t, &k, &c);
	buf_clear(&said);
	known_disown(&own);
	return news;
}

/* Would it be told as it was? */
static bool
is_as_told(const struct compare_item *i, const struct known *old,
    struct change *c)
{
	uint8_t hash[32];
	struct buf id;

	if (!i->anew || old->said.n > 0 || !old->told)
		return true;
	buf_init(&id, KNOWN_ID_MAX);
	known_id(&id, i->source, i->path);
	c->id = buf_look(&id);
	c->kind = CHANGE_UPDATED;
	change_item_hash(c, hash);
	c->id = SPAN_NONE;
	buf_clear(&id);
	return memcmp(hash, old->change, sizeof(hash)) == 0 &&
	    c->links_cut == old->links_cut;
}

enum compare_news
compare_is(struct store_txn *t, const struct compare_item *i,
    struct change *c)
{
	struct known old, k = {
		.source = i->source, .path = i->path,
		.stat = i->stat, .url = c->url,
	};
	bool there = known_get(t, i->source, i->path, &old);
	bool same = there && memcmp(old.hash, c->hash, sizeof(old.hash)) == 0;

	if (same && span_is(old.url, c->url) && is_as_told(i, &old, c)) {
		if (!known_stat_is(&old.stat, &i->stat))
			touch(t, &old, &i->stat);
		return COMPARE_NOTHING;
	}
	if (same && !old.told)
		return move_withdrawn(t, &old, i, c->url);
	if (same && old.said.n > 0)
		return move_said(t, &old, i, c->url);
	c->kind = there && old.told ? CHANGE_UPDATED : CHANGE_CREATED;
	memcpy(k.hash, c->hash, sizeof(k.hash));
	return tell(t, &k, c);
}

/* Tells c under the name of k, saying what that was called before. */
static enum compare_news
tell_renamed(struct store_txn *t, const struct known *former,
    struct known *k, struct change *c)
{
	enum compare_news news;
	struct buf id;

	buf_init(&id, KNOWN_ID_MAX);
	known_id(&id, former->source, former->path);
	c->kind = CHANGE_UPDATED;
	c->word[WORD_FORMER] = buf_look(&id);
	news = tell(t, k, c);
	c->word[WORD_FORMER] = SPAN_NONE;
	buf_clear(&id);
	return news;
}

enum compare_news
compare_renamed(struct store_txn *t, const struct compare_item *i,
    const struct known *former, struct change *c)
{
	struct known k = { .source = i->source, .path = i->path,
	    .stat = i->stat, .url = c->url };
	bool same = memcmp(former->hash, c->hash, sizeof(k.hash)) == 0;
	enum compare_news news = COMPARE_NOTHING;
	struct change words;
	struct buf said;

	memcpy(k.hash, c->hash, sizeof(k.hash));
	if (!former->told) {
		k.withdrawn = former->withdrawn;
		known_put(t, &k);	/* a person withdrew it */
	} else if (same && former->said.n > 0) {
		read_said(&words, &said, former, c->url);
		k.said = buf_look(&said);
		news = tell_renamed(t, former, &k, &words);
		buf_clear(&said);
	} else {
		news = tell_renamed(t, former, &k, c);
	}
	if (news == COMPARE_NOTHING || news == COMPARE_UPDATED)
		known_del(t, former->source, former->path);
	return news;
}

void
compare_unreadable(struct store_txn *t, const struct compare_item *i,
    struct span url)
{
	struct known old, k = {
		.source = i->source, .path = i->path,
		.stat = i->stat, .url = url,
	};

	if (known_get(t, i->source, i->path, &old))
		touch(t, &old, &i->stat);
	else
		known_put(t, &k);
}

/* Says that k is gone. The row is the caller's to remove or keep. */
static enum compare_news
tell_gone(struct store_txn *t, const struct known *k, struct change *c)
{
	struct buf id;
	bool room;

	buf_init(&id, KNOWN_ID_MAX);
	known_id(&id, k->source, k->path);
	c->kind = CHANGE_DELETED;
	c->id = buf_look(&id);
	c->url = k->url;
	c->when = clock_wall();
	room = spool_put(t, c);
	buf_clear(&id);
	c->id = SPAN_NONE;
	return room ? COMPARE_DELETED : COMPARE_NO_ROOM;
}

enum compare_news
compare_gone(struct store_txn *t, struct span source, struct span path,
    struct span reason, struct span by)
{
	return compare_gone_to(t, source, path, reason, by, SPAN_NONE);
}

enum compare_news
compare_gone_to(struct store_txn *t, struct span source, struct span path,
    struct span reason, struct span by, struct span successor)
{
	enum compare_news news = COMPARE_NOTHING;
	struct known k;
	struct change c;

	if (!known_get(t, source, path, &k))
		return COMPARE_NOTHING;
	change_init(&c);
	c.word[WORD_REASON] = reason;
	c.word[WORD_BY] = by;
	c.word[WORD_SUCCESSOR] = successor;
	if (k.told)
		news = tell_gone(t, &k, &c);
	if (news != COMPARE_NO_ROOM)
		known_del(t, source, path);
	return news;
}

/* --- said by a person ------------------------------------------------------ */

/* A row of a file stays, not told, so that the next scan doesn't publish it
 * again; a row that only a word made goes. */
static enum compare_news
withdraw(struct store_txn *t, const struct known *old, struct change *c)
{
	struct known k = *old;
	char *path = mem_copy(old->path.at, old->path.n);
	char *source = mem_copy(old->source.at, old->source.n);
	char *url = mem_copy(old->url.at, old->url.n);
	enum compare_news news = COMPARE_NOTHING;

	k.path.at = path;
	k.source.at = source;
	k.url.at = url;
	k.said = SPAN_NONE;
	if (k.told)
		news = tell_gone(t, &k, c);
	if (news == COMPARE_DELETED) {
		k.told = k.adopted = false;
		k.withdrawn = c->when;
		if (k.source.n == 0)
			known_del(t, k.source, k.path);
		else
			known_put(t, &k);
	}
	free(path);
	free(source);
	free(url);
	return news;
}

/* An item in a person's words, over what a source found, if it did. */
static enum compare_news
publish(struct store_txn *t, const struct known *old, struct change *c)
{
	struct known k = { .path = c->url, .url = c->url };
	char *path = NULL, *source = NULL;
	struct buf said;
	enum compare_news news;

	c->kind = CHANGE_CREATED;
	if (old != NULL) {
		k = *old;
		k.path.at = path = mem_copy(old->path.at, old->path.n);
		k.source.at = source = mem_copy(old->source.at,
		    old->source.n);
		k.url = c->url;
		if (old->told)
			c->kind = CHANGE_UPDATED;
	}
	c->when = clock_wall();
	buf_init(&said, ROW_MAX);
	change_write(&said, c);
	must(!said.bad);
	k.said = buf_look(&said);
	news = tell(t, &k, c);
	buf_clear(&said);
	free(path);
	free(source);
	return news;
}

enum compare_news
compare_said(struct store_txn *t, struct change *c)
{
	struct known old;
	bool there = known_find_url(t, c->url, &old);

	if (c->kind == CHANGE_DELETED && there)
		return withdraw(t, &old, c);
	if (c->kind == CHANGE_CREATED || c->kind == CHANGE_UPDATED)
		return publish(t, there ? &old : NULL, c);
	if (c->when == CLOCK_NONE)
		c->when = clock_wall();
	if (!change_is_sane(c, NULL))
		return COMPARE_UNFIT;
	return spool_put(t, c) ? COMPARE_UPDATED : COMPARE_NO_ROOM;
}

enum compare_news
compare_again(struct store_txn *t, struct known *k, struct change *c)
{
	c->kind = CHANGE_CREATED;
	c->id = SPAN_NONE;
	return tell(t, k, c);
}
