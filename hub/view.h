/*
 * The view: what the journal comes to. Sites, items, words, letters.
 *
 * It is a function of the journal alone: the same entries give the same
 * digest, whenever and wherever they are applied. It records the place it
 * stands at in the same transaction as what it shows, needs no fsync, and
 * can be thrown away: view_open() does so by itself when the machine went
 * down uncleanly (boot id changed, no clean mark), when the format or
 * apply's rules changed, or when the journal is not the one it was made
 * from. Then it stands at 0 and is applied again from the first entry.
 */
#ifndef ZQ_HUB_VIEW_H
#define ZQ_HUB_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "certs/ca.h"
#include "certs/ticket.h"
#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "hub/acts.h"
#include "hub/journal.h"
#include "hub/table.h"
#include "protocol/code.h"
#include "protocol/letter.h"

#define VIEW_VERSION 19	/* of apply's rules and the rows; raise to rebuild */

struct view;

/* For the one writer. dir is the view's own, and made if it is missing.
 * `fresh` says whether it starts from nothing (and `reason`, a constant
 * sentence, why). NULL: why. */
struct view *view_open(const char *dir, uint64_t most, bool *fresh,
    const char **reason, struct buf *why);
void view_close(struct view *v);	/* syncs; sets the clean mark, if
					 * the disk has room for it */
uint64_t view_place(struct view *v);
/* Is it made from this journal? If not it is emptied, and stands at 0. Before
 * anything else after view_open(); view_apply() asks by itself, else. */
bool view_fits(struct view *v, struct journal *j);
/* Throws it all away in one transaction: it stands at 0, and who reads sees
 * an empty one until it is applied again. */
enum db_result view_empty(struct view *v);

/*
 * Applies entries place+1 … in one transaction, at most `most` of them, and
 * says how many. `now` (hub time) is only kept as the time they were shown.
 * DB_FULL: nothing happened, try again when there is space.
 */
enum db_result view_apply(struct view *v, struct journal *j, size_t most,
    int64_t now, size_t *applied);

void view_digest(struct view *v, uint8_t out[32]);

/* For whoever looks into the tables himself: the newest state, to be ended
 * soon, by db_abort(). */
struct db_txn *view_read(struct view *v);

/*
 * Acts: the JSON of site 0's entries. Every act has "do", "actor" and
 * "reason" (may be ""); apply is total, so one that it can't follow is kept
 * as held and changes nothing.
 *
 *	{"do":"site-add","site":N,"code":…,"name":…,"domains":[…],
 *	 "kind":…,"parent":CODE or ""}
 *	{"do":"ticket","site":N,"ref":HEX,"expires":MS}
 *	{"do":"enroll","site":N,"ref":HEX,"key":HEX,"until":MS,
 *	 "ca":HEX}	binds the key, whose certificate ends then and is of the
 *		CA with this pin; ends a quarantine
 *	{"do":"renew","site":N,"key":HEX,"old":HEX,"until":MS,
 *	 "ca":HEX,"quarantine":true}	binds it; the key that signed for it stays good
 *		until the next; quarantine: that key's certificate had expired
 *	{"do":"admit","site":N}	ends a quarantine
 *	{"do":"block","site":N} {"do":"unblock","site":N}	unblock lifts
 *		a fork's hold as well
 *	{"do":"retire","site":N}	for good; frees its domains
 *	{"do":"clear","site":N,"most":M}	withdraws so many of what the site
 *		may not speak of any more; without "most": all that is left
 *		If it has too many, or too many links, for one act, the hub
 *		goes on with {"do":"clear","most":M}
 *	{"do":"domain-add","site":N,"domain":D} {"do":"domain-remove",…}
 *	{"do":"again","site":N,"most":M}	looks at so much of what is held for
 *		a foreign host: it may be the site's now
 *	{"do":"confirm","site":N,"letter":M}	it has fetched up to letter M
 *	{"do":"fork","site":N,"cause":…,"seq":…,"before":…,"instance_before":ID,
 *	 "address":…,"instance":ID,"since_before":MS,"since":MS,"speaker":1 or 2}
 *		holds the site: two agents, that which was heard first and that
 *		which was heard later, since when, and by whose word it was
 *		noticed; ID: 16 hex digits; cause: as in answer.h
 *	{"do":"settle","site":N,"keep":1 or 2,"incarnation":ID}	the one heard
 *		first (1) or the other is kept; it tells everything anew, not in
 *		this incarnation, and gets a new key; with "instance", "address",
 *		"since": it was started again, and is this one now
 *	{"do":"begun","site":N}	what is kept tells everything anew
 *	{"do":"settled","site":N}	it speaks with that key: the old one is
 *		not good any more
 *	{"do":"gate","site":N,"count":…,"of":…}	what the site withdraws from
 *		here on is held, unless a person stands for it
 *	{"do":"release","site":N,"most":M,"letter":true}	withdraws so much
 *		of what the gate holds; without "most": all, and opens it;
 *		letter: tells the agent to do so with what it holds itself
 *	{"do":"refuse",…}	the same, but what was withdrawn stays in the index
 *	{"do":"move-announce","site":N,"old":URL,"new":URL,"scope":"address",
 *	 "prefix" or "domain","from":MS,"until":MS}	by an operator, for a
 *		site; without from: from now on; without until: for ever
 *	{"do":"move-agree","move":M}	an operator stands for it: as the other
 *		end, or against another move that contests it
 *	{"do":"move-withdraw","move":M}
 *	{"do":"move-looked","move":M,"looked":N,"wrong":N,"why":…,"note":…,
 *	 "sites":N,"pages":N}	of so many addresses so many were not as they
 *		should be (move_watch.h): why, if that is too many, else a
 *		note; so many sites and pages refer to it
 *	{"do":"tick","most":N,"grace":MS}	it has become time: so many moves
 *		that are due by now take effect, or end; what those in effect
 *		lead to may be missing for so long (move.h)
 *	{"do":"notice-announce","site":N,"kind":"outage", "maintenance" or
 *	 "closing","service":…,"from":MS,"until":MS,"recurs":…,"zone":…,
 *	 "see":URL}	by an operator, for a site (announcement.h)
 *	{"do":"notice-end","notice":N}	it is over, or will not be
 *	{"do":"notice-time","most":N}	so many whose time has run out are over,
 *		or overrun
 *	{"do":"states","rows":[[site,"down",MS,MS,"both",INSIDE,OUTSIDE,
 *	 FLAPPING],…]}	what the monitor says, judged then, so since then
 *		(history.h); site 0: the hub
 *	{"do":"former","rows":[…]}	hits on former domains (hits.h)
 *	{"do":"escalate","site":N,"from":L,"to":L,"told":MS,"raised":MS}	what
 *		a site was told by then and nobody has answered goes on, from
 *		"page", "column" or "site" to "column", "site" or "parent"
 *		(escalate.h)
 *	{"do":"dismiss","site":N,"place":P} or "all":true	takes what is
 *		held of a site (0: of the hub) out of the list
 *	{"do":"prove","site":N,"domain":D,"key":HEX,"proven":true,
 *	 "evidence":…}	what came of looking for the domain's proof (proof.h)
 *		with this key; the last look counts, up to a new enrolment
 *	{"do":"reconcile","site":N,"incarnation":HEX,"seq":M,"same":true,
 *	 "missing":0,"extra":0,"differ":0,"held":0}	what came of comparing
 *		the index with what the site says it has (proven.h)
 *	{"do":"ca-roll",…} {"do":"ca-rolled",…}	the CA is replaced (issued.h)
 *	{"do":"site-restore","row":{…},"as_of":MS}	a site as a backup of then
 *		has it (register.h)
 *	{"do":"adopt","site":N,"key":HEX,"issued":MS,"until":MS,"ca":HEX}	a
 *		key that was granted after that, and forgotten (adopt.h)
 *	{"do":"checked",…} {"do":"checked-host",…} {"do":"check-pin",…} …	what
 *		was seen of links that leave the cluster (checked.h)
 *	{"do":"homes",…} {"do":"home",…} {"do":"home-accept",…}	what was seen of
 *		the sites' home pages (home_act.h)
 *	{"do":"start"} {"do":"rebuild"} …		for the record
 */

/* --- what ingest and enrolment must know, from the newest view ------------ */

struct view_site {
	uint32_t number;
	char code[CODE_MAX + 1];
	bool blocked, forked, has_key, has_old_key;
	bool quarantined, retired, old_key_spent;	/* as in site.h */
	uint8_t key_hash[CA_KEY_HASH];
	uint8_t old_key_hash[CA_KEY_HASH];	/* before the last renewal */
	int64_t until;		/* ms, its certificate's end; or CLOCK_NONE */
	int64_t as_of;		/* as in site.h */
	uint8_t ca[TICKET_PIN];	/* which signed that; zeros: not known */
	char reason[256];	/* of the block, or why it was retired */
	char domain[256];	/* the first of its domains … */
	size_t domains;		/* … and how many there are */
	uint64_t confirmed;	/* the last letter it has confirmed */

	/* where it stands */
	uint64_t incarnation, seq;	/* of the last change shown */
	uint64_t items, held;
	bool gate;		/* closed: what it withdraws is held, … */
	uint64_t gated;		/* … so many now, … */
	int64_t gate_since;	/* … since then, ms; and an operator … */
	int64_t gate_settled;	/* … last settled it then; 0: never */

	/* two agents that speak with its key (site.h) */
	char cause[32];		/* "" if there never were */
	struct {
		uint64_t instance;
		char address[64];
		int64_t since;	/* ms; 0: not known */
	} agent[2];
	uint8_t speaker;	/* 1 or 2, or 0 */
	uint8_t kept;		/* 1, 2, or 0: nothing to be settled */
	bool begun, renewed;
	uint64_t given_up;
};
bool view_site(struct view *v, uint32_t number, struct view_site *s);
/* Is it the site's key; or the one before its last renewal, whose answer may
 * have been lost on the way? */
bool view_site_has(const struct view_site *s,
    const uint8_t key_hash[CA_KEY_HASH]);
/* Or, of a site that came from a backup, one that this hub must have granted
 * since that was made: a CA of ours has certified it later than all that the
 * hub remembers of the site? issued: ms, of that certificate. */
bool view_site_forgot(const struct view_site *s,
    const uint8_t key_hash[CA_KEY_HASH], int64_t issued);
bool view_site_code(struct view *v, const char *code, uint32_t *number);
/* Which site has exactly this domain (normal form)? */
bool view_site_domain(struct view *v, struct span domain, uint32_t *number);
uint32_t view_sites(struct view *v);	/* highest number given */
/* The one to give next. After a restore it is VIEW_SKIP higher: the numbers
 * in between may stand in certificates of sites that were added after the
 * backup was made, and such a site is to hear that it isn't known here, not
 * that it is somebody else. */
#define VIEW_SKIP 1000
uint32_t view_next_site(struct view *v);
uint32_t view_items(struct view *v);	/* … to an item */
/* How many of these (names as of item_name()) does the index show? */
size_t view_shown(struct view *v, const uint8_t (*name)[TABLE_DIGEST],
    size_t count);
/* Is anything listed as held at this place, and of which site (0: the hub)?
 * How many are of a site, up to `most`? */
bool view_held(struct view *v, uint64_t place, uint32_t *site);
uint64_t view_held_count(struct view *v, uint32_t site, uint64_t most);
/* … with what was dismissed (held_rows()). */
uint64_t view_held_rows(struct view *v, uint32_t site);
/* The same of all of a site, without a walk: as its stand has it. */
uint64_t view_holds(struct view *v, uint32_t site);
/* Does a move in effect, or one that will be within a day, say where this
 * address has gone? at: ms, hub time. */
bool view_moved(struct view *v, struct span url, int64_t at);
/* Does the index show an item of the site at this address? */
bool view_stands(struct view *v, uint32_t site, struct span url);
/* Tries acts on the newest view, one after the other, and takes them back.
 * each sees what would be, or `wrong`: why this one can't be followed. False:
 * enough was seen. */
typedef bool view_tried_fn(void *arg, size_t n, struct db_txn *t,
    const char *wrong);
void view_try(struct view *v, const struct acts *all, int64_t now,
    view_tried_fn *each, void *arg);
/* When is the next move due? CLOCK_NONE: never. */
int64_t view_due(struct view *v);
/* May the site speak of this address? why (buf) says which domains it has. */
bool view_may_speak(struct view *v, uint32_t site, struct span url,
    struct buf *why);

struct view_ticket {
	uint32_t site;
	int64_t expires;
	bool used;
	uint8_t key_hash[CA_KEY_HASH];	/* who used it */
};
bool view_ticket(struct view *v, const uint8_t ref[TICKET_REF],
    struct view_ticket *t);

/* Letters for a site after `after`, in order. */
uint64_t view_letters(struct view *v, uint32_t site, uint64_t after,
    size_t most, letter_fn *each, void *arg);	/* the newest number */

#endif
