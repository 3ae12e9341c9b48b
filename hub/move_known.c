/*
 * What the index and the journal know of what has moved; see move_known.h.
 */
#include "hub/move_known.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/text.h"
#include "hub/item.h"
#include "hub/place.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/wire.h"

#define PAST 30			/* changes of an item that are looked at */
#define AROUND 60		/* items before and after it … */
#define COMMON 3		/* … and how many of them share what is no
				 * page's own */

/* --- what it was called ------------------------------------------------------- */

static void
keep_title(char *to, struct span title)
{
	title = text_cut(title, MOVE_KNOWN_TITLE - 1);
	snprintf(to, MOVE_KNOWN_TITLE, "%.*s", SPAN_ARGS(title));
}

static bool
item_at(struct db_txn *t, struct span url, struct item *i, struct change *said)
{
	struct place p = { .item = 0 };
	uint32_t number;

	if (!item_by_url(t, url, &number)) {
		if (!place_get(t, url, &p))
			return false;
		number = p.item;
	}
	return item_get(t, number, i) && change_glance(said, i->said);
}

struct past {
	struct span old, new;	/* addresses */
	char was[MOVE_KNOWN_TITLE];	/* its last title at the old one … */
	char became[MOVE_KNOWN_TITLE];	/* … and its first at the new one */
};

static bool
take_past(void *arg, const struct entry *e)
{
	struct past *p = arg;
	struct change c;

	if (!change_glance(&c, e->body) || c.word[WORD_TITLE].n == 0)
		return false;
	if (place_same(c.url, p->old))
		keep_title(p->was, c.word[WORD_TITLE]);
	else if (place_same(c.url, p->new))
		keep_title(p->became, c.word[WORD_TITLE]);
	return false;
}

/* Newest first, until it was at its old address. */
static void
read_past(struct past *p, struct db_txn *t, struct journal *j,
    uint32_t number)
{
	struct key last = key_u32_u64(number, UINT64_MAX);
	struct span key = key_look(&last), row;
	struct db_cursor *c = db_cursor_open(t, TABLE_PAST);
	bool more = db_cursor_before(c, &key, &row);

	for (int i = 0; more && i < PAST && p->was[0] == '\0' &&
	    key_heads(&last, 4, key); i++) {
		journal_read(j, wire_get_u64((const uint8_t *)key.at + 4), 1,
		    take_past, p);
		more = db_cursor_get(c, MDB_PREV, &key, &row);
	}
	db_cursor_close(c);
}

static bool
are_alike(const char *a, const char *b)
{
	struct buf one, two;
	bool alike;

	buf_init(&one, LIKENESS_PARTS);
	buf_init(&two, LIKENESS_PARTS);
	likeness_parts(&one, span_of(a));
	likeness_parts(&two, span_of(b));
	alike = likeness_is(buf_look(&one), buf_look(&two));
	buf_clear(&one);
	buf_clear(&two);
	return alike;
}

/* It is told at its new address. */
static void
take_moved(struct move_known *k, struct db_txn *t, struct journal *j,
    const struct item *i, struct past *p)
{
	read_past(p, t, j, i->number);
	if (p->was[0] != '\0' && !are_alike(p->was, p->became))
		snprintf(k->title, sizeof(k->title), "%s", p->was);
}

/* --- what of that is its own -------------------------------------------------- */

/* The site's name, or that with what sites put behind it? */
static bool
is_name(struct span part, struct span names)
{
	static const char *const after[] = { "", "网", "网站", "门户网站",
	    "官网", "官方网站" };
	struct span name;

	while (likeness_next(&names, &name)) {
		struct span rest = { part.at + name.n, part.n - name.n };

		if (part.n < name.n || memcmp(part.at, name.at, name.n) != 0)
			continue;
		for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
			if (span_is(rest, span_of(after[i])))
				return true;
	}
	return false;
}

struct own {
	struct buf parts;	/* of its title */
	size_t shared[LIKENESS_PARTS / 2];	/* by how many other items */
};

static void
count_shared(struct own *o, struct span title)
{
	struct span rest = buf_look(&o->parts), part;
	struct buf other;

	buf_init(&other, LIKENESS_PARTS);
	likeness_parts(&other, title);
	for (size_t i = 0; likeness_next(&rest, &part); i++)
		o->shared[i] += likeness_has(buf_look(&other), part);
	buf_clear(&other);
}

/* What a site has told about the same time has numbers about the same. */
static void
look_around(struct own *o, struct db_txn *t, const struct item *i)
{
	uint32_t n = i->number > AROUND ? i->number - AROUND : 1;
	struct change said;
	struct item near;

	for (; n <= i->number + AROUND; n++)
		if (n != i->number && item_get(t, n, &near) &&
		    near.site == i->site && change_glance(&said, near.said))
			count_shared(o, text_cut(said.word[WORD_TITLE],
			    MOVE_KNOWN_TITLE - 1));
}

static void
read_parts(struct move_known *k, struct db_txn *t, const struct item *i)
{
	struct own o = { .shared = { 0 } };
	struct span rest, part;
	struct buf names, own;
	struct site s;

	buf_init(&o.parts, LIKENESS_PARTS - 1);
	buf_init(&own, LIKENESS_PARTS - 1);
	buf_init(&names, LIMIT_TEXT);
	likeness_parts(&o.parts, span_of(k->title));
	if (site_get(t, i->site, &s))
		likeness_parts(&names, s.name);
	look_around(&o, t, i);
	rest = buf_look(&o.parts);
	for (size_t n = 0; likeness_next(&rest, &part); n++)
		if (o.shared[n] < COMMON && !is_name(part, buf_look(&names)))
			buf_printf(&own, "%.*s\n", SPAN_ARGS(part));
	snprintf(k->parts, sizeof(k->parts), "%s", buf_cstr(&own));
	buf_clear(&o.parts);
	buf_clear(&own);
	buf_clear(&names);
}

/* --- all of it ------------------------------------------------------------------ */

static bool
is_file(struct span type)
{
	static const char *const kinds[] = { "application/pdf",
	    "application/msword", "application/vnd.", "application/zip",
	    "application/x-rar", "application/octet-stream", "image/",
	    "audio/", "video/" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_starts(type, kinds[i]))
			return true;
	return false;
}

static bool
is_top(const struct move *m, struct span url)
{
	return m->scope != REWRITE_ADDRESS && place_same(url, m->old);
}

void
move_known_read(struct move_known *k, struct db_txn *t, struct journal *j,
    const struct move *m, struct span url, struct span to)
{
	struct past p = { .old = url, .new = to };
	struct change said;
	struct item i;

	*k = (struct move_known){ .file = false };
	if (m->state == MOVE_VERIFIED || is_top(m, url) ||
	    (!item_at(t, url, &i, &said) && !item_at(t, to, &i, &said)))
		return;
	keep_title(k->title, said.word[WORD_TITLE]);
	k->file = is_file(said.type);
	if (!place_same(said.url, url)) {
		keep_title(p.became, said.word[WORD_TITLE]);
		take_moved(k, t, j, &i, &p);
	}
	read_parts(k, t, &i);
}
