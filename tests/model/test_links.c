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
#include "tests/model/links_game.h"

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

static bool
is_target(const char *url, const char *key)
{
	char own[80];

	key_of(own, url);
	return strcmp(own, key) == 0;
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
			    is_target(p->link[n].to, to->place) &&
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
				key_of(place, p->link[l].to);
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

	return begins(place, head) || (strncmp(place, head, n - 1) == 0 &&
	    strchr(">?", place[n - 1]) != NULL);
}

static bool
is_within(const char *place, const char *head)	/* a host */
{
	size_t host = strcspn(place, "/?>"), n = strlen(head);

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

	key_of(place, url);
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
	key_of(place, url);
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
				key_of(place, to);
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
			snprintf(m->page[s][i].id, 24, i % 3 == 0 ? "%u" :
			    i % 3 == 1 ? "w:%u/index.html" :
			    "w:%u/index.htm", i);
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
