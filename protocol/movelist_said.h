/*
 * What one row of a list of moves says (movelist.h), or a command line: its
 * words made normal, or what is wrong with them and what was expected. Sites
 * and the hub's operators are told alike.
 */
#ifndef ZQ_PROTOCOL_MOVELIST_SAID_H
#define ZQ_PROTOCOL_MOVELIST_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/rewrite_rule.h"

struct rewrite;

struct movelist_words {		/* as written; empty: not given */
	struct span old, new, scope, at, until, reason;
	bool back;		/* there is no new one: it is taken back */
};

struct movelist_said {
	enum rewrite_scope scope;	/* 0: odd */
	struct buf old, new;		/* normal forms; new empty: taken back */
	struct span reason;		/* of the words */
	int64_t from, until;		/* ms; CLOCK_NONE: not given */
};

void movelist_said_init(struct movelist_said *s);
void movelist_said_clear(struct movelist_said *s);

/* A reason has at most so many bytes; dates without a zone are `zone` minutes
 * east of UTC; an end must be to come. False: why says what is wrong. */
bool movelist_said_read(struct movelist_said *s,
    const struct movelist_words *w, size_t reason_most, int zone,
    int64_t now, struct buf *why);

/* A prefix may lack the slash at its end; but a page is none. url is a normal
 * form. False: why says what to write. */
bool movelist_said_is_column(struct span url, struct buf *why);

/* Puts it among the others as this number (1…), from `at` on. False: it
 * doesn't go with one of them, and why says how; *other (may be NULL) is that
 * one's number, or 0. */
bool movelist_said_rule(const struct movelist_said *s, struct rewrite *set,
    int64_t at, uint32_t number, uint32_t *other, struct buf *why);
/* Does it lead back along that rule? At one time they would change places. */
bool movelist_said_is_back(const struct movelist_said *s,
    const struct rewrite_rule *other);

#endif
