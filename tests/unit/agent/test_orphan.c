/*
 * Sources that are gone from the settings, what people said, and strays: what
 * nothing here vouches for waits for a person, and carries who decided.
 */
#include "tests/unit/agent/sourcekit.h"

#include "agent/ability.h"
#include "agent/repair.h"
#include "agent/sources.h"

static struct sources *sources;
static struct config config;

static void
open_all(void)
{
	struct source_host host = { .base = base, .top = &top,
	    .news = on_news, .reach = on_reach, .quiet = on_quiet };
	struct parse_limits limits = { .page = 0 };

	store = kit_open(64u << 20);
	parse = parse_new(base, &limits);
	host.store = store;
	host.parse = parse;
	sources = sources_open(&host, &config);
}

static void
close_all(void)
{
	parse_free(parse);
	sources_close(sources);
	store_close(store);
}

/* The settings have the source www, or none. */
static void
set_source(bool there)
{
	memset(&config, 0, sizeof(config));
	config.top = &top;
	if (!there)
		return;
	config.count = 1;
	config.source[0].name = "www";
	config.source[0].set = &set;
}

static void
wait_held(uint64_t want)
{
	WAIT_FOR(sources_held(sources) == want);
}

static void
wait_settled(void)
{
	WAIT_FOR(sources_are_settled(sources));
}

static size_t
shown(void)
{
	json_t *list = sources_status(sources);
	size_t n = json_array_size(list);

	json_decref(list);
	return n;
}

static struct change
last_change(struct store_txn *t)
{
	struct change c;

	ck_assert(spool_get(t, t->meta.next - 1, &c));
	return c;
}

/* A source is removed: held, also over a restart, until somebody decides. */
START_TEST(test_removed)
{
	struct store_txn *t;
	struct change c;

	put_many(20);
	set_source(true);
	open_all();
	wait_items(20);
	wait_settled();
	ck_assert_uint_eq(shown(), 1);
	close_all();
	set_source(false);
	open_all();
	wait_held(20);
	ck_assert(!sources_are_settled(sources));
	turn_loop(800);
	ck_assert_uint_eq(items(), 20);
	close_all();
	open_all();
	ck_assert_uint_eq(sources_held(sources), 20);
	ck_assert_uint_eq(sources_release(sources, "other", "r", "b"), 0);
	ck_assert_uint_eq(sources_release(sources, "www", "closed\nfor good",
	    "wang"), 1);
	wait_items(0);
	wait_settled();
	t = store_look(store);
	c = last_change(t);
	ck_assert_int_eq(c.kind, CHANGE_DELETED);
	ck_assert(span_is(c.word[WORD_BY], SPAN("wang")));
	ck_assert(span_is(c.word[WORD_REASON], SPAN("closed for good")));
	ck_assert(change_is_sane(&c, NULL));
	store_end(t);
	ck_assert_uint_eq(shown(), 0);
	kit_is_whole(store);
	close_all();
}
END_TEST

/* A word that comes before it was judged is taken as well. */
START_TEST(test_removed_at_once)
{
	struct store_txn *t;
	struct change c;

	put_many(20);
	set_source(true);
	open_all();
	wait_items(20);
	wait_settled();
	close_all();
	set_source(false);
	open_all();
	ck_assert_uint_eq(sources_held(sources), 0);
	ck_assert_uint_eq(sources_release(sources, "www", "closed", "wang"),
	    1);
	wait_items(0);
	wait_settled();
	t = store_look(store);
	c = last_change(t);
	ck_assert(span_is(c.word[WORD_REASON], SPAN("closed")));
	store_end(t);
	close_all();
}
END_TEST

/* … or refuses; and when it is in the settings again all is as it was. */
START_TEST(test_refused)
{
	uint64_t before;

	put_many(20);
	set_source(true);
	open_all();
	wait_items(20);
	wait_settled();
	before = head();
	close_all();
	set_source(false);
	open_all();
	wait_held(20);
	ck_assert_uint_eq(sources_refuse(sources, NULL, "moves", "li"), 1);
	ck_assert_uint_eq(sources_held(sources), 0);
	wait_settled();
	close_all();
	open_all();
	turn_loop(200);
	ck_assert_uint_eq(sources_held(sources), 0);
	close_all();
	set_source(true);
	open_all();
	wait_settled();
	ck_assert_uint_eq(items(), 20);
	ck_assert_uint_eq(head(), before);
	close_all();
}
END_TEST

static void
rename_source(void)
{
	memset(&config, 0, sizeof(config));
	config.top = &top;
	config.count = 1;
	config.source[0].name = "web";
	config.source[0].set = &set;
}

/* A new name: each page has a new id, and the old one goes when that was told,
 * unasked, also when it had been refused before; the rest still waits. */
static void
check_renamed(bool refuse)
{
	struct store_txn *t;
	struct change c;
	struct known k;

	put_many(20);
	set_source(true);
	open_all();
	wait_items(20);
	wait_settled();
	close_all();
	if (refuse) {
		set_source(false);
		open_all();
		wait_held(20);
		ck_assert_uint_eq(sources_refuse(sources, NULL, "r", "b"), 1);
		close_all();
	}
	remove_many(0, 1);	/* this one nobody tells */
	rename_source();
	open_all();
	WAIT_FOR(head() >= 20 + 19 + 19);
	turn_loop(1200);
	ck_assert_uint_eq(head(), 20 + 19 + 19);
	ck_assert_uint_eq(items(), 20);
	ck_assert_uint_eq(sources_held(sources), refuse ? 0 : 1);
	t = store_look(store);
	for (uint64_t n = 21; n < t->meta.next; n++) {
		ck_assert(spool_get(t, n, &c));
		ck_assert_int_eq(c.kind, n < 40 ? CHANGE_CREATED :
		    CHANGE_DELETED);
		ck_assert(change_is_sane(&c, NULL));
	}
	ck_assert(span_is(c.word[WORD_REASON],
	    SPAN("told by source web now")));
	ck_assert_uint_gt(c.word[WORD_BY].n, 0);
	ck_assert(known_find_url(t, SPAN(SITE "/007.txt"), &k));
	ck_assert(span_is(k.source, SPAN("web")));
	store_end(t);
	kit_is_whole(store);
	close_all();
}

START_TEST(test_renamed)
{
	check_renamed(false);
}
END_TEST

START_TEST(test_renamed_refused)
{
	check_renamed(true);
}
END_TEST

static bool
say_deleted(struct store_txn *t, void *arg)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_DELETED;
	c.url = span_of(arg);
	return compare_said(t, &c) == COMPARE_DELETED;
}

/* A word is of an address: what was withdrawn there stays that under the new
 * name, and under the old one again, but not when the file changes. */
static void
check_renamed_withdrawn(const char *features)
{
	static char url[] = SITE "/001.txt";
	struct store_txn *t;
	struct known k;

	put_many(3);
	set_source(true);
	open_all();
	if (features != NULL)
		ck_assert(ability_keep(store, span_of(features)));
	wait_items(3);
	wait_settled();
	turn_loop(50);		/* no more of the file's own time */
	ck_assert_int_eq(store_do(store, say_deleted, url), STORE_DONE);
	ck_assert_uint_eq(items(), 2);
	for (int turn = 0; turn < 2; turn++) {
		close_all();
		if (turn == 0)
			rename_source();
		else
			set_source(true);
		open_all();
		wait_settled();
		turn_loop(1200);
		ck_assert_uint_eq(items(), 2);
		t = store_look(store);
		ck_assert(known_find_url(t, span_of(url), &k));
		ck_assert(!k.told && k.withdrawn != 0);
		ck_assert(span_is(k.source, span_of(config.source[0].name)));
		ck_assert_uint_eq(known_count(t, turn == 0 ? SPAN("www") :
		    SPAN("web")), 0);
		store_end(t);
		kit_is_whole(store);
	}
	put("001.txt", "another text");
	wait_items(3);
	close_all();
}

START_TEST(test_renamed_withdrawn)
{
	check_renamed_withdrawn(NULL);
}
END_TEST

START_TEST(test_renamed_withdrawn_moves)
{
	check_renamed_withdrawn("changes moves");
}
END_TEST

struct extra {
	const char *id, *url;
};

static void
adopt(const struct extra *list, size_t n)
{
	static const uint8_t hash[32] = { 7, 1 };
	struct repair_host host = { .store = store };
	struct repair *r = repair_new(&host);

	for (size_t i = 0; i < n; i++)
		repair_extra(r, hash, span_of(list[i].id),
		    span_of(list[i].url));
	while (repair_adopt(r))
		;
	ck_assert(repair_is_whole(r));
	repair_free(r);
}

static void
look_at(const char *name, const char *path)
{
	sources_look(sources, span_of(name), span_of(path));
}

/* What the index has too much of a live source: there → told, gone →
 * withdrawn like any file; many of them → held. */
START_TEST(test_adopted)
{
	static const struct extra few[] = {
		{ "www:there.txt", SITE "/there.txt" },
		{ "www:gone.txt", SITE "/gone.txt" },
	};
	uint64_t before;

	put_many(20);
	set_source(true);
	open_all();
	wait_items(20);
	wait_settled();
	before = head();
	put("there.txt", "there");
	adopt(few, 2);
	ck_assert_uint_eq(items(), 20);	/* not in the digest yet */
	look_at("www", "there.txt");
	look_at("www", "gone.txt");
	wait_items(21);
	wait_settled();
	turn_loop(1500);
	ck_assert_uint_eq(items(), 21);
	ck_assert_uint_eq(head(), before + 2);
	kit_is_whole(store);
	close_all();
}
END_TEST

START_TEST(test_adopted_many)
{
	char id[32], url[64];

	put_many(20);
	set_source(true);
	open_all();
	wait_items(20);
	wait_settled();
	for (int i = 0; i < 60; i++) {
		struct extra e = { id, url };

		snprintf(id, sizeof(id), "www:x%d.txt", i);
		snprintf(url, sizeof(url), SITE "/x%d.txt", i);
		adopt(&e, 1);
	}
	sources_rescan(sources);
	wait_held(60);
	turn_loop(500);
	ck_assert_uint_eq(head(), 20);
	ck_assert_uint_eq(sources_release(sources, "www", "r", "b"), 1);
	WAIT_FOR(head() == 80);
	ck_assert_uint_eq(items(), 20);
	wait_settled();
	kit_is_whole(store);
	close_all();
}
END_TEST

static bool
say(struct store_txn *t, void *arg)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_CREATED;
	c.url = span_of(arg);
	c.word[WORD_TITLE] = SPAN("said");
	return compare_said(t, &c) == COMPARE_CREATED;
}

/* What people said, and the store lost: all of it waits; one of many goes. */
START_TEST(test_said)
{
	static const struct extra all[] = {
		{ SITE "/said-1", SITE "/said-1" },
		{ SITE "/said-2", SITE "/said-2" },
		{ "4711", SITE "/stray" },
	};
	char url[64];

	set_source(true);
	open_all();
	wait_settled();
	adopt(all, 3);
	look_at("", SITE "/said-1");
	look_at("?", "4711");
	wait_held(3);
	ck_assert(sources_has(sources, SOURCE_SAID));
	ck_assert(sources_has(sources, SOURCE_STRAY));
	ck_assert_uint_eq(items(), 0);
	ck_assert_uint_eq(sources_refuse(sources, SOURCE_STRAY, "r", "b"), 1);
	wait_held(2);
	ck_assert_uint_eq(items(), 1);	/* vouched for, so to say */
	ck_assert_uint_eq(sources_release(sources, SOURCE_SAID, "r", "b"), 1);
	wait_held(0);
	wait_settled();
	ck_assert_uint_eq(head(), 2);
	for (int i = 0; i < 10; i++) {
		snprintf(url, sizeof(url), SITE "/new-%d", i);
		ck_assert_int_eq(store_do(store, say, url), STORE_DONE);
	}
	adopt(all, 1);
	look_at("", SITE "/said-1");
	WAIT_FOR(head() == 13);
	ck_assert_uint_eq(items(), 11);
	kit_is_whole(store);
	close_all();
}
END_TEST

static enum hold_verdict
scan_of(struct hold *h, uint64_t missing, uint64_t light, uint64_t items)
{
	const struct hold_count n = { .missing = missing, .light = light,
	    .items = items };

	return hold_scan(h, &n, false);
}

/* What is light is no loss, but all of a source is; and what is lost with it
 * counts as ever. */
START_TEST(test_light)
{
	struct hold h;

	hold_init(&h, 5, 50);
	ck_assert_int_eq(scan_of(&h, 12, 12, 13), HOLD_WITHDRAW);
	ck_assert_uint_eq(h.spent, 0);
	ck_assert_int_eq(scan_of(&h, 12, 7, 13), HOLD_WITHDRAW);
	ck_assert_uint_eq(h.spent, 5);
	ck_assert_int_eq(scan_of(&h, 12, 11, 12), HOLD_WAIT);
	hold_free(&h);
	hold_init(&h, 5, 50);
	ck_assert_int_eq(scan_of(&h, 13, 13, 13), HOLD_WAIT);
	hold_free(&h);
	hold_init(&h, 5, 50);
	ck_assert_int_eq(scan_of(&h, 12, 5, 13), HOLD_WAIT);
	ck_assert_uint_eq(hold_waiting(&h), 12);
	hold_free(&h);
}
END_TEST

/* Thresholds are the settings'. */
START_TEST(test_thresholds)
{
	struct hold h;

	hold_init(&h, 5, 50);
	ck_assert_int_eq(scan_of(&h, 5, 0, 9), HOLD_WITHDRAW);
	hold_free(&h);
	hold_init(&h, 5, 50);
	ck_assert_int_eq(scan_of(&h, 6, 0, 13), HOLD_WITHDRAW);
	hold_free(&h);
	hold_init(&h, 5, 50);
	ck_assert_int_eq(scan_of(&h, 7, 0, 13), HOLD_WAIT);
	ck_assert_int_eq(scan_of(&h, 7, 0, 13), HOLD_STILL);
	ck_assert(hold_refuse(&h, "r", "b"));
	ck_assert_uint_eq(hold_waiting(&h), 0);
	ck_assert_int_eq(scan_of(&h, 8, 0, 13), HOLD_WAIT);
	ck_assert_uint_eq(hold_waiting(&h), 8);
	hold_free(&h);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/orphan");
	TCase *t = tcase_create("orphan");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_removed);
	tcase_add_test(t, test_removed_at_once);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_renamed);
	tcase_add_test(t, test_renamed_refused);
	tcase_add_test(t, test_renamed_withdrawn);
	tcase_add_test(t, test_renamed_withdrawn_moves);
	tcase_add_test(t, test_adopted);
	tcase_add_test(t, test_adopted_many);
	tcase_add_test(t, test_said);
	tcase_add_test(t, test_thresholds);
	tcase_add_test(t, test_light);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
