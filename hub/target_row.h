/*
 * Rows of targets, for those who write them and walk through them: the graph
 * and what is asked of it.
 */
#ifndef ZQ_HUB_TARGET_ROW_H
#define ZQ_HUB_TARGET_ROW_H

#include "hub/target.h"

#define TARGET_TERM 1		/* tags of terms in TABLE_LINK */
#define TARGET_RUN_TERM 2

static inline struct span
target_key_look(const struct target_key *k)
{
	return (struct span){ .at = (const char *)k->at, .n = k->n };
}

/* False: it is no key. */
static inline bool
target_key_set(struct target_key *k, struct span key)
{
	if (key.n > TARGET_KEY)
		return false;
	k->n = key.n;
	if (key.n > 0)
		memcpy(k->at, key.at, key.n);
	return true;
}

/* room: to work in. */
void target_write(struct buf *row, const struct target_key *k,
    const struct target *t, struct buf *room);
/* The url is put into room. */
void target_read(struct span row, const struct target_key *k,
    struct target *t, struct buf *room);

/* As target_judge(); now may be NULL. Inside a group the last host's site is
 * remembered. */
struct target_judge {
	struct db_txn *txn;
	struct group *group;	/* or NULL */
	const struct rewrite *rules;
	int64_t when;
};
void target_judge_by(const struct target_judge *j, struct span url,
    struct target_verdict *v, struct buf *now);

/* What of the posting lists is this target's, or of another's by chance:
 * whoever finds a run by it looks whether it has the target. */
uint64_t target_term(const struct target_key *k);

#endif
