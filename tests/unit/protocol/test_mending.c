/*
 * Letters about links: what is written is read; what all links share stands
 * there once; hostile bodies are refused by name.
 */
#include "protocol/mending.h"

#include "contrib/base/clock.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "tests/unit/protocol/help.h"

static const struct mending_link common = {
	.state = MENDING_ANNOUNCED, .scope = REWRITE_PREFIX, .move = 7,
	.from = 1798000000000, .until = CLOCK_NONE, .by = SPAN("4101000001"),
	.reason = SPAN("政务公开 is <renamed> & \"moved\""),
};

/* Everything that a reader hands out, as text. */
static struct buf text;

static void
put_time(const char *name, int64_t ms)
{
	char out[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		buf_printf(&text, " %s=%s", name, clock_format(out, ms));
}

static void
put_word(const char *name, struct span s)
{
	if (s.n > 0)
		buf_printf(&text, " %s=%.*s", name, SPAN_ARGS(s));
}

static void
on_link(void *arg, const struct mending_link *l)
{
	(void)arg;
	buf_printf(&text, "%.*s -> %.*s %s %s %u", SPAN_ARGS(l->old),
	    SPAN_ARGS(l->new), mending_state_name(l->state),
	    rewrite_scope_name(l->scope), (unsigned)l->move);
	put_time("from", l->from);
	put_time("until", l->until);
	buf_printf(&text, " by=%.*s", SPAN_ARGS(l->by));
	put_word("name", l->name);
	put_word("person", l->person);
	put_word("operator", l->operator);
	buf_printf(&text, " reason=%.*s pages=%llu\n",
	    SPAN_ARGS(l->reason), (unsigned long long)l->pages);
}

static void
on_page(void *arg, const struct mending_link *l, const struct mending_page *p)
{
	(void)arg;
	buf_printf(&text, "  %.*s: %.*s:%u kind %d, %llu more\n",
	    SPAN_ARGS(l->old), SPAN_ARGS(p->url), (unsigned)p->line,
	    (int)p->kind, (unsigned long long)p->more);
}

static void
on_end(void *arg, const struct mending_link *l)
{
	(void)arg;
	buf_printf(&text, "  end of %.*s\n", SPAN_ARGS(l->old));
}

static const struct mending_reader all = { on_link, on_page, on_end };

static void
write_some(struct buf *b)
{
	struct mending_link l = common;

	mending_begin(b, &common);
	l.old = SPAN("http://www.a.cn/gk/1.html?a&b");
	l.new = SPAN("https://gk.a.cn/1.html?a&b");
	l.pages = 13;
	mending_link(b, &l, &common);
	mending_page(b, &(struct mending_page){ .line = 80, .more = 11,
	    .url = SPAN("https://www.b.cn/x.html"), .kind = LINK_ANCHOR });
	mending_page(b, &(struct mending_page){
	    .url = SPAN("https://www.b.cn/y.html") });
	mending_link_end(b);
	l = (struct mending_link){ .old = SPAN("http://www.a.cn/gk/2.html"),
		.state = MENDING_WITHDRAWN, .from = CLOCK_NONE,
		.until = 1799000000000, .by = SPAN("4101000002"),
		.reason = SPAN_NONE };
	mending_link(b, &l, &common);
	mending_link_end(b);
	mending_end(b);
}

START_TEST(document)
{
	const char *why = "";
	struct buf b;

	buf_init(&b, LIMIT_LETTER);
	write_some(&b);
	help_golden(GOLDEN "links.xml", buf_look(&b));
	buf_reset(&text);
	ck_assert_msg(mending_read(buf_look(&b), &all, NULL, &why), "%s",
	    why);
	ck_assert_str_eq(buf_cstr(&text),
	    "http://www.a.cn/gk/1.html?a&b -> https://gk.a.cn/1.html?a&b "
	    "announced prefix 7 from=2026-12-23T04:26:40.000Z by=4101000001 "
	    "reason=政务公开 is <renamed> & \"moved\" pages=13\n"
	    "  http://www.a.cn/gk/1.html?a&b: https://www.b.cn/x.html:80 "
	    "kind 1, 11 more\n"
	    "  http://www.a.cn/gk/1.html?a&b: https://www.b.cn/y.html:0 "
	    "kind 0, 0 more\n"
	    "  end of http://www.a.cn/gk/1.html?a&b\n"
	    "http://www.a.cn/gk/2.html ->  withdrawn  0 "
	    "until=2027-01-03T18:13:20.000Z by=4101000002 reason= pages=0\n"
	    "  end of http://www.a.cn/gk/2.html\n");
	buf_clear(&b);
}
END_TEST

static void
write_who(struct buf *b)
{
	struct mending_link l, shared = common;

	shared.name = SPAN("郑州市人民政府");
	shared.person = SPAN("张三");
	shared.reason = SPAN_NONE;
	mending_begin(b, &shared);
	l = shared;
	l.old = SPAN("http://www.a.cn/gk/1.html");
	l.new = SPAN("https://gk.a.cn/1.html");
	mending_link(b, &l, &shared);
	mending_link_end(b);
	l = (struct mending_link){ .old = SPAN("http://www.a.cn/gk/2.html"),
		.state = MENDING_EFFECTIVE, .scope = REWRITE_PREFIX, .move = 8,
		.from = common.from, .until = CLOCK_NONE,
		.operator = SPAN("wang") };
	mending_link(b, &l, &shared);
	mending_link_end(b);
	mending_end(b);
}

/* Whose word it is; and of the second link it is an operator's, and what all
 * have in common is taken back. */
START_TEST(who)
{
	const char *why = "";
	struct buf b;

	buf_init(&b, LIMIT_LETTER);
	write_who(&b);
	help_golden(GOLDEN "links-who.xml", buf_look(&b));
	buf_reset(&text);
	ck_assert_msg(mending_read(buf_look(&b), &all, NULL, &why), "%s",
	    why);
	ck_assert_str_eq(buf_cstr(&text),
	    "http://www.a.cn/gk/1.html -> https://gk.a.cn/1.html announced "
	    "prefix 7 from=2026-12-23T04:26:40.000Z by=4101000001 "
	    "name=郑州市人民政府 person=张三 reason= pages=0\n"
	    "  end of http://www.a.cn/gk/1.html\n"
	    "http://www.a.cn/gk/2.html ->  effective prefix 8 "
	    "from=2026-12-23T04:26:40.000Z by= operator=wang reason= "
	    "pages=0\n"
	    "  end of http://www.a.cn/gk/2.html\n");
	buf_clear(&b);
}
END_TEST

/* Without anything common each says its own. */
START_TEST(alone)
{
	struct mending_link l = common;
	struct buf b, first;

	buf_init(&b, LIMIT_LETTER);
	buf_init(&first, LIMIT_LETTER);
	l.old = SPAN("http://a.cn/");
	l.person = SPAN("张三");
	for (int i = 0; i < 2; i++) {
		buf_reset(&b);
		mending_begin(&b, i == 0 ? NULL : &common);
		mending_link(&b, &l, i == 0 ? NULL : &common);
		mending_link_end(&b);
		mending_end(&b);
		buf_reset(&text);
		ck_assert(mending_read(buf_look(&b), &all, NULL, NULL));
		if (i == 0)
			buf_span(&first, buf_look(&text));
	}
	ck_assert_str_eq(buf_cstr(&first), buf_cstr(&text));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&text), " announced prefix 7"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&text), " person=张三 "));
	buf_clear(&b);
	buf_clear(&first);
}
END_TEST

/* Attributes that aren't known, too: so are these here to an older agent. */
#define NEW_ROOT "<zq:links xmlns:zq=\"" NS_ZQ "\" x=\"1\" zq:y=\"2\">"
#define NEW_LINK "<zq:link x=\"1\" old=\"http://a.cn/\" state=\"never\">"

#define ROOT "<zq:links xmlns:zq=\"" NS_ZQ "\">"
#define LINK "<zq:link old=\"http://a.cn/\" state=\"never\">"
#define END "</zq:link></zq:links>"

START_TEST(newer)
{
	buf_reset(&text);
	ck_assert(mending_read(SPAN(NEW_ROOT "<zq:odd><zq:page/></zq:odd>"
	    "<zq:link old=\"http://b.cn/\" state=\"rusty\"><zq:page/>"
	    "</zq:link>" NEW_LINK "<zq:odd/><zq:page url=\"http://c.cn/\" "
	    "kind=\"hologram\" x=\"1\"/>" END), &all, NULL, NULL));
	ck_assert_str_eq(buf_cstr(&text), "http://a.cn/ ->  never  0 by= "
	    "reason= pages=0\n  http://a.cn/: http://c.cn/:0 kind 0, 0 "
	    "more\n  end of http://a.cn/\n");
	ck_assert(mending_read(SPAN(ROOT LINK "<zq:page url="
	    "\"http://c.cn/\"/>" END),
	    &(struct mending_reader){ .link = NULL }, NULL, NULL));
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *xml, *why;
	} bad[] = {
		{ "", "" },
		{ "<links/>", "expected <zq:links" },
		{ ROOT, "" },
		{ ROOT "<zq:link state=\"never\"/></zq:links>", "old:" },
		{ ROOT "<zq:link old=\"/x\" state=\"never\"/></zq:links>",
		    "old:" },
		{ ROOT "<zq:link old=\"http://a.cn/\" new=\"javascript:1\" "
		    "state=\"never\"/></zq:links>", "new:" },
		{ ROOT "<zq:link old=\"http://a.cn/\" state=\"never\" "
		    "from=\"soon\"/></zq:links>", "from:" },
		{ ROOT "<zq:link old=\"http://a.cn/\" state=\"never\" "
		    "move=\"-1\"/></zq:links>", "move:" },
		{ ROOT LINK "<zq:page/>" END, "url:" },
		{ ROOT LINK "<zq:page url=\"http://c.cn/\" line=\"x\"/>" END,
		    "line:" },
		{ "<!DOCTYPE x>" ROOT "</zq:links>", "" },
	};
	const char *why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		ck_assert_msg(!mending_read(span_of(bad[i].xml), &all, NULL,
		    &why), "%s", bad[i].xml);
		ck_assert_msg(strstr(why, bad[i].why) != NULL, "%s", why);
	}
}
END_TEST

static void
too_many(const char *part, unsigned most, const char *head, const char *tail)
{
	const char *why = "";
	struct buf b;

	buf_init(&b, 1u << 20);
	buf_text(&b, head);
	for (unsigned i = 0; i < most; i++)
		buf_text(&b, part);
	buf_text(&b, tail);
	if (*part != ' ')
		ck_assert_msg(mending_read(buf_look(&b), &all, NULL, &why),
		    "%s", why);
	buf_cut(&b, b.n - strlen(tail));
	buf_text(&b, part);
	buf_text(&b, tail);
	ck_assert(!mending_read(buf_look(&b), &all, NULL, NULL));
	buf_clear(&b);
}

START_TEST(ceilings)
{
	too_many("<zq:link old=\"http://a.cn/\" state=\"never\"/>",
	    MENDING_LINKS, ROOT, "</zq:links>");
	too_many("<zq:page url=\"http://a/\"/>", MENDING_PAGES,
	    ROOT LINK, END);
	too_many(" ", LIMIT_LETTER, ROOT, "</zq:links>");
}
END_TEST

static void
fill(TCase *t)
{
	buf_init(&text, 4u << 20);
	tcase_add_test(t, document);
	tcase_add_test(t, who);
	tcase_add_test(t, alone);
	tcase_add_test(t, newer);
	tcase_add_test(t, refused);
	tcase_add_test(t, ceilings);
}

int
main(void)
{
	int rc = help_main("mending", fill);

	buf_clear(&text);
	return rc;
}
