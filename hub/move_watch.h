/*
 * The watch over moves, in the core: does each of them work? Nobody has to
 * ask for it.
 *
 * A few addresses of a move are looked at: in the index (is what they lead to
 * there, as its site says?), and, if there is a check part, over the network
 * (before its time the new address answers; after it the old one leads there
 * for good, and what is there doesn't look like something else). What that
 * comes to are the acts {"do":"move-looked"}, which make it checked, verified or
 * failed.
 *
 * Before its time nothing is held against it: a column that will be renamed
 * is not there yet. As long as it settles (move.h) only addresses that find
 * nothing at all, twice, are. Later, one in ten (act_move.h).
 */
#ifndef ZQ_HUB_MOVE_WATCH_H
#define ZQ_HUB_MOVE_WATCH_H

#include <stdbool.h>

#include "contrib/base/channel.h"
#include "hub/move.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct move_watch;

struct move_watch *move_watch_new(struct writer *w, struct turns *t);
void move_watch_free(struct move_watch *w);
/* There is a check part that may look outside: to it, whose owner reads it;
 * NULL: there is none any more. */
void move_watch_connect(struct move_watch *w, struct channel *c);
/* Has some move's time come? Several times a second. */
void move_watch_look(struct move_watch *w);
/* A TRIED. False: it makes no sense. */
bool move_watch_frame(struct move_watch *w, const struct frame *f);

/* By its row alone: is it to be looked at by now (ms, hub time)? */
bool move_watch_is_due(const struct move *m, int64_t now);

#endif
