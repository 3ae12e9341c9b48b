/*
 * One site's letters about links, as many as it takes: links and pages are
 * put in one after the other, and whenever a letter is full it is sent, and
 * the next one begun.
 */
#ifndef ZQ_HUB_TELL_LETTER_H
#define ZQ_HUB_TELL_LETTER_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/group.h"
#include "protocol/mending.h"

#define TELL_LETTER_BODY (48u << 10)	/* bytes, about */

struct tell_letter {
	struct group *g;
	uint32_t site;		/* to whom */
	int64_t at;		/* ms, hub time */
	const char *kind;
	struct span about;	/* lives as long as this */
	struct mending_link common;
	struct span lead;	/* its sentence's beginning, instead of one
				 * about the move; lives as long as this */
	struct buf xml, old;	/* the body so far; the link that is open */
	size_t links, pages;	/* in this letter */
	uint64_t all;		/* links on pages, in all of them, with those
				 * of pages that are alike */
	uint64_t here;		/* … and in this one; LETTER_REFERRED: pages */
	uint64_t sites;		/* LETTER_REFERRED: that refer to it */
	bool open;		/* a link */
	bool inside;		/* LETTER_DANGER: also of this cluster */
	uint64_t first, last;	/* numbers of those that were sent; 0: none */
};

/* Keeps g. What common and about point to must live until end. common->old
 * and ->new are what the sentence names, if it is about a move. */
void tell_letter_begin(struct tell_letter *l, struct group *g,
    uint32_t site, int64_t at, const char *kind, struct span about,
    const struct mending_link *common);
/* The link and a page that has it. Consecutive pages of one `old` stand
 * below one link. */
void tell_letter_page(struct tell_letter *l, const struct mending_link *link,
    const struct mending_page *page);
/* A link without any. */
void tell_letter_link(struct tell_letter *l,
    const struct mending_link *link);
/* Sends what there is. */
void tell_letter_end(struct tell_letter *l);

#endif
