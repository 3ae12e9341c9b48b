/*
 * Reconciling, the hub's half: what each round is answered, who has to wait,
 * what is written of it, and that a wrong agent only fools himself.
 *
 * The agent here is an array: what its site has. The index gets what tell()
 * puts into the journal, which may be something else.
 */
#include "hub/reconciler.h"

#include "contrib/base/mem.h"
#include "hub/proven.h"
#include "hub/scan.h"
#include "protocol/reconcile.h"
#include "tests/unit/hub/corekit.h"

#define ITEMS 4000
#define SITE 1
#define INCARNATION 77
#define SEEN 8

struct thing {
	char url[80], title[80];
};

struct heard {			/* an answer */
	uint64_t number;
	unsigned status;
	struct reconcile_answer a;
	struct buf keep;
	size_t buckets, missing, extra, held;
	unsigned bucket[DIGEST_BUCKETS];
	uint8_t missed[SEEN][RECONCILE_HASH];
	uint8_t extra_hash[32];		/* the last one's, whole */
	char extra_id[SEEN][80], extra_url[SEEN][80], held_why[SEEN][256];
};

static struct corekit kit;
static struct pending_queue queue;
static struct show *show;
static struct attests *attests;
static struct reconciler *reconciler;
static struct event_base *base;
static struct heard heard;
static size_t answers, works, tolds;
static struct attest told;
static char told_names[4096];

static struct thing *things;	/* what the site has … */
static size_t count;
static uint64_t seq;		/* … and how many changes it has told */
static uint64_t number;		/* of the last question */
static uint64_t telling;	/* the incarnation that tells; others ask by
				 * INCARNATION */

/* --- the bed --------------------------------------------------------------- */

static void
on_bucket(void *arg, unsigned bucket)
{
	struct heard *h = arg;

	h->bucket[h->buckets++] = bucket;
}

static void
on_missing(void *arg, const uint8_t hash[RECONCILE_HASH])
{
	struct heard *h = arg;

	if (h->missing < SEEN)
		memcpy(h->missed[h->missing], hash, RECONCILE_HASH);
	h->missing++;
}

static void
on_extra(void *arg, const uint8_t hash[RECONCILE_HASH],
    const uint8_t *rest, struct span id, struct span url)
{
	struct heard *h = arg;

	ck_assert_ptr_nonnull(rest);
	memcpy(h->extra_hash, hash, RECONCILE_HASH);
	memcpy(h->extra_hash + RECONCILE_HASH, rest, RECONCILE_REST);
	if (h->extra < SEEN) {
		snprintf(h->extra_id[h->extra], 80, "%.*s", SPAN_ARGS(id));
		snprintf(h->extra_url[h->extra], 80, "%.*s",
		    SPAN_ARGS(url));
	}
	h->extra++;
}

static void
on_held(void *arg, struct span id, struct span url, struct span why)
{
	struct heard *h = arg;

	(void)id, (void)url;
	if (h->held < SEEN)
		snprintf(h->held_why[h->held], 256, "%.*s", SPAN_ARGS(why));
	h->held++;
}

static void
send_to_agent(void *arg, uint64_t n, struct span body)
{
	static const struct reconcile_answer_reader to = {
		.bucket = on_bucket, .missing = on_missing,
		.extra = on_extra, .held = on_held,
	};
	struct frame_answer f;
	const char *why;

	(void)arg;
	ck_assert(frame_answer_read(&f, body));
	buf_clear(&heard.keep);
	heard = (struct heard){ .number = n, .status = f.status };
	buf_init(&heard.keep, LIMIT_BODY);
	ck_assert_msg(reconcile_answer_read(&heard.a, &heard.keep, f.body,
	    &to, &heard, &why), "%s", why);
	answers++;
}

static void
on_work(void *arg)
{
	(void)arg;
	works++;
}

static void
on_told(void *arg, const struct attest *a)
{
	char *text = json_dumps(a->tally.names, JSON_COMPACT);

	(void)arg;
	told = *a;
	snprintf(told_names, sizeof(told_names), "%s", text != NULL ? text :
	    "");
	free(text);
	tolds++;
}

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	for (uint32_t n = 1; n <= 6; n++)
		core_site(&kit, n);
	core_log_begin();
	base = event_base_new();
	pending_init(&queue);
	show = show_new(&kit.writer);
	attests = attests_new(&kit.guests, &queue, show, on_work, NULL,
	    on_told, NULL);
	reconciler = reconciler_new(base, &kit.writer, &kit.guests, attests,
	    send_to_agent, NULL);
	things = mem_new(ITEMS * sizeof(*things));
	heard = (struct heard){ .number = 0 };
	buf_init(&heard.keep, LIMIT_BODY);
	telling = INCARNATION;
	count = seq = answers = works = tolds = number = 0;
}

static void
tear_down(void)
{
	reconciler_free(reconciler);
	attests_free(attests);
	show_free(show);
	pending_clear(&queue);
	event_base_free(base);
	buf_clear(&heard.keep);
	free(things);
	core_close(&kit);
}

/* --- what the index gets ---------------------------------------------------- */

static void
fill(struct change *c, enum change_kind kind, const char *url,
    const char *title)
{
	change_init(c);
	c->seq = seq;
	c->kind = kind;
	c->when = CORE_NOW;
	c->url = span_of(url);
	c->word[WORD_TITLE] = span_of(title);
}

static void
tell_as(uint32_t site, enum change_kind kind, const char *url,
    const char *title)
{
	struct journal_verdict v;
	uint8_t hash[1][32];
	struct change c;
	struct span rows[1];
	struct buf row;
	struct journal_batch b = { .site = site, .incarnation = telling,
		.now = CORE_NOW, .row = rows, .count = 1,
		.hash = (const uint8_t (*)[32])hash };

	b.first = b.head = ++seq;
	fill(&c, kind, url, title);
	change_hash(&c, hash[0]);
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	rows[0] = buf_look(&row);
	journal_begin(kit.writer.journal);
	journal_take(kit.writer.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	buf_clear(&row);
}

static void
tell(const char *url, const char *title)
{
	tell_as(SITE, CHANGE_CREATED, url, title);
}

static void
show_all(void)
{
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
}

static void
has(const char *url, const char *title)
{
	struct thing *t = &things[count++];

	snprintf(t->url, sizeof(t->url), "%s", url);
	snprintf(t->title, sizeof(t->title), "%s", title);
}

/* Said and had. */
static void
both(const char *url, const char *title)
{
	tell(url, title);
	has(url, title);
}

/* The acts that are due, as the core writes and shows them. */
static size_t
write_acts(void)
{
	struct pending *p;
	size_t n = 0;

	while ((p = pending_pop(&queue)) != NULL) {
		uint64_t place = 0;

		journal_begin(kit.writer.journal);
		for (size_t i = 0; i < p->acts.count; i++, n++)
			place = journal_act(kit.writer.journal,
			    acts_get(&p->acts, i), CORE_NOW + 5);
		ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
		p->done(p->arg, place);
		pending_free(p);
	}
	while (show_is_behind(show))
		show_step(show, 50);
	return n;
}

static struct proven
proven(void)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct proven p;

	(void)proven_get(t, SITE, &p);
	db_abort(t);
	return p;
}

/* --- what the agent asks ------------------------------------------------------ */

static void
hash_of(const struct thing *t, uint8_t out[32])
{
	uint8_t change[32];
	struct change c;

	fill(&c, CHANGE_CREATED, t->url, t->title);
	change_item_hash(&c, change);
	digest_item_hash(out, span_of(t->url), change);
}

static void
digest_of(struct digest *d)
{
	uint8_t hash[32];

	digest_init(d);
	for (size_t i = 0; i < count; i++) {
		hash_of(&things[i], hash);
		digest_add(d, hash);
	}
}

static void
begin(struct buf *b, uint32_t site, enum reconcile_round round, bool more)
{
	struct frame_peer p = core_peer(site, "203.0.113.7:5000");
	struct reconcile r = { .round = round, .incarnation = INCARNATION,
		.seq = seq, .items = count, .now = CORE_NOW, .more = more };
	struct digest d;

	digest_of(&d);
	digest_sum(&d, r.sum);
	buf_init(b, FRAME_MAX);
	frame_reconcile_begin(b, &p, &r);
}

static void
ask(struct buf *b)
{
	reconciler_ask(reconciler, ++number, buf_look(b));
	buf_clear(b);
}

/* Is there an answer to the last question? Then it is in `heard`. */
static bool
answered(void)
{
	for (int i = 0; i < 100000 && heard.number != number; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	return heard.number == number;
}

static void
ask_sum(void)
{
	struct buf b;

	begin(&b, SITE, RECONCILE_SUM, false);
	ask(&b);
}

static void
ask_buckets_as(uint32_t site)
{
	struct digest d;
	struct buf b;

	digest_of(&d);
	begin(&b, site, RECONCILE_BUCKETS, false);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		frame_reconcile_bucket(&b, i, d.bucket[i].high,
		    d.bucket[i].low);
	ask(&b);
}

static void
ask_buckets(void)
{
	ask_buckets_as(SITE);
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, RECONCILE_HASH);
}

static void
put_hashes(struct buf *b, unsigned bucket)
{
	uint8_t (*all)[RECONCILE_HASH] = mem_new((count + 1) * sizeof(*all));
	uint8_t hash[32];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		hash_of(&things[i], hash);
		if (hash[0] == bucket)
			memcpy(all[n++], hash, RECONCILE_HASH);
	}
	qsort(all, n, sizeof(*all), by_bytes);
	frame_reconcile_hashes(b, bucket, all[0], n);
	free(all);
}

static void
ask_hashes(const unsigned *bucket, size_t buckets, bool more)
{
	struct buf b;

	begin(&b, SITE, RECONCILE_HASHES, more);
	for (size_t i = 0; i < buckets; i++)
		put_hashes(&b, bucket[i]);
	ask(&b);
}

/* All that differ, as the answer to ask_buckets() says. */
static void
ask_all_hashes(void)
{
	unsigned bucket[DIGEST_BUCKETS];
	size_t n = heard.buckets;

	memcpy(bucket, heard.bucket, sizeof(bucket));
	ask_hashes(bucket, n, false);
}

static void
ask_names(void)
{
	uint8_t hash[32];
	struct buf b;

	begin(&b, SITE, RECONCILE_NAMED, false);
	for (size_t m = 0; m < heard.missing && m < SEEN; m++) {
		for (size_t i = 0; i < count; i++) {
			hash_of(&things[i], hash);
			if (memcmp(hash, heard.missed[m],
			    RECONCILE_HASH) == 0)
				frame_reconcile_name(&b, hash,
				    span_of(things[i].url),
				    span_of(things[i].url));
		}
	}
	ask(&b);
}

static void
expect(enum reconcile_outcome outcome)
{
	ck_assert_msg(answered(), "question %llu is not answered",
	    (unsigned long long)number);
	ck_assert_msg(heard.a.outcome == outcome, "%s instead of %s: %.*s",
	    reconcile_outcome_name(heard.a.outcome),
	    reconcile_outcome_name(outcome), SPAN_ARGS(heard.a.reason));
}

/* From the sum to the hashes. */
static void
find_differences(void)
{
	ask_sum();
	expect(RECONCILE_DIFFERS);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	expect(RECONCILE_DIFFERS);
}

/* --- sums -------------------------------------------------------------------- */

START_TEST(test_same)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	both("https://www.s1.gov.cn/b", "乙");
	show_all();
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(heard.status, 200);
	ck_assert_uint_eq(heard.a.seq, 2);
	ck_assert_uint_eq(heard.a.items, 2);
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_int_eq(proven().at, CORE_NOW + 5);
	ck_assert_uint_eq(proven().seq, 2);
	ck_assert_uint_eq(proven().incarnation, INCARNATION);
	ck_assert_uint_eq(proven().count, 1);
	ck_assert_uint_eq(proven().missed, 0);
	ck_assert(proven().same);
	ck_assert(core_logged("proven"));
	ck_assert_uint_eq(tolds, 0);
	tear_down();
}
END_TEST

START_TEST(test_held_until_shown)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	ask_sum();
	ck_assert_uint_eq(answers, 0);
	reconciler_look(reconciler);
	ck_assert_uint_eq(answers, 0);
	show_all();
	reconciler_look(reconciler);
	expect(RECONCILE_SAME);

	both("https://www.s1.gov.cn/b", "乙");
	ask_sum();
	clock_set(CORE_NOW, 1000 + RECONCILE_ROUND_TIME);
	reconciler_look(reconciler);
	expect(RECONCILE_LATER);
	ck_assert_uint_gt(heard.a.after, 0);

	ask_sum();
	reconciler_gone(reconciler, number);
	show_all();
	reconciler_look(reconciler);
	ck_assert_uint_eq(answers, 2);

	/* The second question of a site ends the first one's waiting. */
	both("https://www.s1.gov.cn/c", "丙");
	ask_sum();
	ask_sum();
	ck_assert_uint_eq(heard.number, number - 1);
	ck_assert_int_eq(heard.a.outcome, RECONCILE_LATER);
	tear_down();
}
END_TEST

START_TEST(test_another_seq)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	show_all();
	seq++;			/* it has told one more, which isn't taken */
	ask_sum();
	expect(RECONCILE_LATER);
	seq -= 2;		/* 0, of an incarnation that has told one */
	ask_sum();
	expect(RECONCILE_LATER);
	seq = 1;
	ask_sum();
	expect(RECONCILE_SAME);
	tear_down();
}
END_TEST

/* An index that knows more than a new incarnation has told is compared with
 * what the site has, at once; and what that finds is not push's fault. */
START_TEST(test_new_incarnation)
{
	set_up();
	tell("https://www.s1.gov.cn/old", "旧");
	seq = 0;
	telling = 5;
	tell("https://www.s1.gov.cn/old", "新");
	show_all();
	seq = 0;
	ask_sum();		/* of the one given up */
	expect(RECONCILE_LATER);
	tear_down();

	set_up();
	has("https://www.s1.gov.cn/new", "新");
	find_differences();
	ask_names();
	expect(RECONCILE_DIFFERS);
	write_acts();
	ck_assert_uint_eq(proven().missing, 1);
	ck_assert_uint_eq(proven().missed, 0);
	tear_down();
}
END_TEST

START_TEST(test_refused)
{
	struct buf b;

	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	core_act(&kit, json_pack("{s:s, s:i}", "do", "block", "site", SITE));
	show_all();
	ask_sum();
	expect(RECONCILE_REFUSED);
	ck_assert_int_eq(heard.a.verdict, VERDICT_BLOCKED);
	ck_assert_uint_eq(heard.status, 403);
	core_act(&kit, json_pack("{s:s, s:i}", "do", "unblock",
	    "site", SITE));
	ask_sum();
	expect(RECONCILE_SAME);
	buf_init(&b, 64);
	buf_text(&b, "not a row");
	ask(&b);
	expect(RECONCILE_REFUSED);
	ck_assert_int_eq(heard.a.verdict, VERDICT_BAD);
	ck_assert_uint_eq(heard.status, 400);
	tear_down();
}
END_TEST

/* --- what is written --------------------------------------------------------- */

START_TEST(test_not_written_too_often)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	show_all();
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(write_acts(), 1);
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(write_acts(), 0);

	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(tolds, 0);		/* before it is shown */
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_uint_eq(tolds, 1);
	ck_assert(told.same && told.written);
	ck_assert_str_eq(told.code, "4101000001");
	ck_assert_uint_eq(guests_get(&kit.guests, SITE)->want, 0);

	clock_set(CORE_NOW, 1000 + ATTEST_PAUSE);
	ask_sum();
	expect(RECONCILE_SAME);
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_uint_eq(proven().count, 3);
	tear_down();
}
END_TEST

START_TEST(test_full_disk_is_told)
{
	struct pending *p;

	set_up();
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	ask_sum();
	expect(RECONCILE_SAME);
	p = pending_pop(&queue);
	p->done(p->arg, 0);
	pending_free(p);
	ck_assert_uint_eq(tolds, 1);
	ck_assert(!told.written);
	tear_down();
}
END_TEST

/* --- differences -------------------------------------------------------------- */

START_TEST(test_differences)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	has("https://www.s1.gov.cn/missing", "缺");
	tell("https://www.s1.gov.cn/extra", "多");
	tell("https://www.s1.gov.cn/old", "旧");
	has("https://www.s1.gov.cn/old", "新");
	both("https://www.s1.gov.cn/b", "乙");
	show_all();
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	find_differences();
	ck_assert_uint_eq(heard.missing, 2);
	ck_assert_uint_eq(heard.extra, 2);
	ck_assert_uint_eq(heard.held, 0);
	ck_assert(strstr(heard.extra_id[0], "www.s1.gov.cn/") != NULL);
	ck_assert_str_eq(heard.extra_id[0], heard.extra_url[0]);
	ck_assert_uint_eq(write_acts(), 0);	/* names are still to come */
	ask_names();
	expect(RECONCILE_DIFFERS);
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_uint_eq(proven().missing, 1);
	ck_assert_uint_eq(proven().extra, 1);
	ck_assert_uint_eq(proven().differ, 1);
	ck_assert_uint_eq(proven().held, 0);
	ck_assert_uint_eq(proven().missed, 3);
	ck_assert(!proven().same);
	ck_assert_int_eq(proven().at, CLOCK_NONE);
	ck_assert_int_eq(proven().tried, CORE_NOW + 5);
	ck_assert_uint_eq(tolds, 1);
	ck_assert(strstr(told_names, "{\"kind\":\"missing\",\"id\":"
	    "\"https://www.s1.gov.cn/missing\"") != NULL);
	ck_assert(strstr(told_names, "{\"kind\":\"extra\",\"id\":"
	    "\"https://www.s1.gov.cn/extra\",\"url\":"
	    "\"https://www.s1.gov.cn/extra\",\"title\":\"多\"") != NULL);
	ck_assert(strstr(told_names, "{\"kind\":\"differs\",\"id\":"
	    "\"https://www.s1.gov.cn/old\"") != NULL);
	ck_assert(strstr(told_names, "/a\"") == NULL);
	tear_down();
}
END_TEST

/* Nothing is missing: it ends with the hashes. */
START_TEST(test_only_extra)
{
	const struct thing extra = { .url = "https://www.s1.gov.cn/extra",
	    .title = "多" };
	uint8_t hash[32];

	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	tell("https://www.s1.gov.cn/extra", "多");
	show_all();
	find_differences();
	ck_assert_uint_eq(heard.extra, 1);
	ck_assert_str_eq(heard.extra_id[0], "https://www.s1.gov.cn/extra");
	hash_of(&extra, hash);
	ck_assert_mem_eq(heard.extra_hash, hash, sizeof(hash));
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert_uint_eq(proven().extra, 1);
	ck_assert_uint_eq(proven().missed, 1);
	ask_names();
	expect(RECONCILE_LATER);	/* it is over */
	tear_down();
}
END_TEST

/* What is held is told as held, and not as missed. */
START_TEST(test_held)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	tell("https://elsewhere.example/x", "别处");
	has("https://elsewhere.example/x", "别处");
	show_all();
	find_differences();
	ck_assert_uint_eq(heard.missing, 1);
	ask_names();
	expect(RECONCILE_DIFFERS);
	ck_assert_uint_eq(heard.held, 1);
	ck_assert(strstr(heard.held_why[0], "elsewhere.example") != NULL);
	write_acts();
	ck_assert_uint_eq(proven().missing, 0);
	ck_assert_uint_eq(proven().held, 1);
	ck_assert_uint_eq(proven().missed, 0);
	ck_assert(!proven().same);
	tear_down();
}
END_TEST

START_TEST(test_pause_after_differences)
{
	set_up();
	tell("https://www.s1.gov.cn/extra", "多");
	show_all();
	find_differences();
	ask_sum();
	expect(RECONCILE_DIFFERS);
	ask_buckets();
	expect(RECONCILE_LATER);
	ck_assert_uint_ge(heard.a.after, ATTEST_PAUSE);
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	clock_set(CORE_NOW, 1001 + ATTEST_PAUSE);
	guests_unwant(guests_get(&kit.guests, SITE), GUEST_PROVE);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	tear_down();
}
END_TEST

/* Who begins again and again keeps nobody else from it for long, asked for or
 * not. */
START_TEST(test_pause_without_an_end)
{
	set_up();
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	has("https://www.s1.gov.cn/a", "甲");
	for (int i = 0; i < ATTEST_BEGINS; i++) {
		ask_buckets();
		expect(RECONCILE_DIFFERS);
	}
	ask_buckets();
	expect(RECONCILE_LATER);
	ck_assert_uint_ge(heard.a.after, ATTEST_PAUSE);
	clock_set(CORE_NOW, 1001 + ATTEST_PAUSE);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	expect(RECONCILE_DIFFERS);
	ask_names();
	expect(RECONCILE_DIFFERS);
	guests_want(guests_get(&kit.guests, SITE), GUEST_PROVE);
	for (int i = 0; i < ATTEST_BEGINS; i++) {
		ask_buckets();
		expect(RECONCILE_DIFFERS);
	}
	tear_down();
}
END_TEST

START_TEST(test_few_at_a_time)
{
	set_up();
	seq = 0;
	has("https://www.s1.gov.cn/a", "甲");
	for (uint32_t n = 2; n <= 1 + RECONCILER_SITES; n++) {
		ask_buckets_as(n);
		expect(RECONCILE_DIFFERS);
	}
	ask_buckets();
	expect(RECONCILE_LATER);
	clock_set(CORE_NOW, 100000);	/* they were not heard of again */
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	tear_down();
}
END_TEST

/* --- many items ---------------------------------------------------------------- */

static void
fill_many(size_t n)
{
	char url[80], title[80];

	for (size_t i = 0; i < n; i++) {
		snprintf(url, sizeof(url), "https://www.s1.gov.cn/%zu", i);
		snprintf(title, sizeof(title), "第%zu号", i);
		if (i % 7 != 0)
			tell(url, title);
		if (i % 5 != 0)
			has(url, title);
	}
	show_all();
}

START_TEST(test_many_documents)
{
	unsigned bucket[DIGEST_BUCKETS];
	size_t n, missing = 0, extra = 0;

	set_up();
	fill_many(3000);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	n = heard.buckets;
	ck_assert_uint_gt(n, 100);
	memcpy(bucket, heard.bucket, sizeof(bucket));
	for (size_t i = 0; i < n; i += 40) {
		size_t some = n - i < 40 ? n - i : 40;

		ask_hashes(bucket + i, some, i + some < n);
		expect(RECONCILE_DIFFERS);
		missing += heard.missing;
		extra += heard.extra;
	}
	/* of 3000: every 7th untold but had, every 5th told but not had */
	ck_assert_uint_eq(missing, 429 - 86);
	ck_assert_uint_eq(extra, 600 - 86);
	ask_names();
	expect(RECONCILE_DIFFERS);
	write_acts();
	ck_assert_uint_eq(proven().missing, missing);
	ck_assert_uint_eq(proven().extra, extra);
	tear_down();
}
END_TEST

/* The index moves while it is scanned: what was found is for nothing. */
START_TEST(test_moved)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	has("https://www.s1.gov.cn/b", "乙");
	show_all();
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	tell("https://www.s1.gov.cn/c", "丙");
	show_all();
	expect(RECONCILE_LATER);
	ck_assert_uint_eq(write_acts(), 0);
	tear_down();
}
END_TEST

static size_t
told_in_even_buckets(size_t n)
{
	uint8_t hash[32];
	struct thing t;
	size_t even = 0;

	for (size_t i = 0; i < n; i++) {
		snprintf(t.url, sizeof(t.url), "https://www.s1.gov.cn/%zu",
		    i);
		snprintf(t.title, sizeof(t.title), "第%zu号", i);
		hash_of(&t, hash);
		even += i % 7 != 0 && hash[0] % 2 == 0;
	}
	return even;
}

START_TEST(test_scan_in_slices)
{
	struct buckets wanted = { .bits = { 0 } };
	struct scan s;
	size_t steps = 1, n = 0;

	set_up();
	fill_many(500);
	for (unsigned b = 0; b < DIGEST_BUCKETS; b += 2)
		buckets_add(&wanted, b);
	scan_init(&s);
	scan_begin(&s, SITE, &wanted);
	/* no time at all: as few as a step takes */
	while (!scan_step(&s, kit.writer.view, 0))
		steps++;
	ck_assert_uint_gt(steps, 4);
	for (unsigned b = 0; b < DIGEST_BUCKETS; b += 2) {
		const struct scan_list *l = scan_bucket(&s, b);

		n += l->n;
		for (size_t i = 0; i < l->n; i++)
			ck_assert_uint_eq(l->at[i].hash[0], b);
		for (size_t i = 1; i < l->n; i++)
			ck_assert_int_lt(memcmp(l->at[i - 1].hash,
			    l->at[i].hash, RECONCILE_HASH), 0);
	}
	ck_assert_uint_eq(n, told_in_even_buckets(500));
	scan_clear(&s);
	tear_down();
}
END_TEST

/* --- agents that are wrong ------------------------------------------------------ */

START_TEST(test_wrong_agents)
{
	unsigned twice[2] = { 3, 3 }, every[DIGEST_BUCKETS];
	struct buf b;

	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	show_all();
	ask_buckets();			/* of which none differs */
	expect(RECONCILE_REFUSED);
	ck_assert_int_eq(heard.a.verdict, VERDICT_BAD);
	has("https://www.s1.gov.cn/b", "乙");
	has("https://www.s1.gov.cn/c", "丙");
	ask_hashes(twice, 1, false);	/* before the buckets */
	expect(RECONCILE_LATER);
	ask_names();
	expect(RECONCILE_LATER);

	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ck_assert_uint_eq(heard.buckets, 2);
	twice[0] = twice[1] = heard.bucket[0];
	ask_hashes(twice, 2, false);
	expect(RECONCILE_REFUSED);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	twice[0] = heard.bucket[0];
	ask_hashes(&heard.bucket[1], 1, true);
	expect(RECONCILE_DIFFERS);
	ask_hashes(twice, 1, false);	/* falling */
	expect(RECONCILE_REFUSED);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		every[i] = i;
	ask_hashes(every, 0, false);	/* none of those that differ */
	expect(RECONCILE_REFUSED);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_hashes(every, DIGEST_BUCKETS, false);	/* more than differ */
	expect(RECONCILE_REFUSED);

	/* Names of what isn't missing. */
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	expect(RECONCILE_DIFFERS);
	begin(&b, SITE, RECONCILE_NAMED, false);
	for (int i = 0; i < 2000; i++)
		frame_reconcile_name(&b, (const uint8_t *)
		    "0123456789abcdef", span_of("x"), span_of("y"));
	ask(&b);
	expect(RECONCILE_DIFFERS);
	write_acts();
	ck_assert_uint_eq(proven().missing, 2);
	ck_assert_uint_eq(proven().extra, 0);
	ck_assert_uint_eq(proven().missed, 2);
	tear_down();
}
END_TEST

/* Sums that differ over the same items: it is in the log, and on record. */
START_TEST(test_wrong_sums)
{
	struct digest d;
	struct buf b;

	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	show_all();
	digest_of(&d);
	begin(&b, SITE, RECONCILE_BUCKETS, false);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		frame_reconcile_bucket(&b, i, d.bucket[i].high,
		    d.bucket[i].low + (i == 3));
	ask(&b);
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	expect(RECONCILE_REFUSED);
	ck_assert_int_eq(heard.a.verdict, VERDICT_BAD);
	ck_assert(core_logged("zqhub rebuild"));
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert(!proven().same);
	ck_assert_uint_eq(proven().missed, 0);
	tear_down();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("reconciler");
	TCase *t = tcase_create("reconciler");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_same);
	tcase_add_test(t, test_held_until_shown);
	tcase_add_test(t, test_another_seq);
	tcase_add_test(t, test_new_incarnation);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_not_written_too_often);
	tcase_add_test(t, test_full_disk_is_told);
	tcase_add_test(t, test_differences);
	tcase_add_test(t, test_only_extra);
	tcase_add_test(t, test_held);
	tcase_add_test(t, test_pause_after_differences);
	tcase_add_test(t, test_pause_without_an_end);
	tcase_add_test(t, test_few_at_a_time);
	tcase_add_test(t, test_many_documents);
	tcase_add_test(t, test_moved);
	tcase_add_test(t, test_scan_in_slices);
	tcase_add_test(t, test_wrong_agents);
	tcase_add_test(t, test_wrong_sums);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
