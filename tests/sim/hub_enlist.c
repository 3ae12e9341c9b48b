/*
 * How a site gets into the hub: the operator adds it, the ca mints a ticket,
 * the site's key is bound to it; each step when the one before was answered,
 * and from the start if the hub died meanwhile.
 */
#include "tests/sim/hub_inside.h"

#include <stdio.h>
#include <string.h>

#include "certs/ticket.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "tests/sim/loop.h"
#include "tests/sim/seal.h"

#define ENROLS 1000000		/* numbers of FRAME_ASK from here on … */
#define RENEWS 2000000		/* … and of those that renew */

static struct enlisting {
	uint32_t key;
	bool under_way, done;
	unsigned times;		/* that it was enrolled */
} sites[HUB_SITES];

static struct renewing {
	struct part *part;	/* NULL: nobody is */
	uint32_t key;
	void (*done)(void *arg);
	void *arg;
} renewing[HUB_SITES];

static uint64_t tickets;

void
hub_ca_forget(void)
{
	for (size_t i = 0; i < HUB_SITES; i++)
		sites[i].under_way = false;
	memset(renewing, 0, sizeof(renewing));
}

void
hub_forget_sites(void)
{
	memset(sites, 0, sizeof(sites));
}

bool
hub_is_enlisted(uint32_t site)
{
	return sites[site].done;
}

bool
hub_knows_key(const struct part *p)
{
	return sites[p->site].key == p->key;
}

/* --- the ca --------------------------------------------------------------- */

static void
mint(uint64_t number)
{
	uint8_t ref[TICKET_REF];
	struct buf b;

	memset(ref, 0, sizeof(ref));
	snprintf((char *)ref, sizeof(ref), "%09llu",
	    (unsigned long long)++tickets);
	buf_init(&b, 256);
	buf_put(&b, ref, sizeof(ref));
	text_hex(&b, ref, sizeof(ref));
	hub_frame(hub_ca, FRAME_MINTED, number, buf_look(&b));
	buf_clear(&b);
}

static void
enrol(uint32_t site, const char *ticket)
{
	struct frame_ask a = { .has_ref = true, .mac_good = true };
	struct buf b;

	must(text_unhex(span_of(ticket), a.ref, sizeof(a.ref)));
	hub_key(a.key_hash, site, sites[site].key);
	buf_init(&b, 1024);
	frame_ask_write(&b, &a);
	hub_frame(hub_ca, FRAME_ASK, ENROLS + site, buf_look(&b));
	buf_clear(&b);
}

void
hub_renew(struct part *p, uint32_t key, void (*done)(void *arg), void *arg)
{
	struct frame_ask a = { .mac_good = true, .is_renewal = true,
		.site = p->site,
		.until = SIM_EPOCH + sim.now + 90 * INT64_C(86400000) };
	struct renewing *r = &renewing[p->site];
	struct buf b;

	if (r->part != NULL || hub_part == NULL)
		return;
	*r = (struct renewing){ .part = p, .key = key, .done = done,
		.arg = arg };
	hub_key(a.key_hash, p->site, key);
	hub_key(a.old_key_hash, p->site, p->key);
	buf_init(&b, 1024);
	frame_ask_write(&b, &a);
	hub_frame(hub_ca, FRAME_ASK, RENEWS + p->site, buf_look(&b));
	buf_clear(&b);
}

static void
take_renewal(uint32_t site, const struct frame_grant *g)
{
	struct renewing r = renewing[site];

	renewing[site].part = NULL;
	must(r.part != NULL);
	trace("ca", "%s: %s%.*s", r.part->name, g->refusal.n == 0 ?
	    "has a new key" : "gets no other key: ", SPAN_ARGS(g->refusal));
	r.part->wants_key = false;
	if (g->refusal.n > 0)
		return;
	r.part->key = r.key;
	sites[site].key = r.key;
	r.done(r.arg);
}

static void
take_grant(uint64_t number, struct span body)
{
	struct enlisting *s;
	struct frame_grant g;

	must(frame_grant_read(&g, body));
	if (number >= RENEWS) {
		take_renewal((uint32_t)(number - RENEWS), &g);
		return;
	}
	must(number > ENROLS && number < ENROLS + HUB_SITES);
	s = &sites[number - ENROLS];
	s->under_way = false;
	s->done = g.refusal.n == 0;
	s->times += s->done;
	trace("ca", "site %llu: %s%.*s", (unsigned long long)number - ENROLS,
	    s->done ? "enrolled" : "refused: ", SPAN_ARGS(g.refusal));
}

/* As sim_sealed() has it: nothing that was cut is taken for whole. */
static void
sign(uint64_t number, struct span document)
{
	struct buf sealed, b;

	buf_init(&sealed, document.n + SIM_SEAL);
	sim_seal(&sealed, document);
	buf_init(&b, document.n + SIM_SEAL + 64);
	frame_signed_write(&b, true, buf_look(&sealed));
	hub_frame(hub_ca, FRAME_SIGNED, number, buf_look(&b));
	buf_clear(&b);
	buf_clear(&sealed);
}

void
hub_ca_hears(uint8_t kind, uint64_t number, struct span body)
{
	switch (kind) {
	case FRAME_MINT:
		mint(number);
		break;
	case FRAME_GRANT:
		take_grant(number, body);
		break;
	case FRAME_SIGN:
		sign(number, body);
		break;
	default:
		broken("the core sent the ca a frame of kind %u", kind);
	}
}

/* --- the operator --------------------------------------------------------- */

static void
on_ticket(void *arg, const json_t *answer)
{
	struct enlisting *s = arg;
	const char *ticket = json_string_value(json_object_get(answer,
	    "ticket"));

	if (ticket != NULL)
		enrol((uint32_t)(s - sites), ticket);
	else
		s->under_way = false;
}

static void
on_added(void *arg, const json_t *answer)
{
	struct enlisting *s = arg;
	char code[16];

	if (json_object_get(answer, "ticket") != NULL) {
		on_ticket(arg, answer);
		return;
	}
	/* It was added before: another ticket will do. */
	hub_code(code, (uint32_t)(s - sites));
	hub_ask(json_pack("{s:s, s:s}", "do", "ticket", "code", code),
	    on_ticket, s);
}

unsigned
hub_enrolments(uint32_t site)
{
	return sites[site].times;
}

void
hub_enlist(uint32_t site, uint32_t key)
{
	struct enlisting *s = &sites[site];
	char code[16], name[32], domain[32];

	must(site > 0 && site < HUB_SITES);
	if (s->under_way || hub_part == NULL)
		return;
	s->under_way = true;
	s->done = false;
	s->key = key;
	hub_code(code, site);
	snprintf(name, sizeof(name), "site %u", site);
	snprintf(domain, sizeof(domain), "www.s%u.gov.cn", site);
	hub_ask(json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add", "code",
	    code, "name", name, "domain", domain), on_added, s);
}

static void
on_ping(void *arg, const json_t *answer)
{
	bool *quiet = arg;

	*quiet = json_integer_value(json_object_get(answer,
	    "journal_place")) == json_integer_value(json_object_get(answer,
	    "view_place"));
}

bool
hub_is_quiet(void)
{
	bool quiet = false;

	hub_ask(json_pack("{s:s}", "do", "ping"), on_ping, &quiet);
	return quiet;
}
