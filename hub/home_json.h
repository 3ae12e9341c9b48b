/*
 * A look as JSON: in the frame from the check part, in the act that keeps
 * it, in the view's row, and for people who ask with --json. One form, and
 * its pair of functions.
 *
 *	{"at":TIME,"cause":"fine","detail":"…","ms":412,"secure":"time",
 *	 "dns":["203.0.113.7"],"hops":[{"url":"https://…/","status":301,
 *	 "kind":"permanent","ms":33,"address":"203.0.113.7","cert":{"digest":
 *	 HEX,"from":TIME,"until":TIME,"issuer":"…","subject":"…","names":"…"}
 *	 }],"page":{"title":"…","language":"Han","code":"…","domain":"…",
 *	 "words":"…","parked":"…"},"missing":false}
 *
 * TIME is RFC 3339 in UTC. What is not known is absent.
 */
#ifndef ZQ_HUB_HOME_JSON_H
#define ZQ_HUB_HOME_JSON_H

#include <jansson.h>

#include "hub/home.h"

json_t *home_json(const struct home_look *l);
/* For who asks: with "registrable", the registrable domain of the host where
 * it ended, by today's Public Suffix List. It is kept nowhere. */
json_t *home_json_shown(const struct home_look *l);
/* From anybody. False: it is none. */
bool home_json_read(struct home_look *l, const json_t *o);

#endif
