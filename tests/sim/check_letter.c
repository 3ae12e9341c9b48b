/*
 * Letters, while it runs. What an agent has got says what the hub
 * has written to its site; a hub that shows all that it took has written no
 * fewer; and where nothing goes wrong none is on its way for longer than a
 * poll. What a site's people said to a letter last is how it stands at the hub
 * once the agent has nothing left to push and the hub nothing to show.
 *
 * A hub that has forgotten writes other letters under the same numbers: then
 * nothing is said, here and at rest.
 */
#include "protocol/letter.h"
#include "protocol/mending.h"
#include "tests/sim/hub.h"
#include "tests/sim/world.h"

#define LATE 75000		/* ms: a poll's wait, and some */

struct sum {			/* FNV-1a of the letters up to this one */
	uint64_t most, count, of;
};

static void
add(struct sum *s, struct span bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		s->of = (s->of ^ (uint8_t)bytes.at[i]) *
		    UINT64_C(0x100000001b3);
	s->of = (s->of ^ bytes.n) * UINT64_C(0x100000001b3);
}

static void
add_number(struct sum *s, uint64_t n)
{
	add(s, (struct span){ .at = (const char *)&n, .n = sizeof(n) });
}

static void
on_link(void *arg, const struct mending_link *l)
{
	add(arg, l->old);
	add(arg, l->new);
	add_number(arg, l->state);
	add_number(arg, l->move);
	add_number(arg, (uint64_t)l->from);
	add_number(arg, (uint64_t)l->until);
}

static void
on_page(void *arg, const struct mending_link *l, const struct mending_page *p)
{
	(void)l;
	add(arg, p->url);
	add_number(arg, p->line);
	add_number(arg, p->more);
}

/* What it says; it is written in another way there and here. */
static void
add_links(struct sum *s, struct span body)
{
	static const struct mending_reader links = { .link = on_link,
		.page = on_page };
	const char *why;

	if (!mending_read(body, &links, s, &why))
		broken("a letter can't be read: %s", why);
}

static void
on_written(void *arg, const struct hub_letter *l)
{
	struct sum *s = arg;

	if (l->number > s->most)
		return;
	s->count++;
	s->of ^= l->number;
	add(s, l->kind);
	add(s, l->text);
	if (span_is(l->kind, SPAN(LETTER_LINKS)))
		add_links(s, l->body);
}

static void
on_got(void *arg, const struct agent_letter *l)
{
	const struct hub_letter h = { .number = l->number, .kind = l->kind,
		.text = l->text, .body = l->body };

	on_written(arg, &h);
}

/* Of those that were not looked at before. */
static void
compare(struct actor *a, uint64_t has, uint64_t newest)
{
	uint64_t most = has < newest ? has : newest;
	struct sum sent = { .most = most }, got = { .most = most };

	if (a->mail.same > most)
		a->mail.same = 0;	/* an old store, or a view made anew */
	if (a->mail.same == most)
		return;
	hub_letters(a->part.site, a->mail.same, on_written, &sent);
	agent_letters(a->agent, a->mail.same, on_got, &got);
	if (sent.count != got.count || sent.of != got.of)
		broken("%s has letters %llu to %llu, and the hub has written "
		    "others", a->part.name, (unsigned long long)a->mail.same +
		    1, (unsigned long long)most);
	a->mail.same = most;
}

static void
check_mail(const struct world *w, struct actor *a)
{
	uint64_t has = agent_letters_got(a->agent);
	uint64_t newest = hub_letters(a->part.site, UINT64_MAX, NULL, NULL);

	/* One that was turned away asks again much later: a disk was full, say,
	 * when it was to be enrolled. */
	if (a->mail.newest != newest || !agent_is_heard(a->agent))
		a->mail.since = sim.now;
	a->mail.newest = newest;
	compare(a, has, newest);
	if (has > newest && hub_is_quiet())
		broken("%s has letter %llu, and the hub has written %llu",
		    a->part.name, (unsigned long long)has,
		    (unsigned long long)newest);
	if (has < newest && check_is_well(w) &&
	    sim.now > a->mail.since + LATE)
		broken("%s has letter %llu, and letter %llu is %lld s old",
		    a->part.name, (unsigned long long)has,
		    (unsigned long long)newest,
		    (long long)(sim.now - a->mail.since) / 1000);
}

/* Of what may lose a reply on its way, or keep it from being followed. */
static bool
may_lose_replies(const struct world *w)
{
	static const enum fault losses[] = { FAULT_SPOOL, FAULT_BACKUP,
		FAULT_AMNESIA, FAULT_RETELL, FAULT_RESTORE, FAULT_CLONE,
		FAULT_BLOCK };

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (world_has(w, losses[i]))
			return true;
	return false;
}

static void
check_reply(const struct world *w, const struct actor *a)
{
	if (a->reply.letter != 0 && !may_lose_replies(w) &&
	    agent_has_pushed(a->agent) && hub_is_quiet())
		hub_check_reply(a->part.site, a->reply.letter,
		    a->reply.refused);
}

void
check_letters(struct world *w)
{
	if (w->amnesia || !w->hub.up || w->hub.dead || !is_judged(RULE_MAIL))
		return;
	for (unsigned i = 0; i < w->actors; i++) {
		struct actor *a = &w->actor[i];

		if (a->agent == NULL || a->part.dead || a->gone)
			continue;
		check_mail(w, a);
		check_reply(w, a);
	}
}
