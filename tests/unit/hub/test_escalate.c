/*
 * Letters that nobody answers go on: to the columns, the site, the site
 * above; once each, and only if nobody answers.
 */
#include "hub/escalate.h"

#include <stdlib.h>

#include "hub/links.h"
#include "hub/tell_owed.h"
#include "hub/telling.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/mending.h"
#include "protocol/sha.h"
#include "tests/scratch.h"
#include "tests/unit/hub/movekit.h"

static const struct escalate_times times = { .wait = {
	[REFERRAL_COLUMN] = 3 * DAY, [REFERRAL_SITE] = 7 * DAY,
	[REFERRAL_PARENT] = 14 * DAY } };

static void
work(void)
{
	bool look = true, tell = true;

	while (look || tell) {
		struct db_txn *t;

		kit_show(&k, 100);
		t = view_read(k.view);
		look = links_look_left(t);
		tell = telling_is_due(t, k.now);
		db_abort(t);
		if (look)
			kit_act(&k, "{\"do\":\"look\",\"most\":50}");
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

/* Acts until nothing is due; how many. */
static unsigned
escalate(void)
{
	uint32_t site = 1;
	struct db_txn *t;
	unsigned acts = 0;
	json_t *act;
	char *text;

	for (;;) {
		kit_show(&k, 100);
		t = view_read(k.view);
		if (!escalate_next(t, &times, k.now, 100, &site, &act))
			break;
		db_abort(t);
		text = json_dumps(act, 0);
		kit_act(&k, "%s", text);
		free(text);
		json_decref(act);
		ck_assert_uint_lt(++acts, 100);
	}
	db_abort(t);
	return acts;
}

static struct buf text;
static unsigned letters;
static char said[100];		/* who says so, of the last link */

static void
on_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	(void)arg, (void)l;
	buf_printf(&text, "  %.*s:%u\n", SPAN_ARGS(p->url), p->line);
}

static void
on_link(void *arg, const struct mending_link *l)
{
	(void)arg;
	buf_printf(&text, "%s %.*s -> %.*s (%u)\n",
	    mending_state_name(l->state), SPAN_ARGS(l->old),
	    SPAN_ARGS(l->new), (unsigned)l->pages);
	snprintf(said, sizeof(said), "%.*s|%.*s|%.*s|%.*s",
	    SPAN_ARGS(l->by), SPAN_ARGS(l->name), SPAN_ARGS(l->person),
	    SPAN_ARGS(l->operator));
}

static void
on_letter(void *arg, const struct letter *l)
{
	static const struct mending_reader to = { .link = on_link,
		.page = on_page };
	const char *why = "";

	(void)arg;
	if (!span_is(l->kind, SPAN(LETTER_UNANSWERED)))
		return;
	letters++;
	buf_printf(&text, "%.*s\n", SPAN_ARGS(l->text));
	ck_assert_msg(mending_read(l->body, &to, NULL, &why), "%s", why);
}

static const char *
told(uint32_t site)
{
	if (text.most == 0)
		buf_init(&text, 1u << 20);
	kit_show(&k, 100);
	buf_reset(&text);
	letters = 0;
	view_letters(k.view, site, 0, 1000, on_letter, NULL);
	return buf_cstr(&text);
}

#define TARGET "https://s3.gov.cn/x.html"

/* Site 4, below site 1, links to a page of site 3 that is deleted. */
static void
dead_link(void)
{
	struct change c;

	kit_act(&k, "{\"do\":\"site-add\",\"site\":4,\"code\":\"4100000004\","
	    "\"name\":\"child\",\"domains\":[\"s4.gov.cn\"],\"kind\":\"\","
	    "\"parent\":\"4100000001\"}");
	page_in(3, TARGET, "", NULL);
	page_in(4, "https://s4.gov.cn/a.html", "通知公告", TARGET);
	page_in(4, "https://s4.gov.cn/b.html", "政务公开", TARGET);
	c = kit_change(CHANGE_DELETED, TARGET, "");
	kit_say(&k, 3, &c);
	settle();
}

START_TEST(the_chain)
{
	dead_link();
	ck_assert_uint_eq(escalate(), 0);
	later(3 * DAY - TELL_OWED_PAUSE - 1);
	ck_assert_uint_eq(escalate(), 0);
	later(TELL_OWED_PAUSE + 1);
	ck_assert_uint_eq(escalate(), 1);
	ck_assert_has(told(4), "column \"通知公告\": ");
	ck_assert_has(told(4), "column \"政务公开\": ");
	ck_assert_has(told(4), "  https://s4.gov.cn/a.html:7\n");
	ck_assert_uint_eq(letters, 2);
	ck_assert_uint_eq(escalate(), 0);
	later(4 * DAY);
	ck_assert_uint_eq(escalate(), 1);
	ck_assert_has(told(4), "withdrawn " TARGET " ->  (2)\n");
	ck_assert_uint_eq(letters, 3);
	told(1);
	ck_assert_uint_eq(letters, 0);
	later(7 * DAY);
	ck_assert_uint_eq(escalate(), 1);
	ck_assert_has(told(1), "site 4100000004 (child), which belongs to "
	    "yours, was told of these links");
	ck_assert_has(told(1), TARGET);
	ck_assert_str_eq(said, "4100000003|site 3||");
	ck_assert_uint_eq(letters, 1);
	later(100 * DAY);
	ck_assert_uint_eq(escalate(), 0);
	same_again();
}
END_TEST

/* However long a hub was off: one step after the other. */
START_TEST(one_step_at_a_time)
{
	dead_link();
	later(100 * DAY);
	ck_assert_uint_eq(escalate(), 1);
	ck_assert_uint_eq(escalate(), 0);
	told(4);
	ck_assert_uint_eq(letters, 2);
	later(4 * DAY);
	ck_assert_uint_eq(escalate(), 1);
	told(1);
	ck_assert_uint_eq(letters, 0);
}
END_TEST

static void
reply(const char *scope)
{
	struct change c = kit_change(CHANGE_REPLY, TARGET, "");

	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_REASON] = SPAN("soon");
	kit_say(&k, 4, &c);
}

START_TEST(who_answers_is_left_alone)
{
	dead_link();
	reply(STATEMENT_REFUSED);
	later(100 * DAY);
	ck_assert_uint_eq(escalate(), 0);
	page_in(4, "https://s4.gov.cn/a.html", "", NULL);
	page_in(4, "https://s4.gov.cn/b.html", "", NULL);
	settle();
	ck_assert_uint_eq(escalate(), 0);
}
END_TEST

START_TEST(what_is_mended_is_over)
{
	dead_link();
	page_in(4, "https://s4.gov.cn/a.html", "", NULL);
	page_in(4, "https://s4.gov.cn/b.html", "", NULL);
	settle();
	later(100 * DAY);
	ck_assert_uint_eq(escalate(), 0);
}
END_TEST

/* Who has fetched the letter has time until the move's day; who hasn't, not. */
START_TEST(not_before_its_time)
{
	struct change c = kit_change(CHANGE_MOVE, "https://s1.gov.cn/a/", "");

	page_in(2, "https://s2.gov.cn/a.html", "", "https://s1.gov.cn/a/1.html");
	page_in(3, "https://s3.gov.cn/a.html", "", "https://s1.gov.cn/a/1.html");
	c.word[WORD_SUCCESSOR] = SPAN("https://s1.gov.cn/b/");
	c.word[WORD_SCOPE] = SPAN("prefix");
	c.word[WORD_BY] = SPAN("li");
	c.from = k.now + 30 * DAY;
	kit_say(&k, 1, &c);
	work();
	kit_act(&k, "{\"do\":\"confirm\",\"site\":2,\"letter\":1}");
	later(4 * DAY);
	ck_assert_uint_eq(escalate(), 1);
	told(2);
	ck_assert_uint_eq(letters, 0);
	ck_assert_has(told(3), "announced https://s1.gov.cn/a/1.html -> "
	    "https://s1.gov.cn/b/");
	ck_assert_str_eq(said, "4100000001|site 1|li|");
	later(29 * DAY);
	ck_assert_uint_eq(escalate(), 2);
	told(2);
	ck_assert_uint_eq(letters, 1);
}
END_TEST

/* --- a site that was told of thousands --------------------------------------- */

#define DONE 2500
#define TOLD 100		/* waiting, at another level */

static void
put(struct db_txn *t, const char *url, enum referral_state state,
    enum referral_level level, struct buf *row)
{
	referral_put(t, &(struct referral){ .site = 1, .state = state,
	    .level = level, .raised = CLOCK_NONE, .letter = 1, .last = 1,
	    .pages = 1, .told = DAY, .changed = DAY,
	    .target = span_of(url) }, row);
}

/* Behind nearly all others, in the order of their digests. */
static void
find_last(char url[64])
{
	uint8_t digest[32] = { 0 };
	struct target_key key;

	for (unsigned i = 0; digest[0] != 0xff; i++) {
		snprintf(url, 64, "https://last%u.gov.cn/", i);
		ck_assert(target_key(&key, span_of(url)));
		sha_of(digest, (struct span){ (const char *)key.at, key.n });
	}
}

static void
fill(struct db_txn *t, const char *last)
{
	struct site s = { .number = 1, .code = SPAN("4100000001"),
		.until = CLOCK_NONE };
	char url[64];
	struct buf row;

	buf_init(&row, 1u << 16);
	site_put(t, &s);
	for (unsigned i = 0; i < DONE; i++) {
		snprintf(url, sizeof(url), "https://done%u.gov.cn/", i);
		put(t, url, REFERRAL_TOLD, REFERRAL_PAGE, &row);
		put(t, url, i % 2 == 0 ? REFERRAL_FIXED : REFERRAL_REFUSED,
		    REFERRAL_PAGE, &row);
	}
	for (unsigned i = 0; i < TOLD; i++) {
		snprintf(url, sizeof(url), "https://told%u.gov.cn/", i);
		put(t, url, REFERRAL_TOLD, REFERRAL_PAGE, &row);
		put(t, url, REFERRAL_TOLD, REFERRAL_PARENT, &row);
	}
	put(t, last, REFERRAL_WILL_FIX, REFERRAL_PAGE, &row);
	buf_clear(&row);
}

static bool
count_one(void *arg, const struct referral *r)
{
	unsigned *n = arg;

	ck_assert_uint_eq(r->site, 1);
	++*n;
	return true;
}

static unsigned
count(struct db_txn *t, enum referral_level level)
{
	unsigned n = 0;

	referral_waiting(t, 1, level, count_one, &n);
	return n;
}

START_TEST(what_is_done_with_hides_nothing)
{
	char dir[] = "/tmp/zq-escalate-XXXXXX", last[64];
	struct db_txn *t;
	struct db *db;
	uint32_t site = 1;
	json_t *act = NULL;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	db = db_open(dir, DB_WRITE | DB_NOSYNC | DB_CREATE, table_list,
	    TABLE_COUNT, 1u << 30);
	ck_assert_ptr_nonnull(db);
	find_last(last);
	t = db_begin(db, true);
	fill(t, last);
	ck_assert_int_eq(db_commit(t), DB_OK);
	t = db_begin(db, false);
	ck_assert_uint_eq(count(t, REFERRAL_PAGE), 1);
	ck_assert_uint_eq(count(t, REFERRAL_COLUMN), 0);
	ck_assert_uint_eq(count(t, REFERRAL_PARENT), TOLD);
	ck_assert(escalate_next(t, &times, 10 * DAY, 100, &site, &act));
	json_decref(act);
	db_abort(t);
	db_close(db);
	ck_assert_int_eq(scratch_remove(dir), 0);
}
END_TEST

/* --- what is forgotten -------------------------------------------------------- */

#define MANY 400

static void
put_at(struct db_txn *t, unsigned from, unsigned to, enum referral_state state,
    int64_t at)
{
	char url[64];
	struct buf row;

	buf_init(&row, 1u << 16);
	for (unsigned i = from; i < to; i++) {
		snprintf(url, sizeof(url), "https://a%u.gov.cn/", i);
		referral_put(t, &(struct referral){ .site = 1,
		    .state = state, .raised = CLOCK_NONE, .told = at,
		    .changed = at, .target = span_of(url) }, &row);
	}
	buf_clear(&row);
}

static unsigned
rows_of(struct db_txn *t)
{
	unsigned n = 0;

	referral_each(t, 0, 1, count_one, &n);
	return n;
}

/* What is done with doesn't pile up for years; what is open stays, however old
 * it is. */
START_TEST(old_ones_are_forgotten)
{
	char dir[] = "/tmp/zq-escalate-XXXXXX";
	struct db_txn *t;
	struct db *db;
	unsigned before;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	db = db_open(dir, DB_WRITE | DB_NOSYNC | DB_CREATE, table_list,
	    TABLE_COUNT, 1u << 30);
	ck_assert_ptr_nonnull(db);
	t = db_begin(db, true);
	put_at(t, 0, MANY, REFERRAL_FIXED, DAY);
	put_at(t, MANY, 2 * MANY, REFERRAL_TOLD, DAY);
	put_at(t, 2 * MANY, 3 * MANY, REFERRAL_OFF, REFERRAL_KEEP);
	ck_assert_uint_eq(rows_of(t), 3 * MANY);
	before = count(t, REFERRAL_PAGE);
	put_at(t, 3 * MANY, 4 * MANY, REFERRAL_FIXED, REFERRAL_KEEP + 2 * DAY);
	ck_assert_uint_lt(rows_of(t), 3 * MANY + MANY / 2);
	ck_assert_uint_ge(rows_of(t), 3 * MANY);
	ck_assert_uint_eq(count(t, REFERRAL_PAGE), before);
	ck_assert_int_eq(db_commit(t), DB_OK);
	db_close(db);
	ck_assert_int_eq(scratch_remove(dir), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("escalate");
	TCase *c = tcase_create("escalate");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, the_chain);
	tcase_add_test(c, one_step_at_a_time);
	tcase_add_test(c, who_answers_is_left_alone);
	tcase_add_test(c, what_is_mended_is_over);
	tcase_add_test(c, not_before_its_time);
	tcase_add_test(c, what_is_done_with_hides_nothing);
	tcase_add_test(c, old_ones_are_forgotten);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
