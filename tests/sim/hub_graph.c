/*
 * See hub_graph.h.
 */
#include "tests/sim/hub_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/item.h"
#include "hub/meta.h"
#include "hub/move.h"
#include "hub/place.h"
#include "hub/site.h"
#include "hub/table.h"
#include "hub/target_row.h"

/* Asked for again and again, and always the same. */
const struct target_key *
graph_key(const struct site_link *at)
{
	static struct target_key keys[SITE_HOSTS][GRAPH_TARGETS];
	struct target_key *k = &keys[at->host][at->path];

	if (k->n == 0)
		must(target_key(k, span_of(site_link_name(at))));
	return k;
}

/* --- reading -------------------------------------------------------------- */

static void
add_page(struct naive *n, const struct item *i, const struct change *said)
{
	struct graph_page p = { .item = i->number, .site = i->site,
		.updated = i->updated };
	struct span title = said->word[WORD_TITLE];

	if (!site_link_of(&p.at, said->url.at, said->url.n))
		return;		/* what a person said, elsewhere */
	if (!site_page_of(&p.page, title.at, title.n))
		broken("item %u has a title that no page ever had", p.item);
	if (site_of_own(p.at.host) != i->site)
		broken("item %u of site %u is at another one's address",
		    p.item, p.site);
	if (n->here[p.at.host][p.at.path]++ > 0)
		broken("there are two items at %.*s", SPAN_ARGS(said->url));
	if (n->pages == n->room) {
		n->room += 1024;
		n->page = mem_grow(n->page, n->room, sizeof(*n->page));
	}
	n->page[n->pages++] = p;
}

static void
add_gone(struct naive *n, const struct item *i, const struct change *said)
{
	struct site_link at;
	int64_t *gone;

	if (!site_link_of(&at, said->url.at, said->url.n))
		return;
	gone = &n->gone[at.host][at.path];
	if (*gone == 0 || i->updated < *gone)
		*gone = i->updated;
}

static void
read_items(struct naive *n, uint32_t last)
{
	struct change said;
	struct item i;

	for (uint32_t k = 1; k <= last; k++)
		if (item_get(n->t, k, &i) && change_glance(&said, i.said))
			(i.withdrawn ? add_gone : add_page)(n, &i, &said);
}

static void
put_bare(char out[SITE_TEXT], struct span url)
{
	const char *at = memchr(url.at, ':', url.n);

	must(at != NULL);
	snprintf(out, SITE_TEXT, "%.*s", (int)(url.at + url.n - at - 3),
	    at + 3);
}

/* As move_counts() and move_is_effective() should have it. */
static bool
has_effect(const struct move *m)
{
	return m->state == MOVE_EFFECTIVE || m->state == MOVE_VERIFIED ||
	    m->state == MOVE_FAILED;
}

static bool
stands(const struct move *m)
{
	return has_effect(m) || (m->agreed &&
	    (m->state == MOVE_ANNOUNCED || m->state == MOVE_CHECKED));
}

/* Of a domain both ends have to stand for it, or an operator. */
static void
check_consent(const struct move *m)
{
	if (!hub_is_agreed(hub_host_of(m->old), hub_host_of(m->new)))
		broken("move %u, of %.*s to %.*s, has taken effect, and "
		    "nobody but who announced it stands for it", m->number,
		    SPAN_ARGS(m->old), SPAN_ARGS(m->new));
}

static void
note_instant(struct naive *n, int64_t at)
{
	if (at != CLOCK_NONE && at > clock_wall() && at < n->next)
		n->next = at;
}

static bool
add_rule(void *arg, const struct move *m)
{
	struct naive *n = arg;
	struct graph_rule *r;

	if (!stands(m))
		return true;
	n->rule = mem_grow(n->rule, n->rules + 1, sizeof(*n->rule));
	r = &n->rule[n->rules++];
	*r = (struct graph_rule){ .move = m->number, .site = m->site,
		.scope = (enum rewrite_scope)m->scope, .from = m->from,
		.until = m->until,
		.effective = has_effect(m),
		.settles = m->settle != CLOCK_NONE };
	n->due |= !r->effective && r->from <= clock_wall();
	n->early |= r->effective && r->from > clock_wall();
	note_instant(n, r->from);
	note_instant(n, r->until);
	put_bare(r->old, m->old);
	put_bare(r->new, m->new);
	if (r->effective && m->scope == REWRITE_DOMAIN)
		check_consent(m);
	return true;
}

static void
read_hosts(struct naive *n)
{
	char host[SITE_TEXT];
	uint32_t site;

	for (uint32_t h = 1; h < SITE_HOSTS; h++) {
		site_host_name(host, h);
		n->known[h] = site_of_host(n->t, span_of(host), &site);
		if (n->known[h] && site != site_of_own(h))
			broken("%s is site %u's", host, site);
		n->covers[h] = hub_covers(n->t, h);
	}
}

/* --- where links lead ----------------------------------------------------- */

static bool
meet(const struct graph_rule *a, const struct graph_rule *b)
{
	size_t x = strlen(a->new), y = strlen(b->old);

	return a != b && memcmp(a->new, b->old, x < y ? x : y) == 0;
}

static void
note_chains(struct naive *n)
{
	for (size_t i = 0; i < n->rules; i++)
		for (size_t k = 0; k < n->rules; k++)
			n->chained |= meet(&n->rule[i], &n->rule[k]);
}

static bool
is_of(const struct graph_rule *r, const char *at)
{
	return r->scope == REWRITE_ADDRESS ? strcmp(r->old, at) == 0 :
	    strncmp(r->old, at, strlen(r->old)) == 0;
}

static bool
is_before(const struct graph_rule *a, const struct graph_rule *b)
{
	if (b == NULL)
		return true;
	if (a->scope != b->scope)
		return a->scope < b->scope;
	return strlen(a->old) > strlen(b->old);
}

/* Longest first, and each only by rules of a later time. */
static const struct graph_rule *
rule_of(const struct naive *n, const char *at, int64_t after)
{
	const struct graph_rule *best = NULL;

	for (size_t i = 0; i < n->rules; i++) {
		const struct graph_rule *r = &n->rule[i];

		if (r->effective && r->from > after && is_of(r, at) &&
		    is_before(r, best))
			best = r;
	}
	return best;
}

uint32_t
graph_follow(const struct naive *n, const struct site_link *from,
    struct site_link *to)
{
	char at[2 * SITE_TEXT], next[3 * SITE_TEXT], url[SITE_TEXT];
	const struct graph_rule *r;
	int64_t after = INT64_MIN;
	uint32_t first = 0;

	*to = *from;
	put_bare(at, span_of(site_link_url(url, from)));
	while ((r = rule_of(n, at, after)) != NULL) {
		snprintf(next, sizeof(next), "%s%s", r->new,
		    at + strlen(r->old));
		must(strlen(next) < sizeof(at));
		memcpy(at, next, sizeof(at));
		after = r->from;
		if (first == 0)
			first = r->move;
	}
	if (first == 0)
		return 0;
	snprintf(next, sizeof(next), "https://%s", at);
	if (!site_link_of(to, next, strlen(next)))
		broken("%s is moved to %s", url, next);
	if (to->host == from->host && to->path == from->path)
		return 0;	/* there and back */
	return first;
}

/* Does a move lead here, that took effect just now? */
static bool
is_awaited(const struct naive *n, const struct site_link *at)
{
	const char *bare = strchr(site_link_name(at), ':') + 3;

	for (size_t i = 0; i < n->rules; i++) {
		const struct graph_rule *r = &n->rule[i];

		if (r->settles && r->effective &&
		    (r->scope == REWRITE_ADDRESS ? strcmp(r->new, bare) == 0 :
		    strncmp(r->new, bare, strlen(r->new)) == 0))
			return true;
	}
	return false;
}

static enum graph_fate
fate_of(const struct naive *n, const struct site_link *at)
{
	if (at->host == 0 || !n->known[at->host])
		return GRAPH_OUTSIDE;
	if (n->here[at->host][at->path] > 0)
		return GRAPH_HERE;
	return n->covers[at->host] && !is_awaited(n, at) ? GRAPH_GONE :
	    GRAPH_OPEN;
}

/* When what was there last was withdrawn. It may have been renamed before, or
 * instead; and a person may say it late. */
static int64_t
gone_since(const struct naive *n, const struct site_link *at)
{
	int64_t gone = n->gone[at->host][at->path];
	struct change said;
	struct place p;
	struct item i;

	if (!place_get(n->t, span_of(site_link_name(at)), &p) ||
	    !item_get(n->t, p.item, &i) || !change_glance(&said, i.said))
		return gone;
	if (!i.withdrawn || said.word[WORD_BY].n > 0 ||
	    !place_same(said.url, span_of(site_link_name(at))))
		return 1;
	return gone == 0 || i.updated < gone ? i.updated : gone;
}

/* Of its own site only. */
static bool
may_have_stayed(const struct naive *n, const struct site_link *at,
    const struct graph_target *t, const struct site_link *to)
{
	int64_t gone = gone_since(n, at);

	if (t->move == 0 || gone == 0 || t->fate == GRAPH_HERE ||
	    site_of_own(at->host) != site_of_own(to->host))
		return false;
	for (size_t i = 0; i < n->rules; i++)
		if (n->rule[i].move == t->move)
			return gone < n->rule[i].from;
	return false;
}

/* When something else came to where this was, as it moved; 0: it didn't. */
static int64_t
reused_since(const struct naive *n, const struct site_link *at)
{
	const char *bare = strchr(site_link_name(at), ':') + 3;
	const struct graph_rule *away = rule_of(n, bare, INT64_MIN);
	int64_t since = 0;

	for (size_t i = 0; away != NULL && i < n->rules; i++) {
		const struct graph_rule *r = &n->rule[i];

		if (!r->effective || r->from < away->from || r->from <= since ||
		    (r->scope == REWRITE_ADDRESS ? strcmp(r->new, bare) :
		    strncmp(r->new, bare, strlen(r->new))) != 0)
			continue;
		if (away->scope == REWRITE_ADDRESS ? r->scope ==
		    REWRITE_ADDRESS : strncmp(r->new, away->old,
		    strlen(away->old)) == 0)
			since = r->from;
	}
	return since;
}

/* At neither end anything ever was, of this site, that counts. */
static bool
may_never_have_been(const struct naive *n, const struct site_link *at,
    const struct graph_target *t)
{
	return t->move != 0 && t->fate != GRAPH_HERE &&
	    fate_of(n, at) != GRAPH_HERE && n->covers[at->host];
}

/* It has moved; and another thing came there, and may be gone again. */
static void
judge_reuse(const struct naive *n, const struct site_link *at,
    struct graph_target *t)
{
	enum graph_fate own = fate_of(n, at);
	int64_t since = reused_since(n, at);

	if (t->move == 0 || since == 0)
		return;
	if (own != GRAPH_GONE)
		t->since = since;
	t->stayed |= own != GRAPH_HERE;
}

static void
judge_all(struct naive *n)
{
	for (uint8_t h = 0; h < SITE_HOSTS; h++)
		for (uint16_t p = 0; p < GRAPH_TARGETS; p++) {
			struct graph_target *t = &n->target[h][p];
			struct site_link at = { .host = h, .path = p }, to;

			if (!t->linked)
				continue;
			t->move = graph_follow(n, &at, &to);
			t->to = to;
			t->fate = fate_of(n, &to);
			t->stayed = may_have_stayed(n, &at, t, &to) ||
			    (t->move != 0 && t->fate != GRAPH_HERE &&
			    gone_since(n, &to) != 0);
			t->never = may_never_have_been(n, &at, t);
			t->stayed |= t->never;
			judge_reuse(n, &at, t);
			t->awaited = t->stayed && is_awaited(n, &at);
		}
}

static void
count_links(struct naive *n)
{
	for (size_t i = 0; i < n->pages; i++) {
		const struct site_page *p = site_page(n->page[i].page);

		for (size_t k = 0; k < p->n; k++) {
			struct graph_target *t =
			    &n->target[p->link[k].host][p->link[k].path];
			size_t j = 0;

			t->linked = true;
			while (p->link[j].host != p->link[k].host ||
			    p->link[j].path != p->link[k].path)
				j++;
			(j == k ? t->pages : t->more)[n->page[i].site]++;
		}
	}
}

static void
count_meant(struct naive *n)
{
	for (size_t i = 0; i < n->pages; i++) {
		const struct site_page *p = site_page(n->page[i].page);

		for (size_t k = 0; k < p->n; k++) {
			struct graph_target *t =
			    &n->target[p->link[k].host][p->link[k].path];
			size_t j = 0;

			if (!graph_is_meant(&n->page[i], t))
				continue;
			while (p->link[j].host != p->link[k].host ||
			    p->link[j].path != p->link[k].path)
				j++;
			t->meant[n->page[i].site] += j == k;
		}
	}
}

void
graph_read_rules(struct naive *n, struct db_txn *t)
{
	memset(n, 0, sizeof(*n));
	n->t = t;
	n->next = INT64_MAX;
	move_each(t, 1, add_rule, n);
	note_chains(n);
}

void
graph_read(struct naive *n, struct db_txn *t)
{
	struct meta m;

	graph_read_rules(n, t);
	must(meta_read(t, &m));
	read_hosts(n);
	read_items(n, (uint32_t)m.numbers);
	count_links(n);
	judge_all(n);
	count_meant(n);
}

void
graph_free_all(struct naive *n)
{
	free(n->page);
	free(n->rule);
}

/* --- and how the hub has it ----------------------------------------------- */

static void
expect(bool holds, const char *what, const char *url)
{
	if (!holds)
		broken("links: %s %s", url, what);
}

static bool
is_right(const struct graph_target *n, const struct target *t)
{
	bool outside = n->fate == GRAPH_OUTSIDE && n->move == 0;

	if ((n->stayed && t->state == TARGET_WITHDRAWN) ||
	    (n->never && t->state == TARGET_NEVER))
		return true;
	if ((t->state == TARGET_OUTSIDE) != outside ||
	    (t->state == TARGET_MOVED) != (n->move != 0))
		return false;
	if (n->fate != GRAPH_OPEN && t->broken != (n->fate == GRAPH_GONE))
		return false;
	return n->move != 0 ||
	    (t->state == TARGET_HERE) == (n->fate == GRAPH_HERE);
}

static void
show_rules(const struct naive *n, const char *url)
{
	for (size_t i = 0; i < n->rules; i++) {
		const struct graph_rule *r = &n->rule[i];

		trace("check", "move %u%s: %s is %s from %lld on%s", r->move,
		    is_of(r, strchr(url, ':') + 3) ? ", of this" : "",
		    r->old, r->new, (long long)(r->from - SIM_EPOCH),
		    r->effective ? "" : ", not yet");
	}
}

/* What the hub would say if it looked now: a row may not have been. */
static void
show_look(const struct naive *n, const char *url)
{
	struct rewrite *rules = rewrite_new();
	struct target_verdict v;

	move_rules_effective(n->t, rules);
	target_judge(n->t, rules, span_of(url), INT64_MAX, &v, NULL);
	trace("check", "looked at now it is %s%s, by move %u",
	    target_state_name(v.state), v.broken ? ", broken" : "", v.move);
	rewrite_free(rules);
}

static void
compare_state(const struct naive *all, const struct graph_target *n,
    const struct target *t, const char *url)
{
	static const char *const fate[] = {
		[GRAPH_OUTSIDE] = "outside", [GRAPH_HERE] = "here",
		[GRAPH_GONE] = "gone", [GRAPH_OPEN] = "gone or unknown",
	};

	if (!is_right(n, t) && sim.verbose) {
		show_rules(all, url);
		show_look(all, url);
	}
	if (!is_right(n, t))
		broken("links: %s is %s%s (move %u) and passes for %s%s", url,
		    n->move != 0 ? "moved, and " : "", fate[n->fate], n->move,
		    target_state_name(t->state), t->broken ? ", broken" : "");
}

struct hits {
	const struct naive *n;
	const struct site_link *to;
	const char *url;
	uint32_t pages[HUB_SITES];
};

static const struct graph_page *
page_of(const struct naive *n, uint32_t item)
{
	for (size_t i = 0; i < n->pages; i++)
		if (n->page[i].item == item)
			return &n->page[i];
	return NULL;
}

static bool
on_hit(void *arg, const struct link_hit *h)
{
	struct hits *hits = arg;
	const struct graph_page *p = page_of(hits->n, h->item);
	const struct site_page *at;
	size_t i = 0;

	if (p == NULL || p->site != h->site)
		broken("links: item %u links to %s, and isn't shown",
		    h->item, hits->url);
	at = site_page(p->page);
	while (i < at->n && (at->link[i].host != hits->to->host ||
	    at->link[i].path != hits->to->path || SITE_LINE(i) != h->line))
		i++;
	if (i == at->n)
		broken("links: item %u does not link to %s in line %u",
		    h->item, hits->url, h->line);
	hits->pages[h->site] += (uint32_t)h->more + 1;
	return true;
}

/* A page may have it in more than one run. */
static void
compare_hits(const struct naive *n, const struct site_link *to,
    const char *url)
{
	const struct graph_target *t = &n->target[to->host][to->path];
	struct hits h = { .n = n, .to = to, .url = url };
	int64_t steps = LINKS_STEPS;

	links_to(n->t, REWRITE_ADDRESS, span_of(url), 0, NULL, on_hit, &h,
	    &steps);
	for (uint32_t s = 0; s < HUB_SITES; s++)
		if (h.pages[s] < t->pages[s] ||
		    h.pages[s] > t->pages[s] + t->more[s])
			broken("links: %u pages of site %u link to %s, and %u "
			    "are known", t->pages[s], s, url, h.pages[s]);
}

static void
compare_target(const struct naive *n, const struct site_link *at,
    bool states, bool *is_broken)
{
	const struct graph_target *naive = &n->target[at->host][at->path];
	const char *url = site_link_name(at);
	struct target t;
	struct buf room;

	buf_init(&room, LIMIT_URL);
	expect(target_get(n->t, graph_key(at), &t, &room),
	    "is linked to, and not known", url);
	if (states)
		compare_state(n, naive, &t, url);
	if ((at->path + n->pages) % 16 == 0)
		compare_hits(n, at, url);
	*is_broken = t.broken;
	buf_clear(&room);
}

void
graph_compare(struct naive *n, bool states)
{
	uint64_t linked = 0, bad = 0;
	bool is_broken;

	for (uint8_t h = 0; h < SITE_HOSTS; h++)
		for (uint16_t p = 0; p < GRAPH_TARGETS; p++) {
			struct site_link at = { .host = h, .path = p };

			if (!n->target[h][p].linked)
				continue;	/* the count tells */
			compare_target(n, &at, states, &is_broken);
			linked++;
			bad += is_broken;
		}
	if (db_count(n->t, TABLE_TARGET) != linked)
		broken("links: %llu addresses are linked to, and %llu kept",
		    (unsigned long long)linked, (unsigned long long)
		    db_count(n->t, TABLE_TARGET));
	if (db_count(n->t, TABLE_BROKEN) != bad)
		broken("links: %llu addresses are broken, and %llu listed",
		    (unsigned long long)bad, (unsigned long long)
		    db_count(n->t, TABLE_BROKEN));
}
