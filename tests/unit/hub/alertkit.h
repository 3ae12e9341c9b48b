/*
 * For tests of alerts: sites with a state, receivers that note what they are
 * told, and a hub that evaluates, delivers, and may die between any two
 * steps.
 */
#ifndef ZQ_TESTS_ALERTKIT_H
#define ZQ_TESTS_ALERTKIT_H

#include "tests/unit/hub/storekit.h"

#include <jansson.h>

#include "hub/alert_eval.h"
#include "hub/alert_mute.h"
#include "hub/ledger.h"
#include "hub/silence.h"

#define SITES 14
#define TOLD 4096
#define CROWD 10		/* that fall silent within a minute */
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

struct told {			/* what a receiver got, once for each id */
	uint64_t id;
	uint32_t alert;
	enum alert_event event;
	char receiver[ALERT_NAME + 1];
	size_t sites;
	char first[CODE_MAX + 1];	/* of these */
	char rule[ALERT_NAME + 1], now[ALERT_NAME + 1];
	int64_t at;
};

static struct kit k;
static struct alert_rules rules;
static struct alert_receivers receivers;
static struct alert_facts *facts;
static struct alert_eval eval;
static struct told told[TOLD];
static size_t told_count, repeated;
static bool dies;		/* between any two steps */

static struct {
	enum alert_what what;	/* ALERT_RULES: it is well */
	bool unknown;
	int64_t since;
	const char *group, *detail;
} world[SITES + 1];

/* --- facts -------------------------------------------------------------------- */

static inline void
look(void)
{
	char code[CODE_MAX + 1];

	for (int s = 0; s < ALERT_SOURCES; s++)
		alert_facts_begin(facts, (enum alert_source)s);
	for (uint32_t i = 1; i <= SITES; i++) {
		struct alert_fact f = { .what = world[i].what, .site = i,
			.since = world[i].since,
			.group = span_of(world[i].group),
			.detail = span_of(world[i].detail),
			.unknown = world[i].unknown };

		if (f.unknown)
			f.what = ALERT_DOWN;
		if (f.what == ALERT_RULES)
			continue;
		snprintf(code, sizeof(code), "41000000%02u", i);
		f.subject = span_of(code);
		alert_facts_put(facts, &f, k.now);
	}
	for (int s = 0; s < ALERT_SOURCES; s++)
		alert_facts_end(facts, (enum alert_source)s);
}

static inline void
is(uint32_t site, enum alert_what what)
{
	if (world[site].what != what)
		world[site].since = k.now;
	world[site].what = what;
	world[site].unknown = false;
}

/* --- a hub, that may die --------------------------------------------------------- */

static inline void
forget(void)
{
	alert_facts_free(facts);
	facts = alert_facts_new(&rules);
	eval.facts = facts;
}

/* All that isn't in the journal is lost. */
static inline void
die(void)
{
	view_close(k.view);
	kit_open_view(&k);
	kit_show(&k, 1000);
	forget();
}

static inline void
write_down(struct acts *acts)
{
	for (size_t i = 0; i < acts->count; i++) {
		journal_begin(k.journal);
		journal_act(k.journal, acts_get(acts, i), k.now);
		while (journal_commit(k.journal) != DB_OK) {
			journal_begin(k.journal);
			journal_act(k.journal, acts_get(acts, i), k.now);
		}
		kit_show(&k, 1000);
		if (dies)
			return;	/* in the middle of a group, even */
	}
}

/* One evaluation; false: there was nothing to do. */
static inline bool
evaluate(int64_t *next)
{
	struct db_txn *t = view_read(k.view);
	struct acts acts;
	size_t n;

	acts_init(&acts);
	n = alert_eval(&eval, t, k.now, &acts, next);
	db_abort(t);
	ck_assert_uint_eq(n, acts.count);
	write_down(&acts);
	acts_clear(&acts);
	return n > 0;
}

/* --- receivers ------------------------------------------------------------------ */

static inline void
take(const struct delivery *d, const struct ledger_notice *n)
{
	json_t *doc = json_loadb(n->text.at, n->text.n, 0, NULL);
	struct told *one;

	ck_assert_ptr_nonnull(doc);
	for (size_t i = 0; i < told_count; i++) {
		if (told[i].id == d->number) {
			repeated++;
			json_decref(doc);
			return;
		}
	}
	ck_assert_uint_lt(told_count, TOLD);
	one = &told[told_count++];
	*one = (struct told){ .id = d->number, .alert = d->alert,
	    .event = n->event, .at = k.now,
	    .sites = json_array_size(json_object_get(doc, "sites")) };
	snprintf(one->receiver, sizeof(one->receiver), "%.*s",
	    SPAN_ARGS(d->receiver));
	snprintf(one->first, sizeof(one->first), "%s",
	    json_string_value(json_object_get(json_array_get(
	    json_object_get(doc, "sites"), 0), "subject")));
	snprintf(one->rule, sizeof(one->rule), "%s", json_string_value(
	    json_object_get(doc, "rule")));
	if (json_object_get(doc, "now") != NULL)
		snprintf(one->now, sizeof(one->now), "%s", json_string_value(
		    json_object_get(doc, "now")));
	json_decref(doc);
}

static inline bool
first_due(void *arg, const struct delivery *d)
{
	*(struct delivery *)arg = *d;
	return false;
}

/* The oldest that is due is sent, and that is written down; or, the first
 * time, the hub dies in between. False: none is due. */
static inline bool
deliver(void)
{
	static uint64_t died_with;
	struct delivery d = { .number = 0 };
	struct ledger_notice n;
	struct db_txn *t = view_read(k.view);
	uint64_t number;

	ledger_each_due(t, 1, first_due, &d);
	if (d.number != 0) {
		ck_assert(ledger_notice(t, d.alert, d.notice, &n));
		take(&d, &n);
	}
	number = d.number;
	db_abort(t);
	if (number == 0)
		return false;
	if (dies && died_with != number) {
		died_with = number;
		die();
		look();
		return true;
	}
	kit_act(&k, "{\"do\":\"alert-sent\",\"delivery\":%llu,\"outcome\":"
	    "\"confirmed\",\"error\":\"\",\"actor\":\"hub\",\"reason\":\"\"}",
	    (unsigned long long)number);
	kit_show(&k, 1000);
	return true;
}

/* Until nothing is to be done now. */
static inline void
settle(void)
{
	int64_t next;

	look();
	for (int i = 0; i < 2000; i++) {
		bool more = evaluate(&next);

		if (dies) {
			die();
			look();
		}
		more |= deliver();
		if (!more)
			return;
	}
	ck_abort_msg("it never comes to rest");
}

static inline void
later(int64_t ms)
{
	k.now += ms;
	clock_set(k.now, k.now);
	settle();
}

/* --- asking ---------------------------------------------------------------------- */

static inline size_t
heard(const char *receiver, enum alert_event e)
{
	size_t n = 0;

	for (size_t i = 0; i < told_count; i++)
		n += told[i].event == e &&
		    strcmp(told[i].receiver, receiver) == 0;
	return n;
}

static inline const struct told *
last_told(void)
{
	ck_assert_uint_gt(told_count, 0);
	return &told[told_count - 1];
}

static inline struct alert
alert_now(uint32_t number)
{
	struct db_txn *t = view_read(k.view);
	struct alert a;

	ck_assert(alert_get(t, number, &a));
	db_abort(t);
	a.members = a.told = a.rule = SPAN_NONE;	/* they were the txn's */
	return a;
}

static inline void
setup(void)
{
	static char *const nobody[] = { NULL };

	journal_mem_seed(0);
	kit_open(&k, &journal_mem);
	clock_set(k.now, k.now);
	for (uint32_t i = 1; i <= SITES; i++) {
		kit_site(&k, i);
		world[i].what = ALERT_RULES;
		world[i].unknown = false;
		world[i].group = "";
	}
	kit_show(&k, 1000);
	alert_rules_init(&rules, NULL);
	receivers.n = 1;
	receivers.at[0] = (struct alert_receiver){ .name = "duty",
		.rules = nobody, .zone = "" };
	eval = (struct alert_eval){ .hub = "test", .rules = &rules,
		.to = &receivers, .together = 5 * MINUTE, .many = CROWD,
		.many_time = MINUTE };
	facts = NULL;
	forget();
	told_count = repeated = 0;
	dies = false;
}

static inline void
teardown(void)
{
	alert_facts_free(facts);
	kit_close(&k);
}

/* Each test is played twice: by a hub that lives, and by one that dies. */
static inline void
play(bool dying)
{
	dies = dying;
}

#endif
