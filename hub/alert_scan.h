/*
 * Where the facts of alerts come from: the pulse (how sites are now), the
 * view site by site, and the hub itself. Each is gone through again and
 * again, a slice at a time, so that the core is never long away from those
 * who wait for it; what changes a site's state is there at once.
 */
#ifndef ZQ_HUB_ALERT_SCAN_H
#define ZQ_HUB_ALERT_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/alert_facts.h"
#include "hub/table.h"
#include "hub/writer.h"

struct alert_scan {
	const struct writer *writer;
	struct alert_facts *facts;
	/* The pulse: */
	uint64_t version;	/* seen up to; 0: nothing yet */
	int64_t pulse_at;	/* ms, mono: when all of it was, last; */
	/* The sites: */
	uint32_t site;		/* the next; 0: a new pass */
	int64_t sites_at;	/* ms, mono: when the last pass began */
	/* The moves: */
	uint32_t move;		/* from this number on; 0: a new pass */
	int64_t moves_at;	/* ms, mono: when the last pass began */
	/* The links: */
	bool linking;		/* a pass is under way, … */
	bool has_link;		/* … behind the first of them: */
	uint8_t link[TABLE_DIGEST];
	size_t links;		/* facts of this pass */
	int64_t links_at;	/* ms, mono: when the last pass began */
	/* The hub: */
	int64_t hub_at;		/* ms, mono; 0: never yet */
};

/* Keeps both. */
void alert_scan_init(struct alert_scan *s, const struct writer *w,
    struct alert_facts *facts);
/* Several times a second. now: ms, hub time. */
void alert_scan(struct alert_scan *s, int64_t now);

/* For tests: each as a whole. */
void alert_scan_pulse(struct alert_scan *s, int64_t now);
void alert_scan_site(struct alert_scan *s, struct db_txn *t, uint32_t site,
    int64_t now);
/* Some of them; false: those were the last. */
bool alert_scan_moves(struct alert_scan *s, struct db_txn *t, int64_t now);
bool alert_scan_links(struct alert_scan *s, struct db_txn *t, int64_t now);
void alert_scan_hub(struct alert_scan *s, struct db_txn *t, int64_t now);

#endif
