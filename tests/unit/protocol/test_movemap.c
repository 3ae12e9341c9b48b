/*
 * The map of moves: what is written is read; what is not sane is refused by
 * its number.
 */
#include "protocol/movemap.h"

#include "contrib/base/clock.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "tests/unit/protocol/help.h"

static struct buf text;

static void
on_rule(void *arg, const struct movemap_rule *r)
{
	const struct rewrite_rule *rule = &r->rule;
	char at[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];

	(void)arg;
	buf_printf(&text, "%u %s%u %s %.*s %.*s [%s] [%s]\n",
	    (unsigned)rule->number, r->gone ? "gone " : "",
	    (unsigned)r->site, rewrite_scope_name(rule->scope),
	    SPAN_ARGS(rule->from), SPAN_ARGS(rule->to),
	    clock_format(at, rule->at), clock_format(until, rule->until));
}

static void
write_some(struct buf *b)
{
	movemap_begin(b, &(struct movemap){ .version = 12, .since = 9,
	    .now = 1795219207000 });
	movemap_put(b, &(struct movemap_rule){ .site = 3, .rule = {
	    .number = 7, .scope = REWRITE_PREFIX,
	    .from = SPAN("http://www.a.cn/gk/"),
	    .to = SPAN("https://gk.a.cn/"), .at = 1798000000000,
	    .until = 1799000000000 } });
	movemap_put(b, &(struct movemap_rule){ .rule = { .number = 8,
	    .scope = REWRITE_ADDRESS, .from = SPAN("http://www.a.cn/?a&b"),
	    .to = SPAN("https://b.cn/?'x"), .at = CLOCK_NONE,
	    .until = CLOCK_NONE } });
	movemap_put(b, &(struct movemap_rule){ .gone = true,
	    .rule = { .number = 5 } });
	movemap_end(b);
}

START_TEST(document)
{
	const char *why = "";
	struct movemap m;
	struct buf b;

	buf_init(&b, LIMIT_MAP);
	write_some(&b);
	help_golden(GOLDEN "map.xml", buf_look(&b));
	buf_reset(&text);
	ck_assert_msg(movemap_read(&m, buf_look(&b), on_rule, NULL, &why),
	    "%s", why);
	ck_assert_uint_eq(m.version, 12);
	ck_assert_uint_eq(m.since, 9);
	ck_assert_int_eq(m.now, 1795219207000);
	ck_assert_str_eq(buf_cstr(&text),
	    "7 3 prefix http://www.a.cn/gk/ https://gk.a.cn/ "
	    "[2026-12-23T04:26:40.000Z] [2027-01-03T18:13:20.000Z]\n"
	    "8 0 address http://www.a.cn/?a&b https://b.cn/?'x [] []\n"
	    "5 gone 0    [] []\n");
	for (size_t n = 0; n < b.n - 1; n++)
		ck_assert(!movemap_read(&m, (struct span){ b.at, n }, on_rule,
		    NULL, NULL));
	buf_clear(&b);
}
END_TEST

#define HEAD(attributes) "<zq:map xmlns:zq=\"" NS_ZQ "\" " attributes ">"
#define ROOT HEAD("version=\"2\" since=\"0\"")
#define RULE(attributes) ROOT "<zq:rule number=\"4\" " attributes "/></zq:map>"
#define PREFIX "site=\"1\" scope=\"prefix\" "

START_TEST(refused)
{
	static const struct {
		const char *xml, *why;
	} bad[] = {
		{ "<map/>", "expected <zq:map" },
		{ HEAD("since=\"0\"") "</zq:map>", "version:" },
		{ HEAD("version=\"0\" since=\"0\"") "</zq:map>", "version:" },
		{ HEAD("version=\"2\"") "</zq:map>", "since:" },
		{ HEAD("version=\"2\" since=\"3\"") "</zq:map>", "since:" },
		{ ROOT "<zq:rule gone=\"true\"/></zq:map>", "number:" },
		{ ROOT "<zq:x zq:critical=\"true\"/></zq:map>", "critical" },
		{ RULE(""), "site:" },
		{ RULE(PREFIX "from=\"http://a.cn/\" to=\"http://b.cn/x\""),
		    "zq:rule 4:" },
		{ RULE(PREFIX "from=\"http://a.cn/\" to=\"http://a.cn/x/\""),
		    "zq:rule 4:" },
		{ RULE(PREFIX "from=\"http://a.cn/\" to=\"http://b.cn/\" "
		    "at=\"x\""), "at:" },
	};
	struct movemap m;
	const char *why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		buf_reset(&text);
		ck_assert_msg(!movemap_read(&m, span_of(bad[i].xml), on_rule,
		    NULL, &why), "%s", bad[i].xml);
		ck_assert_msg(strstr(why, bad[i].why) != NULL, "%s", why);
		ck_assert_uint_eq(text.n, 0);
	}
	ck_assert(movemap_read(&m, SPAN(ROOT "<zq:new/></zq:map>"), on_rule,
	    NULL, NULL));
}
END_TEST

START_TEST(ceiling)
{
	struct movemap m;
	struct buf b;

	buf_init(&b, LIMIT_MAP);
	buf_text(&b, ROOT);
	for (int i = 0; i < LIMIT_MAP_RULES; i++)
		buf_text(&b, "<zq:rule number=\"4\" gone=\"true\"/>");
	buf_text(&b, "</zq:map>");
	buf_reset(&text);
	ck_assert(movemap_read(&m, buf_look(&b), on_rule, NULL, NULL));
	buf_cut(&b, b.n - strlen("</zq:map>"));
	buf_text(&b, "<zq:rule number=\"4\" gone=\"true\"/></zq:map>");
	ck_assert(!movemap_read(&m, buf_look(&b), on_rule, NULL, NULL));
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	buf_init(&text, 16u << 20);
	tcase_add_test(t, document);
	tcase_add_test(t, refused);
	tcase_add_test(t, ceiling);
}

int
main(void)
{
	int rc = help_main("movemap", fill);

	buf_clear(&text);
	return rc;
}
