/*
 * Signed by the hub: a document and who vouches for it in one piece, CMS
 * SignedData with the content inside (RFC 5652), in DER.
 *
 * Signed with the hub's TLS certificate, so an agent needs nothing that it
 * doesn't have: the CA that it believes, and the hub's name. Who passes the
 * piece on (a cache, a USB stick) can't change it.
 */
#ifndef ZQ_CERTS_SIGNED_H
#define ZQ_CERTS_SIGNED_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* chain: PEM, the signer's certificate first; key: its key in PEM. Appends
 * the DER to out. False: why says what is wrong with chain or key. */
bool signed_make(struct buf *out, struct span bytes, struct span chain,
    struct span key, struct buf *why);

/* Appends the document to out if the signature is good, its certificate is
 * one for servers of the name `hub` (NULL: any name), and a CA of `cas` (PEM,
 * one or several) vouches for it at the time `now` (ms). False: why. */
bool signed_open(struct buf *out, struct span der, struct span cas,
    const char *hub, int64_t now, struct buf *why);

#endif
