/*
 * What the parts of the hub say to each other, over channels.
 *
 *	edge ── BATCH, LETTERS, RECONCILE, GONE, PEER, CMP, MAP, RADIUS
 *	     ──▶ core
 *	edge ◀── ANSWER, DROP ── core
 *	core ── CMP, GRANT, MINT, REREAD, SIGN ──▶ ca
 *	core ◀── ASK, ANSWER, MINTED, REREAD, SIGNED ── ca
 *	edge ◀── TLS ── ca
 *	core ── NOTIFY, BEAT ──▶ notify
 *	core ◀── NOTIFIED ── notify
 *	core ── LOOK, HOME ──▶ check
 *	core ◀── LOOKED, HOST, HOMED, HOME_NOW ── check
 *
 * A frame's number is the asker's and comes back in the answer. Bodies are
 * rows (protocol/wire.h); each has its pair of functions here. The core
 * trusts the edge for one thing only: which site a certificate named.
 */
#ifndef ZQ_HUB_FRAME_H
#define ZQ_HUB_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "certs/ca.h"
#include "certs/ticket.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/changelist.h"
#include "protocol/reconcile.h"

enum frame_kind {
	FRAME_BATCH = 1,	/* a decoded change list */
	FRAME_LETTERS = 2,	/* a long poll */
	FRAME_GONE = 3,		/* whoever asked `number` hung up */
	FRAME_PEER = 4,		/* a site's connection: see frame_line */
	FRAME_CMP = 5,		/* a PKIMessage */
	FRAME_ANSWER = 6,	/* HTTP status, media type, body */
	FRAME_DROP = 7,		/* close every connection of a site */
	FRAME_ASK = 8,		/* ca: may this ticket be used? */
	FRAME_GRANT = 9,	/* core: yes, by this site; or the refusal */
	FRAME_MINT = 10,	/* core: a ticket, please */
	FRAME_MINTED = 11,	/* ca: its text */
	FRAME_BLOCKED = 12,	/* core to edge at start: the sites blocked */
	FRAME_RECONCILE = 13,	/* a document of reconcile.h, decoded */
	FRAME_TLS = 14,		/* ca to edge: certificate, key, CAs (PEM) */
	FRAME_REREAD = 15,	/* core: read the CA's files again, and answer
				 * in this language. ca: did so; or why not */
	FRAME_MAP = 16,		/* edge: the map of moves after a version */
	FRAME_SIGN = 17,	/* core to ca: a document to be signed … */
	FRAME_SIGNED = 18,	/* … and so it is, in DER; or why not */
	FRAME_RADIUS = 19,	/* edge: who links to these addresses? */
	FRAME_LOOK = 32,	/* core to check: an address … */
	FRAME_LOOKED = 33,	/* … what came of it */
	FRAME_HOST = 34,	/* … and what its host is like */
	FRAME_TRY = 37,		/* core to check: an address of a move … */
	FRAME_TRIED = 38,	/* … what came of it (move_try.h) */
	FRAME_ACT = 42,		/* web to core: an operator's act, as JSON … */
	FRAME_ACTED = 43,	/* … what came of it */
	FRAME_HITS = 46,	/* web to core: hits on former domains, since the
				 * last of these, as JSON (hits.h) */
	FRAME_HOME = 35,	/* core to check: a site's home page … */
	FRAME_HOMED = 36,	/* … what was seen of it (home_frame.h) */
	FRAME_HOME_NOW = 45,	/* … and which one's name leads elsewhere */
	FRAME_NOTIFY = 40,	/* core to notify: a delivery (notify_frame.h) */
	FRAME_NOTIFIED = 41,	/* … what came of it */
	FRAME_BEAT = 44,	/* core to notify: the hub is well */
};

#define FRAME_MAX (24u << 20)	/* a batch of LIMIT_BODY as rows, with room */

struct frame_peer {		/* who asks; stands at the head of each */
	uint32_t site;
	uint8_t key_hash[CA_KEY_HASH];
	struct span address;	/* "203.0.113.7:51824" */
	/* of its certificate: */
	int64_t issued;		/* ms */
	int64_t until;		/* ms */
	uint8_t ca[TICKET_PIN];	/* which signed it; zeros: not known */
};

/* BATCH: peer, head of the batch, when the edge had read that (ms, mono: one
 * clock for all parts), then per change either its row or why it could not be
 * decoded. */
void frame_batch_begin(struct buf *b, const struct frame_peer *p,
    const struct batch *h, int64_t came);
void frame_batch_change(struct buf *b, uint64_t seq, struct span row);
void frame_batch_refused(struct buf *b, uint64_t seq, struct span why);
/* Reading: the head, then changes until false. A refused one has row.n 0. */
struct frame_batch {
	struct frame_peer peer;
	struct batch head;
	int64_t came;
	struct span rest;
};
bool frame_batch_read(struct frame_batch *f, struct span body);
bool frame_batch_next(struct frame_batch *f, uint64_t *seq,
    struct span *row, struct span *why);

struct frame_letters {
	struct frame_peer peer;
	uint64_t after;
	uint64_t instance;	/* as in a batch; 0: not told */
	uint32_t wait;		/* ms, at most LIMIT_POLL */
};
void frame_letters_write(struct buf *b, const struct frame_letters *f);
bool frame_letters_read(struct frame_letters *f, struct span body);

/* MAP: who asks doesn't matter; it is a site. */
void frame_map_write(struct buf *b, uint64_t after);
bool frame_map_read(uint64_t *after, struct span body);

struct frame_radius {
	uint32_t site;		/* who asks */
	uint8_t scope;		/* enum rewrite_scope */
	struct span url;	/* a normal form */
};
void frame_radius_write(struct buf *b, const struct frame_radius *f);
bool frame_radius_read(struct frame_radius *f, struct span body);

/* SIGNED: DER, or (good is false) a sentence. The span is the body's. */
void frame_signed_write(struct buf *b, bool good, struct span s);
bool frame_signed_read(bool *good, struct span *s, struct span body);

/* RECONCILE: peer, the head of the document, then all that it has of its
 * round's kind. Of a bucket's hashes it is the edge that has seen to it that
 * they are sorted: whoever reads takes care of his memory. */
void frame_reconcile_begin(struct buf *b, const struct frame_peer *p,
    const struct reconcile *r);
void frame_reconcile_bucket(struct buf *b, unsigned bucket, uint64_t high,
    uint64_t low);
void frame_reconcile_hashes(struct buf *b, unsigned bucket,
    const uint8_t *hashes, size_t count);
void frame_reconcile_name(struct buf *b, const uint8_t hash[RECONCILE_HASH],
    struct span id, struct span url);
/* Reading: the head, then one after the other until false. Spans live as
 * long as the body. */
struct frame_reconcile {
	struct frame_peer peer;
	struct reconcile head;
	struct span rest;
};
bool frame_reconcile_read(struct frame_reconcile *f, struct span body);
bool frame_reconcile_next_bucket(struct frame_reconcile *f,
    unsigned *bucket, uint64_t *high, uint64_t *low);
bool frame_reconcile_next_hashes(struct frame_reconcile *f,
    unsigned *bucket, const uint8_t **hashes, size_t *count);
bool frame_reconcile_next_name(struct frame_reconcile *f,
    const uint8_t **hash, struct span *id, struct span *url);

/* Of LETTERS, PEER: who it is, whatever else they say. */
bool frame_peer_look(struct frame_peer *p, struct span body);
enum frame_line {
	FRAME_LINE_CLOSED = 0,
	FRAME_LINE_OPENED = 1,
	FRAME_LINE_BUSY = 2,	/* what it says takes its time to arrive */
};
void frame_peer_write(struct buf *b, const struct frame_peer *p,
    enum frame_line what);
bool frame_peer_read(struct frame_peer *p, enum frame_line *what,
    struct span body);

struct frame_answer {
	uint16_t status;	/* HTTP */
	uint32_t retry_after;	/* s; 0: none */
	struct span type;
	struct span body;
};
void frame_answer_write(struct buf *b, const struct frame_answer *f);
bool frame_answer_read(struct frame_answer *f, struct span body);

struct frame_ask {
	uint8_t ref[TICKET_REF];
	bool has_ref, mac_good;
	uint8_t key_hash[CA_KEY_HASH];
	struct span code;	/* asked for, or empty */
	/* Instead of a ticket: signed with a certificate of ours. Is the site
	 * not blocked, that key still its key, and the certificate not
	 * expired for too long? */
	bool is_renewal;
	uint32_t site;
	uint8_t old_key_hash[CA_KEY_HASH];
	int64_t expired;	/* ms, when; 0: it has not */
	int64_t issued;		/* ms, that certificate */
	/* What would be issued: until when, and by which CA. */
	int64_t until;		/* ms */
	uint8_t ca[TICKET_PIN];
};
void frame_ask_write(struct buf *b, const struct frame_ask *f);
bool frame_ask_read(struct frame_ask *f, struct span body);

struct frame_tls {		/* all in PEM, see peer_server() */
	struct span chain, key, cas;
};
void frame_tls_write(struct buf *b, const struct frame_tls *f);
bool frame_tls_read(struct frame_tls *f, struct span body);

struct frame_grant {
	uint32_t site;
	struct span code;
	struct span refusal;	/* empty: granted */
};
void frame_grant_write(struct buf *b, const struct frame_grant *f);
bool frame_grant_read(struct frame_grant *f, struct span body);

/* DROP, BLOCKED: site u32, cause (answer.h) and reason each. MINTED: ref,
 * then the text. */
void frame_site_write(struct buf *b, uint32_t site, struct span cause,
    struct span reason);
bool frame_site_read(uint32_t *site, struct span *cause, struct span *reason,
    struct span *rest);

#endif
