/*
 * Items keep their number through a move, the gate lets a move pass, and
 * thousands of random histories of moves agree with a naive oracle.
 */
#include "tests/unit/hub/movekit.h"

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

/* --- a naive oracle -------------------------------------------------------------------- */

/*
 * It keeps a plain list of moves, walks all of it for everything, and knows
 * nothing of rows, rules and due times. What it leaves to the real one is
 * which rules would lead in a circle: that has a test of its own.
 */
#define ORACLE 400

static struct model {
	enum move_state state;
	int scope;		/* of old and new: 0 address, 1 prefix */
	int old, new;		/* letters */
	int64_t from, until;
	bool operated;
} model[ORACLE + 1];
static uint32_t models;

static void
name_of(char out[64], int scope, int letter, const char *leaf)
{
	snprintf(out, 64, "https://s1.gov.cn/%c%s%s", 'a' + letter,
	    scope == 1 ? "/" : ".html", leaf);
}

static bool
over(const struct model *m)
{
	return m->state == MOVE_CLOSED || m->state == MOVE_WITHDRAWN;
}

static bool
ahead(const struct model *m)
{
	return m->state == MOVE_ANNOUNCED || m->state == MOVE_CONTESTED;
}

static void
model_time(struct model *m)
{
	if (m->state == MOVE_ANNOUNCED && m->from <= k.now)
		m->state = MOVE_EFFECTIVE;
	if (!over(m) && m->state != MOVE_ANNOUNCED && m->until != 0 &&
	    m->until <= k.now)
		m->state = MOVE_CLOSED;
}

/* What one says; `taken`: the real one has made a new row. Else it was said
 * before. */
static void
model_say(const struct model *s, bool taken)
{
	struct model *x, fresh = *s;

	if (taken) {
		fresh.state = MOVE_ANNOUNCED;
		for (uint32_t n = 1; n <= models; n++) {
			x = &model[n];
			if (over(x) || x->scope != s->scope ||
			    x->old != s->old)
				continue;
			if (s->operated || !x->operated)
				x->state = MOVE_WITHDRAWN;
			else
				fresh.state = MOVE_CONTESTED;
		}
		model_time(&fresh);
		model[++models] = fresh;
		return;
	}
	for (uint32_t n = models; n > 0; n--) {
		x = &model[n];
		if (over(x) || x->scope != s->scope || x->old != s->old ||
		    x->new != s->new || (s->operated && !x->operated))
			continue;
		if (x->operated && !s->operated)
			return;
		if (ahead(x))
			x->from = s->from;
		x->until = s->until;
		model_time(x);
		return;
	}
}

static void
model_agree(uint32_t number)
{
	struct model *m = &model[number];

	for (uint32_t n = 1; n <= models; n++) {
		struct model *x = &model[n];

		if (n != number && !over(x) && x->scope == m->scope &&
		    x->old == m->old && x->operated)
			x->state = MOVE_WITHDRAWN;
	}
	m->state = MOVE_ANNOUNCED;
	if (m->from < k.now)
		m->from = k.now;
	model_time(m);
}

static int
model_leads(int scope, int letter, int64_t after)
{
	for (uint32_t n = 1; n <= models; n++) {
		const struct model *m = &model[n];

		if (m->state == MOVE_EFFECTIVE && m->scope == scope &&
		    m->old == letter && m->from > after)
			return model_leads(scope, m->new, m->from);
	}
	return letter;
}

static void
compare(unsigned seed, int step)
{
	char url[64], now[64];

	for (uint32_t n = 1; n <= models; n++)
		ck_assert_msg(get(n).m.state == model[n].state, "seed %u step "
		    "%d move %u is %s, not %s", seed, step, n, state(n),
		    move_state_name(model[n].state));
	for (int scope = 0; scope < 2; scope++) {
		for (int i = 0; i < 5; i++) {
			int to = model_leads(scope, i, INT64_MIN);

			name_of(url, scope, i, "");
			name_of(now, scope, to, "");
			ck_assert_msg(strcmp(leads(url), to == i ? "-" : now)
			    == 0, "seed %u step %d: %s leads to %s, not %s",
			    seed, step, url, leads(url), now);
			/* The group's own rules are those of the rows. */
			ck_assert_int_eq(view_moved(k.view, span_of(url),
			    k.now - DAY), to != i);
		}
	}
}

static void
random_say(void)
{
	struct model s = { .scope = rand() % 2, .old = rand() % 5,
	    .new = rand() % 5, .operated = rand() % 4 == 0,
	    .from = rand() % 2 ? k.now + (rand() % 4) * HOUR : k.now };
	char old[64], new[64];
	bool was_held;

	s.until = rand() % 3 == 0 ? s.from + (1 + rand() % 4) * HOUR : 0;
	name_of(old, s.scope, s.old, "");
	name_of(new, s.scope, s.new, "");
	if (s.operated)
		kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,"
		    "\"old\":\"%s\",\"new\":\"%s\",\"scope\":\"%s\","
		    "\"from\":%lld%s%lld,\"actor\":\"li\",\"reason\":\"\"}",
		    old, new, s.scope ? "prefix" : "address",
		    (long long)s.from, s.until ? ",\"until\":" :
		    ",\"no\":", (long long)s.until);
	else
		say(1, old, new, s.scope ? "prefix" : "address", s.from,
		    s.until);
	was_held = held(s.operated ? 0 : 1)[0] != '\0';
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":%d,\"all\":true}",
	    s.operated ? 0 : 1);
	if (!was_held)
		model_say(&s, get(models + 1).m.number != 0);
	else
		ck_assert_uint_eq(get(models + 1).m.number, 0);
}

static void
random_step(void)
{
	uint32_t n = models > 0 ? 1 + (uint32_t)rand() % models : 0;

	if (n > 0 && rand() % 8 == 0) {
		kit_act(&k, "{\"do\":\"move-withdraw\",\"move\":%u}", n);
		if (!over(&model[n]))
			model[n].state = MOVE_WITHDRAWN;
	} else if (n > 0 && model[n].state == MOVE_CONTESTED) {
		kit_act(&k, "{\"do\":\"move-agree\",\"move\":%u}", n);
		if (held(0)[0] == '\0')
			model_agree(n);
	} else if (rand() % 3 == 0) {
		later((rand() % 3) * HOUR / 2);
		tick();
		for (n = 1; n <= models; n++)
			model_time(&model[n]);
	} else {
		random_say();
	}
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":0,\"all\":true}");
}

START_TEST(agrees_with_the_oracle)
{
	size_t seen[MOVE_STATES] = { 0 };

	for (unsigned seed = 1; seed <= 12; seed++) {
		srand(seed);
		models = 0;
		for (int step = 0; step < 80; step++) {
			random_step();
			compare(seed, step);
		}
		for (uint32_t n = 1; n <= models; n++)
			seen[model[n].state]++;
		same_again();
		teardown();
		setup();
	}
	ck_assert_uint_gt(seen[MOVE_EFFECTIVE], 5);
	ck_assert_uint_gt(seen[MOVE_CLOSED], 5);
	ck_assert_uint_gt(seen[MOVE_WITHDRAWN], 5);
	ck_assert_uint_gt(seen[MOVE_CONTESTED], 2);
}
END_TEST

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
	tcase_add_test(c, the_digest_is_of_what_is_there);
	tcase_add_test(c, deleted_and_created_along_a_rule_is_one_item);
	tcase_add_test(c, the_clock_is_put_back);
	tcase_add_test(c, from_one_site_to_another);
	tcase_add_test(c, a_closed_gate_lets_a_move_pass);
	tcase_add_test(c, agrees_with_the_oracle);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
