/*
 * Checked: what came of looking at addresses outside of the cluster, over the
 * days, as the acts {"do":"checked",…} tell it.
 *
 * A row per place (protocol/url_place.h) that was looked at; it goes when
 * nobody links there any more. What a person has pinned counts until its end,
 * whatever is seen meanwhile. Of each host that gave a baseline its home page
 * is kept, as it was when the host was well: a host that has changed its
 * language or its owner is compared with that until a person accepts it.
 *
 *	{"do":"checked","url":U,"cause":C,"detail":D,"etag":E,"modified":M}
 *	{"do":"checked-host","host":H,"title":T,"language":L,"domain":D,
 *	 "certificate":HEX,"issuer":I}
 *	{"do":"check-pin","url":U,"outcome":O,"until":MS}
 *	{"do":"check-unpin","url":U}
 *	{"do":"check-accept","host":H}	takes the host as it is now
 *	{"do":"check-forget","url":U}	nobody links there any more
 */
#ifndef ZQ_HUB_CHECKED_H
#define ZQ_HUB_CHECKED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/baseline.h"
#include "hub/group.h"
#include "hub/journal.h"
#include "hub/outcome.h"
#include "hub/table.h"

#define CHECKED_DETAIL 255	/* bytes */
#define CHECKED_REASON 255

struct checked {		/* spans live as a get's (db.h) */
	struct span url;	/* as it was looked at, a normal form */
	struct outcome_record record;
	struct span detail;
	struct span etag, modified;	/* empty unless all was well */
	bool has_pin;
	enum outcome pin;
	int64_t pin_until;	/* ms */
	struct span pin_reason, pin_by;
};

/* False: never looked at, and nothing is pinned. */
bool checked_get(struct db_txn *t, struct span url, struct checked *c);
/* What counts now: what is pinned, or what was seen. */
bool checked_is_pinned(const struct checked *c, int64_t now);
enum outcome checked_outcome(const struct checked *c, int64_t now);
bool checked_is_broken(const struct checked *c, int64_t now);
/* ms, when to look again; INT64_MIN: at once. */
int64_t checked_next(const struct checked *c, int64_t window);

/* In the order of their digests, from `after` (or NULL) on. key lives until
 * it returns; false stops. Those that are broken now (CLOCK_NONE: or may be),
 * or all. steps: as in links.h, one for each row. */
typedef bool checked_fn(void *arg, const uint8_t key[TABLE_DIGEST],
    const struct checked *c);
bool checked_broken(struct db_txn *t, int64_t now, const uint8_t *after,
    checked_fn *each, void *arg, int64_t *steps);
bool checked_all(struct db_txn *t, const uint8_t *after, checked_fn *each,
    void *arg, int64_t *steps);

/* The home page of a host when it was well. False: not known. */
bool checked_host(struct db_txn *t, struct span host, struct baseline *b);
/* Would {"do":"checked-host"} with this change anything? */
bool checked_host_differs(struct db_txn *t, struct span host,
    const struct baseline *b);

/* Rows: for the acts' rules. The second reads what the first wrote. */
void checked_write(struct buf *row, const struct checked *c);
void checked_read(struct span row, struct checked *c);
/* Seen to be broken, or pinned so: it is in the list, and whoever reads that
 * looks at the time. */
bool checked_may_be_broken(const struct checked *c);

/* For people and programs: outcome, cause, evidence, repair, times, pin. */
json_t *checked_json(const struct checked *c, int64_t now);

/* The acts' rules, as in act.c. */
const char *checked_act(struct group *g, const struct entry *e,
    const json_t *o);
const char *checked_act_host(struct group *g, const struct entry *e,
    const json_t *o);
const char *checked_act_pin(struct group *g, const struct entry *e,
    const json_t *o);
const char *checked_act_unpin(struct group *g, const struct entry *e,
    const json_t *o);
const char *checked_act_accept(struct group *g, const struct entry *e,
    const json_t *o);
const char *checked_act_forget(struct group *g, const struct entry *e,
    const json_t *o);

#endif
