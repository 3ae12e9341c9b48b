/*
 * The spare identity: key.pem, cert.pem and ca.pem beside themselves with
 * ".old" behind their names, from the moment in which another identity takes
 * their place until it is there. Whoever is cut off in between has them back.
 */
#ifndef ZQ_AGENT_SPARE_H
#define ZQ_AGENT_SPARE_H

#include <stdbool.h>

#include "contrib/base/buf.h"

/* Keeps what is there; false: it can't, why says. Nothing there is fine. */
bool spare_keep(const char *dir, struct buf *why);
/* The new one didn't take its place: as before. */
void spare_put_back(const char *dir);
/* It did. */
void spare_drop(const char *dir);
/* After a cut: one of the two, whichever is right. Call it before the identity
 * is read. */
void spare_settle(const char *dir);

#endif
