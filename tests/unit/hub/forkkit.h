/*
 * For tests of what the core judges of batches by who sends them: a core with
 * one site, and batches and beats of two agents with its key.
 */
#ifndef ZQ_TESTS_FORKKIT_H
#define ZQ_TESTS_FORKKIT_H

#include "hub/ingest.h"
#include "tests/unit/hub/corekit.h"

#define A 0xa1
#define B 0xb2
#define HERE "203.0.113.7:5000"
#define THERE "198.51.100.9:6000"

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
	const char *title, *by, *successor;
};

static inline void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	core_log_begin();
	pending_init(&queue);
	ingest = ingest_new(&kit.writer, &kit.guests, core_send, &answers);
}

static inline void
tear_down(void)
{
	core_forget(&answers);
	ingest_free(ingest);
	pending_clear(&queue);
	core_close(&kit);
}

static inline void
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
	c.word[WORD_SUCCESSOR] = span_of(s->successor != NULL ?
	    s->successor : "");
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	frame_batch_change(b, seq, buf_look(&row));
	buf_clear(&row);
}

/* The batch s, taken and shown; the answer. */
static inline const struct core_answer *
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
	frame_batch_begin(&b, &p, &h, clock_mono());
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

static inline struct view_site
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
static inline const struct core_answer *
beat(uint64_t instance, const char *address, uint64_t head, int64_t now)
{
	return tell((struct said){ .instance = instance, .first = head + 1,
	    .head = head, .address = address, .now = now });
}

static inline void
pass(int64_t ms)
{
	clock_set(clock_wall() + ms, clock_mono() + ms);
}

/* --- settled -------------------------------------------------------------- */

static inline void
act(json_t *a)
{
	core_act(&kit, a);
}

static inline void
settle_in(int keep, const char *incarnation)
{
	act(json_pack("{s:s, s:i, s:i, s:s}", "do", "settle", "site", 1,
	    "keep", keep, "incarnation", incarnation));
}

static inline void
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

static inline void
fork_it(void)
{
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	ck_assert_answer(beat(B, THERE, 5, 20), VERDICT_FORKED,
	    CAUSE_BEHIND);
}

static inline void
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

#endif
