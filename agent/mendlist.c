/* See mendlist.h. */
#include "agent/mendlist.h"

#include <stdlib.h>
#include <string.h>

#include "agent/inbox.h"
#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define CHAIN_MAX 16		/* moves of moves */

struct row {
	struct mendlist_entry it;
	char *words, *page;	/* what it points to */
	size_t page_n;
};

struct mendlist {
	struct row *row;
	size_t count, room;
	uint32_t *slot;		/* by page: number of row, and 1; twice as
				 * many as there is room */
	uint64_t newest;
	int64_t skew;		/* the hub's clock minus ours */
	/* The letter being read. */
	const struct letter *letter;
};

/* --- the table ---------------------------------------------------------- */

/* FNV-1a. */
static uint64_t
digest(struct span s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.at[i]) * 1099511628211u;
	return h ^ h >> 32;
}

static uint32_t *
find_slot(const struct mendlist *r, struct span page)
{
	size_t i = (size_t)(digest(page) % (2 * r->room));

	for (;; i = (i + 1) % (2 * r->room)) {
		uint32_t n = r->slot[i];

		if (n == 0 || span_is(page, (struct span){
		    r->row[n - 1].page, r->row[n - 1].page_n }))
			return &r->slot[i];
	}
}

static void
make_room(struct mendlist *r)
{
	r->room = r->room > 0 ? r->room * 2 : 64;
	r->row = mem_grow(r->row, r->room, sizeof(*r->row));
	free(r->slot);
	r->slot = mem_new(2 * r->room * sizeof(*r->slot));
	for (size_t i = 0; i < r->count; i++)
		*find_slot(r, (struct span){ r->row[i].page,
		    r->row[i].page_n }) = (uint32_t)i + 1;
}

static struct row *
row_at(struct mendlist *r, struct span page)
{
	uint32_t *slot;
	struct row *e;

	if (r->count == r->room)
		make_room(r);
	slot = find_slot(r, page);
	if (*slot != 0)
		return &r->row[*slot - 1];
	e = &r->row[r->count++];
	*e = (struct row){ .page = mem_copy(page.at, page.n),
	    .page_n = page.n };
	*slot = (uint32_t)r->count;
	return e;
}

static const struct mendlist_entry *
look_up_page(const struct mendlist *r, struct span url, struct span name)
{
	struct buf page;
	uint32_t n = 0;

	buf_init(&page, LIMIT_URL);
	if (r->row != NULL && url_place_page_of(&page, url, name))
		n = *find_slot(r, buf_look(&page));
	buf_clear(&page);
	return n > 0 ? &r->row[n - 1].it : NULL;
}

/* What moves, moves by all its names. */
static const struct mendlist_entry *
look_up(const struct mendlist *r, struct span url)
{
	struct span name = url_place_index(url);
	const struct mendlist_entry *e = look_up_page(r, url, name);

	if (e == NULL && name.n > 0)
		e = look_up_page(r, url, SPAN_NONE);
	else
		return e;
	return e != NULL && e->link.move > 0 &&
	    e->link.state != MENDING_FIXED ? e : NULL;
}

/* --- reading letters ---------------------------------------------------- */

/* Copies a link with its words in one piece of memory. */
static void
keep(struct row *e, const struct mending_link *l)
{
	struct span *own[] = { &e->it.link.old, &e->it.link.new,
		&e->it.link.by, &e->it.link.name, &e->it.link.person,
		&e->it.link.operator, &e->it.link.reason };
	size_t n = l->old.n + l->new.n + l->by.n + l->name.n +
	    l->person.n + l->operator.n + l->reason.n;
	char *at;

	e->it.link = *l;
	free(e->words);
	at = e->words = mem_new(n + 1);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (own[i]->n > 0)
			memcpy(at, own[i]->at, own[i]->n);
		own[i]->at = at;
		at += own[i]->n;
	}
}

static void
on_link(void *arg, const struct mending_link *l)
{
	struct mendlist *r = arg;
	struct buf page;
	struct row *e;

	buf_init(&page, LIMIT_URL);
	if (url_place_page(&page, l->old)) {
		e = row_at(r, buf_look(&page));
		keep(e, l);
		e->it.letter = r->letter->number;
		e->it.when = r->letter->when - r->skew;
	}
	buf_clear(&page);
}

static void
on_letter(struct mendlist *r, const struct letter *l)
{
	static const struct mending_reader reader = { .link = on_link };

	if (!span_is(l->kind, SPAN(LETTER_LINKS)))
		return;
	r->letter = l;
	r->newest = l->number;
	(void)mending_read(l->body, &reader, r, NULL);
}

struct mendlist *
mendlist_read(struct store_txn *t)
{
	struct mendlist *r = mem_new(sizeof(*r));
	uint64_t last = t->meta.letters, n = 0;
	uint8_t key[8];
	struct span row;
	struct letter l;

	if (last > INBOX_KEEP)
		n = last - INBOX_KEEP;
	r->skew = t->meta.skew;
	while (++n <= last) {
		wire_put_u64(key, n);
		if (db_get(t->db, STORE_LETTER, (struct span){
		    (const char *)key, sizeof(key) }, &row) &&
		    letter_read(&l, row))
			on_letter(r, &l);
	}
	return r;
}

void
mendlist_free(struct mendlist *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->count; i++) {
		free(r->row[i].words);
		free(r->row[i].page);
	}
	free(r->row);
	free(r->slot);
	free(r);
}

uint64_t
mendlist_newest(const struct mendlist *r)
{
	return r->newest;
}

size_t
mendlist_count(const struct mendlist *r)
{
	return r->count;
}

/* --- asking ------------------------------------------------------------- */

static enum mendlist_found
judge(const struct mendlist_entry *p, int64_t now)
{
	const struct mending_link *l = &p->link;

	if (l->new.n == 0 || l->state == MENDING_FIXED ||
	    l->state == MENDING_OFF || l->state == MENDING_DANGER)
		return MENDLIST_NONE;
	return l->state == MENDING_ANNOUNCED && l->from > now ?
	    MENDLIST_LATER : MENDLIST_NOW;
}

/* What was moved at one time changed places; only a later move goes on. */
static const struct mendlist_entry *
next(const struct mendlist *r, const struct mendlist_entry *p, int64_t now)
{
	const struct mendlist_entry *n = look_up(r, p->link.new);

	return n != NULL && judge(n, now) == MENDLIST_NOW &&
	    n->link.from > p->link.from ? n : NULL;
}

bool
mendlist_is_reused(const struct mendlist *r, const struct mendlist_entry *e,
    int64_t *since)
{
	const struct mendlist_entry *n = look_up(r, e->link.new);

	if (e->link.from == CLOCK_NONE)
		return false;
	*since = e->link.from - r->skew;
	return n != NULL && n != e && n->link.from == e->link.from &&
	    n->link.new.n > 0 && n->link.state != MENDING_OFF;
}

enum mendlist_found
mendlist_find(const struct mendlist *r, struct span target, int64_t now,
    struct span *to, const struct mendlist_entry **by)
{
	const struct mendlist_entry *p = look_up(r, target), *n;
	enum mendlist_found found = p != NULL ? judge(p, now) : MENDLIST_NONE;

	if (p != NULL)
		*by = p;
	if (found == MENDLIST_NONE)
		return found;
	for (int i = 0; i < CHAIN_MAX && (n = next(r, p, now)) != NULL; i++)
		p = n;
	*to = p->link.new;
	return found;
}

int64_t
mendlist_next(const struct mendlist *r, int64_t now)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < r->count; i++)
		if (judge(&r->row[i].it, now) == MENDLIST_LATER &&
		    r->row[i].it.link.from < next)
			next = r->row[i].it.link.from;
	return next;
}
