/*
 * Words: from text to terms, and from what someone looks for to the terms
 * that find it.
 *
 * Han (and other scripts without blanks) is taken two characters at a time,
 * so no dictionary is needed and none goes stale; the last character of a
 * run stands alone as well. Letters and digits are taken as whole words.
 * Both on folded text (text_fold): width and case don't matter.
 *
 * Searched are title, keywords and the beginning of the description. What a
 * phrase finds is exactly what contains it: pairs find candidates, and
 * word_is_in() looks at the text itself where pairs don't prove it. A phrase
 * never reaches from one field into the next; a Latin word is found whole.
 */
#ifndef ZQ_HUB_WORD_H
#define ZQ_HUB_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/change.h"

#define WORD_CHARS 300	/* of a field, that are searched; all of a title that
			 * has no more than that */

struct terms {
	uint64_t *at;
	size_t n, room;
	struct buf text;	/* folded, while it works */
};

void terms_init(struct terms *t);
void terms_clear(struct terms *t);
void terms_reset(struct terms *t);
void terms_put(struct terms *t, uint64_t term);
void terms_sort(struct terms *t);	/* and no term twice */

/* Adds the terms of what the item says; some may come twice. */
void word_terms(struct terms *t, const struct change *c);

/* --- looking for -------------------------------------------------------------- */

#define PHRASE_MAX 512		/* bytes, folded */
#define PHRASE_PIECES 16
#define PHRASE_TERMS 48

struct phrase {
	struct buf text;			/* folded */
	struct span piece[PHRASE_PIECES];	/* all must be in it */
	size_t pieces;
	uint64_t term[PHRASE_TERMS];	/* all are in whatever it finds */
	size_t terms;
	bool exact;		/* the terms prove it: no need to look */
	uint32_t single;	/* there are no terms, but all it finds has
				 * this character; or 0 */
};

/* False: why is a constant sentence. An empty phrase has no pieces. */
bool phrase_parse(struct phrase *p, struct span s, const char **why);
void phrase_clear(struct phrase *p);

/* Is every piece in one of the fields? text is room to work in. */
bool phrase_is_in(const struct phrase *p, const struct change *c,
    struct buf *text);

#endif
