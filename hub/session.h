/*
 * Sessions: who has signed in to the page, and until when.
 *
 * A browser is given a random token; here is kept what it hashes to, whose it
 * is, and the seal of that user's password (user.h). Sessions outlive a
 * restart in DIR/sessions (0600), which holds nothing that could be used to
 * sign in; a session that was ended is ended there too. It ends when it is
 * not used for the time that is set, after 30 days in any case, and when its
 * user's password changes.
 */
#ifndef ZQ_HUB_SESSION_H
#define ZQ_HUB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/user.h"

#define SESSION_FILE CONFIG_WEB "/sessions"	/* below DIR */
#define SESSION_MOST 2048	/* beyond it, who was longest away goes */
#define SESSION_TOKEN 53	/* 256 bits in base32, and a NUL */
#define SESSION_FORM 33		/* 128 bits in hex, and a NUL */

struct sessions;

/* idle: ms without use until one ends. What the file says is read; one that
 * doesn't read is as none. */
struct sessions *sessions_new(const char *dir, int64_t idle);
void sessions_free(struct sessions *s);	/* writes when each was last used */

/* A new one for this user. */
void sessions_begin(struct sessions *s, const struct user *user,
    char token[SESSION_TOKEN]);
/* Whose it is; NULL: nobody's (any more). It is used by this. */
const struct user *sessions_user(struct sessions *s, const struct users *u,
    struct span token);
void sessions_end(struct sessions *s, struct span token);

/* What a form must carry so that it is known to come from a page of this
 * session: other sites' pages can't read it. */
void session_form(char out[SESSION_FORM], struct span token);
/* The same for who has no token here, but is believed a header. */
void sessions_form(const struct sessions *s, char out[SESSION_FORM],
    const struct user *user);
/* Compares without telling by its time where they differ. */
bool session_same(struct span given, struct span wanted);

#endif
