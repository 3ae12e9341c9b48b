/*
 * Admit: from question to grant.
 */
#include "hub/admit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/grant.h"

#define REFUSAL_MAX 1024
#define DAY (INT64_C(1000) * 24 * 3600)

struct applicant {
	LIST_ENTRY(applicant) entry;
	struct admit *admit;
	uint64_t number;
	struct buf body;		/* what ask points into */
	struct frame_ask ask;
	struct view_site site;
};

struct admit {
	struct writer *writer;
	struct turns *turns;
	admit_send_fn *send;
	admit_rebound_fn *rebound;
	void *arg;
	LIST_HEAD(applicants, applicant) applicants;
};

struct admit *
admit_new(struct writer *w, struct turns *t, admit_send_fn *send,
    admit_rebound_fn *rebound, void *arg)
{
	struct admit *a = mem_new(sizeof(*a));

	a->writer = w;
	a->turns = t;
	a->send = send;
	a->rebound = rebound;
	a->arg = arg;
	LIST_INIT(&a->applicants);
	return a;
}

static void
release(struct applicant *p)
{
	buf_clear(&p->body);
	free(p);
}

static void
forget(struct applicant *p)
{
	LIST_REMOVE(p, entry);
	release(p);
}

void
admit_free(struct admit *a)
{
	struct applicant *p, *next;

	if (a == NULL)
		return;
	for (p = LIST_FIRST(&a->applicants); p != NULL; p = next) {
		next = LIST_NEXT(p, entry);
		release(p);
	}
	free(a);
}

static void
answer(struct admit *a, uint64_t number, const struct view_site *s,
    struct span refusal)
{
	struct frame_grant g = { .refusal = refusal };
	struct buf b;

	if (refusal.n == 0) {
		g.site = s->number;
		g.code = span_of(s->code);
	}
	buf_init(&b, FRAME_MAX);
	frame_grant_write(&b, &g);
	a->send(a->arg, number, buf_look(&b));
	buf_clear(&b);
}

static void
refuse(struct admit *a, uint64_t number, const struct view_site *s,
    struct span refusal)
{
	char quoted[LOG_QUOTE_MAX];

	stats_add(COUNTER_ENROLL_REFUSED, 1);
	log_warn("site=%s enrolment refused: %s",
	    s->code[0] != '\0' ? s->code : "-",
	    log_quote(quoted, refusal.at, refusal.n));
	answer(a, number, s, refusal);
}

static void
grant(struct applicant *p, const char *how)
{
	char when[CLOCK_TEXT_MAX];
	struct buf key;

	buf_init(&key, 2 * CA_KEY_HASH + 1);
	text_hex(&key, p->ask.key_hash, 8);
	stats_add(COUNTER_ENROLLED, 1);
	log_info("site=%s enrolled%s key=%s…", p->site.code, how,
	    buf_cstr(&key));
	buf_clear(&key);
	if (p->ask.is_renewal && p->ask.expired != 0)
		log_warn("site=%s its certificate had expired at %s: what it "
		    "says is refused until: zqhub site admit %s",
		    p->site.code, clock_show(when, p->ask.expired),
		    p->site.code);
	answer(p->admit, p->number, &p->site, SPAN_NONE);
}

static void
begin(void *arg)
{
	struct applicant *p = arg;
	struct admit *a = p->admit;
	struct acts acts;
	struct buf why;
	enum grant g;

	buf_init(&why, REFUSAL_MAX);
	acts_init(&acts);
	g = grant_judge(a->writer->view, &p->ask, clock_wall(),
	    (int64_t)a->writer->config->grace_days * DAY, &p->site, &acts,
	    &why);
	if (g == GRANT_NEW) {
		turn_write(a->turns, &acts);
	} else {
		if (g == GRANT_AGAIN)
			grant(p, " again with the same key");
		else
			refuse(a, p->number, &p->site, buf_look(&why));
		forget(p);
		turn_end(a->turns);
	}
	acts_clear(&acts);
	buf_clear(&why);
}

static void
written(void *arg, bool good)
{
	struct applicant *p = arg;
	struct admit *a = p->admit;

	if (good) {
		grant(p, p->ask.is_renewal ? " anew: renewal" : "");
		if (p->site.has_key && !p->ask.is_renewal)
			a->rebound(a->arg, p->site.number);
	} else {
		refuse(a, p->number, &p->site, span_of(_("the hub's disk is "
		    "full: the ticket is still good, try again later")));
	}
	forget(p);
}

void
admit_ask(struct admit *a, uint64_t number, struct span body)
{
	struct applicant *p = mem_new(sizeof(*p));

	p->admit = a;
	p->number = number;
	buf_init(&p->body, FRAME_MAX);
	buf_span(&p->body, body);
	LIST_INSERT_HEAD(&a->applicants, p, entry);
	if (frame_ask_read(&p->ask, buf_look(&p->body))) {
		turn_ask(a->turns, begin, written, p);
		return;
	}
	refuse(a, number, &p->site, span_of(_("the request does not "
	    "decode")));
	forget(p);
}
