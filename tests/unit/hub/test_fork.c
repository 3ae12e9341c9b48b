/*
 * Two agents with one key: the watch that notices, what is judged of a batch,
 * who is told what until it is settled; and the gate as it closes.
 */
#include "hub/fork.h"

#include "hub/ingest.h"
#include "hub/letters.h"
#include "tests/unit/hub/corekit.h"

#define A 0xa1
#define B 0xb2
#define HERE "203.0.113.7:5000"
#define THERE "198.51.100.9:6000"

/* --- the watch ------------------------------------------------------------ */

static struct fork_watch watch;
static int64_t mono;

static bool
word(uint64_t instance, int64_t now)
{
	struct fork_word f = { .instance = instance,
		.address = SPAN("10.0.0.1:1"), .now = now };
	bool turns = fork_turns(&watch, &f, mono);

	fork_seen(&watch, &f, mono);
	mono += 15000;
	return turns;
}

static void
begin_watch(void)
{
	watch = (struct fork_watch){ .returns = 0 };
	mono = 1000;
}

START_TEST(test_turns_are_noticed)
{
	begin_watch();
	ck_assert(!word(A, 1));
	ck_assert(!word(B, 2));
	ck_assert(!word(A, 3));
	ck_assert(!word(B, 4));
	ck_assert(word(A, 5));
}
END_TEST

START_TEST(test_restarts_are_none)
{
	begin_watch();
	for (uint64_t n = 1; n < 100; n++) {
		ck_assert(!word(n, (int64_t)n));
		ck_assert(!word(n, (int64_t)n));
	}
}
END_TEST

/* A proxy delivers what the old process had sent, after the new one spoke,
 * as often as it likes. */
START_TEST(test_late_requests_are_none)
{
	begin_watch();
	ck_assert(!word(A, 10));
	ck_assert(!word(A, 11));
	for (int n = 0; n < 20; n++) {
		ck_assert(!word(B, 20 + n));
		ck_assert(!word(A, 11));
		ck_assert(!word(A, 10));
	}
}
END_TEST

START_TEST(test_slow_turns_are_none)
{
	begin_watch();
	for (int n = 0; n < 20; n++) {
		ck_assert(!word(A, 2 * n));
		mono += FORK_WINDOW / 2;
		ck_assert(!word(B, 2 * n + 1));
		mono += FORK_WINDOW / 2;
	}
}
END_TEST

/* The copy's clock is an hour behind, and goes on. */
START_TEST(test_skewed_turns_are_noticed)
{
	bool noticed = false;

	begin_watch();
	for (int n = 0; n < 4; n++) {
		noticed = word(A, 3600000 + 30000 * n) || noticed;
		noticed = word(B, 30000 * n + 100) || noticed;
	}
	ck_assert(noticed);
}
END_TEST

START_TEST(test_who_names_no_instance_is_let_be)
{
	begin_watch();
	for (int n = 0; n < 20; n++) {
		ck_assert(!word(0, n));
		ck_assert(!word(A, n));
	}
}
END_TEST

START_TEST(test_advice_names_both)
{
	struct fork_side side[2] = { { .instance = 0x1122334455663fa2,
		.address = HERE, .since = CORE_NOW }, { .instance = B,
		.address = THERE } };
	char when[CLOCK_TEXT_MAX], words[200];
	struct buf b;

	buf_init(&b, 4096);
	fork_advice(&b, "4101000001", side);
	snprintf(words, sizeof(words), "1 from " HERE " (agent 3fa2, since "
	    "%s), 2 from " THERE " (agent 00b2)", clock_show(when, CORE_NOW));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), words));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "zqhub site settle "
	    "4101000001 --keep 203.0.113.7 (or 198.51.100.9)"));
	buf_reset(&b);
	side[1].address = "203.0.113.7:7";
	fork_advice(&b, "4101000001", side);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "--keep 1 (or 2)"));
	buf_clear(&b);
}
END_TEST

/* --- batches -------------------------------------------------------------- */

static struct corekit kit;
static struct ingest *ingest;
static struct core_answers answers;
static struct pending_queue queue;
static struct ingest_group group;

struct said {			/* a batch to be */
	uint64_t instance, incarnation, first, head;
	const char *address;
	uint8_t key;		/* 0: the site's own */
	int64_t now;
	size_t count;
	uint64_t from;		/* the first item's number; 0: as `first` */
	enum change_kind kind;
	const char *title, *by;
};

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
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

static void
put_change(struct buf *b, const struct said *s, uint64_t seq)
{
	struct change c;
	struct buf row;
	char url[64];

	snprintf(url, sizeof(url), "https://www.s1.gov.cn/%llu",
	    (unsigned long long)(s->from != 0 ? seq - s->first + s->from :
	    seq));
	change_init(&c);
	c.seq = seq;
	c.kind = s->kind != 0 ? s->kind : CHANGE_CREATED;
	c.when = CORE_NOW;
	c.url = span_of(url);
	c.word[WORD_TITLE] = span_of(s->title != NULL ? s->title : "");
	c.word[WORD_BY] = span_of(s->by != NULL ? s->by : "");
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	frame_batch_change(b, seq, buf_look(&row));
	buf_clear(&row);
}

/* The batch s, taken and shown; the answer. */
static const struct core_answer *
tell(struct said s)
{
	struct frame_peer p = core_peer(1, s.address != NULL ? s.address :
	    HERE);
	struct batch h = { .incarnation = s.incarnation != 0 ?
		s.incarnation : 7, .first = s.first, .head = s.head != 0 ?
		s.head : s.first + s.count - 1, .now = CORE_NOW + s.now,
		.agent = SPAN("test/1"), .instance = s.instance,
		.features = SPAN("want gate") };
	struct buf b;

	if (s.key != 0)
		core_key(p.key_hash, s.key);
	buf_init(&b, FRAME_MAX);
	frame_batch_begin(&b, &p, &h);
	for (size_t n = 0; n < s.count; n++)
		put_change(&b, &s, s.first + n);
	core_forget(&answers);
	pending_batch(&queue, 1, buf_look(&b));
	buf_clear(&b);
	ck_assert(ingest_take(ingest, &queue, &group));
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
	ck_assert_uint_eq(answers.n, 1);
	return &answers.at[0];
}

static struct view_site
view(void)
{
	struct view_site s;

	ck_assert(view_site(kit.writer.view, 1, &s));
	return s;
}

#define ck_assert_answer(a, v, c)					\
	do {								\
		const struct core_answer *it = (a);			\
									\
		ck_assert_str_eq(verdict_name(it->answer.verdict),	\
		    verdict_name(v));					\
		ck_assert_msg(span_is(it->answer.cause, SPAN(c)),	\
		    "cause \"%.*s\"", SPAN_ARGS(it->answer.cause));	\
	} while (0)

/* A beat of an instance. */
static const struct core_answer *
beat(uint64_t instance, const char *address, uint64_t head, int64_t now)
{
	return tell((struct said){ .instance = instance, .first = head + 1,
	    .head = head, .address = address, .now = now });
}

START_TEST(test_a_clone_is_noticed)
{
	const struct core_answer *a;

	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 3,
	    .now = 1 });
	ck_assert_answer(beat(B, THERE, 3, 2), VERDICT_TAKEN, "");
	ck_assert_answer(beat(A, HERE, 3, 3), VERDICT_TAKEN, "");
	ck_assert_answer(beat(B, THERE, 3, 4), VERDICT_TAKEN, "");
	a = beat(A, HERE, 3, 5);
	ck_assert_answer(a, VERDICT_FORKED, CAUSE_INSTANCE);
	ck_assert_ptr_nonnull(strstr(a->body, "zqhub site settle "
	    "4101000001 --keep"));
	ck_assert(view().forked);
	/* 1 is who was heard first, though 2 spoke before it just now */
	ck_assert_uint_eq(view().agent[0].instance, A);
	ck_assert_uint_eq(view().agent[1].instance, B);
	ck_assert_str_eq(view().agent[0].address, HERE);
	ck_assert_str_eq(view().agent[1].address, THERE);
	ck_assert_int_gt(view().agent[0].since, 0);
	ck_assert_int_gt(view().agent[1].since, 0);
	ck_assert(core_logged("forked cause=instance"));
	ck_assert(core_logged(HERE) && core_logged(THERE));
	ck_assert_answer(beat(B, THERE, 3, 6), VERDICT_FORKED,
	    CAUSE_INSTANCE);
	tear_down();
}
END_TEST

START_TEST(test_a_restored_agent_is_noticed)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	/* another process, whose spool ends before what we have */
	ck_assert_answer(beat(B, HERE, 5, 20), VERDICT_FORKED, CAUSE_BEHIND);
	ck_assert_str_eq(view().cause, CAUSE_BEHIND);
	ck_assert_uint_eq(view().agent[0].instance, A);
	ck_assert_uint_eq(view().speaker, 2);
	/* of that the other one hears only that there are two */
	ck_assert_answer(beat(A, HERE, 9, 30), VERDICT_FORKED,
	    CAUSE_INSTANCE);
	ck_assert_answer(beat(B, HERE, 5, 40), VERDICT_FORKED, CAUSE_BEHIND);
	tear_down();
}
END_TEST

START_TEST(test_a_late_request_is_none)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 5,
	    .now = 10 });
	tell((struct said){ .instance = B, .first = 6, .count = 4,
	    .now = 30 });
	/* of the process before, and of one that was never heard */
	ck_assert_answer(tell((struct said){ .instance = A, .first = 4,
	    .count = 2, .now = 40 }), VERDICT_KNOWN, "");
	ck_assert_answer(beat(0xc3, HERE, 5, 39), VERDICT_TAKEN, "");
	ck_assert_answer(tell((struct said){ .instance = B, .first = 6,
	    .count = 4, .now = 41 }), VERDICT_KNOWN, "");
	ck_assert(!view().forked);
	tear_down();
}
END_TEST

/* The hub was started again, and has heard only one of the two since. */
START_TEST(test_who_spoke_before_is_known)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	tell((struct said){ .instance = A, .incarnation = 8, .first = 1,
	    .count = 2, .now = 20 });
	guests_get(&kit.guests, 1)->watch =
	    (struct fork_watch){ .returns = 0 };
	ck_assert_answer(beat(B, THERE, 9, 30), VERDICT_TAKEN, "");
	ck_assert_answer(tell((struct said){ .instance = B, .address = THERE,
	    .first = 6, .count = 1, .now = 40 }), VERDICT_FORKED,
	    CAUSE_BEHIND);
	ck_assert_uint_eq(view().agent[0].instance, A);
	ck_assert_str_eq(view().agent[0].address, "");
	ck_assert_uint_eq(view().agent[1].instance, B);
	tear_down();
}
END_TEST

START_TEST(test_a_given_up_incarnation_is_behind)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 5,
	    .now = 10 });
	tell((struct said){ .instance = A, .incarnation = 8, .first = 1,
	    .count = 2, .now = 20 });
	ck_assert_answer(tell((struct said){ .instance = A, .first = 5,
	    .count = 1, .now = 15 }), VERDICT_EARLY, "");
	ck_assert_answer(tell((struct said){ .instance = B, .first = 6,
	    .count = 1, .now = 30 }), VERDICT_FORKED, CAUSE_BEHIND);
	tear_down();
}
END_TEST

/* --- settled -------------------------------------------------------------- */

static void
act(json_t *a)
{
	core_act(&kit, a);
}

static void
settle_in(int keep, const char *incarnation)
{
	act(json_pack("{s:s, s:i, s:i, s:s}", "do", "settle", "site", 1,
	    "keep", keep, "incarnation", incarnation));
}

static void
settle(int keep)
{
	settle_in(keep, "0000000000000007");
}

#define ck_assert_waits(a)						\
	do {								\
		const struct core_answer *it = (a);			\
									\
		ck_assert_int_eq(it->answer.verdict, VERDICT_BUSY);	\
		ck_assert_uint_eq(it->answer.want.n, 0);		\
	} while (0)

#define ck_assert_goes_on(a)						\
	do {								\
		const struct core_answer *it = (a);			\
									\
		ck_assert_int_eq(it->answer.verdict, VERDICT_BUSY);	\
		ck_assert(answer_has_word(it->answer.want, WANT_RETELL)); \
		ck_assert(answer_has_word(it->answer.want, WANT_RENEW)); \
	} while (0)

static void
fork_it(void)
{
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	ck_assert_answer(beat(B, THERE, 5, 20), VERDICT_FORKED,
	    CAUSE_BEHIND);
}

static void
renew(void)
{
	char key[65], old[65];

	memset(key, '5', 64);
	memset(old, 0, sizeof(old));
	for (int n = 0; n < 32; n++)
		memcpy(old + 2 * n, "01", 2);
	key[64] = '\0';
	act(json_pack("{s:s, s:i, s:s, s:s}", "do", "renew", "site", 1,
	    "key", key, "old", old));
}

START_TEST(test_what_is_kept_begins_anew)
{
	const struct core_answer *a;

	set_up();
	fork_it();
	settle(2);

	/* the one that was dropped, also after a restart */
	ck_assert_answer(beat(A, HERE, 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert_answer(beat(0xc3, HERE, 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);

	/* the one that was kept; of one that is not known nobody can tell */
	a = beat(B, THERE, 5, 40);
	ck_assert_int_eq(a->answer.verdict, VERDICT_BUSY);
	ck_assert(answer_has_word(a->answer.want, WANT_RETELL));
	ck_assert(answer_has_word(a->answer.want, WANT_RENEW));
	a = beat(0xd4, THERE, 5, 50);
	ck_assert_int_eq(a->answer.verdict, VERDICT_BUSY);
	ck_assert_uint_eq(a->answer.want.n, 0);

	/* a new incarnation is taken; the key is still wanted */
	a = tell((struct said){ .instance = B, .incarnation = 8, .first = 1,
	    .count = 2, .address = THERE, .now = 60 });
	ck_assert_answer(a, VERDICT_TAKEN, "");
	ck_assert(!answer_has_word(a->answer.want, WANT_RETELL));
	ck_assert(answer_has_word(a->answer.want, WANT_RENEW));
	ck_assert(view().begun);

	/* from here on whoever goes on as before is the copy */
	a = beat(0xd4, THERE, 5, 65);
	ck_assert_answer(a, VERDICT_FORKED, CAUSE_SETTLED);
	ck_assert_uint_eq(a->answer.want.n, 0);

	/* granted, but the answer may have been lost */
	renew();
	a = tell((struct said){ .instance = B, .incarnation = 8, .first = 3,
	    .count = 1, .address = THERE, .now = 70 });
	ck_assert_answer(a, VERDICT_TAKEN, "");
	ck_assert(answer_has_word(a->answer.want, WANT_RENEW));

	/* in use: it is done */
	a = tell((struct said){ .instance = B, .incarnation = 8, .first = 4,
	    .count = 1, .address = THERE, .now = 80, .key = 0x55 });
	ck_assert_answer(a, VERDICT_TAKEN, "");
	ck_assert_uint_eq(a->answer.want.n, 0);
	ck_assert_uint_eq(view().kept, 0);
	ck_assert_answer(beat(A, HERE, 9, 90), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert(!view().forked);
	tear_down();
}
END_TEST

/* The one that is kept never heard of the last incarnation: the other had
 * begun it. */
START_TEST(test_an_older_copy_is_kept)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	tell((struct said){ .instance = A, .incarnation = 8, .first = 1,
	    .count = 2, .now = 20 });
	ck_assert_answer(tell((struct said){ .instance = B, .address = THERE,
	    .first = 6, .count = 1, .now = 30 }), VERDICT_FORKED,
	    CAUSE_BEHIND);
	settle_in(2, "0000000000000008");
	ck_assert_goes_on(tell((struct said){ .instance = B,
	    .address = THERE, .first = 6, .count = 1, .now = 40 }));
	ck_assert(!view().forked);
	ck_assert_answer(tell((struct said){ .instance = B,
	    .address = THERE, .incarnation = 9, .first = 1, .count = 2,
	    .now = 50 }), VERDICT_TAKEN, "");
	ck_assert(view().begun);
	/* and from then on that one, too, is the copy's */
	ck_assert_answer(tell((struct said){ .instance = 0xc3,
	    .address = THERE, .first = 6, .count = 1, .now = 60 }),
	    VERDICT_FORKED, CAUSE_SETTLED);
	ck_assert(!view().forked);
	tear_down();
}
END_TEST

static void
ask_for_letters(uint64_t instance, const char *address)
{
	struct event_base *base = event_base_new();
	struct letters *l = letters_new(base, &kit.writer, &kit.guests,
	    &queue, core_send, NULL, &answers);
	struct frame_letters f = { .peer = core_peer(1, address),
		.instance = instance };
	struct buf b;

	buf_init(&b, FRAME_MAX);
	frame_letters_write(&b, &f);
	core_forget(&answers);
	letters_ask(l, 1, buf_look(&b));
	ck_assert_uint_eq(answers.n, 1);
	buf_clear(&b);
	letters_free(l);
	event_base_free(base);
}

/* Who is refused letters is not answered with something that is none. */
START_TEST(test_letters_are_refused_as_such)
{
	set_up();
	fork_it();
	ask_for_letters(A, HERE);
	ck_assert_uint_eq(answers.at[0].status, 200);
	settle(2);
	ask_for_letters(A, HERE);
	ck_assert_uint_eq(answers.at[0].status, 403);
	ck_assert_answer(&answers.at[0], VERDICT_FORKED, CAUSE_SETTLED);
	ask_for_letters(B, THERE);
	ck_assert_uint_eq(answers.at[0].status, 200);
	ck_assert(!answers.at[0].is_answer);
	tear_down();
}
END_TEST

START_TEST(test_two_on_one_host)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	beat(B, "203.0.113.7:5001", 5, 20);
	settle(2);
	ck_assert_answer(beat(A, "203.0.113.7:5002", 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert_int_eq(beat(B, "203.0.113.7:5003", 5, 40)->answer.verdict,
	    VERDICT_BUSY);
	ck_assert_int_eq(beat(0xc3, "203.0.113.7:5", 5, 50)->answer.verdict,
	    VERDICT_BUSY);
	tear_down();
}
END_TEST

static void
pass(int64_t ms)
{
	clock_set(clock_wall() + ms, clock_mono() + ms);
}

#define HERE_TOO "203.0.113.7:5001"

static void
fork_on_one_host(int keep)
{
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	ck_assert_answer(beat(B, HERE_TOO, 5, 20), VERDICT_FORKED,
	    CAUSE_BEHIND);
	settle(keep);
}

/* Only its own machine has its address. */
START_TEST(test_the_kept_one_was_started_again)
{
	set_up();
	fork_it();
	settle(2);
	ck_assert_goes_on(beat(0xc3, THERE, 5, 40));
	ck_assert_uint_eq(view().kept, 2);
	ck_assert_uint_eq(view().agent[1].instance, 0xc3);
	ck_assert_uint_eq(view().given_up, 7);
	ck_assert(core_logged("taken for the one that was kept"));
	/* and who was kept at first is another one now */
	ck_assert_waits(beat(B, THERE, 5, 50));
	ck_assert_goes_on(beat(0xc3, THERE, 5, 60));
	pass(70000);
	ck_assert_answer(beat(B, THERE, 5, 70), VERDICT_FORKED,
	    CAUSE_INSTANCE);
	ck_assert(view().forked);
	tear_down();
}
END_TEST

/* Where addresses tell nothing, a minute in which nobody else speaks does. */
START_TEST(test_the_only_one_goes_on)
{
	set_up();
	fork_on_one_host(1);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 9, 30));
	pass(HEIR_QUIET - 1000);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 9, 40));
	pass(1000);
	ck_assert_goes_on(beat(0xc3, "203.0.113.7:5002", 9, 50));
	ck_assert_uint_eq(view().agent[0].instance, 0xc3);
	ck_assert_answer(tell((struct said){ .instance = 0xc3,
	    .incarnation = 8, .first = 1, .count = 2, .now = 60 }),
	    VERDICT_TAKEN, "");
	ck_assert(view().begun);
	tear_down();
}
END_TEST

/* The copy is started again, and the kept one is slow. */
START_TEST(test_a_copy_does_not_go_on)
{
	set_up();
	fork_on_one_host(1);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 9, 30));
	pass(HEIR_QUIET - 1000);
	ck_assert_goes_on(beat(A, HERE, 9, 35));
	pass(1000);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 9, 40));
	pass(HEIR_QUIET);
	ck_assert_answer(beat(0xc3, "203.0.113.7:5002", 9, 50),
	    VERDICT_FORKED, CAUSE_INSTANCE);
	ck_assert_uint_eq(view().agent[0].instance, A);
	ck_assert_uint_eq(view().agent[1].instance, 0xc3);
	tear_down();
}
END_TEST

/* Its people may make it tell everything again: that doesn't make it the one
 * that was kept. */
START_TEST(test_a_copy_does_not_begin)
{
	struct said c3 = { .instance = 0xc3, .incarnation = 8, .first = 1,
		.count = 2, .address = "203.0.113.7:5002", .now = 30 };
	struct said a = { .instance = A, .incarnation = 9, .first = 1,
		.count = 2, .now = 40 };

	set_up();
	fork_on_one_host(1);
	ck_assert_waits(tell(c3));
	ck_assert_answer(tell(a), VERDICT_TAKEN, "");
	ck_assert(view().begun);
	c3.now = 50;
	ck_assert_waits(tell(c3));
	a.first = 3;
	a.now = 60;
	ck_assert_answer(tell(a), VERDICT_TAKEN, "");
	/* the kept one, after it was started again */
	a.instance = 0xd4;
	a.first = 5;
	a.now = 70;
	ck_assert_answer(tell(a), VERDICT_TAKEN, "");
	ck_assert(!view().forked);
	tear_down();

	set_up();
	fork_it();
	settle(2);
	ck_assert_answer(tell((struct said){ .instance = 0xc3,
	    .incarnation = 8, .first = 1, .count = 2, .address = THERE,
	    .now = 30 }), VERDICT_TAKEN, "");
	ck_assert_uint_eq(view().agent[1].instance, 0xc3);
	ck_assert(view().begun);
	tear_down();
}
END_TEST

START_TEST(test_in_doubt_people_are_asked)
{
	const struct core_answer *a;

	/* the dropped one is alive */
	set_up();
	fork_on_one_host(2);
	ck_assert_answer(beat(A, "203.0.113.7:5009", 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 5, 40));
	pass(HEIR_QUIET);
	a = beat(0xc3, "203.0.113.7:5002", 5, 50);
	ck_assert_answer(a, VERDICT_FORKED, CAUSE_INSTANCE);
	ck_assert_ptr_nonnull(strstr(a->body, "1 from 203.0.113.7:5009"));
	ck_assert_ptr_nonnull(strstr(a->body, "2 from 203.0.113.7:5002"));
	ck_assert_ptr_nonnull(strstr(a->body, "--keep 1 (or 2)"));
	settle(2);
	ck_assert_goes_on(beat(0xc3, "203.0.113.7:5002", 5, 60));
	tear_down();

	/* two that nobody knows */
	set_up();
	fork_on_one_host(2);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 5, 30));
	ck_assert_waits(beat(0xd4, "203.0.113.7:5003", 5, 31));
	pass(HEIR_QUIET);
	ck_assert_answer(beat(0xc3, "203.0.113.7:5002", 5, 40),
	    VERDICT_FORKED, CAUSE_INSTANCE);
	ck_assert_uint_eq(view().agent[0].instance, 0xc3);
	ck_assert_uint_eq(view().agent[1].instance, 0xd4);
	tear_down();
}
END_TEST

/* Thought again, twice: who is kept at last goes on. */
START_TEST(test_a_wrong_settle_is_put_right)
{
	set_up();
	fork_on_one_host(2);
	ck_assert_answer(beat(A, HERE, 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);
	settle(1);
	ck_assert_answer(beat(B, HERE_TOO, 5, 35), VERDICT_FORKED,
	    CAUSE_SETTLED);
	settle(2);
	ck_assert_answer(beat(A, HERE, 9, 40), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert_goes_on(beat(B, HERE_TOO, 5, 45));
	tear_down();
}
END_TEST

/* Nothing of it is left over, whatever ends it. */
START_TEST(test_unblock_ends_it)
{
	set_up();
	fork_it();
	settle(2);
	ck_assert_uint_gt(beat(B, THERE, 5, 40)->answer.want.n, 0);
	act(json_pack("{s:s, s:i}", "do", "unblock", "site", 1));
	ck_assert_uint_eq(beat(B, THERE, 9, 50)->answer.want.n, 0);
	tear_down();
}
END_TEST

/* It has nothing to tell: a beat is enough. */
START_TEST(test_an_empty_site_begins_anew)
{
	set_up();
	fork_it();
	settle(2);
	tell((struct said){ .instance = B, .incarnation = 8, .first = 1,
	    .address = THERE, .now = 60 });
	ck_assert(view().begun);
	tear_down();
}
END_TEST

/* --- each no has its cause ------------------------------------------------ */

START_TEST(test_causes)
{
	set_up();
	ck_assert_answer(tell((struct said){ .first = 1, .count = 1,
	    .key = 9 }), VERDICT_BLOCKED, CAUSE_REISSUED);
	act(json_pack("{s:s, s:i}", "do", "block", "site", 1));
	ck_assert_answer(tell((struct said){ .first = 1, .count = 1 }),
	    VERDICT_BLOCKED, CAUSE_BLOCKED);
	act(json_pack("{s:s, s:i}", "do", "unblock", "site", 1));
	renew();
	act(json_pack("{s:s, s:i, s:s, s:s, s:b}", "do", "renew", "site", 1,
	    "key", "0909090909090909090909090909090909090909090909090909090"
	    "909090909", "old", "0101010101010101010101010101010101010101010"
	    "101010101010101010101", "quarantine", true));
	ck_assert_answer(tell((struct said){ .first = 1, .count = 1 }),
	    VERDICT_BLOCKED, CAUSE_QUARANTINED);
	act(json_pack("{s:s, s:i}", "do", "admit", "site", 1));
	ck_assert_answer(tell((struct said){ .first = 1, .count = 1 }),
	    VERDICT_TAKEN, "");
	act(json_pack("{s:s, s:i}", "do", "retire", "site", 1));
	ck_assert_answer(tell((struct said){ .first = 2, .count = 1 }),
	    VERDICT_BLOCKED, CAUSE_RETIRED);
	tear_down();
}
END_TEST

/* --- the gate closes ------------------------------------------------------ */

static uint64_t next;		/* number of the next change */

/* Items from … from + count - 1. */
static const struct core_answer *
withdraw(uint64_t from, size_t count)
{
	uint64_t first = next;

	next += count;
	return tell((struct said){ .first = first, .count = count,
	    .from = from, .kind = CHANGE_DELETED });
}

static void
fill(size_t count)
{
	ck_assert_answer(tell((struct said){ .first = 1, .count = count }),
	    VERDICT_TAKEN, "");
	ck_assert_uint_eq(view().items, count);
	next = count + 1;
}

START_TEST(test_a_batch_that_empties_is_held)
{
	const struct core_answer *a;

	set_up();
	fill(500);
	a = withdraw(1, 51);
	ck_assert_answer(a, VERDICT_TAKEN, "");
	ck_assert_uint_eq(a->answer.taken, 551);
	ck_assert_ptr_nonnull(strstr(a->body, "held: 51 withdrawals"));
	ck_assert(view().gate);
	ck_assert_uint_eq(view().gated, 51);
	ck_assert_uint_eq(view().items, 500);
	ck_assert(core_logged("site=4101000001 gate closed: 51 "));
	a = withdraw(1, 60);		/* 51 of them for the second time */
	ck_assert_ptr_nonnull(strstr(a->body, "held: 60 withdrawals"));
	ck_assert_uint_eq(view().gated, 60);
	tear_down();
}
END_TEST

START_TEST(test_a_little_passes)
{
	set_up();
	fill(400);
	withdraw(1, 50);		/* over 10 %, but no more than 50 */
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 350);
	tear_down();
	set_up();
	kit.config.gate_percent = 100;
	fill(500);
	withdraw(1, 500);
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 0);
	tear_down();
	set_up();
	fill(1000);
	withdraw(1, 95);		/* over 50, but 10 % of what there was */
	withdraw(96, 5);
	ck_assert(!view().gate);
	withdraw(101, 1);
	ck_assert(view().gate);
	tear_down();
}
END_TEST

START_TEST(test_what_is_gone_counts_once)
{
	set_up();
	fill(400);
	for (int n = 0; n < 5; n++)
		withdraw(1, 30);
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 370);
	tear_down();
}
END_TEST

START_TEST(test_batches_add_up)
{
	set_up();
	fill(400);
	withdraw(1, 20);
	pass(1000);
	withdraw(21, 20);
	pass(1000);
	withdraw(41, 10);
	ck_assert(!view().gate);
	withdraw(51, 1);
	ck_assert(view().gate);
	ck_assert_uint_eq(view().gated, 1);
	ck_assert_uint_eq(view().items, 350);
	tear_down();
}
END_TEST

/* The answer was lost, and the same comes again. */
START_TEST(test_a_repetition_counts_once)
{
	struct said s = { .first = 401, .count = 30, .from = 1,
	    .kind = CHANGE_DELETED };

	set_up();
	fill(400);
	tell(s);
	ck_assert_answer(tell(s), VERDICT_KNOWN, "");
	ck_assert_answer(tell(s), VERDICT_KNOWN, "");
	next = 431;
	withdraw(31, 20);
	ck_assert(!view().gate);
	tear_down();
}
END_TEST

START_TEST(test_a_window_ends)
{
	set_up();
	fill(400);
	withdraw(1, 40);
	pass((int64_t)kit.config.gate_window);
	withdraw(41, 40);		/* ten minutes later */
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 320);
	tear_down();
}
END_TEST

START_TEST(test_a_release_counts_from_new)
{
	set_up();
	fill(400);
	withdraw(1, 60);
	ck_assert(view().gate);
	pass(1000);
	act(json_pack("{s:s, s:i}", "do", "release", "site", 1));
	ck_assert_uint_eq(view().items, 340);
	pass(1000);
	withdraw(61, 40);
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 300);
	tear_down();
}
END_TEST

START_TEST(test_who_stands_for_it_passes)
{
	set_up();
	fill(100);
	tell((struct said){ .kind = CHANGE_DELETED, .count = 100,
	    .first = 101, .from = 1, .by = "li" });
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 0);
	tear_down();
}
END_TEST

static void
add(TCase *c)
{
	tcase_add_test(c, test_turns_are_noticed);
	tcase_add_test(c, test_restarts_are_none);
	tcase_add_test(c, test_late_requests_are_none);
	tcase_add_test(c, test_slow_turns_are_none);
	tcase_add_test(c, test_skewed_turns_are_noticed);
	tcase_add_test(c, test_who_names_no_instance_is_let_be);
	tcase_add_test(c, test_advice_names_both);
	tcase_add_test(c, test_a_clone_is_noticed);
	tcase_add_test(c, test_a_restored_agent_is_noticed);
	tcase_add_test(c, test_a_late_request_is_none);
	tcase_add_test(c, test_who_spoke_before_is_known);
	tcase_add_test(c, test_a_given_up_incarnation_is_behind);
	tcase_add_test(c, test_what_is_kept_begins_anew);
	tcase_add_test(c, test_an_older_copy_is_kept);
	tcase_add_test(c, test_letters_are_refused_as_such);
	tcase_add_test(c, test_two_on_one_host);
	tcase_add_test(c, test_the_kept_one_was_started_again);
	tcase_add_test(c, test_the_only_one_goes_on);
	tcase_add_test(c, test_a_copy_does_not_go_on);
	tcase_add_test(c, test_a_copy_does_not_begin);
	tcase_add_test(c, test_in_doubt_people_are_asked);
	tcase_add_test(c, test_a_wrong_settle_is_put_right);
	tcase_add_test(c, test_unblock_ends_it);
	tcase_add_test(c, test_an_empty_site_begins_anew);
	tcase_add_test(c, test_causes);
	tcase_add_test(c, test_a_batch_that_empties_is_held);
	tcase_add_test(c, test_a_little_passes);
	tcase_add_test(c, test_what_is_gone_counts_once);
	tcase_add_test(c, test_batches_add_up);
	tcase_add_test(c, test_a_repetition_counts_once);
	tcase_add_test(c, test_a_window_ends);
	tcase_add_test(c, test_a_release_counts_from_new);
	tcase_add_test(c, test_who_stands_for_it_passes);
}

int
main(void)
{
	return core_run_suite("fork", add);
}
