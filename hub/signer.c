/*
 * Signed maps, and who waits for them; see signer.h.
 */
#include "hub/signer.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/chart.h"
#include "hub/frame.h"
#include "protocol/limits.h"
#include "protocol/movemap.h"

#define SOON 5			/* s, until who was refused asks again */

struct paper {
	uint64_t version, since;
	uint64_t number;	/* asked of the ca; 0: vacant */
	int64_t made, used;	/* ms, mono */
	struct buf der;		/* empty: it is being signed */
	uint64_t *waits;	/* who asked meanwhile */
	size_t count, room;
};

struct signer {
	struct view *const *view;	/* where it stands */
	reply_send_fn *send, *sign;
	void *arg;
	uint64_t last;		/* number given to the ca */
	uint64_t version;	/* the highest that was there: while the view
				 * is made anew it counts up to it again */
	struct paper paper[SIGNER_KEPT];
};

uint64_t
signer_version(struct view *v)
{
	struct db_txn *t = view_read(v);
	uint64_t version = chart_version(t);

	db_abort(t);
	return version;
}

/* --- answers -------------------------------------------------------------- */

static void
answer(struct signer *s, uint64_t number, const struct frame_answer *a)
{
	struct buf out;

	buf_init(&out, FRAME_MAX);
	frame_answer_write(&out, a);
	s->send(s->arg, number, buf_look(&out));
	buf_clear(&out);
}

static void
give(struct signer *s, uint64_t number, const struct paper *p)
{
	answer(s, number, &(struct frame_answer){ .status = 200,
	    .type = SPAN(MOVEMAP_TYPE), .body = buf_look(&p->der) });
}

static void
refuse(struct signer *s, uint64_t number, const char *why)
{
	answer(s, number, &(struct frame_answer){ .status = 503,
	    .retry_after = SOON, .type = SPAN("text/plain; charset=utf-8"),
	    .body = span_of(why) });
}

/* --- papers --------------------------------------------------------------- */

static void
drop(struct signer *s, struct paper *p)
{
	for (size_t i = 0; i < p->count; i++)
		refuse(s, p->waits[i], _("the map of moves could not be "
		    "signed; ask again"));
	free(p->waits);
	buf_clear(&p->der);
	*p = (struct paper){ .number = 0 };
	buf_init(&p->der, FRAME_MAX);
}

static bool
is_good(const struct paper *p, uint64_t version, uint64_t since)
{
	return p->number != 0 && p->version == version &&
	    p->since == since && clock_mono() - p->made < SIGNER_LIFE;
}

static struct paper *
find(struct signer *s, uint64_t version, uint64_t since)
{
	for (size_t i = 0; i < SIGNER_KEPT; i++)
		if (is_good(&s->paper[i], version, since))
			return &s->paper[i];
	return NULL;
}

/* One that is vacant, or else the one that wasn't asked for longest. */
static struct paper *
make_room(struct signer *s)
{
	struct paper *oldest = &s->paper[0];

	for (size_t i = 0; i < SIGNER_KEPT; i++) {
		if (s->paper[i].number == 0)
			return &s->paper[i];
		if (s->paper[i].used < oldest->used)
			oldest = &s->paper[i];
	}
	drop(s, oldest);
	return oldest;
}

static struct paper *
make(struct signer *s, uint64_t version, uint64_t since)
{
	struct db_txn *t = view_read(*s->view);
	struct paper *p = NULL;
	struct buf xml;

	buf_init(&xml, LIMIT_MAP);
	if (chart_write(t, since, clock_wall(), &xml)) {
		p = make_room(s);
		p->version = version;
		p->since = since;
		p->number = ++s->last;
		p->made = clock_mono();
		s->sign(s->arg, p->number, buf_look(&xml));
	} else {
		log_error("map of moves: longer than %u bytes: it can't be "
		    "handed out", LIMIT_MAP);
	}
	db_abort(t);
	buf_clear(&xml);
	return p;
}

static void
wait_for(struct signer *s, struct paper *p, uint64_t number)
{
	if (p->count == SIGNER_WAITING) {
		refuse(s, number, _("too many ask for the map of moves at "
		    "once; ask again"));
		return;
	}
	if (p->count == p->room) {
		p->room = p->room > 0 ? 2 * p->room : 16;
		p->waits = mem_grow(p->waits, p->room, sizeof(*p->waits));
	}
	p->waits[p->count++] = number;
}

void
signer_ask(struct signer *s, uint64_t number, struct span body)
{
	uint64_t after, version = signer_version(*s->view);
	struct paper *p;

	if (!frame_map_read(&after, body))
		return;
	if (version > s->version)
		s->version = version;
	if (after == version || version < s->version || version == 0) {
		answer(s, number, &(struct frame_answer){ .status = 304 });
		return;
	}
	p = find(s, version, after);
	if (p == NULL)
		p = make(s, version, after);
	if (p == NULL) {
		refuse(s, number, _("the map of moves is too long to be "
		    "handed out"));
		return;
	}
	p->used = clock_mono();
	if (p->der.n > 0)
		give(s, number, p);
	else
		wait_for(s, p, number);
}

void
signer_signed(struct signer *s, uint64_t number, struct span body)
{
	struct paper *p = NULL;
	struct span der;
	bool good;

	for (size_t i = 0; i < SIGNER_KEPT; i++)
		if (s->paper[i].number == number)
			p = &s->paper[i];
	if (p == NULL || number == 0 ||
	    !frame_signed_read(&good, &der, body))
		return;
	if (!good) {
		log_error("map of moves: %.*s", SPAN_ARGS(der));
		drop(s, p);
		return;
	}
	buf_span(&p->der, der);
	for (size_t i = 0; i < p->count; i++)
		give(s, p->waits[i], p);
	p->count = 0;
}

void
signer_forget(struct signer *s)
{
	for (size_t i = 0; i < SIGNER_KEPT; i++)
		drop(s, &s->paper[i]);
}

/* --- its life ------------------------------------------------------------- */

struct signer *
signer_new(struct view *const *v, reply_send_fn *send, reply_send_fn *sign,
    void *arg)
{
	struct signer *s = mem_new(sizeof(*s));

	s->view = v;
	s->send = send;
	s->sign = sign;
	s->arg = arg;
	for (size_t i = 0; i < SIGNER_KEPT; i++)
		buf_init(&s->paper[i].der, FRAME_MAX);
	return s;
}

void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < SIGNER_KEPT; i++) {
		free(s->paper[i].waits);
		buf_clear(&s->paper[i].der);
	}
	free(s);
}
