/*
 * The desk: what operators ask over DIR/control, while the daemon runs.
 *
 * Who asks is answered in the language that is asked in ("lang": "zh" or
 * "en"), or in the hub's if none is said.
 *
 * Acts are done one at a time, each in its turn, and answered when they are
 * durable and shown. An operator who leaves before the answer has asked
 * nevertheless. "ping", "rebuild" and "reread" are the desk's own; calls for
 * proof go on to prove_calls.h.
 */
#ifndef ZQ_HUB_DESK_H
#define ZQ_HUB_DESK_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/prove_calls.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct desk;

struct desk_hooks {	/* what the core does for it */
	void (*mint)(void *arg, uint64_t number);	/* FRAME_MINT */
	void (*blocked)(void *arg, uint32_t site);	/* or retired */
	void (*lifted)(void *arg);
	void (*settled)(void *arg, uint32_t site);	/* one of two is kept */
	bool (*rebuild)(void *arg, struct buf *why);	/* begin one */
	void (*reread)(void *arg, const char *lang);	/* FRAME_REREAD */
	json_t *(*about)(void *arg);		/* facts for "ping" */
	/* FRAME_ACTED: {"ok": …}, or {"error": …, "hint": …}; not taken. */
	void (*acted)(void *arg, uint64_t number, json_t *answer);
	void *arg;
};

/* Makes the socket. Keeps w, t and s; NULL: why. */
struct desk *desk_new(struct event_base *base, struct writer *w,
    struct turns *t, struct prove_calls *s, const struct desk_hooks *hooks,
    struct buf *why);
void desk_free(struct desk *d);

/* A FRAME_ACT came from the page: an act as over the socket, with "actor".
 * What the page may not ask for (permission.h) is refused. */
void desk_page(struct desk *d, uint64_t number, struct span said);

/* A FRAME_MINTED came. False: nobody asked for it, or it doesn't read. */
bool desk_minted(struct desk *d, uint64_t number, struct span body);

/* The ca has read its files again; or why it could not (empty: it did). */
void desk_reread(struct desk *d, struct span why);

/* The disk is full, and the view can't follow: whoever waits for an act is
 * told whether it was written, and what was not is not done later. */
void desk_full(struct desk *d);

/* To everyone who waits for the rebuild; both take the object. error: N_(). */
void desk_rebuilding(struct desk *d, json_t *progress);
void desk_rebuilt(struct desk *d, json_t *result, const char *error);

#endif
