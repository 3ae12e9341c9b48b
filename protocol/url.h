/*
 * Addresses: parsed, and brought to one normal form (RFC 3986 §6.2.2,
 * §6.2.3), so that equal pages have equal keys.
 *
 * Scheme and host in lower case, the default port dropped, dot segments
 * removed, percent-encoding in upper case and only where it is needed,
 * fragment dropped, a missing path is "/". An IDN host becomes its A-label
 * (UTS #46, nontransitional, by libidn2). Only http
 * and https with a host, and no user info, are addresses here.
 */
#ifndef ZQ_PROTOCOL_URL_H
#define ZQ_PROTOCOL_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/url_host.h"

#define URL_KEY 16	/* bytes of a key: the head of SHA-256(normal form) */

struct url {		/* parts of a normal form; spans into it */
	struct span scheme, host, path, query;
	uint16_t port;	/* always given: 80 or 443 if it was left out */
};

/* Writes the normal form of s. False: it is no address; `why` (a constant
 * sentence, may be NULL) says what is wrong. Raw non-ASCII bytes in path and
 * query are percent-encoded as they are, so GBK paths survive. */
bool url_normal(struct buf *out, struct span s, const char **why);

/* Is s what url_normal() would write for it? Cheap if it is. */
bool url_is_normal(struct span s);

/* Without what browsers leave out at the ends of a reference: controls and
 * blanks. U+3000 and U+00A0 are letters there, as any others. */
struct span url_trim(struct span reference);

/* Like url_normal() for a reference found in a page at `base` (a normal form),
 * as browsers read it (the URL standard): "http:a.html" is "a.html" in a page
 * that is http, slashes before a host don't count, a backslash is a slash, and
 * user info is left out. False for other schemes (mailto:, javascript:, data:)
 * as well. */
bool url_resolve(struct buf *out, struct span base, struct span reference,
    const char **why);

/* Takes a normal form apart. */
bool url_parse(struct url *u, struct span normal);

void url_key(uint8_t key[URL_KEY], struct span normal);

/* For people: percent-encoded UTF-8 shown as what it means, A-labels as
 * U-labels; what is no UTF-8 or is a control stays encoded. */
void url_show(struct buf *out, struct span normal);
/* The same of a host alone. */
void url_show_host(struct buf *out, struct span host);

#endif
