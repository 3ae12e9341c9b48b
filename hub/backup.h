/*
 * A backup of what a hub is: its CA, ticket key, settings, and the register
 * of its sites (register.h), as one small JSON file; and the moves that its
 * operators announced or agreed to. Not what the sites have said: agents say that again.
 *
 *	{"format":"zhanqun hub backup","version":1,"made":TIME,
 *	 "software":…,"settings":hub.conf as text,
 *	 "ca":{"certificate":PEM,"key":PEM},
 *	 "next":{"certificate":PEM,"key":PEM,"link":PEM},	(roll.h; if any)
 *	 "ticket_key":PEM,"sites":[…],"moves":[…],
 *	 "sums":{MEMBER:SHA-256 …},"signature":HEX}
 *
 * Keys are as seal.h has them, with a passphrase or without. The sums say
 * which member is damaged; the signature is the CA's, over the sums, so that
 * nobody who hasn't its key can slip in a site's.
 */
#ifndef ZQ_HUB_BACKUP_H
#define ZQ_HUB_BACKUP_H

#include <jansson.h>
#include <stdbool.h>

#include "certs/ca.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/config.h"

#define BACKUP_VERSION 1
#define BACKUP_MAX (256u << 20)	/* bytes of such a file */

/* Takes sites and moves. pass NULL: keys are plain. NULL: why; the caller's. */
json_t *backup_make(const struct config *c, json_t *sites, json_t *moves,
    const char *pass, struct buf *why);

struct backup {		/* opened, and all of it checked */
	json_t *whole;
	struct ca ca, next;	/* next.cert NULL: no roll was under way */
	X509 *link;
};
/* False: why names the field, and what is wrong with it. */
bool backup_open(struct backup *b, struct span text, const char *pass,
    struct buf *why);
void backup_close(struct backup *b);

#endif
