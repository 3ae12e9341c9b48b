/*
 * What agents and strangers ask the edge: its routes over a real server on
 * loopback, without TLS; who asks is said by the input. Whatever comes is
 * answered in the words that agents read, or hung up on; and what reaches the
 * core is from whom may ask it, decodes, and is what its kind may be.
 *
 * The first byte says who it is (see guests) and, above that, whether the
 * core answers. Then a request: lines of its head, an empty line, its body.
 */
#include <signal.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/stats.h"
#include "hub/counters.h"
#include "hub/edge_private.h"
#include "hub/edge_serve.h"
#include "hub/http_serve.h"
#include "protocol/answer.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "tests/fuzz/httpkit.h"

#define INPUT 16384
#define TURNS 2000
#define NOW INT64_C(1795000000000)	/* ms */
#define SITE 7
#define BARRED 9

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static const struct peer guests[] = {
	{ .known = true, .site = SITE, .not_after = NOW + 1 },
	{ .known = false },
	{ .known = false, .flaw = PEER_EXPIRED, .not_after = NOW - 1 },
	{ .known = false, .flaw = PEER_FOREIGN },
	{ .known = true, .site = BARRED, .not_after = NOW + 1 },
	{ .known = true, .site = SITE, .not_after = NOW - 1 },
};

#define GUESTS (sizeof(guests) / sizeof(guests[0]))

static char name[] = "hub";
static struct config config = { .name = name, .grace_days = 30 };
static struct edge edge;
static struct channel *core;
static const struct peer *guest;
static bool answers;		/* the core does */
static uint64_t number;		/* of the last question that came */
static bool gone;		/* whoever asked it hung up, it was told */

/* --- the core ------------------------------------------------------------------- */

static void
judge_batch(struct span body)
{
	struct frame_batch f;
	struct span row, why;
	struct change c;
	uint64_t seq, last = 0;

	must(frame_batch_read(&f, body) && f.peer.site == SITE);
	while (frame_batch_next(&f, &seq, &row, &why)) {
		must(last == 0 || seq == last + 1);
		last = seq;
		must((row.n > 0) != (why.n > 0));
		must(row.n == 0 || (row.n <= LIMIT_CHANGE &&
		    change_read(&c, row) && c.seq == seq));
	}
	must(f.rest.n == 0);
}

static void
judge_radius(struct span body)
{
	struct frame_radius f;
	struct buf url;
	const char *why;

	must(frame_radius_read(&f, body) && f.site == SITE && f.scope != 0);
	buf_init(&url, LIMIT_URL);
	must(url_normal(&url, f.url, &why) &&
	    span_is(buf_look(&url), f.url));
	buf_clear(&url);
}

static void
judge_question(const struct frame *f)
{
	struct frame_letters letters;
	struct frame_reconcile reconcile;
	uint64_t after;

	must(f->kind == FRAME_CMP || guest == &guests[0]);
	switch (f->kind) {
	case FRAME_BATCH:
		judge_batch(f->body);
		break;
	case FRAME_LETTERS:
		must(frame_letters_read(&letters, f->body) &&
		    letters.peer.site == SITE && letters.wait <= LIMIT_POLL);
		break;
	case FRAME_MAP:
		must(frame_map_read(&after, f->body));
		break;
	case FRAME_RADIUS:
		judge_radius(f->body);
		break;
	case FRAME_RECONCILE:
		must(frame_reconcile_read(&reconcile, f->body) &&
		    reconcile.peer.site == SITE);
		break;
	default:
		must(f->kind == FRAME_CMP);
	}
}

static void
on_question(void *arg, struct channel *c, const struct frame *f)
{
	const struct frame_answer a = { .status = 200, .type = SPAN("a/b"),
	    .body = SPAN("x") };
	struct buf b;

	(void)arg;
	if (f->kind == FRAME_GONE) {
		must(f->number == number);
		gone = true;
		return;
	}
	judge_question(f);
	number = f->number;
	gone = false;
	if (!answers)
		return;
	buf_init(&b, 1024);
	frame_answer_write(&b, &a);
	channel_send(c, FRAME_ANSWER, f->number, buf_look(&b));
	buf_clear(&b);
}

static void
on_answer(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	must(f->kind == FRAME_ANSWER);
	edge_serve_answer(&edge, f);
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
	must(!"a channel has ended");
}

/* --- the edge --------------------------------------------------------------------- */

static void
on_open(void *arg, struct http_conn *c)
{
	struct edge_guest *g = mem_new(sizeof(*g));

	(void)arg;
	g->conn = c;
	g->peer = *guest;
	snprintf(g->code, sizeof(g->code), "4101000001");
	http_conn_keep(c, g);
	if (g->peer.known)
		(void)edge_sites_come(edge.sites, g);
}

static void
on_close(void *arg, struct http_conn *c)
{
	struct edge_guest *g = http_conn_kept(c);

	(void)arg;
	if (g->peer.known)
		(void)edge_sites_leave(edge.sites, g);
	free(g);
}

static void
clean_up(void)
{
	http_serve_free(edge.http);
	channel_free(edge.core);
	channel_free(core);
	edge_sites_free(edge.sites);
	edge_ask_clear(&edge.asks);
	event_base_free(edge.base);
	stats_close();
}

static void
set_up(void)
{
	int pair[2];

	signal(SIGPIPE, SIG_IGN);
	log_open("fuzz", LOG_LEVEL_ERROR);
	clock_set(NOW, 1000);
	counters_open();
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	edge.base = event_base_new();
	edge.config = &config;
	edge.spec = (struct http_spec){ .connections = 64,
	    .memory = 1u << 24, .large = 1u << 20, .line = 16,
	    .request = 30000, .idle = 30000, .complain = edge_serve_complain,
	    .open = on_open, .close = on_close };
	edge_ask_init(&edge.asks);
	edge.sites = edge_sites_new();
	edge_sites_block(edge.sites, BARRED, SPAN(CAUSE_BLOCKED), SPAN("r"));
	edge.core = channel_new(edge.base, pair[0], FRAME_MAX, on_answer,
	    on_end, NULL);
	core = channel_new(edge.base, pair[1], FRAME_MAX, on_question,
	    on_end, NULL);
	edge.http = http_serve_new(edge.base, &edge.spec, edge_serve_routes,
	    edge_serve_count, &edge);
	http_serve_listen(edge.http, httpkit_listen(), NULL);
	atexit(clean_up);
}

/* --- what is answered --------------------------------------------------------------- */

static void
on_complaint(void *arg, const struct complaint *c)
{
	(void)arg, (void)c;
}

/* Of one request: more may follow, and then it isn't known what is whose. */
static void
judge(struct span got)
{
	struct span head, body;
	struct answer a;
	struct buf keep;
	const char *why;
	int status = httpkit_status(got, &head);

	must(status != 500);
	body = (struct span){ head.at + head.n + 2, got.n - head.n - 2 };
	if (status < 400 || memmem(body.at, body.n, "HTTP/1.1 ", 9) != NULL ||
	    body.n == 0)
		return;
	buf_init(&keep, LIMIT_ANSWER);
	must(answer_read(&a, &keep, body, on_complaint, NULL, &why));
	must(a.verdict != VERDICT_TAKEN);
	buf_clear(&keep);
}

static void
talk(struct span request)
{
	int client = httpkit_connect();
	struct buf got;

	if (client < 0)
		return;
	buf_init(&got, 16u << 20);
	(void)send(client, request.at, request.n, MSG_NOSIGNAL |
	    MSG_DONTWAIT);
	httpkit_turn(edge.base, client, &got);
	close(client);
	for (int i = 0; i < TURNS && http_serve_connections(edge.http) > 0;
	    i++)
		event_base_loop(edge.base, EVLOOP_ONCE);
	event_base_loop(edge.base, EVLOOP_NONBLOCK);
	must(http_serve_connections(edge.http) == 0);
	must(http_serve_memory(edge.http) == 0 && edge.asks.waiting == 0);
	if (got.n > 0)
		judge(buf_look(&got));
	buf_clear(&got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span head, body;
	struct buf request;
	bool has;

	if (n < 2 || n > INPUT)
		return 0;
	if (edge.base == NULL)
		set_up();
	guest = &guests[(at[0] & 0x7f) % GUESTS];
	answers = at[0] < 0x80;
	edge_pace_init(&edge.pace);
	has = httpkit_split((struct span){ (const char *)at + 1, n - 1 },
	    &head, &body);
	buf_init(&request, 4 * INPUT);
	httpkit_make(&request, head, body, has);
	talk(buf_look(&request));
	buf_clear(&request);
	return 0;
}
