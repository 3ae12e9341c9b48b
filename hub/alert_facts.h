/*
 * The book of facts: what is true now that alerts are about, as far as it was
 * looked at. It is filled again and again from its sources, and forgets what
 * a source doesn't name any more; until a source was through once, nothing
 * is known to be over of what it would tell.
 */
#ifndef ZQ_HUB_ALERT_FACTS_H
#define ZQ_HUB_ALERT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/alert.h"
#include "hub/alert_rule.h"

enum alert_source {
	ALERT_OF_PULSE,		/* how the sites are now */
	ALERT_OF_SITES,		/* what the view has of each */
	ALERT_OF_MOVES,
	ALERT_OF_LINKS,		/* what was seen of those that are broken */
	ALERT_OF_HUB,		/* the hub itself */
	ALERT_SOURCES
};

struct alert_fact {
	enum alert_what what;
	uint32_t site;		/* 0: the hub */
	struct span subject;	/* within the class */
	struct span group;	/* what others have in common with it; "" */
	struct span detail;	/* evidence */
	int64_t since;		/* ms, hub time; CLOCK_NONE: since it is known
				 * here */
	uint8_t raise;		/* so many severities above the rule's … */
	uint8_t step;		/* … and so many steps within; 0 … 15 */
	bool unknown;		/* it can't be said now whether it is so */

	/* The book's: */
	int64_t first;		/* ms, when it came to be known */
	uint32_t alert;		/* that it is of, in this evaluation; 0 */
	uint32_t crowd;		/* so many fell ill with it (alert_crowd.h) … */
	uint32_t beside;	/* … of which so many are of its group; 0 */
};

struct alert_facts;

/* Keeps the rules: of what they don't tell there are no facts. */
struct alert_facts *alert_facts_new(const struct alert_rules *rules);
void alert_facts_free(struct alert_facts *b);

/* A source goes through what it has, once more: between the two all that is
 * so is put, and what was not is forgotten at the end. */
void alert_facts_begin(struct alert_facts *b, enum alert_source source);
void alert_facts_put(struct alert_facts *b, const struct alert_fact *f,
    int64_t now);	/* copied */
void alert_facts_end(struct alert_facts *b, enum alert_source source);
/* Outside of that: it isn't so any more. */
void alert_facts_drop(struct alert_facts *b, enum alert_what what,
    struct span subject);

/* Was every source of this class through once? */
bool alert_facts_knows(const struct alert_facts *b, struct span class);
/* NULL: it isn't so. */
struct alert_fact *alert_facts_find(struct alert_facts *b, struct span class,
    struct span subject);
/* In the order of classes and subjects; the book must stay as it is. */
typedef void alert_facts_fn(void *arg, struct alert_fact *f);
void alert_facts_each(struct alert_facts *b, alert_facts_fn *each, void *arg);

/* Rises with each change that may matter. */
uint64_t alert_facts_version(const struct alert_facts *b);

/* How severe it is, and how far up it stands. */
enum alert_severity alert_facts_severity(const struct alert_facts *b,
    const struct alert_fact *f);
uint8_t alert_facts_level(const struct alert_facts *b,
    const struct alert_fact *f);

#endif
