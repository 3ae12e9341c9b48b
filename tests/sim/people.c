/*
 * What people do: those of a site, who publish, withdraw, and judge what the
 * gate asks them; and the hub's operator, who blocks, releases and settles.
 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "tests/sim/hub.h"
#include "tests/sim/world.h"

/* --- of a site ------------------------------------------------------------ */

void
people_edit(struct actor *a)
{
	unsigned count = chance(30) ? 60 : 1 + dice(4);

	for (unsigned i = 0; i < count; i++) {
		size_t n = site_edit(&a->site);

		trace(a->part.name, "page %zu is %s", n,
		    a->site.file[n].there ? "written" : "removed");
		if (a->agent != NULL && chance(800))
			agent_notice(a->agent, n);
	}
}

void
people_say(struct actor *a)
{
	size_t n = dice(SITE_SAID);
	struct site_file *f = &a->site.said[n];

	f->there = !f->there || chance(300);
	f->content = dice(6);
	a->told[n] = a->agent != NULL && agent_say(a->agent, n);
}

void
people_judge(struct actor *a)
{
	if (a->agent == NULL || !agent_holds(a->agent))
		return;
	if (chance(700))
		(void)agent_release(a->agent);
	else
		(void)agent_refuse(a->agent);
}

/* --- the hub's operator --------------------------------------------------- */

static void
on_block(void *arg, const json_t *answer)
{
	struct actor *a = arg;

	a->blocked = true;
	(void)answer;
}

/* Not so any more, or it never was. */
static void
on_unblock(void *arg, const json_t *answer)
{
	struct actor *a = arg;
	const char *error = json_string_value(json_object_get(answer,
	    "error"));

	if (error == NULL || strstr(error, "neither") != NULL)
		a->blocked = false;
	if (error == NULL)	/* it lifts what was settled, too */
		world_kept(a->part.site, "", "");
}

void
people_block(struct actor *a, bool block)
{
	char code[16];

	snprintf(code, sizeof(code), "41010000%02u", a->part.site);
	trace("operator", "%s site %u", block ? "blocks" : "unblocks",
	    a->part.site);
	if (block)
		a->blocked = true;
	hub_ask(json_pack("{s:s, s:s, s:s}", "do",
	    block ? "block" : "unblock", "code", code, "reason",
	    "the simulator says so"), block ? on_block : on_unblock, a);
}

static void
on_release(void *arg, const json_t *answer)
{
	struct actor *a = arg;
	const char *error = json_string_value(json_object_get(answer,
	    "error"));

	a->gated = error == NULL || strstr(error, "waits for") == NULL;
}

/* What the hub's gate holds, or the agent's by a letter. */
void
people_release(struct actor *a)
{
	char code[16];

	snprintf(code, sizeof(code), "41010000%02u", a->part.site);
	hub_ask(json_pack("{s:s, s:s, s:s}", "do", "release", "code", code,
	    "reason", "seen, it is meant"), on_release, a);
}

static void
on_settle(void *arg, const json_t *answer)
{
	const char *kept = json_string_value(json_object_get(answer, "kept"));
	const char *dropped = json_string_value(json_object_get(answer,
	    "dropped"));
	const char *error = json_string_value(json_object_get(answer,
	    "error"));
	uint32_t site = ((const struct actor *)arg)->part.site;

	if (kept != NULL)
		world_kept(site, kept, dropped);
	else if (error != NULL && strstr(error, "written down") != NULL)
		world_kept(site, "", "");	/* done later: whom it keeps
						 * nobody was told */
}

/* By its address; or, if that has changed since, by chance. */
void
people_settle(struct actor *a)
{
	const char *keep = !chance(400) ? a->part.address : chance(500) ?
	    "1" : "2";
	char code[16];

	if (!hub_says_forked(a->part.site))
		return;
	snprintf(code, sizeof(code), "41010000%02u", a->part.site);
	hub_ask(json_pack("{s:s, s:s, s:s, s:s}", "do", "settle", "code",
	    code, "keep", keep, "reason", "this is the right one"),
	    on_settle, a);
}

/* --- while it is calm ----------------------------------------------------- */

void
people_attend(struct actor *a)
{
	if (a->blocked)
		people_block(a, false);
	people_release(a);
	people_settle(a);
	people_register(a);
	if (a->part.dropped && a->agent != NULL && chance(500))
		world_close_agent(a, 1000);
	if (a->agent == NULL)
		return;
	a->held = agent_release(a->agent);	/* refused or not */
	people_mend(a);
	if (a->agent != NULL && chance(300))
		people_reply(a);
	for (size_t n = 0; n < SITE_SAID; n++)
		if (a->agent != NULL && !a->told[n])
			a->told[n] = agent_say(a->agent, n);
}
