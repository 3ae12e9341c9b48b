/* See renamed.h. */
#include "agent/renamed.h"

#include <stdlib.h>
#include <string.h>

#include "agent/ability.h"
#include "agent/moves.h"
#include "agent/twin.h"
#include "contrib/base/mem.h"
#include "protocol/features.h"

#define GRAIN 10		/* ms: the kernel's clock of files goes in steps */

struct search {
	struct store_txn *t;
	const struct renamed_where *w;
	const struct compare_item *item;	/* of what appeared */
	const uint8_t *hash;			/* … its bytes */
	struct known *found;
	bool is_found;
};

static enum root_found
look(const struct renamed_where *w, struct span path)
{
	char *name = mem_copy(path.at, path.n);
	struct stat st;
	enum root_found found = root_look(w->root, name, &st);

	free(name);
	return found;
}

/* Is nothing there any more? Of another source its own has to say. */
static bool
is_vacant(const struct renamed_where *w, const struct known *k)
{
	if (span_is(k->source, w->source))
		return look(w, k->path) == ROOT_GONE;
	return k->source.n > 0 && w->find != NULL &&
	    w->find(w->arg, k->source, k->path) == ROOT_GONE;
}

/* What had its name before a person said what is gone is something else: the
 * word was of the address. */
static bool
is_after(const struct search *s, const struct known *k)
{
	return k->withdrawn == 0 ||
	    s->item->stat.ctime / 1000000 + GRAIN >= k->withdrawn;
}

/* What a person withdrew stays that as long as its bytes are the same. */
static bool
is_former(const struct search *s, const struct known *k)
{
	bool same = memcmp(k->hash, s->hash, sizeof(k->hash)) == 0;

	return (k->told || (same && is_after(s, k))) && is_vacant(s->w, k);
}

static bool
take(struct search *s, const struct known *k)
{
	if (!is_former(s, k))
		return true;
	*s->found = *k;
	known_own(s->found);
	s->is_found = true;
	return false;
}

static bool
take_twin(void *arg, struct span source, struct span path)
{
	struct search *s = arg;
	struct known k;

	if (!known_get(s->t, source, path, &k) ||
	    memcmp(k.hash, s->hash, sizeof(k.hash)) != 0)
		return true;
	return take(s, &k);
}

static bool
take_announced(void *arg, struct span url)
{
	struct search *s = arg;
	struct known k;

	return !known_find_url(s->t, url, &k) || take(s, &k);
}

/* Whether it has a row that it goes on with. One of what a person withdrew is
 * no other file's, nor is one of what couldn't be read. */
static bool
is_known(struct store_txn *t, const struct compare_item *i,
    const struct change *c)
{
	struct known k;

	return known_get(t, i->source, i->path, &k) &&
	    (k.told || memcmp(k.hash, c->hash, sizeof(k.hash)) == 0);
}

bool
renamed_from(struct store_txn *t, const struct renamed_where *w,
    const struct compare_item *i, const struct change *c,
    struct known *former)
{
	struct search s = { .t = t, .w = w, .item = i, .hash = c->hash,
	    .found = former };

	if (!ability_has(t, FEATURE_MOVES) || is_known(t, i, c))
		return false;
	moves_former(t, c->url, take_announced, &s);
	if (!s.is_found && i->stat.size > 0)	/* empty ones are all alike */
		twin_each(t, c->hash, i->path, take_twin, &s);
	return s.is_found;
}

/* --- what is gone ------------------------------------------------------------ */

struct others {
	struct store_txn *t;
	const struct renamed_where *w;
	const struct known *gone;
	struct buf *url;
	size_t count;
};

static bool
is_there(const struct renamed_where *w, const struct known *k)
{
	if (span_is(k->source, w->source))
		return look(w, k->path) == ROOT_FILE;
	return k->source.n > 0 && w->find != NULL &&
	    w->find(w->arg, k->source, k->path) == ROOT_FILE;
}

static bool
count_other(void *arg, struct span source, struct span path)
{
	struct others *o = arg;
	struct known k;

	if (!known_get(o->t, source, path, &k) || !k.told || k.adopted ||
	    memcmp(k.hash, o->gone->hash, sizeof(k.hash)) != 0 ||
	    span_is(k.url, o->gone->url) || !is_there(o->w, &k))
		return true;
	if (o->count++ == 0)
		buf_span(o->url, k.url);
	return o->count < 2;
}

bool
renamed_to(struct store_txn *t, const struct renamed_where *w,
    const struct known *k, struct buf *url)
{
	struct others o = { .t = t, .w = w, .gone = k, .url = url };

	if (!ability_has(t, FEATURE_MOVES))
		return false;
	if (moves_successor(t, k->url, url))
		return true;
	if (k->stat.size > 0)
		twin_each(t, k->hash, k->path, count_other, &o);
	if (o.count == 1)
		return true;
	buf_reset(url);
	return false;
}
