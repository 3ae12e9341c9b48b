/*
 * What is owed to sites; see tell_owed.h.
 *
 * In TABLE_TELL: 'O', site, target: owed; 'S', site: something is; 'D', time,
 * site: and is told then; 'N', site, target: when the site was last told that
 * others link to this, which is its own and gone.
 */
#include "hub/tell_owed.h"

#include <string.h>

#include "hub/links.h"
#include "hub/referral.h"
#include "hub/seen.h"
#include "hub/table.h"
#include "hub/tell_move.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define STEPS (LINKS_STEPS / 8)	/* of one question */

struct owed_key {
	uint8_t at[5 + TARGET_KEY];
	size_t n;
};

static struct span
look(const struct owed_key *k)
{
	return (struct span){ .at = (const char *)k->at, .n = k->n };
}

static struct owed_key
target_owed(uint32_t site, const struct target_key *t)
{
	struct owed_key k = { .at = { 'O' }, .n = 5 + t->n };

	wire_put_u32(k.at + 1, site);
	memcpy(k.at + 5, t->at, t->n);
	return k;
}

static struct owed_key
own_told(uint32_t site, const struct target_key *t)
{
	struct owed_key k = target_owed(site, t);

	k.at[0] = 'N';
	return k;
}

static struct owed_key
site_waits(uint32_t site)
{
	struct owed_key k = { .at = { 'S' }, .n = 5 };

	wire_put_u32(k.at + 1, site);
	return k;
}

static struct owed_key
site_due(int64_t when, uint32_t site)
{
	struct owed_key k = { .at = { 'D' }, .n = 13 };

	wire_put_u64(k.at + 1, (uint64_t)when);
	wire_put_u32(k.at + 9, site);
	return k;
}

/* --- owing ---------------------------------------------------------------- */

static void
turn(struct group *g, uint32_t site, int64_t at)
{
	struct owed_key k = site_waits(site);
	struct span none;

	if (db_get(g->txn, TABLE_TELL, look(&k), &none))
		return;
	db_put(g->txn, TABLE_TELL, look(&k), SPAN_NONE);
	k = site_due(at + TELL_OWED_PAUSE, site);
	db_put(g->txn, TABLE_TELL, look(&k), SPAN_NONE);
}

static void
owe(struct group *g, uint32_t site, const struct target_key *target,
    int64_t at)
{
	struct owed_key k = target_owed(site, target);

	db_put(g->txn, TABLE_TELL, look(&k), SPAN_NONE);
	turn(g, site, at);
}

static bool
on_open(void *arg, const struct referral *r)
{
	struct buf *sites = arg;

	if (referral_is_open(r))
		buf_put(sites, &r->site, sizeof(r->site));
	return !sites->bad;
}

void
tell_owed_turns(struct group *g, uint32_t move, int64_t at)
{
	struct buf sites;
	uint32_t site;

	buf_init(&sites, 1u << 20);
	referral_each(g->txn, move, 0, on_open, &sites);
	for (size_t i = 0; i + sizeof(site) <= sites.n; i += sizeof(site)) {
		memcpy(&site, sites.at + i, sizeof(site));
		turn(g, site, at);
	}
	buf_clear(&sites);
}

static bool
on_site(void *arg, const struct link_hit *h)
{
	struct buf *sites = arg;
	uint32_t last = 0;

	if (sites->n >= sizeof(last))
		memcpy(&last, sites->at + sites->n - sizeof(last),
		    sizeof(last));
	if (sites->n == 0 || last != h->site)
		buf_put(sites, &h->site, sizeof(h->site));
	return !sites->bad;
}

void
tell_owed_judge(struct group *g, struct span url, struct target_verdict *v,
    struct buf *now)
{
	target_judge(g->txn, group_effective(g), url, INT64_MAX, v, now);
}

/* Was it told that this is gone? */
static bool
holds_it_gone(struct db_txn *t, uint32_t site, const struct target_key *k)
{
	struct referral r;

	return referral_of_key(t, site, k, &r) && referral_is_open(&r);
}

/* Nothing is there, as its site says or as the check has seen: whose it is has
 * to know that others link there. */
static bool
concerns_own(struct group *g, const struct target_verdict *v, struct span url)
{
	return v->site != 0 && v->state != TARGET_MOVED &&
	    (v->broken || seen_gone(g->txn, v->state, url, NULL));
}

/* A target's state has turned: all that link there are told, and whose it
 * is. When a move is the reason that is told as a whole, if that is still to
 * come, but not to who links to what seemed to be gone before; nor, when it is
 * a later move of where the first one led, to any of those that link to the
 * first. */
static void
owe_all(struct group *g, const struct link_news *n, int64_t at)
{
	struct target_verdict v;
	int64_t steps = STEPS;
	struct buf sites, now;
	uint32_t site;
	bool whole;

	buf_init(&sites, 1u << 20);
	buf_init(&now, LIMIT_URL);
	tell_owed_judge(g, n->url, &v, &now);
	links_to(g->txn, REWRITE_ADDRESS, n->url, 0, NULL, on_site, &sites,
	    &steps);
	whole = v.state == TARGET_MOVED && !n->end &&
	    tell_move_is_to_come(g->txn, v.move);
	for (size_t i = 0; i + sizeof(site) <= sites.n; i += sizeof(site)) {
		memcpy(&site, sites.at + i, sizeof(site));
		if (!whole || holds_it_gone(g->txn, site, &n->target))
			owe(g, site, &n->target, at);
	}
	if (sites.n > 0 && concerns_own(g, &v, n->url))
		owe(g, v.site, &n->target, at);
	buf_clear(&sites);
	buf_clear(&now);
}

static bool
on_any(void *arg, const struct link_hit *h)
{
	bool *any = arg;

	(void)h;
	*any = true;
	return false;
}

static bool
was_told(struct db_txn *t, uint32_t site, const struct target_key *k,
    int64_t at)
{
	struct owed_key key = own_told(site, k);
	struct span row;
	int64_t told;

	if (!db_get(t, TABLE_TELL, look(&key), &row) || row.n != 8)
		return false;
	told = (int64_t)wire_get_u64((const uint8_t *)row.at);
	return at - told < TELL_OWED_AGAIN && told - at < TELL_OWED_AGAIN;
}

/* A site has a link to it now, or has none any more. A new one to what is long
 * gone concerns whose it was, too; but not every day. */
static void
owe_one(struct group *g, const struct link_news *n, int64_t at)
{
	struct target_verdict v;
	int64_t steps = STEPS;
	bool any = false;
	struct buf now;

	owe(g, n->site, &n->target, at);
	if (n->url.n == 0)
		return;
	buf_init(&now, LIMIT_URL);
	tell_owed_judge(g, n->url, &v, &now);
	buf_clear(&now);
	if (!concerns_own(g, &v, n->url) || v.site == n->site ||
	    was_told(g->txn, v.site, &n->target, at))
		return;
	links_to(g->txn, REWRITE_ADDRESS, n->url, n->site, NULL, on_any,
	    &any, &steps);
	if (any)
		owe(g, v.site, &n->target, at);
}

uint64_t
tell_owed_news(struct group *g, int64_t at, uint64_t most)
{
	struct link_news n;
	struct buf room;
	uint64_t count = 0;

	buf_init(&room, LIMIT_URL);
	while (count < most && links_news(g->txn, &n, &room)) {
		struct buf url;

		buf_init(&url, LIMIT_URL);
		buf_span(&url, n.url);	/* a write may move it */
		n.url = buf_look(&url);
		if (n.site != 0)
			owe_one(g, &n, at);
		else if (n.url.n > 0)
			owe_all(g, &n, at);
		links_news_done(g, &n);
		buf_reset(&room);
		buf_clear(&url);
		count++;
	}
	buf_clear(&room);
	return count;
}

/* --- whose turn it is ----------------------------------------------------- */

/* No site waits for longer than a pause: if one does, the clock was put back
 * since. */
bool
tell_owed_first(struct db_txn *t, int64_t now, int64_t *when, uint32_t *site)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_TELL);
	struct span key = SPAN("D"), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n == 13 && key.at[0] == 'D';

	if (found) {
		*when = (int64_t)wire_get_u64((const uint8_t *)key.at + 1);
		*site = wire_get_u32((const uint8_t *)key.at + 9);
	}
	db_cursor_close(c);
	return found && (*when <= now || *when - TELL_OWED_PAUSE > now);
}

bool
tell_owed_is_due(struct db_txn *t, int64_t now)
{
	uint32_t site;
	int64_t when;

	return tell_owed_first(t, now, &when, &site);
}

/* The next target that is owed to the site; it is owed no more. */
bool
tell_owed_next(struct db_txn *t, uint32_t site, struct target_key *k)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_TELL);
	struct owed_key first = target_owed(site,
	    &(struct target_key){ .n = 0 });
	struct span key = look(&first), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n > 5 && memcmp(key.at, first.at, 5) == 0;

	if (found) {
		k->n = key.n - 5;
		memcpy(k->at, key.at + 5, k->n);
		db_cursor_del(c);
	}
	db_cursor_close(c);
	return found;
}

/* More may be owed than one round tells: then it is due again at once. */
void
tell_owed_end(struct db_txn *t, uint32_t site, int64_t was, int64_t at,
    bool more)
{
	struct owed_key k = site_due(was, site);

	db_del(t, TABLE_TELL, look(&k));
	k = more ? site_due(at, site) : site_waits(site);
	if (more)
		db_put(t, TABLE_TELL, look(&k), SPAN_NONE);
	else
		db_del(t, TABLE_TELL, look(&k));
}

/* --- to whom it was ------------------------------------------------------- */

void
tell_owed_note_own(struct db_txn *t, uint32_t site,
    const struct target_key *k, int64_t when)
{
	struct owed_key key = own_told(site, k);
	uint8_t at[8];

	wire_put_u64(at, (uint64_t)when);
	db_put(t, TABLE_TELL, look(&key),
	    (struct span){ .at = (const char *)at, .n = sizeof(at) });
}

void
tell_owed_forget_own(struct db_txn *t, uint32_t site,
    const struct target_key *k)
{
	struct owed_key key = own_told(site, k);

	db_del(t, TABLE_TELL, look(&key));
}
