/*
 * Live pages: which of them may have a stream, and how long it is theirs.
 *
 * A stream lasts for minutes where everything else takes milliseconds, so the
 * places of the part are counted for both: streams have `web_live` of them
 * (live.h), and what is asked for otherwise has as many again and a few
 * hundred more. A web server in front has all that for itself (door.h).
 */
#include "hub/http_serve.h"
#include "hub/query_now.h"
#include "hub/share.h"
#include "hub/web.h"
#include "hub/web_inside.h"

#define SHORT 512	/* connections, beside two for each live page */

size_t
web_connections(const struct config *c)
{
	return 2 * (size_t)c->web_live + SHORT;
}

static uint64_t
look(void *arg)
{
	struct web *w = arg;
	struct query *q = query_begin(w->store);
	uint64_t news;

	overview_look(w->overview, q);
	news = query_now_news(q);
	query_end(q);
	return news;
}

/* The next event finds who was removed gone. */
static bool
may(void *arg, const struct http_request *r)
{
	struct web *w = arg;

	return !w->config->web_sign_in || web_sign_is_in(w, r);
}

void
web_live_begin(struct web *w, struct event_base *base)
{
	static const struct live_calls calls = { .look = look, .may = may };

	w->live = live_new(base, w->overview, (size_t)w->config->web_live,
	    &calls, w);
}

/* The browser tells what it had when it comes again. */
static struct live_mark
seen_by(const struct web_visit *x, const struct http_request *r)
{
	struct span id = http_header(r, "Last-Event-ID");
	struct live_mark m;

	if (id.n == 0)
		id = x->v.argument[VISIT_AFTER];
	(void)live_mark_parse(&m, id);
	return m;
}

void
web_live_run(void *arg, struct http_request *r)
{
	struct web *w = arg;
	struct live_mark seen;
	struct web_visit x;

	if (!web_visit_begin(w, &x, r)) {
		web_visit_end(&x);
		return;
	}
	seen = seen_by(&x, r);
	if (w->config->web_sign_in && x.v.who.role == USER_NONE)
		http_refuse(r, 403, "sign in first");
	else if (span_is(http_method(r), SPAN("HEAD")))
		http_answer(r, 200, "text/event-stream", SPAN_NONE);
	else
		live_open(w->live, r, web_sign_address(w, r), &seen);
	web_visit_end(&x);
}

void
web_live_end(void *arg, struct http_request *r)
{
	live_end(((struct web *)arg)->live, r);
}
