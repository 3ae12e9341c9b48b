/*
 * Say: what a person states about an address, in words.
 *
 * An item that is there, or one that is gone. It is durable when say_it()
 * returns, whether the daemon did it or the tool on its own.
 */
#ifndef ZQ_AGENT_SAY_H
#define ZQ_AGENT_SAY_H

#include <jansson.h>
#include <stdbool.h>

#include "agent/store.h"
#include "contrib/base/buf.h"

/*
 * {"kind": "item" | "deleted", "url": …, "title": …, "date": …, …}; the
 * other members are say_words' names. {"kind": "move", …}: see say_move.h;
 * {"kind": "outage", …} and the like: say_notice.h. set: what the settings
 * have to say to that. NULL: why says what is missing or odd. Else what to
 * answer: {"said": true, "seq": …, "known": whether an item of this site had
 * the address} or {"said": false} if the hub knew it already.
 * With "dry": true nothing is said: {"said": false, "dry": true, "url": …,
 * "known": …}.
 */
struct say_set {
	int zone;		/* minutes east of UTC, for dates without one */
	int64_t closing;	/* ms that a closing is to be told ahead */
};
json_t *say_it(struct store *s, json_t *ask, const struct say_set *set,
    struct buf *why);

/* Members that are words, as options of `zqagent say`; NULL-ended. */
struct say_word {
	const char *name;	/* "title" */
	int word;		/* of enum change_word */
	const char *about;
};
extern const struct say_word say_words[];

#endif
