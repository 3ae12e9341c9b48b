/*
 * Rolling the CA over: a second CA beside the first, both trusted, until the
 * second one takes the first one's place.
 *
 *	ca.key ca.pem		the CA
 *	next.key next.pem	the next one, while a roll is under way
 *	link.pem		its key and name, signed by the first: what an
 *				agent believes the second by (RFC 4210 §4.4)
 *
 * The two have names that differ ("OU=Zhanqun CA 2"), so that a request can
 * say which of them is to sign. Each step is durable, and one that was cut
 * off is ended by roll_mend().
 */
#ifndef ZQ_CERTS_ROLL_H
#define ZQ_CERTS_ROLL_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "certs/ca.h"
#include "contrib/base/buf.h"

#define ROLL_KEY "next.key"
#define ROLL_CERT "next.pem"
#define ROLL_LINK "link.pem"

/* Makes the three files in dir, where a CA is. If they are there already
 * nothing is done, and that is fine: a roll that was begun goes on. */
bool roll_begin(const char *dir, struct buf *why);
bool roll_is_begun(const char *dir);

/* The next CA: its key and certificate, without a ticket key. next->cert is
 * NULL if no roll is under way, which is no error. */
bool roll_open(struct ca *next, const char *dir, struct buf *why);

/* The next one takes the first one's place, whose key is destroyed; its
 * certificate stays as old.pem, for the record. */
bool roll_finish(const char *dir, struct buf *why);
/* Ends a finish that was cut off; nothing to do otherwise. */
bool roll_mend(const char *dir, struct buf *why);

/* Does `link` say, signed by `by`, that `root` is its successor? By the key
 * alone: dates are for whoever uses the root. */
bool roll_is_link(X509 *link, X509 *root, X509 *by);

#endif
