/*
 * A visit: one reader's question to the web part, and the answer being made.
 *
 * Whoever makes a page gets a moment of the store, the arguments decoded,
 * and a buffer; it sets the status and the media type. It knows no HTTP.
 */
#ifndef ZQ_HUB_VISIT_H
#define ZQ_HUB_VISIT_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/config.h"
#include "hub/query.h"

#define VISIT_BODY_MAX (8u << 20)	/* a page of 200 items stays under 1 */

/* What may stand in an address after the '?'. */
#define VISIT_ARGUMENTS(X)						\
X(Q, "q") X(SITE, "site") X(COLUMN, "column") X(SINCE, "since")		\
X(UNTIL, "until") X(AFTER, "after") X(LIMIT, "limit") X(LANG, "lang")	\
X(STATE, "state") X(URL, "url") X(FROM, "from")

enum visit_argument {
#define X(id, name) VISIT_##id,
	VISIT_ARGUMENTS(X)
#undef X
	VISIT_ARGUMENT_COUNT
};
extern const char *const visit_names[VISIT_ARGUMENT_COUNT];

struct visit {
	struct query *query;
	const struct config *config;
	struct span path;		/* decoded; what follows the route */
	struct span host;		/* as the reader called us; safe text */
	struct span argument[VISIT_ARGUMENT_COUNT];	/* UTF-8; empty */
	bool chose_language;		/* by ?lang=: links keep it */

	struct buf *out;
	int status;			/* 200 when the maker is called */
	const char *type;
};

/* Takes the search arguments apart: q, site, column, since, until, after,
 * limit. False: the visit is answered 400 (or 404 for a site), and `why`
 * says which argument, and what was expected. */
bool visit_spec(const struct visit *v, struct query_spec *spec,
    struct site_info *site, struct buf *why);

/* What to call an item: its title, else the last part of its address. */
struct span visit_title(const struct change *c);

/* A date of a query, 2026-11-21 or RFC 3339, in local time. */
bool visit_date(struct span s, int64_t *ms);

/* Appends "?q=…&site=…" from the visit's own arguments, with some replaced:
 * `but` is left out and, if value is given, put anew. `first` is '?' or '&'
 * for what comes first. */
void visit_link(const struct visit *v, struct buf *b, char first,
    enum visit_argument but, struct span value);

#endif
