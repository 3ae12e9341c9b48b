/*
 * What other sites' agents saw of a site's home page, when the hub couldn't
 * get it, as people and programs read it; see vantage.h for how it comes
 * about.
 */
#ifndef ZQ_HUB_ELSEWHERE_H
#define ZQ_HUB_ELSEWHERE_H

#include <jansson.h>
#include <stdbool.h>

#include "contrib/base/buf.h"
#include "hub/pulse.h"
#include "hub/query.h"

/* Was anybody asked because of what is the matter with it now? */
bool elsewhere_is_of_now(const struct pulse_row *p);
/* "2 of 3 other sites reach it"; nothing as long as nobody has spoken. */
void elsewhere_sentence(struct buf *b, const struct pulse_row *p);
/* The same and who saw what, in lines: "  4101000002 NAME: the page comes:
 * HTTP 200 after 35 ms"; or that there was nobody to ask. */
void elsewhere_list(struct buf *b, struct query *q,
    const struct pulse_row *p);

/* {"asked", "of", "reach", "looks":[{"code", "said", …}]}, a new object; or
 * null: nobody was to be asked since the hub has started. No looks: there was
 * nobody to ask. */
json_t *elsewhere_json(struct query *q, const struct pulse_row *p);

#endif
