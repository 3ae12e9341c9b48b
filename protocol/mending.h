/*
 * The body of a letter of kind `links` (LETTER_LINKS): which links of the
 * site's pages have to be changed, from what to what, and where they stand.
 *
 *	<zq:links xmlns:zq="urn:zhanqun:1" move="7" scope="prefix" from=…>
 *	<zq:link old="http://…" new="http://…" state="announced" pages="12">
 *	<zq:page url="https://…" line="80" kind="anchor" more="11"/>
 *	</zq:link>
 *	</zq:links>
 *
 * What all links have in common stands on the root once and is handed out
 * with each of them. `kind` is that of the link, as in a change list; `more`
 * counts pages beside this one that have the link in the same place (a
 * template): they are not named one by one.
 */
#ifndef ZQ_PROTOCOL_MENDING_H
#define ZQ_PROTOCOL_MENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/change.h"
#include "protocol/rewrite.h"

enum mending_state {
	MENDING_ANNOUNCED = 1,	/* will be elsewhere from `from` on; without a
				 * move: its site closes then */
	MENDING_EFFECTIVE = 2,	/* is elsewhere: new says where */
	MENDING_WITHDRAWN = 3,	/* was there, and was deleted */
	MENDING_NEVER = 4,	/* no such thing was ever there */
	MENDING_FIXED = 5,	/* no page of yours links there any more */
	MENDING_OFF = 6,	/* that was called off: leave them */
	MENDING_DANGER = 7,	/* outside of the cluster, and what is there now
				 * is nothing to send a reader to: take the
				 * link away; the reason says what was seen */
};

struct mending_link {
	struct span old;	/* the address that they have now */
	struct span new;	/* what they should have; empty: not known */
	enum mending_state state;
	enum rewrite_scope scope;	/* of the move; 0: no move */
	uint32_t move;			/* its number; 0: no move */
	int64_t from, until;		/* ms or CLOCK_NONE */
	struct span by;		/* whose word it is: a site's code … */
	struct span name;	/* … how it is called, … */
	struct span person;	/* … and who said it there */
	struct span operator;	/* of the hub, whose word it is instead */
	struct span reason;
	uint64_t pages;		/* of this site that have the link; 0: none,
				 * or not counted */
};

struct mending_page {
	struct span url;
	uint32_t line;		/* 0: not known */
	enum link_kind kind;
	uint64_t more;		/* pages that are alike, beside this one */
};

#define MENDING_LINKS 1000	/* in one letter */
#define MENDING_PAGES 2000	/* in one letter, of all links */

/* --- writing ------------------------------------------------------------ */
/* common: what is the same of all links (old, new and pages are not looked
 * at), or NULL. The same is given to each mending_link(). */
void mending_begin(struct buf *b, const struct mending_link *common);
void mending_link(struct buf *b, const struct mending_link *l,
    const struct mending_link *common);
void mending_page(struct buf *b, const struct mending_page *p);
void mending_link_end(struct buf *b);
void mending_end(struct buf *b);

/* --- reading ------------------------------------------------------------ */
struct mending_reader {		/* spans live until it returns */
	void (*link)(void *arg, const struct mending_link *l);
	/* of the link that came last */
	void (*page)(void *arg, const struct mending_link *l,
	    const struct mending_page *p);
	void (*end)(void *arg, const struct mending_link *l);	/* no more
							 * pages of it */
};
/* Any of the functions may be NULL. False: why (may be NULL) points at a
 * sentence that lives until the thread's next call. Elements that a newer hub
 * adds are passed over; a link in a state that isn't known, too. */
bool mending_read(struct span body, const struct mending_reader *to,
    void *arg, const char **why);

const char *mending_state_name(enum mending_state s);	/* "announced" … */

#endif
