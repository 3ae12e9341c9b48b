/*
 * Prove: asks a site's web server for the proof of its domain
 * (protocol/proof.h), over https and, if that gives no file, over http.
 *
 * A redirect is followed on the same host only: elsewhere somebody else
 * would answer. All of it ends within fifteen seconds, and no more is read
 * than a proof may be long. Every request is noted, with what came of it.
 */
#ifndef ZQ_HUB_PROVE_H
#define ZQ_HUB_PROVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "protocol/limits.h"
#include "protocol/proof.h"

#define PROVE_LIMIT 15000	/* ms for all of it */
#define PROVE_HOPS 3		/* redirects, of each scheme */
#define PROVE_TRIES (2 * (PROVE_HOPS + 1))
#define PROVE_EVIDENCE 1024	/* bytes; the view keeps the first 255 */

struct prove_try {
	struct buf url;
	long status;		/* 0: no answer */
	int64_t took;		/* ms */
	bool hop;		/* only sent us on to the next */
	char trouble[256];	/* why it gave no file; "" if it did */
};

struct prove {
	struct prove_try at[PROVE_TRIES];
	size_t count;		/* at least 1 */
	bool got;		/* a file, from the last try */
	struct buf file;
};

void prove_init(struct prove *p);
void prove_clear(struct prove *p);

/* Asks DOMAIN; or the server at `url` (NULL: none given), which must be an
 * http or https address with a host. False: it is not, and *why says so. */
bool prove_ask(struct prove *p, const char *domain, const char *url,
    const char **why);

/* What a file says to somebody who expects `wanted`, and in a few words for
 * the record: "https 404; http 200, key fits". */
enum proof_verdict prove_judge(const struct prove *p, const char *domain,
    const struct proof *wanted, struct proof *found, struct buf *evidence);

#endif
