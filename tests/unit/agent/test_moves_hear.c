/*
 * Moves that were announced for this site, by the map that the hub signs.
 */
#include "tests/unit/agent/storekit.h"

#include "agent/ability.h"
#include "agent/moves.h"
#include "agent/moves_hear.h"
#include "agent/moves_off.h"
#include "agent/moves_waits.h"
#include "agent/redirect_map.h"
#include "contrib/base/clock.h"
#include "protocol/mending.h"

static struct store *store;

static void
set_up(void)
{
	kit_make_dir();
	store = kit_open(KIT_LIMIT);
}

static void
tear_down(void)
{
	store_close(store);
	kit_remove_dir();
}

static void
own(const void *all, void (*each)(void *arg, struct span url), void *arg)
{
	(void)all;
	each(arg, SPAN("https://www.a.cn/"));
	each(arg, SPAN("https://files.a.cn/x/"));
}

static int64_t starts = 1000;	/* ms: the moves */

/* A map: "from to from to …", each a prefix. */
static void
hear(uint64_t version, const char *const *list)
{
	struct movemap_rule r = { .site = 3 };
	struct buf xml, why;

	buf_init(&xml, 65536);
	buf_init(&why, 4096);
	movemap_begin(&xml, &(struct movemap){ .version = version,
	    .now = clock_wall() });
	for (uint32_t i = 0; list[2 * i] != NULL; i++) {
		r.rule = (struct rewrite_rule){ .scope = REWRITE_PREFIX,
			.from = span_of(list[2 * i]),
			.to = span_of(list[2 * i + 1]), .number = i + 1,
			.at = starts, .until = CLOCK_NONE };
		movemap_put(&xml, &r);
	}
	movemap_end(&xml);
	ck_assert_msg(redirect_map_take(store, buf_look(&xml), &why), "%s",
	    buf_cstr(&why));
	moves_hear(store, own, NULL);
	buf_clear(&xml);
	buf_clear(&why);
}

#define HEAR(version, ...) \
	hear(version, (const char *const[]){ __VA_ARGS__, NULL })

static void
ck_leads(const char *from, const char *to)
{
	struct store_txn *t = store_look(store);
	struct buf out;
	bool found;

	buf_init(&out, 4096);
	found = moves_successor(t, span_of(from), INT64_MAX,
	    &out);
	ck_assert_str_eq(found ? buf_cstr(&out) : "", to);
	buf_clear(&out);
	store_end(t);
}

/* Of our hosts, and only as long as they are in the map. */
START_TEST(test_map)
{
	struct store_txn *t;

	HEAR(1, "https://www.a.cn/news/", "https://www.a.cn/xinwen/",
	    "http://files.a.cn/", "https://new.a.cn/files/",
	    "https://www.b.cn/", "https://www.c.cn/x/");
	ck_leads("https://www.a.cn/news/1", "https://www.a.cn/xinwen/1");
	ck_leads("https://files.a.cn/x/1", "https://new.a.cn/files/x/1");
	ck_leads("https://www.b.cn/1", "");
	HEAR(2, "http://files.a.cn/", "https://new.a.cn/files/");
	ck_leads("https://www.a.cn/news/1", "");
	ck_leads("https://files.a.cn/x/1", "https://new.a.cn/files/x/1");
	t = store_look(store);
	ck_assert_uint_eq(moves_in_state(t, MOVES_HEARD), 1);
	store_end(t);
}
END_TEST

static bool
say(struct store_txn *t, void *arg)
{
	const struct moved m = { .state = MOVES_SAID, .scope = SPAN("prefix"),
		.old = SPAN("https://www.a.cn/news/"),
		.new = SPAN("https://www.a.cn/xinwen/"),
		.from = CLOCK_NONE, .until = CLOCK_NONE, .when = 1,
		.by = SPAN("wang") };

	(void)arg;
	return moves_put(t, &m);
}

/* What was said here stays that when the map has it, or has it no more. */
START_TEST(test_own)
{
	struct store_txn *t;

	ck_assert_int_eq(store_do(store, say, NULL), STORE_DONE);
	HEAR(1, "https://www.a.cn/news/", "https://www.a.cn/xinwen/");
	t = store_look(store);
	ck_assert_uint_eq(moves_in_state(t, MOVES_SAID), 1);
	ck_assert_uint_eq(moves_in_state(t, MOVES_HEARD), 0);
	store_end(t);
	HEAR(2, "https://www.a.cn/y/", "https://www.a.cn/z/");
	ck_leads("https://www.a.cn/news/1", "https://www.a.cn/xinwen/1");
	ck_leads("https://www.a.cn/y/1", "https://www.a.cn/z/1");
}
END_TEST

static bool
propose(struct store_txn *t, void *arg)
{
	struct moved m = { .state = MOVES_PROPOSED, .scope = SPAN("address"),
		.old = SPAN("https://www.a.cn/news/1.html"),
		.new = SPAN("https://www.a.cn/xinwen/1.html"),
		.from = CLOCK_NONE, .until = CLOCK_NONE, .when = 1,
		.source = SPAN("www") };

	(void)arg;
	if (!moves_put(t, &m))
		return false;
	m.old = SPAN("https://www.a.cn/news/2.html");
	return moves_put(t, &m);	/* elsewhere than by the move */
}

/* What the operator announces for later is known, too; and what a source
 * proposes is said by it. */
START_TEST(test_proposed)
{
	struct store_txn *t;

	ck_assert_int_eq(store_do(store, propose, NULL), STORE_DONE);
	starts = clock_wall() + 86400000;
	HEAR(1, "https://www.a.cn/news/", "https://www.a.cn/xinwen/");
	starts = 1000;
	t = store_look(store);
	ck_assert_uint_eq(moves_in_state(t, MOVES_HEARD), 1);
	ck_assert_uint_eq(moves_in_state(t, MOVES_PROPOSED), 1);
	store_end(t);
	ck_leads("https://www.a.cn/news/1", "https://www.a.cn/xinwen/1");
}
END_TEST

/* --- what the hub's operator withdrew ------------------------------------- */

static size_t
off(const char *old, const char *new, enum rewrite_scope scope)
{
	struct letter l = { .number = 1, .when = 5000, .kind = SPAN("off") };
	const struct mending_link link = { .old = span_of(old),
		.new = span_of(new), .state = MENDING_OFF, .scope = scope,
		.move = 7, .from = CLOCK_NONE, .until = CLOCK_NONE,
		.by = SPAN("zhao"), .reason = SPAN("not yours") };
	struct buf xml;
	bool done;
	size_t n;

	buf_init(&xml, 65536);
	mending_begin(&xml, &link);
	mending_link(&xml, &link, &link);
	mending_link_end(&xml);
	mending_end(&xml);
	l.body = buf_look(&xml);
	n = moves_off(store, &l, &done);
	ck_assert(done);
	buf_clear(&xml);
	return n;
}

START_TEST(test_off)
{
	struct store_txn *t;
	struct moved m;

	ck_assert_int_eq(store_do(store, say, NULL), STORE_DONE);
	/* Another, or this one announced otherwise. */
	ck_assert_uint_eq(off("https://www.a.cn/x/", "https://www.a.cn/y/",
	    REWRITE_PREFIX), 0);
	ck_assert_uint_eq(off("https://www.a.cn/news/",
	    "https://www.a.cn/y/", REWRITE_PREFIX), 0);
	ck_leads("https://www.a.cn/news/1", "https://www.a.cn/xinwen/1");
	ck_assert_uint_eq(off("https://www.a.cn/news/",
	    "https://www.a.cn/xinwen/", REWRITE_DOMAIN), 1);
	ck_leads("https://www.a.cn/news/1", "");
	t = store_look(store);
	ck_assert(moves_get(t, SPAN("prefix"), SPAN("https://www.a.cn/news/"),
	    &m));
	ck_assert_int_eq(m.state, MOVES_OFF);
	ck_assert(span_is(m.by, SPAN("zhao")));
	ck_assert(span_is(m.reason, SPAN("not yours")));
	ck_assert_int_eq(m.when, 5000);
	store_end(t);
	/* Said anew it holds again. */
	ck_assert_int_eq(store_do(store, say, NULL), STORE_DONE);
	ck_leads("https://www.a.cn/news/1", "https://www.a.cn/xinwen/1");
}
END_TEST

/* --- what waits for its other end ------------------------------------------ */

static struct moved domain;

static bool
say_domain(struct store_txn *t, void *arg)
{
	(void)arg;
	return moves_put(t, &domain);
}

static void
ck_waits(uint64_t want)
{
	struct store_txn *t;

	ck_assert_int_eq(store_do(store, say_domain, NULL), STORE_DONE);
	t = store_look(store);
	ck_assert_uint_eq(moves_waiting(t), want);
	store_end(t);
}

/* A domain that the hub has heard of, and that is not in the map. */
START_TEST(test_waits)
{
	domain = (struct moved){ .state = MOVES_SAID, .scope = SPAN("domain"),
		.old = SPAN("https://www.a.cn/"),
		.new = SPAN("https://new.a.cn/"), .from = CLOCK_NONE,
		.until = CLOCK_NONE, .when = 1 };
	ck_waits(0);			/* a hub that knows of no moves */
	ck_assert(ability_keep(store, SPAN("moves")));
	ck_waits(1);
	domain.scope = SPAN("prefix");	/* the same */
	ck_waits(2);
	HEAR(1, "https://www.b.cn/", "https://www.c.cn/",
	    "https://www.a.cn/x/", "https://www.c.cn/x/");
	ck_waits(2);
	domain.when = clock_wall();
	ck_waits(1);			/* not yet */
	domain.when = 1;
	domain.until = 1000;
	ck_waits(1);			/* no more */
	domain.until = CLOCK_NONE;
	domain.old = SPAN("https://www.a.cn/y/");
	ck_waits(1);			/* no domain */
	HEAR(2, "http://www.a.cn/", "https://new.a.cn/");
	ck_waits(0);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("moves_hear");
	Suite *s = suite_create("agent/moves_hear");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_map);
	tcase_add_test(t, test_own);
	tcase_add_test(t, test_proposed);
	tcase_add_test(t, test_off);
	tcase_add_test(t, test_waits);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
