/*
 * The core as operators see it, at its control socket.
 */
#include "hub/seqpacket.h"
#include "tests/unit/hub/core_bed.h"
#include "tests/unit/langkit.h"

START_TEST(test_operators)
{
	struct asking one, two;
	json_t *answer, *other;

	set_up();
	answer = ask(json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", "4101000003", "name", "x", "domain", "www.x.gov.cn"));
	ck_assert_str_eq(word(answer, "enroll"),
	    "zqagent enroll https://hub.example:7443 zq1.t0");
	json_decref(answer);

	/* two at once for one domain: one gets it */
	ask_begin(&one, json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", "4101000004", "name", "y", "domain", "www.y.gov.cn"));
	ask_begin(&two, json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", "4101000005", "name", "z", "domain", "www.y.gov.cn"));
	answer = ask_end(&one);
	other = ask_end(&two);
	ck_assert_int_ne(json_object_get(answer, "ok") != NULL,
	    json_object_get(other, "ok") != NULL);
	json_decref(answer);
	json_decref(other);

	answer = ask(json_pack("{s:s}", "do", "dance"));
	ck_assert_ptr_nonnull(json_object_get(answer, "error"));
	json_decref(answer);
	answer = ask(json_pack("{s:i}", "do", 5));
	ck_assert_ptr_nonnull(json_object_get(answer, "error"));
	json_decref(answer);
	answer = ask(json_pack("{s:s}", "do", "ping"));
	ck_assert_str_eq(word(answer, "version"), ZQ_VERSION);
	json_decref(answer);
	tear_down();
}
END_TEST

static void
refused_in(const char *lang, const char *expected)
{
	json_t *said[] = {
		json_pack("{s:s, s:s, s:s, s:s*}", "do", "block", "code", "9",
		    "reason", "x", "lang", lang),
		json_pack("{s:s, s:[s], s:s*}", "do", "prove-sync", "codes",
		    "9", "lang", lang),
	};

	for (size_t i = 0; i < 2; i++) {
		json_t *answer = ask(said[i]);

		ck_assert_str_eq(json_string_value(json_object_get(answer,
		    "error")), expected);
		json_decref(answer);
	}
}

/* Its turn comes when that of another is over, who speaks English. */
static void
refused_later(void)
{
	struct asking one, two;
	json_t *answer;

	holds_mint = true;
	ask_begin(&one, json_pack("{s:s, s:s, s:s, s:s, s:s}", "do",
	    "site-add", "code", "4101000003", "name", "x", "domain",
	    "www.x.gov.cn", "lang", "en"));
	UNTIL(!holds_mint);
	ask_begin(&two, json_pack("{s:s, s:s, s:s, s:s}", "do", "block",
	    "code", "9", "reason", "x", "lang", "zh"));
	rest(300);
	mint(mint_held);
	json_decref(ask_end(&one));
	answer = ask_end(&two);
	ck_assert_str_eq(json_string_value(json_object_get(answer, "error")),
	    "没有编码为 9 的站点");
	json_decref(answer);
}

/* In the language of who asks, whatever the hub's own is. */
START_TEST(test_answers_in_the_askers_language)
{
	char path[600];

	set_up();
	langkit_write(path, kit.dir, "there is no site with the code %s",
	    "没有编码为 %s 的站点");
	lang_open(path);
	for (size_t hub = 0; hub < 2; hub++) {
		const char *own = hub == 0 ? "zh" : "en";

		lang_switch(own);
		refused_in("zh", "没有编码为 9 的站点");
		refused_in("en", "there is no site with the code 9");
		refused_in("fr", hub == 0 ? "没有编码为 9 的站点" :
		    "there is no site with the code 9");
		refused_in(NULL, hub == 0 ? "没有编码为 9 的站点" :
		    "there is no site with the code 9");
		ck_assert_str_eq(lang_now(), own);
	}
	refused_later();
	lang_switch("en");
	tear_down();
}
END_TEST

START_TEST(test_block_drops)
{
	json_t *answer;

	set_up();
	ask_letters(1, 1, 0, 30000);
	ask_letters(2, 2, 0, 30000);
	rest(20);
	answer = ask(json_pack("{s:s, s:s, s:s}", "do", "block", "code",
	    "4101000001", "reason", "key lost"));
	ck_assert_ptr_nonnull(json_object_get(answer, "ok"));
	json_decref(answer);
	UNTIL(drops == 1 && answers.n == 1);
	ck_assert_uint_eq(dropped_site, 1);
	ck_assert_uint_eq(answers.at[0].number, 1);
	ck_assert_uint_eq(answers.at[0].status, 403);
	ck_assert_ptr_nonnull(strstr(answers.at[0].body, "key lost"));
	ck_assert_uint_eq(stats_get(COUNTER_LETTERS_WAITING), 1);
	send_one(1, "https://www.s1.gov.cn/a");
	UNTIL(answers.n == 2);
	ck_assert_uint_eq(answers.at[1].status, 403);
	stop();
	blocked_frames = 0;
	start();
	UNTIL(blocked_frames == 1);
	ck_assert_str_eq(blocked_list, "1 blocked the site 4101000001 is "
	    "blocked: key lost;");
	json_decref(ask(json_pack("{s:s, s:s, s:s}", "do", "unblock",
	    "code", "4101000001", "reason", "new key")));
	UNTIL(blocked_frames == 2);
	ck_assert_str_eq(blocked_list, "");
	tear_down();
}
END_TEST

START_TEST(test_rebuild_while_taking)
{
	struct asking a;
	json_t *answer;

	set_up();
	for (uint64_t n = 1; n <= 40; n++)
		send_one(n, "https://www.s1.gov.cn/a");
	UNTIL(answers.n == 40);
	ask_begin(&a, json_pack("{s:s}", "do", "rebuild"));
	core_forget(&answers);
	for (uint64_t n = 41; n <= 60; n++)
		send_one(n, "https://www.s1.gov.cn/b");
	UNTIL(answers.n == 20);
	answer = ask_end(&a);
	ck_assert(json_is_true(json_object_get(json_object_get(answer, "ok"),
	    "same")));
	json_decref(answer);
	UNTIL(stats_get(COUNTER_VIEW_PLACE) ==
	    stats_get(COUNTER_JOURNAL_PLACE));
	tear_down();
}
END_TEST

/* --- the page ------------------------------------------------------------ */

static json_t *paged;		/* the last answer */

static void
on_acted(void *arg, uint8_t kind, uint64_t number, struct span body)
{
	(void)arg;
	ck_assert_int_eq(kind, FRAME_ACTED);
	ck_assert_uint_eq(number, 7);
	json_decref(paged);
	paged = json_loadb(body.at, body.n, 0, NULL);
	ck_assert_ptr_nonnull(paged);
}

/* "a" and so many characters of three bytes. */
static void
put_long(struct buf *b, size_t n)
{
	buf_byte(b, 'a');
	while (n-- > 0)
		buf_text(b, "国");
}

/* What may stand in place of a name, and (0: nothing does) of an address. */
static const char *
page_says(struct seqpacket *page, size_t actor, size_t see)
{
	struct buf b;

	buf_init(&b, SEQPACKET_BODY_MAX);
	buf_text(&b, "{\"do\":\"notice-announce\",\"code\":\"4101000001\","
	    "\"kind\":\"outage\",\"reason\":\"x\",\"actor\":\"");
	put_long(&b, actor);
	if (see > 0) {
		buf_text(&b, "\",\"see\":\"");
		put_long(&b, see);
	}
	buf_text(&b, "\"}");
	paged = NULL;
	ck_assert(seqpacket_send(page, FRAME_ACT, 7, buf_look(&b)));
	UNTIL(paged != NULL);
	buf_clear(&b);
	return json_string_value(json_object_get(paged, "error"));
}

/* A page that was taken over, or that somebody sends more than it asks for:
 * each gets an answer. */
START_TEST(test_page_nonsense)
{
	struct seqpacket *page;
	int pair[2];

	set_up();
	seqpacket_pair(pair);
	core_hear_page(core, pair[0]);
	page = seqpacket_new(base, pair[1], on_acted, NULL);
	for (size_t n = 17; n < 24; n++) {
		ck_assert_pstr_eq(page_says(page, n, 0),
		    "this can't be done on the page");
		json_decref(paged);
	}
	for (size_t n = 1363; n < 1370; n++) {
		ck_assert_ptr_nonnull(strstr(page_says(page, 3, n),
		    "a国国"));
		ck_assert_str_eq(json_string_value(json_object_get(paged,
		    "field")), "see");
		json_decref(paged);
	}
	seqpacket_free(page);
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_operators);
	tcase_add_test(t, test_answers_in_the_askers_language);
	tcase_add_test(t, test_block_drops);
	tcase_add_test(t, test_rebuild_while_taking);
	tcase_add_test(t, test_page_nonsense);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	return core_run_suite("core_ask", add);
}
