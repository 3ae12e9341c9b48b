/*
 * Letters: long polls that are held until there is a letter, or their time
 * is over.
 *
 * Asking for letters after N confirms N; that is an entry of the journal, as
 * the view shows it, and is written once per step forward. So there are
 * never more such entries than letters.
 */
#ifndef ZQ_HUB_LETTERS_H
#define ZQ_HUB_LETTERS_H

#include <event2/event.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/guests.h"
#include "hub/pending.h"
#include "hub/reply.h"
#include "hub/writer.h"
#include "protocol/letter.h"

#define LETTERS_POLLS 20000	/* held at a time */
#define LETTERS_POLLS_SITE 4	/* … of one site; the oldest makes room */

struct letters;

/* Keeps all of them. Confirmations go to `pending`; on_work tells of them. */
struct letters *letters_new(struct event_base *base, struct writer *w,
    struct guests *g, struct pending_queue *pending,
    reply_send_fn *send, void (*on_work)(void *arg), void *arg);
void letters_free(struct letters *l);	/* nobody is answered */

/* A FRAME_LETTERS: answered now or later. */
void letters_ask(struct letters *l, uint64_t number, struct span body);
/* Whoever asked this hung up; a number that isn't held is no matter. */
void letters_gone(struct letters *l, uint64_t number);
/* The view has moved on, or more is wanted of some sites: answers who waits
 * for that. */
void letters_look(struct letters *l);
/* Says this in passing, to who asks for letters just now: the newest of the
 * site's polls. False: there is none. */
bool letters_pass(struct letters *l, uint32_t site,
    const struct letter *passing);
/* All polls of a site end with this verdict (it was blocked). */
void letters_drop(struct letters *l, uint32_t site, enum verdict v,
    const char *cause, const char *why);

#endif
