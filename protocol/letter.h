/*
 * Letters: what the hub tells a site, numbered and confirmed.
 *
 * A long poll: GET /v1/letters?after=N&wait=S. Asking for letters after N
 * confirms N. A letter has a kind (a word), a time, a sentence for people,
 * and a body: XML of that kind, kept as it is by agents that don't know it.
 */
#ifndef ZQ_PROTOCOL_LETTER_H
#define ZQ_PROTOCOL_LETTER_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct letter {
	uint64_t number;	/* per site, from 1, without holes; 0: said in
				 * passing, as LETTER_LOOK, never in a row */
	int64_t when;		/* ms, the hub's clock */
	struct span kind;	/* "held", "notice", …; [a-z-]{1,32} */
	struct span about;	/* an address or empty */
	struct span text;	/* a sentence for people */
	struct span body;	/* well-formed XML or empty */
};

/* The row in outbox and inbox; as change_write() and change_read(). */
void letter_write(struct buf *b, const struct letter *l);
bool letter_read(struct letter *l, struct span s);

/* The document: <zq:letters last= now= want= map=> <zq:letter …>… */
struct letters_head {
	uint64_t last;		/* number of the newest letter */
	int64_t now;		/* ms, the hub's clock */
	struct span want;	/* as in answer.h; may be empty */
	uint64_t map;		/* version of the map of moves (movemap.h);
				 * 0: none yet, or a hub without */
};
void letters_begin(struct buf *b, const struct letters_head *h);
void letters_put(struct buf *b, const struct letter *l);
void letters_end(struct buf *b);

typedef void letter_fn(void *arg, const struct letter *l);
/* Hands out each letter in order; spans live until the callback returns.
 * h->want lives in want (the caller's, cleared by the caller); without one
 * (NULL) it is empty. h is as it was when this is false. */
bool letters_read(struct span xml, struct letters_head *h, struct buf *want,
    letter_fn *on_letter, void *arg, const char **why);

/* Kinds on which the agent acts, each once. */
#define LETTER_RELEASE "release"	/* withdraw what is held: text is why,
					 * about the source, or empty for all */
#define LETTER_REFUSE "refuse"		/* keep it */
#define LETTER_TRUST "trust"		/* body: <zq:trust> with one <zq:ca> per
					 * CA certificate to be trusted from
					 * now on, PEM; the last is the one
					 * that signs new ones */
#define LETTER_OFF "off"		/* a move that this site announced is
					 * withdrawn by the hub's operator, for
					 * `reason` by `by`: mending.h, a link
					 * in the state off */

/* A move of this site's, or to a domain of its, waits for its other end, or is
 * contested; or that is over. Text says what to run; about: the address that
 * is this site's. */
#define LETTER_MOVE "move"

/* What the hub's own gate held is settled, one way or the other: text says how.
 * The agent does nothing but prove that both have the same again. */
#define LETTER_SETTLED "settled"
/* In the text of the letter `held` by which the hub said that its gate is
 * closed: what is about one change hasn't it. */
#define LETTER_GATE "items are withdrawn within a short time"

/* A kind that is said in passing, to agents that name FEATURE_LOOK: without a
 * number, not kept, not confirmed. */
#define LETTER_LOOK "look"		/* does the page about come where you
					 * are? vantage.h */

/* Kinds whose body is more than the sentence. */
#define LETTER_LINKS "links"		/* links that have to be changed:
					 * mending.h */
#define LETTER_REFERRED "referred"	/* the same body, without pages: what
					 * of this site's was moved or is gone
					 * and others link to; how many pages
					 * of theirs */
#define LETTER_DANGER "danger"		/* links that endanger who follows
					 * them: mending.h, in the state
					 * danger */
#define LETTER_UNANSWERED "unanswered"	/* the same body, of links that a
					 * site was told of and that stand
					 * yet: to its columns, to itself, and
					 * to the site it belongs to */

#endif
