/*
 * What is held: entries that are in the journal and have no effect, each
 * with the reason. The site is told by a letter: of items that are held one
 * after the other for the same reason by one, and of how many there are when
 * these are 10, 100, 1,000 …
 *
 * It is settled, and gone from here, when the site says something newer of
 * the same item that has an effect. What is only kept (a notice, a move, an
 * unknown part that is not critical: this version does not act on them) is
 * listed too, and waits for nobody.
 *
 * An operator may dismiss it: what can't be read may never be said better. It
 * is listed no more and waits for nobody. If it is of an item its row stays
 * all the same, until that is settled: so a proof doesn't ask the site for it
 * (exchange.h), and if the site says the very same once more, that is dismissed
 * as well, without a word.
 *
 * What the gate holds (act_gate.h) is released or refused by an operator. What
 * was refused stays listed, and waits for nobody either. What was taken while
 * a site is silenced waits until it may speak again, and what has a foreign
 * host until that is the site's (rule.h). Of these the row is kept, of the
 * newest word on each item.
 */
#ifndef ZQ_HUB_HELD_H
#define ZQ_HUB_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/group.h"
#include "hub/journal.h"
#include "hub/table.h"
#include "protocol/change.h"

#define HELD_WHY_MAX 1024	/* bytes of a reason that are kept */

enum held_kind {	/* numbers are in rows */
	HELD_WAITS = 0, HELD_KEPT = 1, HELD_GATE = 2, HELD_REFUSED = 3,
	HELD_SILENCED = 4, HELD_FOREIGN = 5,
};

struct held_row {
	uint32_t site;
	enum held_kind kind;
	bool dismissed;
	uint8_t name[TABLE_DIGEST];	/* of the item, or zeros */
	struct span why;
};

bool held_get(struct db_txn *t, uint64_t place, struct held_row *h);
/* The newest of this item, dismissed or not, but for what is only kept: of
 * what it says the view knows better. */
bool held_item(struct db_txn *t, const uint8_t name[TABLE_DIGEST],
    struct held_row *h);

/* What a change is listed under: its item; or, if it is about none, what it
 * is and its address, so that the next word on that settles it. An outage or
 * maintenance is that of its service. */
void held_name(uint8_t name[TABLE_DIGEST], uint32_t site,
    const struct change *c);
/* c may be NULL: it didn't decode, or is an act. */
void held_put(struct group *g, const struct entry *e, const struct change *c,
    struct span why);
void held_keep(struct group *g, const struct entry *e,
    const struct change *c, struct span why);
/* A word that asked for nothing that isn't so already: kept until the next one
 * has an effect, and the site is told. */
void held_idle(struct group *g, const struct entry *e,
    const struct change *c, struct span why);
/* All that is listed of it and came before the entry at `place`, which has had
 * its effect: it may be one that was held itself, with newer ones behind it. */
void held_settle(struct group *g, uint32_t site,
    const uint8_t name[TABLE_DIGEST], uint64_t place);

/* An operator's word; the entry stays in the journal. False: nothing of this
 * site (0: no act of the hub) is listed at this place. */
bool held_dismiss(struct group *g, uint32_t site, uint64_t place);
void held_dismiss_all(struct group *g, uint32_t site);
/* The rows themselves, at most so many: nothing is known of them any more. */
void held_forget_some(struct group *g, uint32_t site, uint64_t most);

/* --- for later: kind is HELD_GATE, HELD_SILENCED or HELD_FOREIGN ---------- */

/* Instead of what was held like this, or refused, of the same item before,
 * unless that said that it was renamed.
 * The site is told of a foreign host, of the others elsewhere and only once. */
void held_later(struct group *g, const struct entry *e,
    const struct change *c, enum held_kind kind, struct span why);
/* An item that was never shown is withdrawn. If all that is held of it is that
 * it was there, below a foreign host, it is listed no more. False: something
 * else is held of it, or nothing. */
bool held_withdraw(struct group *g, uint32_t site,
    const uint8_t name[TABLE_DIGEST]);
/* The oldest of a site that is newer than `after`. */
bool held_later_next(struct db_txn *t, enum held_kind kind, uint32_t site,
    uint64_t after, uint64_t *place);
/* The newest listed under this name, if it is held like this and was not
 * dismissed; its change row goes into row. */
bool held_later_of(struct db_txn *t, enum held_kind kind, uint32_t site,
    const uint8_t name[TABLE_DIGEST], uint64_t *place, struct buf *row);
/* Its change row; empty if it isn't there. Lives as a get's (db.h). */
struct span held_later_look(struct db_txn *t, enum held_kind kind,
    uint32_t site, uint64_t place);
/* It is not held any more; *said becomes its change row. False: it isn't
 * there. */
bool held_later_take(struct group *g, enum held_kind kind, uint32_t site,
    uint64_t place, struct buf *said);
/* All that waits for a site to speak again waits no more. */
void held_forget_silenced(struct group *g, uint32_t site);
/* Of the gate: it stays listed, as refused, with this reason. */
void held_refuse(struct group *g, uint32_t site, uint64_t place,
    struct span why);

/* How many are listed of a site, up to `most`; what is only kept is counted
 * too. And how many rows there are of it, with what was dismissed. */
uint64_t held_count(struct db_txn *t, uint32_t site, uint64_t most);
uint64_t held_rows(struct db_txn *t, uint32_t site);

#endif
