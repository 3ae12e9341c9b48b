/*
 * Compare: is this news? The one place where items become changes.
 *
 * In one transaction `known` learns what the item is now and the spool gets
 * the change, if it is one. A file that was touched but is the same says
 * nothing; what a person said stands until the file's bytes change, also when
 * its address does.
 */
#ifndef ZQ_AGENT_COMPARE_H
#define ZQ_AGENT_COMPARE_H

#include "agent/known.h"
#include "agent/store.h"
#include "protocol/change.h"

enum compare_news {
	COMPARE_NOTHING,	/* the hub knows all this */
	COMPARE_CREATED,
	COMPARE_UPDATED,
	COMPARE_DELETED,
	COMPARE_UNFIT,		/* change_is_sane() says no: nothing changed */
	COMPARE_NO_ROOM,	/* the spool is full: nothing was changed */
};

struct compare_item {
	struct span source, path;
	struct known_stat stat;
	bool anew;		/* the same bytes may say something else, as
				 * the settings by which they are read do */
};

/* c says what the item is (url, words, hash …); id, kind, when and seq are
 * given here. */
enum compare_news compare_is(struct store_txn *t,
    const struct compare_item *i, struct change *c);

/* The same of a file that has no row yet, and was the one of row `former`
 * (known_own()ed) until now: it is the same item, under another id. Only for
 * a hub that has FEATURE_MOVES. */
enum compare_news compare_renamed(struct store_txn *t,
    const struct compare_item *i, const struct known *former,
    struct change *c);

/* It is there, but can't be read: remembered, so that it is not tried again
 * before it changes. What was told of it stays. */
void compare_unreadable(struct store_txn *t, const struct compare_item *i,
    struct span url);

/* It is gone. By whose word, if a person had to decide; or nothing. */
enum compare_news compare_gone(struct store_txn *t, struct span source,
    struct span path, struct span reason, struct span by);
/* … and where it went, if that is known. */
enum compare_news compare_gone_to(struct store_txn *t, struct span source,
    struct span path, struct span reason, struct span by,
    struct span successor);

/* A person says what is at c->url (kind CREATED), or that it is gone, or
 * moves and notices (as they are). Words like WORD_BY are the caller's. */
enum compare_news compare_said(struct store_txn *t, struct change *c);

/* Tells c again for row k, which isn't in the store any more (retell.h). */
enum compare_news compare_again(struct store_txn *t, struct known *k,
    struct change *c);

#endif
