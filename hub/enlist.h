/*
 * Enlisting: what an operator says of a new site, judged before it becomes
 * an act. One site of `zqhub site add`, or one row of an import.
 */
#ifndef ZQ_HUB_ENLIST_H
#define ZQ_HUB_ENLIST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/view.h"

struct enlist {		/* as it was written */
	struct span code, name, domain;
	struct span parent, kind;	/* may be empty */
	bool odd_code;			/* a malformed code is meant so */
};

/* Codes and domains given away in this same act, not yet in the view. */
typedef bool enlist_taken_fn(void *arg, struct span word);

struct enlist_book {
	struct view *view;
	enlist_taken_fn *code_taken, *domain_taken;	/* or NULL */
	void *arg;
};

/* True: `domain` is its normal form. False: why says which part, what was
 * expected, and whose it is if it is somebody's. */
bool enlist_judge(const struct enlist_book *b, const struct enlist *e,
    struct buf *domain, struct buf *why);

/* Of site `number`, which is there: those of its name, parent and kind that
 * aren't empty. */
bool enlist_judge_set(const struct enlist_book *b, const struct enlist *e,
    uint32_t number, struct buf *why);

/* Only the domain: may it be given to a site? */
bool enlist_domain(const struct enlist_book *b, struct span given,
    struct buf *domain, struct buf *why);

/* The act that adds it as site `number`; acts_put() takes it. */
json_t *enlist_act(const struct enlist *e, struct span domain,
    uint32_t number);
/* The one by which site s is as e says: what is empty stays as it is, but
 * orphan: it belongs to no other. NULL: it is already. */
json_t *enlist_act_set(const struct enlist *e, bool orphan, struct view *v,
    uint32_t number);

#endif
