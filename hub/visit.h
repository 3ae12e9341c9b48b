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
#include "hub/permission.h"
#include "hub/query.h"
#include "hub/session.h"
#include "hub/user.h"

#define VISIT_BODY_MAX (64u << 20)	/* /metrics of 10,000 sites: 25 */

/* What may stand in an address after the '?'. */
#define VISIT_ARGUMENTS(X)						\
X(Q, "q") X(SITE, "site") X(COLUMN, "column") X(SINCE, "since")		\
X(UNTIL, "until") X(AFTER, "after") X(LIMIT, "limit") X(LANG, "lang")	\
X(STATE, "state") X(URL, "url") X(FROM, "from") X(NEXT, "next")	\
X(DONE, "done") X(TO, "to")

struct again;
struct former;
struct live;
struct overview;

struct visit_who {		/* zeros: nobody has signed in */
	char name[USER_NAME];
	enum user_role role;
	char form[SESSION_FORM];	/* what a form must carry */
	bool by_header;			/* there is nothing to sign out of */
	struct span unknown;		/* whom the web server in front names,
					 * and who is no user; empty */
};

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
	struct former *former;		/* hits on former domains */
	struct overview *overview;	/* NULL in a test: one of its own */
	const struct live *live;	/* or NULL */
	struct again *again;		/* the form that was refused; or
					 * NULL */
	struct visit_who who;
	bool has_users;			/* somebody may sign in */
	struct span typed_name;		/* by whom that came to nothing */
	struct span path;		/* decoded; what follows the route */
	struct span origin;		/* "https://host": where the reader
					 * found us; safe in an address */
	struct span argument[VISIT_ARGUMENT_COUNT];	/* UTF-8; empty */
	bool chose_language;		/* by ?lang=: links keep it */

	struct buf *out;
	int status;			/* 200 when the maker is called */
	const char *type;
};

/* Takes the search arguments apart: q, site, column, since, until, after,
 * limit. A day alone means the whole of it, in `until` as well. False: the
 * visit is to be answered 400, and `why` says which argument, and what was
 * expected. */
bool visit_spec(const struct visit *v, struct query_spec *spec,
    struct site_info *site, struct buf *why);

/* A date as given, CLOCK_NONE if it isn't. A day alone begins at midnight
 * here; with `end`, it is its end. False and why, as above. */
bool visit_date(const struct visit *v, enum visit_argument which, bool end,
    int64_t *ms, struct buf *why);

/* May the reader do this (permission.h)? */
bool visit_may(const struct visit *v, const char *act);

#define VISIT_WHY 1024		/* room that `why` needs */

/* Limit as given, or preset; false and why, as above. */
bool visit_limit(const struct visit *v, size_t most, size_t preset,
    size_t *limit, struct buf *why);

/* Sites are listed by code, and a code is a listing's cursor: does this one
 * stand before what comes after the cursor, or is it that itself? */
bool visit_is_before(const char *code, struct span after);

/* What to call an item: its title, else the last part of its address as
 * people read it. Plain text with a ceiling of VISIT_TITLE; or escaped. */
#define VISIT_TITLE 16384
void visit_title(struct buf *b, const struct change *c);
void visit_put_title(struct buf *b, const struct change *c);

/* Appends "?q=…&amp;site=…", the visit's own arguments with one replaced:
 * `but` is left out and, if value is given, put anew. Nothing if there are
 * none. A cursor belongs to one listing: it stays only when the language
 * alone is replaced. */
void visit_link(const struct visit *v, struct buf *b,
    enum visit_argument but, struct span value);

#endif
