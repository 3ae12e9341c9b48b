/*
 * Astray: is what a source tells at the addresses that it is told at? If the
 * path of its url is mistyped, or the web server's settings changed since,
 * nothing is, and the hub has addresses that lead nowhere.
 *
 * Soon after it was opened, and then once a day (url_every), one of its files
 * that have been there for a while is asked for, where the home page is
 * (home.h). If it isn't there, so are others, from all over the site; and only
 * if none of them is, while the root of their host answers, and all that is so
 * again some minutes later, they are astray. It takes a clear no, 404 or 410,
 * from the server that the name leads to or home_connect says, or the same file
 * found elsewhere: who isn't reached, wants a password or is out of order says
 * nothing about addresses, and a page that is there without its .html was
 * told as the server's rules have it.
 */
#ifndef ZQ_AGENT_ASTRAY_H
#define ZQ_AGENT_ASTRAY_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/place.h"
#include "agent/store.h"
#include "contrib/base/buf.h"
#include "contrib/base/fetch.h"
#include "contrib/base/span.h"

#define ASTRAY_LEAST 2		/* files that must be nowhere */

struct astray;

struct astray_host {
	struct event_base *base;
	struct fetch *fetch;
	struct store *store;
	struct span source;		/* its name */
	struct place place;
	const char *connect;		/* home_connect */
	uint64_t every;			/* ms */
	void *arg;
	/* All that it has was looked at, by the settings of now. */
	bool (*is_ready)(void *arg);
};

struct astray *astray_new(const struct astray_host *host);
void astray_free(struct astray *a);	/* before the fetch; NULL is fine */

bool astray_is(const struct astray *a);	/* NULL: no */
/* Why, if it is: behind a sentence that says what is wrong. */
void astray_why(const struct astray *a, struct buf *b);
/* How it went last; the caller's, or NULL: nobody asked. */
json_t *astray_status(const struct astray *a);

#endif
