/*
 * A link that leaves the cluster, to what is in wrong hands now: all that
 * have it are told, with page, line and evidence, and told when it is over.
 */
#include "hub/danger.h"

#include "hub/links.h"
#include "hub/tell_owed.h"
#include "hub/telling.h"
#include "protocol/mending.h"
#include "tests/unit/hub/movekit.h"

#define HOST "http://www.lost.example"

static void
page(uint32_t site, const char *url, const char *to)
{
	page_in(site, url, "", to);
}

static void
work(void)
{
	bool tell = true;

	while (tell) {
		struct db_txn *t;

		kit_show(&k, 100);
		t = view_read(k.view);
		tell = telling_is_due(t, k.now);
		db_abort(t);
		if (tell)
			kit_act(&k, "{\"do\":\"tell\",\"most\":100}");
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
seen(const char *url, const char *cause, const char *detail)
{
	kit_act(&k, "{\"do\":\"checked\",\"url\":\"%s\",\"cause\":\"%s\","
	    "\"detail\":\"%s\"}", url, cause, detail);
	settle();
}

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
	buf_printf(&text, "%s %.*s (%.*s)", mending_state_name(l->state),
	    SPAN_ARGS(l->old), SPAN_ARGS(l->reason));
}

static void
on_letter(void *arg, const struct letter *l)
{
	static const struct mending_reader to = { .link = on_link,
		.page = on_page };
	const char *why = "";

	(void)arg;
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

START_TEST(all_are_told)
{
	page(1, "https://s1.gov.cn/a.html", HOST "/x.html");
	page(2, "https://s2.gov.cn/a.html", HOST "/x.html");
	seen(HOST "/x.html", "words", "casino");
	ck_assert_str_eq(told(1, 0), "danger: danger " HOST "/x.html (words: "
	    "casino (seen at " HOST "/x.html)) https://s1.gov.cn/a.html:7\n");
	ck_assert_has(told(2, 0), "https://s2.gov.cn/a.html:7");
	/* Seen again it is no news; and it is no matter of other addresses. */
	seen(HOST "/x.html", "words", "casino");
	ck_assert_str_eq(told(1, 1), "");
	page(3, "https://s3.gov.cn/b.html", HOST "/y.html");
	settle();
	ck_assert_str_eq(told(3, 0), "");
	/* Who links there only now is told, too. */
	page(3, "https://s3.gov.cn/a.html", HOST "/x.html");
	settle();
	ck_assert_has(told(3, 0), "https://s3.gov.cn/a.html:7");
	same_again();
}
END_TEST

START_TEST(a_host_in_wrong_hands)
{
	page(1, "https://s1.gov.cn/a.html", HOST "/x.html");
	page(2, "https://s2.gov.cn/a.html", HOST "/y.html");
	page(3, "https://s3.gov.cn/a.html", "http://lost.example/");
	seen(HOST "/x.html", "for-sale", "buy this domain");
	ck_assert_has(told(1, 0), "danger " HOST "/x.html (for-sale: ");
	ck_assert_has(told(2, 0), "danger " HOST "/y.html (for-sale: buy this "
	    "domain (seen at " HOST "/x.html)) https://s2.gov.cn/a.html:7");
	ck_assert_str_eq(told(3, 0), "");
	/* That another address answers proves nothing; that this one does, it
	 * is over for all. */
	seen(HOST "/y.html", "fine", "");
	ck_assert_str_eq(told(2, 1), "");
	seen(HOST "/x.html", "fine", "");
	ck_assert_str_eq(told(1, 1), "links: fixed " HOST "/x.html ()\n");
	ck_assert_str_eq(told(2, 1), "links: fixed " HOST "/y.html ()\n");
	same_again();
}
END_TEST

START_TEST(over_without_being_seen)
{
	page(1, "https://s1.gov.cn/a.html", HOST "/x.html");
	page(2, "https://s2.gov.cn/a.html", HOST "/x.html");
	seen(HOST "/x.html", "other-owner", "elsewhere.example");
	/* The link goes. */
	page(1, "https://s1.gov.cn/a.html", NULL);
	settle();
	ck_assert_str_eq(told(1, 1), "links: fixed " HOST "/x.html ()\n");
	/* A person knows better. */
	kit_act(&k, "{\"do\":\"check-pin\",\"url\":\"" HOST "/x.html\","
	    "\"outcome\":\"ok\",\"until\":%lld,\"reason\":\"r\",\"actor\":"
	    "\"a\"}", (long long)(k.now + DAY));
	settle();
	ck_assert_str_eq(told(2, 1), "links: fixed " HOST "/x.html ()\n");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("danger");
	TCase *c = tcase_create("danger");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, all_are_told);
	tcase_add_test(c, a_host_in_wrong_hands);
	tcase_add_test(c, over_without_being_seen);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
