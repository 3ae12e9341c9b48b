/*
 * The game of the link graph: what is there, what should have become of an
 * address, and what happens next. All of it is loops over lists; see
 * test_links.c.
 */
#ifndef ZQ_TESTS_LINKS_GAME_H
#define ZQ_TESTS_LINKS_GAME_H

#include "tests/unit/hub/storekit.h"

#include <strings.h>

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
	char id[24], url[80];
	struct model_link link[LINKS];
	size_t links;
};

struct spot {				/* a place, or page of one, that items
					 * were at */
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
	    "c%u/", "x%u", "a/d%u/", "a/d%u/", "a/d%u/index.html" };
	char path[24];
	unsigned host = roll(own ? 4 : 8);

	(void)snprintf(path, sizeof(path), paths[roll(7)], roll(8));
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
		snprintf(url + n, 80 - n, roll(2) == 0 ? "Index.html" :
		    "index.htm");
	else if (url[n - 1] == '/' && roll(3) == 0)
		url[n - 1] = '\0';
	else if (roll(8) == 0)
		snprintf(url + n, 80 - n, "?p=%u", roll(2));
}

/* The name of an index page, or "". */
static const char *
page_of(const char *url)
{
	static const char *const names[] = { "index.html", "Index.html",
	    "index.htm" };
	const char *query = strchr(url, '?');
	size_t n = query != NULL ? (size_t)(query - url) : strlen(url);

	for (size_t i = 0; i < 3; i++)
		if (n > strlen(names[i]) && strncmp(url + n -
		    strlen(names[i]), names[i], strlen(names[i])) == 0)
			return names[i];
	return "";
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
	n = strlen(out) - strlen(page_of(url));
	if (out[n - 1] == '/')
		out[--n] = '\0';
	snprintf(out + n, 80 - n, "%s", tail);
}

/* Its place and the index page, if it names one. */
static void
key_of(char out[80], const char *url)
{
	size_t n;

	place_of(out, url);
	n = strlen(out);
	if (page_of(url)[0] != '\0')
		snprintf(out + n, 80 - n, ">%s", page_of(url));
}

static bool
is_at(const char *url, const char *place)
{
	char own[80];

	place_of(own, url);
	return strcmp(own, place) == 0;
}

/* What an item says that it is, by its address or its id. */
static const char *
page_of_item(const struct page *p)
{
	return page_of(page_of(p->url)[0] != '\0' ? p->url : p->id);
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
is_covered(const struct model *m, const char *url)
{
	const char *place = strstr(url, "//") + 2;
	uint32_t site = owner_of(m, place);
	const char *path = strchr(place, '/');

	if (site == 0 || path == NULL || strchr(place, '?') != NULL ||
	    strncmp(place, "s", 1) != 0 || strstr(path, ".htm") == NULL)
		return false;
	return (strncmp(path, "/a/", 3) == 0 && m->covers[site][0]) ||
	    (strncmp(path, "/b/", 3) == 0 && m->covers[site][1]);
}

static struct spot *
spot_named(struct model *m, const char *place, bool make)
{
	for (size_t i = 0; i < m->spots; i++)
		if (strcmp(m->spot[i].place, place) == 0)
			return &m->spot[i];
	if (!make)
		return NULL;
	ck_assert_uint_lt(m->spots, 4096);
	snprintf(m->spot[m->spots].place, 80, "%s", place);
	return &m->spot[m->spots++];
}

/* Of the place, or of the page there that is called so. */
static struct spot *
spot_of(struct model *m, const char *url, const char *page, bool make)
{
	char place[80];
	size_t n;

	place_of(place, url);
	n = strlen(place);
	if (page[0] != '\0')
		snprintf(place + n, 80 - n, ">%s", page);
	return spot_named(m, place, make);
}

/* Items that are there; vague: that don't say which page they are; page: that
 * say that they are this one; and all of them. */
struct here {
	size_t all, vague, page;
};

static struct here
count_here(const struct model *m, const char *place, const char *page)
{
	struct here n = { .all = 0 };

	for (uint32_t s = 1; s <= SITES; s++)
		for (size_t i = 0; i < PAGES; i++) {
			const struct page *p = &m->page[s][i];

			if (!p->there || !is_at(p->url, place))
				continue;
			n.all++;
			n.vague += page_of_item(p)[0] == '\0';
			n.page += strcmp(page_of_item(p), page) == 0;
		}
	return n;
}

static bool
was(const struct model *m, const char *url, const struct spot *spot)
{
	char place[80];
	uint32_t owner;

	place_of(place, url);
	owner = owner_of(m, place);
	return spot != NULL && spot->last->site == owner &&
	    ((!spot->last->there && spot->last->by_person &&
	    is_at(spot->last->url, place)) ||
	    (!m->covers[owner][0] && !m->covers[owner][1]) ||
	    is_covered(m, url));
}

static enum target_state
state_of(struct model *m, const char *url)
{
	const char *page = page_of(url);
	struct here here;
	char place[80];

	place_of(place, url);
	if (owner_of(m, place) == 0)
		return TARGET_OUTSIDE;
	here = count_here(m, place, page);
	if (here.all > 0 && (page[0] == '\0' || here.vague > 0 ||
	    here.page > 0 || !is_covered(m, url)))
		return TARGET_HERE;
	if (was(m, url, spot_of(m, url, here.all > 0 ? page : "", false)))
		return TARGET_WITHDRAWN;
	return is_covered(m, url) ? TARGET_NEVER : TARGET_UNKNOWN;
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
	if (!p->there || strcmp(was, p->url) != 0) {
		spot_of(m, p->url, "", true)->last = p;
		spot_of(m, p->url, page_of_item(p), true)->last = p;
	}
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

#endif
