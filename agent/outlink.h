/*
 * Out-links: where a page points to, each place once.
 *
 * Resolved against the page's address or its <base>, as rows of change.h in
 * the order they end in the page. What is no address on the web (mailto:,
 * javascript:, #top), or a template's (linktag.h), is left out.
 */
#ifndef ZQ_AGENT_OUTLINK_H
#define ZQ_AGENT_OUTLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/change.h"

/* Bytes of text per link; whole sentences are no anchor text. */
#define OUTLINK_TEXT_MAX 256

struct outlinks {
	struct buf rows;	/* change_link_next() reads them */
	uint32_t count;
	bool cut;		/* there were more than may be told */
	/* inside */
	struct buf base, to, anchor_to, anchor_text;
	uint32_t anchor_line;
	bool in_anchor, has_base;
	bool lost;		/* where <base> leads nobody knows */
	uint64_t *seen;
};

/* Does it lead to a file of the machine that the page was made on: file:…,
 * C:\…? No visitor gets there. */
bool outlink_is_local(struct span reference);

void outlinks_init(struct outlinks *o);
void outlinks_clear(struct outlinks *o);

/* A new page, at url (normal form). */
void outlinks_begin(struct outlinks *o, struct span url);
void outlinks_base(struct outlinks *o, struct span href);	/* <base> */

void outlinks_add(struct outlinks *o, enum link_kind kind, struct span to,
    struct span text, uint32_t line);

/* An anchor is told when it ends, with the text that came meanwhile. */
void outlinks_anchor(struct outlinks *o, struct span href, uint32_t line);
void outlinks_text(struct outlinks *o, struct span text);
void outlinks_end(struct outlinks *o);

#endif
