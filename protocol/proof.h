/*
 * The proof of a domain: a file that a site's web server shows at
 * /.well-known/zhanqun.txt. It names the key that speaks for the site, so
 * whoever reads it there knows that one hand holds the key and the server.
 *
 *	zhanqun-site=4101000001 key=<SHA-256 of the public key, in hex>
 *
 * A line for each site that the server shows; all other lines are passed
 * over. Nothing of it is secret.
 */
#ifndef ZQ_PROTOCOL_PROOF_H
#define ZQ_PROTOCOL_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define PROOF_DIR ".well-known"
#define PROOF_FILE "zhanqun.txt"
#define PROOF_PATH PROOF_DIR "/" PROOF_FILE
#define PROOF_MAX 4096	/* bytes of a file: forty sites behind one server */
#define PROOF_KEY 32	/* SHA-256 of a SubjectPublicKeyInfo */

struct proof {
	struct span code;
	uint8_t key[PROOF_KEY];
};

/* The line, with its end. */
void proof_format(struct buf *out, const struct proof *p);
/* The next proof of a file, moving `file` on; false: there is none. The code
 * lives as long as the file does. */
bool proof_next(struct span *file, struct proof *p);

/* The file anew: p's line in place of those of its code, the rest as it was.
 * A ceiling of PROOF_MAX on `out` keeps it readable. */
void proof_renew(struct buf *out, struct span file, const struct proof *p);

enum proof_verdict {
	PROOF_FITS,		/* this code, with this key */
	PROOF_OTHER_KEY,	/* this code; `found` has the key */
	PROOF_OTHER_SITE,	/* other codes only; `found` is the first */
	PROOF_NONE,		/* no proof of anything */
};
enum proof_verdict proof_judge(struct span file, const struct proof *wanted,
    struct proof *found);

#endif
