/*
 * Letters: polls in a table by number, each with a timer.
 */
#include "hub/letters.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/signer.h"
#include "hub/welcome.h"
#include "protocol/changelist.h"
#include "protocol/letter.h"
#include "protocol/limits.h"

#define BUCKETS 4096
#define AT_ONCE 100		/* letters in one answer */
#define END_ROOM 64		/* bytes for the document's end */

struct poll {
	struct poll *next;	/* in its bucket */
	struct poll *newer, *older;	/* of all */
	struct letters *letters;
	uint64_t number, after;
	uint32_t site;
	unsigned deaf;		/* to these wants: they are another's */
	struct event *timer;
};

struct letters {
	struct event_base *base;
	struct writer *writer;
	struct guests *guests;
	struct pending_queue *pending;
	reply_send_fn *send;
	void (*on_work)(void *arg);
	void *arg;
	struct poll *bucket[BUCKETS];
	struct poll *oldest, *newest;
	size_t count;
};

struct letters *
letters_new(struct event_base *base, struct writer *w, struct guests *g,
    struct pending_queue *pending, reply_send_fn *send,
    void (*on_work)(void *arg), void *arg)
{
	struct letters *l = mem_new(sizeof(*l));

	l->base = base;
	l->writer = w;
	l->guests = g;
	l->pending = pending;
	l->send = send;
	l->on_work = on_work;
	l->arg = arg;
	return l;
}

/* --- the table ------------------------------------------------------------ */

static struct poll **
find(struct letters *l, uint64_t number)
{
	struct poll **p = &l->bucket[number % BUCKETS];

	while (*p != NULL && (*p)->number != number)
		p = &(*p)->next;
	return p;
}

static void
add(struct letters *l, struct poll *p)
{
	struct poll **bucket = &l->bucket[p->number % BUCKETS];

	p->next = *bucket;
	*bucket = p;
	p->older = l->newest;
	if (l->newest != NULL)
		l->newest->newer = p;
	else
		l->oldest = p;
	l->newest = p;
	guests_get(l->guests, p->site)->polls++;
	stats_set(COUNTER_LETTERS_WAITING, ++l->count);
}

static void
drop(struct letters *l, struct poll *p)
{
	struct poll **at = find(l, p->number);

	must(*at == p);
	*at = p->next;
	if (p->older != NULL)
		p->older->newer = p->newer;
	else
		l->oldest = p->newer;
	if (p->newer != NULL)
		p->newer->older = p->older;
	else
		l->newest = p->older;
	guests_get(l->guests, p->site)->polls--;
	stats_set(COUNTER_LETTERS_WAITING, --l->count);
	event_free(p->timer);
	free(p);
}

void
letters_free(struct letters *l)
{
	if (l == NULL)
		return;
	while (l->oldest != NULL)
		drop(l, l->oldest);
	free(l);
}

void
letters_gone(struct letters *l, uint64_t number)
{
	struct poll *p = *find(l, number);

	if (p != NULL)
		drop(l, p);
}

/* --- answers -------------------------------------------------------------- */

struct page {
	struct buf *xml;
	size_t letters;
	bool full;
};

/* As many as fit; the agent asks for the rest when it has these. */
static void
put_letter(void *arg, const struct letter *l)
{
	struct page *p = arg;
	size_t before = p->xml->n;

	if (p->full)
		return;
	letters_put(p->xml, l);
	if (p->xml->bad || p->xml->n + END_ROOM > LIMIT_ANSWER) {
		buf_cut(p->xml, before);
		p->xml->bad = false;
		p->full = true;
		return;
	}
	p->letters++;
}

static uint64_t
newest_letter(struct letters *l, uint32_t site)
{
	return view_letters(l->writer->view, site, UINT64_MAX, 0, NULL, NULL);
}

/* passing: first of all, or NULL. */
static void
answer(struct letters *l, const struct poll *poll,
    const struct letter *passing)
{
	struct frame_answer f = { .status = 200,
		.type = SPAN(CHANGELIST_TYPE) };
	struct guest *g = guests_get(l->guests, poll->site);
	struct buf xml, out;
	struct page p = { .xml = &xml };

	buf_init(&xml, LIMIT_ANSWER + END_ROOM);
	buf_init(&out, FRAME_MAX);
	letters_begin(&xml, &(struct letters_head){
		.last = newest_letter(l, poll->site),
		.now = clock_wall(),
		.want = guests_words(g->want & ~poll->deaf),
		.map = signer_version(l->writer->view),
	});
	g->told = g->want & ~poll->deaf;
	if (passing != NULL)
		letters_put(&xml, passing);
	view_letters(l->writer->view, poll->site, poll->after, AT_ONCE,
	    put_letter, &p);
	letters_end(&xml);
	must(!xml.bad);
	f.body = buf_look(&xml);
	frame_answer_write(&out, &f);
	l->send(l->arg, poll->number, buf_look(&out));
	stats_add(COUNTER_LETTERS_SENT, p.letters);
	buf_clear(&xml);
	buf_clear(&out);
}

static void
refuse_for(struct letters *l, uint64_t number, enum verdict v,
    const char *cause, const char *why)
{
	struct buf out;

	buf_init(&out, FRAME_MAX);
	reply_no(&out, v, cause, why);
	l->send(l->arg, number, buf_look(&out));
	buf_clear(&out);
}

static void
refuse(struct letters *l, uint64_t number, enum verdict v, const char *why)
{
	refuse_for(l, number, v, "", why);
}

static void
finish(struct letters *l, struct poll *p)
{
	answer(l, p, NULL);
	drop(l, p);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct poll *p = arg;

	(void)fd;
	(void)what;
	finish(p->letters, p);
}

/* --- asking --------------------------------------------------------------- */

static void
make_room(struct letters *l, uint32_t site)
{
	struct poll *p = l->oldest;

	if (guests_get(l->guests, site)->polls < LETTERS_POLLS_SITE)
		return;
	while (p->site != site)
		p = p->newer;
	finish(l, p);
}

static void
hold(struct letters *l, uint64_t number, const struct frame_letters *f,
    unsigned deaf)
{
	uint32_t wait = f->wait < LIMIT_POLL ? f->wait : LIMIT_POLL;
	struct timeval t = { .tv_sec = wait / 1000,
		.tv_usec = (suseconds_t)(wait % 1000) * 1000 };
	struct poll *p;

	make_room(l, f->peer.site);
	p = mem_new(sizeof(*p));
	*p = (struct poll){ .letters = l, .number = number,
		.after = f->after, .site = f->peer.site, .deaf = deaf };
	p->timer = evtimer_new(l->base, on_timer, p);
	must(p->timer != NULL && evtimer_add(p->timer, &t) == 0);
	add(l, p);
}

/* A letter, or something that is wanted and wasn't said yet. */
static bool
has_news(struct letters *l, uint32_t site, uint64_t after, unsigned deaf)
{
	const struct guest *g = guests_get(l->guests, site);

	return (g->want & ~g->told & ~deaf) != 0 || newest_letter(l, site) > after;
}

/* Nobody waits for it: lost on a full disk, it is said again next time. */
static void
confirmed(void *arg, uint64_t place)
{
	(void)arg;
	(void)place;
}

static void
confirm(struct letters *l, uint32_t site, uint64_t after, uint64_t shown)
{
	struct guest *g = guests_get(l->guests, site);
	struct acts acts;

	if (g->confirmed < shown)
		g->confirmed = shown;
	if (after <= g->confirmed || after > newest_letter(l, site))
		return;
	g->confirmed = after;
	acts_init(&acts);
	acts_put(&acts, json_pack("{s:s, s:I, s:I}", "do", "confirm",
	    "site", (json_int_t)site, "letter", (json_int_t)after),
	    ACTS_HUB, "");
	pending_acts(l->pending, &acts, confirmed, l);
	l->on_work(l->arg);
}

/* While one of two agents is to begin anew, only that one may hear of it:
 * the copy would do so, too. */
static unsigned
deaf_to(const struct view_site *s, uint64_t instance)
{
	return s->kept == 0 || (instance != 0 &&
	    instance == s->agent[s->kept == 2].instance) ? 0 :
	    GUEST_RETELL | GUEST_RENEW;
}

/* Whoever asks for letters is alive (heir.h). */
static void
hear(struct letters *l, const struct frame_letters *f,
    const struct view_site *s)
{
	struct fork_word word = { .instance = f->instance,
		.address = f->peer.address };

	if (s->kept != 0)
		heir_heard(&guests_get(l->guests, s->number)->heirs, s, &word,
		    clock_mono());
}

void
letters_ask(struct letters *l, uint64_t number, struct span body)
{
	struct frame_letters f;
	struct welcome w;
	struct poll now = { .number = number };

	welcome_init(&w);
	if (*find(l, number) != NULL || !frame_letters_read(&f, body)) {
		refuse(l, number, VERDICT_BAD, "not a request for letters");
	} else if (!welcome_peer(&w, l->writer->view, &f.peer,
	    f.instance)) {
		if (strcmp(w.cause, CAUSE_SETTLED) == 0)
			hear(l, &f, &w.site);
		refuse_for(l, number, w.verdict, w.cause, buf_cstr(&w.why));
	} else {
		hear(l, &f, &w.site);
		confirm(l, f.peer.site, f.after, w.site.confirmed);
		now.site = f.peer.site;
		now.after = f.after;
		now.deaf = deaf_to(&w.site, f.instance);
		if (f.wait == 0 || has_news(l, f.peer.site, f.after,
		    now.deaf))
			answer(l, &now, NULL);
		else if (l->count >= LETTERS_POLLS)
			refuse(l, number, VERDICT_BUSY,
			    "too many requests for letters are held");
		else
			hold(l, number, &f, now.deaf);
	}
	welcome_clear(&w);
}

void
letters_look(struct letters *l)
{
	struct poll *p, *newer;

	for (p = l->oldest; p != NULL; p = newer) {
		newer = p->newer;
		if (has_news(l, p->site, p->after, p->deaf))
			finish(l, p);
	}
}

bool
letters_pass(struct letters *l, uint32_t site, const struct letter *passing)
{
	struct poll *p = l->newest;

	while (p != NULL && p->site != site)
		p = p->older;
	if (p == NULL)
		return false;
	answer(l, p, passing);
	drop(l, p);
	return true;
}

void
letters_drop(struct letters *l, uint32_t site, enum verdict v,
    const char *cause, const char *why)
{
	struct poll *p, *newer;

	for (p = l->oldest; p != NULL; p = newer) {
		newer = p->newer;
		if (p->site != site)
			continue;
		refuse_for(l, p->number, v, cause, why);
		drop(l, p);
	}
}
