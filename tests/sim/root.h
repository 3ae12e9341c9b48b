/*
 * A source over a site that is a list in memory. It does what source_dir
 * does with files: what it was told of in a burst, or finds in a scan, it
 * compares and tells; what is missing goes through the hold.
 */
#ifndef ZQ_SIM_ROOT_H
#define ZQ_SIM_ROOT_H

#include <event2/event.h>

#include "agent/store.h"
#include "tests/sim/site.h"

struct root_host {
	struct event_base *base;
	struct store *store;
	struct site *site;
	void *arg;
	void (*news)(void *arg);
};

struct root;

struct root *root_new(const struct root_host *host);
void root_free(struct root *r);

void root_notice(struct root *r, size_t n);
void root_rescan(struct root *r);
bool root_release(struct root *r);
bool root_refuse(struct root *r);

bool root_is_quiet(const struct root *r);	/* seen it all, told it all */
bool root_holds(const struct root *r);

#endif
