/*
 * A site's home page, as the view has it: the last look, the evidence of the
 * last one that said something new, and how the page was when it was well
 * (the baseline), beside the verdict that came of comparing the two.
 *
 * The baseline moves on with every change that is harmless. In danger it
 * stays, so that the page has to come back as it was, or a person says that
 * it is right as it is now ("home-accept").
 */
#ifndef ZQ_HUB_HOME_ROW_H
#define ZQ_HUB_HOME_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/group.h"
#include "hub/home.h"

struct home_row {		/* spans live as a get's (db.h) */
	/* The last look. */
	int64_t at;		/* ms; CLOCK_NONE: there was none */
	enum home_outcome outcome;
	enum cause cause;
	uint16_t status;	/* 0: no answer */
	uint32_t ms;
	int64_t since;		/* ms: the page is there, or isn't, since */
	/* The verdict; of HOME_SAME the rest tells the last change. */
	enum home_verdict verdict;
	enum home_why why;
	int64_t changed;	/* ms, when it became so; or CLOCK_NONE */
	struct span detail;
	/* Where it may have moved to (R5), as it sends there for good or says
	 * so; or empty: so often, since then. */
	struct span candidate;
	uint32_t times;
	int64_t first;		/* ms */
	/* Evidence, as home_json() has it; or empty. */
	struct span now, before;
	/* The host that a person said it may end at; or empty. */
	struct span accepted;
};

/* False: never looked at. */
bool home_row_get(struct db_txn *t, uint32_t site, struct home_row *r);
void home_row_put(struct group *g, uint32_t site, const struct home_row *r);

/* Of `now` or `before`. False: there is none. */
bool home_row_look(struct span evidence, struct home_look *l);
/* Was the same redirect, or the same word of another domain, seen often and
 * long enough to believe it? */
bool home_row_has_moved(const struct home_row *r, uint64_t looks,
    int64_t over);	/* ms */
/* When its own web certificate ends: ms, or CLOCK_NONE. What isn't believed
 * isn't shown: then it is that of the one before. */
int64_t home_row_cert_until(const struct home_row *r);
/* False: the one of before would be good still, so there is another now. */
bool home_row_cert_is_known(const struct home_row *r, int64_t now);
/* Why no page came: "the home page leads to www.b.example, which can't be
 * reached: …", if that is where it failed; translated. */
void home_look_evidence(struct buf *out, const struct home_look *l);
/* … the host, if the page failed there last; else "". */
void home_row_sent_to(struct db_txn *t, uint32_t site, char host[HOME_HOST]);
/* The sentence of the verdict, translated; "" for HOME_SAME. */
void home_row_sentence(struct buf *out, const struct home_row *r);

#endif
