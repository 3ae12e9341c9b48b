/*
 * The link graph against a naive model of it: a list of pages with their
 * links, and loops.
 *
 * A seeded game: pages are published with a navigation that all of a site
 * have and links of their own (other schemes, index names, queries), change,
 * move to another address, are withdrawn; sources say what they cover; a
 * domain goes from hand to hand. Every so often both are asked who links
 * where, what has become of it, and what is broken. A view made from nothing
 * must come to the same digest; and when all pages are withdrawn, nothing of
 * the graph may be left.
 *
 * ZQ_SEED chooses the game, ZQ_ROUNDS how long it is.
 */
#include "tests/unit/hub/storekit.h"

#include "contrib/base/text.h"
#include "hub/item.h"
#include "hub/links.h"
#include "hub/table.h"
#include "protocol/statement.h"

#define SITES 3
#define PAGES 24		/* of a site */
#define LINKS 48		/* of a page, at most */
#define NAV 30			/* of which so many are the site's own */
#define POOL 160		/* addresses that are linked to */
#define WANDERING "d.gov.cn"	/* the domain that goes from hand to hand */

struct model_link {
	enum link_kind kind;
	uint32_t line;
	char to[80];
};

struct page {
	uint32_t site, number;		/* 0: it never was */
	bool there, by_person;
	char id[16], url[80];
	struct model_link link[LINKS];
	size_t links;
};

struct spot {				/* a place that items were at */
	char place[80];
	struct page *last;
};

struct model {
	struct page page[SITES + 1][PAGES];
	struct spot spot[4096];
	size_t spots;
	uint32_t numbers;
	bool covers[SITES + 1][2];	/* /a/, /b/ */
	uint32_t wandering;		/* whose it is; 0: nobody's */
	char pool[POOL][80];
	unsigned nav[SITES + 1];	/* which navigation it has now */
};

static uint64_t dice;

static unsigned
roll(unsigned of)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (unsigned)(dice >> 11) % of;
}

/* --- addresses ------------------------------------------------------------ */

static void
some_address(struct model *m, char out[80], bool own, uint32_t site)
{
	static const char *const paths[] = { "a/%u.html", "b/%u.html",
	    "c%u/", "x%u" };
	char path[24];
	unsigned host = roll(own ? 4 : 8);

	(void)snprintf(path, sizeof(path), paths[roll(4)], roll(8));
	if (own && (host > 0 || m->wandering != site))
		snprintf(out, 80, "http://s%u.gov.cn/%s", site, path);
	else if (own || host == 0)
		snprintf(out, 80, "http://" WANDERING "/%s", path);
	else if (host == 1)
		snprintf(out, 80, "http://www.example.com/%s", path);
	else
		snprintf(out, 80, "http://%ss%u.gov.cn/%s",
		    host == 2 ? "www." : "", 1 + roll(SITES), path);
}

/* What the server would answer alike; or, with a query, would not. */
static void
vary(char url[80])
{
	size_t n = strlen(url);

	if (roll(3) == 0 && n < 79) {
		memmove(url + 5, url + 4, n - 3);
		url[4] = 's';
		n++;
	}
	if (url[n - 1] == '/' && roll(3) == 0)
		snprintf(url + n, 80 - n, "index.html");
	else if (url[n - 1] == '/' && roll(3) == 0)
		url[n - 1] = '\0';
	else if (roll(8) == 0)
		snprintf(url + n, 80 - n, "?p=%u", roll(2));
}

static void
place_of(char out[80], const char *url)
{
	const char *bare = strstr(url, "//") + 2;
	char *query, tail[80] = "";
	size_t n;

	snprintf(out, 80, "%s", bare);
	query = strchr(out, '?');
	if (query != NULL) {
		snprintf(tail, sizeof(tail), "%s", query);
		*query = '\0';
	}
	n = strlen(out);
	if (n > 11 && strcmp(out + n - 11, "/index.html") == 0)
		out[n -= 10] = '\0';
	if (out[n - 1] == '/')
		out[--n] = '\0';
	snprintf(out + n, 80 - n, "%s", tail);
}

static bool
is_at(const char *url, const char *place)
{
	char own[80];

	place_of(own, url);
	return strcmp(own, place) == 0;
}

/* --- what should have become of one --------------------------------------- */

static uint32_t
owner_of(const struct model *m, const char *place)
{
	uint32_t site;
	const char *dot = strstr(place, ".gov.cn");

	if (dot == NULL)
		return 0;
	if (strncmp(place, WANDERING "/", 9) == 0 ||
	    strcmp(place, WANDERING) == 0)
		return m->wandering;
	site = (uint32_t)(dot[-1] - '0');
	return site >= 1 && site <= SITES ? site : 0;
}

static bool
is_covered(const struct model *m, const char *place)
{
	uint32_t site = owner_of(m, place);
	const char *path = strchr(place, '/');

	if (site == 0 || path == NULL || strchr(place, '?') != NULL ||
	    strncmp(place, "s", 1) != 0 || strstr(path, ".html") == NULL)
		return false;
	return (strncmp(path, "/a/", 3) == 0 && m->covers[site][0]) ||
	    (strncmp(path, "/b/", 3) == 0 && m->covers[site][1]);
}

static struct spot *
spot_of(struct model *m, const char *url, bool make)
{
	char place[80];

	place_of(place, url);
	for (size_t i = 0; i < m->spots; i++)
		if (strcmp(m->spot[i].place, place) == 0)
			return &m->spot[i];
	if (!make)
		return NULL;
	ck_assert_uint_lt(m->spots, 4096);
	memcpy(m->spot[m->spots].place, place, sizeof(place));
	return &m->spot[m->spots++];
}

static bool
is_here(const struct model *m, const char *place)
{
	for (uint32_t s = 1; s <= SITES; s++)
		for (size_t i = 0; i < PAGES; i++)
			if (m->page[s][i].there &&
			    is_at(m->page[s][i].url, place))
				return true;
	return false;
}

static enum target_state
state_of(struct model *m, const char *url)
{
	const struct spot *spot = spot_of(m, url, false);
	char place[80];
	uint32_t owner;

	place_of(place, url);
	owner = owner_of(m, place);
	if (owner == 0)
		return TARGET_OUTSIDE;
	if (is_here(m, place))
		return TARGET_HERE;
	if (spot != NULL && spot->last->site == owner &&
	    ((!spot->last->there && spot->last->by_person &&
	    is_at(spot->last->url, place)) ||
	    (!m->covers[owner][0] && !m->covers[owner][1]) ||
	    is_covered(m, place)))
		return TARGET_WITHDRAWN;
	return is_covered(m, place) ? TARGET_NEVER : TARGET_UNKNOWN;
}

static bool
is_broken(enum target_state s)
{
	return s == TARGET_WITHDRAWN || s == TARGET_NEVER;
}

/* --- what happens --------------------------------------------------------- */

static void
draw_link(struct model *m, struct model_link *l)
{
	snprintf(l->to, sizeof(l->to), "%s", m->pool[roll(POOL)]);
	if (roll(4) == 0)
		vary(l->to);
	l->kind = (enum link_kind)(1 + roll(6));
}

/* A navigation is the same on all pages of a site, for some time. */
static void
draw_nav(struct model *m, uint32_t site, struct model_link nav[NAV])
{
	uint64_t keep = dice;

	dice = 77777 + site * 131 + m->nav[site] * 17;
	for (size_t i = 0; i < NAV; i++)
		draw_link(m, &nav[i]);
	dice = keep;
}

static void
draw_links(struct model *m, struct page *p)
{
	uint32_t line = roll(30);

	p->links = 0;
	if (roll(5) > 0) {
		draw_nav(m, p->site, p->link);
		p->links = NAV;
	}
	for (unsigned i = roll(LINKS - NAV); i > 0; i--)
		draw_link(m, &p->link[p->links++]);
	for (size_t i = 0; i < p->links; i++) {
		p->link[i].line = line;
		line += i < NAV && roll(40) > 0 ? 1 : roll(3);
	}
}

static void
say_links(struct buf *b, const struct page *p)
{
	for (size_t i = 0; i < p->links; i++) {
		struct link l = { .kind = p->link[i].kind,
		    .line = p->link[i].line, .to = span_of(p->link[i].to) };

		change_link_put(b, &l);
	}
}

/* Of what is at a domain that it had. */
static bool
may_speak(const struct model *m, const struct page *p)
{
	return strstr(p->url, WANDERING) == NULL || m->wandering == p->site;
}

static void
publish(struct kit *k, struct model *m, struct page *p)
{
	struct change c;
	struct spot *s;
	struct buf links;
	char was[80];

	memcpy(was, p->url, sizeof(was));
	if (!p->there || roll(5) == 0)
		some_address(m, p->url, true, p->site);
	else if (!may_speak(m, p))
		return;
	if (!p->there || roll(3) > 0)
		draw_links(m, p);
	c = kit_change(p->there ? CHANGE_UPDATED : CHANGE_CREATED, p->url,
	    "page");
	c.id = span_of(p->id);
	buf_init(&links, LIMIT_CHANGE);
	say_links(&links, p);
	c.links = buf_look(&links);
	kit_say(k, p->site, &c);
	buf_clear(&links);
	if (p->number == 0)
		p->number = ++m->numbers;
	s = spot_of(m, p->url, true);
	if (!p->there || strcmp(was, p->url) != 0)
		s->last = p;
	p->there = true;
	p->by_person = false;
}

static void
withdraw(struct kit *k, const struct model *m, struct page *p)
{
	struct change c = kit_change(CHANGE_DELETED, p->url, "");
	bool by = roll(3) == 0;

	if (!p->there || !may_speak(m, p))
		return;
	c.id = span_of(p->id);
	if (by)
		c.word[WORD_BY] = SPAN("somebody");
	kit_say(k, p->site, &c);
	p->there = false;
	p->by_person = by;
	p->links = 0;
}

static void
cover(struct kit *k, struct model *m, uint32_t site)
{
	unsigned which = roll(2);
	bool whole = roll(2) == 0;
	char url[80];
	struct change c;

	snprintf(url, sizeof(url), "http://s%u.gov.cn/%c/", site,
	    "ab"[which]);
	c = kit_change(CHANGE_COVER, url, "");
	c.word[WORD_SCOPE] = span_of(whole ? STATEMENT_WHOLE :
	    STATEMENT_GONE);
	kit_say(k, site, &c);
	m->covers[site][which] = whole;
}

static void
wander(struct kit *k, struct model *m, uint32_t to)
{
	if (m->wandering != 0)
		kit_act(k, "{\"do\":\"domain-remove\",\"site\":%u,\"domain\":"
		    "\"" WANDERING "\",\"actor\":\"t\",\"reason\":\"\"}",
		    m->wandering);
	m->wandering = to;
	if (m->wandering != 0)
		kit_act(k, "{\"do\":\"domain-add\",\"site\":%u,\"domain\":"
		    "\"" WANDERING "\",\"actor\":\"t\",\"reason\":\"\"}",
		    m->wandering);
}

static void
turn(struct kit *k, struct model *m)
{
	struct page *p = &m->page[1 + roll(SITES)][roll(PAGES)];
	unsigned what = roll(100);

	k->now += roll(90000);
	clock_set(k->now, 0);
	if (what < 70)
		publish(k, m, p);
	else if (what < 94)
		withdraw(k, m, p);
	else if (what < 96)
		cover(k, m, p->site);
	else if (what < 98)
		wander(k, m, roll(SITES + 1));
	else
		m->nav[p->site] = roll(3);
}

/* All that waits for being looked at again, a few at a time. */
static void
settle(struct kit *k)
{
	bool left = true;

	kit_show(k, 1 + roll(60));
	while (left) {
		struct db_txn *t = view_read(k->view);

		left = links_look_left(t);
		db_abort(t);
		if (left)
			kit_act(k, "{\"do\":\"look\",\"most\":%u,\"actor\":"
			    "\"hub\",\"reason\":\"\"}", 1 + roll(50));
		kit_show(k, 100);
	}
}

/* --- what is asked -------------------------------------------------------- */

struct from {
	const struct page *page;
	size_t n;
};

static bool
is_from(void *arg, const struct link_hit *h)
{
	struct from *f = arg;
	const struct model_link *l = &f->page->link[f->n++];

	ck_assert_msg(f->n <= f->page->links, "item %u links to %.*s, too",
	    h->item, SPAN_ARGS(h->to));
	ck_assert_msg(span_is(h->to, span_of(l->to)) && h->kind == l->kind &&
	    h->line == l->line && h->site == f->page->site,
	    "link %zu of %s: %.*s kind %d line %u, not %s kind %d line %u",
	    f->n, f->page->url, SPAN_ARGS(h->to), h->kind, h->line, l->to,
	    l->kind, l->line);
	ck_assert_ptr_nonnull(h->target);
	return true;
}

static void
compare_pages(struct db_txn *t, const struct model *m)
{
	for (uint32_t s = 1; s <= SITES; s++)
		for (size_t i = 0; i < PAGES; i++) {
			struct from f = { .page = &m->page[s][i] };
			int64_t steps = LINKS_STEPS;

			if (f.page->number == 0)
				continue;
			ck_assert(links_from(t, f.page->number, is_from, &f,
			    &steps));
			ck_assert_uint_eq(f.n, f.page->links);
		}
}

struct to {
	const struct model *m;
	const char *place;
	uint32_t site;
	uint64_t weight;
};

static bool
is_to(void *arg, const struct link_hit *h)
{
	struct to *to = arg;
	bool found = false;

	ck_assert(to->site == 0 || h->site == to->site);
	for (size_t i = 0; i < PAGES && !found; i++) {
		const struct page *p = &to->m->page[h->site][i];

		for (size_t n = 0; p->number == h->item && n < p->links; n++)
			found = found || (span_is(h->to,
			    span_of(p->link[n].to)) &&
			    is_at(p->link[n].to, to->place) &&
			    p->link[n].kind == h->kind &&
			    p->link[n].line == h->line);
	}
	ck_assert_msg(found, "%s: no such link on item %u", to->place,
	    h->item);
	to->weight += 1 + h->more;
	return true;
}

struct naive {
	uint64_t links, pages, sites;
};

static bool
begins(const char *place, const char *head)
{
	return strncmp(place, head, strlen(head)) == 0;
}

/* head: a place, or with `below`, what it is or is below. */
static struct naive
count(const struct model *m, uint32_t site, bool (*is)(const char *place,
    const char *head), const char *head)
{
	struct naive n = { .links = 0 };

	for (uint32_t s = 1; s <= SITES; s++) {
		uint64_t before = n.pages;

		for (size_t i = 0; i < PAGES; i++) {
			const struct page *p = &m->page[s][i];
			bool any = false;
			char place[80];

			if (site != 0 && s != site)
				continue;
			for (size_t l = 0; l < p->links; l++) {
				place_of(place, p->link[l].to);
				n.links += is(place, head);
				any = any || is(place, head);
			}
			n.pages += any;
		}
		n.sites += n.pages > before;
	}
	return n;
}

static bool
is_place(const char *place, const char *head)
{
	return strcmp(place, head) == 0;
}

static bool
is_below(const char *place, const char *head)	/* head ends in a slash */
{
	size_t n = strlen(head);

	return begins(place, head) || (strlen(place) == n - 1 &&
	    strncmp(place, head, n - 1) == 0);
}

static bool
is_within(const char *place, const char *head)	/* a host */
{
	size_t host = strcspn(place, "/?"), n = strlen(head);

	return host >= n && strncmp(place + host - n, head, n) == 0 &&
	    (host == n || place[host - n - 1] == '.');
}

static void
compare_target(struct db_txn *t, struct model *m, const char *url)
{
	enum target_state want = state_of(m, url);
	struct to to = { .m = m, .site = roll(SITES + 1) };
	struct target_key k;
	struct target target;
	struct naive all;
	struct buf room;
	char place[80];
	int64_t steps = LINKS_STEPS;

	place_of(place, url);
	to.place = place;
	all = count(m, 0, is_place, place);
	buf_init(&room, LIMIT_URL + 16);
	ck_assert(target_key(&k, span_of(url)));
	ck_assert(target_get(t, &k, &target, &room) == (all.links > 0));
	if (all.links > 0)
		ck_assert_msg(target.state == want &&
		    target.broken == is_broken(want), "%s is %s, not %s",
		    url, target_state_name(target.state),
		    target_state_name(want));
	all = count(m, to.site, is_place, place);
	ck_assert(links_to(t, REWRITE_ADDRESS, span_of(url), to.site, NULL,
	    is_to, &to, &steps));
	ck_assert_msg(to.weight == all.links, "%s from %u: %llu links, not "
	    "%llu", url, to.site, (unsigned long long)to.weight,
	    (unsigned long long)all.links);
	buf_clear(&room);
}

static void
compare_scope(struct db_txn *t, const struct model *m)
{
	bool domain = roll(2) == 0;
	uint32_t site = roll(SITES + 1);
	char head[80], url[100];
	int64_t steps = LINKS_STEPS;
	struct link_count n;
	struct naive want;

	snprintf(head, sizeof(head), "s%u.gov.cn", 1 + roll(SITES));
	if (!domain)
		snprintf(head + strlen(head), 20, "/%s",
		    roll(2) == 0 ? "a/" : roll(2) == 0 ? "c1/" : "");
	snprintf(url, sizeof(url), "http://%s%s", head, domain ? "/" : "");
	want = count(m, site, domain ? is_within : is_below, head);
	links_count(t, domain ? REWRITE_DOMAIN : REWRITE_PREFIX,
	    span_of(url), site, &n, &steps);
	ck_assert(n.exact);
	ck_assert_msg(n.pages == want.pages && n.sites == want.sites,
	    "%s from %u: %llu pages of %llu sites, not %llu of %llu", url,
	    site, (unsigned long long)n.pages, (unsigned long long)n.sites,
	    (unsigned long long)want.pages, (unsigned long long)want.sites);
}

struct broken {
	struct model *m;
	uint32_t site;
	size_t n;
};

static bool
note_broken(void *arg, const struct target_key *k, const struct target *t)
{
	struct broken *b = arg;
	char url[80], place[80];

	(void)k;
	snprintf(url, sizeof(url), "%.*s", SPAN_ARGS(t->url));
	place_of(place, url);
	ck_assert(is_broken(state_of(b->m, url)));
	ck_assert_uint_gt(count(b->m, b->site, is_place, place).links, 0);
	b->n++;
	return true;
}

static size_t
count_broken(struct model *m, uint32_t site)
{
	static char seen[SITES * PAGES * LINKS][80];
	size_t n = 0, all = 0;
	char place[80];

	for (uint32_t s = 1; s <= SITES; s++)
		for (size_t i = 0; i < PAGES; i++)
			for (size_t l = 0; l < m->page[s][i].links; l++) {
				const char *to = m->page[s][i].link[l].to;
				size_t k = 0;

				if (site != 0 && s != site)
					continue;
				place_of(place, to);
				while (k < all && strcmp(seen[k], place) != 0)
					k++;
				if (k < all)
					continue;
				memcpy(seen[all++], place, sizeof(place));
				n += is_broken(state_of(m, to));
			}
	return n;
}

static void
compare_broken(struct db_txn *t, struct model *m, uint32_t site)
{
	struct broken b = { .m = m, .site = site };
	int64_t steps = LINKS_STEPS;

	ck_assert(links_broken(t, site, NULL, note_broken, &b, &steps));
	ck_assert_uint_eq(b.n, count_broken(m, site));
}

static void
compare_all(struct kit *k, struct model *m)
{
	struct db_txn *t = view_read(k->view);

	compare_pages(t, m);
	for (size_t i = 0; i < POOL; i++)
		compare_target(t, m, m->pool[i]);
	for (size_t i = 0; i < 20; i++) {
		char url[80];

		snprintf(url, sizeof(url), "%s", m->pool[roll(POOL)]);
		vary(url);
		compare_target(t, m, url);
		compare_scope(t, m);
	}
	for (uint32_t s = 0; s <= SITES; s++)
		compare_broken(t, m, s);
	db_abort(t);
}

/* --- a game --------------------------------------------------------------- */

/* The same journal, a view from nothing, in one group. */
static void
replay(struct kit *k)
{
	uint8_t digest[32], again[32];

	view_digest(k->view, digest);
	view_close(k->view);
	kit_wipe(k->view_dir);
	kit_open_view(k);
	kit_show(k, 1000000);
	view_digest(k->view, again);
	ck_assert_mem_eq(digest, again, 32);
}

static void
end_all(struct kit *k, struct model *m)
{
	static const enum table graph[] = { TABLE_OUT, TABLE_RUN,
	    TABLE_RUN_KEY, TABLE_TARGET, TABLE_LINK, TABLE_BROKEN,
	    TABLE_BETWEEN };
	struct db_txn *t;

	for (uint32_t s = 1; s <= SITES; s++) {
		wander(k, m, s);
		for (size_t i = 0; i < PAGES; i++)
			withdraw(k, m, &m->page[s][i]);
	}
	settle(k);
	t = view_read(k->view);
	for (size_t i = 0; i < sizeof(graph) / sizeof(graph[0]); i++)
		ck_assert_msg(db_count(t, graph[i]) == 0, "%llu rows in %s",
		    (unsigned long long)db_count(t, graph[i]),
		    table_list[graph[i]].name);
	db_abort(t);
}

static struct model *
new_model(struct kit *k)
{
	struct model *m = calloc(1, sizeof(*m));

	for (uint32_t s = 1; s <= SITES; s++) {
		kit_site(k, s);
		for (unsigned i = 0; i < PAGES; i++) {
			m->page[s][i].site = s;
			snprintf(m->page[s][i].id, 16, "%u", i);
		}
	}
	for (size_t i = 0; i < POOL; i++)
		some_address(m, m->pool[i], false, 0);
	return m;
}

static uint64_t
setting(const char *name, uint64_t usual)
{
	const char *text = getenv(name);
	uint64_t n;

	return text != NULL && text_number(span_of(text), 1, UINT64_MAX, &n) ?
	    n : usual;
}

START_TEST(game)
{
	uint64_t seed = setting("ZQ_SEED", 20261122);
	unsigned rounds = (unsigned)setting("ZQ_ROUNDS", 48);
	struct model *m;
	struct kit k;

	printf("ZQ_SEED=%llu ZQ_ROUNDS=%u\n", (unsigned long long)seed,
	    rounds);
	dice = seed;
	kit_open(&k, &journal_mem);
	m = new_model(&k);
	for (unsigned r = 0; r < rounds; r++) {
		for (unsigned i = 1 + roll(60); i > 0; i--)
			turn(&k, m);
		settle(&k);
		if (r % 4 == 3)
			compare_all(&k, m);
	}
	compare_all(&k, m);
	replay(&k);
	compare_all(&k, m);
	end_all(&k, m);
	replay(&k);
	kit_close(&k);
	free(m);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("links");
	TCase *c = tcase_create("model");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 600);
	tcase_add_test(c, game);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
