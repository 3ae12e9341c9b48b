/*
 * Taking: each verdict, what is complained of, what is remembered, and what
 * happens on a full disk.
 */
#include "hub/ingest.h"

#include "tests/unit/hub/corekit.h"

static struct corekit kit;
static struct ingest *ingest;
static struct core_answers answers;
static struct pending_queue queue;
static struct ingest_group group;

static void
set_up(uint64_t most)
{
	core_open(&kit, most);
	core_site(&kit, 1);
	core_site(&kit, 2);
	core_log_begin();
	pending_init(&queue);
	ingest = ingest_new(&kit.writer, &kit.guests, core_send, &answers);
}

static void
tear_down(void)
{
	core_forget(&answers);
	ingest_free(ingest);
	pending_clear(&queue);
	core_close(&kit);
}

static bool
take(void)
{
	core_forget(&answers);
	return ingest_take(ingest, &queue, &group);
}

static void
put(struct buf *frame, uint64_t number)
{
	pending_batch(&queue, number, buf_look(frame));
	buf_clear(frame);
}

/* One change of site 1 by its domain. */
static void
put_one(uint64_t incarnation, uint64_t seq, const char *title)
{
	struct buf b;

	core_batch_head(&b, 1, incarnation, seq);
	core_batch_put(&b, seq, "https://www.s1.gov.cn/a", title);
	put(&b, seq);
}

static const struct core_answer *
last(void)
{
	ck_assert_uint_gt(answers.n, 0);
	return &answers.at[answers.n - 1];
}

static uint64_t
entries(void)
{
	return journal_last(kit.writer.journal);
}

START_TEST(test_taken_known_early)
{
	uint64_t before;

	set_up(CORE_MOST);
	before = entries();
	put_one(7, 1, "one");
	ck_assert(take());
	ck_assert_uint_eq(last()->status, 200);
	ck_assert_int_eq(last()->answer.verdict, VERDICT_TAKEN);
	ck_assert_uint_eq(last()->answer.taken, 1);
	ck_assert_uint_eq(last()->answer.expected, 2);
	ck_assert_uint_eq(last()->answer.incarnation, 7);
	ck_assert_int_eq(last()->answer.now, CORE_NOW);
	ck_assert_uint_eq(entries(), before + 1);
	ck_assert_uint_eq(group.place, before + 1);
	ck_assert_uint_eq(group.batches, 1);

	put_one(7, 1, "one");
	ck_assert(take());
	ck_assert_int_eq(last()->answer.verdict, VERDICT_KNOWN);
	ck_assert_uint_eq(entries(), before + 1);

	put_one(7, 5, "five");
	ck_assert(take());
	ck_assert_int_eq(last()->answer.verdict, VERDICT_EARLY);
	ck_assert_uint_eq(last()->answer.expected, 2);
	ck_assert_uint_eq(entries(), before + 1);
	tear_down();
}
END_TEST

START_TEST(test_group_is_judged_in_order)
{
	set_up(CORE_MOST);
	put_one(7, 1, "one");
	put_one(7, 2, "two");
	put_one(7, 2, "two");
	ck_assert(take());
	ck_assert_uint_eq(answers.n, 3);
	ck_assert_uint_eq(answers.at[0].number, 1);
	ck_assert_int_eq(answers.at[1].answer.verdict, VERDICT_TAKEN);
	ck_assert_int_eq(answers.at[2].answer.verdict, VERDICT_KNOWN);
	ck_assert_uint_eq(stats_get(COUNTER_TAKEN_GROUPS), 1);
	ck_assert_uint_eq(stats_get(COUNTER_TAKEN_CHANGES), 2);
	ck_assert_uint_eq(stats_get(COUNTER_KNOWN_CHANGES), 1);
	tear_down();
}
END_TEST

START_TEST(test_foreign_host_is_taken_and_told)
{
	struct buf b;

	set_up(CORE_MOST);
	core_batch_head(&b, 1, 7, 1);
	core_batch_put(&b, 1, "https://www.s2.gov.cn/a", "not ours");
	core_batch_put(&b, 2, "https://www.s1.gov.cn/b", "ours");
	put(&b, 1);
	ck_assert(take());
	ck_assert_uint_eq(last()->answer.taken, 2);
	ck_assert_uint_eq(last()->complaints, 1);
	ck_assert_ptr_nonnull(strstr(last()->complaint, "www.s2.gov.cn"));
	tear_down();
}
END_TEST

static bool
keep_entry(void *arg, const struct entry *e)
{
	struct change *c = arg;
	static struct buf row;

	buf_clear(&row);
	buf_init(&row, LIMIT_CHANGE);
	buf_span(&row, e->body);
	ck_assert(change_read(c, buf_look(&row)));
	return true;
}

static void
put_unreadable(const char *why)
{
	struct buf b;

	core_batch_head(&b, 1, 7, 1);
	frame_batch_refused(&b, 1, span_of(why));
	core_batch_put(&b, 2, "https://www.s1.gov.cn/b", "two");
	put(&b, 1);
}

START_TEST(test_unreadable_keeps_its_number)
{
	struct change c;

	set_up(CORE_MOST);
	put_unreadable("line 3: no title");
	ck_assert(take());
	ck_assert_uint_eq(last()->answer.taken, 2);
	ck_assert_uint_eq(last()->complaints, 1);
	ck_assert_ptr_nonnull(strstr(last()->complaint, "line 3: no title"));
	journal_read(kit.writer.journal, group.place - 1, 1, keep_entry, &c);
	ck_assert_int_eq(c.kind, CHANGE_OTHER);
	ck_assert_uint_eq(c.seq, 1);
	ck_assert(span_is(c.critical, SPAN("unreadable")));
	ck_assert(span_is(c.word[WORD_REASON], SPAN("line 3: no title")));
	ck_assert_uint_eq(stats_get(COUNTER_REFUSED_CHANGES), 1);

	/* a hub that words it otherwise must not cry fork */
	put_unreadable("line 3: dcterms:title is missing");
	ck_assert(take());
	ck_assert_int_eq(last()->answer.verdict, VERDICT_KNOWN);
	ck_assert_uint_eq(stats_get(COUNTER_REFUSED_CHANGES), 1);

	/* nor may a reason that is no text do harm */
	core_forget(&answers);
	tear_down();
	set_up(CORE_MOST);
	put_unreadable("\xff\xfe\x01");
	ck_assert(take());
	ck_assert_int_eq(last()->answer.verdict, VERDICT_TAKEN);
	journal_read(kit.writer.journal, group.place - 1, 1, keep_entry, &c);
	ck_assert(span_is(c.critical, SPAN("unreadable")));
	tear_down();
}
END_TEST

START_TEST(test_each_complaint_is_its_own)
{
	struct buf b;

	set_up(CORE_MOST);
	core_batch_head(&b, 1, 7, 1);
	core_batch_put(&b, 1, "https://www.s2.gov.cn/a", "not ours");
	frame_batch_refused(&b, 2, SPAN("line 9: no date"));
	core_batch_put(&b, 3, "https://www.s2.gov.cn/b", "not ours");
	put(&b, 1);
	ck_assert(take());
	ck_assert_uint_eq(last()->complaints, 3);
	ck_assert_ptr_nonnull(strstr(last()->complaint, "www.s2.gov.cn"));
	tear_down();
}
END_TEST

START_TEST(test_critical_part_is_told)
{
	struct change c;
	struct buf b, row;

	set_up(CORE_MOST);
	core_batch_head(&b, 1, 7, 1);
	change_init(&c);
	c.seq = 1;
	c.kind = CHANGE_CREATED;
	c.when = CORE_NOW;
	c.url = SPAN("https://www.s1.gov.cn/a");
	c.critical = SPAN("urn:new embargo");
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	frame_batch_change(&b, 1, buf_look(&row));
	buf_clear(&row);
	put(&b, 1);
	ck_assert(take());
	ck_assert_int_eq(last()->answer.verdict, VERDICT_TAKEN);
	ck_assert_ptr_nonnull(strstr(last()->complaint, "urn:new embargo"));
	tear_down();
}
END_TEST

START_TEST(test_fork_is_held_once)
{
	uint64_t at;

	set_up(CORE_MOST);
	put_one(7, 1, "one");
	ck_assert(take());
	put_one(7, 1, "another one");
	put_one(7, 1, "a third one");
	ck_assert(take());
	ck_assert_int_eq(answers.at[0].answer.verdict, VERDICT_FORKED);
	ck_assert_int_eq(answers.at[1].answer.verdict, VERDICT_FORKED);
	ck_assert_uint_eq(last()->status, 200);
	ck_assert_ptr_nonnull(strstr(last()->body, "settle 4101000001"));
	ck_assert(core_logged("203.0.113.7:5000"));
	at = entries();
	put_one(7, 1, "a fourth one");
	ck_assert(take());
	ck_assert_uint_eq(entries(), at);	/* said already, not yet shown */
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));

	put_one(7, 2, "two");
	ck_assert(take());
	ck_assert_int_eq(last()->answer.verdict, VERDICT_FORKED);
	ck_assert_uint_eq(entries(), at);
	core_act(&kit, json_pack("{s:s, s:i}", "do", "unblock", "site", 1));
	put_one(7, 2, "two");
	ck_assert(take());
	ck_assert_int_eq(last()->answer.verdict, VERDICT_TAKEN);
	put_one(7, 2, "other two");
	ck_assert(take());
	ck_assert_uint_eq(entries(), at + 3);	/* held again */
	tear_down();
}
END_TEST

static void
put_as(uint32_t site, uint32_t key)
{
	struct frame_peer p = core_peer(site, "203.0.113.7:1");
	struct batch h = { .incarnation = 7, .first = 1, .head = 1,
		.now = CORE_NOW };
	struct buf b;

	core_key(p.key_hash, key);
	buf_init(&b, FRAME_MAX);
	frame_batch_begin(&b, &p, &h, clock_mono());
	core_batch_put(&b, 1, "https://www.s1.gov.cn/a", "x");
	put(&b, 1);
}

START_TEST(test_who_may_not_speak)
{
	uint64_t before;

	set_up(CORE_MOST);
	before = entries();
	put_as(9, 9);
	put_as(0, 0);
	put_as(1, 2);
	ck_assert(take());
	for (size_t i = 0; i < answers.n; i++) {
		ck_assert_uint_eq(answers.at[i].status, 403);
		ck_assert_int_eq(answers.at[i].answer.verdict,
		    VERDICT_BLOCKED);
	}
	ck_assert_ptr_nonnull(strstr(answers.at[0].body, "number 9"));
	ck_assert_ptr_nonnull(strstr(answers.at[2].body, "enrolled again"));
	ck_assert_uint_eq(entries(), before);

	core_act(&kit, json_pack("{s:s, s:i, s:s}", "do", "block", "site",
	    1, "reason", "x"));
	put_as(1, 1);
	ck_assert(take());
	ck_assert_uint_eq(last()->status, 403);
	ck_assert_ptr_nonnull(strstr(last()->body, "blocked"));
	tear_down();
}
END_TEST

START_TEST(test_bad_batches)
{
	struct buf b;
	uint64_t before;

	set_up(CORE_MOST);
	before = entries();
	core_batch_head(&b, 1, 0, 1);
	put(&b, 1);
	core_batch_head(&b, 1, 7, 0);
	put(&b, 2);
	core_batch_head(&b, 1, 7, UINT64_MAX);
	put(&b, 3);
	core_batch_head(&b, 1, 7, 1);
	core_batch_put(&b, 2, "https://www.s1.gov.cn/a", "x");
	put(&b, 4);
	core_batch_head(&b, 1, 7, 1);
	for (uint64_t n = 1; n <= LIMIT_BATCH + 1; n++)
		frame_batch_refused(&b, 0, SPAN("x"));
	put(&b, 5);
	pending_batch(&queue, 6, SPAN("nonsense"));
	ck_assert(take());
	ck_assert_uint_eq(answers.n, 6);
	for (size_t i = 0; i < answers.n; i++) {
		ck_assert_uint_eq(answers.at[i].status, 400);
		ck_assert_int_eq(answers.at[i].answer.verdict, VERDICT_BAD);
	}
	ck_assert_ptr_nonnull(strstr(answers.at[3].body,
	    "number 2 where 1 was expected"));
	ck_assert_uint_eq(entries(), before);
	tear_down();
}
END_TEST

START_TEST(test_complaints_fit_into_an_answer)
{
	char url[LIMIT_URL];
	struct buf b;

	set_up(CORE_MOST);
	snprintf(url, sizeof(url), "https://evil.example/%01900d", 0);
	core_batch_head(&b, 1, 7, 1);
	for (uint64_t n = 1; n <= LIMIT_BATCH; n++)
		core_batch_put(&b, n, url, "x");
	put(&b, 1);
	ck_assert(take());
	ck_assert_uint_eq(last()->answer.taken, LIMIT_BATCH);
	ck_assert_uint_gt(last()->complaints, 100);
	ck_assert_uint_lt(last()->complaints, LIMIT_BATCH);
	ck_assert_ptr_nonnull(strstr(last()->body, "more changes were held"));
	tear_down();
}
END_TEST

static uint64_t done_place;

static void
on_done(void *arg, uint64_t place)
{
	ck_assert_ptr_eq(arg, &done_place);
	done_place = place;
}

static void
put_act(void)
{
	struct acts a;

	acts_init(&a);
	acts_put(&a, json_pack("{s:s}", "do", "start"), "test", "");
	pending_acts(&queue, &a, on_done, &done_place);
	ck_assert_uint_eq(a.count, 0);
}

START_TEST(test_acts_ride_in_the_group)
{
	set_up(CORE_MOST);
	put_one(7, 1, "one");
	put_act();
	put_one(7, 2, "two");
	ck_assert(take());
	ck_assert_uint_eq(answers.n, 2);
	ck_assert_uint_eq(done_place, entries() - 1);
	ck_assert_uint_eq(stats_get(COUNTER_TAKEN_GROUPS), 1);
	tear_down();
}
END_TEST

START_TEST(test_full_disk_is_busy)
{
	uint64_t seq = 0, before;

	set_up(512 << 10);
	do {
		struct buf b;

		before = entries();
		core_batch_head(&b, 1, 7, seq + 1);
		for (int i = 0; i < 200; i++) {
			char url[64];

			snprintf(url, sizeof(url),
			    "https://www.s1.gov.cn/%d", (int)++seq);
			core_batch_put(&b, seq, url, "a page");
		}
		put(&b, 1);
		ck_assert_uint_lt(seq, 100000);
	} while (take());
	ck_assert_uint_eq(last()->status, 503);
	ck_assert_int_eq(last()->answer.verdict, VERDICT_BUSY);
	ck_assert_uint_gt(last()->retry, 0);
	ck_assert_uint_eq(entries(), before);
	ck_assert(core_logged("disk full"));
	done_place = 99;
	for (int i = 0; i < 2000 && done_place != 0; i++) {
		put_act();
		take();
	}
	ck_assert_uint_eq(done_place, 0);
	tear_down();
}
END_TEST

START_TEST(test_clocks_that_lie)
{
	const struct { int64_t skew; const char *said; } steps[] = {
		{ 0, "" }, { 4000, "" },
		{ -6000, "behind ours" },
		{ 61000, "ahead of ours: set it by NTP" },
		{ 100, "agrees with ours again" },
	};

	set_up(CORE_MOST);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct frame_peer p = core_peer(1, "x");
		struct batch h = { .incarnation = 7, .first = 1, .head = 0,
			.now = CORE_NOW + steps[i].skew };
		struct buf b;

		core_log[0] = '\0';
		buf_init(&b, FRAME_MAX);
		frame_batch_begin(&b, &p, &h, clock_mono());
		put(&b, 1);
		ck_assert(take());
		ck_assert_uint_eq(last()->status, 200);
		if (steps[i].said[0] == '\0')
			ck_assert_str_eq(core_log, "");
		ck_assert(core_logged(steps[i].said));
	}
	tear_down();
}
END_TEST

/* What a batch has waited here isn't its site's clock being slow. */
START_TEST(test_waiting_is_no_skew)
{
	set_up(CORE_MOST);
	put_one(7, 1, "one");
	clock_set(CORE_NOW + 20000, clock_mono() + 20000);
	ck_assert(take());
	ck_assert_int_eq(last()->answer.verdict, VERDICT_TAKEN);
	ck_assert_int_eq(guests_get(&kit.guests, 1)->skew, SKEW_NONE);
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_taken_known_early);
	tcase_add_test(t, test_group_is_judged_in_order);
	tcase_add_test(t, test_foreign_host_is_taken_and_told);
	tcase_add_test(t, test_unreadable_keeps_its_number);
	tcase_add_test(t, test_each_complaint_is_its_own);
	tcase_add_test(t, test_critical_part_is_told);
	tcase_add_test(t, test_fork_is_held_once);
	tcase_add_test(t, test_who_may_not_speak);
	tcase_add_test(t, test_bad_batches);
	tcase_add_test(t, test_complaints_fit_into_an_answer);
	tcase_add_test(t, test_acts_ride_in_the_group);
	tcase_add_test(t, test_full_disk_is_busy);
	tcase_add_test(t, test_clocks_that_lie);
	tcase_add_test(t, test_waiting_is_no_skew);
}

int
main(void)
{
	return core_run_suite("ingest", add);
}
