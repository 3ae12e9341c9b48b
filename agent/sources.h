/*
 * The sources of an agent, all of them: those that the settings name, and an
 * orphan (source.h) for each that has items and is not among them.
 */
#ifndef ZQ_AGENT_SOURCES_H
#define ZQ_AGENT_SOURCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "agent/config.h"
#include "agent/source.h"
#include "contrib/base/span.h"

struct sources;

struct sources *sources_open(const struct source_host *host,
    const struct config *c);
void sources_close(struct sources *s);		/* after parse_free() */
size_t sources_count(const struct sources *s);	/* those of the settings */

bool sources_are_settled(const struct sources *s);
uint64_t sources_held(const struct sources *s);
/* Why not all there is can be told: the first reason, in a sentence. */
void sources_trouble(const struct sources *s, struct buf *b);
/* … of how many. */
size_t sources_troubled(const struct sources *s);
json_t *sources_status(struct sources *s);	/* the caller's */

/* An item of any source: of one that isn't open, an orphan is. */
void sources_look(struct sources *s, struct span source, struct span path);
void sources_rescan(struct sources *s);
void sources_afresh(struct sources *s);
void sources_pause(struct sources *s, bool on);

/* One by name, as status shows it, or all ("" or NULL). */
bool sources_has(const struct sources *s, const char *name);
size_t sources_rescan_one(struct sources *s, const char *name);
/* How many held anything, which is done now. */
size_t sources_release(struct sources *s, const char *name,
    const char *reason, const char *by);
size_t sources_refuse(struct sources *s, const char *name,
    const char *reason, const char *by);

#endif
