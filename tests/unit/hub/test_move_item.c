/*
 * Items keep their number through a move, the gate lets a move pass, and moves
 * that meet lead on.
 */
#include "tests/unit/hub/movekit.h"

#include "hub/links.h"

static void
put(uint32_t site, enum change_kind kind, const char *url, const char *former)
{
	struct change c = kit_change(kind, url, kind == CHANGE_DELETED ? "" :
	    url);

	c.word[WORD_FORMER] = span_of(former);
	kit_say(&k, site, &c);
}

static uint64_t
items(uint32_t site)
{
	struct view_site s;

	kit_show(&k, 100);
	ck_assert(view_site(k.view, site, &s));
	return s.items;
}

static uint64_t
withdrawn(uint32_t site)
{
	struct site_info i;
	struct store *s;
	struct query *q;

	kit_show(&k, 100);
	s = kit_store(&k);
	q = query_begin(s);
	ck_assert(query_site_by_number(q, site, &i));
	query_end(q);
	store_close(s);
	return i.withdrawn;
}

static size_t
history(const char *name);

/* --- as the site says ------------------------------------------------------------ */

START_TEST(a_former_id_keeps_the_number)
{
	struct item_info i;
	bool there;

	put(1, CHANGE_CREATED, "https://s1.gov.cn/a.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/z.html", "");
	put(1, CHANGE_UPDATED, "https://s1.gov.cn/b.html",
	    "https://s1.gov.cn/a.html");
	i = here("https://s1.gov.cn/b.html");
	ck_assert_uint_eq(i.number, 1);
	ck_assert(!i.withdrawn);
	ck_assert_uint_eq(i.changes, 2);
	ck_assert_uint_eq(history("1"), 2);
	ck_assert_uint_eq(items(1), 2);
	/* The old name is nobody's: a page there is another one. */
	item("4100000001:https://s1.gov.cn/a.html", &there);
	ck_assert(!there);
	put(1, CHANGE_DELETED, "https://s1.gov.cn/a.html", "");
	ck_assert(!here("https://s1.gov.cn/b.html").withdrawn);
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a.html", "");
	ck_assert_uint_eq(here("https://s1.gov.cn/a.html").number, 3);
	ck_assert_uint_eq(items(1), 3);
	same_again();
}
END_TEST

START_TEST(a_former_that_is_not_there_is_no_matter)
{
	put(1, CHANGE_CREATED, "https://s1.gov.cn/b.html",
	    "https://s1.gov.cn/a.html");
	ck_assert_uint_eq(here("https://s1.gov.cn/b.html").number, 1);
	put(1, CHANGE_UPDATED, "https://s1.gov.cn/b.html",
	    "https://s1.gov.cn/b.html");	/* of itself */
	ck_assert_uint_eq(here("https://s1.gov.cn/b.html").number, 1);
	put(2, CHANGE_CREATED, "https://s2.gov.cn/b.html",
	    "https://s1.gov.cn/b.html");	/* another site's */
	ck_assert_uint_eq(here("https://s2.gov.cn/b.html").number, 2);
	ck_assert(!here("https://s1.gov.cn/b.html").withdrawn);
	same_again();
}
END_TEST

START_TEST(a_former_of_one_that_is_there_is_withdrawn)
{
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/b.html", "");
	put(1, CHANGE_UPDATED, "https://s1.gov.cn/b.html",
	    "https://s1.gov.cn/a.html");
	ck_assert_uint_eq(here("https://s1.gov.cn/b.html").number, 2);
	ck_assert(here("https://s1.gov.cn/a.html").withdrawn);
	ck_assert_uint_eq(items(1), 1);
	/* And back, over the tombstone. */
	put(1, CHANGE_UPDATED, "https://s1.gov.cn/a.html",
	    "https://s1.gov.cn/b.html");
	ck_assert_uint_eq(here("https://s1.gov.cn/a.html").number, 2);
	ck_assert_uint_eq(items(1), 1);
	same_again();
}
END_TEST

/* The digest of a site is what its agent has, whatever things were called. */
/* What comes while a site is blocked has its effect when it may speak again:
 * the last word on each item, but no rename is left out. */
START_TEST(a_rename_that_was_held)
{
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a.html", "");
	kit_act(&k, "{\"do\":\"block\",\"site\":1,\"reason\":\"r\"}");
	put(1, CHANGE_UPDATED, "https://s1.gov.cn/b.html",
	    "https://s1.gov.cn/a.html");
	put(1, CHANGE_UPDATED, "https://s1.gov.cn/b.html", "");
	put(1, CHANGE_DELETED, "https://s1.gov.cn/b.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/b.html", "");
	ck_assert_uint_eq(items(1), 1);
	kit_act(&k, "{\"do\":\"unblock\",\"site\":1,\"reason\":\"r\"}");
	ck_assert_uint_eq(items(1), 1);
	ck_assert_uint_eq(here("https://s1.gov.cn/b.html").number, 1);
	ck_assert(!here("https://s1.gov.cn/b.html").withdrawn);
	ck_assert_uint_eq(here("https://s1.gov.cn/b.html").changes, 3);
	same_again();
}
END_TEST

START_TEST(the_digest_is_of_what_is_there)
{
	uint8_t one[32], two[32];
	struct site_info a, b;
	struct store *s;
	struct query *q;

	put(1, CHANGE_CREATED, "https://s1.gov.cn/a.html", "");
	put(1, CHANGE_UPDATED, "https://s1.gov.cn/b.html",
	    "https://s1.gov.cn/a.html");
	kit_show(&k, 10);
	s = kit_store(&k);
	q = query_begin(s);
	ck_assert(query_site_by_number(q, 1, &a));
	memcpy(one, a.digest, 32);
	query_end(q);
	store_close(s);
	put(1, CHANGE_DELETED, "https://s1.gov.cn/b.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/b.html", "");
	kit_show(&k, 10);
	s = kit_store(&k);
	q = query_begin(s);
	ck_assert(query_site_by_number(q, 1, &b));
	memcpy(two, b.digest, 32);
	query_end(q);
	store_close(s);
	ck_assert(a.has_digest && b.has_digest);
	ck_assert_mem_eq(one, two, 32);
}
END_TEST

/* --- by a rule ---------------------------------------------------------------------- */

START_TEST(deleted_and_created_along_a_rule_is_one_item)
{
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/1.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/2.html", "");
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + HOUR, 0);
	put(1, CHANGE_DELETED, "https://s1.gov.cn/a/1.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/b/1.html", "");
	ck_assert_uint_eq(here("https://s1.gov.cn/b/1.html").number, 3);
	later(HOUR);
	tick();
	put(1, CHANGE_DELETED, "https://s1.gov.cn/a/2.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/b/2.html", "");
	ck_assert_uint_eq(here("https://s1.gov.cn/b/2.html").number, 2);
	ck_assert_uint_eq(items(1), 2);
	same_again();
}
END_TEST

/* As long as its site has not let it go, what is at the new address is another
 * one: the agent counts both, and so must the digest. */
START_TEST(what_is_still_there_is_not_taken)
{
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/1.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/2.html", "");
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix", 0,
	    0);
	put(1, CHANGE_CREATED, "https://s1.gov.cn/b/2.html", "");
	ck_assert_uint_eq(here("https://s1.gov.cn/b/2.html").number, 3);
	ck_assert_uint_eq(here("https://s1.gov.cn/a/2.html").number, 2);
	ck_assert_uint_eq(items(1), 3);
	put(1, CHANGE_DELETED, "https://s1.gov.cn/a/2.html", "");
	ck_assert_uint_eq(items(1), 2);
	same_again();
}
END_TEST

/* What has taken effect has, though the clock is put back. */
START_TEST(the_clock_is_put_back)
{
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/1.html", "");
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + HOUR, k.now + 2 * HOUR);
	later(HOUR);
	tick();
	later(-2 * HOUR);
	put(1, CHANGE_DELETED, "https://s1.gov.cn/a/1.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/b/1.html", "");
	ck_assert_uint_eq(here("https://s1.gov.cn/b/1.html").number, 1);
	tick();
	ck_assert_str_eq(state(1), "effective");
	same_again();
}
END_TEST

/* Also from site to site; and what is still there stays what it is. */
START_TEST(from_one_site_to_another)
{
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/1.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/2.html", "");
	say(1, "https://s1.gov.cn/a/", "https://s2.gov.cn/a/", "prefix", 0, 0);
	put(1, CHANGE_DELETED, "https://s1.gov.cn/a/1.html", "");
	put(2, CHANGE_CREATED, "https://s2.gov.cn/a/1.html", "");
	put(2, CHANGE_CREATED, "https://s2.gov.cn/a/2.html", "");
	ck_assert_uint_eq(here("https://s2.gov.cn/a/1.html").number, 1);
	ck_assert_uint_eq(here("https://s2.gov.cn/a/1.html").site, 2);
	ck_assert_uint_eq(here("https://s2.gov.cn/a/2.html").number, 3);
	ck_assert(!here("https://s1.gov.cn/a/2.html").withdrawn);
	ck_assert_uint_eq(items(1), 1);
	ck_assert_uint_eq(items(2), 2);
	ck_assert_uint_eq(withdrawn(1), 0);
	ck_assert_uint_eq(withdrawn(2), 0);
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/1.html", "");
	ck_assert_uint_eq(here("https://s1.gov.cn/a/1.html").number, 4);
	ck_assert_uint_eq(here("https://s2.gov.cn/a/1.html").number, 1);
	same_again();
}
END_TEST

/* --- moves that meet ---------------------------------------------------------------- */

/* A withdrawal makes what stands a circle: it stands nevertheless, also when
 * all rules are read again. */
START_TEST(what_stands_stays)
{
	say(1, "https://s1.gov.cn/e/p.html", "https://s1.gov.cn/d/p.html",
	    "address", 0, 0);
	later(1000);
	say(1, "https://s1.gov.cn/d/p.html", "https://s1.gov.cn/f.html",
	    "address", k.now, 0);
	later(1000);
	say(1, "https://s1.gov.cn/d/", "https://s1.gov.cn/e/", "prefix",
	    k.now, 0);
	ck_assert_str_eq(state(3), "effective");
	say(1, "https://s1.gov.cn/d/p.html", "", "address", 0, 0);
	ck_assert_str_eq(state(2), "withdrawn");
	ck_assert_str_eq(leads("https://s1.gov.cn/d/q.html"),
	    "https://s1.gov.cn/e/q.html");
	same_again();
}
END_TEST

struct seen {
	size_t n;
	bool broken;
	enum target_state state;
};

static bool
see(void *arg, const struct target_key *key, const struct target *target)
{
	struct seen *s = arg;

	(void)key;
	s->n++;
	s->broken = target->broken;
	s->state = target->state;
	return true;
}

/* Of the one target below e/, when all is judged. */
static struct seen
target_below_e(void)
{
	int64_t steps = LINKS_STEPS;
	struct seen s = { .n = 0 };
	struct db_txn *t;
	bool left = true;

	while (left) {
		kit_act(&k, "{\"do\":\"look\",\"most\":100}");
		kit_show(&k, 100);
		t = view_read(k.view);
		left = links_look_left(t);
		db_abort(t);
	}
	t = view_read(k.view);
	links_targets(t, REWRITE_PREFIX, SPAN("https://s1.gov.cn/e/"), NULL,
	    see, &s, &steps);
	db_abort(t);
	ck_assert_uint_eq(s.n, 1);
	return s;
}

static void
page_that_links(uint32_t site, const char *url, const char *to)
{
	struct change c = kit_change(CHANGE_CREATED, url, "links");
	struct link l = { .kind = LINK_ANCHOR, .line = 7,
	    .to = span_of(to) };
	struct buf rows;

	buf_init(&rows, 4096);
	change_link_put(&rows, &l);
	c.links = buf_look(&rows);
	kit_say(&k, site, &c);
	buf_clear(&rows);
}

/* What was moved to where something moves now leads on. */
START_TEST(links_follow_the_whole_chain)
{
	struct change c = kit_change(CHANGE_COVER, "https://s1.gov.cn/", "");

	c.word[WORD_SCOPE] = SPAN("whole");
	kit_say(&k, 1, &c);
	put(1, CHANGE_CREATED, "https://s1.gov.cn/x.html", "");
	page_that_links(2, "https://s2.gov.cn/a.html",
	    "https://s1.gov.cn/e/p.html");
	ck_assert_int_eq(target_below_e().state, TARGET_NEVER);
	say(1, "https://s1.gov.cn/e/", "https://s1.gov.cn/d/sub/",
	    "prefix", 0, 0);
	ck_assert_int_eq(target_below_e().state, TARGET_MOVED);
	ck_assert(!target_below_e().broken);
	later(MOVE_GRACE);
	tick();
	ck_assert(target_below_e().broken);
	later(1000);
	say(1, "https://s1.gov.cn/d/sub/p.html",
	    "https://s1.gov.cn/x.html", "address", k.now, 0);
	ck_assert(!target_below_e().broken);
	say(1, "https://s1.gov.cn/d/sub/p.html", "", "address", 0, 0);
	ck_assert(target_below_e().broken);
	/* What is around the new address moves, too. */
	put(1, CHANGE_CREATED, "https://s1.gov.cn/y/sub/p.html", "");
	later(1000);
	say(1, "https://s1.gov.cn/d/", "https://s1.gov.cn/y/", "prefix",
	    k.now, 0);
	ck_assert(!target_below_e().broken);
	same_again();
}
END_TEST

/* A page was moved into a column that was moved whole, and a part of that moves
 * again. */
START_TEST(links_follow_over_what_was_moved_whole)
{
	struct change c = kit_change(CHANGE_COVER, "https://s1.gov.cn/", "");

	c.word[WORD_SCOPE] = SPAN("whole");
	kit_say(&k, 1, &c);
	put(1, CHANGE_CREATED, "https://s1.gov.cn/f/p.html", "");
	page_that_links(2, "https://s2.gov.cn/a.html",
	    "https://s1.gov.cn/e/p.html");
	say(1, "https://s1.gov.cn/e/p.html", "https://s1.gov.cn/b/i/p.html",
	    "address", k.now, 0);
	later(1000);
	say(1, "https://s1.gov.cn/b/", "https://s1.gov.cn/c/", "prefix",
	    k.now, 0);
	later(MOVE_GRACE);
	tick();
	ck_assert(target_below_e().broken);
	later(1000);
	say(1, "https://s1.gov.cn/c/i/", "https://s1.gov.cn/f/", "prefix",
	    k.now, 0);
	ck_assert(!target_below_e().broken);
	same_again();
}
END_TEST

/* One page of a column that was moved whole was moved on by itself, and then
 * the column where that is: those three are told when nothing came of it. */
START_TEST(links_follow_what_was_moved_whole)
{
	struct change c = kit_change(CHANGE_COVER, "https://s1.gov.cn/", "");

	c.word[WORD_SCOPE] = SPAN("whole");
	kit_say(&k, 1, &c);
	put(1, CHANGE_CREATED, "https://s1.gov.cn/f/q.html", "");
	page_that_links(2, "https://s2.gov.cn/a.html",
	    "https://s1.gov.cn/e/p.html");
	say(1, "https://s1.gov.cn/e/", "https://s1.gov.cn/d/", "prefix", 0, 0);
	later(1000);
	say(1, "https://s1.gov.cn/d/p.html", "https://s1.gov.cn/f/q.html",
	    "address", k.now, 0);
	ck_assert_int_eq(target_below_e().state, TARGET_MOVED);
	later(MOVE_GRACE);	/* these two have settled */
	tick();
	ck_assert(!target_below_e().broken);
	say(1, "https://s1.gov.cn/f/", "https://s1.gov.cn/h/", "prefix",
	    k.now, 0);
	ck_assert(!target_below_e().broken);
	later(MOVE_GRACE);
	tick();
	ck_assert(target_below_e().broken);
	put(1, CHANGE_CREATED, "https://s1.gov.cn/h/q.html", "");
	ck_assert(!target_below_e().broken);
	same_again();
}
END_TEST

/* To another site's host, and then to one that nobody has yet: what becomes of
 * those hosts becomes of what was moved there, too. */
START_TEST(links_follow_to_other_hosts)
{
	struct change c = kit_change(CHANGE_COVER, "https://s3.gov.cn/", "");

	c.word[WORD_SCOPE] = SPAN("whole");
	page_that_links(2, "https://s2.gov.cn/a.html",
	    "https://s1.gov.cn/e/p.html");
	say(1, "https://s1.gov.cn/e/", "https://s3.gov.cn/e/", "prefix",
	    0, 0);
	later(MOVE_GRACE);
	tick();
	ck_assert_int_eq(target_below_e().state, TARGET_MOVED);
	ck_assert(!target_below_e().broken);
	kit_say(&k, 3, &c);
	ck_assert(target_below_e().broken);
	say(3, "https://s3.gov.cn/e/", "https://new.gov.cn/e/", "prefix",
	    k.now, 0);
	later(MOVE_GRACE);
	tick();
	ck_assert(!target_below_e().broken);
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":3,\"domain\":"
	    "\"new.gov.cn\",\"actor\":\"t\",\"reason\":\"r\"}");
	ck_assert(!target_below_e().broken);
	c.url = SPAN("https://new.gov.cn/");
	kit_say(&k, 3, &c);
	ck_assert(target_below_e().broken);
	kit_act(&k, "{\"do\":\"domain-remove\",\"site\":3,\"domain\":"
	    "\"new.gov.cn\",\"actor\":\"t\",\"reason\":\"r\"}");
	ck_assert(!target_below_e().broken);
	same_again();
}
END_TEST

/* What was withdrawn before the column moved has not moved with it: what is
 * said of it stays. */
START_TEST(links_to_what_was_gone_before)
{
	struct change c = kit_change(CHANGE_DELETED,
	    "https://s1.gov.cn/e/p.html", "");

	c.word[WORD_BY] = SPAN("wang");
	c.word[WORD_SUCCESSOR] = SPAN("https://s1.gov.cn/e/q.html");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/e/p.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/e/q.html", "");
	page_that_links(2, "https://s2.gov.cn/a.html",
	    "https://s1.gov.cn/e/p.html");
	kit_say(&k, 1, &c);
	later(60000);
	say(1, "https://s1.gov.cn/e/", "https://s1.gov.cn/d/", "prefix", k.now,
	    0);
	put(1, CHANGE_UPDATED, "https://s1.gov.cn/d/q.html",
	    "https://s1.gov.cn/e/q.html");
	ck_assert_int_eq(target_below_e().state, TARGET_WITHDRAWN);
	ck_assert(target_below_e().broken);
	/* It turns up there all the same. */
	put(1, CHANGE_CREATED, "https://s1.gov.cn/d/p.html", "");
	ck_assert_int_eq(target_below_e().state, TARGET_MOVED);
	ck_assert(!target_below_e().broken);
	same_again();
}
END_TEST

/* A person's word counts whenever it is said: also of what went before. */
START_TEST(links_to_what_is_said_to_be_gone)
{
	struct change c = kit_change(CHANGE_DELETED,
	    "https://s1.gov.cn/e/p.html", "");

	put(1, CHANGE_CREATED, "https://s1.gov.cn/e/p.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/e/q.html", "");
	page_that_links(2, "https://s2.gov.cn/a.html",
	    "https://s1.gov.cn/e/p.html");
	put(1, CHANGE_DELETED, "https://s1.gov.cn/e/p.html", "");
	later(60000);
	say(1, "https://s1.gov.cn/e/", "https://s1.gov.cn/d/", "prefix", k.now,
	    0);
	later(60000);
	c.word[WORD_BY] = SPAN("wang");
	c.word[WORD_SUCCESSOR] = SPAN("https://s1.gov.cn/e/q.html");
	kit_say(&k, 1, &c);
	ck_assert_int_eq(target_below_e().state, TARGET_WITHDRAWN);
	ck_assert(target_below_e().broken);
	same_again();
}
END_TEST

/* What was renamed to elsewhere is known to be there, whatever moves. */
START_TEST(links_to_what_was_renamed_before)
{
	struct change c = kit_change(CHANGE_CREATED,
	    "https://s1.gov.cn/f/p.html", "");

	put(1, CHANGE_CREATED, "https://s1.gov.cn/e/p.html", "");
	page_that_links(2, "https://s2.gov.cn/a.html",
	    "https://s1.gov.cn/e/p.html");
	c.word[WORD_FORMER] = SPAN("https://s1.gov.cn/e/p.html");
	kit_say(&k, 1, &c);
	later(60000);
	say(1, "https://s1.gov.cn/e/", "https://s1.gov.cn/d/", "prefix", k.now,
	    0);
	ck_assert_int_eq(target_below_e().state, TARGET_WITHDRAWN);
	put(1, CHANGE_DELETED, "https://s1.gov.cn/f/p.html", "");
	ck_assert_int_eq(target_below_e().state, TARGET_WITHDRAWN);
	ck_assert(target_below_e().broken);
	same_again();
}
END_TEST

/* --- the gate ------------------------------------------------------------------------- */

START_TEST(a_closed_gate_lets_a_move_pass)
{
	put(1, CHANGE_CREATED, "https://s1.gov.cn/a/1.html", "");
	put(1, CHANGE_CREATED, "https://s1.gov.cn/z/1.html", "");
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + HOUR, 0);
	kit_act(&k, "{\"do\":\"gate\",\"site\":1,\"count\":9,\"of\":9}");
	put(1, CHANGE_DELETED, "https://s1.gov.cn/a/1.html", "");
	put(1, CHANGE_DELETED, "https://s1.gov.cn/z/1.html", "");
	ck_assert(here("https://s1.gov.cn/a/1.html").withdrawn);
	ck_assert(!here("https://s1.gov.cn/z/1.html").withdrawn);
	ck_assert(view_moved(k.view, SPAN("https://s1.gov.cn/a/1.html"),
	    k.now));
	ck_assert(!view_moved(k.view, SPAN("https://s1.gov.cn/a/1.html"),
	    k.now - 2 * DAY));
	ck_assert(!view_moved(k.view, SPAN("https://s1.gov.cn/z/1.html"),
	    k.now));
}
END_TEST

static bool
count_past(void *arg, const struct past *p)
{
	(void)p;
	++*(size_t *)arg;
	return true;
}

static size_t
history(const char *name)
{
	struct item_info i;
	struct store *s;
	struct query *q;
	size_t n = 0;

	kit_show(&k, 100);
	s = kit_store(&k);
	q = query_begin(s);
	ck_assert(query_item(q, span_of(name), &i));
	query_past(q, i.number, count_past, &n);
	query_end(q);
	store_close(s);
	return n;
}

int
main(void)
{
	Suite *s = suite_create("move_item");
	TCase *c = tcase_create("move_item");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, a_former_id_keeps_the_number);
	tcase_add_test(c, a_former_that_is_not_there_is_no_matter);
	tcase_add_test(c, a_former_of_one_that_is_there_is_withdrawn);
	tcase_add_test(c, a_rename_that_was_held);
	tcase_add_test(c, the_digest_is_of_what_is_there);
	tcase_add_test(c, deleted_and_created_along_a_rule_is_one_item);
	tcase_add_test(c, what_is_still_there_is_not_taken);
	tcase_add_test(c, the_clock_is_put_back);
	tcase_add_test(c, from_one_site_to_another);
	tcase_add_test(c, what_stands_stays);
	tcase_add_test(c, links_follow_the_whole_chain);
	tcase_add_test(c, links_follow_over_what_was_moved_whole);
	tcase_add_test(c, links_follow_what_was_moved_whole);
	tcase_add_test(c, links_follow_to_other_hosts);
	tcase_add_test(c, links_to_what_was_gone_before);
	tcase_add_test(c, links_to_what_is_said_to_be_gone);
	tcase_add_test(c, links_to_what_was_renamed_before);
	tcase_add_test(c, a_closed_gate_lets_a_move_pass);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
