/*
 * Sources: where a site's items come from. A kind of source is a table of
 * verbs; the daemon knows no more of it.
 *
 * What a source must hold to: it finds out by itself what changed, tells
 * each change once, in the store, and asks nobody; what it can't read it
 * doesn't withdraw; a withdrawal of more than 10 % and more than 50 of its
 * items at once, or of all, waits for a person (R3).
 *
 * An orphan is what stands in for a source that the settings don't have (any
 * more), and for what people said: items of it that nothing here vouches for
 * are all missing, so they wait for a person like any others. But what
 * another source tells at the same address now is no loss: the old item is
 * withdrawn, unasked, after the new one was told.
 */
#ifndef ZQ_AGENT_SOURCE_H
#define ZQ_AGENT_SOURCE_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "agent/config.h"
#include "agent/parse.h"
#include "agent/root.h"
#include "agent/store.h"

struct fetch;
struct sources;

struct source_host {
	struct event_base *base;
	struct store *store;
	struct parse *parse;
	struct parse *slow;		/* of big files; NULL: parse */
	const struct config_top *top;
	struct fetch *fetch;		/* asks the site's web server whether
					 * an address is right; NULL: nobody
					 * does */
	void *arg;
	/* In the spool, n more; 0: what is held is other than it was. */
	void (*news)(void *arg, size_t n);
	/* It must read where it was not allowed to when it was opened. True:
	 * all is closed soon and opened anew. */
	bool (*reach)(void *arg);
	void (*quiet)(void *arg);	/* a long work is done */
	/* Of an orphan: the others. Is this one in the settings; does any of
	 * those still look at what it has? */
	const struct sources *all;
	bool (*is_live)(const struct sources *all, struct span source);
	bool (*is_looking)(const struct sources *all);
	/* What another source has at a path (renamed.h). */
	enum root_found (*find)(const struct sources *all, struct span source,
	    struct span path);
	/* The address of each in the settings, with a slash at its end. */
	void (*each_url)(const struct sources *all,
	    void (*each)(void *arg, struct span url), void *arg);
};

struct source;

struct source_kind {
	const char *type;
	/* name and set are kept, not copied. */
	struct source *(*open)(const struct source_host *host,
	    const char *name, const struct config_source *set);
	void (*close)(struct source *s);	/* after parse_free() */
	void (*rescan)(struct source *s);
	/* What it told is forgotten, and told from the start. */
	void (*afresh)(struct source *s);
	/* The item of this path may be other than it seems. */
	void (*look)(struct source *s, const char *path);
	/* What is at the path; ROOT_HIDDEN if that can't be said. NULL of an
	 * orphan: nothing is. */
	enum root_found (*find)(const struct source *s, const char *path);
	/* It has looked at all it has, since it was opened or told afresh,
	 * nothing is left to do (or waits, while it is paused), and nothing is
	 * held or out of reach. */
	bool (*is_settled)(const struct source *s);
	/* What it has is there, and not all of it was looked at. */
	bool (*is_looking)(const struct source *s);
	/* Nothing may be written while it is on. */
	void (*pause)(struct source *s, bool on);
	uint64_t (*held)(const struct source *s);	/* wait for a person */
	/* A sentence: why not all there is can be told. False: it can. */
	bool (*trouble)(const struct source *s, struct buf *b);
	/* What is held: withdraw it, for a reason; or keep it for good.
	 * False: nothing is held. */
	bool (*release)(struct source *s, const char *reason,
	    const char *by);
	bool (*refuse)(struct source *s, const char *reason, const char *by);
	json_t *(*status)(struct source *s);	/* the caller's; NULL: there
						 * is nothing to show */
};

/* What an orphan is called that has no name of its own. */
#define SOURCE_SAID "(said)"	/* what people said */
#define SOURCE_STRAY "(stray)"

extern const struct source_kind source_dir;
extern const struct source_kind source_orphan;

#endif
