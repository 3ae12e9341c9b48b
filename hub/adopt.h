/*
 * Adopting: a key that this hub has granted and forgotten.
 *
 * A hub that was restored from a backup knows the keys of then. Whoever has
 * renewed his certificate since comes with a key that it has never seen; yet
 * its CA has signed it, for this site, after the backup was made, so this
 * hub has granted it. It takes the key for the site's again, by an act of
 * its own:
 *
 *	{"do":"adopt","site":N,"key":HEX,"issued":MS,"until":MS,"ca":HEX}
 *
 * The newest such certificate wins; one that is older than what the hub
 * remembers of the site is refused as ever (view_site_forgot()). Until the
 * act is shown, the peer is told to come again.
 */
#ifndef ZQ_HUB_ADOPT_H
#define ZQ_HUB_ADOPT_H

#include <jansson.h>
#include <stdint.h>

#include "certs/ca.h"
#include "contrib/base/span.h"
#include "hub/turn.h"
#include "hub/writer.h"

#define ADOPT_REASON "certified after the backup that the hub was restored " \
	"from"

struct adopt;

/* Keeps both. */
struct adopt *adopt_new(struct writer *w, struct turns *t);
void adopt_free(struct adopt *a);

/* body: a frame that begins with a peer. Nearly always there is nothing to
 * be done. */
void adopt_look(struct adopt *a, struct span body);

/* The act, of what every part of the hub knows of a certificate. */
json_t *adopt_act(uint32_t site, const uint8_t key[CA_KEY_HASH],
    int64_t issued);

#endif
