/*
 * Health: the inside view of a site, as its agent tells it with each batch
 * and so with each beat (zq:health). How the agent itself is, and what the
 * site's own home page answered when it was asked on the site's own machine,
 * where no network lies between.
 *
 * It changes nothing and is no change: it has no number, isn't kept in the
 * spool, and a hub shows the last it heard. So it stands in front of the
 * batch, where an older reader passes over it. Nothing of it is taken on
 * trust for more than that: what a site says of itself is one of two views.
 */
#ifndef ZQ_PROTOCOL_HEALTH_H
#define ZQ_PROTOCOL_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/wire.h"
#include "protocol/xml.h"

#define HEALTH_BEAT_LEAST 1000		/* ms */
#define HEALTH_BEAT_MOST 3600000
#define HEALTH_SOURCES 100000
#define HEALTH_HOME_MS 600000

/* Why the home page had no answer. Numbers are on the channel between parts;
 * another word of a newer agent is HEALTH_OTHER. */
enum health_error {
	HEALTH_FINE = 0,
	HEALTH_NAME = 1,	/* "name": its name doesn't resolve */
	HEALTH_REFUSED = 2,	/* "refused": nothing listens there */
	HEALTH_TIMEOUT = 3,	/* "timeout": no whole answer in time */
	HEALTH_TLS = 4,		/* "tls": the certificate, or the handshake */
	HEALTH_CUT = 5,		/* "cut": it hung up */
	HEALTH_OTHER = 6,	/* "other" */
	HEALTH_EMPTY = 7,	/* "empty": it answered, with an empty page */
	HEALTH_ERRORS
};

struct health {			/* zeros: nothing was told */
	bool told;
	uint32_t beat;		/* ms between beats; 0: not told */
	uint32_t sources;
	uint32_t troubled;	/* … that can't tell all there is */
	uint64_t spool;		/* bytes that wait for the hub */
	int64_t until;		/* ms, end of the agent's certificate; 0 */
	/* the home page, last time it was asked: */
	int64_t home_at;	/* ms, the site's clock; 0: it never was */
	uint16_t home_status;	/* HTTP; 0: it didn't answer, and … */
	enum health_error home_error;	/* … this is why */
	uint32_t home_ms;	/* until its first byte, or it was given up */
};

/* Was the home page asked, and did it answer as a page that is there? */
bool health_home_is_well(const struct health *h);

/* "" for HEALTH_FINE. Another word is HEALTH_OTHER. */
const char *health_error_name(enum health_error e);
enum health_error health_error_parse(struct span name);
/* For people, in the language of now. */
const char *health_error_word(enum health_error e);

/* The element; nothing if nothing is told. */
void health_put(struct buf *b, const struct health *h);
/* At the start of the element: its attributes. False: the reader has failed
 * with a sentence that names the attribute and what was expected. */
bool health_take(struct health *h, struct xml *x);

/* The row, between parts. */
void health_write(struct buf *b, const struct health *h);
void health_read(struct health *h, struct reader *r);

#endif
