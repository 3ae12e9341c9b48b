/*
 * Links inside of the cluster that no agent can judge, and what the check saw
 * of them: who is told, from when on, and that the agent's word wins.
 */
#include "hub/seen.h"

#include "hub/links.h"
#include "hub/query_check.h"
#include "hub/query_links.h"
#include "hub/tell_owed.h"
#include "hub/telling.h"
#include "protocol/mending.h"
#include "tests/unit/hub/movekit.h"

#define PAGE "https://s1.gov.cn/a.html"
#define LOST "http://s2.gov.cn/lost.html"	/* nobody covers it */

static void
page(uint32_t site, const char *url, const char *to)
{
	page_in(site, url, "", to);
}

static void
cover(uint32_t site, const char *url, const char *scope)
{
	struct change c = kit_change(CHANGE_COVER, url, "");

	c.word[WORD_SCOPE] = span_of(scope);
	kit_say(&k, site, &c);
}

static bool
tell_is_due(void)
{
	struct db_txn *t = view_read(k.view);
	bool due = telling_is_due(t, k.now);

	db_abort(t);
	return due;
}

static bool
look_is_left(void)
{
	struct db_txn *t = view_read(k.view);
	bool left = links_look_left(t);

	db_abort(t);
	return left;
}

static void
work(void)
{
	kit_show(&k, 100);
	while (look_is_left()) {
		kit_act(&k, "{\"do\":\"look\",\"most\":100}");
		kit_show(&k, 100);
	}
	while (tell_is_due()) {
		kit_act(&k, "{\"do\":\"tell\",\"most\":100}");
		kit_show(&k, 100);
	}
}

static void
settle(void)
{
	work();
	later(TELL_OWED_PAUSE);
	work();
}

static void
see(const char *url, const char *cause)
{
	kit_act(&k, "{\"do\":\"checked\",\"url\":\"%s\",\"cause\":\"%s\","
	    "\"detail\":\"\"}", url, cause);
	settle();
}

static void
see_daily(const char *url, const char *cause, int days)
{
	for (int i = 0; i < days; i++) {
		see(url, cause);
		later(DAY);
	}
}

/* --- letters -------------------------------------------------------------- */

static struct buf text;

static void
on_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	(void)arg, (void)l;
	buf_printf(&text, " %.*s:%u", SPAN_ARGS(p->url), p->line);
}

static void
on_link(void *arg, const struct mending_link *l)
{
	(void)arg;
	buf_printf(&text, "%s %.*s by=%.*s (%.*s)",
	    mending_state_name(l->state), SPAN_ARGS(l->old),
	    SPAN_ARGS(l->by), SPAN_ARGS(l->reason));
}

static char sentence[512];	/* of the last one */

static void
on_letter(void *arg, const struct letter *l)
{
	static const struct mending_reader to = { .link = on_link,
		.page = on_page };
	const char *why = "";

	(void)arg;
	snprintf(sentence, sizeof(sentence), "%.*s", SPAN_ARGS(l->text));
	buf_printf(&text, "%.*s: ", SPAN_ARGS(l->kind));
	ck_assert_msg(mending_read(l->body, &to, NULL, &why), "%s", why);
	buf_byte(&text, '\n');
}

static const char *
told(uint32_t site, uint64_t after)
{
	if (text.most == 0)
		buf_init(&text, 1u << 20);
	kit_show(&k, 100);
	buf_reset(&text);
	view_letters(k.view, site, after, 1000, on_letter, NULL);
	return buf_cstr(&text);
}

/* --- what is shown -------------------------------------------------------- */

static struct shown {
	unsigned broken, listed;	/* in both lists */
	char state[32], judge[32];	/* of the last that is broken */
	uint64_t pages;
} shown;

static bool
on_broken(void *arg, const struct broken_info *i)
{
	(void)arg;
	shown.broken++;
	shown.pages = i->links.pages;
	snprintf(shown.state, 32, "%s", query_links_state(&i->target));
	snprintf(shown.judge, 32, "%s", query_links_judge(&i->target));
	return true;
}

static bool
on_checked(void *arg, const uint8_t key[TABLE_DIGEST],
    const struct checked *c)
{
	(void)arg, (void)key, (void)c;
	shown.listed++;
	return true;
}

static void
show(void)
{
	struct broken_spec broken = { .limit = 10 };
	struct check_spec check = { .limit = 10 };
	struct check_counts n;
	struct store *s;
	struct query *q;

	kit_show(&k, 100);
	s = kit_store(&k);
	q = query_begin(s);
	shown = (struct shown){ .broken = 0 };
	query_links_broken(q, &broken, on_broken, NULL);
	query_checks(q, &check, on_checked, NULL);
	query_check_counts(q, &n);
	ck_assert_uint_eq(n.all, shown.listed);
	query_end(q);
	store_close(s);
}

/* --- tests ---------------------------------------------------------------- */

START_TEST(gone_three_times)
{
	page(1, PAGE, LOST);
	see_daily(LOST, "404", 2);
	show();
	ck_assert_uint_eq(shown.broken, 0);
	ck_assert_str_eq(told(1, 0), "");
	see(LOST, "404");
	show();
	ck_assert_uint_eq(shown.broken, 1);
	ck_assert_uint_eq(shown.pages, 1);
	ck_assert_str_eq(shown.state, "gone");
	ck_assert_str_eq(shown.judge, "check");
	/* Both ends, and it is nobody's word. */
	ck_assert_has(told(1, 0), "links: withdrawn " LOST " by= (404 (seen "
	    "by the hub's check, at last 2026-");
	ck_assert_has(told(1, 0), " " PAGE ":7");
	ck_assert_has(told(2, 0), "referred: withdrawn " LOST " by= (404 (");
	ck_assert_str_eq(told(3, 0), "");
	/* No news: seen again, or a server in trouble. */
	later(DAY);
	see(LOST, "404");
	see(LOST, "server");
	see(LOST, "404");
	ck_assert_str_eq(told(1, 1), "");
	/* Who links there only now is told, too. */
	page(3, "https://s3.gov.cn/a.html", LOST);
	settle();
	ck_assert_has(told(3, 0), "links: withdrawn " LOST);
	/* It is back. */
	see(LOST, "fine");
	ck_assert_has(told(1, 1), "links: fixed " LOST);
	ck_assert_has(told(3, 1), "links: fixed " LOST);
	show();
	ck_assert_uint_eq(shown.broken, 0);
	same_again();
}
END_TEST

START_TEST(the_agents_word)
{
	page(1, PAGE, LOST);
	see_daily(LOST, "404", 3);
	ck_assert_has(told(1, 0), "links: withdrawn " LOST);
	show();
	ck_assert_uint_eq(shown.listed, 1);
	/* Its agent is there now, and has it. */
	page(2, LOST, NULL);
	show();
	ck_assert_uint_eq(shown.broken, 0);
	ck_assert_uint_eq(shown.listed, 0);
	settle();
	ck_assert_has(told(1, 1), "links: fixed " LOST);
	/* What the check sees doesn't matter any more. */
	see(LOST, "404");
	ck_assert_str_eq(told(1, 2), "");
	show();
	ck_assert_uint_eq(shown.broken + shown.listed, 0);
	kit_act(&k, "{\"do\":\"check-forget\",\"url\":\"" LOST "\"}");
	settle();
	ck_assert_str_eq(told(1, 2), "");
	same_again();
}
END_TEST

/* It is gone, says the agent, too: it is in the list once, by its word. */
START_TEST(both_say_gone)
{
	page(1, PAGE, LOST);
	see_daily(LOST, "404", 3);
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	settle();
	show();
	ck_assert_uint_eq(shown.broken, 1);
	ck_assert_uint_eq(shown.listed, 0);
	ck_assert_str_eq(shown.judge, "agent");
	ck_assert_has(told(1, 1), "links: never " LOST " by=4100000002 ()");
	same_again();
}
END_TEST

START_TEST(what_is_there)
{
	page(1, PAGE, LOST);
	see_daily(LOST, "fine", 3);
	show();
	ck_assert_uint_eq(shown.listed, 1);
	ck_assert_uint_eq(shown.broken, 0);
	see_daily(LOST, "server", 4);
	see_daily(LOST, "moved", 4);
	show();
	ck_assert_uint_eq(shown.broken, 0);
	ck_assert_str_eq(told(1, 0), "");
	ck_assert_str_eq(told(2, 0), "");
}
END_TEST

/* An error page by its looks is listed at once, and told of when it lasts. */
START_TEST(error_pages)
{
	page(1, PAGE, LOST);
	see_daily(LOST, "as-missing", 2);
	show();
	ck_assert_uint_eq(shown.broken, 1);
	ck_assert_str_eq(told(1, 0), "");
	see(LOST, "as-missing");
	ck_assert_has(told(1, 0), "links: withdrawn " LOST " by= "
	    "(as-missing (");
	same_again();
}
END_TEST

START_TEST(in_wrong_hands)
{
	page(1, PAGE, LOST);
	see(LOST, "words");
	ck_assert_has(told(1, 0), "danger: danger " LOST);
	ck_assert_has(sentence, "DANGER: 1 address that pages of this site ");
	ck_assert_has(told(2, 0), "referred: withdrawn " LOST " by= (words ");
	show();
	ck_assert_uint_eq(shown.broken, 1);
	see(LOST, "fine");
	ck_assert_has(told(1, 1), "links: fixed " LOST);
	same_again();
}
END_TEST

START_TEST(a_person_says)
{
	page(1, PAGE, LOST);
	see_daily(LOST, "404", 3);
	kit_act(&k, "{\"do\":\"check-pin\",\"url\":\"" LOST "\",\"outcome\":"
	    "\"ok\",\"until\":%lld,\"reason\":\"seen\",\"actor\":\"li\"}",
	    (long long)(k.now + DAY));
	settle();
	ck_assert_has(told(1, 1), "links: fixed " LOST);
	/* It has its end, and what is seen counts again. */
	later(2 * DAY);
	see(LOST, "404");
	ck_assert_has(told(1, 2), "links: withdrawn " LOST);
	kit_act(&k, "{\"do\":\"check-pin\",\"url\":\"http://s2.gov.cn/x\","
	    "\"outcome\":\"gone\",\"until\":%lld,\"reason\":\"closed\","
	    "\"actor\":\"li\"}", (long long)(k.now + DAY));
	page(3, "https://s3.gov.cn/a.html", "http://s2.gov.cn/x");
	settle();
	ck_assert_has(told(3, 0), "links: withdrawn http://s2.gov.cn/x by= "
	    "(pinned as gone by li: closed)");
	show();
	ck_assert_uint_eq(shown.broken, 2);
	ck_assert_uint_eq(shown.broken, 2);
	same_again();
}
END_TEST

/* The links that are looked at no more are told to be well. */
START_TEST(forgotten)
{
	page(1, PAGE, LOST);
	see_daily(LOST, "404", 3);
	kit_act(&k, "{\"do\":\"check-forget\",\"url\":\"" LOST "\"}");
	settle();
	ck_assert_has(told(1, 1), "links: fixed " LOST);
	same_again();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("seen");
	TCase *c = tcase_create("seen");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, gone_three_times);
	tcase_add_test(c, the_agents_word);
	tcase_add_test(c, both_say_gone);
	tcase_add_test(c, what_is_there);
	tcase_add_test(c, error_pages);
	tcase_add_test(c, in_wrong_hands);
	tcase_add_test(c, a_person_says);
	tcase_add_test(c, forgotten);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
