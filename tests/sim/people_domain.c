/*
 * What people do about domains: a site has another one from some day on, and
 * says so before, or only afterwards; it gives its addresses to another site,
 * which has to say so, too; and the operator enters domains at the hub, and
 * decides of what only one end has said.
 */
#include <stdio.h>

#include <jansson.h>

#include "contrib/base/clock.h"
#include "tests/sim/hub.h"
#include "tests/sim/world.h"

static void
name_host(char out[SITE_TEXT], uint32_t host)
{
	const struct site s = { .host = host };

	site_root(out, &s);
}

static uint32_t
other_host(uint32_t host)
{
	return host < SITE_NEW ? host + SITE_NEW : host - SITE_NEW;
}

static json_t *
act(const char *what, const struct actor *a)
{
	char code[16];

	snprintf(code, sizeof(code), "41010000%02u", a->part.site);
	return json_pack("{s:s, s:s, s:s}", "do", what, "code", code,
	    "reason", "it is meant so");
}

/* A host that nobody has becomes that of whoever moves there. */
static bool
may_agree(uint32_t old, uint32_t new)
{
	return site_of_own(old) == site_of_own(new) ||
	    hub_host_owner(new) != 0;
}

/* --- announcing ----------------------------------------------------------- */

static void
set_time(json_t *o, const char *name, int64_t at)
{
	if (at != CLOCK_NONE)
		json_object_set_new(o, name, json_integer(SIM_EPOCH + at));
}

/* It may be refused, or forgotten: then the pages go there all the same. */
static void
operate(struct actor *a, const struct intent *p)
{
	json_t *ask = act("move-announce", a);
	char old[SITE_TEXT], new[SITE_TEXT];

	name_host(old, p->host);
	name_host(new, p->other);
	trace("operator", "announces for %s: %s is %s", a->part.name, old,
	    new);
	json_object_set_new(ask, "scope", json_string("domain"));
	json_object_set_new(ask, "old", json_string(old));
	json_object_set_new(ask, "new", json_string(new));
	set_time(ask, "from", p->at);
	set_time(ask, "until", p->until);
	hub_agree(p->host, p->other);
	hub_ask(ask, NULL, NULL);
}

/* Mostly another one of its own; or what another site has: then no page of
 * either goes anywhere. True: not by its agent, but at the hub. */
bool
people_announce_domain(struct actor *a, struct intent *p)
{
	p->of = INTENT_DOMAIN;
	p->from = p->to = 0;
	p->swaps = false;
	p->other = other_host(p->host);
	if (a->site.sites > 1 && chance(250)) {
		p->other = 1 + dice(a->site.sites);
		if (chance(300))
			p->other = other_host(p->other);
		p->renamed = true;
	}
	if (p->other == p->host)
		p->other = other_host(p->host);
	if (!chance(250) || !may_agree(p->host, p->other))
		return false;
	p->announced = false;
	operate(a, p);
	return true;
}

/* The same as another has said, of its own. */
void
people_say_too(struct world *w, struct actor *a)
{
	const struct actor *b = &w->actor[dice(w->actors)];
	const struct intent *p = &b->plan[dice(WORLD_PLANS)];
	char old[SITE_TEXT], new[SITE_TEXT];

	if (a->agent == NULL || !p->announced || p->of != INTENT_DOMAIN ||
	    site_of_own(p->other) != a->part.site ||
	    b->part.site == a->part.site)
		return;
	name_host(old, p->host);
	name_host(new, p->other);
	hub_agree(p->host, p->other);
	(void)agent_say_move(a->agent, "domain", old, new, p->at, p->until);
}

/* --- following ------------------------------------------------------------ */

/* Its agent has other settings then, and so is started again. */
void
people_change_host(struct actor *a, uint32_t host)
{
	if (site_of_own(host) != a->part.site)
		return;
	a->site.host = host;
	a->strange |= hub_host_owner(host) == 0;
	trace(a->part.name, "its host is %u now", host);
	if (a->agent != NULL)
		world_close_agent(a, between(100, 5000));
}

/* --- the hub's operator --------------------------------------------------- */

/* The host at which it is, or may be one day. */
void
people_register(struct actor *a)
{
	uint32_t host = sim.calm || chance(700) ? a->site.host :
	    other_host(a->site.host);
	char name[SITE_TEXT];
	json_t *ask;

	if (hub_host_owner(host) != 0 || !hub_is_enlisted(a->part.site))
		return;
	site_host_name(name, host);
	trace("operator", "enters %s", name);
	hub_agree(other_host(host), host);
	ask = act("domain-add", a);
	json_object_set_new(ask, "domain", json_string(name));
	hub_ask(ask, NULL, NULL);
}

static void
decide(uint32_t number, bool good)
{
	trace("operator", "%s move %u", good ? "agrees to" : "withdraws",
	    number);
	hub_ask(json_pack("{s:s, s:I, s:s}", "do", good ? "move-agree" :
	    "move-withdraw", "move", (json_int_t)number, "reason",
	    "decided"), NULL, NULL);
}

void
people_decide(struct world *w)
{
	uint32_t old, new, number = hub_move_asked(dice(20), &old, &new);
	bool good = chance(700) && may_agree(old, new);

	if (number == 0 && chance(100)) {
		number = hub_move_operated(1 + dice(w->sites));
		good = false;
	}
	if (number == 0)
		return;
	if (good)
		hub_agree(old, new);
	decide(number, good);
}
