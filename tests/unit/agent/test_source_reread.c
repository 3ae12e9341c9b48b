/*
 * Pages that an older reader told are read once more: only what differs is
 * told, from where it was when the agent was stopped, and no gate is asked.
 */
#include "tests/unit/agent/sourcekit.h"

#include "agent/page.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define PAGES 12
#define LINKS (LIMIT_LINKS + 10)

/* As an agent from before there was such a number has left it. */
static bool
forget_reader(struct store_txn *t, void *arg)
{
	struct buf b;

	(void)arg;
	buf_init(&b, 64);
	write_u8(&b, 0);
	store_put(t, "read www", buf_look(&b));
	buf_clear(&b);
	return true;
}

/* What stands there was told with other words, or with no word of a cut. */
static bool
make_old(struct store_txn *t, void *arg)
{
	struct known own, k;

	ck_assert(known_get(t, SPAN("www"), span_of(arg), &own));
	known_own(&own);
	k = own;
	if (k.links_cut)
		k.links_cut = false;
	else
		k.change[0] ^= 1;
	known_put(t, &k);
	known_disown(&own);
	return true;
}

static void
age(const char *path)
{
	char text[64];

	snprintf(text, sizeof(text), "%s", path);
	ck_assert_int_eq(store_do(store, make_old, text), STORE_DONE);
	ck_assert_int_eq(store_do(store, forget_reader, NULL), STORE_DONE);
}

static json_int_t
number(const char *of, const char *name)
{
	json_t *o = source_dir.status(source), *part = o;
	json_int_t n;

	if (of != NULL)
		part = json_object_get(o, of);
	n = part == NULL ? -1 : json_integer_value(json_object_get(part,
	    name));
	json_decref(o);
	return n;
}

static void
wait_read(json_int_t least)
{
	int64_t start = clock_mono();

	while (number(NULL, "read") < least) {
		ck_assert_msg(clock_mono() - start < PATIENCE, "read: %lld",
		    (long long)number(NULL, "read"));
		turn_loop(10);
	}
}

/* fine: it is that all the while, once a scan has looked. */
static void
wait_reread(bool fine)
{
	int64_t start = clock_mono();
	bool looked = false;

	while (number("reread", "of") >= 0) {
		looked = looked || strcmp(state(), "looking") != 0;
		ck_assert(!fine || !looked || strcmp(state(), "fine") == 0);
		ck_assert_msg(clock_mono() - start < PATIENCE,
		    "%lld of %lld", (long long)number("reread", "items"),
		    (long long)number("reread", "of"));
		turn_loop(7);
	}
}

static void
put_pages(void)
{
	char name[32];

	for (int i = 0; i < PAGES; i++) {
		snprintf(name, sizeof(name), "%02d.html", i);
		put(name, "<title>page</title>");
	}
	put("a.pdf", "%PDF-");
	start();
	wait_items(PAGES + 1);
	wait_state("fine");
}

START_TEST(test_once)
{
	uint64_t before;

	put_pages();
	ck_assert_int_eq(number("reread", "of"), -1);	/* all by this one */
	before = head();
	age("07.html");
	turn_loop(1500);
	ck_assert_uint_eq(head(), before);	/* it asks when it is opened */
	stop();
	start();
	ck_assert_int_eq(number("reread", "of"), PAGES + 1);
	wait_reread(true);
	ck_assert_uint_eq(head(), before + 1);
	ck_assert_int_eq(number(NULL, "read"), PAGES);	/* no PDF */
	ck_assert_int_eq(number(NULL, "held"), 0);
	kit_is_whole(store);
	stop();
	start();
	ck_assert_int_eq(number("reread", "of"), -1);
	turn_loop(1500);
	ck_assert_int_eq(number(NULL, "read"), 0);
	ck_assert_uint_eq(head(), before + 1);
	stop();
}
END_TEST

/* Stopped in the middle it goes on from there. */
START_TEST(test_stopped)
{
	uint64_t before;
	json_int_t n;

	put_pages();
	before = head();
	age("11.html");
	stop();
	start();
	wait_read(3);
	n = number(NULL, "read");
	ck_assert_int_lt(n, PAGES);
	ck_assert_uint_eq(head(), before);
	stop();
	start();
	wait_reread(false);
	ck_assert_uint_eq(head(), before + 1);
	ck_assert_int_ge(number(NULL, "read"), PAGES - n - 1);
	ck_assert_int_le(number(NULL, "read"), PAGES - n + 1);
	stop();
}
END_TEST

/* The first page has been asked for, and isn't read. */
static void
wait_asked(void)
{
	int64_t start = clock_mono();

	while (number("reread", "items") < 1) {
		ck_assert_int_lt(clock_mono() - start, PATIENCE);
		event_base_loop(base, EVLOOP_ONCE);
	}
	ck_assert_int_eq(number(NULL, "read"), 0);
}

/* Stopped while a page is read it reads that one again. */
START_TEST(test_in_flight)
{
	uint64_t before;

	put_pages();
	before = head();
	age("00.html");
	stop();
	start();
	wait_asked();
	stop();
	start();
	wait_reread(false);
	ck_assert_uint_eq(head(), before + 1);
	stop();
}
END_TEST

/* The root goes while a page is read, and comes back. */
START_TEST(test_root_goes)
{
	uint64_t before;
	char away[sizeof(root) + 8];

	put_pages();
	before = head();
	age("00.html");
	stop();
	start();
	wait_asked();
	snprintf(away, sizeof(away), "%s.away", root);
	source_dir.pause(source, true);	/* it stays in the queue */
	ck_assert_int_eq(rename(root, away), 0);
	wait_state("no-root");
	source_dir.pause(source, false);
	ck_assert_int_eq(rename(away, root), 0);
	wait_reread(false);
	ck_assert_uint_eq(head(), before + 1);
	ck_assert_int_eq(number(NULL, "held"), 0);
	stop();
}
END_TEST

/* For how long it was kept from reading is no reason to rest. */
START_TEST(test_paused)
{
	put_pages();
	age("00.html");
	stop();
	start();
	wait_asked();
	source_dir.pause(source, true);
	turn_loop(4000);
	source_dir.pause(source, false);
	wait_reread(false);
	stop();
}
END_TEST

/* A file that goes meanwhile is withdrawn as always, and what is new is told
 * at once. */
START_TEST(test_meanwhile)
{
	put_pages();
	age("00.html");
	stop();
	start();
	wait_read(1);
	unlink(at("11.html"));
	put("new.html", "<title>new</title>");
	wait_items(PAGES + 1);
	wait_reread(false);
	WAIT_FOR(number(NULL, "withdrawn") == 1);
	ck_assert_int_eq(number(NULL, "held"), 0);
	kit_is_whole(store);
	stop();
}
END_TEST

static bool
last_is_cut(void)
{
	struct store_txn *t = store_look(store);
	struct change c;
	bool is;

	ck_assert(spool_get(t, t->meta.next - 1, &c));
	is = c.links_cut;
	store_end(t);
	return is;
}

/* That the links of a page are not all of them is news, though nothing else of
 * it differs. */
START_TEST(test_cut)
{
	FILE *f = fopen(at("many.html"), "w");
	uint64_t before;

	ck_assert_ptr_nonnull(f);
	for (int i = 0; i < LINKS; i++)
		fprintf(f, "<a href=/%d>x</a>\n", i);
	fclose(f);
	start();
	wait_items(1);
	wait_state("fine");
	ck_assert(last_is_cut());
	before = head();
	age("many.html");
	stop();
	start();
	wait_reread(false);
	ck_assert_uint_eq(head(), before + 1);
	ck_assert(last_is_cut());
	ck_assert_int_eq(store_do(store, forget_reader, NULL), STORE_DONE);
	stop();
	start();
	wait_reread(false);
	ck_assert_uint_eq(head(), before + 1);	/* it is known now */
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/source_reread");
	TCase *t = tcase_create("source_reread");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_once);
	tcase_add_test(t, test_stopped);
	tcase_add_test(t, test_in_flight);
	tcase_add_test(t, test_root_goes);
	tcase_add_test(t, test_paused);
	tcase_add_test(t, test_meanwhile);
	tcase_add_test(t, test_cut);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
