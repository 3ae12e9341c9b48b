/*
 * Permissions: what may be asked for on the page, and by whom.
 *
 * A table of acts (operate.h), each with the least role that may ask for it
 * and the fields that its form may have; nothing else passes. The web part
 * reads forms by it, and the core refuses by it what a web part that was
 * taken over could ask for: no site, ticket or certificate is made here.
 */
#ifndef ZQ_HUB_PERMISSION_H
#define ZQ_HUB_PERMISSION_H

#include <jansson.h>
#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/user.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_LINE,		/* text that may not be empty */
	FIELD_TERM,		/* text as the hub reads it: text_narrow() … */
	FIELD_CODE,		/* … that may not be empty */
	FIELD_NUMBER,		/* a JSON number */
	FIELD_TIME,		/* date and time, local: ms since 1970 */
	FIELD_DURATION,		/* "8h" from now on: its end, ms since 1970 */
};

#define PERMISSION_FIELDS 9

struct permission {
	const char *act;
	enum user_role least;
	struct permission_field {
		const char *name;
		enum field_kind kind;
	} field[PERMISSION_FIELDS + 1];	/* ends with a NULL name */
};

/* NULL: it can't be asked for on the page. */
const struct permission *permission_of(const char *act);
/* The one after p in the table; the first after NULL; NULL: no more. */
const struct permission *permission_next(const struct permission *p);
/* May somebody with this role? */
bool permission_allows(const char *act, enum user_role role);

/* {"do":…} of a form's body (a=1&b=2), for the caller to decref. NULL: *why is
 * a sentence in the language about that field. */
json_t *permission_read(const struct permission *p, struct span form,
    const char **field, const char **why);

#endif
