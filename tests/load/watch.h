/*
 * Pages that are kept open: each a stream of events from the hub's /live, as
 * a browser holds it, which is read and thrown away.
 */
#ifndef ZQ_LOAD_WATCH_H
#define ZQ_LOAD_WATCH_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WATCH_PAGES 50

struct watch_page {
	struct bufferevent *bev;
	bool live;		/* it is told, and hasn't ended */
};

struct watch {
	struct watch_page page[WATCH_PAGES];
};

void watch_begin(struct watch *w, struct event_base *base, uint16_t port);
size_t watch_live(const struct watch *w);	/* so many are live */
void watch_end(struct watch *w);

#endif
