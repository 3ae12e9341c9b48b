/*
 * A form that comes back: what was said with it was not done. The page that
 * it stood on is made again with this form open, filled in as it was sent, and
 * the sentence at the field that it is about; see form.h.
 */
#ifndef ZQ_HUB_AGAIN_H
#define ZQ_HUB_AGAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define AGAIN_VALUE 4096	/* bytes of a field */

struct visit;

struct again {
	const char *act;	/* of permission.h */
	struct span body;	/* the form's: a=1&b=2 */
	const char *title;	/* "This was not done"; in the language, … */
	const char *why, *hint;	/* … as these; hint may be NULL or "" */
	const char *field;	/* the one that is wrong; or NULL */
	/* made by whoever makes the page: */
	bool found;		/* the form is there … */
	struct buf label;	/* … and the field, which is called so */
	size_t at;		/* here the note belongs */
};

/* What was said in a field: text that may be shown; else empty. The span
 * lives in *room, made for AGAIN_VALUE bytes. */
struct span again_value(const struct again *a, const char *name,
    struct buf *room);
/* Does the form that was sent say this? */
bool again_is(const struct again *a, const char *name, struct span value);

/* Puts the note where it belongs: the page is whole. */
void again_put_note(struct visit *v);
/* What was said, for whom there is no form any more. */
void again_put_said(struct visit *v);

#endif
