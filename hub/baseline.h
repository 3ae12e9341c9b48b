/*
 * A host's baseline: what it is like, so that what isn't like it shows.
 *
 * What it answers to a path that cannot exist (an honest one says 404), and
 * where its home page leads, with title, language and certificate. The home
 * page's part is kept over the days: a host that was in Chinese and is a
 * casino in English, or that sends everybody to a stranger, has changed
 * hands; and so has one that has another name together with a certificate by
 * another authority. A baseline costs two requests, and is good for a window.
 */
#ifndef ZQ_HUB_BASELINE_H
#define ZQ_HUB_BASELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/glance.h"
#include "hub/registrable.h"
#include "hub/trail.h"
#include "protocol/url.h"

#define BASELINE_ISSUER 64	/* bytes */
#define BASELINE_HOST 262	/* bytes of "host:65535" */

struct baseline {
	/* A path that cannot exist: */
	bool asked;		/* there was an answer */
	bool honest;		/* it said that there is no such page */
	uint8_t place[URL_KEY];	/* where that ended, if it didn't */
	bool away;		/* that is another path than was asked for */
	char missing_title[GLANCE_TITLE];
	struct minhash missing;
	/* The home page: */
	bool has_home;
	char title[GLANCE_TITLE];
	enum glance_language language;
	char domain[REGISTRABLE_MAX];	/* registrable, where it ended */
	uint8_t certificate[16];
	char issuer[BASELINE_ISSUER];	/* of that: its organisation; "" */
};

/* From what came of asking for the random path, and for the home page. */
void baseline_take_missing(struct baseline *b, const struct trail *t);
void baseline_take_home(struct baseline *b, const struct trail *t);

/* Is this page the one that the host shows for what doesn't exist? */
bool baseline_is_missing(const struct baseline *b, const struct trail *t);
/* Was it sent where the random path was sent? */
bool baseline_sent_alike(const struct baseline *b, const struct trail *t);
/* The same title, but for digits? */
bool baseline_same_title(const char *a, const char *b);

/* Is it another certificate, by another authority? Not so where one isn't
 * known. That alone says nothing: people change their authority. */
bool baseline_other_issuer(const struct baseline *a,
    const struct baseline *b);
/* … and with that another title, which has nothing of the one before? */
bool baseline_is_stranger(const struct baseline *now,
    const struct baseline *before);

/* The key of a place; zeros for what is no address. */
void baseline_place(uint8_t key[URL_KEY], struct span url);

/* Its home page as a row, the rest is forgotten. False: it is none. */
void baseline_write(struct buf *row, const struct baseline *b);
bool baseline_read(struct span row, struct baseline *b);

#endif
