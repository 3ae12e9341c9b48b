/*
 * Which addresses are looked at, to find out whether a move works.
 */
#include "hub/move_sample.h"

#include "tests/unit/hub/tellingkit.h"

#define S1 "https://s1.gov.cn"
#define S2 "https://s2.gov.cn"

static void
on_sample(void *arg, struct span url, struct span to, bool kept)
{
	struct buf *all = arg;

	buf_printf(all, "%.*s -> %.*s%s\n", SPAN_ARGS(url), SPAN_ARGS(to),
	    kept ? " (kept)" : "");
}

/* Of the move, a line each. */
static const char *
sample(uint32_t number)
{
	static char lines[4096];
	struct rewrite *rules = rewrite_new();
	struct db_txn *t;
	struct move m;
	struct buf all;

	buf_init(&all, sizeof(lines) - 1);
	kit_show(&k, 100);
	t = view_read(k.view);
	move_rules(t, rules);
	ck_assert(move_get(t, number, &m));
	move_sample(t, rules, &m, k.now, MOVE_SAMPLE, on_sample, &all);
	db_abort(t);
	rewrite_free(rules);
	snprintf(lines, sizeof(lines), "%s", buf_cstr(&all));
	buf_clear(&all);
	return lines;
}

static void
covers_all(uint32_t site)
{
	struct change c = kit_change(CHANGE_COVER, S1 "/", "");

	c.word[WORD_SCOPE] = SPAN("whole");
	kit_say(&k, site, &c);
}

/* A column with links to files that never were, and to one that was withdrawn
 * long ago: that they are dead at the new address is no fault of its move. */
START_TEST(dead_before)
{
	covers_all(1);
	PAGE(1, S1 "/a/1.html", S1 "/a/never.pdf", S1 "/a/old.html",
	    S1 "/a/2.html");
	PAGE(1, S1 "/a/2.html", S1 "/z");
	PAGE(1, S1 "/a/old.html", S1 "/z");
	gone(1, S1 "/a/old.html", "");
	settle();
	later(HOUR);
	say(1, S1 "/a/", S1 "/b/", "prefix", k.now + HOUR, 0);
	ck_assert_str_eq(sample(1), S1 "/a/2.html -> " S1 "/b/2.html\n");
	later(HOUR);
	tick();
	PAGE(1, S1 "/b/1.html", S1 "/a/never.pdf", S1 "/a/old.html",
	    S1 "/a/2.html");
	PAGE(1, S1 "/b/2.html", S1 "/z");
	gone(1, S1 "/a/1.html", "");
	gone(1, S1 "/a/2.html", "");
	settle();
	ck_assert_str_eq(sample(1), S1 "/a/2.html -> " S1 "/b/2.html\n");
}
END_TEST

/* Of a domain: nobody covers the new one yet, and whoever links to the old one
 * may have made that up. */
START_TEST(another_domain)
{
	covers_all(1);
	PAGE(1, S1 "/1.html", S1 "/never.html");
	PAGE(2, S2 "/p.html", S1 "/1.html", S1 "/made-up.html");
	settle();
	say(1, S1 "/", "https://new.gov.cn/", "domain", k.now + HOUR, 0);
	kit_act(&k, AGREE);
	ck_assert_str_eq(sample(1), S1 "/1.html -> "
	    "https://new.gov.cn/1.html\n");
}
END_TEST

/* What its site took away when it was to move is. */
START_TEST(lost_on_the_way)
{
	covers_all(1);
	PAGE(1, S1 "/a/1.html", S1 "/z");
	PAGE(2, S2 "/p.html", S1 "/a/1.html", S1 "/a/never.html");
	settle();
	say(1, S1 "/a/", S1 "/b/", "prefix", k.now, 0);
	later(1000);
	tick();
	gone(1, S1 "/a/1.html", "");
	settle();
	ck_assert_str_eq(sample(1), S1 "/a/1.html -> " S1 "/b/1.html\n");
}
END_TEST

/* If nothing of it is linked to that ever was: items; and one address by
 * itself is looked at whatever it was. */
START_TEST(nothing_but_dead_links)
{
	covers_all(1);
	PAGE(1, S1 "/a/1.html", S1 "/a/never.pdf");
	settle();
	say(1, S1 "/a/", S1 "/b/", "prefix", k.now + HOUR, 0);
	ck_assert_str_eq(sample(1), S1 "/a/1.html -> " S1 "/b/1.html\n");
	say(1, S1 "/c.pdf", S1 "/d.pdf", "address", k.now + HOUR, 0);
	ck_assert_str_eq(sample(2), S1 "/c.pdf -> " S1 "/d.pdf\n");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("samples of moves");
	TCase *c = tcase_create("samples");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, tellingkit_open, tellingkit_close);
	tcase_add_test(c, dead_before);
	tcase_add_test(c, another_domain);
	tcase_add_test(c, lost_on_the_way);
	tcase_add_test(c, nothing_but_dead_links);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
