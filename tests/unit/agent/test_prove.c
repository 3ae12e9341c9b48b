/*
 * Proving: whatever differs is found, named, and mended by ordinary changes;
 * nothing is withdrawn that is there, and news needn't wait for long.
 */
#include "tests/unit/agent/provekit.h"

#include "agent/kept.h"
#include "agent/push_private.h"

static void
put_three(void)
{
	put("a.html", 1);
	put("b.html", 1);
	put("c.html", 1);
}

START_TEST(test_same)
{
	struct proven p;

	put_three();
	start();
	WAIT_FOR(proven().count > 0);
	p = proven();
	ck_assert(p.same);
	ck_assert_int_ne(p.at, CLOCK_NONE);
	ck_assert_uint_eq(p.seq, 3);
	ck_assert_uint_eq(p.items, 3);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 1);
	ck_assert_uint_eq(hub.rounds[RECONCILE_BUCKETS], 0);
	/* Not again before it is due. */
	turn_loop(500);
	ck_assert_uint_eq(proven().count, 1);
	/* But when the hub wants it. */
	push_want(push, SPAN("sing prove"));
	WAIT_FOR(proven().count == 2);
	hub.want = "prove";
	WAIT_FOR(proven().count > 2);
	stop();
}
END_TEST

/* Nobody wants it, and nothing happens: it is proven again when it is due,
 * give or take a tenth, and again after that. */
START_TEST(test_regularly)
{
	int64_t last, now;

	put_three();
	start_every(1000);
	WAIT_FOR(proven().count == 1);
	last = clock_mono();
	for (uint64_t n = 2; n <= 3; n++) {
		WAIT_FOR(proven().count == n);
		now = clock_mono();
		ck_assert_int_ge(now - last, 700);
		ck_assert(proven().same);
		ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], n);
		last = now;
	}
	ck_assert_uint_eq(proven().missed, 0);
	stop();
}
END_TEST

/* The index lost one, has another version of one, and one too much that is
 * there, and one that isn't. */
START_TEST(test_mends)
{
	struct proven p;

	put_three();
	put("d.html", 1);
	start();
	WAIT_FOR(hub.taken == 4);
	hub_forget(hub_find(SPAN("www:a.html")));
	memset(hub_find(SPAN("www:b.html"))->hash, 7, 32);
	hub_invent("www:new.html", U "new.html");
	hub_invent("www:gone.html", U "gone.html");
	site.path[site.count] = "new.html";
	site.version[site.count++] = 5;
	WAIT_FOR(proven().count > 0);
	p = proven();
	ck_assert(!p.same);
	ck_assert_uint_eq(p.missing, 2);
	ck_assert_uint_eq(p.extra, 3);
	ck_assert_uint_eq(p.missed, 4);	/* b.html is one */
	ck_assert_uint_eq(hub.named, 2);
	WAIT_FOR(hub.deletes == 1);
	WAIT_FOR(proven().same);
	ck_same();
	ck_assert_ptr_nonnull(hub_find(SPAN("www:new.html")));
	ck_assert_ptr_null(hub_find(SPAN("www:gone.html")));
	ck_assert_uint_eq(hub.deletes, 1);
	ck_assert_int_eq(site.looked, 4);
	stop();
}
END_TEST

struct word {
	const char *url, *title;
	enum change_kind kind;
};

static bool
say(struct store_txn *t, void *arg)
{
	const struct word *w = arg;
	struct change c;

	change_init(&c);
	c.kind = w->kind;
	c.url = span_of(w->url);
	c.word[WORD_TITLE] = span_of(w->title);
	return compare_said(t, &c) != COMPARE_NO_ROOM;
}

/* What people said is said again; what they withdrew is withdrawn again. */
START_TEST(test_words)
{
	struct word item = { U "said", "a word", CHANGE_CREATED };
	struct word gone = { U "a.html", NULL, CHANGE_DELETED };

	put_three();
	(void)store_do(store, say, &item);
	(void)store_do(store, say, &gone);
	start();
	WAIT_FOR(hub.taken == 5);
	hub_forget(hub_find(SPAN(U "said")));
	hub_invent("www:a.html", U "a.html");
	hub.deletes = 0;
	WAIT_FOR(proven().count > 0);
	WAIT_FOR(proven().same);
	ck_same();
	ck_assert_ptr_nonnull(hub_find(SPAN(U "said")));
	ck_assert_uint_eq(hub.deletes, 1);
	ck_assert_int_eq(site.looked, 0);
	/* The file is still not told. */
	ck_assert_int_eq(kit_tell(store, "a.html", 1), COMPARE_NOTHING);
	stop();
}
END_TEST

/* Ids that this agent makes, once made, and never makes. */
START_TEST(test_ids)
{
	static const struct { const char *id, *url, *source, *path; } cases[] =
	{
		{ "www:a b.html", U "x", "www", "a b.html" },
		{ "old:a:b", U "x", "old", "a:b" },
		{ "www%:%B9%AB%25", U "x", "www", "\xb9\xab%" },
		{ "www%:plain", U "x", "?", "www%:plain" },
		{ "www:\xb9", U "x", "?", "www:\xb9" },
		{ "www:", U "x", "?", "www:" },
		{ ":a", U "x", "?", ":a" },
		{ "?:a", U "x", "?", "?:a" },
		{ "4711", U "x", "?", "4711" },
		{ U "x", U "x", "", U "x" },
	};
	struct span source, path;
	struct buf keep, id;

	buf_init(&keep, KNOWN_ID_MAX);
	buf_init(&id, KNOWN_ID_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		known_of_id(span_of(cases[i].id), span_of(cases[i].url),
		    &keep, &source, &path);
		ck_assert_msg(span_is(source, span_of(cases[i].source)),
		    "%s: source %.*s", cases[i].id, SPAN_ARGS(source));
		ck_assert_msg(span_is(path, span_of(cases[i].path)),
		    "%s: path %.*s", cases[i].id, SPAN_ARGS(path));
		buf_reset(&id);
		known_id(&id, source, path);
		ck_assert_str_eq(id.n > 0 ? buf_cstr(&id) : cases[i].url,
		    cases[i].id);
	}
	buf_clear(&keep);
	buf_clear(&id);
}
END_TEST

/* … and all of them are withdrawn if nothing here has them. */
START_TEST(test_strays)
{
	put_three();
	start();
	WAIT_FOR(hub.taken == 3);
	hub_invent("4711", U "4711");
	hub_invent("old:x.html", U "x.html");
	hub_invent(U "said", U "said");
	WAIT_FOR(hub.deletes == 3);
	WAIT_FOR(proven().same);
	ck_same();
	stop();
}
END_TEST

/* Rows that are adopted are told, but not in the digest, and hide nobody's
 * address. */
START_TEST(test_adopted)
{
	struct store_txn *t;
	struct known k;

	put_three();
	start();
	WAIT_FOR(hub.taken == 3);
	WAIT_FOR(proven().same);
	stop();
	hub_invent("old:a.html", U "a.html");
	site.settled = true;
	start();
	WAIT_FOR(hub.deletes == 1);
	stop();
	t = store_look(store);
	ck_assert(known_find_url(t, SPAN(U "a.html"), &k));
	ck_assert(span_is(k.source, SPAN("www")));
	store_end(t);
	kit_is_whole(store);
}
END_TEST

/* What a person said once, and the store lost: it is to stay, and then the
 * site has it as the hub does; until it is withdrawn after all. A hub that says
 * half of a hash can't be agreed with. */
START_TEST(test_kept)
{
	hub.is_curt = _i == 1;
	put_three();
	hub_invent(U "said", U "said");
	site.keeps = true;
	start();
	WAIT_FOR(proven().count == 1);
	ck_assert_uint_eq(proven().extra, 1);
	kept_mark(store, SPAN_NONE);
	kit_is_whole(store);
	hub.want = "prove";
	WAIT_FOR(proven().count >= 2);
	ck_assert(proven().same == !hub.is_curt);
	hub.want = "";
	if (proven().same)
		ck_same();
	site.keeps = false;
	on_look(NULL, SPAN_NONE, SPAN(U "said"));
	WAIT_FOR(hub.deletes == 1);
	ck_same();
	stop();
}
END_TEST

/* The hub comes to have something else there, or forgets it. */
START_TEST(test_kept_no_more)
{
	put_three();
	hub_invent(U "said", U "said");
	site.keeps = true;
	start();
	WAIT_FOR(proven().count == 1);
	kept_mark(store, SPAN_NONE);
	memset(hub_find(SPAN(U "said"))->hash, 9, 32);
	hub.want = "prove";
	WAIT_FOR(proven().count >= 2 && proven().same);
	ck_same();
	hub_forget(hub_find(SPAN(U "said")));
	WAIT_FOR(!proven().same);
	WAIT_FOR(proven().same);
	ck_same();
	stop();
}
END_TEST

/* What the hub holds is none of our business, and is not told again. */
START_TEST(test_held)
{
	struct proven p;

	put_three();
	start();
	WAIT_FOR(hub.taken == 3);
	hub_invent("www:held.html", U "held.html");
	hub.held_id = "www:held.html";
	WAIT_FOR(proven().count > 0);
	p = proven();
	ck_assert(!p.same);
	ck_assert_uint_eq(p.held, 1);
	ck_assert_uint_eq(p.missed, 0);
	turn_loop(300);
	ck_assert_uint_eq(hub.taken, 3);
	ck_assert_int_eq(site.looked, 0);
	stop();
}
END_TEST

/* … also where it says so only when it hears the name. */
START_TEST(test_held_by_name)
{
	put_three();
	start();
	WAIT_FOR(hub.taken == 3);
	hub_forget(hub_find(SPAN("www:b.html")));
	hub.held_name = "www:b.html";
	WAIT_FOR(proven().count > 0);
	ck_assert_uint_eq(hub.named, 1);
	ck_assert_uint_eq(proven().missing, 0);
	ck_assert_uint_eq(proven().held, 1);
	ck_assert_uint_eq(proven().missed, 0);
	turn_loop(300);
	ck_assert_uint_eq(hub.taken, 3);
	stop();
}
END_TEST

START_TEST(test_later)
{
	put_three();
	hub.later = 2;
	start();
	WAIT_FOR(proven().count > 0);
	ck_assert(proven().same);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 3);
	stop();
}
END_TEST

/* Put off by the hub until much later, it is done when a person wants it; but
 * what was put off then is put off. */
START_TEST(test_later_wanted)
{
	put_three();
	hub.later = 1;
	hub.later_after = 30000;
	start();
	WAIT_FOR(hub.rounds[RECONCILE_SUM] == 1);
	turn_loop(300);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 1);
	hub.later = 1;
	push_want(push, SPAN(WANT_PROVE));
	WAIT_FOR(hub.rounds[RECONCILE_SUM] == 2);
	turn_loop(300);
	push_want(push, SPAN(WANT_PROVE));
	turn_loop(300);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 2);
	stop();
}
END_TEST

static bool
status_has(const char *member, const char *text)
{
	json_t *o = push_status(push);
	const char *s = json_string_value(json_object_get(o, member));
	bool yes = s != NULL && strstr(s, text) != NULL;

	json_decref(o);
	return yes;
}

/* Refused like a batch, with the same sentence; and changes go on when that is
 * over. */
START_TEST(test_refused)
{
	put_three();
	hub.refuse = VERDICT_BLOCKED;
	start();
	WAIT_FOR(status_has("cause", "retired"));
	ck_assert(status_has("step", "stop"));
	ck_assert(status_has("trouble", "closed this site for good"));
	ck_assert_int_gt(push_rest(push), 3600000);
	hub.refuse = 0;
	push_restart(push);
	WAIT_FOR(proven().same);
	ck_assert_int_eq(push_rest(push), 0);
	stop();
}
END_TEST

static bool
mark(struct store_txn *t, void *arg)
{
	(void)arg;
	t->meta.needs_snapshot = true;
	return true;
}

/* A hub that fails at it and wants it all the same is not asked all the time;
 * and pushing goes on. */
START_TEST(test_broken)
{
	put_three();
	hub.status = 500;
	hub.want = "prove";
	start();
	WAIT_FOR(hub.rounds[RECONCILE_SUM] == 1);
	WAIT_FOR(push_is_well(push) && hub.batches > 3);
	put("d.html", 1);
	push_kick(push);
	WAIT_FOR(hub.taken == 4);
	turn_loop(1500);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 1);
	stop();
}
END_TEST

/* A hub that says it can, and can't: pushing goes on. */
START_TEST(test_unspoken)
{
	put_three();
	(void)store_do(store, mark, NULL);
	hub.status = 404;
	start();
	WAIT_FOR(hub.rounds[RECONCILE_SUM] == 1);
	put("d.html", 1);
	push_kick(push);
	WAIT_FOR(hub.taken == 4);
	WAIT_FOR(push_is_well(push));
	ck_assert_uint_eq(proven().count, 0);
	/* That all was told is then as good as it gets. */
	WAIT_FOR(!store_meta(store)->needs_snapshot);
	stop();
}
END_TEST

/* Nothing is proven of a site that has not looked at all it has. */
START_TEST(test_unsettled)
{
	put_three();
	site.settled = false;
	start();
	WAIT_FOR(hub.taken == 3);
	hub.want = "prove";
	turn_loop(800);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 0);
	site.settled = true;
	WAIT_FOR(proven().same);
	stop();
}
END_TEST

/* A site that never rests: a proof makes way three times, then it is the
 * news that waits. */
START_TEST(test_makes_way)
{
	char path[32];

	put_three();
	hub.mute = true;
	start();
	WAIT_FOR(hub.taken == 3);
	hub_invent("www:gone.html", U "gone.html");
	for (int i = 0; proven().count == 0; i++) {
		ck_assert_int_lt(i, 2000);
		snprintf(path, sizeof(path), "n%d.html", i);
		if (!site.paused && hub.rounds[RECONCILE_SUM] > 0) {
			(void)kit_tell(store, path, 1);
			push_kick(push);
		}
		turn_loop(20);
	}
	ck_assert_int_ge(site.pauses, 1);
	ck_assert(!site.paused);
	ck_assert_uint_le(hub.rounds[RECONCILE_SUM], 4);
	ck_assert_uint_eq(proven().missing, 0);
	WAIT_FOR(hub.deletes == 1);
	stop();
}
END_TEST

/* Its spool is never empty: in the end the sources wait, once, for the proof
 * that is overdue, or that the hub wants. */
START_TEST(test_never_empty)
{
	put_three();
	hub.busy = true;
	start();
	WAIT_FOR(hub.taken > 100);
	turn_loop(2500);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 0);
	ck_assert_int_eq(site.pauses, 0);
	if (_i == 0)
		hub.want = "prove";
	else
		push->due = clock_mono() - 3600000;
	WAIT_FOR(proven().same);
	ck_assert_int_ge(site.pauses, 1);
	ck_assert(!site.paused);
	hub.want = "";
	stop();
}
END_TEST

/* … but not when they have more to do than wait; nor for a hub that is gone. */
START_TEST(test_hush_in_vain)
{
	put_three();
	hub.busy = true;
	start();
	WAIT_FOR(hub.taken > 100);
	site.settled = false;
	push->due = clock_mono() - 3600000;
	turn_loop(500);
	ck_assert_int_eq(site.pauses, 1);
	ck_assert(!site.paused);
	site.settled = true;
	push->loud = INT64_MIN;
	site.pauses = 0;
	hub.away = true;
	WAIT_FOR(!push_is_well(push));
	ck_assert(!site.paused);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 0);
	stop();
}
END_TEST

/* What changed since the sum was taken must not be taken for missing. */
START_TEST(test_changed)
{
	put_three();
	start();
	WAIT_FOR(hub.taken == 3);
	hub_invent("www:gone.html", U "gone.html");
	hub.meddles = true;
	WAIT_FOR(proven().count > 0);
	ck_assert(!hub.meddles);
	ck_assert_uint_eq(proven().missing, 0);
	ck_assert_uint_eq(proven().extra, 1);
	ck_assert_uint_eq(hub.missing, 0);
	ck_assert_uint_eq(hub.rounds[RECONCILE_HASHES], 1);
	ck_assert_uint_eq(hub.rounds[RECONCILE_BUCKETS], 2);
	stop();
}
END_TEST

/* It was marked that not all was told; the proof takes that away. */
START_TEST(test_snapshot)
{
	put_three();
	(void)store_do(store, mark, NULL);
	site.settled = false;
	start();
	WAIT_FOR(hub.taken == 3);
	turn_loop(300);
	ck_assert(store_meta(store)->needs_snapshot);
	site.settled = true;
	WAIT_FOR(!store_meta(store)->needs_snapshot);
	ck_assert(proven().same);
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/prove");
	TCase *t = tcase_create("prove");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 90);
	tcase_add_test(t, test_same);
	tcase_add_test(t, test_regularly);
	tcase_add_test(t, test_mends);
	tcase_add_test(t, test_words);
	tcase_add_test(t, test_ids);
	tcase_add_test(t, test_strays);
	tcase_add_test(t, test_adopted);
	tcase_add_loop_test(t, test_kept, 0, 2);
	tcase_add_test(t, test_kept_no_more);
	tcase_add_test(t, test_held);
	tcase_add_test(t, test_held_by_name);
	tcase_add_test(t, test_later);
	tcase_add_test(t, test_later_wanted);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_broken);
	tcase_add_test(t, test_unspoken);
	tcase_add_test(t, test_unsettled);
	tcase_add_test(t, test_makes_way);
	tcase_add_loop_test(t, test_never_empty, 0, 2);
	tcase_add_test(t, test_hush_in_vain);
	tcase_add_test(t, test_changed);
	tcase_add_test(t, test_snapshot);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
