/*
 * Passwords: what is kept of one, and whether another is the same.
 *
 * Kept is scrypt (RFC 7914) of it with a salt of its own, as one line that
 * says with which costs: "$scrypt$ln=15,r=8,p=1$SALT$HASH". A check takes
 * about 80 ms of CPU and 32 MiB, whoever asks and whatever the answer.
 */
#ifndef ZQ_HUB_PASSWORD_H
#define ZQ_HUB_PASSWORD_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define PASSWORD_LEAST 10	/* characters: a phrase, not a word */
#define PASSWORD_MOST 256	/* bytes */
#define PASSWORD_KEPT 160	/* room for what is kept, with its NUL */
#define PASSWORD_MADE 32	/* … and for one that we make */

/* NULL, or why it is no password to keep: a sentence in the language. */
const char *password_judge(struct span password);

/* What to keep of it. */
void password_keep(char out[PASSWORD_KEPT], struct span password);

/* Is it that? NULL (there is no such user) takes as long, and is false. */
bool password_fits(const char *kept, struct span password);

/* A new one: 100 bits, in groups that can be read out. */
void password_make(char out[PASSWORD_MADE]);

#endif
