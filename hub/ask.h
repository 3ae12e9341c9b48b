/*
 * An operator's act on its way: what was asked, by whom, and what comes of
 * it. See operate.h for the acts.
 *
 * An act is asked for as JSON, judged against the view (which must hold all
 * acts so far), and comes to entries for the journal and a result. Nothing
 * is written here. Tickets are minted where the CA's key is, so an act runs
 * twice: once to be judged and to count its tickets, and once with them.
 */
#ifndef ZQ_HUB_ASK_H
#define ZQ_HUB_ASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "certs/ticket.h"
#include "contrib/base/buf.h"
#include "hub/acts.h"
#include "hub/config.h"
#include "hub/view.h"

#define ASK_TICKET_TEXT 128
#define ASK_ACTOR 64

struct ask_ticket {
	uint8_t ref[TICKET_REF];
	char text[ASK_TICKET_TEXT];
};

struct ask {
	/* given */
	struct view *view;
	struct journal *journal;	/* for the sites' positions */
	const struct config *config;
	json_t *said;			/* {"do": …}; not owned */
	char actor[ASK_ACTOR];
	bool paged;			/* on the page: there are no options */
	int64_t now;			/* ms */
	const struct ask_ticket *ticket;	/* NULL: the first run */
	size_t tickets;

	/* made */
	size_t wanted;			/* tickets */
	struct acts acts;
	json_t *result;			/* an object */
	uint32_t dropped;		/* this site's connections must end */
	bool lifted;			/* a block was: the edge must know */
	uint32_t settled;		/* of this site's agents one is to be told
					 * to begin anew */
	struct buf error, hint;
	const char *field;		/* of what was said: it is wrong; or
					 * NULL */
};

void ask_init(struct ask *a);
void ask_clear(struct ask *a);

/* Who asks: the name of a user of this machine, or "uid 1234". */
void ask_actor(char out[ASK_ACTOR], uid_t uid);

/* --- for the acts themselves ---------------------------------------------- */

const char *ask_word(const struct ask *a, const char *name);
bool ask_flag(const struct ask *a, const char *name);
/* Refuses; always false. The hint may be NULL. */
bool ask_refuse(struct ask *a, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same because of one field of what was said: a form shows it there. */
bool ask_refuse_at(struct ask *a, const char *field, const char *hint,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* What to say to whoever typed a command, or to whoever filled in a form. */
const char *ask_either(const struct ask *a, const char *typed,
    const char *filled);
void ask_put(struct ask *a, json_t *act);	/* takes it */
/* The site with "code"; and is there a "reason"? False: refused. */
bool ask_site(struct ask *a, struct view_site *s);
bool ask_reason(struct ask *a);
#define ASK_REASON 512		/* bytes of it, at most */
/* The act as it would be written, when look() is called. False: refused, in
 * apply's words, with that hint. */
typedef void ask_tried_fn(void *arg, struct db_txn *t);
bool ask_try(struct ask *a, json_t *act, ask_tried_fn *look, void *arg,
    const char *hint);
/* A ticket for this site: its act, and what the site's admin is sent, put
 * into `row` as "ticket", "enroll", "expires". */
void ask_ticket(struct ask *a, uint32_t site, json_t *row);

#endif
