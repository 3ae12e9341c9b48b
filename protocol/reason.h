/*
 * Reasons: what a hub says to agents about what it didn't take as said.
 *
 * On the wire, in the journal and in the view such a sentence is English, so
 * that a digest is the same whatever language a machine speaks. Whoever shows
 * it to people does so through here: a sentence of a form that is known is
 * said in the language of now (contrib/base/lang.h), with its names and
 * numbers as they are; any other, of a later hub or a person, stays as it is.
 */
#ifndef ZQ_PROTOCOL_REASON_H
#define ZQ_PROTOCOL_REASON_H

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define REASON_DEPTH 4		/* a sentence in a sentence in … */

/* Puts `english` into b, in the language of now. */
void reason_put(struct buf *b, struct span english);

/* The same into an empty `room`, which it makes so; lives as long as that. */
struct span reason_in(struct buf *room, struct span english);

/* The same by another catalogue: `say` gives the form in another language,
 * which may take its parts in another order, as "%2$s" and "%1$s". */
typedef const char *reason_fn(const char *form);
void reason_say(struct buf *b, struct span english, reason_fn *say);

/* The n-th form with "%s" for each part; NULL after the last. */
const char *reason_form(size_t n);

#endif
