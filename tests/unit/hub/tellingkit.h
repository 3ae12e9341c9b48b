/*
 * For tests of what is told to whoever links somewhere: pages, the background's
 * work, and what a site was told (told()) and stands as (stands()).
 */
#ifndef ZQ_TESTS_TELLINGKIT_H
#define ZQ_TESTS_TELLINGKIT_H

#include "hub/telling.h"

#include "hub/links.h"
#include "hub/referral.h"
#include "hub/tell_owed.h"
#include "protocol/mending.h"
#include "tests/unit/hub/movekit.h"

/* --- pages, and what is done in the background ------------------------------ */

/* A page with these links, on lines 10, 20, …; and with more, that aren't
 * told. */
static inline void
page_of(uint32_t site, const char *url, const char *const *links, size_t n,
    bool cut)
{
	struct change c = kit_change(CHANGE_UPDATED, url, "a page");
	struct buf rows;

	buf_init(&rows, LIMIT_CHANGE);
	for (size_t i = 0; i < n; i++)
		change_link_put(&rows, &(struct link){ .kind = LINK_ANCHOR,
		    .line = (uint32_t)(10 * i + 10), .to = span_of(links[i]) });
	c.links = buf_look(&rows);
	c.links_cut = cut;
	kit_say(&k, site, &c);
	buf_clear(&rows);
}

static inline void
page(uint32_t site, const char *url, const char *const *links, size_t n)
{
	page_of(site, url, links, n, false);
}

/* The site announces that it closes in so many ms, or (0) takes that back. */
static inline void
close_site(uint32_t site, const char *see, int64_t ahead)
{
	struct change c = kit_change(CHANGE_NOTICE, "", "");

	c.when = k.now;
	c.word[WORD_SCOPE] = SPAN("closing");
	c.word[WORD_SUCCESSOR] = span_of(see);
	c.word[WORD_REASON] = SPAN("merged");
	c.from = ahead > 0 ? k.now + ahead : CLOCK_NONE;
	kit_say(&k, site, &c);
}

#define PAGE(site, url, ...) do {					\
	const char *const links_[] = { __VA_ARGS__ };			\
	page(site, url, links_, sizeof(links_) / sizeof(links_[0]));	\
} while (0)

#define PAGE_CUT(site, url, ...) do {					\
	const char *const links_[] = { __VA_ARGS__ };			\
	page_of(site, url, links_, sizeof(links_) / sizeof(links_[0]),	\
	    true);							\
} while (0)

static inline void
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
static inline void
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

static inline void
on_link(void *arg, const struct mending_link *l)
{
	(void)arg;
	buf_printf(&text, "%s %.*s -> %.*s%s", mending_state_name(l->state),
	    SPAN_ARGS(l->old), SPAN_ARGS(l->new), l->pages > 0 ? "" : "\n");
	if (l->pages > 0)
		buf_printf(&text, " (%u)\n", (unsigned)l->pages);
}

static inline void
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

static inline void
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
static inline const char *
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

static inline bool
note(void *arg, const struct referral *r)
{
	struct seen *s = arg;

	s->r = *r;
	snprintf(s->reason, sizeof(s->reason), "%.*s", SPAN_ARGS(r->reason));
	snprintf(s->target, sizeof(s->target), "%.*s", SPAN_ARGS(r->target));
	return false;
}

/* Of a move and a site; or (move 0) the first of a site. */
static inline struct seen
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

static inline const char *
stands(uint32_t move, uint32_t site)
{
	struct seen s = referral(move, site);

	return s.r.site == site ? referral_state_name(s.r.state) : "";
}

static inline void
three_pages(void)
{
	PAGE(1, "https://s1.gov.cn/old/a.html", "https://s1.gov.cn/x");
	PAGE(1, "https://s1.gov.cn/old/b.html", "https://s1.gov.cn/x");
	PAGE(2, "https://s2.gov.cn/p1.html", "http://s1.gov.cn/old/a.html",
	    "https://s1.gov.cn/old/b.html", "https://s3.gov.cn/");
	PAGE(2, "https://s2.gov.cn/p2.html", "http://s1.gov.cn/old/a.html");
	PAGE(3, "https://s3.gov.cn/q.html", "https://s1.gov.cn/older/");
}

static inline void
tellingkit_open(void)
{
	buf_init(&text, 4u << 20);
	setup();
}

static inline void
tellingkit_close(void)
{
	teardown();
	buf_clear(&text);
}

#endif
