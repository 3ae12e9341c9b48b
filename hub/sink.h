/*
 * A sink: one way to reach a receiver. Each kind is a table of functions;
 * who uses one gives it a job and hears, once, what came of that one try.
 * When to try again is not a sink's business (notify.h).
 */
#ifndef ZQ_HUB_SINK_H
#define ZQ_HUB_SINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/fetch.h"
#include "contrib/base/hand.h"
#include "contrib/base/span.h"
#include "hub/config_alert.h"
#include "hub/ledger.h"

#define SINK_ANSWER_MAX (64u << 10)	/* bytes of a receiver's answer */
#define SINK_ERROR 256
#define SINK_ID 48
#define SINK_SECRET_MAX 4096	/* bytes of a line with a secret */

enum sink_result {
	SINK_SENT,		/* taken over by somebody on the way */
	SINK_CONFIRMED,
	SINK_LATER,		/* try again */
	SINK_NEVER,		/* trying again would be of no use */
};

struct sink_job {
	uint64_t delivery;	/* its name for ever; 0: a renewal */
	enum alert_event event;
	struct span text;	/* the notice, JSON as it was decided on … */
	json_t *notice;		/* … and read, with the link to its page */
	size_t command;		/* number of the hand, of a receiver that is a
				 * command */
	uint64_t *reached;	/* of a mail's first 64 addresses: who has it
				 * from a try before; the sink's to set */
};

/* Called once for each start, before it returns or later. */
typedef void sink_done_fn(void *arg, enum sink_result r, const char *error);

struct sink_world {		/* what sinks share */
	struct fetch *fetch;
	struct hand *const *hands;	/* one for each command: one that hangs
				 * keeps no other waiting */
	const char *hub;	/* name of the cluster */
};

struct sink_ops {
	const char *kind;
	/* Once, before the sandbox: files are read here. False: why. */
	bool (*open)(void **state, const struct config_receiver *c,
	    const char *name, struct buf *why);
	void (*close)(void *state);
	/* The job lives until done is called, or the try is cancelled. What is
	 * under way; NULL: nothing, done was called. */
	void *(*start)(void *state, const struct sink_world *w,
	    const struct sink_job *job, sink_done_fn *done, void *arg);
	/* done is not called; of commands: the hand ends next. */
	void (*cancel)(void *under_way);
};

/* The time that stands under this name in the notice; CLOCK_NONE: none. */
int64_t sink_time(const struct sink_job *job, const char *name);
/* Names for ever, "17-1795219204500": a number, and the time in ms to which
 * the delivery, or the alert ("0…" for a test), belongs. Numbers alone begin
 * again where a hub has lost its journal, and are the same at other hubs. */
void sink_delivery_id(const struct sink_job *job, char id[SINK_ID]);
void sink_alert_id(const struct sink_job *job, char id[SINK_ID]);

extern const struct sink_ops sink_mail, sink_webhook, sink_alertmanager,
    sink_command;

/* What an Alertmanager is posted of a job; the caller's. */
json_t *sink_alertmanager_alerts(const char *hub, const struct sink_job *job,
    const char *language);
/* What an HTTP answer comes to; error gets a sentence. */
enum sink_result sink_http_result(const struct fetch_answer *a,
    char error[SINK_ERROR]);
/* The first line of a file, without blanks at its ends. False: why. */
bool sink_secret(struct buf *secret, const char *path, struct buf *why);
/* Certificates are checked, by these authorities; "": the system's. */
void sink_trust(CURL *curl, const char *cas);

#endif
