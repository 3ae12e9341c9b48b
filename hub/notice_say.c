/*
 * Notices, said and ended; see notice_say.h.
 */
#include "hub/notice_say.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/tell_closing.h"
#include "protocol/url.h"

#define AGAIN INT64_C(86400000)	/* ms: that something is over may be said
				 * once more so long after it was */

/* --- finding ------------------------------------------------------------- */

/* Open ones of a site, by what the caller asks for. Numbers, for what a
 * cursor hands out isn't good any more when a row is written. */
struct finding {
	const struct notice_said *said;
	uint32_t number[NOTICES_SITE];
	uint32_t found, all;
	bool past;			/* there was one that is over */
};

/* What is resolved is any but a closing, of one service or of all. */
static bool
is_sought(const struct finding *f, const struct notice *n)
{
	const struct announcement *what = &f->said->what;
	const struct announcement a = {
		.kind = (enum announcement_kind)n->kind,
		.from = n->from,
		.service = n->service,
		.recurs = n->recurs,
	};

	if (what->kind != ANNOUNCE_RESOLVED)
		return announcement_is_same(&a, what);
	return n->kind != NOTICE_CLOSING && (what->service.n == 0 ||
	    announcement_is_of(n->service, what->service));
}

static bool
find_one(void *arg, const struct notice *n)
{
	struct finding *f = arg;

	f->all++;
	if (is_sought(f, n) && f->found < NOTICES_SITE)
		f->number[f->found++] = n->number;
	return true;
}

static bool
find_past(void *arg, const struct notice *n)
{
	struct finding *f = arg;

	f->past = !notice_is_open(n) && is_sought(f, n) &&
	    f->said->when <= n->ended + AGAIN;
	return !f->past;
}

static void
find(struct group *g, const struct notice_said *s, struct finding *f)
{
	*f = (struct finding){ .said = s };
	notice_each_open(g->txn, s->site, find_one, f);
	notice_each(g->txn, s->site, find_past, f);
}

/* A copy of the row to point into: what is in the table moves. */
struct held_row {
	struct notice n;
	char *copy;
};

static bool
hold(struct group *g, uint32_t number, struct held_row *h)
{
	struct buf row;

	h->copy = NULL;
	if (!notice_get(g->txn, number, &h->n))
		return false;
	buf_init(&row, NOTICE_ROW_MAX);
	notice_write(&row, &h->n);
	must(!row.bad);
	h->copy = mem_copy(row.at, row.n);
	notice_read(&h->n, number, (struct span){ h->copy, row.n });
	buf_clear(&row);
	return true;
}

static void
put(struct group *g, struct notice *n, int64_t at)
{
	n->changed = at;
	notice_put(g->txn, n, &g->row);
	g->work++;
}

/* --- ending -------------------------------------------------------------- */

static void
end_one(struct group *g, uint32_t number, enum notice_state state,
    int64_t at, struct span reason, struct span by)
{
	struct held_row h;

	if (!hold(g, number, &h))
		return;
	h.n.state = state;
	h.n.ended = at;
	h.n.end_reason = text_cut(reason, NOTICE_TEXT);
	h.n.end_by = text_cut(by, NOTICE_TEXT);
	put(g, &h.n, at);
	if (h.n.kind == NOTICE_CLOSING)
		tell_closing_queue(g, number);
	free(h.copy);
}

/* Before it began it is withdrawn; what recurs was in any case. */
static enum notice_state
end_state(const struct notice *n, int64_t at)
{
	return n->from > at || n->recurs.n > 0 ? NOTICE_WITHDRAWN :
	    NOTICE_RESOLVED;
}

static bool
may_end(const struct notice *n, bool operated)
{
	return operated || !n->operated;
}

/* All that were found and may be; those to come are left, if `begun`. */
static const char *
end_found(struct group *g, const struct entry *e, const struct finding *f,
    struct notice_said *s, bool begun)
{
	unsigned ended = 0, others = 0;
	struct notice n;

	for (uint32_t i = 0; i < f->found; i++) {
		if (!notice_get(g->txn, f->number[i], &n) ||
		    (begun && end_state(&n, e->at) == NOTICE_WITHDRAWN))
			continue;
		if (!may_end(&n, s->operated)) {
			others++;
			continue;
		}
		end_one(g, n.number, end_state(&n, e->at), e->at,
		    s->what.reason, s->what.by);
		ended++;
	}
	if (ended > 0 || (others == 0 && f->past))
		return NULL;	/* now, or before: it is said again */
	if (others > 0)
		return N_("the hub's operator announced it: only they can say "
		    "that it is over");
	s->idle = true;
	return begun ? N_("nothing that has begun is announced of this "
	    "service, or it is over: was the service named otherwise? "
	    "Without a name all that has begun is ended") :
	    N_("nothing like this is announced, or it is over: was the "
	    "service, or when it begins or recurs, said otherwise?");
}

/* Faults and work that have begun; of one service, or of all. */
static const char *
resolve(struct group *g, const struct entry *e, struct notice_said *s)
{
	struct finding f;

	find(g, s, &f);
	return end_found(g, e, &f, s, true);
}

static const char *
withdraw(struct group *g, const struct entry *e, struct notice_said *s)
{
	struct finding f;

	find(g, s, &f);
	return end_found(g, e, &f, s, false);
}

const char *
notice_end(struct group *g, const struct entry *e, uint32_t number,
    struct span reason, struct span by)
{
	struct notice n;

	if (!notice_get(g->txn, number, &n))
		return "there is no such notice";
	if (!notice_is_open(&n))
		return "the notice is over";
	end_one(g, number, end_state(&n, e->at), e->at, reason, by);
	return NULL;
}

struct retiring {
	uint32_t number[NOTICES_SITE];
	size_t n;
};

static bool
gather(void *arg, const struct notice *n)
{
	struct retiring *r = arg;

	r->number[r->n++] = n->number;
	return r->n < NOTICES_SITE;
}

/* Who links there is sent where its closing said. */
static void
close_now(struct group *g, uint32_t number, int64_t at)
{
	struct held_row h;

	if (!hold(g, number, &h))
		return;
	if (h.n.from == CLOCK_NONE || h.n.from > at) {
		h.n.from = at;
		put(g, &h.n, at);
	}
	free(h.copy);
}

void
notice_retire(struct group *g, const struct entry *e, uint32_t site,
    struct span reason, struct span by)
{
	struct retiring r = { .n = 0 };
	struct notice n;

	notice_each_open(g->txn, site, gather, &r);
	for (size_t i = 0; i < r.n; i++) {
		if (!notice_get(g->txn, r.number[i], &n))
			continue;
		if (n.kind == NOTICE_CLOSING)
			close_now(g, n.number, e->at);
		else
			end_one(g, n.number, end_state(&n, e->at), e->at,
			    reason, by);
	}
}

/* --- announcing ---------------------------------------------------------- */

static void
fill(struct notice *n, const struct notice_said *s, int64_t at)
{
	const struct announcement *a = &s->what;

	n->kind = (enum notice_kind)a->kind;
	n->state = NOTICE_OPEN;
	n->operated = s->operated;
	n->from = a->from != CLOCK_NONE ? a->from :
	    s->when <= at ? s->when : at;
	n->until = a->until;
	n->service = text_cut(a->service, NOTICE_TEXT);
	n->recurs = a->recurs;
	n->zone = a->recurs.n > 0 ? a->zone : SPAN_NONE;
	n->see = a->see;
	n->reason = text_cut(a->reason, NOTICE_TEXT);
	n->by = text_cut(a->by, NOTICE_TEXT);
}

/* Said when it was over already: kept, for the record. */
static void
put_announced(struct group *g, struct notice *n, int64_t at)
{
	n->ended = CLOCK_NONE;
	if (n->until != CLOCK_NONE && n->until <= at) {
		n->state = NOTICE_OVER;
		n->ended = n->until;
	}
	put(g, n, at);
}

static const char *
say_again(struct group *g, const struct entry *e, uint32_t number,
    const struct notice_said *s)
{
	struct held_row h;
	struct span see, service;
	int64_t from;
	bool may;

	must(hold(g, number, &h));
	may = may_end(&h.n, s->operated);
	if (may) {
		see = h.n.see;
		from = h.n.from;
		service = h.n.service;
		fill(&h.n, s, e->at);
		if (span_is(announcement_service(service), h.n.service))
			h.n.service = service;	/* with its address */
		put_announced(g, &h.n, e->at);
		if (h.n.kind == NOTICE_CLOSING && (h.n.from != from ||
		    !span_is(h.n.see, see)))
			tell_closing_queue(g, number);
	}
	free(h.copy);
	return may ? NULL : N_("the hub's operator announced this: only they "
	    "can change it");
}

static const char *
say_first(struct group *g, const struct entry *e,
    const struct notice_said *s)
{
	struct notice n = { .number = notice_last(g->txn) + 1,
	    .site = s->site, .announced = e->at, .place = e->place };

	fill(&n, s, e->at);
	put_announced(g, &n, e->at);
	if (n.kind == NOTICE_CLOSING)
		tell_closing_queue(g, n.number);
	return NULL;
}

/* The same, from before it was over: an agent tells all it had to say once
 * more, when a hub has lost it. */
struct echo {
	const struct notice *now;
	int64_t when;
	bool is;
};

static bool
find_echo(void *arg, const struct notice *n)
{
	struct echo *x = arg;

	x->is = !notice_is_open(n) && n->kind == x->now->kind &&
	    n->from == x->now->from && n->until == x->now->until &&
	    x->when < n->ended && announcement_is_of(n->service,
	    x->now->service) && span_is(n->recurs, x->now->recurs);
	return !x->is;
}

static bool
is_echo(struct group *g, const struct notice_said *s, int64_t at)
{
	struct notice now = { .announced = at };
	struct echo x = { .now = &now, .when = s->when };

	fill(&now, s, at);
	notice_each(g->txn, s->site, find_echo, &x);
	return x.is;
}

static const char *
announce(struct group *g, const struct entry *e, const struct notice_said *s)
{
	struct finding f;

	find(g, s, &f);
	if (f.found > 0)
		return say_again(g, e, f.number[0], s);
	if (is_echo(g, s, e->at))
		return NULL;
	if (f.all >= NOTICES_SITE)
		return N_("the site has announced 200 things that are not "
		    "over: say first which of them are");
	return say_first(g, e, s);
}

/* Where people are to turn to is gone as well, then. */
static bool
is_at_home(struct group *g, const struct notice_said *s)
{
	struct url u;

	return s->what.kind == ANNOUNCE_CLOSING && s->what.see.n > 0 &&
	    url_parse(&u, s->what.see) && group_host(g, u.host) == s->site;
}

/* A service is known by what is kept of its name. */
const char *
notice_say(struct group *g, const struct entry *e, struct notice_said *said)
{
	struct notice_said s = *said;
	const char *why;

	s.what.service = text_cut(s.what.service, NOTICE_TEXT);
	if (is_at_home(g, said))
		return N_("a closing names where its people turn to at another "
		    "site than the one that closes");
	why = s.what.kind == ANNOUNCE_RESOLVED ? resolve(g, e, &s) :
	    s.what.withdrawn ? withdraw(g, e, &s) : announce(g, e, &s);
	said->idle = s.idle;
	return why;
}

/* --- time ---------------------------------------------------------------- */

struct running_out {
	int64_t at;
	uint64_t most;
	uint32_t *number;
	size_t n;
};

static bool
take_due(void *arg, const struct notice *n)
{
	struct running_out *r = arg;

	if (notice_is_due(n, r->at))
		r->number[r->n++] = n->number;
	return r->n < r->most;
}

/* Work that was announced until then is over then; a fault isn't, until
 * somebody says so. */
static void
run_out(struct group *g, uint32_t number, int64_t at)
{
	struct held_row h;

	must(hold(g, number, &h));
	if (h.n.kind == NOTICE_OUTAGE) {
		h.n.state = NOTICE_OVERRUN;
	} else {
		h.n.state = NOTICE_OVER;
		h.n.ended = h.n.until;
	}
	put(g, &h.n, at);
	free(h.copy);
}

void
notice_time(struct group *g, const struct entry *e, uint64_t most)
{
	struct running_out r = { .at = e->at, .most = most,
	    .number = mem_grow(NULL, most, sizeof(*r.number)) };

	if (most > 0)
		notice_each_open(g->txn, 0, take_due, &r);
	for (size_t i = 0; i < r.n; i++)
		run_out(g, r.number[i], e->at);
	free(r.number);
}
