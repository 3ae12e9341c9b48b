/*
 * Listings: from a spec to posting lists, from those to a page.
 *
 * The lists give candidates, newest first. Where they don't prove a match (a
 * phrase of three characters needs its two pairs side by side, a column is
 * listed by a hash) the item itself is looked at. The page is filled first;
 * then the walk goes on to count, up to QUERY_COUNT. Everything is bounded:
 * steps through lists, and items looked at.
 */
#include "hub/query_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/stand.h"
#include "hub/table.h"
#include "hub/term.h"
#include "hub/walk.h"
#include "hub/word.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define STEPS_MOST 4000000	/* some 10 ms */
#define ROWS_MOST 5000		/* items looked at to fill a page: some 5 ms */
#define SINGLES_MOST 60000	/* items that one character may lead to; a
				 * more frequent one fills a page soon */
#define TEXT_MAX ((size_t)LIMIT_LONG_TEXT * 18)
#define MINUTE 60000

enum order { ORDER_DATE, ORDER_TAKEN, ORDER_GONE };
static const char order_letter[] = { 'd', 't', 'g' };

struct listing {
	struct query *query;
	const struct query_spec *spec;
	enum order order;
	struct phrase phrase;
	uint64_t term[PHRASE_TERMS + 1];
	size_t terms;
	uint64_t newest, oldest;	/* sort keys, by the spec's dates */
	uint64_t from;			/* … and by its cursor */
	bool look;		/* a candidate must be looked at */
	bool facets_too;	/* … for site and column as well */
	uint64_t *keys;		/* for one character: all there are */
	size_t keys_n;
	struct buf text;
};

/* One way through the candidates. */
struct cmp_exchange {
	struct listing *list;
	struct walk *walk;	/* or, NULL, … */
	size_t next;		/* … through list->keys */
	int64_t steps;
	size_t rows;		/* left to be looked at */
	uint64_t at;		/* the last candidate */
};

/* --- from the spec -------------------------------------------------------------------- */

static uint64_t
facet(const struct listing *l)
{
	static const enum term_tag tags[3][4] = {
		[ORDER_DATE] = { TERM_ALL, TERM_SITE, TERM_COLUMN,
		    TERM_SITE_COLUMN },
		[ORDER_TAKEN] = { TERM_TAKEN, TERM_SITE_TAKEN,
		    TERM_COLUMN_TAKEN, TERM_SITE_COLUMN_TAKEN },
		[ORDER_GONE] = { TERM_GONE, TERM_SITE_GONE, TERM_GONE,
		    TERM_SITE_GONE },
	};
	const struct query_spec *s = l->spec;
	bool by_column = s->column.n > 0 && l->order != ORDER_GONE;
	enum term_tag tag = tags[l->order][(s->site != 0) + 2 * by_column];

	if (by_column)
		return term_of(tag, term_hash(s->site, s->column));
	return term_of(tag, s->site);
}

static void
choose_terms(struct listing *l)
{
	const struct phrase *p = &l->phrase;

	memcpy(l->term, p->term, p->terms * sizeof(*p->term));
	l->terms = p->terms;
	if (l->terms == 0 || l->spec->site != 0 || l->spec->column.n > 0)
		l->term[l->terms++] = facet(l);
}

/* By date the stamps are minutes: the first and the last one are looked at.
 * In other orders all are. */
static void
bound_dates(struct listing *l)
{
	const struct query_spec *s = l->spec;
	int64_t since = s->since == CLOCK_NONE || s->since < 0 ? 0 : s->since;

	l->newest = WALK_NEWEST;
	if (s->since == CLOCK_NONE && s->until == CLOCK_NONE)
		return;
	if (l->order != ORDER_DATE) {
		l->look = true;
		return;
	}
	if (since / MINUTE > UINT32_MAX)
		since = (int64_t)UINT32_MAX * MINUTE;
	l->oldest = walk_key((uint32_t)(since / MINUTE), 0);
	if (s->until != CLOCK_NONE && s->until <= 0)
		l->newest = 0;
	else if (s->until != CLOCK_NONE &&
	    (s->until - 1) / MINUTE < UINT32_MAX)
		l->newest = walk_key((uint32_t)((s->until - 1) / MINUTE),
		    UINT32_MAX);
	l->look = l->look || since % MINUTE != 0 ||
	    (s->until != CLOCK_NONE && s->until % MINUTE != 0);
}

static bool
read_cursor(struct listing *l)
{
	struct span s = l->spec->after;
	uint8_t raw[8];
	uint64_t key;

	l->from = l->newest;
	if (s.n == 0)
		return true;
	if (s.n != 17 || s.at[0] != order_letter[l->order] ||
	    !text_unhex((struct span){ .at = s.at + 1, .n = 16 }, raw, 8))
		return false;
	key = wire_get_u64(raw);
	if (key == 0)
		return false;
	if (key - 1 < l->from)
		l->from = key - 1;
	return true;
}

static void
write_cursor(const struct listing *l, char out[64], uint64_t key)
{
	snprintf(out, 64, "%c%016llx", order_letter[l->order],
	    (unsigned long long)key);
}

/* One character: what it begins, and what it ends. */
static void
gather_single(struct listing *l, uint32_t c)
{
	struct query *q = l->query;
	size_t pairs = SINGLES_MOST, last;
	int64_t steps = STEPS_MOST;
	uint64_t *keys = mem_new(sizeof(*keys) * 2 * SINGLES_MOST);
	uint64_t end = term_of(TERM_LAST, c);

	l->keys = keys;
	if (!walk_range(q->txn, TABLE_POST, term_pair(c, 0),
	    term_pair(c, 0x1fffff), q->meta.numbers, keys, &pairs, &steps))
		goto too_many;
	last = SINGLES_MOST;
	if (!walk_range(q->txn, TABLE_POST, end, end, q->meta.numbers,
	    keys + pairs, &last, &steps))
		goto too_many;
	l->keys_n = walk_merge(keys, pairs + last);
	l->facets_too = true;
	return;
too_many:
	free(keys);
	l->keys = NULL;
}

static const char *
prepare(struct listing *l)
{
	const struct query_spec *s = l->spec;
	const char *why = NULL;

	if (s->limit < 1 || s->limit > QUERY_LIMIT)
		return N_("the limit is from 1 to 200");
	l->order = s->withdrawn ? ORDER_GONE :
	    s->by_taken ? ORDER_TAKEN : ORDER_DATE;
	if (!phrase_parse(&l->phrase, s->phrase, &why))
		return why;
	if (l->phrase.pieces > 0 && l->order != ORDER_DATE)
		return N_("a search is in the order of dates");
	l->look = (l->phrase.pieces > 0 && !l->phrase.exact) ||
	    s->column.n > 0;
	l->facets_too = s->column.n > 0;
	bound_dates(l);
	if (!read_cursor(l))
		return N_("this is no cursor of this listing: begin with "
		    "its first page");
	choose_terms(l);
	if (l->phrase.single != 0)
		gather_single(l, l->phrase.single);
	return NULL;
}

/* --- the way through ----------------------------------------------------------------------- */

static void
way_begin(struct cmp_exchange *w, struct listing *l, uint64_t from)
{
	*w = (struct cmp_exchange){ .list = l, .steps = STEPS_MOST,
	    .rows = ROWS_MOST };
	if (l->keys == NULL) {
		w->walk = walk_new(l->query->txn, TABLE_POST, l->term,
		    l->terms, l->query->meta.numbers, from, l->oldest,
		    &w->steps);
		return;
	}
	while (w->next < l->keys_n && l->keys[w->next] > from)
		w->next++;
}

static void
way_end(struct cmp_exchange *w)
{
	walk_free(w->walk);
}

static bool
candidate(struct cmp_exchange *w)
{
	struct listing *l = w->list;

	if (w->walk != NULL)
		return walk_next(w->walk, &w->at);
	if (w->next == l->keys_n || l->keys[w->next] < l->oldest)
		return false;
	w->at = l->keys[w->next++];
	return true;
}

static bool
is_spent(const struct cmp_exchange *w)
{
	return w->steps < 0 || w->rows == 0;
}

/* Where to go on if it was spent. */
static uint64_t
rest(const struct cmp_exchange *w)
{
	uint64_t left;

	if (w->rows == 0 || w->walk == NULL)
		return w->at;
	left = walk_left(w->walk);
	return left == UINT64_MAX ? left : left + 1;
}

static bool
fits(struct listing *l, const struct item_info *i)
{
	const struct query_spec *s = l->spec;

	if ((s->since != CLOCK_NONE && i->date < s->since) ||
	    (s->until != CLOCK_NONE && i->date >= s->until))
		return false;
	if (l->facets_too && ((s->site != 0 && i->site != s->site) ||
	    (s->column.n > 0 &&
	    !span_is(i->said.word[WORD_COLUMN], s->column))))
		return false;
	return l->phrase.pieces == 0 || l->phrase.exact ||
	    phrase_is_in(&l->phrase, &i->said, &l->text);
}

/* The next one that fits; filled if it was looked at, or `fill`. */
static bool
way_next(struct cmp_exchange *w, bool fill, struct item_info *i)
{
	struct listing *l = w->list;
	struct item row;

	while (w->rows > 0 && candidate(w)) {
		if (!l->look && !fill)
			return true;
		w->rows--;
		if (!item_get(l->query->txn, (uint32_t)w->at, &row))
			fatal("view: item %u is listed and has no row: run "
			    "zqhub rebuild", (unsigned)(uint32_t)w->at);
		query_fill(i, &row);
		if (!l->look || fits(l, i))
			return true;
	}
	return false;
}

/* --- a page ------------------------------------------------------------------------------------ */

/* False if the callback wanted no more. */
static bool
fill_page(struct cmp_exchange *w, struct query_page *page, query_item_fn *each,
    void *arg)
{
	struct listing *l = w->list;
	uint64_t last = 0;
	struct item_info i;

	while (page->shown < l->spec->limit && way_next(w, true, &i)) {
		page->shown++;
		last = w->at;
		if (!each(arg, &i)) {
			write_cursor(l, page->next, last);
			return false;
		}
	}
	if (page->shown < l->spec->limit) {
		if (is_spent(w))
			write_cursor(l, page->next, rest(w));
	} else {
		page->total = way_next(w, false, &i);
		if (page->total > 0 || is_spent(w))
			write_cursor(l, page->next, last);
	}
	page->total += page->shown;
	return true;
}

static void
count_on(struct cmp_exchange *w, struct query_page *page)
{
	struct item_info i;

	if (w->rows > QUERY_LOOKED)
		w->rows = QUERY_LOOKED;
	while (page->total <= QUERY_COUNT && way_next(w, false, &i))
		page->total++;
	page->exact = page->total <= QUERY_COUNT && !is_spent(w);
	if (page->total > QUERY_COUNT)
		page->total = QUERY_COUNT;
	if (page->total < page->shown)	/* they are there, for all that */
		page->total = page->shown;
}

/* What is counted anyway. */
static bool
is_known(const struct listing *l, uint64_t *total)
{
	const struct query_spec *s = l->spec;
	struct query *q = l->query;
	struct key k = key_u32_u64(s->site, term_hash(0, s->column));
	struct stand stand;
	struct span row;

	if (l->phrase.pieces > 0 || s->since != CLOCK_NONE ||
	    s->until != CLOCK_NONE || (s->column.n > 0 &&
	    (s->site == 0 || l->order == ORDER_GONE)))
		return false;
	*total = l->order == ORDER_GONE ? q->meta.withdrawn : q->meta.items;
	if (s->column.n > 0) {
		*total = db_get(q->txn, TABLE_COLUMN, key_look(&k), &row) ?
		    wire_get_u64((const uint8_t *)row.at) : 0;
	} else if (s->site != 0) {
		stand_read(q->txn, s->site, &stand);
		*total = l->order == ORDER_GONE ? stand.withdrawn :
		    stand.items;
	}
	return true;
}

static void
answer(struct listing *l, query_item_fn *each, void *arg,
    struct query_page *page)
{
	struct cmp_exchange w;
	bool on;

	way_begin(&w, l, l->from);
	on = fill_page(&w, page, each, arg);
	if (is_known(l, &page->total)) {
		page->exact = true;
	} else if (on && l->from == l->newest) {
		count_on(&w, page);
	} else {
		way_end(&w);
		way_begin(&w, l, l->newest);
		page->total = 0;
		count_on(&w, page);
	}
	way_end(&w);
}

void
query_items(struct query *q, const struct query_spec *spec,
    query_item_fn *each, void *arg, struct query_page *page)
{
	struct listing l = { .query = q, .spec = spec };

	*page = (struct query_page){ .shown = 0 };
	buf_init(&l.text, TEXT_MAX);
	page->error = prepare(&l);
	if (page->error == NULL)
		answer(&l, each, arg, page);
	phrase_clear(&l.phrase);
	buf_clear(&l.text);
	free(l.keys);
}
