/*
 * The map of the cluster's moves as a document, GET /v1/map?after=N: all
 * rules of version N+1 and later, or all there are.
 *
 *	<zq:map xmlns:zq="urn:zhanqun:1" version="12" since="9" now="…">
 *	<zq:rule number="7" site="3" scope="prefix" from="…" to="…" at="…"/>
 *	<zq:rule number="5" gone="true"/>
 *	</zq:map>
 *
 * With since="0" it is whole: what isn't in it is no rule. Otherwise it
 * changes the one of version `since`. What is sent is this document, signed
 * (certs/signed.h).
 */
#ifndef ZQ_PROTOCOL_MOVEMAP_H
#define ZQ_PROTOCOL_MOVEMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/rewrite.h"

#define MOVEMAP_TYPE "application/pkcs7-mime; smime-type=signed-data"

struct movemap {
	uint64_t version;	/* of the map that one has then, from 1 */
	uint64_t since;		/* what it is a change of; 0: it is whole */
	int64_t now;		/* ms, the hub's clock, when it was signed */
};

struct movemap_rule {
	struct rewrite_rule rule;	/* only its number if it is gone */
	uint32_t site;		/* whose addresses the old ones are */
	bool gone;
};

void movemap_begin(struct buf *b, const struct movemap *m);
void movemap_put(struct buf *b, const struct movemap_rule *r);
void movemap_end(struct buf *b);

/* Hands out each rule, all sane; spans live until each returns. False: why
 * (may be NULL) is a sentence that lives until the thread's next call; what
 * was handed out is then not to be used. At most LIMIT_MAP bytes and
 * LIMIT_MAP_RULES rules. */
typedef void movemap_rule_fn(void *arg, const struct movemap_rule *r);
bool movemap_read(struct movemap *m, struct span xml, movemap_rule_fn *each,
    void *arg, const char **why);

#endif
