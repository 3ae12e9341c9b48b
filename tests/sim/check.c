/*
 * The end of a run: the hub shows exactly what the sites have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"
#include "contrib/base/span.h"
#include "tests/sim/hub.h"
#include "tests/sim/loop.h"
#include "tests/sim/wire.h"
#include "tests/sim/world.h"

struct oracle {
	const struct site *site;
	bool file[SITE_PATHS], said[SITE_SAID];	/* shown */
	size_t shown;
};

/* --- items: the naive oracle ---------------------------------------------- */

static void
check_it(const struct hub_item *i, const char *id, const char *url,
    const struct site_file *f, const char *title)
{
	if (!f->there)
		broken("%s is shown, and is not there", id);
	if (!span_is(i->url, span_of(url)))
		broken("%s is shown at %.*s", id, SPAN_ARGS(i->url));
	if (!span_is(i->title, span_of(title)))
		broken("%s is shown as \"%.*s\" and is \"%s\"", id,
		    SPAN_ARGS(i->title), title);
}

static void
check_hash(const struct hub_item *i, uint32_t page)
{
	uint8_t hash[32];

	site_page_hash(hash, page);
	if (memcmp(hash, i->hash, sizeof(hash)) != 0)
		broken("%.*s is shown with the hash of something else",
		    SPAN_ARGS(i->id));
}

static void
check_file(struct oracle *o, const struct hub_item *i, size_t n)
{
	const struct site_file *f = &o->site->file[n];
	char id[2 * SITE_TEXT], url[SITE_TEXT], title[SITE_TEXT];

	snprintf(id, sizeof(id), "%s:%s", SITE_SOURCE, site_path_name(n));
	check_it(i, id, site_url(url, o->site, n), f,
	    site_page_title(title, f->content));
	check_hash(i, f->content);
	if (o->file[n])
		broken("%s is shown twice", id);
	o->file[n] = true;
}

static bool
find_file(struct oracle *o, const struct hub_item *i)
{
	const size_t head = sizeof(SITE_SOURCE);	/* "web:" */
	struct span path = i->id;

	if (path.n < head || memcmp(path.at, SITE_SOURCE ":", head) != 0)
		return false;
	path.at += head;
	path.n -= head;
	for (size_t n = 0; n < SITE_PATHS; n++)
		if (span_is(path, span_of(site_path_name(n)))) {
			check_file(o, i, n);
			return true;
		}
	return false;
}

static bool
find_said(struct oracle *o, const struct hub_item *i)
{
	char url[SITE_TEXT], title[SITE_TEXT];

	for (size_t n = 0; n < SITE_SAID; n++) {
		const struct site_file *f = &o->site->said[n];

		site_said_url(url, o->site, n);
		if (!span_is(i->id, span_of(url)))
			continue;
		check_it(i, url, url, f, site_title(title, f, n));
		if (o->said[n])
			broken("%s is shown twice", url);
		return o->said[n] = true;
	}
	return false;
}

static void
on_item(void *arg, const struct hub_item *i)
{
	struct oracle *o = arg;

	if (i->withdrawn)
		broken("%.*s is listed, and is withdrawn", SPAN_ARGS(i->id));
	if (!find_file(o, i) && !find_said(o, i))
		broken("site %u: nobody has ever had %.*s", o->site->number,
		    SPAN_ARGS(i->id));
	o->shown++;
}

static void
expect_all(const struct oracle *o)
{
	char text[SITE_TEXT];

	for (size_t n = 0; n < SITE_PATHS; n++)
		if (o->site->file[n].there && !o->file[n])
			broken("site %u: %s is there and is not shown",
			    o->site->number, site_path(text, n));
	for (size_t n = 0; n < SITE_SAID; n++)
		if (o->site->said[n].there && !o->said[n])
			broken("%s was said and is not shown",
			    site_said_url(text, o->site, n));
}

/* --- letters -------------------------------------------------------------- */

struct mail {
	struct { uint64_t number; char *text; } *letter;
	size_t count;
};

static void
keep_letter(void *arg, const struct hub_letter *l)
{
	struct mail *m = arg;

	m->letter = mem_grow(m->letter, m->count + 1, sizeof(*m->letter));
	m->letter[m->count].number = l->number;
	m->letter[m->count++].text = mem_copy(l->text.at, l->text.n);
}

static void
keep_got(void *arg, const struct agent_letter *l)
{
	const struct hub_letter h = { .number = l->number, .text = l->text };

	keep_letter(arg, &h);
}

static void
free_mail(struct mail *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->letter[i].text);
	free(m->letter);
}

static void
compare_mail(uint32_t site, const struct mail *sent, const struct mail *got)
{
	if (sent->count != got->count)
		broken("site %u: %zu letters were written, %zu have come",
		    site, sent->count, got->count);
	for (size_t i = 0; i < sent->count; i++) {
		if (sent->letter[i].number != i + 1 ||
		    got->letter[i].number != i + 1)
			broken("site %u: letter %zu has the number %llu there "
			    "and %llu here", site, i + 1, (unsigned long long)
			    sent->letter[i].number, (unsigned long long)
			    got->letter[i].number);
		if (strcmp(sent->letter[i].text, got->letter[i].text) != 0)
			broken("site %u: letter %zu is another one", site,
			    i + 1);
	}
}

/* --- changes: under each number the same, here and there ------------------ */

struct sent {
	struct { uint64_t seq; uint8_t hash[32]; } *change;
	size_t count, found;
	bool copied;		/* another machine has told of it, too */
};

static void
keep_change(void *arg, uint64_t seq, const uint8_t hash[32])
{
	struct sent *s = arg;

	s->change = mem_grow(s->change, s->count + 1, sizeof(*s->change));
	s->change[s->count].seq = seq;
	memcpy(s->change[s->count++].hash, hash, 32);
}

static void
find_change(void *arg, uint64_t seq, const uint8_t hash[32])
{
	struct sent *s = arg;

	if (s->found == s->count || seq != s->change[s->found].seq)
		return;
	if (!s->copied && memcmp(hash, s->change[s->found].hash, 32) != 0)
		broken("change %llu is another one in the journal",
		    (unsigned long long)seq);
	s->found++;
}

/* A copy that scans the same files tells nearly the same: if that is so of
 * the last LIMIT_RECENT, it passes for a repetition, and what differs before
 * them is found and mended by the comparison. */
static bool
has_copy(const struct world *w, uint32_t site)
{
	unsigned machines = 0;

	for (unsigned i = 0; i < w->actors; i++)
		machines += w->actor[i].part.site == site;
	return machines > 1;
}

static void
check_changes(struct world *w, const struct actor *a, uint64_t incarnation,
    struct sent *s)
{
	s->copied = has_copy(w, a->part.site);
	/* A hub that forgot is refilled by whoever comes first, be it a copy
	 * that was found to be one before. */
	if (!w->amnesia || w->actors == w->sites)
		hub_look_changes(a->part.site, incarnation,
		    find_change, s);
	else
		s->found = s->count;
	if (s->found < s->count)
		broken("site %u: change %llu was confirmed, and is not in "
		    "the journal", a->part.site,
		    (unsigned long long)s->change[s->found].seq);
	free(s->change);
}

/* --- all ------------------------------------------------------------------ */

/* Then comparing finds what was not brought; else nothing. */
static bool
may_miss(const struct world *w)
{
	static const enum fault losses[] = { FAULT_AMNESIA, FAULT_BACKUP,
		FAULT_RETELL, FAULT_RESTORE, FAULT_CLONE, FAULT_MISS };

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (world_has(w, losses[i]))
			return true;
	return false;
}

/* A page that was renamed is the item that it was. */
void
check_numbers(const struct world *w)
{
	char id[2 * SITE_TEXT], title[SITE_TEXT];

	for (unsigned i = 0; i < w->sites && !may_miss(w); i++) {
		const struct actor *a = &w->actor[i];
		const struct site_file *f = &a->site.file[a->seen.to];
		uint32_t number;

		snprintf(id, sizeof(id), "%s:%s", SITE_SOURCE,
		    site_path_name(a->seen.to));
		if (a->seen.number == 0 || !f->there ||
		    f->stamp != a->seen.stamp ||
		    a->site.file[a->seen.from].stamp != a->seen.gone)
			continue;
		number = hub_item_number(a->part.site, id,
		    site_page_title(title, f->content));
		if (number != a->seen.number)
			broken("%s was item %u until it was renamed, and is "
			    "%u now", id, a->seen.number, number);
	}
}

/* What a site has promised to see is known. */
void
check_covers(const struct world *w)
{
	for (unsigned i = 0; i < w->actors; i++) {
		const struct actor *a = &w->actor[i];

		if (!a->gone && agent_has_covered(a->agent) &&
		    !hub_is_covered(a->site.host))
			broken("%s covers all of host %u, and the hub doesn't "
			    "know", a->part.name, a->site.host);
	}
}

static void
check_site(struct world *w, struct actor *a, const struct agent_state *s)
{
	struct oracle o = { .site = &a->site };
	struct hub_site h;

	hub_look_site(a->part.site, &h, on_item, &o);
	trace("check", "site %u: %zu items, %llu letters, %s",
	    a->part.site, o.shown, (unsigned long long)h.letters,
	    memcmp(h.digest, s->digest, 32) == 0 ? "equal" : "different");
	expect_all(&o);
	if (memcmp(h.digest, s->digest, sizeof(h.digest)) != 0)
		broken("site %u: the digests differ (%llu items here, %llu "
		    "there)", a->part.site, (unsigned long long)s->told,
		    (unsigned long long)h.items);
	if (h.missed > 0 && !may_miss(w) && !a->strange)
		broken("site %u: %llu changes were not brought, and nothing "
		    "was lost", a->part.site, (unsigned long long)h.missed);
	/* A new incarnation that has said nothing is not known there. */
	if (s->seq > 0 &&
	    (h.incarnation != s->incarnation || h.seq != s->seq))
		broken("site %u: the hub stands at %llu, the agent at %llu",
		    a->part.site, (unsigned long long)h.seq,
		    (unsigned long long)s->seq);
}

static void
check_mail(struct world *w, struct actor *a, const struct mail *got)
{
	struct mail sent = { .count = 0 };

	if (w->amnesia)
		return;		/* its numbers began anew */
	hub_look_letters(a->part.site, keep_letter, &sent);
	compare_mail(a->part.site, &sent, got);
	free_mail(&sent);
}

void
check_all(struct world *w)
{
	struct agent_state state[WORLD_ACTORS];
	struct mail mail[WORLD_ACTORS] = { { .count = 0 } };
	struct sent sent[WORLD_ACTORS] = { { .count = 0 } };
	struct actor *a;

	for (unsigned i = 0; i < w->actors; i++) {
		a = &w->actor[i];
		if (a->gone)
			continue;
		agent_look(a->agent, &state[i]);
		agent_letters(a->agent, 0, keep_got, &mail[i]);
		agent_confirmed(a->agent, keep_change, &sent[i]);
		world_close_agent(a, 0);
	}
	world_close_hub(w, 0);
	loop_forget();
	hub_look(&w->hub);
	hub_audit();
	hub_look_promises();
	for (unsigned i = 0; i < w->actors; i++) {
		a = &w->actor[i];
		if (a->gone)
			continue;
		check_site(w, a, &state[i]);
		check_changes(w, a, state[i].incarnation, &sent[i]);
		check_mail(w, a, &mail[i]);
		free_mail(&mail[i]);
	}
	hub_look_away();
}
