/*
 * Renamed: a file that is new here, and the one that it was until now.
 *
 * What vanishes at one path and appears at another is one item with another
 * address, and not a loss and something new. It is told by a move that the
 * site has announced (moves.h): what appears where that leads to is what was
 * where it leads from; or else by its bytes, which others may share. Each is
 * looked at when the new file is written into the store, so the old one may
 * have gone before or since; what is still there is no other's former self,
 * but for a directory that was put away, and has another one in its place now
 * (left.h). Both may be of one source, or each of its own.
 */
#ifndef ZQ_AGENT_RENAMED_H
#define ZQ_AGENT_RENAMED_H

#include <stdbool.h>

#include "agent/compare.h"
#include "agent/known.h"
#include "agent/left.h"
#include "agent/root.h"
#include "agent/store.h"
#include "contrib/base/buf.h"

struct renamed_where {
	struct span source;
	const struct root *root;	/* of that source */
	struct left *left;		/* … or NULL */
	void *arg;
	/* What another source has there: of one that the settings don't have
	 * nothing, of one that can't look ROOT_HIDDEN. NULL: nobody knows. */
	enum root_found (*find)(void *arg, struct span source,
	    struct span path);
};

/* Which row it was, of a file that has none, or one that is no more than a
 * person's word on what was there before; known_disown() it. False: it is
 * new, or the hub can't be told. */
bool renamed_from(struct store_txn *t, const struct renamed_where *w,
    const struct compare_item *i, const struct change *c,
    struct known *former);

/* Where what is gone can be found now: by an announced move that has begun, as the item whose
 * place it took, or the one other that has its bytes. k is known_own()ed.
 * False: nowhere. */
bool renamed_to(struct store_txn *t, const struct renamed_where *w,
    const struct known *k, struct buf *url);

/* The very file of k, which is not at its path any more, is there as another
 * item, whose place it took; or it was an old copy (left.h), and what it was a
 * copy of is there. So it is no loss. url (or NULL) gets where. */
bool renamed_is_other(struct store_txn *t, const struct renamed_where *w,
    const struct known *k, struct buf *url);

#endif
