#include "hub/edge_serve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "certs/enroll.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/counters.h"
#include "hub/edge_private.h"
#include "hub/edge_reconcile.h"
#include "hub/edge_take.h"
#include "hub/edge_words.h"
#include "hub/http_query.h"
#include "hub/room.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"
#include "protocol/rewrite_rule.h"
#include "protocol/url.h"

#define CORE_BEHIND (16u << 20)		/* bytes not yet read by the core:
					 * then batches are told to wait */
#define BUSY_AFTER 2000			/* ms */

/* Or strangers would stand in line with sites, and in their way. */
_Static_assert(ENROLL_MAX <= ROOM_SMALL, "an enrolment is a small body");

/* A request with its business: a batch being read, or a question asked. */
struct errand {
	struct edge_take *take;	/* until the core has it */
	bool is_batch;
	bool loads;		/* it is its site's large one */
	uint64_t number;	/* 0: not with the core */
	bool tells_gone;	/* the core wants to know when it's over */
	int64_t whole;		/* mono ms, when it was handed over; or 0 */
};

#define DAY INT64_C(86400000)	/* ms */

/* --- who may ask --------------------------------------------------------- */

static void
refuse_blocked(struct http_request *r, const char *cause,
    const char *reason)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_blocked(&b, cause, reason);
	stats_add(COUNTER_EDGE_REFUSED, 1);
	http_answer(r, 403, EDGE_WORDS_TYPE, buf_look(&b));
	buf_clear(&b);
}

/* The agent may get a new one by itself, and is asked to, or it is too late
 * for that. */
static void
refuse_expired(const struct edge *e, struct http_request *r,
    int64_t not_after)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_expired(&b, not_after,
	    (int64_t)e->config->grace_days * DAY);
	stats_add(COUNTER_EDGE_REFUSED, 1);
	http_answer(r, 403, EDGE_WORDS_TYPE, buf_look(&b));
	buf_clear(&b);
}

/* The agent is told, but where its people look isn't where the hub's do. */
static void
say_flaw(struct edge *e, const struct http_request *r, const struct peer *p)
{
	static const char *const flaws[] = {
		[PEER_EXPIRED] = "that has expired",
		[PEER_EARLY] = "that isn't good yet: is this machine's clock "
		    "right?",
		[PEER_FOREIGN] = "of another CA, or of one that is trusted no "
		    "more",
	};
	uint64_t due;

	if (p->flaw == PEER_FLAWLESS || (due = seldom_due(&e->flawed)) == 0)
		return;
	log_warn("address=%s shows a certificate %s; refused so since the "
	    "last line like this: %" PRIu64,
	    http_conn_address(http_conn_of(r)), flaws[p->flaw], due);
}

static void
refuse_early(struct http_request *r, int64_t not_before)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_early(&b, not_before);
	http_last(r);		/* the next may find our clock put right */
	http_refuse(r, 403, "%s", buf_cstr(&b));
	buf_clear(&b);
}

static void
refuse_stranger(struct edge *e, struct http_request *r, const struct peer *p)
{
	say_flaw(e, r, p);
	if (p->flaw == PEER_EXPIRED)
		refuse_expired(e, r, p->not_after);
	else if (p->flaw == PEER_EARLY)
		refuse_early(r, p->not_before);
	else
		http_refuse(r, 403, "%s", p->flaw == PEER_FOREIGN ?
		    edge_words_foreign() : edge_words_stranger());
}

/* The guest of a request that needs a site; NULL: it was refused. */
static struct edge_guest *
admit(struct edge *e, struct http_request *r)
{
	struct edge_guest *g = edge_guest_of(r);
	const char *blocked, *cause;

	if (!g->peer.known) {
		refuse_stranger(e, r, &g->peer);
		return NULL;
	}
	blocked = edge_sites_blocked(e->sites, g->peer.site, &cause);
	if (blocked != NULL) {
		refuse_blocked(r, cause, blocked);
		return NULL;
	}
	if (g->peer.not_after < clock_wall()) {
		refuse_expired(e, r, g->peer.not_after);
		return NULL;
	}
	return g;
}

/* --- questions to the core ----------------------------------------------- */

static struct errand *
errand_of(struct http_request *r)
{
	struct errand *errand = http_kept(r);

	if (errand == NULL) {
		errand = mem_new(sizeof(*errand));
		http_keep(r, errand);
	}
	return errand;
}

static void
ask(struct edge *e, struct http_request *r, uint8_t kind, struct span body)
{
	struct errand *errand = errand_of(r);

	errand->number = edge_ask_put(&e->asks, r);
	errand->whole = clock_mono();
	channel_send(e->core, kind, errand->number, body);
}

/* Of every request, answered or not. */
static void
end_errand(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct errand *errand = http_kept(r);

	log_debug("site=%s address=%s %.*s %.*s%s", edge_guest_of(r)->code,
	    http_conn_address(http_conn_of(r)), SPAN_ARGS(http_method(r)),
	    SPAN_ARGS(http_path(r)), http_answered(r) ? "" : " hung up");
	if (errand == NULL)
		return;
	if (errand->number != 0) {
		edge_ask_del(&e->asks, errand->number);
		if (errand->tells_gone)
			channel_send(e->core, FRAME_GONE, errand->number,
			    SPAN_NONE);
	}
	if (errand->loads)
		edge_sites_unload(e->sites, edge_guest_of(r));
	edge_take_free(errand->take);
	free(errand);
}

void
edge_serve_answer(struct edge *e, const struct frame *f)
{
	struct http_request *r = edge_ask_get(&e->asks, f->number);
	struct frame_answer a;
	struct errand *errand;
	char type[128];

	if (r == NULL)
		return;
	errand = http_kept(r);
	edge_ask_del(&e->asks, errand->number);
	errand->number = 0;
	if (!frame_answer_read(&a, f->body) || a.type.n >= sizeof(type)) {
		http_refuse(r, 500, "the hub misunderstood itself");
		return;
	}
	if (errand->is_batch)
		stats_observe(COUNTER_TAKE_TIME,
		    (uint64_t)(clock_mono() - errand->whole));
	snprintf(type, sizeof(type), "%.*s", SPAN_ARGS(a.type));
	if (a.retry_after > 0)
		http_retry(r, a.retry_after);
	http_answer(r, a.status, type, a.body);
}

/* --- changes ------------------------------------------------------------- */

static void
refuse_busy(struct http_request *r, const char *why)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_refusal(&b, VERDICT_BUSY, why, BUSY_AFTER);
	http_retry(r, BUSY_AFTER / 1000);
	http_answer(r, 503, EDGE_WORDS_TYPE, buf_look(&b));
	buf_clear(&b);
}

/* A large body is its site's only one. False: it was refused. */
static bool
may_bring(struct edge *e, struct http_request *r, struct edge_guest *g)
{
	if (http_expected(r) <= ROOM_SMALL)
		return true;
	if (!edge_sites_load(e->sites, g)) {
		refuse_busy(r, "another large body of this site is under "
		    "way");
		return false;
	}
	return errand_of(r)->loads = true;
}

static void
changes_head(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct edge_guest *g = admit(e, r);
	struct errand *errand;
	struct frame_peer p;

	if (g == NULL)
		return;
	if (channel_pending(e->core) > CORE_BEHIND) {
		refuse_busy(r, "the hub has more to write than its disk "
		    "takes; nothing is lost");
		return;
	}
	if (!may_bring(e, r, g))
		return;
	errand = errand_of(r);
	p = edge_frame_peer(g);
	errand->is_batch = true;
	errand->take = edge_take_new(&p);
}

static void
changes_body(void *arg, struct http_request *r, struct span bytes)
{
	(void)arg;
	stats_add(COUNTER_EDGE_BYTES, bytes.n);
	edge_take_feed(errand_of(r)->take, bytes, http_waited(r));
}

static void
changes_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct errand *errand = errand_of(r);
	struct span frame;
	const char *why;

	if (edge_take_finish(errand->take, &frame, &why))
		ask(e, r, FRAME_BATCH, frame);
	else
		http_refuse(r, 400, "%s", why);
	edge_take_free(errand->take);
	errand->take = NULL;
}

/* --- letters ------------------------------------------------------------- */

/* A number of the query, or preset. False: it was refused. */
static bool
number_argument(struct http_request *r, const char *name, uint64_t most,
    uint64_t *n)
{
	struct buf b;
	bool good = true;

	buf_init(&b, 32);
	if (http_query_get(http_query(r), name, &b))
		good = text_number(buf_look(&b), 0, most, n);
	else if (b.bad)
		good = false;
	if (!good)
		http_refuse(r, 400, "%s must be a number from 0 to %llu",
		    name, (unsigned long long)most);
	buf_clear(&b);
	return good;
}

static void
letters_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct edge_guest *g = admit(e, r);
	struct frame_letters l = { .after = 0 };
	uint64_t wait = 0;
	struct buf body;

	if (g == NULL || !number_argument(r, "after", INT64_MAX, &l.after) ||
	    !number_argument(r, "wait", LIMIT_POLL / 1000, &wait) ||
	    !number_argument(r, "instance", UINT64_MAX, &l.instance))
		return;
	l.peer = edge_frame_peer(g);
	l.wait = (uint32_t)wait * 1000;
	errand_of(r)->tells_gone = true;
	buf_init(&body, 1024);
	frame_letters_write(&body, &l);
	ask(e, r, FRAME_LETTERS, buf_look(&body));
	buf_clear(&body);
}

/* --- the map of moves ---------------------------------------------------- */

static void
map_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	uint64_t after = 0;
	struct buf body;

	if (admit(e, r) == NULL ||
	    !number_argument(r, "after", UINT64_MAX, &after))
		return;
	buf_init(&body, 64);
	frame_map_write(&body, after);
	ask(e, r, FRAME_MAP, buf_look(&body));
	buf_clear(&body);
}

/* --- who links there ----------------------------------------------------- */

/* False: it was refused. Puts the normal form of url= into url. */
static bool
place_argument(struct http_request *r, uint8_t *scope, struct buf *url)
{
	const char *why = "missing";
	struct buf b;
	bool good;

	buf_init(&b, 4 * LIMIT_URL);
	good = http_query_get(http_query(r), "scope", &b);
	*scope = (uint8_t)rewrite_scope_named(buf_look(&b));
	if (!good || *scope == 0) {
		http_refuse(r, 400, "scope must be address, prefix or domain");
		good = false;
	} else {
		good = http_query_get(http_query(r), "url", &b) &&
		    url_normal(url, buf_look(&b), &why);
		if (!good)
			http_refuse(r, 400, "url: %s", why);
	}
	buf_clear(&b);
	return good;
}

static void
links_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct edge_guest *g = admit(e, r);
	struct frame_radius f = { .scope = 0 };
	struct buf url, body;

	buf_init(&url, LIMIT_URL);
	buf_init(&body, 2 * LIMIT_URL);
	if (g != NULL && place_argument(r, &f.scope, &url)) {
		f.site = edge_frame_peer(g).site;
		f.url = buf_look(&url);
		frame_radius_write(&body, &f);
		ask(e, r, FRAME_RADIUS, buf_look(&body));
	}
	buf_clear(&url);
	buf_clear(&body);
}

/* --- reconciling --------------------------------------------------------- */

static void
reconcile_head(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct edge_guest *g = admit(e, r);

	if (g == NULL)
		return;
	if (channel_pending(e->core) > CORE_BEHIND)
		refuse_busy(r, "the hub has no time to compare now");
	else
		may_bring(e, r, g);
}

static void
reconcile_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct frame_peer p = edge_frame_peer(edge_guest_of(r));
	const char *why = NULL;
	struct buf frame;

	buf_init(&frame, FRAME_MAX - 1024);
	errand_of(r)->tells_gone = true;
	if (edge_reconcile_read(&frame, &p, http_body(r), &why))
		ask(e, r, FRAME_RECONCILE, buf_look(&frame));
	else
		http_refuse(r, 400, "%s", why);
	buf_clear(&frame);
}

/* --- enrolment and the greeting ------------------------------------------ */

static void
cmp_head(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	int64_t wait;

	if (edge_pace_may(&e->pace, http_conn_who(http_conn_of(r)), &wait))
		return;
	http_retry(r, (uint32_t)(wait / 1000) + 1);
	http_refuse(r, 429, "too many enrolments from this address; wait a "
	    "second");
}

static void
cmp_run(void *arg, struct http_request *r)
{
	ask(arg, r, FRAME_CMP, http_body(r));
}

static void
hello_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_hello(&b, e->config->name);
	http_answer(r, 200, EDGE_WORDS_TYPE, buf_look(&b));
	buf_clear(&b);
}

const struct http_route edge_serve_routes[] = {
	{ .method = "POST", .path = "/v1/changes", .type = CHANGELIST_TYPE,
	  .most = LIMIT_BODY, .head = changes_head, .body = changes_body,
	  .run = changes_run, .end = end_errand },
	{ .method = "GET", .path = "/v1/letters", .run = letters_run,
	  .end = end_errand },
	{ .method = "GET", .path = "/v1/map", .run = map_run,
	  .end = end_errand },
	{ .method = "GET", .path = "/v1/links", .run = links_run,
	  .end = end_errand },
	{ .method = "POST", .path = "/v1/reconcile", .type = CHANGELIST_TYPE,
	  .most = LIMIT_BODY, .head = reconcile_head, .run = reconcile_run,
	  .end = end_errand },
	{ .method = "POST", .path = ENROLL_PATH, .type = ENROLL_TYPE,
	  .most = ENROLL_MAX, .head = cmp_head, .run = cmp_run,
	  .end = end_errand },
	{ .method = "POST", .path = "/.well-known/cmp", .type = ENROLL_TYPE,
	  .most = ENROLL_MAX, .head = cmp_head, .run = cmp_run,
	  .end = end_errand },
	{ .method = "GET", .path = "/v1/", .run = hello_run,
	  .end = end_errand },
};

const size_t edge_serve_count =
    sizeof(edge_serve_routes) / sizeof(edge_serve_routes[0]);

const char *
edge_serve_complain(void *arg, struct http_request *r, int status,
    const char *why, struct buf *body)
{
	bool busy = status == 503 || status == 429;
	uint32_t after = http_retried(r) * 1000;

	(void)arg;
	edge_words_refusal(body, busy ? VERDICT_BUSY : VERDICT_BAD, why,
	    busy && after == 0 ? BUSY_AFTER : after);
	return EDGE_WORDS_TYPE;
}
