/*
 * What the files of the core share, and nobody else needs.
 */
#ifndef ZQ_HUB_CORE_PRIVATE_H
#define ZQ_HUB_CORE_PRIVATE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/channel.h"
#include "hub/admit.h"
#include "hub/adopt.h"
#include "hub/alerter.h"
#include "hub/attest.h"
#include "hub/background.h"
#include "hub/backlog.h"
#include "hub/check_schedule.h"
#include "hub/config.h"
#include "hub/core_rebuild.h"
#include "hub/desk.h"
#include "hub/escalator.h"
#include "hub/guests.h"
#include "hub/hits_keeper.h"
#include "hub/homes.h"
#include "hub/ingest.h"
#include "hub/letters.h"
#include "hub/monitor_core.h"
#include "hub/move_watch.h"
#include "hub/pace.h"
#include "hub/pending.h"
#include "hub/presence.h"
#include "hub/prove_calls.h"
#include "hub/reconciler.h"
#include "hub/seqpacket.h"
#include "hub/show.h"
#include "hub/signer.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct core {
	struct event_base *base;
	const struct config *config;
	struct writer writer;
	struct guests guests;
	struct pending_queue pending;
	struct backlog backlog;
	struct presence *presence;
	struct monitor_core *monitor;
	struct ingest *ingest;
	struct show *show;
	struct turns *turns;
	struct letters *letters;
	struct attests *attests;
	struct reconciler *reconciler;
	struct signer *signer;
	struct prove_calls *prove_calls;
	struct admit *admit;
	struct background *background;
	struct move_watch *moves;
	struct escalator *escalator;
	struct hits_keeper *hits;
	struct channel *check;	/* or NULL: there is no such part … */
	struct check_schedule *schedule;	/* … or NULL: links go unchecked */
	struct homes *homes;	/* … or NULL: nor at home pages */
	struct adopt *adopt;
	struct alerter *alerter;
	struct desk *desk;
	struct seqpacket *page;		/* or NULL */
	struct core_rebuild rebuild;
	struct channel *edge, *ca;
	int edge_fd;
	struct event *work, *tick;
	int64_t gathering;	/* ms, mono: since when; 0: not */
	struct pace pace;
	bool moved;		/* the view, since the last tick */
	int64_t started;	/* ms, mono */
	uint64_t cpu;
};

#endif
