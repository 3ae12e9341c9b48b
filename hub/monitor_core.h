/*
 * The monitor in the core: what is heard (presence.h) and seen (homes.h) goes
 * in; what comes out is in the pulse at once, said in the log, and written
 * down as acts {"do":"states"} (history.h). Which sites are watched, and what
 * was announced of them, it reads in the view.
 */
#ifndef ZQ_HUB_MONITOR_CORE_H
#define ZQ_HUB_MONITOR_CORE_H

#include "hub/config.h"
#include "hub/homes.h"
#include "hub/letters.h"
#include "hub/presence.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct monitor_core;

/* Keeps w and t. */
struct monitor_core *monitor_core_new(const struct config *config,
    struct writer *w, struct turns *t);
void monitor_core_free(struct monitor_core *m);

/* What it is to be told of who is here. */
struct presence_hooks monitor_core_hears(struct monitor_core *m);
/* Home pages are looked at: listens to that, and wants looks. Keeps h. */
void monitor_core_sees(struct monitor_core *m, struct homes *h);

/* Others are asked, too, by letters in passing. Keeps l. */
void monitor_core_asks(struct monitor_core *m, struct letters *l);

/* Time passes, and the view may have moved: several times a second. */
void monitor_core_look(struct monitor_core *m);

#endif
