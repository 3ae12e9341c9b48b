/*
 * Moves: the table of states, what is said and by whom, time, contests, both
 * ends of a domain.
 */
#include "tests/unit/hub/movekit.h"

/* --- the table of states ------------------------------------------------------- */

/* All that can happen; what isn't here can't. */
static const struct { const char *from; enum move_event event;
    const char *to; } steps[] = {
	{ "announced", MOVE_AGAIN, "announced" },
	{ "announced", MOVE_GOOD, "checked" },
	{ "announced", MOVE_BAD, "announced" },
	{ "announced", MOVE_TIME, "effective" },
	{ "announced", MOVE_LATE, "overdue" },
	{ "announced", MOVE_AGREE, "announced" },
	{ "announced", MOVE_WITHDRAW, "withdrawn" },
	{ "checked", MOVE_AGAIN, "announced" },
	{ "checked", MOVE_GOOD, "checked" },
	{ "checked", MOVE_BAD, "announced" },
	{ "checked", MOVE_TIME, "effective" },
	{ "checked", MOVE_LATE, "overdue" },
	{ "checked", MOVE_AGREE, "checked" },
	{ "checked", MOVE_WITHDRAW, "withdrawn" },
	{ "effective", MOVE_AGAIN, "effective" },
	{ "effective", MOVE_GOOD, "verified" },
	{ "effective", MOVE_BAD, "failed" },
	{ "effective", MOVE_END, "closed" },
	{ "effective", MOVE_WITHDRAW, "withdrawn" },
	{ "verified", MOVE_AGAIN, "verified" },
	{ "verified", MOVE_GOOD, "verified" },
	{ "verified", MOVE_BAD, "failed" },
	{ "verified", MOVE_END, "closed" },
	{ "verified", MOVE_WITHDRAW, "withdrawn" },
	{ "failed", MOVE_AGAIN, "failed" },
	{ "failed", MOVE_GOOD, "verified" },
	{ "failed", MOVE_BAD, "failed" },
	{ "failed", MOVE_END, "closed" },
	{ "failed", MOVE_WITHDRAW, "withdrawn" },
	{ "overdue", MOVE_AGAIN, "announced" },
	{ "overdue", MOVE_GOOD, "overdue" },
	{ "overdue", MOVE_BAD, "overdue" },
	{ "overdue", MOVE_TIME, "effective" },
	{ "overdue", MOVE_LATE, "overdue" },
	{ "overdue", MOVE_AGREE, "overdue" },
	{ "overdue", MOVE_END, "closed" },
	{ "overdue", MOVE_WITHDRAW, "withdrawn" },
	{ "contested", MOVE_AGAIN, "contested" },
	{ "contested", MOVE_AGREE, "announced" },
	{ "contested", MOVE_END, "closed" },
	{ "contested", MOVE_WITHDRAW, "withdrawn" },
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

START_TEST(states)
{
	size_t n = 0;

	for (int s = 1; s < MOVE_STATES; s++) {
		enum move_state from = (enum move_state)s;

		ck_assert_int_eq(move_state_of(span_of(
		    move_state_name(from))), s);
		for (int e = 0; e < MOVE_EVENTS; e++)
			n += move_next(from, (enum move_event)e) !=
			    MOVE_NONE;
	}
	ck_assert_uint_eq(n, STEPS);
	for (size_t i = 0; i < STEPS; i++)
		ck_assert_str_eq(move_state_name(move_next(
		    move_state_of(span_of(steps[i].from)), steps[i].event)),
		    steps[i].to);
	ck_assert_int_eq(move_state_of(SPAN("none")), MOVE_NONE);
}
END_TEST

/* --- what moves an address --------------------------------------------------- */

struct outer {
	const char *url;
	bool by_row[16], found[16];	/* by number */
};

static bool
on_row(void *arg, const struct move *m)
{
	struct outer *o = arg;
	struct rewrite_rule r;

	move_rule(m, &r);
	o->by_row[m->number] = !move_is_over(m->state) &&
	    rewrite_rule_covers(&r, span_of(o->url));
	return true;
}

static bool
on_outer(void *arg, const struct move *m)
{
	((struct outer *)arg)->found[m->number] = true;
	return true;
}

/* Whatever covers an address is found by its index, without a look at each
 * row: ten thousand that are announced at once look for it ten thousand
 * times. */
START_TEST(what_moves_an_address_is_found)
{
	static const struct { const char *old, *scope; } said[] = {
		{ "http://www.s1.gov.cn/", "domain" },
		{ "http://www.s1.gov.cn/a/", "prefix" },
		{ "https://www.s1.gov.cn/a/b/", "prefix" },
		{ "http://www.s1.gov.cn/a/b/1.html", "address" },
		{ "http://www.s1.gov.cn/a/b/1.html?id=5", "address" },
		{ "http://www.s1.gov.cn/a/b/index.html", "address" },
		{ "http://www.s1.gov.cn/a/b/1.html/", "prefix" },
		{ "http://www.s1.gov.cn/ab/", "prefix" },
	};
	static const struct { const char *url; int n; } asked[] = {
		{ "http://www.s1.gov.cn/", 1 },
		{ "https://www.s1.gov.cn/a", 2 },
		{ "http://www.s1.gov.cn/a/", 2 },
		{ "http://www.s1.gov.cn/a/b", 4 },
		{ "http://www.s1.gov.cn/a/b/?p=1", 4 },
		{ "https://www.s1.gov.cn/a/b/1.html", 5 },
		{ "http://www.s1.gov.cn/a/b/1.html?id=5", 6 },
		{ "http://www.s1.gov.cn/a/b/1.html?id=6", 5 },
		{ "http://www.s1.gov.cn/a/b/1.html/x", 4 },
		{ "http://www.s1.gov.cn/abc/1.html", 1 },
		{ "http://www.s2.gov.cn/a/b/1.html", 0 },
	};
	const size_t count = sizeof(said) / sizeof(*said);
	struct db_txn *t;

	for (size_t i = 0; i < count; i++) {
		char new[100];

		snprintf(new, sizeof(new), "http://www.s1.gov.cn/new%zu%s", i,
		    strcmp(said[i].scope, "address") == 0 ? "" : "/");
		say(1, said[i].old, strcmp(said[i].scope, "domain") == 0 ?
		    "http://new.s1.gov.cn/" : new, said[i].scope,
		    k.now + DAY, 0);
	}
	ck_assert_uint_eq(get((uint32_t)count).m.number, count);
	t = view_read(k.view);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		struct outer o = { .url = asked[i].url };
		int n = 0;

		move_each(t, 0, on_row, &o);
		move_each_outer(t, span_of(o.url), on_outer, &o);
		for (size_t m = 0; m <= count; m++) {
			ck_assert_msg(o.found[m] || !o.by_row[m],
			    "%s: not %zu", o.url, m);
			n += o.by_row[m];
		}
		ck_assert_msg(n == asked[i].n, "%s: %d", o.url, n);
	}
	db_abort(t);
}
END_TEST

/* --- said, and in time ----------------------------------------------------------- */

START_TEST(a_prefix_moves_at_its_time)
{
	struct got g;

	say(1, "https://s1.gov.cn/old/", "https://s1.gov.cn/new/", "prefix",
	    k.now + DAY, k.now + 100 * DAY);
	g = get(1);
	ck_assert_str_eq(state(1), "announced");
	ck_assert_uint_eq(g.m.site, 1);
	ck_assert_int_eq(g.m.from, KIT_NOW + DAY);
	ck_assert(g.m.agreed && !g.m.needs);
	ck_assert_int_eq(view_due(k.view), KIT_NOW + DAY);
	ck_assert_str_eq(leads("https://s1.gov.cn/old/a.html"), "-");
	later(DAY - 1);
	tick();				/* too early */
	ck_assert_str_eq(state(1), "announced");
	later(1);
	tick();
	ck_assert_str_eq(state(1), "effective");
	ck_assert_str_eq(leads("http://s1.gov.cn/old/a.html"),
	    "https://s1.gov.cn/new/a.html");
	ck_assert_int_eq(view_due(k.view), KIT_NOW + 100 * DAY);
	later(99 * DAY);
	tick();
	ck_assert_str_eq(state(1), "closed");
	ck_assert_str_eq(leads("https://s1.gov.cn/old/a.html"), "-");
	ck_assert_int_eq(view_due(k.view), CLOCK_NONE);
	same_again();
}
END_TEST

START_TEST(without_a_time_it_is_now)
{
	say(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/b.html",
	    "address", 0, 0);
	ck_assert_str_eq(state(1), "effective");
	ck_assert_str_eq(leads("https://s1.gov.cn/a.html"),
	    "https://s1.gov.cn/b.html");
	say(1, "https://s1.gov.cn/b.html", "https://s1.gov.cn/c.html",
	    "address", k.now - DAY, 0);
	ck_assert_str_eq(state(2), "effective");	/* never before today */
	ck_assert_int_eq(get(2).m.from, k.now);
}
END_TEST

/* A hub that has lost them is told all of them at once. */
START_TEST(said_again_they_keep_their_order)
{
	say(1, "https://s1.gov.cn/b/", "https://s1.gov.cn/c/", "prefix",
	    k.now - DAY, 0);
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now - 2 * DAY, 0);
	ck_assert_str_eq(state(1), "effective");
	ck_assert_str_eq(state(2), "effective");
	ck_assert_int_eq(get(1).m.from, KIT_NOW - DAY);
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"),
	    "https://s1.gov.cn/c/x");
	say(1, "https://s1.gov.cn/d/", "https://s1.gov.cn/e/", "prefix",
	    k.now - 2 * DAY, k.now - DAY);
	ck_assert_str_eq(state(3), "none");
	ck_assert_has(held(1), "before today");
}
END_TEST

START_TEST(chains_collapse_and_circles_are_refused)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix", 0, 0);
	later(1000);
	say(1, "https://s1.gov.cn/b/", "https://s1.gov.cn/c/", "prefix", 0, 0);
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"),
	    "https://s1.gov.cn/c/x");
	later(1000);
	say(1, "https://s1.gov.cn/c/", "https://s1.gov.cn/a/", "prefix", 0, 0);
	ck_assert_str_eq(state(3), "none");
	ck_assert_has(held(1), "1");
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"),
	    "https://s1.gov.cn/c/x");
	say(1, "https://s1.gov.cn/d/", "https://s1.gov.cn/d/e/", "prefix", 0,
	    0);
	ck_assert_str_eq(state(3), "none");
	same_again();
}
END_TEST

START_TEST(two_change_places)
{
	int64_t at = k.now + HOUR;

	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix", at,
	    0);
	say(1, "https://s1.gov.cn/b/", "https://s1.gov.cn/a/", "prefix", at,
	    0);
	later(HOUR);
	tick();
	ck_assert_str_eq(state(1), "effective");
	ck_assert_str_eq(state(2), "effective");
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"),
	    "https://s1.gov.cn/b/x");
	ck_assert_str_eq(leads("https://s1.gov.cn/b/x"),
	    "https://s1.gov.cn/a/x");
}
END_TEST

START_TEST(one_tick_turns_so_many)
{
	char old[64], new[64];

	for (int i = 0; i < 12; i++) {
		snprintf(old, sizeof(old), "https://s1.gov.cn/o%d.html", i);
		snprintf(new, sizeof(new), "https://s1.gov.cn/n%d.html", i);
		say(1, old, new, "address", KIT_NOW + HOUR, 0);
	}
	later(HOUR);
	kit_act(&k, "{\"do\":\"tick\",\"most\":5}");
	ck_assert_str_eq(state(5), "effective");
	ck_assert_str_eq(state(6), "announced");
	ck_assert_int_eq(view_due(k.view), KIT_NOW + HOUR);
	tick();
	ck_assert_str_eq(state(12), "effective");
	ck_assert_int_eq(view_due(k.view), CLOCK_NONE);
}
END_TEST

/* --- said anew ---------------------------------------------------------------------- */

static void
say_a_to_b(int64_t from, int64_t until)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    from, until);
}

START_TEST(said_anew_it_has_another_time)
{
	say_a_to_b(KIT_NOW + DAY, 0);
	say_a_to_b(KIT_NOW + DAY, 0);	/* a retelling says nothing new */
	ck_assert_str_eq(state(2), "none");
	say_a_to_b(KIT_NOW + 2 * DAY, 0);
	ck_assert_str_eq(state(2), "none");
	ck_assert_int_eq(get(1).m.from, KIT_NOW + 2 * DAY);
	ck_assert_int_eq(view_due(k.view), KIT_NOW + 2 * DAY);
	later(2 * DAY);
	tick();
	ck_assert_str_eq(state(1), "effective");
	later(DAY);
	say_a_to_b(0, 0);
	ck_assert_int_eq(get(1).m.from, KIT_NOW + 2 * DAY);
	say_a_to_b(0, k.now + DAY);
	ck_assert_int_eq(get(1).m.until, k.now + DAY);
	ck_assert_str_eq(state(1), "effective");
}
END_TEST

/* "(" and "%28" are one name to servers of files. */
START_TEST(however_it_is_spelled)
{
	say(1, "https://s1.gov.cn/a(1).html", "https://s1.gov.cn/b.html",
	    "address", 0, 0);
	say(1, "https://s1.gov.cn/a%281%29.html", "https://s1.gov.cn/b.html",
	    "address", 0, 0);
	ck_assert_str_eq(held(1), "");
	ck_assert_str_eq(state(2), "none");
	ck_assert_str_eq(leads("https://s1.gov.cn/a%281%29.html"),
	    "https://s1.gov.cn/b.html");
	say(1, "https://s1.gov.cn/%28c%29/", "https://s1.gov.cn/d/", "prefix",
	    k.now + DAY, 0);
	say(1, "https://s1.gov.cn/(c)/", "https://s1.gov.cn/e/", "prefix",
	    k.now + DAY, 0);
	ck_assert_str_eq(state(2), "withdrawn");
	ck_assert_str_eq(state(3), "announced");
	same_again();
}
END_TEST

START_TEST(said_otherwise_it_takes_the_place)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + DAY, 0);
	say(1, "http://s1.gov.cn/a/", "https://s1.gov.cn/c/", "prefix",
	    k.now + DAY, 0);
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_has(get(1).why, "move 2");
	ck_assert_str_eq(state(2), "announced");
	later(DAY);
	tick();
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"),
	    "https://s1.gov.cn/c/x");
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/d/", "prefix",
	    k.now + DAY, 0);
	ck_assert_str_eq(state(3), "none");
	ck_assert_has(held(1), "has taken effect");
}
END_TEST

/* One that would lead in a circle takes nobody's place. */
START_TEST(refused_it_changes_nothing)
{
	say_a_to_b(k.now + 2 * DAY, 0);
	say(1, "https://s1.gov.cn/c/", "https://s1.gov.cn/a/", "prefix",
	    k.now + DAY, 0);
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/c/", "prefix",
	    k.now + 2 * DAY, 0);
	ck_assert_str_eq(state(1), "announced");
	ck_assert_str_eq(state(2), "announced");
	ck_assert_str_eq(state(3), "none");
	later(3 * DAY);
	tick();
	ck_assert_str_eq(leads("https://s1.gov.cn/c/x"),
	    "https://s1.gov.cn/b/x");
}
END_TEST

START_TEST(its_owner_withdraws_it)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix", 0, 0);
	say(1, "https://s1.gov.cn/a/", "", "prefix", 0, 0);
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"), "-");
	say(1, "https://s1.gov.cn/a/", "", "prefix", 0, 0);
	ck_assert_str_eq(held(1), "");		/* twice means the same */
	say(1, "https://s1.gov.cn/b/", "", "prefix", 0, 0);
	ck_assert_has(held(1), "over");
	say(1, "https://s1.gov.cn/b/", "", "prefix", 0, 0);
	ck_assert_str_eq(held(1), "");
	say(1, "https://s1.gov.cn/b/", "https://s1.gov.cn/c/", "prefix", 0, 0);
	ck_assert_str_eq(state(2), "effective");
	ck_assert_str_eq(held(1), "");		/* settled by that */
}
END_TEST

START_TEST(of_another_site_it_is_held)
{
	say(2, "https://s1.gov.cn/a/", "https://s2.gov.cn/b/", "prefix", 0, 0);
	ck_assert_str_eq(state(1), "none");
	ck_assert_has(held(2), "not announced this move");
	say(2, "https://s1.gov.cn/a/", "https://s3.gov.cn/b/", "prefix", 0, 0);
	ck_assert_has(held(2), "s1.gov.cn");
	say(2, "https://s1.gov.cn/a/", "", "prefix", 0, 0);
	ck_assert_str_eq(held(2), "");		/* taken back */
	kit_act(&k, "{\"do\":\"block\",\"site\":1,\"actor\":\"x\","
	    "\"reason\":\"y\"}");
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix", 0, 0);
	ck_assert_str_eq(state(1), "none");
	ck_assert_has(held(1), "blocked");
	kit_act(&k, "{\"do\":\"unblock\",\"site\":1,\"actor\":\"x\","
	    "\"reason\":\"y\"}");
	ck_assert_str_eq(held(1), "");
	ck_assert_str_eq(state(1), "effective");
	same_again();
}
END_TEST

#define AGAIN(domain) kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,"	\
	"\"domain\":\"" domain "\",\"actor\":\"x\",\"reason\":\"y\"}");	\
	kit_act(&k, "{\"do\":\"again\",\"site\":1}")

/* It waits until the host is the site's. */
START_TEST(of_a_host_that_becomes_its_own)
{
	say(1, "https://new.gov.cn/a/", "https://new.gov.cn/b/", "prefix", 0,
	    0);
	ck_assert_str_eq(state(1), "none");
	ck_assert_has(held(1), "new.gov.cn");
	AGAIN("new.gov.cn");
	ck_assert_str_eq(held(1), "");
	ck_assert_str_eq(state(1), "effective");
	same_again();
}
END_TEST

/* --- an operator --------------------------------------------------------------------------- */

static void
operator_says(const char *old, const char *new, const char *scope,
    int64_t from)
{
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"old\":\"%s\","
	    "\"new\":\"%s\",\"scope\":\"%s\",\"from\":%lld,"
	    "\"actor\":\"li\",\"reason\":\"paper 7\"}", old, new, scope,
	    (long long)from);
}

START_TEST(an_operator_announces)
{
	operator_says("https://s1.gov.cn/", "https://new.gov.cn/", "domain",
	    k.now);
	ck_assert_str_eq(state(1), "effective");
	ck_assert_str_eq(get(1).by, "li");
	ck_assert(get(1).m.operated);
	say(1, "https://s1.gov.cn/", "", "domain", 0, 0);
	ck_assert_str_eq(state(1), "effective");
	ck_assert_has(held(1), "operator announced");
}
END_TEST

START_TEST(contested_until_an_operator_decides)
{
	int64_t at = k.now + DAY;

	operator_says("https://s1.gov.cn/a/", "https://s1.gov.cn/b/",
	    "prefix", at);
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/c/", "prefix", at,
	    0);
	ck_assert_str_eq(state(1), "announced");
	ck_assert_str_eq(state(2), "contested");
	ck_assert_uint_eq(get(2).m.rival, 1);
	later(DAY);
	tick();
	ck_assert_str_eq(state(1), "effective");
	ck_assert_str_eq(state(2), "contested");
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"),
	    "https://s1.gov.cn/b/x");
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":2,\"actor\":\"li\","
	    "\"reason\":\"they are right\"}");
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_has(get(1).why, "move 2");
	ck_assert_str_eq(state(2), "effective");
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"),
	    "https://s1.gov.cn/c/x");
	same_again();
}
END_TEST

START_TEST(what_an_operator_says_goes_before)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/c/", "prefix",
	    k.now + DAY, 0);
	operator_says("https://s1.gov.cn/a/", "https://s1.gov.cn/b/",
	    "prefix", k.now + DAY);
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_str_eq(state(2), "announced");
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + 9 * DAY, 0);	/* the same: it is settled, and stays */
	ck_assert_str_eq(state(3), "none");
	ck_assert_int_eq(get(2).m.from, k.now + DAY);
}
END_TEST

START_TEST(withdrawn_by_an_operator)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/c/", "prefix", 0, 0);
	kit_act(&k, "{\"do\":\"move-withdraw\",\"move\":1,\"actor\":\"li\","
	    "\"reason\":\"a mistake\"}");
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_str_eq(get(1).why, "a mistake");
}
END_TEST

/* --- looked at ------------------------------------------------------------------------------- */

static void
looked(uint32_t move, int n, int wrong)
{
	kit_act(&k, "{\"do\":\"move-looked\",\"move\":%u,\"looked\":%d,"
	    "\"wrong\":%d,\"why\":\"404\",\"sites\":3,\"pages\":40}", move,
	    n, wrong);
}

START_TEST(checked_before_verified_after)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/c/", "prefix",
	    k.now + DAY, 0);
	looked(1, 20, 1);
	ck_assert_str_eq(state(1), "checked");
	ck_assert_int_eq(get(1).m.checked, k.now);
	ck_assert_int_eq(get(1).m.verified, CLOCK_NONE);
	ck_assert_uint_eq(get(1).m.pages, 40);
	later(DAY);
	tick();
	looked(1, 20, 2);		/* a tenth */
	ck_assert_str_eq(state(1), "failed");
	ck_assert_str_eq(get(1).why, "404");
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"),
	    "https://s1.gov.cn/c/x");	/* it goes on */
	looked(1, 20, 0);
	ck_assert_str_eq(state(1), "verified");
	ck_assert_int_eq(get(1).m.verified, k.now);
	ck_assert_str_eq(get(1).why, "");
}
END_TEST

START_TEST(dead_before_its_time_it_is_overdue)
{
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/c/", "prefix",
	    k.now + DAY, 0);
	looked(1, 3, 3);
	ck_assert_str_eq(state(1), "announced");
	later(DAY);
	tick();
	ck_assert_str_eq(state(1), "overdue");
	ck_assert_has(get(1).why, "did not answer");
	ck_assert_str_eq(leads("https://s1.gov.cn/a/x"), "-");
	later(HOUR);
	looked(1, 3, 0);
	ck_assert_str_eq(state(1), "effective");
	ck_assert_int_eq(get(1).m.from, k.now);
	same_again();
}
END_TEST

static const struct { const char *json, *why; } bad_acts[] = {
	{ "{\"do\":\"move-announce\",\"site\":9}", "no such site" },
	{ "{\"do\":\"move-announce\",\"site\":1}", "" },
	{ "{\"do\":\"move-announce\",\"site\":1,\"old\":\"x\",\"new\":\"y\","
	    "\"scope\":\"prefix\"}", "" },
	{ "{\"do\":\"move-announce\",\"site\":1,"
	    "\"old\":\"https://s1.gov.cn/a\",\"scope\":\"address\","
	    "\"new\":\"https://s1.gov.cn/a\"}", "" },
	{ "{\"do\":\"move-announce\",\"site\":1,"
	    "\"old\":\"https://s1.gov.cn/a\",\"scope\":\"address\","
	    "\"new\":\"https://s1.gov.cn/b\",\"until\":5}", "" },
	{ "{\"do\":\"move-agree\",\"move\":1}", "no such move" },
	{ "{\"do\":\"move-agree\",\"move\":-1}", "no such move" },
	{ "{\"do\":\"move-agree\"}", "no such move" },
	{ "{\"do\":\"move-withdraw\",\"move\":7}", "no such move" },
	{ "{\"do\":\"move-looked\",\"move\":7}", "no such move" },
};

START_TEST(acts_that_mean_no_good)
{
	const char *why;

	for (size_t i = 0; i < sizeof(bad_acts) / sizeof(bad_acts[0]); i++) {
		kit_act(&k, "%s", bad_acts[i].json);
		why = held(0);
		ck_assert_msg(why[0] != '\0', "%s", bad_acts[i].json);
		ck_assert_has(why, bad_acts[i].why);
		kit_act(&k, "{\"do\":\"dismiss\",\"site\":0,\"all\":true}");
	}
	ck_assert_str_eq(state(1), "none");
	say(1, "https://s1.gov.cn/a", "https://s1.gov.cn/b", "address", 0, 0);
	kit_act(&k, "{\"do\":\"move-looked\",\"move\":1,\"looked\":1,"
	    "\"wrong\":2}");
	ck_assert_has(held(0), "wrong");
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":1}");
	ck_assert_has(held(0), "nobody has to agree");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("move");
	TCase *c = tcase_create("move");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, states);
	tcase_add_test(c, what_moves_an_address_is_found);
	tcase_add_test(c, a_prefix_moves_at_its_time);
	tcase_add_test(c, without_a_time_it_is_now);
	tcase_add_test(c, said_again_they_keep_their_order);
	tcase_add_test(c, chains_collapse_and_circles_are_refused);
	tcase_add_test(c, two_change_places);
	tcase_add_test(c, one_tick_turns_so_many);
	tcase_add_test(c, said_anew_it_has_another_time);
	tcase_add_test(c, however_it_is_spelled);
	tcase_add_test(c, said_otherwise_it_takes_the_place);
	tcase_add_test(c, refused_it_changes_nothing);
	tcase_add_test(c, its_owner_withdraws_it);
	tcase_add_test(c, of_another_site_it_is_held);
	tcase_add_test(c, of_a_host_that_becomes_its_own);
	tcase_add_test(c, an_operator_announces);
	tcase_add_test(c, contested_until_an_operator_decides);
	tcase_add_test(c, what_an_operator_says_goes_before);
	tcase_add_test(c, withdrawn_by_an_operator);
	tcase_add_test(c, checked_before_verified_after);
	tcase_add_test(c, dead_before_its_time_it_is_overdue);
	tcase_add_test(c, acts_that_mean_no_good);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
