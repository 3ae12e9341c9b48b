/*
 * Replies to sites: an answer (protocol/answer.h) with its HTTP status, as
 * the edge sends it on. One verdict, one status, said here only.
 */
#ifndef ZQ_HUB_REPLY_H
#define ZQ_HUB_REPLY_H

#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/answer.h"

#define REPLY_BUSY_AFTER 5000		/* ms, when the disk is full */

/* Gives a FRAME_ANSWER to whoever asked `number`. */
typedef void reply_send_fn(void *arg, uint64_t number, struct span answer);

unsigned reply_status(enum verdict v);

/* Writes the FRAME_ANSWER: a, and complaints as answer_complain() wrote
 * them (may be empty). a->now and features are filled in. */
void reply_write(struct buf *b, struct answer *a, struct span complaints);

/* … with nothing but a verdict and a reason. */
void reply_plain(struct buf *b, enum verdict v, const char *reason);
/* … and which kind of no it is (answer.h). */
void reply_refusal(struct buf *b, enum verdict v, const char *cause,
    const char *reason);

/* To who asked for letters: no answer of ours is one of letters, so it is 403
 * where a batch would be answered 200. */
void reply_no(struct buf *b, enum verdict v, const char *cause,
    const char *reason);

#endif
