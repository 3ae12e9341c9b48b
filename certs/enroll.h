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
#include "certs/cmp.h"
#include "certs/enroll_request.h"
#include "certs/ticket.h"

#define ENROLL_PATH "/.well-known/cmp/p/zhanqun"
#define ENROLL_TYPE "application/pkixcmp"
#define ENROLL_MAX CMP_MESSAGE_MAX	/* bytes of one PKIMessage */

/*
 * On the wire REF and SECRET are their base32 text in lower case, as the
 * ticket has it: the senderKID is the 16 characters of REF, the MAC's key the
 * 26 characters of SECRET. So any client can be used:
 *
 *	openssl cmp -cmd ir -server hub.example:7443 \
 *	    -path .well-known/cmp/p/zhanqun -tls_used -tls_trusted ca.pem \
 *	    -ref REF -secret pass:SECRET -newkey key.pem \
 *	    -subject /CN=CODE -certout cert.pem -cacertsout ca.pem
 */

/* --- the agent's half ---------------------------------------------------- */

/* Sends one PKIMessage and gets one: the caller's transport (curl). */
typedef bool enroll_send_fn(void *arg, struct span der, struct buf *answer,
    struct buf *why);

/* With a key made by the caller: gets the certificate and the CA's, which
 * must have the ticket's pin. `code` may be NULL: the hub knows it. False:
 * why carries the hub's own words. */
bool enroll_ask(const struct ticket *t, EVP_PKEY *key, const char *code,
    enroll_send_fn *send, void *arg, X509 **cert, X509 **ca,
    struct buf *why);

/* Renewal (kur, RFC 9483 §4.1.3): signed with the certificate in force, even
 * if that has expired, and its key, for a new key. The answer must be of one
 * of the CAs (anchor.h); the last of them is asked to sign. */
bool enroll_renew(X509 *cert, EVP_PKEY *key, STACK_OF(X509) *cas,
    EVP_PKEY *new_key, enroll_send_fn *send, void *arg, X509 **new_cert,
    struct buf *why);

/* --- the hub's half ------------------------------------------------------ */

/*
 * A request is judged in two steps, because the ticket book is not where the
 * CA's key is. enroll_read() takes the message apart and checks its MAC with
 * the secret derived from REF; enroll_answer() makes the answer once the book
 * has spoken: `refusal` NULL signs, else it is sent as PKIStatusInfo text.
 * What the book has no say in (a certConf, a key that is not accepted, a kind
 * of request that isn't served) is answered by enroll_answer() without asking
 * anybody; no ticket is used up by it. See enroll_request.h for what is read.
 */
struct enroll;		/* the CA's desk: transactions under way, bounded */

/* The CA is the caller's and outlives it. */
struct enroll *enroll_new(const struct ca *ca, int leaf_days);
void enroll_free(struct enroll *e);
/* While the CA is rolled over: certificates of `next` are good as well, and
 * it signs for who asks it to. NULL: no more. To be called as well when one
 * of the two was opened anew; who waits for a confirmation is forgotten. */
void enroll_roll(struct enroll *e, const struct ca *next);
/* False: no PKIMessage, or nothing that we answer; why says (short). */
bool enroll_read(struct enroll *e, struct span der,
    struct enroll_request *r, const char **why);
/* Copies nothing of code and refusal. False: no answer could be made. */
bool enroll_answer(struct enroll *e, struct span der, uint32_t site,
    const char *code, const char *refusal, struct buf *out);

#endif
