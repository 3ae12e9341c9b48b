/*
 * Beyond: does the site's own web server answer where the source has no file?
 * An alias does (uploads that lie elsewhere), or a rule that rewrites, or a
 * program that gives its pages names which end in .html. The source's cover
 * (covers.h) promises that there is nothing, and links there would be called
 * broken though any visitor sees that they are not.
 *
 * So addresses of which the hub wrote that nothing was ever there are asked
 * for, where the home page is (home.h): soon after the start, and then a few
 * each ten minutes as letters come. What answers with 200, while a name beside
 * it that nobody has is not found there, is beyond the files, and left out of
 * the cover (extra.h). Each is asked for again once in `every`, and forgotten
 * when it is not found.
 */
#ifndef ZQ_AGENT_BEYOND_H
#define ZQ_AGENT_BEYOND_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/blind.h"
#include "agent/place.h"
#include "agent/store.h"
#include "contrib/base/fetch.h"
#include "contrib/base/span.h"

struct beyond;

struct beyond_host {
	struct event_base *base;
	struct fetch *fetch;
	struct store *store;
	struct span source;		/* its name */
	struct place place;
	const char *connect;		/* home_connect */
	uint64_t every;			/* ms */
	void *arg;
	bool (*is_ready)(void *arg);	/* as of astray.h */
};

struct beyond *beyond_new(const struct beyond_host *host);
void beyond_free(struct beyond *b);	/* before the fetch; NULL is fine */

/* Adds what is to be left out of the cover. NULL: nothing. */
void beyond_put(const struct beyond *b, struct blind *out);
/* The caller's; NULL: there are none. */
json_t *beyond_status(const struct beyond *b);

#endif
