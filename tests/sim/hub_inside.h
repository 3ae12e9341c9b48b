/*
 * What the files of the hub's side share.
 */
#ifndef ZQ_SIM_HUB_INSIDE_H
#define ZQ_SIM_HUB_INSIDE_H

#include "contrib/base/channel.h"
#include "contrib/base/ctl.h"
#include "hub/config.h"
#include "hub/frame.h"
#include "protocol/answer.h"
#include "tests/sim/hub.h"

#define HUB_SITES 16		/* numbers 1 … 15 */
#define HUB_EDGE (-2)		/* in the place of descriptors */
#define HUB_CA (-3)

/* The core's ends of its channels and its control socket; NULL: none. */
extern struct channel *hub_edge, *hub_ca;
extern struct ctl *hub_ctl;
extern struct part *hub_part;		/* NULL: it is down */

/* A frame to the core, as its own event. */
void hub_frame(struct channel *to, uint8_t kind, uint64_t number,
    struct span body);
/* What the core sends; called by channel_send() while it lives. */
void hub_edge_hears(uint8_t kind, uint64_t number, struct span body);
void hub_ca_hears(uint8_t kind, uint64_t number, struct span body);
void hub_edge_forget(void);		/* the connections are gone */
void hub_ca_forget(void);		/* whoever was enrolling begins anew */

void hub_promises(uint32_t site, const struct answer *a);
/* The n-th of what was promised to sites; how many there are. */
size_t hub_promise(size_t n, uint32_t *site, uint64_t *incarnation,
    uint64_t *taken);

void hub_config(struct config *c, struct part *p, uint64_t store_most);
/* Of its prefix. */
uint32_t hub_host_of(struct span root);
struct db_txn;
bool hub_covers(struct db_txn *t, uint32_t host);
struct view;
struct view *hub_live(void);		/* the core's; NULL: it is down */

void hub_key(uint8_t hash[CA_KEY_HASH], uint32_t site, uint32_t key);
void hub_code(char out[16], uint32_t site);

#endif
