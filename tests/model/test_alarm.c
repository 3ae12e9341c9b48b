/*
 * From a fault to what people are told of it: the monitor's world (see
 * monitorkit.h), and behind the monitor all that is between it and a receiver:
 * the pulse, the journal, the view, the facts, the rules, the alerts, and the
 * ledger of deliveries. Counted by site and by rule, as the receiver got it.
 */
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
#define APART (10 * SECOND)	/* two faults begin */
#define LAST (85 * MINUTE)	/* from its beginning until a fault is over */

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
hub_second(struct world *w)
{
	k.now = w->now;
	clock_set(w->now, w->now - KIT_NOW + 1000);
	put_states();
	write_acts();
	alert_scan_pulse(&scan, w->now);
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
		if (w->now % SECOND == 0)
			hub_second(w);
	}
}

/* --- its life ------------------------------------------------------------ */

static void
add_site(uint32_t site)
{
	char address[PULSE_ADDRESS];

	kit_act(&k, "{\"do\":\"site-add\",\"site\":%u,\"code\":\"" SITE_CODES "%04u\","
	    "\"name\":\"site %u\",\"domains\":[\"s%u.gov.cn\"],"
	    "\"kind\":\"portal\",\"parent\":\"\",\"actor\":\"test\","
	    "\"reason\":\"\"}", site, site, site, site);
	snprintf(address, sizeof(address), "10.1.%u.%u:4711", site / 250,
	    1 + site % 250);
	pulse_heard(site, k.now, address, NULL);
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
		.wait = SECOND, .together = 5 * MINUTE, .many = 10,
		.many_time = MINUTE };
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

/* --- false alarms -------------------------------------------------------- */

START_TEST(ordinary_trouble)
{
	struct world *w = new_world(SITES);

	run(w, HOUR);
	ck_assert_uint_eq(alerts(), 0);
	ck_assert_uint_eq(told_in_all(), 0);
	ck_assert_uint_gt(w->events, 0);
	world_free(w);
}
END_TEST

/* --- true alarms --------------------------------------------------------- */

/* What is told of each, and when at the latest. A machine that goes is first
 * not heard, and told of; when its page doesn't come either, that is told on
 * top, as the same alert. Of a page that is late again at its next turn an
 * operator wants to know. A stranger's is found with the next pass. */
static const struct {
	const char *rule;
	unsigned raised;	/* at most: its page may be looked at already */
	int64_t within;
} expected[FAULTS] = {
	[FAULT_AGENT] = { "silent", 0, 11 * SECOND },
	[FAULT_HOST] = { "unreachable", 1, 18 * SECOND },
	[FAULT_WEB] = { "down", 0, MINUTE },
	[FAULT_HANG] = { "down", 0, 2 * MINUTE },
	[FAULT_WALL] = { "down", 0, 18 * MINUTE },
	[FAULT_WAY] = { "unreachable", 0, 18 * MINUTE },
	[FAULT_SLOW] = { "slow", 0, (18 + 20) * MINUTE },
	[FAULT_HIJACK] = { "domain", 0, 16 * MINUTE + PASS },
};

/* Once and of the right kind; and, when it is over, that once. */
static void
check_told(const struct injected *f, bool over)
{
	const struct tally *t = &tally[f->site];
	const char *rule = expected[f->fault].rule;

	ck_assert_msg(t->told[ALERT_FIRING] == 1 && t->alerts == 1 &&
	    t->told[ALERT_RAISED] <= expected[f->fault].raised &&
	    t->told[ALERT_MORE] == 0 && t->told[ALERT_REMINDER] == 0 &&
	    t->told[ALERT_RESOLVED] == over,
	    "site %u, fault %d, %s: %u alerts, told %u, %u more, raised %u, "
	    "reminders %u, resolved %u", f->site, f->fault, over ? "over" :
	    "on", t->alerts, t->told[ALERT_FIRING], t->told[ALERT_MORE],
	    t->told[ALERT_RAISED], t->told[ALERT_REMINDER],
	    t->told[ALERT_RESOLVED]);
	ck_assert_msg(strcmp(t->rule, rule) == 0, "site %u, fault %d: as %s",
	    f->site, f->fault, t->rule);
	ck_assert_msg(t->first - f->begins <= expected[f->fault].within,
	    "site %u, fault %d: told after %lld ms", f->site, f->fault,
	    (long long)(t->first - f->begins));
}

/* At least: so that it was told by then. */
static int64_t
lasts(enum fault fault)
{
	int64_t within = expected[fault].within + 2 * MINUTE;

	return within > 20 * MINUTE ? within : 20 * MINUTE;
}

/* Each site has one, in turn: so there are never ten that fall silent within
 * a minute, which would be one alert. */
static struct injected *
inject(struct world *w)
{
	struct injected *f = mem_new(SITES * sizeof(*f));

	for (uint32_t i = 0; i < SITES; i++) {
		f[i].site = i + 1;
		f[i].fault = (enum fault)(1 + draw(w, FAULTS - 1));
		f[i].begins = w->now + SECOND + i * APART;
		f[i].ends = f[i].begins + lasts(f[i].fault) +
		    (int64_t)draw(w, 10 * 60) * SECOND;
	}
	return f;
}

static void
play(struct world *w, const struct injected *f)
{
	for (size_t i = 0; i < SITES; i++) {
		if (w->now == f[i].begins)
			world_break(w, f[i].site, f[i].fault);
		if (w->now == f[i].ends) {
			check_told(&f[i], false);
			world_break(w, f[i].site, FAULT_NONE);
		}
	}
}

START_TEST(a_thousand_faults)
{
	struct world *w = new_world(SITES);
	struct injected *f = inject(w);
	unsigned of[FAULTS] = { 0 }, higher = 0;

	for (int64_t end = f[SITES - 1].begins + LAST; w->now < end; ) {
		play(w, f);
		run(w, SECOND);
	}
	for (size_t i = 0; i < SITES; i++) {
		check_told(&f[i], true);
		of[f[i].fault]++;
		higher += tally[f[i].site].told[ALERT_RAISED];
	}
	for (int i = 1; i < FAULTS; i++)
		ck_assert_uint_gt(of[i], SITES / FAULTS / 2);
	ck_assert_uint_eq(alerts(), SITES);
	ck_assert_uint_eq(told_in_all(), 2 * SITES + higher);
	ck_assert_uint_gt(higher, of[FAULT_HOST] / 2);
	free(f);
	world_free(w);
}
END_TEST

/* --- up and down --------------------------------------------------------- */

static void
check_turns(unsigned silent, unsigned heard, unsigned begun, unsigned rests)
{
	const struct tally *t = &tally[3];

	ck_assert_uint_eq(t->of[ALERT_SILENT][ALERT_FIRING], silent);
	ck_assert_uint_eq(t->of[ALERT_SILENT][ALERT_RESOLVED], heard);
	ck_assert_uint_eq(t->of[ALERT_FLAPPING][ALERT_FIRING], begun);
	ck_assert_uint_eq(t->of[ALERT_FLAPPING][ALERT_RESOLVED], rests);
	ck_assert_uint_eq(told_in_all(), silent + heard + begun + rests);
}

/* The fifth change within half an hour is told as it always was, and then
 * that it goes on like this, and that it has come to rest: in between not a
 * word. */
START_TEST(up_and_down)
{
	struct world *w = new_world(20);

	for (unsigned i = 1; i <= 20; i++) {
		world_break(w, 3, FAULT_AGENT);
		run(w, MINUTE);
		if (i <= 2)
			check_turns(i, i - 1, 0, 0);
		world_break(w, 3, FAULT_NONE);
		run(w, MINUTE);
		if (i <= 2)
			check_turns(i, i, 0, 0);
	}
	check_turns(3, 2, 1, 0);
	run(w, 15 * MINUTE + 2 * PASS);
	check_turns(3, 3, 1, 1);
	ck_assert_uint_eq(alerts(), 4);
	world_free(w);
}
END_TEST

/* --- it is us ------------------------------------------------------------ */

/* That is told once, and that it is over; of the sites not a word. */
START_TEST(cut_off)
{
	struct world *w = new_world(SITES);

	w->noise = false;	/* who restarts just then is silent by that */
	run(w, 10 * SECOND);
	w->noise = w->cut = true;
	run(w, 3 * MINUTE);
	ck_assert_uint_eq(tally[0].told[ALERT_FIRING], 1);
	ck_assert_str_eq(tally[0].rule, "isolated");
	w->cut = false;
	run(w, KNOWN);
	ck_assert_uint_eq(tally[0].told[ALERT_RESOLVED], 1);
	ck_assert_uint_eq(told_in_all(), 2);
	ck_assert_uint_eq(alerts(), 1);
	world_free(w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alarm");
	TCase *t = tcase_create("alarm");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 600);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ordinary_trouble);
	tcase_add_test(t, a_thousand_faults);
	tcase_add_test(t, up_and_down);
	tcase_add_test(t, cut_off);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
