/*
 * Sets of rules, found by what they cover; see rewrite_set.h.
 */
#include "protocol/rewrite_set.h"

#include "contrib/base/mem.h"
#include "protocol/url_place.h"

#include <stdlib.h>

#define SLOTS_FIRST 64		/* a power of two */

/* --- keys ----------------------------------------------------------------- */

#define SEED UINT64_C(0xcbf29ce484222325)	/* FNV-1a */

static uint64_t
pass(uint64_t h, char c)
{
	return (h ^ (uint8_t)c) * UINT64_C(0x100000001b3);
}

static uint64_t
pass_all(uint64_t h, struct span t)
{
	for (size_t i = 0; i < t.n; i++)
		h = pass(h, t.at[i]);
	return h;
}

/* (A part of) a path, as places have it. */
static uint64_t
pass_path(uint64_t h, struct span t)
{
	for (size_t i = 0; i < t.n;)
		h = pass(h, url_place_byte(t, &i));
	return h;
}

static uint64_t
key(uint64_t h, enum rewrite_scope scope)
{
	h = (h ^ (uint64_t)scope) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static uint64_t
parts_key(const struct span part[2])
{
	return key(pass_all(pass_path(SEED, part[0]), part[1]),
	    REWRITE_ADDRESS);
}

static uint64_t
place_key(struct span url)
{
	struct span part[2];

	return url_place_parts(part, url) ? parts_key(part) : 0;
}

static uint64_t
bare_place_key(struct span url)
{
	struct span part[2];

	if (!url_place_parts(part, url))
		return 0;
	part[1] = SPAN_NONE;
	return parts_key(part);
}

static uint64_t
area_key(enum rewrite_scope scope, struct span url)
{
	return scope == REWRITE_ADDRESS ? place_key(url) :
	    key(pass_path(SEED, url_bare(url)), scope);
}

static uint64_t
host_key(struct span url)
{
	struct span bare = url_bare(url);
	uint64_t h = SEED;

	for (size_t i = 0; i < bare.n && bare.at[i] != '/'; i++)
		h = pass(h, bare.at[i]);
	return key(h, 0);
}

static uint64_t
number_key(uint32_t number)
{
	return key(number, 0);
}

/* --- tables --------------------------------------------------------------- */

static void
link_in(struct rewrite_set *s, struct rewrite_entry *e)
{
	for (int way = 0; way < REWRITE_WAYS; way++) {
		struct rewrite_entry **at =
		    &s->slot[way][e->hash[way] & (s->slots - 1)];

		e->next[way] = *at;
		*at = e;
	}
}

static void
link_out(struct rewrite_set *s, struct rewrite_entry *e)
{
	for (int way = 0; way < REWRITE_WAYS; way++) {
		struct rewrite_entry **at =
		    &s->slot[way][e->hash[way] & (s->slots - 1)];

		while (*at != e)
			at = &(*at)->next[way];
		*at = e->next[way];
	}
}

static void
resize(struct rewrite_set *s, size_t slots)
{
	for (int way = 0; way < REWRITE_WAYS; way++) {
		free(s->slot[way]);
		s->slot[way] = mem_new(slots * sizeof(void *));
	}
	s->slots = slots;
	for (size_t i = 0; i < s->count; i++)
		link_in(s, s->all[i]);
}

void
rewrite_set_init(struct rewrite_set *s)
{
	*s = (struct rewrite_set){ .count = 0 };
	resize(s, SLOTS_FIRST);
}

void
rewrite_set_clear(struct rewrite_set *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->all[i]);
	for (int way = 0; way < REWRITE_WAYS; way++)
		free(s->slot[way]);
	free(s->all);
	*s = (struct rewrite_set){ .count = 0 };
}

static struct rewrite_entry *
copy(const struct rewrite_rule *r)
{
	struct rewrite_entry *e = mem_new(sizeof(*e) + r->from.n + r->to.n);

	memcpy(e->text, r->from.at, r->from.n);
	memcpy(e->text + r->from.n, r->to.at, r->to.n);
	e->rule = *r;
	e->rule.from.at = e->text;
	e->rule.to.at = e->text + r->from.n;
	e->hash[REWRITE_BY_FROM] = area_key(r->scope, r->from);
	e->hash[REWRITE_BY_TO] = area_key(r->scope, r->to);
	e->hash[REWRITE_BY_TO_PLACE] = bare_place_key(r->to);
	e->hash[REWRITE_BY_HOST] = host_key(r->from);
	e->hash[REWRITE_BY_NUMBER] = number_key(r->number);
	return e;
}

struct rewrite_entry *
rewrite_set_put(struct rewrite_set *s, const struct rewrite_rule *r)
{
	struct rewrite_entry *e = copy(r);

	if (s->count == s->room) {
		s->room = s->room > 0 ? 2 * s->room : SLOTS_FIRST;
		s->all = mem_grow(s->all, s->room, sizeof(void *));
	}
	e->index = s->count;
	s->all[s->count++] = e;
	link_in(s, e);
	if (s->count > s->slots)
		resize(s, 2 * s->slots);
	return e;
}

void
rewrite_set_del(struct rewrite_set *s, struct rewrite_entry *e)
{
	link_out(s, e);
	s->all[e->index] = s->all[--s->count];
	s->all[e->index]->index = e->index;
	free(e);
}

struct rewrite_entry *
rewrite_set_get(const struct rewrite_set *s, uint32_t number)
{
	struct rewrite_entry *e =
	    s->slot[REWRITE_BY_NUMBER][number_key(number) & (s->slots - 1)];

	while (e != NULL && e->rule.number != number)
		e = e->next[REWRITE_BY_NUMBER];
	return e;
}

const struct rewrite_entry *
rewrite_set_host(const struct rewrite_set *s, struct span url)
{
	return s->slot[REWRITE_BY_HOST][host_key(url) & (s->slots - 1)];
}

/* --- looking -------------------------------------------------------------- */

static bool
covers(const struct rewrite_look *l, const struct rewrite_rule *r)
{
	return (l->way == REWRITE_BY_TO ? rewrite_rule_reaches :
	    rewrite_rule_covers)(r, l->url);
}

static void
look_up(const struct rewrite_look *l, uint64_t hash)
{
	const struct rewrite_entry *e =
	    l->set->slot[l->way][hash & (l->set->slots - 1)];

	for (; e != NULL; e = e->next[l->way])
		if (e->hash[l->way] == hash && covers(l, &e->rule))
			l->each(l->arg, e);
}

/* Of an address with a query: that without one first. */
static void
look_up_place(const struct rewrite_look *l)
{
	struct span part[2], page[2];

	if (!url_place_parts(part, l->url))
		return;
	if (part[1].n > 0) {
		page[0] = part[0];
		page[1] = SPAN_NONE;
		look_up(l, parts_key(page));
	}
	look_up(l, parts_key(part));
}

void
rewrite_set_look(const struct rewrite_look *l)
{
	struct span bare = url_bare(l->url);
	uint64_t h = SEED;
	size_t i = 0, slashes = 0;

	while (i < bare.n && bare.at[i] != '?') {
		h = pass(h, url_place_byte(bare, &i));
		if (bare.at[i - 1] != '/')
			continue;
		if (slashes++ == 0)
			look_up(l, key(h, REWRITE_DOMAIN));
		look_up(l, key(h, REWRITE_PREFIX));
	}
	if (i > 0 && bare.at[i - 1] != '/')	/* "a/x" is its own "a/x/" */
		look_up(l, key(pass(h, '/'), REWRITE_PREFIX));
	look_up_place(l);
}

void
rewrite_set_look_queried(const struct rewrite_look *l)
{
	uint64_t hash = bare_place_key(l->url);
	const struct rewrite_entry *e =
	    l->set->slot[REWRITE_BY_TO_PLACE][hash & (l->set->slots - 1)];

	for (; e != NULL; e = e->next[REWRITE_BY_TO_PLACE])
		if (e->rule.scope == REWRITE_ADDRESS &&
		    url_place_asked(e->rule.to, l->url))
			l->each(l->arg, e);
}
