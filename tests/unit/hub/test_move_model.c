/*
 * Thousands of random histories of moves agree with a naive oracle.
 */
#include "tests/unit/hub/movekit.h"

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
	Suite *s = suite_create("move_model");
	TCase *c = tcase_create("move_model");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, agrees_with_the_oracle);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
