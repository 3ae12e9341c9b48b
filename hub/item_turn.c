/*
 * From what an item was to what it is; see item_turn.h.
 */
#include "hub/item_turn.h"

#include <inttypes.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/held.h"
#include "hub/item.h"
#include "hub/links_turn.h"
#include "hub/table.h"
#include "hub/term.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"

/* A date this far ahead of the hub's clock is a mistake worth a flag; less
 * is a time zone. */
#define AHEAD_MS INT64_C(86400000)	/* a day */
#define NUMBERS_MAX UINT32_MAX

/* --- posting lists ------------------------------------------------------------------ */

/* Lists that are in the order of the item's date. */
static void
terms_by_date(struct terms *t, uint32_t site, const struct change *c)
{
	struct span column = c->word[WORD_COLUMN];

	terms_reset(t);
	terms_put(t, term_of(TERM_ALL, 0));
	terms_put(t, term_of(TERM_SITE, site));
	if (column.n > 0) {
		terms_put(t, term_of(TERM_COLUMN, term_hash(0, column)));
		terms_put(t, term_of(TERM_SITE_COLUMN,
		    term_hash(site, column)));
	}
	word_terms(t, c);
}

typedef void post_fn(struct post *p, uint64_t term, uint32_t stamp,
    uint32_t item);

/* Lists that are in the order of taking. */
static void
post_by_taking(struct group *g, const struct item *i, const struct change *c,
    post_fn *post)
{
	uint32_t stamp = item_stamp_taken(i);
	struct span column = c->word[WORD_COLUMN];

	if (i->withdrawn) {
		post(&g->post, term_of(TERM_GONE, 0), stamp, i->number);
		post(&g->post, term_of(TERM_SITE_GONE, i->site), stamp,
		    i->number);
		return;
	}
	post(&g->post, term_of(TERM_TAKEN, 0), stamp, i->number);
	post(&g->post, term_of(TERM_SITE_TAKEN, i->site), stamp, i->number);
	if (column.n == 0)
		return;
	post(&g->post, term_of(TERM_COLUMN_TAKEN, term_hash(0, column)),
	    stamp, i->number);
	post(&g->post, term_of(TERM_SITE_COLUMN_TAKEN,
	    term_hash(i->site, column)), stamp, i->number);
}

static void
post_all(struct group *g, const struct terms *t, const struct item *i,
    post_fn *post)
{
	for (size_t n = 0; n < t->n; n++)
		post(&g->post, t->at[n], item_stamp(i), i->number);
}

/* Only what is different: an update mostly changes no word. */
static void
post_difference(struct group *g, const struct item *i)
{
	size_t w = 0, n = 0;

	terms_sort(&g->was);
	terms_sort(&g->is);
	while (w < g->was.n || n < g->is.n) {
		if (n == g->is.n || (w < g->was.n &&
		    g->was.at[w] < g->is.at[n])) {
			post_drop(&g->post, g->was.at[w++], item_stamp(i),
			    i->number);
		} else if (w == g->was.n || g->is.at[n] < g->was.at[w]) {
			post_put(&g->post, g->is.at[n++], item_stamp(i),
			    i->number);
		} else {
			w++;
			n++;
		}
	}
}

/* --- an item, before and after ---------------------------------------------------------- */

struct turn {			/* from `old` to `now` */
	struct group *g;
	const struct entry *e;
	const struct change *c;
	struct stand *stand;
	uint8_t name[TABLE_DIGEST];
	bool known;		/* there is an old one … */
	bool moved;		/* … with another site's or another id: */
	uint8_t former[TABLE_DIGEST];	/* its name so far */
	struct item old, now;
	struct change old_said, now_said;
};

static void
count(struct turn *t, const struct item *i, int by)
{
	struct stand *s = group_stand(t->g, i->site);
	struct meta *m = &t->g->meta;

	*(i->withdrawn ? &m->withdrawn : &m->items) += (uint64_t)by;
	*(i->withdrawn ? &s->withdrawn : &s->items) += (uint64_t)by;
}

/* Takes the old state out of all sums and counts. What the old row says is
 * read here for the last time: the first write may overwrite it. */
static void
take_out(struct turn *t)
{
	struct group *g = t->g;

	buf_reset(&g->row);
	item_write(&g->row, &t->old);
	group_sum(g, t->old.number, buf_look(&g->row), false);
	count(t, &t->old, -1);
	post_by_taking(g, &t->old, &t->old_said, post_drop);
	terms_reset(&g->was);
	if (t->old.withdrawn)
		return;
	terms_by_date(&g->was, t->e->site, &t->old_said);
	group_column(g, t->e->site, t->old_said.word[WORD_COLUMN], -1);
	digest_remove(&t->stand->digest, t->old.hash);
}

static void
put_in(struct turn *t)
{
	struct group *g = t->g;

	group_sum(g, t->now.number, buf_look(&g->row), true);
	count(t, &t->now, 1);
	post_by_taking(g, &t->now, &t->now_said, post_put);
	terms_reset(&g->is);
	if (t->now.withdrawn)
		return;
	terms_by_date(&g->is, t->e->site, &t->now_said);
	group_column(g, t->e->site, t->now_said.word[WORD_COLUMN], 1);
	digest_add(&t->stand->digest, t->now.hash);
}

static void
post_turn(struct turn *t)
{
	struct group *g = t->g;

	if (t->known && !t->old.withdrawn && !t->now.withdrawn &&
	    item_stamp(&t->old) == item_stamp(&t->now)) {
		post_difference(g, &t->now);
		return;
	}
	if (t->known)
		post_all(g, &g->was, &t->old, post_drop);
	post_all(g, &g->is, &t->now, post_put);
}

static void
point(struct group *g, enum table table, const uint8_t digest[TABLE_DIGEST],
    uint32_t item)
{
	struct key k = key_digest(digest), value = key_u32(item);
	struct span is;

	if (!db_get(g->txn, table, key_look(&k), &is) ||
	    !span_is(is, key_look(&value)))
		db_put(g->txn, table, key_look(&k), key_look(&value));
}

/* The name it had is nobody's now. */
static void
forget_name(struct turn *t)
{
	struct key k = key_digest(t->former), value = key_u32(t->old.number);
	struct span is;

	if (db_get(t->g->txn, TABLE_NAME, key_look(&k), &is) &&
	    span_is(is, key_look(&value)))
		db_del(t->g->txn, TABLE_NAME, key_look(&k));
}

static void
store(struct turn *t)
{
	struct group *g = t->g;
	struct key k = key_u32(t->now.number), past;
	uint8_t url[URL_KEY];

	if (t->known) {
		past = key_u32_u64(t->old.number, t->old.place);
		db_put(g->txn, TABLE_PAST, key_look(&past), SPAN_NONE);
		db_put(g->txn, TABLE_ITEM, key_look(&k), buf_look(&g->row));
	} else {
		db_append(g->txn, TABLE_ITEM, key_look(&k),
		    buf_look(&g->row));
	}
	if (t->moved)
		forget_name(t);
	if (!t->known || t->moved)
		point(g, TABLE_NAME, t->name, t->now.number);
	if (t->now.withdrawn)
		return;
	url_key(url, t->c->url);
	point(g, TABLE_URL, url, t->now.number);
}

/* --- what it becomes ----------------------------------------------------------------------- */

static void
set_date(struct turn *t)
{
	const struct change *c = t->c;
	int64_t at = t->e->at > 0 ? t->e->at : 0;
	int64_t date = c->published != CLOCK_NONE ? c->published :
	    c->modified != CLOCK_NONE ? c->modified : c->when;

	if (t->now.withdrawn) {
		t->now.date = t->old.date;
		t->now.ahead = t->old.ahead;
		return;
	}
	t->now.ahead = date > at + AHEAD_MS;
	t->now.date = date < 0 ? 0 : date > at ? at : date;
}

static void
keep_word(struct turn *t, struct change *said, enum change_word w)
{
	if (said->word[w].n == 0)
		said->word[w] = t->old_said.word[w];
}

/* Of what is withdrawn, title and column are kept, so that it can still be
 * named; and what was said of its end before, if a person says more. */
static void
keep_said(struct turn *t, struct change *said)
{
	keep_word(t, said, WORD_TITLE);
	keep_word(t, said, WORD_COLUMN);
	if (said->id.n == 0)
		said->id = t->old_said.id;
	if (said->url.n == 0)
		said->url = t->old_said.url;
	if (!t->old.withdrawn)
		return;
	keep_word(t, said, WORD_REASON);
	keep_word(t, said, WORD_SUCCESSOR);
	keep_word(t, said, WORD_BY);
}

/* What stands in the row: all but links and unknown parts. */
static void
set_said(struct turn *t)
{
	struct group *g = t->g;
	struct change *said = &t->now_said;

	*said = *t->c;
	said->links = SPAN_NONE;
	said->unknown = SPAN_NONE;
	said->word[WORD_FORMER] = SPAN_NONE;
	if (t->now.withdrawn)
		keep_said(t, said);
	buf_reset(&g->said);
	change_write(&g->said, said);
	must(!g->said.bad);
	t->now.said = buf_look(&g->said);
}

static void
become(struct turn *t)
{
	const struct entry *e = t->e;
	uint8_t change[32];

	t->now = (struct item){
		.number = t->known ? t->old.number :
		    (uint32_t)++t->g->meta.numbers,
		.site = e->site,
		.withdrawn = t->c->kind == CHANGE_DELETED,
		.created = t->known ? t->old.created : e->at,
		.updated = e->at > 0 ? e->at : 0,
		.place = e->place,
		.changes = t->known ? t->old.changes + 1 : 1,
	};
	change_item_hash(t->c, change);
	digest_item_hash(t->now.hash, item_id(t->c), change);
	set_date(t);
	set_said(t);
}

static void
show(struct turn *t)
{
	struct group *g = t->g;

	become(t);
	links_was(g, t->known ? &t->old_said : NULL,
	    t->known && !t->old.withdrawn);
	if (t->known)
		take_out(t);
	else
		terms_reset(&g->was);
	buf_reset(&g->row);
	item_write(&g->row, &t->now);
	must(!g->row.bad);
	put_in(t);
	post_turn(t);
	store(t);
	links_turn(g, &(struct links_turn){ .site = t->e->site,
	    .item = t->now.number, .there = !t->now.withdrawn,
	    .said = t->c });
	if (t->stand->held + t->stand->refused > 0)
		held_settle(g, t->e->site, t->name, t->e->place);
	if (t->moved && group_stand(g, t->old.site)->held +
	    group_stand(g, t->old.site)->refused > 0)
		held_settle(g, t->old.site, t->former, t->e->place);
}

/* --- which item it is ------------------------------------------------------------------ */

static bool
find(struct turn *t, const uint8_t name[TABLE_DIGEST], struct item *i)
{
	uint32_t number;

	return item_by_name(t->g->txn, name, &number) &&
	    item_get(t->g->txn, number, i);
}

/* It has another name from now on. */
static void
take_over(struct turn *t, const struct item *former,
    const uint8_t name[TABLE_DIGEST])
{
	memcpy(t->former, name, TABLE_DIGEST);
	t->old = *former;
	t->known = t->moved = true;
}

/* Told under two names at once: the newer one stays. */
static void
withdraw(struct turn *t, const struct item *i)
{
	struct buf said;
	struct change was, gone;

	buf_init(&said, ITEM_ROW_MAX);
	buf_span(&said, i->said);
	if (!change_glance(&was, buf_look(&said)))
		fatal("view: the row of item %" PRIu32 " is damaged: run "
		    "zqhub rebuild", i->number);
	change_init(&gone);
	gone.kind = CHANGE_DELETED;
	gone.when = t->c->when;
	gone.url = was.url;
	gone.id = was.id;
	gone.word[WORD_SUCCESSOR] = t->c->url;
	item_turn(t->g, t->e, &gone);
	buf_clear(&said);
}

/* As the site says: so far it had another id. */
static void
find_former(struct turn *t)
{
	uint8_t name[TABLE_DIGEST];
	struct item former;

	item_name(name, t->e->site, t->c->word[WORD_FORMER]);
	if (memcmp(name, t->name, TABLE_DIGEST) == 0 ||
	    !find(t, name, &former))
		return;
	if (!t->known || t->old.withdrawn) {
		take_over(t, &former, name);
	} else if (!former.withdrawn) {
		withdraw(t, &former);
		t->known = find(t, t->name, &t->old);
	}
}

/* An item that was withdrawn where, by a move in effect, this address is. One
 * that its site hasn't let go is counted there, and so stays another. */
static bool
try_former(void *arg, struct span url, uint32_t move)
{
	struct turn *t = arg;
	uint8_t name[TABLE_DIGEST];
	struct item former;
	struct change said;
	uint32_t number;

	(void)move;
	if (t->known || !item_by_url(t->g->txn, url, &number) ||
	    !item_get(t->g->txn, number, &former) || !former.withdrawn ||
	    !change_glance(&said, former.said) || !span_is(said.url, url))
		return !t->known;
	item_name(name, former.site, item_id(&said));
	take_over(t, &former, name);
	return false;
}

/* What a person says of an address that its source has let go already. */
static void
find_withdrawn(struct turn *t)
{
	struct change said;
	uint32_t number;

	if (t->known || !item_by_url(t->g->txn, t->c->url, &number) ||
	    !item_get(t->g->txn, number, &t->old) || !t->old.withdrawn ||
	    t->old.site != t->e->site || !change_glance(&said, t->old.said) ||
	    !span_is(said.url, t->c->url))
		return;
	item_name(t->name, t->old.site, item_id(&said));
	t->known = true;
}

static void
identify(struct turn *t)
{
	const struct change *c = t->c;

	item_name(t->name, t->e->site, item_id(c));
	t->known = find(t, t->name, &t->old);
	if (c->kind == CHANGE_DELETED) {
		if (c->url.n > 0)
			find_withdrawn(t);
		return;
	}
	if (c->word[WORD_FORMER].n > 0)
		find_former(t);
	if (!t->known && c->url.n > 0)
		rewrite_former(group_effective(t->g), c->url, INT64_MAX,
		    try_former, t);
}

static bool
is_news(const struct turn *t, enum change_word w)
{
	return t->c->word[w].n > 0 &&
	    !span_is(t->c->word[w], t->old_said.word[w]);
}

/* First the page is removed, then a person says what took its place, or why. */
static bool
says_more(const struct turn *t)
{
	return is_news(t, WORD_SUCCESSOR) ||
	    (t->c->word[WORD_BY].n > 0 && is_news(t, WORD_REASON));
}

void
item_turn(struct group *g, const struct entry *e, const struct change *c)
{
	struct turn t = { .g = g, .e = e, .c = c,
	    .stand = group_stand(g, e->site) };

	identify(&t);
	if (t.known && !change_glance(&t.old_said, t.old.said))
		fatal("view: the row of item %" PRIu32 " is damaged: run "
		    "zqhub rebuild", t.old.number);
	if (c->kind == CHANGE_DELETED &&
	    (!t.known || (t.old.withdrawn && !says_more(&t))))
		t.stand->idle++;
	else if (!t.known && g->meta.numbers >= NUMBERS_MAX)
		held_put(g, e, c, SPAN("this hub has no number left for "
		    "another item"));
	else
		show(&t);
}
