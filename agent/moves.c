/*
 * See moves.h. A row's key is 'o', the scope's first letter and the key of the
 * old address; beside it stands one that begins with 'n' and leads from the
 * new address to it. http and https are one place.
 */
#include "agent/moves.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define FORMAT 1
#define HEAD 2				/* 'o' or 'n', and the scope */
#define OLD_KEY (HEAD + URL_KEY)
#define NEW_KEY (HEAD + 2 * URL_KEY)
#define HOPS 8				/* moves after each other */
#define FORMER_MOST 1000		/* addresses that lead to one */

static struct span
look(const uint8_t *key, size_t n)
{
	return (struct span){ .at = (const char *)key, .n = n };
}

/* Of an address its place counts (url_place.h), of the others all that stands
 * behind the scheme. */
static void
key_make(uint8_t key[OLD_KEY], char kind, char scope, struct span url)
{
	struct buf place;

	buf_init(&place, LIMIT_URL);
	key[0] = (uint8_t)kind;
	key[1] = (uint8_t)scope;
	if (scope != 'a' || !url_place(&place, url))
		url_place_spell(&place, url_bare(url));
	url_key(key + HEAD, buf_look(&place));
	buf_clear(&place);
}

/* As rows have it that agents of before kept: "%28" was not "(" to them. */
static void
key_make_former(uint8_t key[OLD_KEY], char kind, char scope, struct span url)
{
	struct span part[2];
	struct buf place;

	buf_init(&place, LIMIT_URL);
	key[0] = (uint8_t)kind;
	key[1] = (uint8_t)scope;
	if (scope == 'a' && url_place_parts(part, url)) {
		buf_span(&place, part[0]);
		buf_span(&place, part[1]);
	} else {
		buf_span(&place, url_bare(url));
	}
	url_key(key + HEAD, buf_look(&place));
	buf_clear(&place);
}

static char
letter(struct span scope)
{
	return scope.n > 0 ? scope.at[0] : '?';
}

/* --- rows ------------------------------------------------------------------- */

static void
row_write(struct buf *b, const struct moved *m)
{
	write_u8(b, FORMAT);
	write_u8(b, (uint8_t)m->state);
	write_span(b, m->scope);
	write_span(b, m->old);
	write_span(b, m->new);
	write_span(b, m->source);
	write_span(b, m->reason);
	write_span(b, m->by);
	write_u64(b, (uint64_t)m->from);
	write_u64(b, (uint64_t)m->until);
	write_u64(b, (uint64_t)m->when);
	write_u64(b, m->items);
}

static void
row_read(struct moved *m, struct span row)
{
	struct reader r = reader_of(row);

	*m = (struct moved){ .items = 0 };
	if (read_u8(&r) != FORMAT)
		r.bad = true;
	m->state = (enum moves_state)read_u8(&r);
	m->scope = read_span(&r);
	m->old = read_span(&r);
	m->new = read_span(&r);
	m->source = read_span(&r);
	m->reason = read_span(&r);
	m->by = read_span(&r);
	m->from = (int64_t)read_u64(&r);
	m->until = (int64_t)read_u64(&r);
	m->when = (int64_t)read_u64(&r);
	m->items = read_u64(&r);
	if (!reader_done(&r))
		fatal("a move in the store can't be read: it is damaged, or "
		    "was made by a newer zqagentd");
}

static bool
get(struct store_txn *t, char scope, struct span old, struct moved *m)
{
	uint8_t key[OLD_KEY];
	struct span row;

	key_make(key, 'o', scope, old);
	if (!db_get(t->db, STORE_MOVE, look(key, sizeof(key)), &row)) {
		key_make_former(key, 'o', scope, old);
		if (!db_get(t->db, STORE_MOVE, look(key, sizeof(key)), &row))
			return false;
	}
	row_read(m, row);
	return true;
}

bool
moves_get(struct store_txn *t, struct span scope, struct span old,
    struct moved *m)
{
	return get(t, letter(scope), old, m);
}

typedef void key_fn(uint8_t key[OLD_KEY], char kind, char scope,
    struct span url);

static void
keys_make(key_fn *make, uint8_t key[OLD_KEY], uint8_t new[NEW_KEY],
    const struct moved *m)
{
	make(key, 'o', letter(m->scope), m->old);
	make(new, 'n', letter(m->scope), m->new);
	memcpy(new + OLD_KEY, key + HEAD, URL_KEY);
}

void
moves_del(struct store_txn *t, struct span scope, struct span old)
{
	uint8_t key[2][OLD_KEY], new[2][NEW_KEY];
	struct moved m;

	while (moves_get(t, scope, old, &m)) {
		keys_make(key_make, key[0], new[0], &m);
		keys_make(key_make_former, key[1], new[1], &m);
		for (int i = 0; i < 2; i++) {
			db_del(t->db, STORE_MOVE, look(key[i], OLD_KEY));
			db_del(t->db, STORE_MOVE, look(new[i], NEW_KEY));
		}
	}
}

bool
moves_put(struct store_txn *t, const struct moved *m)
{
	uint8_t key[OLD_KEY], other[NEW_KEY];
	struct buf row;

	moves_del(t, m->scope, m->old);
	if (moves_count(t) >= MOVES_MOST)
		return false;
	buf_init(&row, MOVES_ROW_MAX);
	row_write(&row, m);
	must(!row.bad);
	keys_make(key_make, key, other, m);
	db_put(t->db, STORE_MOVE, look(key, sizeof(key)), buf_look(&row));
	db_put(t->db, STORE_MOVE, look(other, sizeof(other)), m->old);
	buf_clear(&row);
	return true;
}

uint64_t
moves_count(struct store_txn *t)
{
	return db_count(t->db, STORE_MOVE) / 2;
}

void
moves_each(struct store_txn *t, moves_fn *fn, void *arg)
{
	struct db_cursor *c = db_cursor_open(t->db, STORE_MOVE);
	struct span key = SPAN("o"), row;
	struct moved m;

	for (bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	    more && key.n == OLD_KEY && key.at[0] == 'o';
	    more = db_cursor_get(c, MDB_NEXT, &key, &row)) {
		row_read(&m, row);
		if (!fn(arg, &m))
			break;
	}
	db_cursor_close(c);
}

struct counting {
	enum moves_state state;
	uint64_t n;
};

static bool
count_one(void *arg, const struct moved *m)
{
	struct counting *c = arg;

	c->n += m->state == c->state;
	return true;
}

uint64_t
moves_in_state(struct store_txn *t, enum moves_state state)
{
	struct counting c = { .state = state };

	moves_each(t, count_one, &c);
	return c.n;
}

/* --- where they lead ----------------------------------------------------------- */

static bool
counts(const struct moved *m)
{
	return (m->state == MOVES_SAID || m->state == MOVES_HEARD) &&
	    (m->until == CLOCK_NONE || m->until > clock_wall());
}

static int64_t
begins(const struct moved *m)
{
	return m->from != CLOCK_NONE ? m->from : m->when;
}

/* The next shorter prefix that ends in a slash, down to the host's own. */
static bool
shorten(struct span *prefix)
{
	struct url u;
	size_t host;

	if (!url_parse(&u, *prefix))
		return false;
	host = (size_t)(u.path.at - prefix->at);
	for (size_t n = prefix->n; n > host + 1; n--)
		if (prefix->at[n - 2] == '/') {
			prefix->n = n - 1;
			return true;
		}
	return false;
}

static struct span
behind(struct span url, struct span prefix)
{
	struct span rest = url_bare(url);
	size_t n = url_place_heads(url_bare(prefix), rest);

	must(n > 0);
	return (struct span){ .at = rest.at + n, .n = rest.n - n };
}

/* The path without the query: prefixes end before that. */
static struct span
path_of(struct span url)
{
	const char *q = url.n > 0 ? memchr(url.at, '?', url.n) : NULL;

	return (struct span){ .at = url.at,
	    .n = q != NULL ? (size_t)(q - url.at) : url.n };
}

typedef bool fits_fn(const struct moved *m);

/* The one of these that decides: an address, else the longest prefix, else the
 * domain. */
static bool
find_of(struct store_txn *t, struct span url, fits_fn *fits, struct moved *m)
{
	struct span prefix = path_of(url);
	struct url u;

	if (get(t, 'a', url, m) && fits(m))
		return true;
	if (prefix.n > 0 && prefix.at[prefix.n - 1] != '/' &&
	    !shorten(&prefix))
		return false;
	do
		if (get(t, 'p', prefix, m) && fits(m))
			return true;
	while (shorten(&prefix));
	if (!url_parse(&u, url))
		return false;
	prefix.n = (size_t)(u.path.at - url.at) + 1;
	return get(t, 'd', prefix, m) && fits(m);
}

/* The one move that decides. */
static bool
find(struct store_txn *t, struct span url, struct moved *m)
{
	return find_of(t, url, counts, m);
}

bool
moves_successor(struct store_txn *t, struct span url, int64_t at,
    struct buf *out)
{
	struct buf from;
	struct moved m;
	bool found = false;
	int64_t since = 0;

	if (moves_count(t) == 0)
		return false;
	buf_init(&from, LIMIT_URL);
	buf_span(&from, url);
	for (int i = 0; i < HOPS && find(t, buf_look(&from), &m) &&
	    (!found || begins(&m) > since) && begins(&m) <= at; i++) {
		buf_reset(out);
		buf_span(out, m.new);
		if (letter(m.scope) != 'a')
			buf_span(out, behind(buf_look(&from), m.old));
		if (out->bad || out->n > LIMIT_URL)
			break;
		since = begins(&m);
		found = true;
		buf_reset(&from);
		buf_span(&from, buf_look(out));
	}
	buf_reset(out);
	if (found)
		buf_span(out, buf_look(&from));
	buf_clear(&from);
	return found;
}

#define DROPS_MOST (8u << 20)	/* bytes of names of proposals */

struct dropping {
	struct store_txn *t;
	struct buf to, rows;	/* rows: scope, old of those that go */
};

static bool
take_proposed(void *arg, const struct moved *m)
{
	struct dropping *d = arg;

	if (m->state == MOVES_PROPOSED &&
	    moves_successor(d->t, m->old, INT64_MAX, &d->to) &&
	    url_place_same(buf_look(&d->to), m->new)) {
		write_span(&d->rows, m->scope);
		write_span(&d->rows, m->old);
	}
	return !d->rows.bad;
}

void
moves_drop_proposed(struct store_txn *t)
{
	struct dropping d = { .t = t };
	struct reader r;

	buf_init(&d.to, LIMIT_URL);
	buf_init(&d.rows, DROPS_MOST);
	moves_each(t, take_proposed, &d);
	for (r = reader_of(buf_look(&d.rows)); reader_left(&r) > 0;) {
		struct span scope = read_span(&r), old = read_span(&r);

		if (r.bad)
			break;	/* the rest is left for another time */
		moves_del(t, scope, old);
	}
	buf_clear(&d.to);
	buf_clear(&d.rows);
}

static bool
is_proposed(const struct moved *m)
{
	return m->state == MOVES_PROPOSED;
}

bool
moves_proposed(struct store_txn *t, struct span url, struct moved *m,
    struct buf *to)
{
	if (moves_count(t) == 0 || !find_of(t, url, is_proposed, m))
		return false;
	buf_reset(to);
	buf_span(to, m->new);
	if (letter(m->scope) != 'a')
		buf_span(to, behind(url, m->old));
	return true;
}

void
moves_drop_back(struct store_txn *t, struct span url)
{
	struct buf scope, old;
	struct moved m;

	buf_init(&scope, 16);
	buf_init(&old, LIMIT_URL);
	while (find_of(t, url, is_proposed, &m)) {
		buf_reset(&scope);
		buf_reset(&old);
		buf_span(&scope, m.scope);
		buf_span(&old, m.old);
		moves_del(t, buf_look(&scope), buf_look(&old));
	}
	buf_clear(&scope);
	buf_clear(&old);
}

struct leading {		/* from where do moves lead to an address? */
	struct store_txn *t;
	moves_url_fn *fn;
	void *arg;
	unsigned left;		/* addresses that may still be said */
	bool enough;
};

struct hop {			/* of such a way back */
	struct span url;
	int64_t before;		/* what leads here has begun before that */
	int depth;
};

static void lead_back(struct leading *l, const struct hop *h);

/* The address before, and those from where moves led to that. */
static void
go_back(struct leading *l, const struct hop *h, const struct moved *m,
    struct span url)
{
	const struct hop next = { .url = url, .before = begins(m),
		.depth = h->depth + 1 };

	if (l->left-- == 0 || !l->fn(l->arg, url))
		l->enough = true;
	else if (next.depth < HOPS)
		lead_back(l, &next);
}

/* What was at this address goes where another move leads, if that is of the
 * address itself, say, and this one of its column. */
static bool
decides(struct store_txn *t, const struct moved *m, struct span url)
{
	struct moved first;

	return find(t, url, &first) && span_is(first.scope, m->scope) &&
	    span_is(first.old, m->old);
}

static void
lead_back_from(struct leading *l, const struct hop *h, char scope,
    struct span new, const uint8_t first[OLD_KEY])
{
	struct db_cursor *c = db_cursor_open(l->t->db, STORE_MOVE);
	struct span key = look(first, OLD_KEY), old;
	struct moved m;
	struct buf b;

	buf_init(&b, LIMIT_URL);
	for (bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &old);
	    more && !l->enough && key.n == NEW_KEY &&
	    memcmp(key.at, first, OLD_KEY) == 0;
	    more = db_cursor_get(c, MDB_NEXT, &key, &old)) {
		if (!get(l->t, scope, old, &m) || !counts(&m) ||
		    begins(&m) >= h->before)
			continue;
		buf_reset(&b);
		buf_span(&b, m.old);
		if (scope != 'a')
			buf_span(&b, behind(h->url, new));
		if (!b.bad && decides(l->t, &m, buf_look(&b)))
			go_back(l, h, &m, buf_look(&b));
	}
	buf_clear(&b);
	db_cursor_close(c);
}

/* By the moves of a scope that lead to `new`, which is h->url or its head. */
static void
lead_back_by(struct leading *l, const struct hop *h, char scope,
    struct span new)
{
	uint8_t first[OLD_KEY], former[OLD_KEY];

	key_make(first, 'n', scope, new);
	key_make_former(former, 'n', scope, new);
	lead_back_from(l, h, scope, new, first);
	if (memcmp(first, former, OLD_KEY) != 0)
		lead_back_from(l, h, scope, new, former);
}

static void
lead_back(struct leading *l, const struct hop *h)
{
	struct span prefix = path_of(h->url);
	struct url u;

	if (!url_parse(&u, h->url))
		return;
	lead_back_by(l, h, 'a', h->url);
	if (prefix.n > 0 && prefix.at[prefix.n - 1] != '/' &&
	    !shorten(&prefix))
		return;
	do
		lead_back_by(l, h, 'p', prefix);
	while (!l->enough && shorten(&prefix));
	prefix.n = (size_t)(u.path.at - h->url.at) + 1;
	if (!l->enough)
		lead_back_by(l, h, 'd', prefix);
}

void
moves_former(struct store_txn *t, struct span url, moves_url_fn *fn,
    void *arg)
{
	struct leading l = { .t = t, .fn = fn, .arg = arg,
	    .left = FORMER_MOST };

	if (moves_count(t) > 0)
		lead_back(&l, &(struct hop){ .url = url,
		    .before = INT64_MAX });
}

void
moves_change(struct change *c, const struct moved *m)
{
	change_init(c);
	c->kind = CHANGE_MOVE;
	c->url = m->old;
	c->word[WORD_SUCCESSOR] = m->new;
	c->word[WORD_SCOPE] = m->scope;
	c->word[WORD_REASON] = m->reason;
	c->word[WORD_BY] = m->by;
	c->from = m->from;
	c->until = m->until;
}
