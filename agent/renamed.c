/* See renamed.h. */
#include "agent/renamed.h"

#include <stdlib.h>
#include <string.h>

#include "agent/ability.h"
#include "agent/moves.h"
#include "agent/twin.h"
#include "agent/walk.h"
#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/features.h"
#include "protocol/limits.h"

#define GRAIN 10		/* ms: the kernel's clock of files goes in steps */
#define TWINS 64		/* looked at for a nearer one than was found */

struct search {
	struct store_txn *t;
	const struct renamed_where *w;
	const struct compare_item *item;	/* of what appeared */
	const uint8_t *hash;			/* … its bytes */
	struct span url;			/* … its address */
	bool can_tell;				/* the hub takes such news */
	struct known *found;
	bool is_found;
	size_t far;				/* from it to what is found */
	size_t twins;				/* looked at since */
	bool displaced;		/* it was an item, whose path another file has
				 * now */
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

/* The word was of the address: what had another one before a person said what
 * is gone is something else. */
static bool
is_meant(const struct search *s, const struct known *k)
{
	return k->withdrawn == 0 || span_is(k->url, s->url) ||
	    s->item->stat.ctime / 1000000 + GRAIN >= k->withdrawn;
}

/* What a person withdrew stays that as long as its bytes are the same; of that
 * the hub hears nothing. */
static bool
is_former(const struct search *s, const struct known *k)
{
	bool same = memcmp(k->hash, s->hash, sizeof(k->hash)) == 0;

	return (k->told ? s->can_tell : same && is_meant(s, k)) &&
	    is_vacant(s->w, k);
}

static bool
take(struct search *s, const struct known *k)
{
	if (!is_former(s, k))
		return true;
	if (s->is_found)
		known_disown(s->found);
	*s->found = *k;
	known_own(s->found);
	s->is_found = true;
	return false;
}

/* --- which file it is ------------------------------------------------------- */

static bool
same_file(const struct known_stat *a, const struct known_stat *b)
{
	return a->inode == b->inode && a->size == b->size &&
	    a->mtime == b->mtime;
}

/* Is the file of this inode at the path? */
static bool
is_file_at(const struct renamed_where *w, struct span path, uint64_t inode,
    bool *other)
{
	char *name = mem_copy(path.at, path.n);
	struct stat st;
	bool any = root_look(w->root, name, &st) == ROOT_FILE;

	free(name);
	*other = any && st.st_ino != inode;
	return any && st.st_ino == inode;
}

struct others_of_file {
	struct store_txn *t;
	const struct renamed_where *w;
	const struct known *k;
	struct buf *url;
	bool found;
};

static bool
find_file(void *arg, struct span source, struct span path)
{
	struct others_of_file *o = arg;
	struct known k;
	bool other;

	o->found = span_is(source, o->w->source) &&
	    !span_is(path, o->k->path) && known_get(o->t, source, path, &k) &&
	    k.told && !k.adopted && same_file(&k.stat, &o->k->stat) &&
	    is_file_at(o->w, path, k.stat.inode, &other);
	if (o->found && o->url != NULL)
		buf_span(o->url, k.url);
	return !o->found;
}

/* It was put away, and what has its place since is there. */
static bool
has_original(struct store_txn *t, const struct renamed_where *w,
    const struct known *k, struct buf *url)
{
	struct known now;
	struct buf path;
	bool has;

	buf_init(&path, LIMIT_ID);
	has = w->left != NULL && left_original(w->left, k->path, &path) &&
	    !path.bad && known_get(t, w->source, buf_look(&path), &now) &&
	    now.told && !now.adopted &&
	    look(w, buf_look(&path)) == ROOT_FILE;
	if (has && url != NULL)
		buf_span(url, now.url);
	buf_clear(&path);
	return has;
}

bool
renamed_is_other(struct store_txn *t, const struct renamed_where *w,
    const struct known *k, struct buf *url)
{
	struct others_of_file o = { .t = t, .w = w, .k = k, .url = url };

	if (!span_is(k->source, w->source))
		return false;
	if (k->stat.size > 0)
		twin_each(t, k->hash, k->path, find_file, &o);
	return o.found || has_original(t, w, k, url);
}

/* It was k's file, and another one has that place now. */
static bool
is_displaced(const struct search *s, const struct known *k)
{
	bool other = false;

	return span_is(k->source, s->w->source) &&
	    same_file(&k->stat, &s->item->stat) &&
	    !is_file_at(s->w, k->path, k->stat.inode, &other) && other;
}

/* --- which of those with the same bytes ----------------------------------------- */

static size_t
count_names(struct span s)
{
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.at[i] == '/';
	return n;
}

/* Directories that both begin with. */
static size_t
same_head(struct span a, struct span b)
{
	size_t n = 0;

	for (size_t i = 0; i < a.n && i < b.n && a.at[i] == b.at[i]; i++)
		n += a.at[i] == '/';
	return n;
}

/* Names, of directories or the file, that both end in. */
static size_t
same_tail(struct span a, struct span b)
{
	size_t n = 0;

	while (a.n > 0 && b.n > 0 && a.at[a.n - 1] == b.at[b.n - 1]) {
		n += a.at[a.n - 1] == '/';
		a.n--;
		b.n--;
	}
	return n + ((a.n == 0 || a.at[a.n - 1] == '/') &&
	    (b.n == 0 || b.at[b.n - 1] == '/') && (a.n == 0 || b.n == 0));
}

/* What is one file's beside another's changes of names on the way between
 * them. Where the same page lies twice, for phones, say, or behind a link, and
 * both are renamed, each goes with its own. */
static size_t
distance(const struct search *s, struct span source, struct span path)
{
	size_t from = count_names(path);
	size_t to = count_names(s->item->path);
	size_t least = from < to ? from : to;
	size_t same = same_head(path, s->item->path) +
	    same_tail(path, s->item->path);
	size_t far = from + to - 2 * (same < least ? same : least);

	if (!span_is(text_last_name(path), text_last_name(s->item->path)))
		far += 2 * WALK_DEPTH;		/* the name says most */
	return 2 * far + !span_is(source, s->item->source);
}

static bool
take_twin(void *arg, struct span source, struct span path)
{
	struct search *s = arg;
	struct known k;
	size_t far = distance(s, source, path);

	if (s->is_found && ++s->twins > TWINS)
		return false;
	if (!known_get(s->t, source, path, &k) ||
	    memcmp(k.hash, s->hash, sizeof(k.hash)) != 0)
		return true;
	s->displaced |= is_displaced(s, &k);
	if (s->is_found && far >= s->far)
		return true;
	if (!same_file(&k.stat, &s->item->stat) &&
	    renamed_is_other(s->t, s->w, &k, NULL))
		return true;
	if (!take(s, &k))
		s->far = far;
	return true;
}

static bool
take_went(void *arg, struct span went, int64_t since)
{
	struct search *s = arg;
	struct known k;

	if (!known_get(s->t, s->w->source, went, &k) || !k.told || k.adopted ||
	    (s->item->stat.ctime / 1000000 >= since &&
	    memcmp(k.hash, s->hash, sizeof(k.hash)) != 0 &&
	    !is_vacant(s->w, &k)))
		return true;
	*s->found = k;
	known_own(s->found);
	s->is_found = true;
	return false;
}

/* What was put away with its directory, and has its address again. */
static void
take_left(struct search *s)
{
	if (s->w->left != NULL && s->can_tell)
		left_each(s->w->left, s->item->path, take_went, s);
}

static void
take_any_twin(struct search *s)
{
	twin_each(s->t, s->hash, s->item->path, take_twin, s);
	if (s->is_found && s->displaced) {
		known_disown(s->found);
		s->is_found = false;
	}
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
	    .url = c->url, .can_tell = ability_has(t, FEATURE_MOVES),
	    .found = former };

	if (is_known(t, i, c))
		return false;
	moves_former(t, c->url, take_announced, &s);
	if (!s.is_found)	/* of another source, or another index file */
		(void)take_announced(&s, c->url);
	if (!s.is_found)
		take_left(&s);
	if (!s.is_found && i->stat.size > 0)	/* empty ones are all alike */
		take_any_twin(&s);
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
	int64_t soon = clock_wall() + MOVES_EARLY;

	if (!ability_has(t, FEATURE_MOVES))
		return false;
	if (moves_successor(t, k->url, soon, url) ||
	    renamed_is_other(t, w, k, url))
		return true;
	if (k->stat.size > 0)
		twin_each(t, k->hash, k->path, count_other, &o);
	if (o.count == 1)
		return true;
	buf_reset(url);
	return false;
}
