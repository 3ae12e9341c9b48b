/*
 * Who links to what was moved or is gone gets letters: all of them, once, in
 * as many letters as it takes; and what is mended is done with.
 */
#include "hub/telling.h"

#include "hub/links.h"
#include "hub/referral.h"
#include "hub/tell_owed.h"
#include "protocol/mending.h"
#include "tests/unit/hub/movekit.h"

/* --- pages, and what the clerk does ---------------------------------------------- */

/* A page with these links, on lines 10, 20, … */
static void
page(uint32_t site, const char *url, const char *const *links, size_t n)
{
	struct change c = kit_change(CHANGE_UPDATED, url, "a page");
	struct buf rows;

	buf_init(&rows, LIMIT_CHANGE);
	for (size_t i = 0; i < n; i++)
		change_link_put(&rows, &(struct link){ .kind = LINK_ANCHOR,
		    .line = (uint32_t)(10 * i + 10), .to = span_of(links[i]) });
	c.links = buf_look(&rows);
	kit_say(&k, site, &c);
	buf_clear(&rows);
}

#define PAGE(site, url, ...) do {					\
	const char *const links_[] = { __VA_ARGS__ };			\
	page(site, url, links_, sizeof(links_) / sizeof(links_[0]));	\
} while (0)

static void
gone(uint32_t site, const char *url, const char *successor)
{
	struct change c = kit_change(CHANGE_DELETED, url, "");

	c.word[WORD_SUCCESSOR] = span_of(successor);
	kit_say(&k, site, &c);
}

/* Acts until there is nothing due; how many. */
static unsigned
work(unsigned most)
{
	bool look, tell;
	unsigned acts = 0;

	do {
		struct db_txn *t;

		kit_show(&k, 100);
		t = view_read(k.view);
		look = links_look_left(t);
		tell = telling_is_due(t, k.now);
		db_abort(t);
		if (look)
			kit_act(&k, "{\"do\":\"look\",\"most\":50}");
		if (tell)
			kit_act(&k, "{\"do\":\"tell\",\"most\":%u}", most);
		ck_assert_uint_lt(++acts, 5000);
	} while (look || tell);
	return acts;
}

/* News ripen first. */
static void
settle(void)
{
	work(1000);
	later(TELL_OWED_PAUSE);
	work(1000);
}

/* --- what was told ------------------------------------------------------------------ */

static struct buf text;
static unsigned letters, named;	/* in the last told() */
static size_t longest;

static void
on_link(void *arg, const struct mending_link *l)
{
	(void)arg;
	buf_printf(&text, "%s %.*s -> %.*s%s", mending_state_name(l->state),
	    SPAN_ARGS(l->old), SPAN_ARGS(l->new), l->pages > 0 ? "" : "\n");
	if (l->pages > 0)
		buf_printf(&text, " (%u)\n", (unsigned)l->pages);
}

static void
on_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	(void)arg, (void)l;
	named += 1 + (unsigned)p->more;
	buf_printf(&text, "  %.*s:%u", SPAN_ARGS(p->url), (unsigned)p->line);
	if (p->more > 0)
		buf_printf(&text, " and %u more", (unsigned)p->more);
	buf_byte(&text, '\n');
}

static void
on_letter(void *arg, const struct letter *l)
{
	static const struct mending_reader to = { .link = on_link,
		.page = on_page };
	const char *why = "";

	(void)arg;
	if (!span_is(l->kind, SPAN(LETTER_LINKS)) &&
	    !span_is(l->kind, SPAN(LETTER_REFERRED)) &&
	    !span_is(l->kind, SPAN(LETTER_OFF)))
		return;
	if (span_is(l->kind, SPAN(LETTER_OFF)))
		buf_printf(&text, "%.*s\n", SPAN_ARGS(l->text));
	letters++;
	if (l->body.n > longest)
		longest = l->body.n;
	ck_assert_uint_gt(l->text.n, 10);
	buf_printf(&text, "%.*s:\n", SPAN_ARGS(l->kind));
	ck_assert_msg(mending_read(l->body, &to, NULL, &why), "%s", why);
}

/* All letters to a site after number `after`. */
static const char *
told(uint32_t site, uint64_t after)
{
	kit_show(&k, 100);
	buf_reset(&text);
	letters = named = 0;
	view_letters(k.view, site, after, 5000, on_letter, NULL);
	return buf_cstr(&text);
}

struct seen {
	struct referral r;
	char reason[100], target[100];
};

static bool
note(void *arg, const struct referral *r)
{
	struct seen *s = arg;

	s->r = *r;
	snprintf(s->reason, sizeof(s->reason), "%.*s", SPAN_ARGS(r->reason));
	snprintf(s->target, sizeof(s->target), "%.*s", SPAN_ARGS(r->target));
	return false;
}

/* Of a move and a site; or (move 0) the first of a site. */
static struct seen
referral(uint32_t move, uint32_t site)
{
	struct seen s = { .r.state = 0 };
	struct db_txn *t;

	kit_show(&k, 100);
	t = view_read(k.view);
	referral_each(t, move, site, note, &s);
	db_abort(t);
	return s;
}

static const char *
stands(uint32_t move, uint32_t site)
{
	struct seen s = referral(move, site);

	return s.r.site == site ? referral_state_name(s.r.state) : "";
}

/* --- moves ----------------------------------------------------------------------------- */

static void
three_pages(void)
{
	PAGE(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/x");
	PAGE(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/p1.html", "http://s1.gov.cn/old/a.html",
	    "https://s1.gov.cn/old/b.html", "https://s3.gov.cn/");
	PAGE(2, "https://s2.gov.cn/p2.html", "http://s1.gov.cn/old/a.html");
	PAGE(3, "https://s3.gov.cn/q.html", "https://s1.gov.cn/older/");
}

START_TEST(a_move_is_told)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "announced http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/new/a.html\n"
	    "  https://s2.gov.cn/p2.html:10\n"
	    "  https://s2.gov.cn/p1.html:10\n"
	    "announced https://s1.gov.cn/old/b.html -> "
	    "https://s1.gov.cn/new/b.html\n"
	    "  https://s2.gov.cn/p1.html:20\n");
	ck_assert_str_eq(told(3, 0), "");
	ck_assert_str_eq(told(1, 0), "referred:\nannounced "
	    "https://s1.gov.cn/old/ -> https://s1.gov.cn/new/ (2)\n");
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_uint_eq(referral(1, 2).r.pages, 2);
	work(1000);
	ck_assert_uint_eq((told(2, 0), letters), 1);	/* once */
	same_again();
}
END_TEST

/* When it takes effect, those that still link there are told again; those
 * that don't are done. */
START_TEST(taking_effect)
{
	three_pages();
	PAGE(3, "https://s3.gov.cn/q.html", "https://s1.gov.cn/old/a.html");
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	PAGE(3, "https://s3.gov.cn/q.html", "https://s1.gov.cn/new/a.html");
	later(DAY);
	tick();
	work(1000);
	ck_assert_has(told(2, 1), "links:\neffective http://s1.gov.cn/old/"
	    "a.html -> https://s1.gov.cn/new/a.html\n  https://s2.gov.cn/p2");
	ck_assert_str_eq(told(3, 1), "links:\nfixed https://s1.gov.cn/old/ "
	    "-> https://s1.gov.cn/new/\n");
	ck_assert_str_eq(stands(1, 3), "fixed");
	ck_assert_str_eq(stands(1, 2), "told");
	settle();		/* each of its targets has turned: no news */
	ck_assert_uint_eq((told(2, 0), letters), 2);
	/* Mended at last: the pages say so. */
	PAGE(2, "https://s2.gov.cn/p1.html", "https://s1.gov.cn/new/a.html");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	PAGE(2, "https://s2.gov.cn/p2.html", "https://s1.gov.cn/new/a.html");
	settle();
	ck_assert_str_eq(stands(1, 2), "fixed");
	ck_assert_has(told(2, 2), "fixed https://s1.gov.cn/old/ -> "
	    "https://s1.gov.cn/new/\n");
	/* And a new page with the old link begins anew. */
	PAGE(2, "https://s2.gov.cn/p3.html", "https://s1.gov.cn/old/b.html");
	settle();
	ck_assert_str_eq(stands(1, 2), "told");
	ck_assert_has(told(2, 0), "effective https://s1.gov.cn/old/b.html -> "
	    "https://s1.gov.cn/new/b.html\n  https://s2.gov.cn/p3.html:10\n");
	same_again();
}
END_TEST

START_TEST(called_off)
{
	struct change c = kit_change(CHANGE_MOVE, "https://s1.gov.cn/old/",
	    "");

	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	kit_say(&k, 1, &c);
	work(1000);
	ck_assert_str_eq(told(2, 1), "links:\noff https://s1.gov.cn/old/ -> "
	    "https://s1.gov.cn/new/\n");
	ck_assert_str_eq(stands(1, 2), "off");
	/* One that nobody had been told of yet is told to nobody. */
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	kit_say(&k, 1, &c);
	work(1000);
	ck_assert_uint_eq((told(2, 2), letters), 0);
	same_again();
}
END_TEST

/* Whoever announced it isn't there when an operator decides otherwise. */
START_TEST(called_off_by_the_operator)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	kit_act(&k, "{\"do\":\"move-withdraw\",\"move\":1,"
	    "\"actor\":\"li\",\"reason\":\"not yet\"}");
	work(1000);
	ck_assert_has(told(1, 0), "move 1 is withdrawn by li: "
	    "https://s1.gov.cn/old/ does not move to "
	    "https://s1.gov.cn/new/: not yet\n"
	    "off:\noff https://s1.gov.cn/old/ -> https://s1.gov.cn/new/\n");
	ck_assert_has(told(2, 1), "links:\noff https://s1.gov.cn/old/");
	ck_assert_ptr_null(strstr(told(2, 1), "not yet"));
	same_again();
}
END_TEST

/* Whoever loses hears of it, unless it was their own word. */
START_TEST(decided_for_another)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + DAY, 0);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"prefix\",\"old\":\"https://s1.gov.cn/old/\",\"new\":"
	    "\"https://s1.gov.cn/new/\",\"actor\":\"li\"}");
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/other/", "prefix",
	    0, 0);
	ck_assert_str_eq(state(3), "contested");
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":3,"
	    "\"actor\":\"li\"}");
	ck_assert_str_eq(state(2), "withdrawn");
	say(1, "https://s1.gov.cn/old/", "", "prefix", 0, 0);
	ck_assert_str_eq(state(3), "withdrawn");
	ck_assert_str_eq(told(1, 0), "");
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"prefix\",\"old\":\"https://s1.gov.cn/a/\",\"new\":"
	    "\"https://s1.gov.cn/c/\",\"actor\":\"li\"}");
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_str_eq(told(1, 0), "move 1 is withdrawn by li: "
	    "https://s1.gov.cn/a/ does not move to https://s1.gov.cn/b/: "
	    "announced otherwise: move 4\n"
	    "off:\noff https://s1.gov.cn/a/ -> https://s1.gov.cn/b/\n");
}
END_TEST

/* Another rule moves a part of it: each is told what is true of it. */
START_TEST(longest_wins)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/c.html",
	    "address", k.now + HOUR, 0);
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	ck_assert_has(told(2, 0), "b.html -> https://s1.gov.cn/c.html\n  "
	    "https://s2.gov.cn/p1.html:20\n");
	ck_assert_has(told(2, 0), "a.html -> https://s1.gov.cn/new/a.html\n");
	ck_assert_ptr_null(strstr(told(2, 0), "new/b.html"));
	ck_assert_uint_eq(named, 3);	/* and by one letter only */
	same_again();
}
END_TEST

/* Whatever the purse, and however often the hub is stopped between two acts:
 * the same pages are named, each once. */
START_TEST(in_small_steps)
{
	char url[80], to[80];

	for (int i = 0; i < 60; i++) {
		snprintf(url, sizeof(url), "https://s2.gov.cn/p%d.html", i);
		snprintf(to, sizeof(to), "https://s1.gov.cn/old/%d.html",
		    i % 9);
		PAGE(2, url, to, "https://s1.gov.cn/old/");
		snprintf(url, sizeof(url), "https://s3.gov.cn/p%d.html", i);
		PAGE(3, url, "https://s1.gov.cn/old/index.html");
	}
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(7);
	told(2, 0);
	ck_assert_uint_eq(named, 120);
	ck_assert_uint_gt(letters, 5);
	told(3, 0);
	ck_assert_uint_eq(named, 60);
	ck_assert_uint_eq(referral(1, 2).r.pages, 120);
	ck_assert_str_eq(told(1, 0), "referred:\nannounced "
	    "https://s1.gov.cn/old/ -> https://s1.gov.cn/new/ (180)\n");
	same_again();
}
END_TEST

/* As many letters as it takes, none of them too long. */
START_TEST(many_pages)
{
	char url[400], to[400], pad[301];

	memset(pad, 'x', 300);
	pad[300] = '\0';
	for (int i = 0; i < 400; i++) {
		snprintf(url, sizeof(url), "https://s2.gov.cn/%s%d?a&b", pad,
		    i);
		snprintf(to, sizeof(to), "https://s1.gov.cn/old/%s%d?a&b",
		    pad, i);
		PAGE(2, url, to);
	}
	say(1, "https://s1.gov.cn/", "https://s3.gov.cn/", "domain",
	    k.now + DAY, 0);
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":1,\"actor\":\"wang\","
	    "\"reason\":\"\"}");
	longest = 0;
	work(1000);
	told(2, 0);
	ck_assert_uint_eq(named, 400);
	ck_assert_uint_gt(letters, 8);
	ck_assert_uint_lt(letters, 20);
	ck_assert_uint_le(longest, LIMIT_LETTER);
	ck_assert_uint_gt(longest, 40000);
	same_again();
}
END_TEST

/* A navigation that is on many pages is named once. */
START_TEST(templates)
{
	char url[80];

	for (int i = 0; i < 40; i++) {
		snprintf(url, sizeof(url), "https://s2.gov.cn/p%d.html", i);
		PAGE(2, url, "https://s1.gov.cn/old/a.html",
		    "https://s2.gov.cn/n1", "https://s2.gov.cn/n2");
	}
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	ck_assert_has(told(2, 0), " and 39 more\n");
	ck_assert_uint_eq(named, 40);
	same_again();
}
END_TEST

/* --- what is gone --------------------------------------------------------------------- */

START_TEST(gone_with_referrers)
{
	three_pages();
	settle();
	ck_assert_uint_eq((told(2, 0), letters), 0);
	gone(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/b.html");
	PAGE(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/x");
	settle();
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "withdrawn http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/b.html\n"
	    "  https://s2.gov.cn/p2.html:10\n"
	    "  https://s2.gov.cn/p1.html:10\n");
	ck_assert_str_eq(told(1, 0), "referred:\n"
	    "withdrawn http://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/b.html (2)\n");
	ck_assert_str_eq(stands(0, 2), "told");
	/* It is back. */
	PAGE(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/x");
	settle();
	ck_assert_str_eq(stands(0, 2), "fixed");
	ck_assert_str_eq(told(2, 1), "links:\n"
	    "fixed http://s1.gov.cn/old/a.html -> \n");
	same_again();
}
END_TEST

/* A column leads to where nothing is yet; one page of it goes elsewhere, so
 * nothing is awaited at its place there: who links to that is told so, and
 * told when it is there after all. */
START_TEST(no_longer_awaited)
{
	PAGE(1, "https://s1.gov.cn/new/a.html", "https://s1.gov.cn/x");
	PAGE(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/p.html", "https://s1.gov.cn/new/a.html");
	gone(1, "https://s1.gov.cn/new/a.html", "");
	settle();
	ck_assert_str_eq(stands(0, 2), "told");
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now, 0);
	work(1000);		/* it is awaited: well again, to be told */
	later(1000);
	say(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/b.html",
	    "address", k.now, 0);
	settle();
	PAGE(1, "https://s1.gov.cn/new/a.html", "https://s1.gov.cn/x");
	settle();
	settle();
	ck_assert_str_eq(stands(0, 2), "fixed");
	same_again();
}
END_TEST

/* Whose page is long gone learns that somebody links to it anew, once in a
 * while; and not that a link has gone. */
START_TEST(linked_to_anew)
{
	PAGE(1, "https://s1.gov.cn/x.html", "https://s1.gov.cn/");
	PAGE(2, "https://s2.gov.cn/p.html", "https://s1.gov.cn/x.html");
	gone(1, "https://s1.gov.cn/x.html", "");
	settle();
	told(1, 0);
	ck_assert_uint_eq(letters, 1);
	PAGE(3, "https://s3.gov.cn/p.html", "https://s1.gov.cn/x.html");
	settle();
	told(1, 0);
	ck_assert_uint_eq(letters, 1);
	later(TELL_OWED_AGAIN);
	PAGE(2, "https://s2.gov.cn/p.html", "https://s1.gov.cn/");
	settle();
	told(1, 0);
	ck_assert_uint_eq(letters, 1);
	PAGE(3, "https://s3.gov.cn/q.html", "https://s1.gov.cn/x.html",
	    "https://s2.gov.cn/");
	settle();
	ck_assert_str_eq(told(1, 1), "referred:\n"
	    "withdrawn https://s1.gov.cn/x.html ->  (2)\n");
	PAGE(3, "https://s3.gov.cn/r.html", "https://s1.gov.cn/x.html",
	    "https://s1.gov.cn/");
	settle();
	told(1, 0);
	ck_assert_uint_eq(letters, 2);
	same_again();
}
END_TEST

/* Nobody is sent to and fro: what came after it is gone, too, or is back. */
START_TEST(successors)
{
	three_pages();
	settle();
	gone(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/old/b.html");
	gone(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/old/a.html");
	settle();
	ck_assert_has(told(2, 0), "old/a.html -> \n");
	ck_assert_has(told(2, 0), "old/b.html -> \n");
	PAGE(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/x");
	PAGE(1, "https://s1.gov.cn/c.html", "https://s1.gov.cn/x");
	say(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/c.html",
	    "address", 0, 0);
	PAGE(2, "https://s2.gov.cn/p9.html", "https://s1.gov.cn/old/a.html");
	settle();
	ck_assert_has(told(2, 1), "withdrawn https://s1.gov.cn/old/a.html -> "
	    "https://s1.gov.cn/c.html\n");
	same_again();
}
END_TEST

/* News ripen: what is well again by then is no news, and what comes meanwhile
 * is told with it. */
START_TEST(not_too_often)
{
	three_pages();
	settle();
	gone(1, "https://s1.gov.cn/old/a.html", "");
	work(1000);
	ck_assert_uint_eq((told(2, 0), letters), 0);
	later(TELL_OWED_PAUSE / 2);
	gone(1, "https://s1.gov.cn/old/b.html", "");
	PAGE(2, "https://s2.gov.cn/p4.html", "https://s1.gov.cn/old/b.html");
	PAGE(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/x");
	work(1000);
	ck_assert_uint_eq((told(2, 0), letters), 0);
	later(TELL_OWED_PAUSE / 2);
	work(1000);
	ck_assert_str_eq(told(2, 0), "links:\n"
	    "withdrawn https://s1.gov.cn/old/b.html -> \n"
	    "  https://s2.gov.cn/p1.html:20\n"
	    "  https://s2.gov.cn/p4.html:10\n");
	ck_assert_str_eq(told(1, 0), "referred:\n"
	    "withdrawn https://s1.gov.cn/old/b.html ->  (2)\n");
	same_again();
}
END_TEST

/* --- what they say to it ------------------------------------------------------------------ */

static void
reply(uint32_t site, const char *target, const char *scope,
    const char *reason)
{
	struct change c = kit_change(CHANGE_REPLY, target, "");

	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_REASON] = span_of(reason);
	c.word[WORD_BY] = SPAN("li");
	kit_say(&k, site, &c);
}

START_TEST(replies)
{
	three_pages();
	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, 0);
	work(1000);
	reply(2, "https://s1.gov.cn/old/", "will-fix", "");
	ck_assert_str_eq(stands(1, 2), "will fix");
	reply(2, "http://s1.gov.cn/old/a.html", "refused", "history");
	ck_assert_str_eq(stands(1, 2), "refused");
	ck_assert_str_eq(referral(1, 2).reason, "history");
	ck_assert_str_eq(held(2), "");
	reply(3, "https://s1.gov.cn/old/", "will-fix", "");
	ck_assert_has(held(3), "told you of no link");
	reply(2, "https://s1.gov.cn/old/", "refused", "");
	ck_assert_has(held(2), "reason");
	gone(1, "https://s1.gov.cn/old/a.html", "");
	later(DAY);
	tick();
	work(1000);
	ck_assert_str_eq(stands(1, 2), "refused");
	same_again();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("telling");
	TCase *tests = tcase_create("telling");
	SRunner *runner;
	int failed;

	buf_init(&text, 4u << 20);
	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, linked_to_anew);
	tcase_add_test(tests, a_move_is_told);
	tcase_add_test(tests, taking_effect);
	tcase_add_test(tests, called_off);
	tcase_add_test(tests, called_off_by_the_operator);
	tcase_add_test(tests, decided_for_another);
	tcase_add_test(tests, longest_wins);
	tcase_add_test(tests, in_small_steps);
	tcase_add_test(tests, many_pages);
	tcase_add_test(tests, templates);
	tcase_add_test(tests, gone_with_referrers);
	tcase_add_test(tests, no_longer_awaited);
	tcase_add_test(tests, successors);
	tcase_add_test(tests, not_too_often);
	tcase_add_test(tests, replies);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	buf_clear(&text);
	return failed == 0 ? 0 : 1;
}
