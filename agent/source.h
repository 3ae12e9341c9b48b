/*
 * Sources: where a site's items come from. A kind of source is a table of
 * verbs; the daemon knows no more of it.
 *
 * What a source must hold to: it finds out by itself what changed, tells
 * each change once, in the store, and asks nobody; what it can't read it
 * doesn't withdraw; a withdrawal of more than 10 % and more than 50 of its
 * items at once waits for a person (R3).
 */
#ifndef ZQ_AGENT_SOURCE_H
#define ZQ_AGENT_SOURCE_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "agent/config.h"
#include "agent/parse.h"
#include "agent/store.h"

struct source_host {
	struct event_base *base;
	struct store *store;
	struct parse *parse;
	const struct config_top *top;
	void *arg;
	void (*news)(void *arg, size_t n);	/* in the spool, n more */
	/* It must read where it was not allowed to when it was opened. True:
	 * all is closed soon and opened anew. */
	bool (*reach)(void *arg);
	void (*quiet)(void *arg);	/* a long work is done */
};

struct source;

struct source_kind {
	const char *type;
	/* name and set are kept, not copied. */
	struct source *(*open)(const struct source_host *host,
	    const char *name, const struct config_source *set);
	void (*close)(struct source *s);	/* after parse_free() */
	void (*rescan)(struct source *s);
	/* What is held: withdraw it, for a reason; or keep it for good.
	 * False: nothing is held. */
	bool (*release)(struct source *s, const char *reason);
	bool (*refuse)(struct source *s);
	json_t *(*status)(struct source *s);	/* the caller's */
};

extern const struct source_kind source_dir;

#endif
