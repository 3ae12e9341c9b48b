/*
 * The register: which sites there are and by which key each speaks, as JSON:
 * what a hub needs to know its agents again when all else is lost. One
 * object a site; what isn't so, or not known, is left out:
 *
 *	{"number":1,"code":…,"name":…,"kind":…,"parent":N,"domains":[…],
 *	 "added":MS,"enrolled":MS,"key":HEX,"old_key":HEX,"until":MS,"ca":HEX,
 *	 "blocked":true,"forked":true,"quarantined":true,"retired":true,
 *	 "old_key_spent":true,"reason":…,"cause":…,
 *	 "agents":[{"instance":ID,"address":…,"since":MS},…],"speaker":2,
 *	 "kept":1,"begun":true,"renewed":true,"given_up":ID,
 *	 "proven":true,"checked":MS,"evidence":…,"expires":{HOST:MS,…}}
 *
 * The act {"do":"site-restore","row":{…},"as_of":MS} puts one back, as it was
 * then; as_of isn't there in journals of before there was such a thing.
 */
#ifndef ZQ_HUB_REGISTER_H
#define ZQ_HUB_REGISTER_H

#include <jansson.h>
#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "hub/act_read.h"

/* All sites by number; the caller's. */
json_t *register_of(struct db_txn *t);

/* Is it a register? False: why names the site and the field. */
bool register_check(const json_t *list, struct buf *why);

act_read_fn register_act;

#endif
