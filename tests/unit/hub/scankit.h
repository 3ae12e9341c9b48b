/*
 * For tests of where facts come from: a hub with two sites, its rules, and what
 * they find.
 */
#ifndef ZQ_TESTS_SCANKIT_H
#define ZQ_TESTS_SCANKIT_H

#include "tests/unit/hub/storekit.h"

#include "hub/alert_scan.h"
#include "hub/counters.h"
#include "hub/pulse.h"
#include "hub/writer.h"

#define DAY INT64_C(86400000)

static struct kit k;
static struct config config;
static struct writer w;
static struct alert_rules rules;
static struct alert_facts *facts;
static struct alert_scan scan;

static inline void
scankit_open(void)
{
	journal_mem_seed(0);
	kit_open(&k, &journal_mem);
	kit_site(&k, 1);
	kit_site(&k, 2);
	kit_show(&k, 100);
	config = (struct config){ .dir = k.dir, .leaf_days = 90,
		.week_fails = 5, .week_warns = 3,
		.closing_soon = 7 * DAY, .home_moved_looks = 3,
		.home_moved_after = DAY };
	w = (struct writer){ .journal = k.journal, .view = k.view,
		.config = &config };
	alert_rules_init(&rules, NULL);
	facts = alert_facts_new(&rules);
	alert_scan_init(&scan, &w, facts);
}

static inline void
scankit_close(void)
{
	alert_facts_free(facts);
	kit_close(&k);
}

static inline struct alert_fact *
fact(const char *class, const char *subject)
{
	return alert_facts_find(facts, span_of(class), span_of(subject));
}

/* What the sites and the hub itself say now. */
static inline void
scankit_look(struct db_txn *t)
{
	alert_facts_begin(facts, ALERT_OF_SITES);
	for (uint32_t i = 1; i <= 2; i++)
		alert_scan_site(&scan, t, i, k.now);
	alert_facts_end(facts, ALERT_OF_SITES);
	alert_facts_begin(facts, ALERT_OF_HUB);
	alert_scan_hub(&scan, t, k.now);
	alert_facts_end(facts, ALERT_OF_HUB);
}

/* … and with a pulse, and the moves: one that all facts come from. */
static inline void
scankit_setup(void)
{
	scankit_open();
	pulse_open(NULL);
	pulse_begin(k.now);
}

static inline void
scankit_teardown(void)
{
	pulse_close();
	scankit_close();
}

static inline void
scankit_look_all(void)
{
	struct db_txn *t;

	kit_show(&k, 100);
	alert_scan_pulse(&scan, k.now);
	t = view_read(k.view);
	scankit_look(t);
	alert_facts_begin(facts, ALERT_OF_MOVES);
	for (scan.move = 1; alert_scan_moves(&scan, t, k.now);)
		continue;
	alert_facts_end(facts, ALERT_OF_MOVES);
	db_abort(t);
}

#endif
