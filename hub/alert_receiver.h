/*
 * Who is told: the receivers of hub.conf, as far as it matters for whether
 * they are. How they are reached is the notify part's business (sink.h).
 */
#ifndef ZQ_HUB_ALERT_RECEIVER_H
#define ZQ_HUB_ALERT_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/conf.h"
#include "hub/alert.h"
#include "hub/alert_rule.h"

struct alert_receiver {
	const char *name;	/* the settings' */
	enum alert_severity least;
	char *const *rules;	/* empty: all */
	bool has_quiet;
	unsigned from, to;	/* minutes since midnight */
	const char *zone;	/* IANA; "": the hub's own */
	bool renewed;		/* it must hear again and again that something
				 * goes on (Alertmanager) */
};

struct alert_receivers {
	struct alert_receiver at[ALERT_RECEIVERS];
	size_t n;
};

/* Points into the file, which may be NULL. */
void alert_receivers_init(struct alert_receivers *r, const struct conf *file);
const struct alert_receiver *alert_receivers_find(
    const struct alert_receivers *r, struct span name);

/* Is it told of this by day? */
bool alert_receiver_wants(const struct alert_receiver *r,
    const struct alert_rule *rule, struct span name,
    enum alert_severity severity);
/* Are these its quiet hours? now: ms. */
bool alert_receiver_sleeps(const struct alert_receiver *r, int64_t now);

#endif
