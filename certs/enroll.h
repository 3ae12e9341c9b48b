/*
 * Enrolment by CMP (RFC 4210, RFC 9480, the profile of RFC 9483; HTTP
 * transfer as in RFC 6712 under /.well-known/cmp), with libcrypto's client
 * and server. The ticket's REF and SECRET are the reference value and the
 * shared secret of a MAC-protected ir.
 *
 * The agent's half runs in a short-lived tool: it may block.
 */
#ifndef ZQ_CERTS_ENROLL_H
#define ZQ_CERTS_ENROLL_H

#include <openssl/cmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "certs/ca.h"
#include "certs/ticket.h"

#define ENROLL_PATH "/.well-known/cmp/p/zhanqun"
#define ENROLL_TYPE "application/pkixcmp"
#define ENROLL_MAX 65536	/* bytes of one PKIMessage */

/* --- the agent's half ---------------------------------------------------- */

/* Sends one PKIMessage and gets one: the caller's transport (curl). */
typedef bool enroll_send_fn(void *arg, struct span der, struct buf *answer,
    struct buf *why);

/* With a key made by the caller: gets the certificate and the CA's, which
 * must have the ticket's pin. False: why carries the hub's own words. */
bool enroll_ask(const struct ticket *t, EVP_PKEY *key, const char *code,
    enroll_send_fn *send, void *arg, X509 **cert, X509 **ca,
    struct buf *why);

/* --- the hub's half ------------------------------------------------------ */

/*
 * A request is judged in two steps, because the ticket book is not where the
 * CA's key is. enroll_read() takes the message apart and checks its MAC with
 * the secret derived from REF; enroll_answer() makes the answer once the book
 * has spoken: `refusal` NULL signs, else it is sent as PKIStatusInfo text. A
 * certConf is answered by enroll_answer() without asking anybody.
 */
struct enroll_request {
	bool is_confirm;		/* a certConf: nothing to ask */
	bool has_ref, mac_good;
	uint8_t ref[TICKET_REF];
	uint8_t key_hash[CA_KEY_HASH];	/* of the key to be certified */
	char code[64];			/* common name asked for, or "" */
};

struct enroll;		/* the CA's desk: transactions under way, bounded */

struct enroll *enroll_new(const struct ca *ca, int leaf_days);
void enroll_free(struct enroll *e);
/* False: no PKIMessage, or nothing that we answer; why says (short). */
bool enroll_read(struct enroll *e, struct span der,
    struct enroll_request *r, const char **why);
bool enroll_answer(struct enroll *e, struct span der, uint32_t site,
    const char *code, const char *refusal, struct buf *out);

#endif
