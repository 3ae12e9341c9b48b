/*
 * Presence: whose words count, when its last connection is gone, and what
 * the pulse has of it.
 */
#include "hub/presence.h"

#include "hub/pulse.h"
#include "tests/unit/hub/corekit.h"

static struct corekit kit;
static struct presence *presence;
static struct pulse_row row;

static struct {
	unsigned heard, gone;
	unsigned looked;
	uint32_t site;
	int64_t at, patience;
	struct vantage_answer answer;
	struct health health;
} told;

static void
on_heard(void *arg, uint32_t site, int64_t now, int64_t patience,
    const struct health *health)
{
	ck_assert(arg == &told);
	told.heard++;
	told.site = site;
	told.at = now;
	told.patience = patience;
	told.health = *health;
}

static void
on_gone(void *arg, uint32_t site, int64_t now)
{
	ck_assert(arg == &told);
	told.gone++;
	told.site = site;
	told.at = now;
}

static void
on_looked(void *arg, uint32_t site, const struct vantage_answer *a)
{
	ck_assert(arg == &told);
	told.looked++;
	told.site = site;
	told.answer = *a;
}

static void
setup(void)
{
	const struct presence_hooks hooks = { .heard = on_heard,
		.gone = on_gone, .looked = on_looked, .arg = &told };

	pulse_open(NULL);
	core_open(&kit, CORE_MOST);
	kit.config.silent_after = 20000;
	core_site(&kit, 1);
	core_site(&kit, 2);
	memset(&told, 0, sizeof(told));
	presence = presence_new(&kit.writer, &hooks);
}

static void
teardown(void)
{
	presence_free(presence);
	core_close(&kit);
	pulse_close();
}

static void
line(const struct frame_peer *p, enum frame_line what)
{
	struct buf b;

	buf_init(&b, 1024);
	frame_peer_write(&b, p, what);
	presence_line(presence, buf_look(&b));
	buf_clear(&b);
}

static void
poll_of(const struct frame_peer *p)
{
	struct buf b;

	buf_init(&b, 1024);
	frame_letters_write(&b, &(struct frame_letters){ .peer = *p });
	presence_word(presence, buf_look(&b));
	buf_clear(&b);
}

static void
put_batch(struct buf *b, const struct frame_peer *p, uint32_t beat,
    int64_t now)
{
	buf_init(b, FRAME_MAX);
	frame_batch_begin(b, p, &(struct batch){ .incarnation = 1, .first = 1,
	    .now = now, .health = { .told = beat > 0, .beat = beat } },
	    clock_mono());
}

static void
batch_of(const struct frame_peer *p, uint32_t beat, int64_t now)
{
	struct buf b;

	put_batch(&b, p, beat, now);
	presence_batch(presence, buf_look(&b));
	buf_clear(&b);
}

START_TEST(words)
{
	struct frame_peer p = core_peer(1, "203.0.113.7:5000");

	batch_of(&p, 7000, CORE_NOW - 90000);
	ck_assert_uint_eq(told.heard, 1);
	ck_assert_uint_eq(told.site, 1);
	ck_assert_int_eq(told.at, CORE_NOW);
	ck_assert_int_eq(told.patience, 21000);
	ck_assert_uint_eq(told.health.beat, 7000);
	ck_assert(pulse_read(1, &row));
	ck_assert_int_eq(row.heard, CORE_NOW);
	ck_assert_int_eq(row.skew, -90000);
	ck_assert_str_eq(row.address, "203.0.113.7:5000");
	/* A poll says nothing of its own of health: what was told stands. */
	clock_set(CORE_NOW + 3000, 4000);
	poll_of(&p);
	ck_assert_uint_eq(told.heard, 2);
	ck_assert_uint_eq(told.health.beat, 7000);
	ck_assert(pulse_read(1, &row));
	ck_assert_int_eq(row.heard, CORE_NOW + 3000);
	ck_assert_int_eq(row.skew, -90000);
	/* An agent of before tells no beat: it beat every 15 s. */
	batch_of(&p, 0, CORE_NOW);
	ck_assert_int_eq(told.patience, 60000);
	/* A clock may say anything. */
	batch_of(&p, 5000, INT64_MIN);
	batch_of(&p, 5000, INT64_MAX);
	ck_assert_int_eq(told.patience, 20000);
	ck_assert_uint_eq(told.gone, 0);
}
END_TEST

static void
looked_of(const struct frame_peer *p, const char *features, uint64_t task)
{
	struct buf b;

	buf_init(&b, FRAME_MAX);
	frame_batch_begin(&b, p, &(struct batch){ .incarnation = 1,
	    .first = 1, .features = span_of(features), .looked = {
	    .task = task, .status = 200, .ms = 12 } }, clock_mono());
	presence_batch(presence, buf_look(&b));
	buf_clear(&b);
}

/* What it saw of another's page, and that it would look again; another key
 * says nothing for it. */
START_TEST(looks)
{
	struct frame_peer p = core_peer(1, "203.0.113.7:5000");

	looked_of(&p, "changes look health", 4711);
	ck_assert_uint_eq(told.looked, 1);
	ck_assert_uint_eq(told.site, 1);
	ck_assert_uint_eq(told.answer.task, 4711);
	ck_assert_uint_eq(told.answer.status, 200);
	ck_assert(pulse_read(1, &row) && row.looks);
	looked_of(&p, "changes looks", 0);
	ck_assert_uint_eq(told.looked, 1);
	ck_assert(pulse_read(1, &row) && !row.looks);
	core_key(p.key_hash, 2);
	looked_of(&p, "look", 4712);
	ck_assert_uint_eq(told.looked, 1);
	ck_assert(pulse_read(1, &row) && !row.looks);
}
END_TEST

/* Another key, a site that isn't there, one that is blocked or retired. */
START_TEST(strangers)
{
	struct frame_peer p = core_peer(1, "203.0.113.7:5000");

	core_key(p.key_hash, 2);
	batch_of(&p, 5000, CORE_NOW);
	poll_of(&p);
	line(&p, FRAME_LINE_OPENED);
	p = core_peer(0, "203.0.113.7:5000");
	batch_of(&p, 5000, CORE_NOW);
	line(&p, FRAME_LINE_OPENED);
	p = core_peer(99, "203.0.113.7:5000");
	batch_of(&p, 5000, CORE_NOW);
	line(&p, FRAME_LINE_OPENED);
	line(&p, FRAME_LINE_CLOSED);
	p = core_peer(2, "203.0.113.7:5000");
	core_act(&kit, json_pack("{s:s, s:i, s:s}", "do", "block", "site", 2,
	    "reason", "r"));
	batch_of(&p, 5000, CORE_NOW);
	ck_assert_uint_eq(told.heard + told.gone, 0);
	ck_assert(!pulse_read(2, &row) || row.heard == 0);
	presence_batch(presence, SPAN("no frame"));
	presence_word(presence, SPAN("n"));
	presence_line(presence, SPAN_NONE);
	ck_assert_uint_eq(told.heard + told.gone, 0);
}
END_TEST

START_TEST(connections)
{
	struct frame_peer p = core_peer(2, "203.0.113.7:5000");

	line(&p, FRAME_LINE_OPENED);
	line(&p, FRAME_LINE_OPENED);
	/* That somebody came is no word yet. */
	ck_assert_uint_eq(told.heard, 0);
	ck_assert(pulse_read(2, &row));
	ck_assert_uint_eq(row.connections, 2);
	ck_assert_int_eq(row.heard, 0);
	poll_of(&p);
	ck_assert_uint_eq(told.heard, 1);
	line(&p, FRAME_LINE_CLOSED);
	ck_assert_uint_eq(told.gone, 0);
	clock_set(CORE_NOW + 500, 1500);
	line(&p, FRAME_LINE_CLOSED);
	ck_assert_uint_eq(told.gone, 1);
	ck_assert_uint_eq(told.site, 2);
	ck_assert_int_eq(told.at, CORE_NOW + 500);
	ck_assert(pulse_read(2, &row));
	ck_assert_uint_eq(row.connections, 0);
	ck_assert_int_eq(row.gone, CORE_NOW + 500);
	ck_assert_int_eq(row.heard, CORE_NOW);
	/* It renewed its key meanwhile: the old connection's end still is. */
	line(&p, FRAME_LINE_OPENED);
	core_key(p.key_hash, 9);
	line(&p, FRAME_LINE_CLOSED);
	ck_assert_uint_eq(told.gone, 2);
	/* One that nobody saw open. */
	line(&p, FRAME_LINE_CLOSED);
	ck_assert(pulse_read(2, &row));
	ck_assert_uint_eq(row.connections, 0);
}
END_TEST

/* What lay between edge and core while the core hung says nothing of the
 * site's clock. */
START_TEST(late)
{
	struct frame_peer p = core_peer(1, "203.0.113.7:5000");
	struct buf b;

	put_batch(&b, &p, 5000, CORE_NOW - 7000);
	clock_set(CORE_NOW + 109000, clock_mono() + 109000);
	presence_batch(presence, buf_look(&b));
	buf_clear(&b);
	ck_assert(pulse_read(1, &row));
	ck_assert_int_eq(row.heard, CORE_NOW + 109000);
	ck_assert_int_eq(row.skew, -7000);
}
END_TEST

/* What is long in coming, or in line, is no silence. */
START_TEST(busy)
{
	struct frame_peer p = core_peer(1, "203.0.113.7:5000");
	struct pending_queue q;
	struct buf b;

	line(&p, FRAME_LINE_BUSY);
	ck_assert_uint_eq(told.heard, 1);
	ck_assert(pulse_read(1, &row) && row.connections == 0);
	pending_init(&q);
	put_batch(&b, &p, 5000, CORE_NOW);
	pending_batch(&q, 1, buf_look(&b));
	buf_clear(&b);
	clock_set(CORE_NOW + 20000, 21000);
	presence_wait(presence, &q);
	ck_assert_uint_eq(told.heard, 2);
	ck_assert_int_eq(told.at, CORE_NOW + 20000);
	clock_set(CORE_NOW + 20200, 21200);
	presence_wait(presence, &q);	/* once a second is enough */
	ck_assert_uint_eq(told.heard, 2);
	pending_clear(&q);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("presence");
	TCase *t = tcase_create("presence");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, words);
	tcase_add_test(t, looks);
	tcase_add_test(t, strangers);
	tcase_add_test(t, connections);
	tcase_add_test(t, late);
	tcase_add_test(t, busy);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
