/*
 * The hub's life, its edge, its ca and its operator; see hub.h.
 */
#include "tests/sim/hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/core.h"
#include "hub/counters.h"
#include "hub/edge_reconcile.h"
#include "hub/edge_take.h"
#include "hub/edge_words.h"
#include "hub/http_query.h"
#include "protocol/answer.h"
#include "protocol/limits.h"
#include "tests/sim/disk.h"
#include "tests/sim/hub_inside.h"
#include "tests/sim/loop.h"
#include "tests/sim/wire.h"

#define ASKED 256		/* requests that the core has not answered */

struct part *hub_part;

static struct core *core;
static bool forked[HUB_SITES];	/* said the last answer to its batches */
static struct config config;

/* --- its life ------------------------------------------------------------- */

void
hub_counters(void)
{
	counters_open();
}

void
hub_config(struct config *c, struct part *p, uint64_t store_most)
{
	static char name[] = "sim", listen[] = "127.0.0.1:1", none[] = "",
	    public[] = "https://hub.example";

	*c = (struct config){ .name = name, .listen = listen, .web = none,
		.public = public, .dir = p->dir, .log = none,
		.language = none, .ticket_life = 24 * 3600 * 1000,
		.leaf_days = 90, .connections = 1000,
		.body_memory = 64u << 20, .request_time = 60000,
		.group = 1000, .store_most = store_most,
		.silent_after = 60000, .gone_after = 8000,
		.start_after = 180000, .isolated_share = 30,
		.isolated_least = 3, .flap_count = 5,
		.flap_window = 1800000, .flap_quiet = 900000,
		.gate_items = 50, .gate_percent = 10,
		.gate_window = 600000,
		.move_grace = sim.grace };
}

bool
hub_open(struct part *p, uint64_t store_most)
{
	struct buf why;

	must(hub_part == NULL);
	p->base = loop_new(p);
	p->mono = between(0, 1000000) - sim.now;
	p->up = true;
	p->dead = false;
	hub_part = p;
	memset(forked, 0, sizeof(forked));
	hub_config(&config, p, store_most);
	disk_watch(p);
	loop_clocks(p);
	buf_init(&why, 4096);
	core = core_new(p->base, &config, HUB_EDGE, HUB_CA, &why);
	trace(p->name, "%s%s", core != NULL ? "starts" : "can't start: ",
	    buf_cstr(&why));
	buf_clear(&why);
	if (core == NULL)
		hub_close(p);
	return core != NULL;
}

void
hub_close(struct part *p)
{
	must(hub_part == p);
	loop_clocks(p);
	core_free(core);
	core = NULL;
	hub_edge_forget();
	hub_ca_forget();
	disk_unwatch(p);
	loop_free(p->base);
	p->base = NULL;
	p->up = false;
	hub_part = NULL;
}

void
hub_key(uint8_t hash[CA_KEY_HASH], uint32_t site, uint32_t key)
{
	memset(hash, (int)site, CA_KEY_HASH);
	hash[0] = (uint8_t)key;
}

void
hub_code(char out[16], uint32_t site)
{
	snprintf(out, 16, "41010000%02u", site);
}

/* --- the edge ------------------------------------------------------------- */

static struct asked {
	uint64_t number;	/* of the frame; 0: none */
	uint64_t id;		/* on the wire */
	struct part *from;
	uint8_t kind;
} asked[ASKED];

static uint64_t numbers;
static char *blocked[HUB_SITES];

static struct asked *
find(uint64_t number, uint64_t id)
{
	for (size_t i = 0; i < ASKED; i++)
		if (asked[i].number != 0 && (asked[i].number == number ||
		    asked[i].id == id))
			return &asked[i];
	return NULL;
}

static void
unblock_all(void)
{
	for (size_t i = 0; i < HUB_SITES; i++) {
		free(blocked[i]);
		blocked[i] = NULL;
	}
}

void
hub_edge_forget(void)
{
	for (size_t i = 0; i < ASKED; i++) {
		if (asked[i].number != 0)
			wire_broken(asked[i].id);
		asked[i].number = 0;
	}
	unblock_all();
}

static void
ask_core(uint8_t kind, uint64_t id, struct part *from, struct span body)
{
	struct asked *a = asked;

	while (a < asked + ASKED && a->number != 0)
		a++;
	must(a < asked + ASKED);
	*a = (struct asked){ .number = ++numbers, .id = id, .from = from,
		.kind = kind };
	hub_frame(hub_edge, kind, a->number, body);
}

static struct frame_peer
peer_of(const struct part *p)
{
	struct frame_peer f = { .site = p->site,
		.address = span_of(p->address) };

	hub_key(f.key_hash, p->site, p->key);
	return f;
}

static void
refuse(uint64_t id, unsigned status, enum verdict v, const char *why)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_refusal(&b, v, why, 0);
	wire_answer(id, status, 0, SPAN("application/xml"), buf_look(&b));
	buf_clear(&b);
}

/* In pieces, as they come from the network. */
static void
take_changes(uint64_t id, struct part *from, struct span body)
{
	struct frame_peer p = peer_of(from);
	struct edge_take *t = edge_take_new(&p);
	struct span frame;
	const char *why;

	while (body.n > 0) {
		struct span piece = { .at = body.at,
			.n = 1 + dice((uint32_t)body.n) };

		edge_take_feed(t, piece, 0);
		body.at += piece.n;
		body.n -= piece.n;
	}
	if (edge_take_finish(t, &frame, &why))
		ask_core(FRAME_BATCH, id, from, frame);
	else
		refuse(id, 400, VERDICT_BAD, why);
	edge_take_free(t);
}

static void
take_reconcile(uint64_t id, struct part *from, struct span xml)
{
	struct frame_peer p = peer_of(from);
	struct buf frame;
	const char *why;

	buf_init(&frame, FRAME_MAX);
	if (edge_reconcile_read(&frame, &p, xml, &why))
		ask_core(FRAME_RECONCILE, id, from, buf_look(&frame));
	else
		refuse(id, 400, VERDICT_BAD, why);
	buf_clear(&frame);
}

static uint64_t
argument(struct span query, const char *name)
{
	uint64_t n = 0;
	struct buf b;

	buf_init(&b, 32);
	if (http_query_get(query, name, &b))
		(void)text_number(buf_look(&b), 0, UINT64_MAX, &n);
	buf_clear(&b);
	return n;
}

static void
take_letters(uint64_t id, struct part *from, struct span query)
{
	struct frame_letters f = {
		.peer = peer_of(from), .after = argument(query, "after"),
		.instance = argument(query, "instance"),
		.wait = (uint32_t)argument(query, "wait") * 1000,
	};
	struct buf b;

	buf_init(&b, 1024);
	frame_letters_write(&b, &f);
	ask_core(FRAME_LETTERS, id, from, buf_look(&b));
	buf_clear(&b);
}

static void
take_map(uint64_t id, struct part *from, struct span query)
{
	struct buf b;

	buf_init(&b, 64);
	frame_map_write(&b, argument(query, "after"));
	ask_core(FRAME_MAP, id, from, buf_look(&b));
	buf_clear(&b);
}

static bool
is_below(struct span path, const char *head, struct span *rest)
{
	size_t n = strlen(head);

	if (path.n < n || memcmp(path.at, head, n) != 0)
		return false;
	*rest = (struct span){ .at = path.at + n, .n = path.n - n };
	return true;
}

void
hub_request(uint64_t id, struct part *from, struct span path,
    struct span body)
{
	struct span rest;

	if (hub_part == NULL) {
		wire_broken(id);
		return;
	}
	loop_clocks(hub_part);
	if (blocked[from->site] != NULL)
		refuse(id, 403, VERDICT_BLOCKED, blocked[from->site]);
	else if (is_below(path, "/v1/changes", &rest))
		take_changes(id, from, body);
	else if (is_below(path, "/v1/reconcile", &rest))
		take_reconcile(id, from, body);
	else if (is_below(path, "/v1/letters?", &rest))
		take_letters(id, from, rest);
	else if (is_below(path, "/v1/map?", &rest))
		take_map(id, from, rest);
	else
		refuse(id, 404, VERDICT_BAD, "nothing is here");
}

void
hub_gone(uint64_t id)
{
	struct asked *a = find(0, id);

	if (a == NULL || hub_part == NULL)
		return;
	if (a->kind == FRAME_LETTERS)
		hub_frame(hub_edge, FRAME_GONE, a->number, SPAN_NONE);
	a->number = 0;
}

static void
note_promise(const struct asked *q, struct span xml)
{
	uint32_t site = q->from->site;
	struct answer a;
	struct buf keep;
	const char *why;

	buf_init(&keep, LIMIT_ANSWER);
	if (!answer_read(&a, &keep, xml, NULL, NULL, &why))
		broken("the hub's answer can't be read: %s", why);
	trace("hub", "site %u: %s taken=%llu", site,
	    verdict_name(a.verdict), (unsigned long long)a.taken);
	forked[site] = a.verdict == VERDICT_FORKED;
	if (span_is(a.cause, SPAN(CAUSE_SETTLED)))
		q->from->dropped = true;
	if ((a.verdict == VERDICT_TAKEN || a.verdict == VERDICT_KNOWN) &&
	    a.taken > 0)
		hub_promises(site, &a);
	buf_clear(&keep);
}

bool
hub_says_forked(uint32_t site)
{
	return forked[site];
}

static void
take_answer(uint64_t number, struct span body)
{
	struct asked *q = find(number, 0);
	struct frame_answer a;

	must(frame_answer_read(&a, body));
	if (q == NULL)
		return;		/* it hung up */
	if (q->kind == FRAME_BATCH)
		note_promise(q, a.body);
	q->number = 0;
	wire_answer(q->id, a.status, a.retry_after, a.type, a.body);
}

static void
take_blocked(struct span body)
{
	uint32_t site;
	struct span cause, reason;

	while (frame_site_read(&site, &cause, &reason, &body)) {
		must(site < HUB_SITES);
		free(blocked[site]);
		blocked[site] = mem_copy(reason.at, reason.n);
	}
}

void
hub_edge_hears(uint8_t kind, uint64_t number, struct span body)
{
	switch (kind) {
	case FRAME_ANSWER:
		take_answer(number, body);
		break;
	case FRAME_BLOCKED:
		unblock_all();
		take_blocked(body);
		break;
	case FRAME_DROP:
		take_blocked(body);
		break;
	default:
		broken("the core sent the edge a frame of kind %u", kind);
	}
}
