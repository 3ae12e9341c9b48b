/*
 * Questions about single things: an item, its past, what is held.
 */
#include "hub/query_inside.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/held.h"
#include "hub/place.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

/* --- an item ------------------------------------------------------------------------------ */

void
query_fill(struct item_info *i, const struct item *row)
{
	*i = (struct item_info){
		.number = row->number,
		.site = row->site,
		.withdrawn = row->withdrawn,
		.ahead = row->ahead,
		.date = row->date,
		.created = row->created,
		.updated = row->updated,
		.place = row->place,
		.changes = row->changes,
	};
	if (!change_glance(&i->said, row->said))
		fatal("view: the row of item %u is damaged: run zqhub rebuild",
		    row->number);
}

struct whole {
	struct query *query;
	struct item_info *item;
};

/* Links and unknown parts stand in the journal only. */
static bool
fill_whole(void *arg, const struct entry *e)
{
	struct whole *w = arg;
	struct change c;

	if (!change_read(&c, query_keep(w->query, e->body)))
		return false;
	w->item->said.links = c.links;
	w->item->said.unknown = c.unknown;
	return false;
}

static bool
by_number(struct span name, uint32_t *number)
{
	uint64_t n;

	if (!text_number(name, 1, UINT32_MAX, &n))
		return false;
	*number = (uint32_t)n;
	return true;
}

static bool
by_id(struct query *q, struct span name, uint32_t *number)
{
	const char *colon = memchr(name.at, ':', name.n);
	uint8_t digest[TABLE_DIGEST];
	struct span code, id;
	uint32_t site;

	if (colon == NULL)
		return false;
	code = (struct span){ .at = name.at, .n = (size_t)(colon - name.at) };
	id = (struct span){ .at = colon + 1, .n = name.n - code.n - 1 };
	if (!site_by_code(q->txn, code, &site))
		return false;
	item_name(digest, site, id);
	return item_by_name(q->txn, digest, number);
}

/* The same page, told with the other scheme. */
static bool
by_other_scheme(struct query *q, struct span url, uint32_t *number)
{
	struct span bare = url_bare(url);
	struct buf other;
	bool found;

	buf_init(&other, LIMIT_URL + 1);
	buf_text(&other, url.n - bare.n == strlen("https://") ? "http://" :
	    "https://");
	buf_span(&other, bare);
	found = bare.n > 0 && item_by_url(q->txn, buf_look(&other), number);
	buf_clear(&other);
	return found;
}

/* What the site tells as the directory that this is, or is the index page
 * of. */
static bool
by_directory(struct query *q, struct span url, uint32_t *number)
{
	struct span head = url;
	struct item row;
	struct buf dir;
	bool found;

	while (head.n > 0 && head.at[head.n - 1] != '/')
		head.n--;
	buf_init(&dir, LIMIT_URL + 1);
	buf_span(&dir, url_place_same(head, url) ? head : url);
	if (!url_place_same(head, url))
		buf_byte(&dir, '/');
	head = buf_look(&dir);
	found = url_place_same(head, url) &&
	    (item_by_url(q->txn, head, number) ||
	    by_other_scheme(q, head, number)) &&
	    item_get(q->txn, *number, &row) && !row.withdrawn;
	buf_clear(&dir);
	return found;
}

/* What a server would answer alike is good enough, if there is nothing that
 * has exactly this address. */
static bool
by_address(struct query *q, struct span name, uint32_t *number)
{
	struct span is;
	struct place p;
	struct buf url;
	bool found;

	buf_init(&url, LIMIT_URL);
	found = url_normal(&url, name, NULL) && !url.bad;
	is = buf_look(&url);
	if (found && !item_by_url(q->txn, is, number) &&
	    !by_other_scheme(q, is, number) && !by_directory(q, is, number)) {
		found = place_get(q->txn, is, &p);
		*number = found ? p.item : 0;
	}
	buf_clear(&url);
	return found;
}

bool
query_item(struct query *q, struct span name, struct item_info *i)
{
	struct whole whole = { .query = q, .item = i };
	uint32_t number;
	struct item row;

	name = text_trim(name);
	if (name.n == 0 || (!by_number(name, &number) &&
	    !by_id(q, name, &number) && !by_address(q, name, &number)))
		return false;
	if (!item_get(q->txn, number, &row))
		return false;
	query_fill(i, &row);
	query_entry(q, i->place, fill_whole, &whole);
	return true;
}

/* --- its past -------------------------------------------------------------------------------- */

struct telling {
	struct query *query;
	query_past_fn *each;
	void *arg;
	bool more;
};

static bool
tell_past(void *arg, const struct entry *e)
{
	struct telling *t = arg;
	struct past p = { .place = e->place, .taken = e->at,
	    .shown = query_shown(t->query, e->place) };

	if (change_read(&p.said, e->body))
		t->more = t->each(t->arg, &p);
	return false;
}

/* Earlier changes, newest first; those newer than the item's row (a notice
 * about it) come before its own. */
void
query_past(struct query *q, uint64_t item, query_past_fn *each, void *arg)
{
	struct telling t = { .query = q, .each = each, .arg = arg,
	    .more = true };
	struct key last = key_u32_u64((uint32_t)item, UINT64_MAX);
	struct span key = key_look(&last), row;
	struct db_cursor *c;
	uint64_t place;
	struct item i;
	bool more, told = false;

	if (item == 0 || item > UINT32_MAX ||
	    !item_get(q->txn, (uint32_t)item, &i))
		return;
	c = db_cursor_open(q->txn, TABLE_PAST);
	more = db_cursor_before(c, &key, &row);
	while (t.more && (!told || more)) {
		more = more && key_heads(&last, 4, key);
		place = more ? wire_get_u64((const uint8_t *)key.at + 4) : 0;
		if (!told && place < i.place) {
			query_entry(q, i.place, tell_past, &t);
			told = true;
		} else if (more) {
			query_entry(q, place, tell_past, &t);
			more = db_cursor_get(c, MDB_PREV, &key, &row);
		}
	}
	db_cursor_close(c);
}

/* --- what is held ------------------------------------------------------------------------------ */

struct holding {
	struct query *query;
	struct held_row row;
	query_held_fn *each;
	void *arg;
	size_t left;
};

static bool
tell_held(void *arg, const struct entry *e)
{
	struct holding *h = arg;
	struct held held = { .place = e->place, .site = e->site,
	    .why = h->row.why, .taken = e->at };

	if (!change_read(&held.said, e->body))
		change_init(&held.said);
	h->left--;
	if (!h->each(h->arg, &held))
		h->left = 0;
	return false;
}

void
query_held(struct query *q, uint32_t site, size_t limit, query_held_fn *each,
    void *arg)
{
	struct holding h = { .query = q, .each = each, .arg = arg,
	    .left = limit };
	struct db_cursor *c = db_cursor_open(q->txn, TABLE_HELD_SITE);
	struct key last = key_u32_u64(site, UINT64_MAX);
	struct span key = key_look(&last), row;
	bool more;

	if (site == 0) {
		db_cursor_close(c);
		c = db_cursor_open(q->txn, TABLE_HELD);
		more = db_cursor_get(c, MDB_LAST, &key, &row);
	} else {
		more = db_cursor_before(c, &key, &row);
	}
	while (more && h.left > 0 && (site == 0 || key_heads(&last, 4, key))) {
		uint64_t place = wire_get_u64((const uint8_t *)key.at +
		    (site != 0 ? 4 : 0));

		if (held_get(q->txn, place, &h.row) && !h.row.dismissed)
			query_entry(q, place, tell_held, &h);
		more = db_cursor_get(c, MDB_PREV, &key, &row);
	}
	db_cursor_close(c);
}
