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

#define ENROLS 1000000		/* numbers of FRAME_ASK from here on */

static struct enlisting {
	uint32_t key;
	bool under_way, done;
} sites[HUB_SITES];

static uint64_t tickets;

void
hub_ca_forget(void)
{
	for (size_t i = 0; i < HUB_SITES; i++)
		sites[i].under_way = false;
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

/* --- the ca ------------------------------------------------------------------- */

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

static void
take_grant(uint64_t number, struct span body)
{
	struct enlisting *s = &sites[number - ENROLS];
	struct frame_grant g;

	must(number > ENROLS && number < ENROLS + HUB_SITES);
	must(frame_grant_read(&g, body));
	s->under_way = false;
	s->done = g.refusal.n == 0;
	trace("ca", "site %llu: %s%.*s", (unsigned long long)number - ENROLS,
	    s->done ? "enrolled" : "refused: ", SPAN_ARGS(g.refusal));
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
	default:
		broken("the core sent the ca a frame of kind %u", kind);
	}
}

/* --- the operator ---------------------------------------------------------------- */

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
