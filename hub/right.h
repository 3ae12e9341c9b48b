/*
 * Rights: what may be asked for on the page, and by whom.
 *
 * A table of acts (operate.h), each with the least role that may ask for it
 * and the fields that its form may have; nothing else passes. The web part
 * reads forms by it, and the core refuses by it what a web part that was
 * taken over could ask for: no site, ticket or certificate is made here.
 */
#ifndef ZQ_HUB_RIGHT_H
#define ZQ_HUB_RIGHT_H

#include <jansson.h>
#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/user.h"

enum right_kind {
	RIGHT_TEXT,
	RIGHT_LINE,	/* text that may not be empty */
	RIGHT_NUMBER,	/* a JSON number */
	RIGHT_TIME,	/* a date and time, in local time: ms */
	RIGHT_SPAN,	/* "8h": from now on, ms since 1970 when it is over */
};

#define RIGHT_FIELDS 9

struct right {
	const char *act;
	enum user_role least;
	struct right_field {
		const char *name;
		enum right_kind kind;
	} field[RIGHT_FIELDS + 1];	/* ends with a NULL name */
};

/* NULL: it can't be asked for on the page. */
const struct right *right_of(const char *act);
/* May somebody with this role? */
bool right_has(const char *act, enum user_role role);

/* {"do":…} of a form's body (a=1&b=2). NULL: why, a sentence in the
 * language, names the field. */
json_t *right_read(const struct right *r, struct span form, struct buf *why);

#endif
