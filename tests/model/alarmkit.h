/*
 * The monitor's world (see monitorkit.h), and behind the monitor all that is
 * between it and a receiver: the pulse, the journal, the view, the facts, the
 * rules, the alerts, and the ledger of deliveries. Counted by site and by rule,
 * as the receiver got it.
 */
#ifndef ZQ_TESTS_MODEL_ALARMKIT_H
#define ZQ_TESTS_MODEL_ALARMKIT_H

#include "tests/model/monitorkit.h"

#include <jansson.h>
#include <string.h>

#include "hub/alert_eval.h"
#include "hub/alert_scan.h"
#include "hub/history.h"
#include "hub/home_keep.h"
#include "hub/ledger.h"
#include "hub/pulse.h"
#include "tests/unit/hub/storekit.h"

#define SITES 1000
#define SITE_CODES "410000"	/* … and the number, in four digits */
#define SITE_SECONDS 2		/* sites of the view are looked at, a second */
#define PASS ((SITES / SITE_SECONDS + 1) * SECOND)	/* through all of them */
#define KNOWN (20 * MINUTE)	/* until every site is known */

struct tally {			/* what a receiver was told of a site, by event */
	unsigned told[ALERT_EVENTS];
	unsigned of[ALERT_RULES][ALERT_EVENTS];	/* … by rule */
	char rule[ALERT_NAME + 1];	/* … last … */
	int64_t first;			/* … and first: when */
	uint32_t alert;			/* in how many alerts it was, and … */
	unsigned alerts;		/* … the last of them */
};

static struct kit k;
static struct config config;
static struct writer writer;
static struct alert_rules rules;
static struct alert_receivers receivers;
static struct alert_eval eval;
static struct alert_scan scan;
static struct acts acts;	/* that wait to be written */
static json_t *rows;		/* of states, too */
static struct tally tally[SITES + 1];	/* 0: the hub's own */
static bool hijacked[SITES + 1];	/* as the view has it */
static uint64_t version;	/* of the facts, last evaluated */
static int64_t next;

/* --- what a receiver gets ------------------------------------------------ */

static void
note(struct tally *t, enum alert_event e, const json_t *notice)
{
	uint32_t alert = (uint32_t)json_integer_value(json_object_get(notice,
	    "alert"));
	const char *rule = json_string_value(json_object_get(notice, "rule"));
	const char *is = json_string_value(json_object_get(notice, "now"));
	enum alert_what what = alert_what_named(span_of(rule));

	ck_assert_int_lt(what, ALERT_RULES);
	t->of[what][e]++;
	if (t->alert != alert)
		t->alerts++;
	t->alert = alert;
	if (t->told[e]++ == 0 && e == ALERT_FIRING)
		t->first = k.now;
	if (e != ALERT_RESOLVED)	/* … bears the name that it had first */
		snprintf(t->rule, sizeof(t->rule), "%s", is != NULL ? is :
		    rule);
}

static void
receive(const struct ledger_notice *n)
{
	json_t *doc = json_loadb(n->text.at, n->text.n, 0, NULL), *site;
	size_t i;

	ck_assert_ptr_nonnull(doc);
	ck_assert_uint_gt(json_array_size(json_object_get(doc, "sites")), 0);
	json_array_foreach(json_object_get(doc, "sites"), i, site) {
		const char *code = json_string_value(json_object_get(site,
		    "site"));
		unsigned long number = code == NULL ? 0 :
		    strtoul(code + strlen(SITE_CODES), NULL, 10);

		ck_assert_uint_le(number, SITES);
		note(&tally[number], n->event, doc);
	}
	if (getenv("TALK") != NULL)
		printf("%.*s\n", SPAN_ARGS(n->text));
	json_decref(doc);
}

static bool
deliver(void *arg, const struct delivery *d)
{
	struct db_txn *t = arg;
	struct ledger_notice n;

	ck_assert(ledger_notice(t, d->alert, d->notice, &n));
	receive(&n);
	acts_put(&acts, json_pack("{s:s, s:I, s:s, s:s}", "do", "alert-sent",
	    "delivery", (json_int_t)d->number, "outcome", "confirmed",
	    "error", ""), ACTS_HUB, NULL);
	return true;
}

/* --- the hub behind the monitor ------------------------------------------ */

static void
write_acts(void)
{
	if (acts.count == 0)
		return;
	journal_begin(k.journal);
	for (size_t i = 0; i < acts.count; i++)
		journal_act(k.journal, acts_get(&acts, i), k.now);
	ck_assert_int_eq(journal_commit(k.journal), DB_OK);
	kit_show(&k, 1000);
	acts_clear(&acts);
}

static void
put_states(void)
{
	if (json_array_size(rows) == 0)
		return;
	acts_put(&acts, json_pack("{s:s, s:o}", "do", "states", "rows", rows),
	    ACTS_HUB, NULL);
	rows = json_array();
}

/* As monitor_core.c has it. */
static void
on_event_too(const struct world *w, const struct monitor_event *e)
{
	(void)w;
	if (e->site == 0)
		pulse_isolated(e->to == MONITOR_ISOLATED, e->since);
	else
		pulse_state(e->site, (uint8_t)e->to, (uint8_t)e->cause,
		    e->since);
	json_array_append_new(rows, json_pack("[I, s, I, I, s, i, i, b]",
	    (json_int_t)e->site, monitor_state_name(e->to),
	    (json_int_t)e->at, (json_int_t)(e->since > 0 ? e->since : 0),
	    monitor_cause_name(e->cause), (int)e->inside, (int)e->outside,
	    e->flapping));
	if (json_array_size(rows) == HISTORY_ROWS)
		put_states();
}

/* The page that site has, or a stranger's in its place. */
static struct home_look
look_at(uint32_t site, bool foreign)
{
	struct home_look l = { .at = k.now, .ms = 300, .hops = 1,
		.has_page = true, .title = "郑州市人民政府",
		.language = GLANCE_HAN };

	snprintf(l.hop[0].url, sizeof(l.hop[0].url), "https://s%u.gov.cn/",
	    site);
	l.hop[0].status = foreign ? 301 : 200;
	if (foreign)
		l.hop[l.hops++] = (struct home_hop){ .status = 200,
			.url = "https://shop.example.com/" };
	return l;
}

/* As homes.c has it, but that pages are kept only when they change hands. */
static void
on_page(const struct world *w, uint32_t number)
{
	static const struct home_pace pace = { .slow = 5000,
		.limit = HOME_LIMIT };
	bool foreign = w->at[number].foreign;
	struct home_look look = look_at(number, foreign);
	struct home_kept kept;
	struct db_txn *t;
	struct site site;

	if (foreign == hijacked[number])
		return;
	hijacked[number] = foreign;
	t = view_read(k.view);
	ck_assert(site_get(t, number, &site));
	home_keep(t, &site, &look, &pace, &kept);
	db_abort(t);
	ck_assert_int_eq(kept.seen.outcome, foreign ? HOME_DANGER : HOME_OK);
	ck_assert_ptr_nonnull(kept.act);
	acts_put(&acts, kept.act, ACTS_HUB, NULL);
}

/* Some at a time: a pass takes some minutes. */
static void
scan_some(int64_t now)
{
	struct db_txn *t = view_read(k.view);

	if (scan.site == 0)
		alert_facts_begin(eval.facts, ALERT_OF_SITES);
	for (int i = 0; i < SITE_SECONDS && scan.site < SITES; i++)
		alert_scan_site(&scan, t, ++scan.site, now);
	if (scan.site == SITES) {
		alert_facts_end(eval.facts, ALERT_OF_SITES);
		scan.site = 0;
	}
	db_abort(t);
}

/* True: there was something to do. */
static bool
evaluate(void)
{
	struct db_txn *t = view_read(k.view);

	version = alert_facts_version(eval.facts);
	(void)alert_eval(&eval, t, k.now, &acts, &next);
	ledger_each_due(t, 1, deliver, t);
	db_abort(t);
	if (acts.count == 0)
		return false;
	write_acts();
	return true;
}

static void
hear(const struct world *w)
{
	for (uint32_t i = 1; i < w->count; i++)
		if (w->at[i].heard == w->now)
			pulse_heard(i, w->now, NULL, NULL);
}

static void
hub_look(struct world *w)
{
	k.now = w->now;
	clock_set(w->now, w->now - KIT_NOW + 1000);
	hear(w);
	put_states();
	write_acts();
	alert_scan_pulse(&scan, w->now);
	if (w->now % SECOND == 0)
		scan_some(w->now);
	if (version == alert_facts_version(eval.facts) && w->now < next)
		return;
	for (int i = 0; evaluate(); i++)
		ck_assert_int_lt(i, 1000);
}

static void
run(struct world *w, int64_t ms)
{
	for (int64_t end = w->now + ms; w->now < end; ) {
		world_step(w);
		hub_look(w);
	}
}

/* --- its life ------------------------------------------------------------ */

static void
be_at(uint32_t site, uint32_t place)
{
	static const struct health beats = { .beat = BEAT };
	char address[PULSE_ADDRESS];

	snprintf(address, sizeof(address), "10.1.%u.%u:4711", place / 250,
	    1 + place % 250);
	pulse_heard(site, k.now, address, &beats);
}

static void
add_site(uint32_t site)
{

	kit_act(&k, "{\"do\":\"site-add\",\"site\":%u,\"code\":\"" SITE_CODES "%04u\","
	    "\"name\":\"site %u\",\"domains\":[\"s%u.gov.cn\"],"
	    "\"kind\":\"portal\",\"parent\":\"\",\"actor\":\"test\","
	    "\"reason\":\"\"}", site, site, site, site);
	be_at(site, site);
	pulse_state(site, MONITOR_UNKNOWN, MONITOR_CAUSE_START, k.now);
}

static void
open_alerts(void)
{
	static char *const all[] = { NULL };

	alert_rules_init(&rules, NULL);
	rules.rule[ALERT_SLOW].on = true;	/* an operator wants it */
	receivers.n = 1;
	receivers.at[0] = (struct alert_receiver){ .name = "duty",
		.rules = all, .zone = "" };
	eval = (struct alert_eval){ .hub = "test", .rules = &rules,
		.to = &receivers, .facts = alert_facts_new(&rules),
		.wait = SECOND / 2, .silent_after = 3 * BEAT,
		.together = 5 * MINUTE, .many = 10, .many_time = MINUTE };
	alert_scan_init(&scan, &writer, eval.facts);
	memset(tally, 0, sizeof(tally));
	memset(hijacked, 0, sizeof(hijacked));
	version = 0;
	next = 0;
}

static void
setup(void)
{
	journal_mem_seed(0);
	kit_open(&k, &journal_mem);
	pulse_open(NULL);
	pulse_begin(k.now);
	for (uint32_t i = 1; i <= SITES; i++)
		add_site(i);
	kit_show(&k, 1000);
	config = (struct config){ .dir = k.dir, .leaf_days = 90,
		.week_fails = 5, .week_warns = 3,
		.closing_soon = 7 * 24 * HOUR };
	writer = (struct writer){ .journal = k.journal, .view = k.view,
		.config = &config };
	acts_init(&acts);
	rows = json_array();
	open_alerts();
}

static void
teardown(void)
{
	acts_clear(&acts);
	json_decref(rows);
	alert_facts_free(eval.facts);
	pulse_close();
	kit_close(&k);
}

/* Of the first of the sites: nothing is known of the others. */
static struct world *
new_world(uint32_t sites)
{
	const char *given = getenv("SEED");
	uint64_t s = given != NULL ? strtoull(given, NULL, 10) : 7;
	struct world *w = world_new(sites, s);

	printf("SEED=%llu\n", (unsigned long long)s);
	w->noise = true;
	w->also = on_event_too;
	w->page = on_page;
	run(w, KNOWN);
	ck_assert_uint_eq(world_count(w, MONITOR_UNKNOWN), 0);
	return w;
}

static uint32_t
alerts(void)
{
	struct db_txn *t = view_read(k.view);
	uint32_t last = alert_last(t);

	db_abort(t);
	return last;
}

static unsigned
told_in_all(void)
{
	unsigned n = 0;

	for (size_t i = 0; i <= SITES; i++)
		for (int e = 0; e < ALERT_EVENTS; e++)
			n += tally[i].told[e];
	return n;
}

#endif
