/*
 * The ledger: each notice that was made of an alert, and each delivery of it
 * to a receiver: intended, tried, sent.
 *
 * A notice and its deliveries come into being in one act, before anything is
 * sent, so a hub that dies knows what it still has to send. A delivery's
 * number is its name for ever, and goes out with it: one that was sent just
 * before the hub died is sent again under the same name.
 */
#ifndef ZQ_HUB_LEDGER_H
#define ZQ_HUB_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/alert.h"

#define LEDGER_NOTICE_MAX (128u << 10)	/* bytes of a notice's JSON */
#define LEDGER_ERROR 255

enum delivery_state {	/* numbers are in rows for ever */
	DELIVERY_INTENDED = 0,
	DELIVERY_TRYING = 1,	/* it failed so far, and is tried again */
	DELIVERY_SENT = 2,	/* taken over by a mail server */
	DELIVERY_CONFIRMED = 3,	/* the receiver itself has answered */
	DELIVERY_FAILED = 4,	/* given up */
	DELIVERY_STATES
};
const char *ledger_state_name(enum delivery_state s);	/* "intended" … */
bool ledger_state_parse(enum delivery_state *s, struct span name);
bool ledger_is_done(enum delivery_state s);

struct delivery {		/* spans live as a get's (db.h) */
	uint64_t number;
	uint32_t alert;		/* 0: a test */
	uint64_t notice;	/* 1 …, of that alert */
	struct span receiver;
	enum delivery_state state;
	uint32_t tries;
	int64_t intended;	/* ms, hub time */
	int64_t at;		/* … of the last word on it; CLOCK_NONE */
	struct span error;	/* of the last try; or "" */
};

struct ledger_notice {
	enum alert_event event;
	int64_t at;		/* ms */
	struct span text;	/* JSON, see notify_text.h */
};

bool ledger_get(struct db_txn *t, uint64_t number, struct delivery *d);
uint64_t ledger_last(struct db_txn *t);	/* 0: none */
bool ledger_notice(struct db_txn *t, uint32_t alert, uint64_t number,
    struct ledger_notice *n);

/* Oldest first, from this number on: those that are to be done. Newest
 * first, with a number less than `before` (0: from the last): all. */
typedef bool ledger_fn(void *arg, const struct delivery *d);
void ledger_each_due(struct db_txn *t, uint64_t from, ledger_fn *each,
    void *arg);
void ledger_each(struct db_txn *t, uint64_t before, ledger_fn *each,
    void *arg);
/* Those of one alert, oldest first. */
void ledger_each_of(struct db_txn *t, uint32_t alert, ledger_fn *each,
    void *arg);

/* For the acts' rules. */
void ledger_put(struct db_txn *t, const struct delivery *d,
    struct buf *row);
void ledger_put_notice(struct db_txn *t, uint32_t alert, uint64_t number,
    const struct ledger_notice *n, struct buf *row);
/* All that the ledger has of an alert. */
void ledger_forget(struct db_txn *t, uint32_t alert);

#endif
