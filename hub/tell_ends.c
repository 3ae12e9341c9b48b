/*
 * What waits for a word, and who is told; see tell_ends.h. The text is English
 * like that of all letters, in forms that reason.h knows.
 *
 * In TABLE_TELL: 'E', move: struct waiting; 'F', time, move: it is to be looked
 * at then.
 */
#include "hub/tell_ends.h"

#include <inttypes.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/move_waits.h"
#include "hub/outbox.h"
#include "hub/site.h"
#include "hub/table.h"
#include "hub/tell_about.h"
#include "hub/tell_owed.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define MOST 200		/* moves of one step … */
#define SITES (2 * MOST)	/* … and sites that it may tell */

enum stage {			/* numbers are in rows */
	NONE = 0,		/* it doesn't wait */
	ASKED = 1,		/* for its other end, … */
	NEAR = 2,		/* … and its day is near … */
	LATE = 3,		/* … or has come */
	CONTESTED = 4,
};

struct waiting {
	uint32_t move;
	enum stage stage;	/* as it was told last; NONE: it wasn't */
	uint32_t other;		/* the site that was told beside its own */
	int64_t told;		/* ms */
	int64_t from;		/* … for this day */
	int64_t due;		/* ms: when to look again, or CLOCK_NONE */
};

static enum stage
stage_of(const struct move *m, int64_t at)
{
	if (m->state == MOVE_CONTESTED)
		return CONTESTED;
	if (!move_waits(m))
		return NONE;
	if (m->state == MOVE_OVERDUE)
		return LATE;
	return at >= m->from - TELL_ENDS_NEAR ? NEAR : ASKED;
}

/* --- rows ----------------------------------------------------------------- */

struct ends_key {
	uint8_t at[13];
	size_t n;
};

static struct span
look(const struct ends_key *k)
{
	return (struct span){ .at = (const char *)k->at, .n = k->n };
}

static struct ends_key
move_key(uint32_t move)
{
	struct ends_key k = { .at = { 'E' }, .n = 5 };

	wire_put_u32(k.at + 1, move);
	return k;
}

static struct ends_key
due_key(const struct waiting *w)
{
	struct ends_key k = { .at = { 'F' }, .n = 13 };

	wire_put_u64(k.at + 1, (uint64_t)w->due);
	wire_put_u32(k.at + 9, w->move);
	return k;
}

static struct waiting
get(struct db_txn *t, uint32_t move)
{
	struct waiting w = { .move = move, .due = CLOCK_NONE };
	struct ends_key k = move_key(move);
	struct reader r;
	struct span row;

	if (!db_get(t, TABLE_TELL, look(&k), &row))
		return w;
	r = reader_of(row);
	w.stage = (enum stage)read_u8(&r);
	w.other = read_u32(&r);
	w.told = (int64_t)read_u64(&r);
	w.from = (int64_t)read_u64(&r);
	w.due = (int64_t)read_u64(&r);
	if (!reader_done(&r))
		fatal("view: what a move waits for is damaged: run zqhub "
		    "rebuild");
	return w;
}

/* It is to be looked at `due`; or, if it was told to nobody and isn't to be,
 * there is nothing to keep. */
static void
put(struct group *g, struct waiting *w, int64_t due)
{
	struct ends_key k = due_key(w), row = move_key(w->move);

	if (w->due != CLOCK_NONE)
		db_del(g->txn, TABLE_TELL, look(&k));
	w->due = due;
	k = due_key(w);
	if (due != CLOCK_NONE)
		db_put(g->txn, TABLE_TELL, look(&k), SPAN_NONE);
	else if (w->stage == NONE) {
		db_del(g->txn, TABLE_TELL, look(&row));
		return;
	}
	buf_reset(&g->row);
	write_u8(&g->row, (uint8_t)w->stage);
	write_u32(&g->row, w->other);
	write_u64(&g->row, (uint64_t)w->told);
	write_u64(&g->row, (uint64_t)w->from);
	write_u64(&g->row, (uint64_t)w->due);
	db_put(g->txn, TABLE_TELL, look(&row), buf_look(&g->row));
}

/* The one that is to be looked at first. */
static bool
first(struct db_txn *t, int64_t now, uint32_t *move)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_TELL);
	struct span key = SPAN("F"), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n == 13 && key.at[0] == 'F' &&
	    (int64_t)wire_get_u64((const uint8_t *)key.at + 1) <= now;

	if (found)
		*move = wire_get_u32((const uint8_t *)key.at + 9);
	db_cursor_close(c);
	return found;
}

bool
tell_ends_is_due(struct db_txn *t, int64_t now)
{
	uint32_t move;

	return first(t, now, &move);
}

void
tell_ends_turn(struct group *g, const struct move *before,
    const struct move *now, int64_t at)
{
	bool did = before != NULL && stage_of(before, at) != NONE;
	struct waiting w;

	if (!did && stage_of(now, at) == NONE)
		return;
	w = get(g->txn, now->number);
	put(g, &w, at + TELL_OWED_PAUSE);
}

/* --- words ---------------------------------------------------------------- */

/* What is to be run where the new domain is. */
static void
put_command(struct buf *b, const struct move *m)
{
	buf_printf(b, "zqagent say move %.*s %.*s --%s", SPAN_ARGS(m->old),
	    SPAN_ARGS(m->new), rewrite_scope_name(
	    (enum rewrite_scope)m->scope));
}

static void
put_head(struct buf *b, const struct move *m, enum stage stage, bool again)
{
	unsigned n = m->number;
	char from[CLOCK_TEXT_MAX];

	clock_format(from, m->from);
	if (stage == LATE)
		buf_printf(b, "move %u, of %.*s to %.*s, did not take effect "
		    "on %s, for its other end has not agreed", n,
		    SPAN_ARGS(m->old), SPAN_ARGS(m->new), from);
	else if (again)
		buf_printf(b, "move %u, of %.*s to %.*s, still waits for its "
		    "other end, and takes no effect on %s without it", n,
		    SPAN_ARGS(m->old), SPAN_ARGS(m->new), from);
	else
		buf_printf(b, "move %u, of %.*s to %.*s, waits for its other "
		    "end, and takes no effect on %s without it", n,
		    SPAN_ARGS(m->old), SPAN_ARGS(m->new), from);
	buf_text(b, ": ");
}

/* To whose move it is. */
static void
put_to_do(struct buf *b, struct group *g, const struct move *m,
    uint32_t other)
{
	struct site s;
	struct url u;

	if (other != 0 && site_get(g->txn, other, &s)) {
		buf_printf(b, "let site %.*s run `", SPAN_ARGS(s.code));
		put_command(b, m);
		buf_printf(b, "`, or let the hub's operator agree (zqhub move "
		    "agree %" PRIu32 ")", m->number);
	} else if (url_parse(&u, m->new)) {
		buf_printf(b, "put this site's proof (zqagent proof) at "
		    "%.*s://%.*s/.well-known/zhanqun.txt and let the hub's "
		    "operator look (zqhub move check %" PRIu32 "), or agree "
		    "(zqhub move agree %" PRIu32 ")", SPAN_ARGS(u.scheme),
		    SPAN_ARGS(u.host), m->number, m->number);
	}
}

/* To the site that has the new domain. */
static void
put_to_agree(struct buf *b, const struct move *m)
{
	buf_text(b, "the new domain is this site's. If that is right, run `");
	put_command(b, m);
	buf_printf(b, "`; if not, let the hub's operator withdraw it (zqhub "
	    "move withdraw %" PRIu32 ")", m->number);
}

static void
put_contested(struct buf *b, const struct move *m)
{
	buf_printf(b, "move %" PRIu32 ", of %.*s to %.*s, contradicts move "
	    "%" PRIu32 " and is not followed: the hub's operator decides "
	    "(zqhub move agree, zqhub move withdraw)", m->number,
	    SPAN_ARGS(m->old), SPAN_ARGS(m->new), m->rival);
}

static void
put_done(struct buf *b, const struct move *m)
{
	unsigned n = m->number;
	char from[CLOCK_TEXT_MAX];

	if (move_is_over(m->state))
		buf_printf(b, "move %u, of %.*s to %.*s, is off: it needs no "
		    "word any more", n, SPAN_ARGS(m->old), SPAN_ARGS(m->new));
	else
		buf_printf(b, "move %u, of %.*s to %.*s, is agreed to, and is "
		    "followed from %s on", n, SPAN_ARGS(m->old),
		    SPAN_ARGS(m->new), clock_format(from, m->from));
}

/* --- letters -------------------------------------------------------------- */

struct step {
	struct group *g;
	int64_t at;
	struct { uint32_t site; uint64_t n; } told[SITES];
	size_t sites;
};

static void
send(struct step *s, uint32_t site, struct span about, const struct buf *text)
{
	struct letter l = { .when = s->at, .kind = SPAN(LETTER_MOVE),
		.about = about, .text = buf_look(text) };

	must(!text->bad);
	outbox_put(s->g, site, &l);
}

/* Is it to be told one by one? */
static bool
may_send(struct step *s, uint32_t site)
{
	size_t i = 0;

	if (site == 0 || !tell_about_is_told(s->g, site))
		return false;
	while (i < s->sites && s->told[i].site != site)
		i++;
	must(i < SITES);
	if (i == s->sites)
		s->told[s->sites++].site = site;
	return s->told[i].n++ < TELL_ENDS_EACH;
}

static void
send_numbers(struct step *s)
{
	struct buf text;

	for (size_t i = 0; i < s->sites; i++) {
		if (s->told[i].n <= TELL_ENDS_EACH)
			continue;
		buf_init(&text, LIMIT_LONG_TEXT);
		buf_printf(&text, "%" PRIu64 " more moves from or to domains "
		    "of this site wait for a word, or have it now: zqagent "
		    "moves shows this site's own, the hub's operator has them "
		    "all (zqhub move list)", s->told[i].n - TELL_ENDS_EACH);
		send(s, s->told[i].site, SPAN_NONE, &text);
		buf_clear(&text);
	}
}

static void
tell_own(struct step *s, const struct move *m, enum stage stage, bool again,
    uint32_t other)
{
	struct buf text;

	if (!may_send(s, m->site))
		return;
	buf_init(&text, LIMIT_LONG_TEXT);
	if (stage == NONE) {
		put_done(&text, m);
	} else if (stage == CONTESTED) {
		put_contested(&text, m);
	} else {
		put_head(&text, m, stage, again);
		put_to_do(&text, s->g, m, other);
	}
	send(s, m->site, m->old, &text);
	buf_clear(&text);
}

static void
tell_other(struct step *s, const struct move *m, enum stage stage, bool again,
    uint32_t other)
{
	struct buf text;

	if (other == m->site || !may_send(s, other))
		return;
	buf_init(&text, LIMIT_LONG_TEXT);
	if (stage == NONE) {
		put_done(&text, m);
	} else if (stage == CONTESTED) {
		put_contested(&text, m);
	} else {
		put_head(&text, m, stage, again);
		put_to_agree(&text, m);
	}
	send(s, other, m->new, &text);
	buf_clear(&text);
}

/* Whoever could give the word, if that is a site. */
static uint32_t
other_of(struct group *g, const struct move *m, enum stage stage)
{
	uint32_t other = 0;
	struct move rival;
	struct url u;

	if (stage == CONTESTED)
		other = move_get(g->txn, m->rival, &rival) ? rival.site : 0;
	else if (url_parse(&u, m->new))
		other = group_host(g, u.host);
	return other != 0 && tell_about_is_told(g, other) ? other : 0;
}

/* --- one move ------------------------------------------------------------- */

/* Is there anything to say, and not too soon? *due: when to look again. */
static bool
is_news(const struct waiting *w, const struct move *m, enum stage now,
    int64_t at, int64_t *due)
{
	bool later = now == NONE || now > w->stage;
	bool news = later || now != w->stage || m->from != w->from;

	*due = now == ASKED ? m->from - TELL_ENDS_NEAR : CLOCK_NONE;
	if (now == NONE && w->stage == NONE)
		return false;
	if (news && !later && at - w->told >= 0 &&
	    at - w->told < TELL_ENDS_AGAIN) {
		*due = w->told + TELL_ENDS_AGAIN;
		return false;
	}
	return news;
}

static void
tell(struct step *s, struct waiting *w, const struct move *m, enum stage now)
{
	bool again = w->stage != NONE && m->from == w->from;
	uint32_t other = now == NONE ? w->other : other_of(s->g, m, now);

	/* who took it back knows, or has a letter of that; the site of an
	 * operator's has not */
	if (now != NONE || !move_is_over(m->state) || m->operated)
		tell_own(s, m, now, again, other);
	tell_other(s, m, now, again, other);
	w->stage = now;
	w->other = other;
	w->told = s->at;
	w->from = m->from;
}

static void
look_at(struct step *s, uint32_t move)
{
	struct waiting w = get(s->g->txn, move);
	struct tell_about of;
	int64_t due = CLOCK_NONE;
	enum stage now;

	if (tell_about_read(&of, s->g, move)) {
		now = stage_of(&of.move, s->at);
		if (is_news(&w, &of.move, now, s->at, &due))
			tell(s, &w, &of.move, now);
		tell_about_clear(&of);
	}
	put(s->g, &w, due);
}

uint64_t
tell_ends_step(struct group *g, const struct entry *e, uint64_t most)
{
	struct step s = { .g = g, .at = e->at };
	uint64_t n = 0;
	uint32_t move;

	while (n < most && n < MOST && first(g->txn, e->at, &move)) {
		look_at(&s, move);
		n++;
	}
	send_numbers(&s);
	return n;
}
