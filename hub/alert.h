/*
 * Alerts: what is wrong and to be told, from when it began to when it ended.
 *
 * An alert is of one rule (alert_rule.h) and has members: the sites, or what
 * else, that it is true of. Those that fall ill together behind one address
 * are one alert, so that one cause is one notice. Whoever was told that it
 * began is told that it ended, whatever was silenced, acknowledged or
 * restarted in between: who was told what stands in the alert's row, and
 * each notice with its deliveries in the ledger (ledger.h).
 *
 * Rows come of acts alone, and the evaluation (alert_eval.h) is a function of
 * them, of what is true now (alert_fact.h) and of the time: so a restart
 * between any two steps neither loses a notice nor repeats it.
 *
 *	{"do":"alert-fire","alert":N,"rule":R,"class":C,"severity":S,
 *	 "level":L,"group":G,"members":[{"subject":…,"site":N,"since":MS,
 *	 "detail":…}]}
 *	{"do":"alert-join","alert":N,"members":[…]}
 *	{"do":"alert-leave","alert":N,"subjects":[…]}	without any left it has
 *		ended
 *	{"do":"alert-evidence","alert":N,"members":[{"subject":…,"detail":…}]}
 *		what is seen of them now; not oftener than it is worth
 *	{"do":"alert-raise","alert":N,"rule":R,"severity":S,"level":L}
 *	{"do":"alert-say","alert":N,"event":E,"to":[RECEIVER],"notice":{…}}
 *		a notice, and a delivery of it to each
 *	{"do":"alert-sent","delivery":N,"outcome":O,"error":…}	what came of
 *		trying to
 *	{"do":"alert-ack","alert":N,"until":MS}	an operator knows: no reminders
 *		until then; until 0: takes that back
 *	{"do":"alert-silence","rule":R,"site":N,"until":MS}	rule "" and site 0:
 *		any
 *	{"do":"alert-unsilence","silence":N}
 *	{"do":"alert-forget","most":N}	what ended long ago
 */
#ifndef ZQ_HUB_ALERT_H
#define ZQ_HUB_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"

#define ALERT_MEMBERS 200	/* of one alert; more are another one's */
#define ALERT_RECEIVERS 32
#define ALERT_MANY "many"	/* the group of sites that go down together, or
				 * fall silent, wherever they are */
#define ALERT_NAME 63		/* bytes of a rule's or receiver's name */
#define ALERT_SUBJECT 300
#define ALERT_DETAIL 400
#define ALERT_TEXT 255		/* of a reason, or who gave it */
#define ALERT_ROW_MAX (512u << 10)

enum alert_severity {	/* numbers are in rows for ever */
	ALERT_INFO = 0,
	ALERT_WARNING = 1,
	ALERT_CRITICAL = 2,
	ALERT_DANGER = 3,	/* a site may not be what it says it is */
	ALERT_SEVERITIES
};
const char *alert_severity_name(enum alert_severity s);	/* "info" … */
const char *alert_severity_word(enum alert_severity s);	/* translated */
bool alert_severity_parse(enum alert_severity *s, struct span name);

enum alert_event {	/* of a notice; numbers are in rows for ever */
	ALERT_FIRING = 0,
	ALERT_MORE = 1,		/* others are concerned, too */
	ALERT_RAISED = 2,	/* it is more severe now */
	ALERT_REMINDER = 3,
	ALERT_RESOLVED = 4,
	ALERT_TEST = 5,		/* an operator's, of a receiver */
	ALERT_EVENTS
};
const char *alert_event_name(enum alert_event e);	/* "firing" … */
bool alert_event_parse(enum alert_event *e, struct span name);

struct alert_member {
	struct span subject;	/* what tells it apart within the class: the
				 * site's code, and often something behind it */
	uint32_t site;		/* 0: the hub */
	int64_t since;		/* ms, when it began */
	int64_t ended;		/* ms; CLOCK_NONE: it is so now */
	struct span detail;	/* evidence, one line; may be empty … */
	int64_t seen;		/* ms, … as of then */
};

struct alert_told {		/* a receiver, and what it was told last */
	struct span receiver;
	uint8_t level;		/* the highest … */
	uint32_t members;	/* so many of the first members */
	uint32_t reminders;	/* so far */
	int64_t at;		/* ms, of the last notice */
	bool over;		/* that it has ended */
};

struct alert {			/* spans live as a get's (db.h) */
	uint32_t number;
	struct span rule;	/* "silent"; may change within the class */
	struct span class;	/* "state": of rules of which one at a time is
				 * true of a subject */
	struct span group;	/* an address that its members share; or "" */
	enum alert_severity severity;
	uint8_t level;		/* rises with the severity, or within it */
	int64_t at;		/* ms, hub time: noticed */
	int64_t ended;		/* ms; CLOCK_NONE: it goes on */
	int64_t acked, ack_until;	/* ms; CLOCK_NONE: nobody knows */
	struct span ack_by, ack_reason;
	uint64_t notices;	/* so far */
	uint32_t count, active;	/* members, and those of which it is true */
	uint32_t receivers;
	struct span members;	/* see alert_member_next() */
	struct span told;	/* see alert_told_next() */
};

/* One after the other; false: no more. */
bool alert_member_next(struct span *members, struct alert_member *m);
bool alert_told_next(struct span *told, struct alert_told *r);

bool alert_get(struct db_txn *t, uint32_t number, struct alert *a);
uint32_t alert_last(struct db_txn *t);	/* highest number given; 0: none */
/* Is there nothing more to come of it: it has ended, and all who were told of
 * it know that? Those of which there is are in the list of open ones. */
bool alert_is_over(const struct alert *a);
bool alert_is_acked(const struct alert *a, int64_t now);

/* Each until false, oldest first: open ones, or all. Newest first, with a
 * number less than `before` (0: from the last): all. The callback must not
 * write. */
typedef bool alert_fn(void *arg, const struct alert *a);
void alert_each_open(struct db_txn *t, alert_fn *each, void *arg);
void alert_each_oldest(struct db_txn *t, alert_fn *each, void *arg);
void alert_each(struct db_txn *t, uint32_t before, alert_fn *each,
    void *arg);

/* --- rows: for the acts' rules ------------------------------------------------ */

void alert_write(struct buf *row, const struct alert *a);
void alert_read(struct alert *a, uint32_t number, struct span row);
void alert_member_write(struct buf *b, const struct alert_member *m);
void alert_told_write(struct buf *b, const struct alert_told *r);
/* Stores it, in the list of open ones or not. */
void alert_put(struct db_txn *t, const struct alert *a, struct buf *row);
void alert_drop(struct db_txn *t, uint32_t number);

#endif
