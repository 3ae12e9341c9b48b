/*
 * A new incarnation: what people said is told again, and what of it the hub
 * had not confirmed stands nowhere else.
 */
#include "tests/unit/agent/storekit.h"

#include "agent/announced.h"
#include "agent/moves.h"
#include "agent/retell.h"
#include "agent/twin.h"
#include "contrib/base/clock.h"

#define U "http://www.test.gov.cn/"
#define ROOM (1u << 20)

static struct store *s;

static void
set_up(void)
{
	kit_make_dir();
	s = kit_open(ROOM);
}

static void
tear_down(void)
{
	store_close(s);
	kit_remove_dir();
}

/* --- saying -------------------------------------------------------------- */

static bool
say(struct store_txn *t, void *arg)
{
	const enum compare_news news = compare_said(t, arg);

	return news != COMPARE_UNFIT && news != COMPARE_NO_ROOM;
}

static void
said(enum change_kind kind, const char *url, const char *word)
{
	struct change c;

	change_init(&c);
	c.kind = kind;
	c.url = span_of(url);
	c.word[kind == CHANGE_CREATED ? WORD_TITLE : WORD_SCOPE] =
	    span_of(word);
	c.word[WORD_BY] = SPAN("Li");
	if (kind == CHANGE_DELETED)
		c.word[WORD_SCOPE] = SPAN_NONE;
	ck_assert_int_eq(store_do(s, say, &c), STORE_DONE);
}

struct announcing {
	const char *old, *new;
	int64_t when, until;
};

static bool
announce(struct store_txn *t, void *arg)
{
	const struct announcing *a = arg;
	struct change c;
	struct moved m = { .state = MOVES_SAID, .scope = SPAN("address"),
		.old = span_of(a->old), .new = span_of(a->new),
		.from = CLOCK_NONE, .until = a->until, .when = a->when };

	moves_change(&c, &m);
	c.when = a->when;
	if (!spool_put(t, &c))
		return false;
	if (m.new.n > 0)
		return moves_put(t, &m);
	moves_del(t, m.scope, m.old);
	return true;
}

static void
moves_on(const char *old, const char *new, int64_t when, int64_t until)
{
	struct announcing a = { old, new, when, until };

	ck_assert_int_eq(store_do(s, announce, &a), STORE_DONE);
}

static bool
confirm(struct store_txn *t, void *arg)
{
	(void)arg;
	spool_confirm(t, t->meta.next - 1);
	return true;
}

static void
all_confirmed(void)
{
	ck_assert_int_eq(store_do(s, confirm, NULL), STORE_DONE);
}

/* What is in the spool: kind, address behind U, and a word or two. */
static const char *
spooled(void)
{
	static char text[4096];
	struct store_txn *t = store_look(s);
	struct change c;
	size_t n = 0;

	text[0] = '\0';
	for (uint64_t seq = t->meta.first; seq < t->meta.next; seq++) {
		ck_assert(spool_get(t, seq, &c));
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s %.*s%s%.*s; ", change_kind_name(c.kind),
		    (int)(c.url.n - strlen(U)), c.url.at + strlen(U),
		    c.kind == CHANGE_MOVE ? ">" : " ", SPAN_ARGS(c.kind ==
		    CHANGE_MOVE ? c.word[WORD_SUCCESSOR] :
		    c.word[WORD_SCOPE]));
	}
	store_end(t);
	return text;
}

/* --- tests --------------------------------------------------------------- */

START_TEST(test_items)
{
	uint64_t old = store_meta(s)->incarnation;

	(void)kit_tell(s, "a", 1);
	(void)kit_tell(s, "w", 1);
	said(CHANGE_DELETED, U "w", NULL);
	said(CHANGE_CREATED, U "s", "said");
	all_confirmed();
	ck_assert(retell(s));
	ck_assert_uint_ne(store_meta(s)->incarnation, old);
	ck_assert_str_eq(spooled(), "created s ; ");
	kit_is_whole(s);
	ck_assert_int_eq(kit_tell(s, "a", 1), COMPARE_CREATED);
	ck_assert_int_eq(kit_tell(s, "w", 1), COMPARE_NOTHING);
	kit_is_whole(s);
}
END_TEST

static bool
count_row(void *arg, const struct known *k)
{
	(void)k;
	++*(size_t *)arg;
	return true;
}

/* Rows, addresses and bytes of what is known. */
static void
ck_knows(size_t rows, size_t urls, size_t twins)
{
	struct store_txn *t = store_look(s);
	size_t n = 0;

	known_all(t, count_row, &n);
	ck_assert_uint_eq(n, rows);
	ck_assert_uint_eq(db_count(t->db, STORE_URL), urls);
	ck_assert_uint_eq(twin_count(t), twins);
	store_end(t);
}

/* Of what was in files nothing is left behind, of what people said nothing is
 * lost. */
START_TEST(test_nothing_left)
{
	char name[32];

	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "%u", i);
		(void)kit_tell(s, name, (int)(i % 200) + 2);
	}
	(void)kit_tell(s, "w", 1);
	said(CHANGE_DELETED, U "w", NULL);
	said(CHANGE_CREATED, U "s", "said");
	said(CHANGE_CREATED, U "7", "said");
	ck_knows(302, 302, 301);
	ck_assert(retell(s));
	ck_knows(3, 3, 2);
	kit_is_whole(s);
	ck_assert_int_eq(kit_tell(s, "w", 1), COMPARE_NOTHING);
	ck_assert_int_eq(kit_tell(s, "8", 10), COMPARE_CREATED);
	kit_is_whole(s);
}
END_TEST

/* All of it in its order; what a file's loss said is found by the scan. */
START_TEST(test_not_confirmed)
{
	(void)kit_tell(s, "a", 1);
	(void)kit_tell(s, "b", 1);
	said(CHANGE_REPLY, U "confirmed", "will-fix");
	all_confirmed();
	said(CHANGE_REPLY, U "x", "will-fix");
	said(CHANGE_DELETED, U "a", NULL);
	ck_assert_int_eq(kit_gone(s, "b"), COMPARE_DELETED);
	said(CHANGE_NOTICE, U, "outage");
	said(CHANGE_CREATED, U "s", "said");
	said(CHANGE_REPLY, U "x", "refused");
	ck_assert(retell(s));
	ck_assert_str_eq(spooled(), "reply x will-fix; deleted a ; "
	    "notice  outage; reply x refused; created s ; ");
	kit_is_whole(s);
	/* And again, as long as nobody confirms it. */
	ck_assert(retell(s));
	ck_assert_str_eq(spooled(), "reply x will-fix; deleted a ; "
	    "notice  outage; reply x refused; created s ; ");
	all_confirmed();
	ck_assert(retell(s));
	ck_assert_str_eq(spooled(), "created s ; ");
}
END_TEST

START_TEST(test_moves)
{
	int64_t now = clock_wall();
	struct store_txn *t;
	struct change c;

	moves_on(U "a", U "b", now - 1000, CLOCK_NONE);
	moves_on(U "c", U "d", now - 900, CLOCK_NONE);
	all_confirmed();
	moves_on(U "c", "", now - 800, CLOCK_NONE);
	moves_on(U "e", U "f", now - 700, CLOCK_NONE);
	moves_on(U "e", "", now - 600, CLOCK_NONE);
	moves_on(U "g", U "h", now - 500, now - 400);
	ck_assert(retell(s));
	ck_assert_str_eq(spooled(), "move c>; move e>" U "f; move e>; "
	    "move a>" U "b; ");
	/* It takes effect when it did, not now. */
	t = store_look(s);
	ck_assert(spool_get(t, 4, &c));
	ck_assert_int_eq(c.when, now - 1000);
	store_end(t);
}
END_TEST

static bool
put_notice(struct store_txn *t, void *arg)
{
	struct change *c = arg;

	return announced_put(t, c) && spool_put(t, c);
}

static void
notice(const char *scope, const char *service, int64_t when)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = when;
	c.url = SPAN(U);
	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_SERVICE] = span_of(service);
	c.word[WORD_REASON] = SPAN("x");
	ck_assert_int_eq(store_do(s, put_notice, &c), STORE_DONE);
}

/* What is announced is told again, once, with the time when it was said. */
START_TEST(test_notices)
{
	int64_t now = clock_wall();
	struct store_txn *t;
	struct change c;

	notice("outage", "a", now - 900);
	notice("outage", "b", now - 800);
	all_confirmed();
	notice("resolved", "a", now - 700);
	notice("outage", "c", now - 600);
	for (int i = 0; i < 2; i++) {
		ck_assert(retell(s));
		ck_assert_str_eq(spooled(), "notice  resolved; "
		    "notice  outage; notice  outage; ");
	}
	t = store_look(s);
	ck_assert(spool_get(t, 2, &c));
	ck_assert_int_eq(c.when, now - 800);
	ck_assert(span_is(c.word[WORD_SERVICE], SPAN("b")));
	store_end(t);
	all_confirmed();
	ck_assert(retell(s));
	ck_assert_str_eq(spooled(), "notice  outage; notice  outage; ");
}
END_TEST

#define MANY 10000

static bool
announce_many(struct store_txn *t, void *arg)
{
	char old[64];
	struct announcing a = { old, U "b", 1000, CLOCK_NONE };

	(void)arg;
	for (int i = 0; i < MANY; i++) {
		snprintf(old, sizeof(old), U "%.*d", 30, i);
		if (!announce(t, &a))
			return false;
		spool_confirm(t, t->meta.next - 1);
	}
	return true;
}

/* More than the spool holds, over the years: none of it is left out, and then
 * the spool is full. */
START_TEST(test_more_than_the_spool)
{
	ck_assert_int_eq(store_do(s, announce_many, NULL), STORE_DONE);
	ck_assert(retell(s));
	ck_assert_uint_eq(spool_waiting(store_meta(s)), MANY);
	ck_assert_uint_gt(store_meta(s)->waiting, ROOM);
	ck_assert_int_eq(kit_tell(s, "a", 1), COMPARE_NO_ROOM);
	all_confirmed();
	ck_assert_int_eq(kit_tell(s, "a", 1), COMPARE_CREATED);
	kit_is_whole(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/retell");
	TCase *t = tcase_create("retell");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_items);
	tcase_add_test(t, test_nothing_left);
	tcase_add_test(t, test_not_confirmed);
	tcase_add_test(t, test_moves);
	tcase_add_test(t, test_notices);
	tcase_add_test(t, test_more_than_the_spool);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
